"""Figures by any combination of unit, sector, kind, list, stage and month, for a question under a reader's reach.

Answered from the kept month totals where these say it (`projects.summary`): whole months as known now, all reports or approved ones
alone. A known day, a half month, a version asked for by number and months nobody reported are answered by the plain aggregate, of which
the kept totals are a copy. Either way rows come grouped out of one statement, with the amounts alone that the asked measures need, and are
made into figures by `reports.measured`.

A project on lists of both kinds stands in both rows of the dimension `list`, and once in the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from operator import itemgetter
from typing import Any, NamedTuple

from accounts.models import ReportingUnit
from projects.measures import rate, schedule
from projects.models import Classification
from projects.monthly import LIST_BITS, UNLISTED, Sql, added_up, fact_rows
from projects.period import FIRST_HALF, WHOLE
from projects.summary import ask, kept_months, told
from projects.values import Month, fen_to_wan
from reports.dimensions import Names
from reports.measured import MEASURES, Figure, Gathered, Measure
from reports.selection import NONE, Question, Reach, select
from reports.tables import Value

DIMENSIONS: dict[str, str] = {"unit": "unit_id", "sector": "sector_id", "kind": "kind", "list": "standing", "stage": "stage", "month": "at"}
_NEVER_ROUGH = frozenset({"plan", "own_plan", "own_plan_ok"})
_REPORTED = frozenset({"month", "ytd", "cum", "own_plan"})
_EXACT: frozenset[str] = frozenset()


class PivotError(ValueError):
    """The question can't be put so: `zh` and `en` say why."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


class Told(NamedTuple):
    """What is said in a row: its measures, and which of them are rough."""

    values: dict[str, Value]
    approx: frozenset[str] = frozenset()


class Part(NamedTuple):
    """What one source of figures says: rows by month and value of each dimension, the whole of each month, and of a row that it has not."""

    rows: Mapping[tuple[Any, ...], Told]
    wholes: Mapping[int, Told]
    blank: Callable[[int], Told]


class PivotRow(NamedTuple):
    """A row: what it stands for by dimension (the keys that a question takes, and words), its measures, and which of them are rough."""

    keys: Mapping[str, str]
    labels: Mapping[str, str]
    values: Mapping[str, Value]
    approx: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Pivot:
    """Rows in print order, and for each month the whole of them, in which every project is counted once."""

    by: Sequence[str]
    measures: Sequence[Figure]
    rows: Sequence[PivotRow]
    wholes: Sequence[PivotRow]
    kept: bool  # whether the kept totals answered


# Month, value of each dimension → the sums, in the order of `_Asked.columns()`.
Groups = Iterable[tuple[tuple[Any, ...], tuple[int, ...]]]


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
    kept = is_kept(question, months)
    groups = list(_from_kept(reach, question, asked) if kept else _from_records(reach, question, asked))
    wholes: dict[int, list[tuple[int, ...]]] = {month.index: [] for month in asked.months}
    for key, sums in groups:
        wholes[key[0]].append(sums)
    half = question.half == FIRST_HALF
    readers = {at: _Reader(asked.measures, schedule(Month.from_index(at).month, half=half)) for at in wholes}
    nothing = _added((), asked)
    part = Part(
        {key: readers[key[0]].read(sums) for key, sums in _spread(groups, asked, _bits(question))},
        {at: readers[at].read(_added(found, asked)) for at, found in wholes.items()},
        lambda at: readers[at].read(nothing),
    )
    return part, kept


def laid_out(by: Sequence[str], measures: Sequence[Figure], parts: Sequence[Part], kept: bool) -> Pivot:
    """Parts side by side, in print order. A row that one part alone has says of the other that there is nothing."""
    found = parts[0].rows if len(parts) == 1 else {key: _joined(key, parts, measures) for part in parts for key in part.rows}
    names = Names(by, [key[1:] for key in found])
    rows = sorted([(*names.said(key), told) for key, told in found.items()], key=itemgetter(0))
    wholes = {at: _beside([part.wholes[at] for part in parts], measures) for at in sorted(parts[0].wholes)}
    return Pivot(
        by,
        measures,
        [PivotRow(keys, labels, *told) for _order, keys, labels, told in rows],
        [_whole(at, told) for at, told in wholes.items()],
        kept,
    )


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


def _whole(at: int, told: Told) -> PivotRow:
    said = {"month": str(Month.from_index(at))}
    return PivotRow(said, said, *told)


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
        return ["n", *(column for name in _amounts(self.measures) for column in _columns(f"{name}_ok" if approved and name in _REPORTED else name))]


def _asked(question: Question, by: Sequence[str], measures: Sequence[str], months: Sequence[Month]) -> _Asked:
    unknown = [name for name in by if name not in DIMENSIONS] + [name for name in measures if name not in MEASURES]
    if unknown:
        allowed = f"{'、'.join(DIMENSIONS)}；{'、'.join(MEASURES)}"
        raise PivotError(f"没有这样的维度或指标：{'、'.join(unknown)}。可用：{allowed}", f"no such dimension or measure: {', '.join(unknown)}")
    return _Asked(tuple(dict.fromkeys(by)), tuple(MEASURES[name] for name in measures or MEASURES), months_of(question, by, months))


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


def _amounts(measures: Iterable[Measure]) -> list[str]:
    return list(dict.fromkeys(name for measure in measures for name in measure.needs))


def _columns(name: str) -> tuple[str, ...]:
    """An amount's columns: its sum, how many have it, how many of those roughly."""
    return (name, f"{name}_n") if name in _NEVER_ROUGH else (name, f"{name}_n", f"{name}_rough")


def _from_kept(reach: Reach, question: Question, asked: _Asked) -> Groups:
    columns = asked.columns(approved=question.approved)
    return _read(told(asked.months, asked.keys, columns, _where(reach, question), by_project="stage" in asked.keys), asked)


def _where(reach: Reach, question: Question) -> Sql:
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


def _read(rows: Iterable[tuple[Any, ...]], asked: _Asked) -> Groups:
    places = [0, *(asked.keys.index(DIMENSIONS[name]) for name in asked.by)]
    start = len(asked.keys)
    for row in rows:
        yield tuple([row[place] for place in places]), row[start:]


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


class _Reader:
    """Makes the sums of a month's row into measures."""

    def __init__(self, measures: Sequence[Measure], expected: Decimal) -> None:
        self.expected = expected
        self.reads = [(measure.key, measure.read) for measure in measures]
        self.places: list[tuple[str, int]] = []
        at, rough = 1, {}
        for name in _amounts(measures):
            self.places.append((name, at))
            rough[name] = at + 2
            at += len(_columns(name))
        self.said = next((place + 1 for name, place in self.places if name == "ytd"), 0)  # of how many there is a year to date; else of all
        self.marks = [(measure.key, rough[measure.rough]) for measure in measures if measure.rough]
        self.has_rate = {"ytd", "plan"} <= rough.keys()

    def read(self, sums: tuple[int, ...]) -> Told:
        wan = {name: fen_to_wan(sums[place]) if sums[place + 1] else None for name, place in self.places}
        done = rate(wan["ytd"], wan["plan"]) if self.has_rate else None
        row = Gathered(sums[0], sums[0] - sums[self.said], self.expected, wan, done)
        values = {key: read(row) for key, read in self.reads}
        approx = [key for key, place in self.marks if sums[place]]
        return Told(values, frozenset(approx) if approx else _EXACT)
