"""Figures by any combination of unit, sector, kind, list, stage and month, for a question under a reader's reach.

Answered from the kept month totals where these say it (`projects.summary`): whole months as known now, all reports or approved ones
alone. A known day, a half month, a version asked for by number and months nobody reported are answered by the plain aggregate, of which
the kept totals are a copy. Either way rows come grouped out of one statement and are made into figures by `projects.measures`.

A project on lists of both kinds stands in both rows of the dimension `list`, and once in the whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import ReportingUnit
from projects.measures import Amount, Sums
from projects.models import Classification, Project
from projects.models.lookups import stage_choices
from projects.monthly import LIST_BITS, UNLISTED, Sql, added_up, fact_rows
from projects.period import FIRST_HALF, WHOLE
from projects.summary import BY_PROJECT, ask, kept_months, told
from projects.values import Month, fen_to_wan
from reports.measured import MEASURES, Gathered, Measure
from reports.selection import NONE, Question, Reach, select
from reports.tables import Value

DIMENSIONS: dict[str, str] = {"unit": "unit_id", "sector": "sector_id", "kind": "kind", "list": "standing", "stage": "stage", "month": "at"}
_AMOUNTS = ("total", "plan", "month", "ytd", "cum", "own_plan")


class PivotError(ValueError):
    """The question can't be put so: `zh` and `en` say why."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


@dataclass(frozen=True, slots=True)
class PivotRow:
    """A row: what it stands for by dimension (the keys that a question takes, and words), and its measures."""

    keys: Mapping[str, str]
    labels: Mapping[str, str]
    values: Mapping[str, Value]
    approx: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Pivot:
    """Rows in print order, and for each month the whole of them, in which every project is counted once."""

    by: Sequence[str]
    measures: Sequence[Measure]
    rows: Sequence[PivotRow]
    wholes: Sequence[PivotRow]
    kept: bool  # whether the kept totals answered


@dataclass(slots=True)
class _Cell:
    sums: Sums = field(default_factory=Sums)
    cum: Amount = field(default_factory=Amount)

    def take(self, other: _Cell) -> None:
        self.sums.merge(other.sums)
        self.cum.merge(other.cum)


def pivot(reach: Reach, question: Question, by: Sequence[str], measures: Sequence[str] = (), months: Sequence[Month] = ()) -> Pivot:
    """Answer the question's month (or several, each a row of its own) by some dimensions. A fixed number of queries from kept totals."""
    asked = _asked(question, by, measures, months)
    kept = is_kept(question, asked.months)
    found = _from_kept(reach, question, asked) if kept else _from_records(reach, question, asked)
    half = question.half == FIRST_HALF
    cells: dict[tuple[Any, ...], _Cell] = {}
    wholes: dict[int, _Cell] = {month.index: _Cell() for month in asked.months}
    for at, key, cell in found:
        wholes[at].take(cell)
        for spread in _spread(key, asked.by, _bits(question)):
            cells.setdefault((at, *spread), _Cell()).take(cell)
    names = _Names(asked.by)
    rows = [(key, _row(names, asked, key[0], key[1:], cell, half=half)) for key, cell in cells.items()]
    whole_names = replace(names, by=())
    return Pivot(
        asked.by,
        asked.measures,
        [row for key, row in sorted(rows, key=lambda one: names.order(one[0]))],
        [_row(whole_names, asked, at, (), cell, half=half) for at, cell in sorted(wholes.items())],
        kept,
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    by: tuple[str, ...]
    measures: tuple[Measure, ...]
    months: tuple[Month, ...]


def _asked(question: Question, by: Sequence[str], measures: Sequence[str], months: Sequence[Month]) -> _Asked:
    unknown = [name for name in by if name not in DIMENSIONS] + [name for name in measures if name not in MEASURES]
    if unknown:
        allowed = f"{'、'.join(DIMENSIONS)}；{'、'.join(MEASURES)}"
        raise PivotError(f"没有这样的维度或指标：{'、'.join(unknown)}。可用：{allowed}", f"no such dimension or measure: {', '.join(unknown)}")
    chosen = tuple(dict.fromkeys(months)) or (question.month,)
    if len(chosen) > 1 and (question.half != WHOLE or "month" not in by):
        raise PivotError("多个月份须按月份分行，且只能是整月：各月的数不能相加。", "several months need the dimension month, and are whole months")
    return _Asked(tuple(dict.fromkeys(by)), tuple(MEASURES[name] for name in measures or MEASURES), tuple(sorted(chosen)))


def is_kept(question: Question, months: Sequence[Month]) -> bool:
    """Whether the kept totals can answer."""
    if question.known is not None or question.half != WHOLE or question.version is not None:
        return False
    return set(months) <= set(kept_months())


# --- Where rows come from ----------------------------------------------------------------------------------------------------------

Found = Iterable[tuple[int, tuple[Any, ...], _Cell]]


def _columns(suffix: str = "") -> list[str]:
    names = ["n"]
    for name in _AMOUNTS:
        of = name if name in ("total", "plan") else f"{name}{suffix}"
        names += [of, f"{of}_n", *([f"{of}_rough"] if name not in ("plan", "own_plan") else [])]
    return names


def _from_kept(reach: Reach, question: Question, asked: _Asked) -> Found:
    keys = tuple(dict.fromkeys(["at", *(DIMENSIONS[name] for name in asked.by)]))
    columns = _columns("_ok" if question.approved else "")
    rows = told(asked.months, keys, columns, _where(reach, question), by_project="stage" in keys)
    return _read(rows, keys, asked.by)


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


def _from_records(reach: Reach, question: Question, asked: _Asked) -> Found:
    """The plain aggregate. Two queries a month."""
    keys = tuple(dict.fromkeys(["at", *(DIMENSIONS[name] for name in asked.by)]))
    columns = ", ".join(f"CAST(SUM({name}) AS bigint)" for name in _columns())
    rows: list[tuple[Any, ...]] = []
    for month in asked.months:
        selection = select(reach, replace(question, month=month))
        moment = selection.question.moment
        versions = [(version.pk, version.list.kind) for version in selection.versions]
        facts = fact_rows(selection.projects, moment, versions, total="printed_then", both=False)
        sums = added_up(Sql(f"{facts.text} worked", facts.params), BY_PROJECT)
        rows += ask(Sql(f"SELECT {', '.join(keys)}, {columns} FROM ({sums.text}) sums GROUP BY {', '.join(keys)}", sums.params))  # noqa: S608
    return _read(rows, keys, asked.by)


def _read(rows: Iterable[tuple[Any, ...]], keys: tuple[str, ...], by: Sequence[str]) -> Found:
    places = [keys.index(DIMENSIONS[name]) for name in by]
    for row in rows:
        yield row[0], tuple(row[place] for place in places), _cell(row[len(keys) :])


def _cell(row: Sequence[int]) -> _Cell:
    n, total, total_n, total_rough, plan, plan_n, month, month_n, month_rough, ytd, ytd_n, ytd_rough, cum, cum_n, cum_rough, own, own_n = row
    sums = Sums(
        n,
        total=Amount(fen_to_wan(total), total_n, n - total_n, total_rough),
        plan=Amount(fen_to_wan(plan), plan_n, n - plan_n),
        month=Amount(fen_to_wan(month), month_n, n - month_n, month_rough),
        ytd=Amount(fen_to_wan(ytd), ytd_n, n - ytd_n, ytd_rough),
        reported_plan=Amount(fen_to_wan(own), own_n, ytd_n - own_n),
    )
    return _Cell(sums, Amount(fen_to_wan(cum), cum_n, n - cum_n, cum_rough))


def _spread(key: tuple[Any, ...], by: Sequence[str], bits: Mapping[str, int]) -> list[tuple[Any, ...]]:
    """A group's rows: one for each kind of list that its projects stand on."""
    if "list" not in by:
        return [key]
    place = by.index("list")
    return [(*key[:place], name, *key[place + 1 :]) for name, bit in bits.items() if key[place] & bit]


# --- Words -------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Names:
    """What keys are called, and their order. A query for each of units and sectors, where they are asked for."""

    by: tuple[str, ...]
    units: dict[int, tuple[int, str, str]] = field(default_factory=dict)
    sectors: dict[int, tuple[int, str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if "unit" in self.by and not self.units:
            found = ReportingUnit.objects.order_by("sort_order", "pk").values_list("pk", "key", "short_name")
            self.units.update({pk: (at, key, name) for at, (pk, key, name) in enumerate(found)})
        if "sector" in self.by and not self.sectors:
            rows = Classification.objects.filter(pk__in=Project.objects.order_by().values("sector_id")).order_by("scheme", "sort_order", "pk")
            self.sectors.update({row.pk: (at, f"{row.scheme}.{row.code}", row.name) for at, row in enumerate(rows)})

    def told(self, name: str, value: Any) -> tuple[Any, str, str]:
        """Order, key and words of a value of a dimension."""
        last = len(self.units) + len(self.sectors)
        if name == "unit":
            return self.units.get(value, (last, str(value), str(value)))
        if name == "sector":
            return self.sectors.get(value, (last, NONE, _("未分领域")) if not value else (last, str(value), str(value)))
        if name == "month":
            return value, str(Month.from_index(value)), str(Month.from_index(value))
        words = dict(stage_choices() if name == "stage" else Project.Kind.choices)
        return (
            list(words).index(value) if value in words else last + len(words),
            value,
            str(words.get(value, _("清单外项目") if name == "list" else value)),
        )

    def order(self, key: tuple[Any, ...]) -> tuple[Any, ...]:
        return (*(self.told(name, value)[0] for name, value in zip(self.by, key[1:], strict=True)), key[0])


def _row(names: _Names, asked: _Asked, at: int, key: tuple[Any, ...], cell: _Cell, *, half: bool) -> PivotRow:
    gathered = Gathered.of(Month.from_index(at), cell.sums, cell.cum, half=half)
    said = {name: names.told(name, value) for name, value in zip(names.by, key, strict=True)}
    if not names.by:
        said = {"month": names.told("month", at)}
    return PivotRow(
        {name: one[1] for name, one in said.items()},
        {name: one[2] for name, one in said.items()},
        {measure.key: measure.read(gathered) for measure in asked.measures},
        frozenset(measure.key for measure in asked.measures if measure.is_rough(gathered)),
    )
