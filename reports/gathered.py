"""Makes the sums of added-up projects into measures, column by column. Pure.

A row at a time costs a year by unit, sector and month most of its answer; a column at a time, each formula runs down its amounts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from projects.values import fen_to_wan
from reports.measured import LAST_YTD, NOT_REPORTED, PROJECTS, SCHEDULE, Measure
from reports.tables import Value

_NEVER_ROUGH = frozenset({"plan", "own_plan", "own_plan_ok"})
_REPORTED = frozenset({"month", "ytd", "cum", "own_plan"})
_COUNTS = frozenset({"to_start", "begun", "started", "going_on", "finished"})  # projects, of which nothing is known but how many
_EXACT: frozenset[str] = frozenset()
Column = Sequence[Any]


class Told(NamedTuple):
    """What is said in a row: its measures, and which of them are rough."""

    values: dict[str, Value]
    approx: frozenset[str] = _EXACT


def sum_columns(measures: Sequence[Measure], *, approved: bool = False) -> list[str]:
    """The columns of `MonthSum` that measures need, in the order that `read_columns` takes them; where approved reports alone count, those."""
    amounts = [f"{name}_ok" if approved and name in _REPORTED else name for name in _amounts(measures)]
    return ["n", *(column for name in amounts for column in _columns(name))]


def read_columns(
    measures: Sequence[Measure],
    columns: Sequence[Column],
    months: Sequence[int],
    expected: Mapping[int, Decimal],
    last: Sequence[Decimal | None],
) -> list[Told]:
    """The rows of some sums: `columns` are those of `sum_columns` (whole 分 and how many have them), `months` the month of each row,
    `last` its year to date of last year."""
    given: dict[str, Column] = {PROJECTS: columns[0], SCHEDULE: [expected[at] for at in months], LAST_YTD: last}
    rough: dict[str, Column] = {}
    place = 1
    for name in _amounts(measures):
        if name in _COUNTS:
            given[name] = columns[place]
            place += 1
            continue
        given[name] = [fen_to_wan(fen) if there else None for fen, there in zip(columns[place], columns[place + 1], strict=True)]
        if name == "ytd":
            given[NOT_REPORTED] = [projects - told for projects, told in zip(columns[0], columns[place + 1], strict=True)]
        if name not in _NEVER_ROUGH:
            rough[name] = columns[place + 2]
        place += len(_columns(name))
    names = [measure.key for measure in measures]
    values = zip(*(list(map(measure.read, *(given[name] for name in measure.needs))) for measure in measures), strict=True)
    marks = _marks([(measure.key, rough[measure.rough]) for measure in measures if measure.rough], len(months))
    return list(map(Told, [dict(zip(names, said, strict=True)) for said in values], marks))


def _marks(rough: Sequence[tuple[str, Column]], count: int) -> Sequence[frozenset[str]]:
    """Of each row the measures that are rough."""
    some = [(key, column) for key, column in rough if any(column)]
    if not some:
        return [_EXACT] * count
    keys = [key for key, _column in some]
    return [frozenset(key for key, mark in zip(keys, marks, strict=True) if mark) for marks in zip(*(column for _key, column in some), strict=True)]


def _amounts(measures: Sequence[Measure]) -> list[str]:
    """The amounts that measures need. How many have not reported is told by how many have a year to date."""
    needed = ("ytd" if name == NOT_REPORTED else name for measure in measures for name in measure.needs)
    return [name for name in dict.fromkeys(needed) if name not in (PROJECTS, SCHEDULE, LAST_YTD)]


def _columns(name: str) -> tuple[str, ...]:
    """An amount's columns: its sum, how many have it, how many of those roughly. Of a count there is nothing but the count."""
    if name in _COUNTS:
        return (name,)
    return (name, f"{name}_n") if name in _NEVER_ROUGH else (name, f"{name}_n", f"{name}_rough")
