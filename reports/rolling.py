"""三年滚动投资计划表: what each project, unit and source is to give in the three years of a plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.roles import Action
from accounts.scope import for_user
from funding.finance_figures import rolling_entries, rolling_record
from funding.models import RollingEntry, RollingLine, RollingPlan
from funding.rolling import RollingRecord, judged
from projects.measures import Amount
from projects.models import Project
from reports.narrow import Narrow
from reports.tables import Column, Kind, Level, Row, Table, Value

BY = ("project", "unit", "source")
_YEARS = ("first", "second", "third")
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class RollingRow:
    """A project of the plan."""

    entry: RollingEntry
    lines: Sequence[RollingLine]
    record: RollingRecord

    @property
    def wrong(self) -> bool:
        return bool(judged(self.record))


@dataclass(frozen=True, slots=True)
class Rolling:
    """A plan with the projects of it that the reader reaches and asks for."""

    plan: RollingPlan
    rows: Sequence[RollingRow]
    whole_city: bool


@dataclass(slots=True)
class Sums:
    """Projects added up: what is known of totals and of what was done, and the years."""

    count: int = 0
    total: Amount = field(default_factory=Amount)
    prior: Amount = field(default_factory=Amount)
    left: Amount = field(default_factory=Amount)
    years: list[Decimal] = field(default_factory=lambda: [_ZERO] * len(_YEARS))

    def add(self, row: RollingRow) -> None:
        self.count += 1
        self.total.add(row.entry.total_wan, approx=row.entry.project.is_approx)
        self.prior.add(row.entry.cum_prior_wan)
        self.left.add(row.record.left_wan)
        self.add_years(row.record.by_year.values())

    def add_years(self, amounts: Iterable[Decimal | None]) -> None:
        self.years = [so_far + (amount or _ZERO) for so_far, amount in zip(self.years, amounts, strict=True)]

    @property
    def values(self) -> dict[str, Value]:
        return {"total": self.total.wan, "prior": self.prior.wan, **year_values(self.years), "left": self.left.wan}


def year_values(amounts: Iterable[Decimal | None]) -> dict[str, Value]:
    told: dict[str, Value] = dict(zip(_YEARS, amounts, strict=True))
    return {**told, "sum": sum((amount for amount in told.values() if isinstance(amount, Decimal)), _ZERO)}


def rolling(user: Any, plan: RollingPlan, narrow: Narrow, *, whole_city: bool, action: Action = Action.VIEW) -> Rolling:
    """The projects of the plan in reach. Two queries."""
    entries = for_user(RollingEntry.objects.filter(plan=plan), user, action)
    if narrow.params:
        entries = entries.filter(project__in=narrow.of(Project.objects.all()).order_by().values("pk"))
    rows = [RollingRow(entry, lines, rolling_record(entry, lines)) for entry, lines in rolling_entries(entries)]
    return Rolling(plan, rows, whole_city)


def table(found: Rolling, by: str) -> Table:
    """The table by project, unit or source."""
    return {"project": _by_project, "unit": _by_unit, "source": _by_source}[by](found)


def _whole(found: Rolling) -> Sums:
    sums = Sums()
    for row in found.rows:
        sums.add(row)
    return sums


def _years(plan: RollingPlan) -> list[Column]:
    group = _("分年计划投资")
    columns = [Column(key, _("%(year)s年") % {"year": year}, Kind.WAN, group, width=14) for key, year in zip(_YEARS, plan.years, strict=True)]
    return [*columns, Column("sum", _("三年合计"), Kind.WAN, group, width=14)]


def _table(found: Rolling, name: str, title: str, columns: Sequence[Column], rows: Sequence[Row], *notes: str) -> Table:
    wrong = sum(row.wrong for row in found.rows)
    told = list(notes)
    if wrong:
        told.append(_("%(n)s个项目勾稽不符，见各项目的滚动计划页。") % {"n": wrong})
    if found.plan.is_synthetic:
        told.append(_("含示例数据（虚构）。"))
    return Table(
        name=name,
        title=_("%(city)s%(plan)s（%(by)s）") % {"city": settings.CITY_NAME if found.whole_city else "", "plan": found.plan, "by": title},
        unit_line=_("单位：万元"),
        columns=columns,
        rows=rows,
        moment=found.plan.doc_no,
        notes=told,
    )


def _total(sums: Sums, **more: Value) -> Row:
    label = _("合计 %(n)s 个项目") % {"n": sums.count}
    rough = frozenset({"total"}) if sums.total.is_approx else frozenset()
    return Row(label, {"label": label, **sums.values, **more}, Level.TOTAL, rough)


def _by_project(found: Rolling) -> Table:
    """A project with its sources below it."""
    rows = [_total(_whole(found))]
    for row in found.rows:
        entry, project = row.entry, row.entry.project
        values: dict[str, Value] = {
            "label": project.name,
            "unit": project.unit.short_name,
            "total": entry.total_wan,
            "prior": entry.cum_prior_wan,
            **year_values(row.record.amounts_wan),
            "left": row.record.left_wan,
            "start": entry.planned_start,
            "finish": entry.planned_finish,
            "content": _content(row),
        }
        rough = frozenset({"total"}) if project.is_approx else frozenset()
        rows.append(Row(project.name, values, Level.PART, rough, {"entry": str(entry.pk)}))
        for line in row.lines:
            label = f"　{line.source.name}"
            rows.append(Row(label, {"label": label, **year_values((line.first_wan, line.second_wan, line.third_wan))}))
    columns = [
        Column("label", _("项目 / 资金来源"), width=34),
        Column("unit", _("填报单位"), width=12),
        Column("total", _("总投资"), Kind.WAN, width=14),
        Column("prior", _("上年底累计"), Kind.WAN, width=14),
        *_years(found.plan),
        Column("left", _("以后年度"), Kind.WAN, width=14),
        Column("start", _("拟开工"), width=10),
        Column("finish", _("拟竣工"), width=10),
        Column("content", _("主要建设内容"), width=40),
    ]
    return _table(found, "rolling_by_project", _("按项目"), columns, rows, _("以后年度＝总投资－上年底累计－三年合计。"))


def _content(row: RollingRow) -> str:
    """What is built year by year, in one cell."""
    entry = row.entry
    texts = zip(entry.plan.years, (entry.first_content, entry.second_content, entry.third_content), strict=True)
    return "；".join(_("%(year)s年：%(text)s") % {"year": year, "text": text.strip()} for year, text in texts if text.strip())


def _by_unit(found: Rolling) -> Table:
    parts: dict[str, Sums] = {}
    for row in found.rows:
        parts.setdefault(row.entry.project.unit.short_name, Sums()).add(row)
    rows = [Row(name, {"label": name, "count": sums.count, **sums.values}) for name, sums in parts.items()]
    columns = [
        Column("label", _("填报单位"), width=16),
        Column("count", _("项目数"), Kind.COUNT),
        Column("total", _("总投资"), Kind.WAN, width=14),
        Column("prior", _("上年底累计"), Kind.WAN, width=14),
        *_years(found.plan),
        Column("left", _("以后年度"), Kind.WAN, width=14),
    ]
    whole = _whole(found)
    return _table(found, "rolling_by_unit", _("按单位"), columns, [_total(whole, count=whole.count), *rows])


def _by_source(found: Rolling) -> Table:
    """What each source is asked for; a project counts with each of its sources."""
    parts: dict[int, tuple[str, int, Sums]] = {}
    for row in found.rows:
        for line in row.lines:
            sums = parts.setdefault(line.source_id, (line.source.name, line.source.sort_order, Sums()))[2]
            sums.count += 1
            sums.add_years((line.first_wan, line.second_wan, line.third_wan))
    ordered = sorted(parts.values(), key=lambda part: part[1])
    rows = [Row(name, {"label": name, "count": sums.count, **year_values(sums.years)}) for name, _order, sums in ordered]
    whole = _whole(found)
    total = Row(_("合计"), {"label": _("合计"), "count": whole.count, **year_values(whole.years)}, Level.TOTAL)
    columns = [Column("label", _("资金来源"), width=20), Column("count", _("项目数"), Kind.COUNT), *_years(found.plan)]
    return _table(found, "rolling_by_source", _("按来源"), columns, [total, *rows], _("一个项目有几个来源就在几行里各计一次项目数；合计行只计一次。"))
