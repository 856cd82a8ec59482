"""The year's money as tables: quota batch by batch, bonds by use area, central plans, and what each unit and each project got of both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from accounts.models import ReportingUnit
from accounts.roles import Action
from accounts.scope import city_wide, for_user
from funding.figures import MonthMoney, PlanFigures, bond_course, central_by_plan, flows_by, quota_by_batch
from funding.lookups import limits_on
from funding.measures import CentralSum, Flow, central_rates
from funding.models import Bond, CentralPlan, FundEntry, QuotaBatch, QuotaDraw
from funding.models.accounts import FundSource
from funding.records import OVER_ARRIVED
from projects.measures import share
from projects.models import Classification, Project
from reports.tables import Column, Kind, Level, Row, Table

_ZERO = Decimal(0)
_NOTHING = Flow()


@dataclass(frozen=True, slots=True)
class Money:
    """The year's money as it stood at the end of a day, as far as the reader reaches."""

    year: int
    until: date
    whole_city: bool
    tables: tuple[Table, ...]
    course: list[MonthMoney]
    is_synthetic: bool  # whether anything in it is invented, and says so in its own row


def money(user: Any, year: int, until: date, action: Action = Action.VIEW, unit: ReportingUnit | None = None) -> Money:
    """Everything the overview shows, in a fixed number of queries. Quota, issues and plans are the city's; accounts those in reach.

    With a unit only its projects' accounts are counted.
    """
    entries = for_user(FundEntry.objects.all(), user, action)
    if unit is not None:
        entries = entries.filter(account__project__unit=unit)
    bonds = entries.filter(account__bond__issue__year=year)
    plans = entries.filter(account__plan__year=year, account__source=FundSource.CENTRAL)
    tables: tuple[Table, ...] = (
        _quota(year, until),
        _areas(bonds, year, until),
        _plans(plans, year, until, city_wide(user, action) and unit is None),
        _units(bonds, plans, year, until),
        _projects(bonds, plans, year, until),
    )
    invented = any(rows.filter(is_synthetic=True).exists() for rows in _marked(year))
    if invented:
        tables = tuple(replace(table, notes=(*table.notes, _("含示例数据（虚构），见各批次、债券、计划自己的标记。"))) for table in tables)
    return Money(year, until, city_wide(user, action) and unit is None, tables, bond_course(year, entries, until), invented)


def _marked(year: int) -> tuple[QuerySet[Any], ...]:
    """The rows of a year that say whether they are invented."""
    return QuotaBatch.objects.filter(year=year), Bond.objects.filter(issue__year=year), CentralPlan.objects.filter(year=year)


def _table(name: str, title: str, columns: Iterable[Column], rows: Iterable[Row], year: int, until: date, *notes: str) -> Table:
    return Table(
        name=name,
        title=_("%(city)s%(year)s年%(title)s") % {"city": settings.CITY_NAME, "year": year, "title": title},
        unit_line=_("单位：亿元"),
        columns=list(columns),
        rows=list(rows),
        moment=_("截至%(day)s") % {"day": until.isoformat()},
        notes=notes,
    )


def _yi(key: str, title: str, group: str = "") -> Column:
    return Column(key, title, Kind.YI, group)


def _percent(key: str, title: str, group: str = "") -> Column:
    return Column(key, title, Kind.PERCENT, group)


def _summed(label: str, rows: list[Row], keys: Iterable[str]) -> dict[str, Any]:
    """The whole of the rows, column by column."""
    return {"label": label, **{key: sum((amount for row in rows if isinstance(amount := row.values[key], Decimal)), _ZERO) for key in keys}}


def _quota(year: int, until: date) -> Table:
    columns = (Column("label", _("额度批次"), width=20), _yi("whole", _("额度")), _yi("issued", _("已发行")), _yi("left", _("未发行")))
    rows = [
        Row(
            str(one.batch),
            {"label": str(one.batch), "whole": one.drawn.whole_wan, "issued": one.drawn.taken_wan, "left": one.drawn.left_wan},
            keys={"quota": str(one.batch.pk)},
        )
        for one in quota_by_batch(year, until)
    ]
    total = Row(_("合计"), _summed(_("合计"), rows, ("whole", "issued", "left")), Level.TOTAL)
    every = [replace(row, values={**row.values, "rate": _rate(row.values, "issued", "whole")}) for row in (total, *rows)]
    return _table("quota", _("新增专项债券额度"), (*columns, _percent("rate", _("发行率（%）"))), every, year, until)


def _rate(values: Mapping[str, Any], part: str, whole: str) -> Decimal | None:
    return share(values[part], values[whole])


_STEPS = ("assigned", "arrived", "paid")


def _of(flow: Flow, prefix: str = "") -> dict[str, Decimal]:
    return {f"{prefix}{key}": getattr(flow, f"{key}_wan") for key in _STEPS}


def _areas(bonds: QuerySet[FundEntry], year: int, until: date) -> Table:
    issued = dict(
        QuotaDraw.objects.filter(batch__year=year, drawn_on__lte=until).order_by().values_list("bond__use_area").annotate(Sum("amount_wan"))
    )
    flows = flows_by(bonds, "account__bond__use_area", until)
    names = dict(Classification.objects.filter(pk__in=[pk for pk in {*issued, *flows} if pk]).values_list("pk", "name"))
    rows = []
    for pk in sorted({*issued, *flows}, key=lambda key: (-(issued.get(key) or _ZERO), key or 0)):
        label = names.get(pk, _("未填领域"))
        rows.append(Row(label, {"label": label, "issued": issued.get(pk) or _ZERO, **_of(flows.get(pk, _NOTHING))}))
    total = Row(_("合计"), _summed(_("合计"), rows, ("issued", *_STEPS)), Level.TOTAL)
    every = [Row(row.label, {**row.values, "rate": _rate(row.values, "paid", "assigned")}, row.level) for row in (total, *rows)]
    columns = (Column("label", _("投向领域"), width=16), _yi("issued", _("发行")), *_bond_columns(), _percent("rate", _("支出率（%）")))
    return _table("areas", _("专项债券投向"), columns, every, year, until, _("支出率＝支出÷分配。"))


def _bond_columns(prefix: str = "", group: str = "") -> tuple[Column, ...]:
    titles = (_("分配"), _("拨付"), _("支出"))
    return tuple(_yi(f"{prefix}{key}", title, group) for key, title in zip(_STEPS, titles, strict=True))


def _plan_columns(prefix: str = "", group: str = "") -> tuple[Column, ...]:
    titles = (_("分解"), _("到位"), _("支付"))
    return tuple(_yi(f"{prefix}{key}", title, group) for key, title in zip(_STEPS, titles, strict=True))


def _plans(entries: QuerySet[FundEntry], year: int, until: date, whole_city: bool) -> Table:
    """Plan by plan, with the sum of a programme above its plans where it has several. What is only known roughly is printed so, and so is
    every sum that it is part of."""
    over = limits_on(until).central_payment_over
    plans = CentralPlan.objects.filter(year=year).order_by("programme", "given_on", "id")
    found = central_by_plan(entries, plans, until, whole_city=whole_city)
    rows = [_plan_row(_("合计"), found, over, whole_city, Level.TOTAL)]
    for programme, group in groupby(found, key=lambda one: one.plan.programme):
        own = list(group)
        if len(own) > 1 and programme:
            rows.append(_plan_row(_("%(name)s小计") % {"name": programme}, own, over, whole_city, Level.PART))
        rows += [_plan_row(str(one.plan), [one], over, whole_city) for one in own]
    columns = (Column("label", _("文号与专项"), width=30), _yi("whole", _("下达")), *_plan_columns(), _yi("completed", _("完成")), *_rate_columns())
    return _table("plans", _("中央预算内投资"), columns, rows, year, until, *_plan_notes(over, whole_city))


_RATES = ("decomposed", "started", "arrived", "paid", "completed")


def _rate_columns() -> tuple[Column, ...]:
    titles = (_("分解率（%）"), _("开工率（%）"), _("到位率（%）"), _("支付率（%）"), _("完成率（%）"))
    return tuple(_percent(f"{key}_rate", title) for key, title in zip(_RATES, titles, strict=True))


def _plan_row(label: str, found: list[PlanFigures], over: str, whole_city: bool, level: Level = Level.ROW) -> Row:
    told = CentralSum.of(one.told for one in found)
    rates = central_rates(told, over)
    values: dict[str, Any] = {f"{key}_rate": getattr(rates, key) for key in _RATES}
    if not whole_city:
        values["decomposed_rate"] = None  # how much of a plan was decomposed is told of the whole plan alone
    values |= {"label": label, "whole": sum((one.plan.amount_wan for one in found), _ZERO), **_of(told.flow), "completed": told.flow.completed_wan}
    rough = frozenset({"whole"}) if any(one.plan.is_approximate for one in found) else frozenset[str]()
    keys = {"plan": str(found[0].plan.pk)} if level is Level.ROW else {}
    return Row(label, values, level, approx=rough, keys=keys)


def _plan_notes(over: str, whole_city: bool) -> tuple[str, ...]:
    """What each rate is of; and over what payment is reckoned, which differs from place to place."""
    base = _("下达") if whole_city else _("本单位分解数")
    paid = _("到位") if over == OVER_ARRIVED else base
    told = {"base": base, "paid": paid}
    notes = (_("到位率＝到位÷%(base)s，支付率＝支付÷%(paid)s，完成率＝完成÷%(base)s；开工率按有中央资金的项目个数。") % told,)
    first = _("下达为全市数；分解、到位、支付、完成为中央资金。")
    return (first, _("分解率＝分解÷下达。") + notes[0]) if whole_city else (first, *notes)


def _units(bonds: QuerySet[FundEntry], plans: QuerySet[FundEntry], year: int, until: date) -> Table:
    by_bond, by_plan = flows_by(bonds, "account__project__unit", until), flows_by(plans, "account__project__unit", until)
    rows = []
    for unit in ReportingUnit.objects.filter(pk__in=[*by_bond, *by_plan]):
        told = {**_of(by_bond.get(unit.pk, _NOTHING), "bond_"), **_of(by_plan.get(unit.pk, _NOTHING), "plan_")}
        rows.append(Row(unit.short_name, {"label": unit.short_name, **told}, keys={"unit": str(unit.pk)}))
    return _both(rows, Column("label", _("填报单位"), width=14), (), "units", _("项目资金（按单位）"), year, until)


def _projects(bonds: QuerySet[FundEntry], plans: QuerySet[FundEntry], year: int, until: date) -> Table:
    """Each project that got anything of the year, in the order of the units."""
    by_bond, by_plan = flows_by(bonds, "account__project", until), flows_by(plans, "account__project", until)
    rows = []
    for project in Project.objects.filter(pk__among=sorted({*by_bond, *by_plan})).select_related("unit").order_by("unit__sort_order", "name"):
        told = {**_of(by_bond.get(project.pk, _NOTHING), "bond_"), **_of(by_plan.get(project.pk, _NOTHING), "plan_")}
        values: dict[str, Any] = {"label": project.name, "unit": project.unit.short_name, **told}
        rows.append(Row(project.name, values, keys={"project": str(project.pk)}))
    label = Column("label", _("项目"), width=36)
    return _both(rows, label, (Column("unit", _("填报单位"), width=12),), "projects", _("项目资金（按项目）"), year, until)


def _both(rows: list[Row], label: Column, beside: tuple[Column, ...], name: str, title: str, year: int, until: date) -> Table:
    """Rows of bonds and central money side by side, with their sum and the rate of what was spent."""
    keys = [f"{kind}{key}" for kind in ("bond_", "plan_") for key in _STEPS]
    total = Row(_("合计"), _summed(_("合计"), rows, keys), Level.TOTAL)
    every = [
        Row(row.label, {**row.values, "rate": _rate(row.values, "bond_paid", "bond_assigned")}, row.level, keys=row.keys) for row in (total, *rows)
    ]
    group, other = _("专项债券"), _("中央预算内投资")
    columns = (label, *beside, *_bond_columns("bond_", group), _percent("rate", _("支出率（%）"), group), *_plan_columns("plan_", other))
    return _table(name, title, columns, every, year, until, _("支出率＝支出÷分配。"))
