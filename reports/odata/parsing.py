"""From the text of `$filter` to its tree.

odata-query reads the grammar. Before it, each name is looked up among the properties of the set and replaced by its number: nothing else
reaches the database, and names like `Allotment` or `NullCount` are not cut in two by the keywords `all` and `null`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any

from odata_query import ast
from odata_query.exceptions import ODataException, ParsingException
from odata_query.grammar import ODataLexer, ODataParser

from reports.odata.conditions import FUNCTIONS, Among, Compare, Condition, FilterError, Holds, Is, Joined, Not, Term, Value, fits, holds
from reports.odata.names import Property, Type

LONGEST, DEEPEST, MOST = 8000, 40, 300
_FLIPPED = {"eq": "eq", "ne": "ne", "lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}
_OPERATORS = {ast.Eq: "eq", ast.NotEq: "ne", ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge"}
_TEXTS = ("contains", "startswith", "endswith")

# --- Names -------------------------------------------------------------------------------------------------------------------------

_PIECES = re.compile(
    r"(?P<text>'(?:[^']|'')*')"
    r"|(?P<moment>\d{4}-\d\d-\d\dT[\d:.]+(?:[Zz]|[+ -]\d\d:\d\d)?)"
    r"|(?P<number>\d[\w.]*(?:(?<=[eE])[+-]\d+|[-:][\w.:]+)*)"
    r"|(?P<word>[^\W\d]\w*)"
    r"|(?P<space>\s+)"
    r"|(?P<mark>.)",
    re.DOTALL,
)
_WORDS = frozenset({"and", "or", "not", "eq", "ne", "lt", "le", "gt", "ge", "in", "null", "true", "false"})
_JOINING = _WORDS - {"null", "true", "false"}
_NUMBERED = re.compile(r"\b_(\d+)\b")
_UNSERVED = frozenset({"add", "sub", "mul", "div", "divby", "mod", "has", "any", "all", "cast", "isof", "duration", "geography", "geometry"})


def parse(text: str, properties: Sequence[Property]) -> Condition:
    """The tree of a filter.

    :raises FilterError: `unserved` for what OData has and this door has not; everything else is a mistake in the filter.
    """
    if len(text) > LONGEST:
        raise FilterError("long")
    if "\x00" in text:
        raise FilterError("syntax", "\\0")
    plain = _numbered(text, {one.name: number for number, one in enumerate(properties)})
    try:
        tree = ODataParser().parse(ODataLexer().tokenize(plain))
    except ODataException as error:
        raise FilterError("syntax", _place(text, plain, [one.name for one in properties], error)) from error
    except RecursionError as error:
        raise FilterError("long") from error
    if tree is None:
        raise FilterError("syntax", text[:40])
    return _Reader(properties).condition(tree, 0)


def _place(text: str, plain: str, names: Sequence[str], error: ODataException) -> str:
    """The word that can't be read; empty where the filter ends before it is whole."""
    token = getattr(error, "token", None)
    if isinstance(error, ParsingException) and token is None:
        return ""
    value = getattr(token, "value", "")
    if isinstance(value, str) and value and not value.strip():  # the space before it
        rest = plain[getattr(token, "index", 0) :].strip()
        return "" if rest in _JOINING else _NUMBERED.sub(lambda found: names[int(found[1])], rest)[:40]
    return str(value)[:40] if isinstance(value, str) and value else text[:40]


def _numbered(text: str, numbers: Mapping[str, int]) -> str:
    """The filter with `_3` for the fourth property. A plus sign that came as a space is put back, a list of one gets its comma."""
    pieces = [(str(found.lastgroup), found.group()) for found in _PIECES.finditer(text.strip())]
    made: list[str] = []
    for at, (kind, piece) in enumerate(pieces):
        if kind == "word":
            made.append(_word(piece, pieces[at + 1 :], numbers))
        elif kind == "moment":
            made.append(piece.replace(" ", "+"))
        else:
            made.append(piece)
    return _with_commas("".join(made))


def _word(word: str, rest: Sequence[tuple[str, str]], numbers: Mapping[str, int]) -> str:
    if word in numbers:
        return f"_{numbers[word]}"
    if word in _WORDS:
        return f"{word} " if word in ("in", "not") else word
    if word in _UNSERVED:
        raise FilterError("unserved", word)
    is_call = next((piece for kind, piece in rest if kind != "space"), "") == "("
    if is_call and (word in FUNCTIONS or word in _TEXTS):
        return word
    if is_call:
        raise FilterError("unserved", word)
    raise FilterError("name", word[:60], get_close_matches(word, numbers, 3))


_ONE = re.compile(r"(\bin\s+)\(((?:\s|[^'(),]|'(?:[^']|'')*')*)\)")


def _with_commas(text: str) -> str:
    """`in (5)` → `in (5,)`, as the grammar has it. Texts are passed over, so that words in them stay."""
    parts = re.split(r"('(?:[^']|'')*')", text)
    held = {f"'{number}'": part for number, part in enumerate(parts) if number % 2}
    plain = "".join(f"'{number}'" if number % 2 else part for number, part in enumerate(parts))
    return re.sub(r"'\d+'", lambda found: held[found.group()], _ONE.sub(r"\1(\2,)", plain))


# --- Types -------------------------------------------------------------------------------------------------------------------------


class _Reader:
    """From the grammar's tree to ours."""

    def __init__(self, properties: Sequence[Property]) -> None:
        self.properties = properties
        self.count = 0

    def condition(self, node: Any, depth: int) -> Condition:
        self.count += 1
        if depth > DEEPEST or self.count > MOST:
            raise FilterError("long")
        if isinstance(node, ast.BoolOp):
            is_all = isinstance(node.op, ast.And)
            return Joined(is_all, tuple(self.condition(one, depth + 1) for one in _flat(node, type(node.op))))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return Not(self.condition(node.operand, depth + 1))
        if isinstance(node, ast.Compare):
            return self._compare(node, depth)
        if isinstance(node, ast.Call) and node.func.name in _TEXTS:
            return self._holds(node)
        if isinstance(node, ast.Boolean):
            return Is(None, node.py_val)
        if isinstance(node, ast.Identifier):
            found = self._property(node)
            if found.type is Type.BOOLEAN:
                return Is(found)
            raise FilterError("boolean", found.name)
        raise FilterError("boolean", _said(node))

    def _compare(self, node: Any, depth: int) -> Condition:
        if isinstance(node.comparator, ast.In):
            return self._among(node)
        operator = _OPERATORS[type(node.comparator)]
        left, right = node.left, node.right
        if _is_condition(left) or _is_condition(right):
            return self._stated(operator, left, right, depth)
        one, other = self._side(left), self._side(right)
        if not isinstance(one, Term):
            if not isinstance(other, Term):
                return Is(None, _constant(operator, one, other))
            one, other, operator = other, one, _FLIPPED[operator]
        self._match(operator, one, other)
        return Compare(operator, one, other)

    def _stated(self, operator: str, left: Any, right: Any, depth: int) -> Condition:
        """`contains(Name,'x') eq true`."""
        if _is_condition(right):
            left, right = right, left
        if operator not in ("eq", "ne") or not isinstance(right, ast.Boolean):
            raise FilterError("types", _said(right))
        inner = self.condition(left, depth + 1)
        return inner if right.py_val is (operator == "eq") else Not(inner)

    def _match(self, operator: str, term: Term, other: Term | Value) -> None:
        """:raises FilterError: where the two can't be compared."""
        if other is None:
            return
        if isinstance(other, Term):
            if other.type is not term.type or (term.type is Type.DECIMAL and other.property.scale != term.property.scale):
                raise FilterError("types", f"{term.property.name}, {other.property.name}")
        elif not fits(term.type, other):
            raise FilterError("types", f"{term.property.name} ({term.type.value}), {other}"[:80])
        if term.type is Type.BOOLEAN and operator not in ("eq", "ne"):
            raise FilterError("types", f"{term.property.name} {operator}")

    def _among(self, node: Any) -> Condition:
        term = self._side(node.left)
        if not isinstance(term, Term):
            raise FilterError("types", _said(node.left))
        values = tuple(self._side(one) for one in node.right.val)
        self.count += len(values)
        kept: list[Value] = []
        for value in values:
            if isinstance(value, Term):
                raise FilterError("unserved", f"in ({value.property.name})")
            self._match("eq", term, value)
            kept.append(value)
        return Among(term, tuple(kept))

    def _holds(self, node: Any) -> Condition:
        name = node.func.name
        if len(node.args) != 2:
            raise FilterError("syntax", name)
        term, text = self._side(node.args[0]), self._side(node.args[1])
        if isinstance(text, Term) or not isinstance(term, Term):
            raise FilterError("unserved", f"{name}({_said(node.args[0])}, {_said(node.args[1])})")
        if term.type is not Type.TEXT or not isinstance(text, str):
            raise FilterError("types", f"{name}({term.property.name})")
        return Holds(name, term, text)

    def _side(self, node: Any) -> Term | Value:
        """What stands on one side of a comparison."""
        if isinstance(node, ast.Identifier):
            found = self._property(node)
            return Term(found, (), found.type)
        if isinstance(node, ast.Call):
            return self._called(node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            value = self._side(node.operand)
            if isinstance(value, Decimal):
                return -value
        elif isinstance(node, ast.BinOp | ast.UnaryOp | ast.CollectionLambda):
            raise FilterError("unserved", type(node).__name__)
        return _value(node)

    def _called(self, node: Any) -> Term:
        name = node.func.name
        if name not in FUNCTIONS or len(node.args) != 1:
            raise FilterError("syntax", str(name))
        inner = self._side(node.args[0])
        if not isinstance(inner, Term):
            raise FilterError("unserved", f"{name}({inner})"[:60])
        takes, gives = FUNCTIONS[name]
        if inner.type not in takes:
            raise FilterError("types", f"{name}({inner.property.name})")
        return Term(inner.property, (*inner.functions, name), gives)

    def _property(self, node: Any) -> Property:
        number = node.name.removeprefix("_")
        if node.namespace or not number.isdigit() or int(number) >= len(self.properties):
            raise FilterError("name", node.full_name()[:60])
        return self.properties[int(number)]


def _flat(node: Any, operator: type) -> list[Any]:
    """The parts of a chain of the same operator, without recursion."""
    found: list[Any] = []
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, ast.BoolOp) and isinstance(one.op, operator):
            waiting += [one.right, one.left]
        else:
            found.append(one)
    return found


def _is_condition(node: Any) -> bool:
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Not)
    return isinstance(node, ast.Compare | ast.BoolOp) or (isinstance(node, ast.Call) and node.func.name in _TEXTS)


def _value(node: Any) -> Value:
    """:raises FilterError: a literal that is none."""
    if isinstance(node, ast.Null):
        return None
    if isinstance(node, ast.Integer | ast.Float):
        return _number(node.val)
    try:
        if isinstance(node, ast.String | ast.Boolean | ast.Date):
            return node.py_val  # type: ignore[no-any-return]
        if isinstance(node, ast.DateTime):
            moment: datetime = node.py_val
            if moment.tzinfo is None:
                raise FilterError("zone", node.val)
            return moment.astimezone(UTC)  # near the ends of time there is none
    except (ValueError, OverflowError) as error:
        if isinstance(error, FilterError):
            raise
        raise FilterError("value", node.val[:40]) from error
    raise FilterError("unserved", _said(node))


def _number(text: str) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation as error:
        raise FilterError("value", text[:40]) from error
    if len(text) > 60 or abs(found.adjusted()) > 40:
        raise FilterError("value", text[:40])
    return found


def _constant(operator: str, left: Value, right: Value) -> bool:
    """Two values: `1 eq 1`."""
    kinds = [next((kind for kind in Type if fits(kind, one)), None) for one in (left, right) if one is not None]
    if len(kinds) == 2 and kinds[0] is not kinds[1]:
        raise FilterError("types", f"{left}, {right}"[:80])
    return holds(operator, left, right)


def _said(node: Any) -> str:
    value = getattr(node, "val", None)
    return str(value)[:40] if isinstance(value, str) else type(node).__name__
