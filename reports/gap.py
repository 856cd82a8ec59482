"""资金缺口: project by project and source by source what is planned, secured and arrived, and what is missing between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from funding.finance import Backing
from funding.finance_figures import backing, finance_rules, sources, with_money
from projects.findings import message
from projects.measures import Amount, share
from projects.models import Classification, Project
from reports.narrow import Narrow
from reports.selection import Reach
from reports.tables import Column, Kind, Level, Row, Table, Value

ONLY = ("gap", "planned")  # those that lack something; those that have a plan


@dataclass(frozen=True, slots=True)
class GapQuestion:
    """Which projects, of which source (its code), and whether only those that lack something, or that have a plan."""

    narrow: Narrow
    source: str = ""
    only: str = ""  # one of ONLY

    @property
    def params(self) -> dict[str, str]:
        told = {**self.narrow.params, "source": self.source, "only": self.only}
        return {name: value for name, value in told.items() if value}


@dataclass(frozen=True, slots=True)
class GapRow:
    """A project with its sources, and what the rules say of its plan."""

    project: Project
    by_source: Mapping[int, Backing]
    whole: Backing
    said: str


@dataclass(frozen=True, slots=True)
class Gaps:
    """All that the tables say."""

    question: GapQuestion
    rows: Sequence[GapRow]
    sources: Mapping[int, Classification]
    without: int  # projects in reach that have neither a plan nor money
    whole_city: bool

    @property
    def whole(self) -> Backing:
        return Backing.total(row.whole for row in self.rows)


def gaps(reach: Reach, question: GapQuestion) -> Gaps:
    """Eight queries at most, whatever the number of projects."""
    known, mine = sources(), question.narrow.of(reach.projects)
    shown = with_money(mine)
    found = backing(shown, known)
    rules = finance_rules(timezone.localdate())
    wanted = {pk for pk, source in known.items() if question.source in ("", source.code)}
    rows = []
    for project in shown.select_related("unit", "sector").order_by("unit__sort_order", "name", "pk"):
        every = found.get(project.pk, {})
        mine_alone = {pk: one for pk, one in every.items() if pk in wanted}
        if question.source and not mine_alone:
            continue
        planned = any(one.planned_wan for one in every.values())
        short = any(one.has_gap for one in mine_alone.values())
        if (question.only == "gap" and not short) or (question.only == "planned" and not planned):
            continue
        told = rules.judge(project, project.total_wan, Backing.total(every.values()), has_lines=planned)
        said = "；".join(message(finding, get_language() or "zh") for finding in told) if planned else _("没有资金方案")
        rows.append(GapRow(project, mine_alone, Backing.total(mine_alone.values()), said))
    return Gaps(question, rows, known, mine.count() - shown.count(), reach.whole_city)


# Column → the figure it prints, and its heading.
_MONEY: Mapping[str, tuple[str, Any]] = {
    "plan": ("planned_wan", gettext_lazy("计划")),
    "secured": ("secured_wan", gettext_lazy("已落实")),
    "unsecured": ("unsecured_wan", gettext_lazy("未落实")),
    "arrived": ("arrived_wan", gettext_lazy("已到位")),
    "waiting": ("waiting_wan", gettext_lazy("落实未到位")),
    "early": ("early_wan", gettext_lazy("到位超落实")),
}


def _values(one: Backing) -> dict[str, Value]:
    values: dict[str, Value] = {key: getattr(one, name) for key, (name, _title) in _MONEY.items()}
    return {**values, "rate": share(one.secured_wan, one.planned_wan)}


def _columns(first: str, *beside: Column, last: Sequence[Column] = ()) -> list[Column]:
    money = [Column(key, str(title), Kind.EXACT, width=14) for key, (_name, title) in _MONEY.items()]
    money.insert(2, Column("rate", _("落实率（%）"), Kind.PERCENT))
    return [Column("label", first, width=34), *beside, *money, *last]


def _table(found: Gaps, name: str, title: str, columns: Sequence[Column], rows: Iterable[Row]) -> Table:
    return Table(
        name=name,
        title=_("%(city)s%(title)s") % {"city": settings.CITY_NAME if found.whole_city else "", "title": title},
        unit_line=_("单位：万元"),
        columns=columns,
        rows=list(rows),
        moment=_("截至%(day)s") % {"day": timezone.localdate().isoformat()},
        notes=_notes(found),
    )


def _notes(found: Gaps) -> list[str]:
    told = [
        _("未落实＝计划－已落实；落实未到位＝已落实－已到位（不小于0）；到位超过已落实的单列，不抵减其他来源的缺口。"),
        _("专项债券、一般债券、中央预算内投资的到位数取自资金流水，其他来源为流水数加账外到位。"),
    ]
    if found.without:
        told.append(_("另有%(n)s个项目既没有资金方案，也没有到位资金，未列入。") % {"n": found.without})
    if any(row.project.is_synthetic for row in found.rows):
        told.append(_("含示例数据（虚构）。"))
    return told


def by_project(found: Gaps, start: int = 0, stop: int | None = None) -> Table:
    """The whole, and each project with its sources below it; `start` and `stop` are of the projects that are printed."""
    total = Amount()
    for row in found.rows:
        total.add(row.project.total_wan, approx=row.project.is_approx)
    rough = frozenset({"total"})
    label = _("合计 %(n)s 个项目") % {"n": len(found.rows)}
    told = [Row(label, {"label": label, "total": total.wan, **_values(found.whole)}, Level.TOTAL, rough if total.is_approx else frozenset())]
    for row in found.rows[start:stop]:
        project = row.project
        values = {"label": project.name, "unit": project.unit.short_name, "total": project.total_wan, **_values(row.whole), "check": row.said}
        keys = {"project": str(project.pk)}
        told.append(Row(project.name, values, Level.PART, rough if project.is_approx else frozenset(), keys))
        for pk, one in row.by_source.items():
            name = found.sources[pk].name
            told.append(Row(f"　{name}", {"label": f"　{name}", **_values(one)}))
    columns = _columns(
        _("项目 / 资金来源"),
        Column("unit", _("填报单位"), width=12),
        Column("total", _("总投资"), Kind.EXACT, width=14),
        last=[Column("check", _("核对"), width=36)],
    )
    return _table(found, "gap", _("项目资金缺口表"), columns, told)


def by_source(found: Gaps) -> Table:
    """What each source is short of, over all projects shown."""
    parts = {pk: [row.by_source[pk] for row in found.rows if pk in row.by_source] for pk in found.sources}
    rows = [(found.sources[pk].name, len(ones), Backing.total(ones)) for pk, ones in parts.items() if ones]
    return _summed(found, "gap_by_source", _("资金缺口（按来源）"), _("资金来源"), rows)


def by_unit(found: Gaps) -> Table:
    """What the projects of each unit are short of."""
    parts: dict[Any, list[Backing]] = {}
    for row in found.rows:
        parts.setdefault(row.project.unit.short_name, []).append(row.whole)
    rows = [(name, len(ones), Backing.total(ones)) for name, ones in parts.items()]
    return _summed(found, "gap_by_unit", _("资金缺口（按单位）"), _("填报单位"), rows)


def _summed(found: Gaps, name: str, title: str, first: str, rows: Sequence[tuple[str, int, Backing]]) -> Table:
    columns = _columns(first, Column("count", _("项目数"), Kind.COUNT))
    total = Row(_("合计"), {"label": _("合计"), "count": len(found.rows), **_values(found.whole)}, Level.TOTAL)
    told = [Row(label, {"label": label, "count": count, **_values(one)}) for label, count, one in rows]
    return replace(_table(found, name, title, columns, [total, *told]), notes=())
