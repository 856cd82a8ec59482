"""A figure that knows where it comes from: which measure, of which question, as known when; and the page on which the rows behind it stand.

What is printed in a page, a workbook or a document is a `Traced`: its mark (`rate@2020-06`) stands in the list of figures, its address
opens the rows. A value that no measure and no question stands behind can't be made one, and so is not printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from accounts.words import about
from projects.values import Month
from reports.figures import FIGURES, figures
from reports.measured import Figure
from reports.parameters import address_of
from reports.pivot_rows import Pivot, PivotRow
from reports.selection import Question, Reach
from reports.tables import Column, Kind, Value, cell_text

_NARROWS = {"unit": "unit", "sector": "sector", "kind": "kind", "list": "lists"}


@dataclass(frozen=True, slots=True)
class Traced:
    """A measure of a question, with its value: 万元, a ratio (1 = 100 %), percentage points or a count, None where there is none."""

    measure: Figure
    question: Question
    value: Value
    approx: bool = False

    @property
    def asked(self) -> dict[str, str]:
        """The parameters that ask for it again, whatever moment the reader looks at otherwise: `known` blank is now."""
        told = question_address(self.question)
        return {"measure": self.measure.key, **told, **({} if "known" in told or "cut" in told else {"known": ""})}

    @property
    def mark(self) -> str:
        """Its short name: the measure, the period, what it was narrowed to, and the moment: `rate@2020-06;unit=laoshan;known=2020-07-10`."""
        question = question_address(self.question)
        period = question.pop("period")
        return f"{self.measure.key}@{';'.join([period, *(f'{name}={value}' for name, value in question.items())])}"

    @property
    def address(self) -> str:
        return f"{reverse('reports:figure')}?{urlencode(self.asked)}"

    def text(self, kind: Kind | None = None, places: int = 2) -> str:
        """As it is printed: money in 亿元 where `kind` says so, a ratio without its sign of percent."""
        return cell_text(Column(self.measure.key, "", kind or self.measure.kind, places=places), self.value, approx=self.approx, about=about())


def question_address(question: Question) -> dict[str, str]:
    """The parameters of a question, with the cut that it is held by."""
    return {**address_of(question), **({"cut": question.cut.name} if question.cut else {})}


def trace(reach: Reach, question: Question, keys: Sequence[str] = ()) -> dict[str, Traced]:
    """Measures of a question by their keys; without keys all that have a meaning for it. A fixed number of queries."""
    found = figures(reach, question, (), keys)
    return _of_row(found.measures, question, found.wholes[0])


def trace_rows(found: Pivot, question: Question) -> list[dict[str, Traced]]:
    """The figures of a pivot's rows, each of the question narrowed to its row.

    :raises ValueError: by a dimension that no question can be narrowed to (stage, source): its figures have no page behind them.
    """
    beyond = [name for name in found.by if name not in (*_NARROWS, "month")]
    if beyond:
        raise ValueError(f"a figure by {', '.join(beyond)} can't be traced")
    return [_of_row(found.measures, narrowed_to(question, row.keys), row) for row in found.rows]


def narrowed_to(question: Question, keys: dict[str, str]) -> Question:
    """A question about one row of its answer."""
    month = Month.parse(keys["month"]) if "month" in keys else question.month
    narrowed: dict[str, Any] = {_NARROWS[name]: key for name, key in keys.items() if name in _NARROWS}
    return replace(question, month=month, **narrowed)


def _of_row(measures: Iterable[Figure], question: Question, row: PivotRow) -> dict[str, Traced]:
    return {one.key: Traced(one, question, row.values[one.key], one.key in row.approx) for one in measures}


def traced(key: str, question: Question, value: Any, *, approx: bool = False) -> Traced:
    """A figure that was read off a table made of the same question.

    :raises KeyError: no such measure.
    """
    return Traced(FIGURES[key], question, value, approx)
