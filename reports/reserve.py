"""储备项目: projects in the reserve by the year in which they are planned to start, over the years of a plan period. The period is data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from projects.measures import Amount
from projects.models import Classification, Project
from projects.stages import Stage
from projects.values import PartialDate
from reports.narrow import Narrow
from reports.selection import Reach
from reports.tables import Column, Kind, Level, Row, Table, Value

BY = ("unit", "sector")
UNDATED, OUTSIDE = "undated", "outside"


@dataclass(frozen=True, slots=True)
class PlanPeriod:
    """A period of the five-year plans: its code, its name, its first and its last year."""

    code: str
    name: str
    first: int
    last: int

    @property
    def years(self) -> range:
        return range(self.first, self.last + 1)

    @property
    def title(self) -> str:
        return _("%(name)s（%(first)s—%(last)s年）") % {"name": self.name, "first": self.first, "last": self.last}


def periods() -> list[PlanPeriod]:
    """The plan periods that have both years, in order. One query."""
    rows = Classification.objects.filter(scheme=Classification.Scheme.PERIOD).exclude(valid_from=None).exclude(valid_to=None)
    return [PlanPeriod(row.code, row.name, row.valid_from or 0, row.valid_to or 0) for row in rows.order_by("valid_from", "id")]


def next_period(known: Sequence[PlanPeriod], year: int) -> PlanPeriod | None:
    """The period that a year's reserve is for: the first that begins after it, else the one that holds it."""
    return next((one for one in known if one.first > year), next((one for one in known if year in one.years), known[-1] if known else None))


@dataclass(frozen=True, slots=True)
class Reserve:
    """The reserve projects that the reader reaches and asks for, each with the column that it stands in."""

    period: PlanPeriod
    rows: Sequence[tuple[Project, str]]
    whole_city: bool


def reserve(reach: Reach, narrow: Narrow, period: PlanPeriod) -> Reserve:
    """Every project of the reserve: what has no date, or one outside the period, is told apart and never dropped. One query."""
    found = narrow.of(reach.projects.filter(stage=Stage.RESERVE.value)).select_related("unit", "sector")
    rows = [(project, _place(project, period)) for project in found.order_by("planned_start", "unit__sort_order", "name", "pk")]
    return Reserve(period, rows, reach.whole_city)


def _place(project: Project, period: PlanPeriod) -> str:
    if not project.planned_start:
        return UNDATED
    year = PartialDate.parse(project.planned_start).year
    return str(year) if year in period.years else OUTSIDE


@dataclass(slots=True)
class _Cells:
    """How many projects, and how much, in each column and altogether."""

    counts: dict[str, int] = field(default_factory=dict)
    totals: dict[str, Amount] = field(default_factory=dict)

    def add(self, project: Project, place: str) -> None:
        for key in (place, "all"):
            self.counts[key] = self.counts.get(key, 0) + 1
            self.totals.setdefault(key, Amount()).add(project.total_wan, approx=project.is_approx)

    def values(self, places: Iterable[str]) -> dict[str, Value]:
        told: dict[str, Value] = {}
        for key in places:
            told[f"n_{key}"] = self.counts.get(key, 0)
            amount = self.totals.get(key)
            told[f"t_{key}"] = amount.wan if amount is not None else None
        return told

    @property
    def rough(self) -> frozenset[str]:
        return frozenset(f"t_{key}" for key, amount in self.totals.items() if amount.is_approx)


def _places(found: Reserve) -> dict[str, str]:
    """The columns: each year of the period, then outside, undated, and all; those beside the years only where anything stands in them."""
    told = {str(year): _("%(year)s年") % {"year": year} for year in found.period.years}
    used = {place for _project, place in found.rows}
    beside = {OUTSIDE: _("期外"), UNDATED: _("未定开工年份")}
    return {**told, **{key: title for key, title in beside.items() if key in used}, "all": _("合计")}


def matrix(found: Reserve, by: str) -> Table:
    """Units or sectors down, years across: number and total investment."""
    places, whole = _places(found), _Cells()
    parts: dict[tuple[int, str], _Cells] = {}
    for project, place in found.rows:
        whole.add(project, place)
        parts.setdefault(_key(project, by), _Cells()).add(project, place)
    columns = [Column("label", _("填报单位") if by == "unit" else _("领域"), width=16)]
    for key, title in places.items():
        columns += [Column(f"n_{key}", _("个数"), Kind.COUNT, title, width=6), Column(f"t_{key}", _("总投资"), Kind.YI, title, width=10)]
    rows = [Row(_("合计"), {"label": _("合计"), **whole.values(places)}, Level.TOTAL, whole.rough)]
    rows += [Row(name, {"label": name, **cells.values(places)}, approx=cells.rough) for (_order, name), cells in sorted(parts.items())]
    notes = [_("储备阶段的项目，按计划开工年份；没有填开工年份的单列，不漏计。")]
    missing = whole.totals["all"].missing if found.rows else 0
    if missing:
        notes.append(_("%(n)s个项目没有总投资，只计个数。") % {"n": missing})
    return _table(found, f"reserve_by_{by}", _("储备项目"), _("单位：个、亿元"), columns, rows, notes)


def _key(project: Project, by: str) -> tuple[int, str]:
    if by == "unit":
        return project.unit.sort_order, project.unit.short_name
    return (project.sector.sort_order, project.sector.name) if project.sector is not None else (10**9, _("未分领域"))


def listing(found: Reserve, start: int = 0, stop: int | None = None) -> Table:
    """The projects one by one, by the year in which they are to start; the undated last."""
    places = _places(found)
    ordered = sorted(found.rows, key=lambda row: row[1] == UNDATED)
    amount = Amount()
    for project, _at in ordered:
        amount.add(project.total_wan, approx=project.is_approx)
    label = _("合计 %(n)s 个项目") % {"n": len(ordered)}
    rough = frozenset({"total"})
    rows = [Row(label, {"label": label, "total": amount.wan}, Level.TOTAL, rough if amount.is_approx else frozenset())]
    rows += [_listed(project, places[place]) for project, place in ordered[start:stop]]
    columns = [
        Column("label", _("项目名称"), width=36),
        Column("unit", _("填报单位"), width=12),
        Column("sector", _("领域"), width=14),
        Column("total", _("总投资（万元）"), Kind.WAN, width=14),
        Column("year", _("开工年份"), width=12),
        Column("start", _("计划开工"), width=10),
        Column("finish", _("计划竣工"), width=10),
        Column("content", _("建设规模及主要内容"), width=40),
    ]
    return _table(found, "reserve_projects", _("储备项目明细"), _("单位：万元"), columns, rows, [])


def _listed(project: Project, year: str) -> Row:
    values: dict[str, Value] = {
        "label": project.name,
        "unit": project.unit.short_name,
        "sector": project.sector.name if project.sector else "",
        "total": project.total_wan,
        "year": year,
        "start": project.planned_start,
        "finish": project.planned_finish,
        "content": project.content,
    }
    return Row(project.name, values, approx=frozenset({"total"}) if project.is_approx else frozenset(), keys={"project": str(project.pk)})


def _table(found: Reserve, name: str, title: str, unit_line: str, columns: Sequence[Column], rows: Sequence[Row], notes: Sequence[Any]) -> Table:
    city = settings.CITY_NAME if found.whole_city else ""
    invented = [_("含示例数据（虚构）。")] if any(project.is_synthetic for project, _place_ in found.rows) else []
    return Table(
        name=name,
        title=_("%(city)s“%(period)s”%(title)s") % {"city": city, "period": found.period.name, "title": title},
        unit_line=unit_line,
        columns=columns,
        rows=rows,
        moment=_("截至%(day)s") % {"day": timezone.localdate().isoformat()},
        notes=[*notes, *invented],
    )
