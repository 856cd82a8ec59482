"""From the tree of a filter to what the database is asked.

A comparison with null is true or false and never unknown (OData 4.0, part 2, 5.1.1.1), so `not (A gt 5)` keeps rows without an A, and
`A ne 5` too. A text function of null is null, and neither it nor its contrary keeps the row. Money is compared as whole 分.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Length, Lower, Right, StrIndex, Trim, Upper

from accounts.api.fields import Kind
from reports.odata.conditions import Among, Compare, Condition, Holds, Is, Joined, Not, Term
from reports.odata.sets import EntitySet

_NEVER = Q(pk__in=[])
_CONTRARY = {"eq": "ne", "ne": "eq", "lt": "ge", "le": "gt", "gt": "le", "ge": "lt"}
_LOOKUPS = {"eq": "exact", "lt": "lt", "le": "lte", "gt": "gt", "ge": "gte"}
_TEXT_FUNCTIONS = {"tolower": Lower, "toupper": Upper, "trim": Trim, "length": Length}
_MOST = 2**63 - 1
# Years of which the first and the last moment can be told in any zone.
_YEARS = (1000, 9998)


@dataclass
class Narrowing:
    """What a filter adds to a query: expressions with names of their own, and the condition on them."""

    entity: EntitySet
    aliases: dict[str, Any] = field(default_factory=dict)

    def condition(self, node: Condition, wanted: bool = True) -> Q:
        """The rows for which `node` is true, or, where `wanted` is False, for which it is false."""
        if isinstance(node, Not):
            return self.condition(node.inner, not wanted)
        if isinstance(node, Joined):
            return self._joined(node, wanted)
        if isinstance(node, Is):
            if node.property is None:
                return _all(node.always is wanted)
            return Q(**{self.entity.fields[node.property.name].path: wanted})
        if isinstance(node, Holds):
            return self._holds(node, wanted)
        return self._among(node, wanted) if isinstance(node, Among) else self._compare(node, wanted)

    def _joined(self, node: Joined, wanted: bool) -> Q:
        parts = [self.condition(part, wanted) for part in node.parts]
        found = parts[0]
        for part in parts[1:]:
            found = found & part if node.is_all is wanted else found | part
        return found

    def _compare(self, node: Compare, wanted: bool) -> Q:
        operator = node.operator
        path = self._path(node.left)
        if isinstance(node.right, Term):
            return _of_two(operator, path, self._path(node.right), wanted)
        if node.right is None:
            return _of_null(operator, path, wanted)
        if operator == "ne":
            operator, wanted = "eq", not wanted
        found = self._value(operator if wanted else _CONTRARY[operator], node.left, path, node.right)
        return found if wanted else found | Q(**{f"{path}__isnull": True})

    def _value(self, operator: str, term: Term, path: str, value: Any) -> Q:
        """A value that is there, compared; null passes never."""
        if isinstance(value, Decimal):
            return self._number(operator, term, path, value)
        if operator == "ne":
            return ~Q(**{path: value}) & Q(**{f"{path}__isnull": False})
        return Q(**{f"{path}__{_LOOKUPS[operator]}": value})

    def _number(self, operator: str, term: Term, path: str, value: Decimal) -> Q:
        """Compared in the smallest unit of the column, exactly: what lies between two of them equals none."""
        scale, least, most = self._digits(term)
        scaled = value.scaleb(scale)
        floor = int(scaled.to_integral_value(ROUND_FLOOR))
        present = Q(**{f"{path}__isnull": False})
        if floor != scaled or not least <= floor <= most:
            if operator in ("eq", "ne"):
                return _NEVER if operator == "eq" else present
            operator = "gt" if operator in ("gt", "ge") else "le"
        if floor > most or floor < least:
            return present if (operator == "gt") is (floor < least) else _NEVER
        plain = Decimal(floor).scaleb(-scale) if scale else floor
        if operator == "ne":
            return ~Q(**{path: plain}) & present
        return Q(**{f"{path}__{_LOOKUPS[operator]}": plain})

    def _digits(self, term: Term) -> tuple[int, int, int]:
        """How many digits behind the point the column has, and the least and the largest that it can hold, in its smallest unit."""
        if term.functions:
            return (0, *_YEARS) if term.functions[-1] == "year" else (0, -_MOST, _MOST)
        if self.entity.fields[term.property.name].kind is Kind.DECIMAL:
            most = 10**term.property.precision - 1
            return term.property.scale, -most, most
        return term.property.scale, -_MOST, _MOST

    def _among(self, node: Among, wanted: bool) -> Q:
        path = self._path(node.term)
        present = Q(**{f"{path}__isnull": False})
        values = [self._storable(node.term, one) for one in node.values if one is not None]
        found = Q(**{f"{path}__in": [one for one in values if one is not None]}) & present
        has_null = len(values) < len(node.values)
        if wanted:
            return found | ~present if has_null else found
        return ~found & present if has_null else ~found | ~present

    def _storable(self, term: Term, value: Any) -> Any:
        """The value as the column can hold it; None where it can't."""
        if not isinstance(value, Decimal):
            return value
        scale, least, most = self._digits(term)
        scaled = value.scaleb(scale)
        if scaled != scaled.to_integral_value() or not least <= scaled <= most:
            return None
        return Decimal(int(scaled)).scaleb(-scale) if scale else int(scaled)

    def _holds(self, node: Holds, wanted: bool) -> Q:
        """Case counts, on every engine: LIKE would not tell on SQLite."""
        path = self._path(node.term)
        present = Q(**{f"{path}__isnull": False})
        if not node.text:
            return present if wanted else _NEVER
        if node.function == "endswith":
            name = self._alias(Right(path, len(node.text)))
            return Q(**{name: node.text}) if wanted else ~Q(**{name: node.text}) & present
        name = self._alias(StrIndex(F(path), Value(node.text)))
        if node.function == "startswith":
            return Q(**{name: 1}) if wanted else ~Q(**{name: 1}) & present
        return Q(**{f"{name}__gt": 0}) if wanted else Q(**{name: 0})

    def _path(self, term: Term) -> str:
        """Where the term stands: a column, a part of its date, or an expression of a name of its own."""
        path = self.entity.fields[term.property.name].path
        for function in term.functions:
            path = self._alias(_TEXT_FUNCTIONS[function](path)) if function in _TEXT_FUNCTIONS else f"{path}__{function}"
        return path

    def _alias(self, expression: Any) -> str:
        name = f"odata_{len(self.aliases)}"
        self.aliases[name] = expression
        return name


def narrow(rows: QuerySet[Any], entity: EntitySet, node: Condition) -> QuerySet[Any]:
    """The rows for which the filter is true."""
    made = Narrowing(entity)
    found = made.condition(node)
    named: QuerySet[Any] = rows.alias(**made.aliases)
    return named.filter(found)


def _all(is_all: bool) -> Q:
    return ~Q(pk__in=[]) if is_all else Q(pk__in=[])


def _of_null(operator: str, path: str, wanted: bool) -> Q:
    if operator in ("eq", "ne"):
        return Q(**{f"{path}__isnull": (operator == "eq") is wanted})
    return _all(not wanted)


def _of_two(operator: str, left: str, right: str, wanted: bool) -> Q:
    """Two terms of one row."""
    blank, other_blank = Q(**{f"{left}__isnull": True}), Q(**{f"{right}__isnull": True})
    if operator == "ne":
        operator, wanted = "eq", not wanted
    both = ~blank & ~other_blank
    if operator == "eq":
        equal = Q(**{left: F(right)})
        return (both & equal) | (blank & other_blank) if wanted else (both & ~equal) | (blank & ~other_blank) | (~blank & other_blank)
    if wanted:
        return both & Q(**{f"{left}__{_LOOKUPS[operator]}": F(right)})
    return (both & Q(**{f"{left}__{_LOOKUPS[_CONTRARY[operator]]}": F(right)})) | blank | other_blank
