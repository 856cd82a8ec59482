"""Figures by any combination of unit, sector, kind, list, stage and month, for a question under a reader's reach.

Answered from the kept month totals where these say it (`projects.summary`): whole months as known now, all reports or approved ones
alone. A known day, a half month, a version asked for by number and months nobody reported are answered by the plain aggregate, of which
the kept totals are a copy. Either way rows come grouped out of one statement, with the amounts alone that the asked measures need, and are
made into figures by `reports.measured`.

A project on lists of both kinds stands in both rows of the dimension `list`, and once in the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import repeat
from operator import itemgetter
from types import MappingProxyType
from typing import Any, NamedTuple

from accounts.models import ReportingUnit
from projects.counting import versions_in_effect
from projects.figures import months_reported
from projects.measures import schedule
from projects.models import Classification
from projects.monthly import LIST_BITS, UNLISTED, Sql, added_up, fact_rows
from projects.period import FIRST_HALF, WHOLE
from projects.summary import ask, kept_months, told
from projects.values import Month
from reports.gathered import Told, read_columns, sum_columns
from reports.later_measured import LATER_MEASURES
from reports.measured import LAST_YTD, MEASURES, Figure, Measure
from reports.pivot_rows import Names, Pivot, PivotRow
from reports.selection import NONE, Question, Reach, select

PROGRESS_MEASURES: Mapping[str, Measure] = {**MEASURES, **LATER_MEASURES}
DIMENSIONS: dict[str, str] = {"unit": "unit_id", "sector": "sector_id", "kind": "kind", "list": "standing", "stage": "stage", "month": "at"}

_YEAR = 12  # months


class PivotError(ValueError):
    """The question can't be put so: `zh` and `en` say why."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


class Part(NamedTuple):
    """What one source of figures says: rows by month and value of each dimension, the whole of each month, and of a row that it has not."""

    rows: Mapping[tuple[Any, ...], Told]
    wholes: Mapping[int, Told]
    blank: Callable[[int], Told]


# Month, value of each dimension → the sums, in the order of `_Asked.columns()`.
Groups = list[tuple[tuple[Any, ...], tuple[int, ...]]]


def pivot(reach: Reach, question: Question, by: Sequence[str], measures: Sequence[str] = (), months: Sequence[Month] = ()) -> Pivot:
    """Answer the question's month (or several, each a row of its own) by some dimensions. A fixed number of queries from kept totals."""
    asked = _asked(question, by, measures, months)
    part, kept = progress_part(reach, question, asked.by, asked.measures, asked.months)
    return laid_out(asked.by, asked.measures, [part], kept)


def progress_part(
    reach: Reach, question: Question, by: tuple[str, ...], measures: tuple[Measure, ...], months: tuple[Month, ...]
) -> tuple[Part, bool]:
    """What was planned and done, and whether the kept totals answered."""
    asked = _Asked(by, measures, months)
    last = _last_year(reach, question, asked)
    kept = is_kept(question, months)
    groups = _from_kept(reach, question, asked) if kept else _from_records(reach, question, asked)
    wholes: dict[int, list[tuple[int, ...]]] = {month.index: [] for month in asked.months}
    for key, sums in groups:
        wholes[key[0]].append(sums)
    expected = {month.index: schedule(month.month, half=question.half == FIRST_HALF) for month in asked.months}
    nothing = _added((), asked)

    def read(rows: Sequence[tuple[int, ...]], at: Sequence[int], before: Sequence[Decimal | None]) -> list[Told]:
        return read_columns(measures, list(zip(*rows, strict=True)), at, expected, before) if rows else []

    spread = _spread(groups, asked, _bits(question))
    keys = [key for key, _sums in spread]
    part = Part(
        dict(zip(keys, read([sums for _key, sums in spread], [key[0] for key in keys], [last.rows.get(key) for key in keys]), strict=True)),
        dict(
            zip(wholes, read([_added(found, asked) for found in wholes.values()], list(wholes), [last.wholes.get(at) for at in wholes]), strict=True)
        ),
        lambda at: read([nothing], [at], [None])[0],
    )
    return part, kept


class _LastYear(NamedTuple):
    """The year to date in the same months of last year, by the row and month that it is told against."""

    rows: Mapping[tuple[Any, ...], Decimal | None] = MappingProxyType({})
    wholes: Mapping[int, Decimal | None] = MappingProxyType({})


def _last_year(reach: Reach, question: Question, asked: _Asked) -> _LastYear:
    """Asked only where a measure is told against it, and only of months that anything was reported of. One query to find them.

    Each year counts by its own lists. A year whose lists are not here is not told against one whose lists are: what was on none of them
    would stand for all that was done.
    """
    if not any(LAST_YTD in measure.needs for measure in asked.measures):
        return _LastYear()
    state = question.moment.state
    reported = months_reported(state)
    months = tuple(month.plus(-_YEAR) for month in asked.months if month.plus(-_YEAR) in reported)
    if question.whole:
        listed = {year: bool(versions_in_effect(Month(year, _YEAR), state)) for one in months for year in (one.year, one.year + 1)}
        months = tuple(month for month in months if listed[month.year] == listed[month.year + 1])
    if not months:
        return _LastYear()
    part, _kept = progress_part(reach, replace(question, month=months[-1]), asked.by, (MEASURES["ytd_wan"],), months)
    at = [0, *(place for place, name in enumerate(asked.by, 1) if name == "month")]
    rows = {tuple(value + _YEAR if place in at else value for place, value in enumerate(key)): _ytd(told) for key, told in part.rows.items()}
    return _LastYear(rows, {month + _YEAR: _ytd(told) for month, told in part.wholes.items()})


def _ytd(told: Told) -> Decimal | None:
    value = told.values["ytd_wan"]
    return value if isinstance(value, Decimal) else None


def laid_out(by: Sequence[str], measures: Sequence[Figure], parts: Sequence[Part], kept: bool) -> Pivot:
    """Parts side by side, in print order. A row that one part alone has says of the other that there is nothing."""
    found = parts[0].rows if len(parts) == 1 else {key: _joined(key, parts, measures) for part in parts for key in part.rows}
    names = Names(by, found)
    keys = names.in_order()
    rows = list(map(PivotRow, repeat(names), keys, map(found.__getitem__, keys)))
    wholes = {at: _beside([part.wholes[at] for part in parts], measures) for at in sorted(parts[0].wholes)}
    months = Names(["month"], [(at, at) for at in wholes])
    return Pivot(by, measures, rows, [PivotRow(months, (at, at), told) for at, told in wholes.items()], kept)


def _joined(key: tuple[Any, ...], parts: Sequence[Part], measures: Sequence[Figure]) -> Told:
    return _beside([part.rows[key] if key in part.rows else part.blank(key[0]) for part in parts], measures)


def _beside(told: Sequence[Told], measures: Sequence[Figure]) -> Told:
    """What several parts say, in the order that was asked for."""
    if len(told) == 1:
        return told[0]
    values = {key: value for one in told for key, value in one.values.items()}
    return Told({measure.key: values[measure.key] for measure in measures}, frozenset().union(*(one.approx for one in told)))


def _added(rows: Sequence[tuple[int, ...]], asked: _Asked) -> tuple[int, ...]:
    return tuple(map(sum, zip(*rows, strict=True))) if rows else (0,) * len(asked.columns())


@dataclass(frozen=True, slots=True)
class _Asked:
    by: tuple[str, ...]
    measures: tuple[Measure, ...]
    months: tuple[Month, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that rows are grouped by, the month first."""
        return tuple(dict.fromkeys(["at", *(DIMENSIONS[name] for name in self.by)]))

    def columns(self, *, approved: bool = False) -> list[str]:
        """The columns of `MonthSum` that the measures need; where approved reports alone count, those."""
        return sum_columns(self.measures, approved=approved)


def _asked(question: Question, by: Sequence[str], measures: Sequence[str], months: Sequence[Month]) -> _Asked:
    unknown = [name for name in by if name not in DIMENSIONS] + [name for name in measures if name not in PROGRESS_MEASURES]
    if unknown:
        allowed = f"{'、'.join(DIMENSIONS)}；{'、'.join(PROGRESS_MEASURES)}"
        raise PivotError(f"没有这样的维度或指标：{'、'.join(unknown)}。可用：{allowed}", f"no such dimension or measure: {', '.join(unknown)}")
    return _Asked(tuple(dict.fromkeys(by)), tuple(PROGRESS_MEASURES[name] for name in measures or PROGRESS_MEASURES), months_of(question, by, months))


def months_of(question: Question, by: Sequence[str], months: Sequence[Month]) -> tuple[Month, ...]:
    """The months that rows are asked of, in order of time.

    :raises PivotError: several in one row.
    """
    chosen = tuple(dict.fromkeys(months)) or (question.month,)
    if len(chosen) > 1 and (question.half != WHOLE or "month" not in by):
        raise PivotError(
            "多个月份须按月份分行（接口加 by=month），且只能是整月：各月的数不能相加。",
            "several months need the dimension month (by=month through the API), and are whole months",
        )
    return tuple(sorted(chosen))


def is_kept(question: Question, months: Sequence[Month]) -> bool:
    """Whether the kept totals can answer."""
    if question.moment.state is not None or question.half != WHOLE or question.version is not None:
        return False
    return set(months) <= set(kept_months())


# --- Where rows come from ----------------------------------------------------------------------------------------------------------


def _from_kept(reach: Reach, question: Question, asked: _Asked) -> Groups:
    columns = asked.columns(approved=question.approved)
    return _read(told(asked.months, asked.keys, columns, condition(reach, question), by_project="stage" in asked.keys), asked)


def condition(reach: Reach, question: Question) -> Sql:
    """The question as a condition on kept rows. Three queries at most, for the ids behind keys."""
    conditions, params = ["standing > 0" if question.whole else f"(standing & {_list_bit(question.lists)}) <> 0"], []
    wanted: list[tuple[str, list[int]]] = []
    if not reach.whole_city:
        wanted.append(("unit_id", list(reach.units.values_list("pk", flat=True))))
    if question.unit:
        wanted.append(("unit_id", list(ReportingUnit.objects.filter(key=question.unit).values_list("pk", flat=True))))
    if question.sector:
        scheme, _, code = question.sector.partition(".")
        found = Classification.objects.filter(scheme=scheme, code=code).values_list("pk", flat=True)
        wanted.append(("sector_id", [0] if question.sector == NONE else list(found)))
    for name, ids in wanted:
        conditions.append(f"{name} IN ({', '.join(str(int(pk)) for pk in ids)})" if ids else "1 = 0")
    if question.kind:
        conditions.append("kind = %s")
        params.append(question.kind)
    return Sql(" AND ".join(conditions), tuple(params))


def _list_bit(lists: str) -> int:
    return UNLISTED if lists == NONE else LIST_BITS.get(lists, 0)


def _bits(question: Question) -> dict[str, int]:
    """The rows of the dimension `list` that the question asks for."""
    every = {**LIST_BITS, NONE: UNLISTED}
    return every if not question.lists else {name: bit for name, bit in every.items() if name == question.lists}


def _from_records(reach: Reach, question: Question, asked: _Asked) -> Groups:
    """The plain aggregate. Two queries a month."""
    rows: list[tuple[Any, ...]] = []
    for month in asked.months:
        selection = select(reach, replace(question, month=month))
        versions = [(version.pk, version.list.kind) for version in selection.versions]
        facts = fact_rows(selection.projects, selection.question.moment, versions, total="printed_then", both=False)
        rows += ask(added_up(Sql(f"{facts.text} worked", facts.params), asked.keys, columns=asked.columns()))
    return _read(rows, asked)


def _read(rows: Sequence[tuple[Any, ...]], asked: _Asked) -> Groups:
    start = len(asked.keys)
    key_of = itemgetter(0, *(asked.keys.index(DIMENSIONS[name]) for name in asked.by)) if asked.by else itemgetter(slice(1))
    return [(key_of(row), row[start:]) for row in rows]


def _spread(groups: Groups, asked: _Asked, bits: Mapping[str, int]) -> Groups:
    """The rows of groups; by list, a group is in the row of each kind that its projects stand on."""
    if "list" not in asked.by:
        return groups
    place = asked.by.index("list") + 1
    found: dict[tuple[Any, ...], list[tuple[int, ...]]] = {}
    for key, sums in groups:
        for name, bit in bits.items():
            if key[place] & bit:
                found.setdefault((*key[:place], name, *key[place + 1 :]), []).append(sums)
    return [(key, _added(rows, asked)) for key, rows in found.items()]
