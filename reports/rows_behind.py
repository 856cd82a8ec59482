"""The rows behind a figure: the projects with their months, the ledger's postings, or what the city was given. Each in a fixed number of queries.

What stands here adds up to the figure; `Behind.parts` are the figures that a ratio is made of, each with rows of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from funding.models import CentralPlan, FundEntry, QuotaBatch, QuotaDraw
from projects.history import rows_at
from projects.models.tracking import Door
from reports.catalogue import whole_label
from reports.details import Whole, page_table_of
from reports.figures import FIGURES
from reports.measured import LAST_YTD, Measure
from reports.money_measured import MoneyMeasure
from reports.money_pivot import entries_behind, last_day
from reports.queries import group_figures, origins, project_rows
from reports.selection import Question, Reach, select
from reports.tables import Column, Kind, Level, Row, Table
from reports.traced import Traced, trace
from reports.words import moment_text, newest, period_text

# The figure whose rows an amount of a formula is read from.
_AMOUNTS: dict[str, tuple[str, ...]] = {
    "total": ("total_wan",),
    "plan": ("plan_wan",),
    "own_plan": ("plan_wan", "unreported_plan_wan"),  # the first less the second
    "month": ("month_wan",),
    "ytd": ("ytd_wan",),
    "cum": ("cum_wan",),
    "projects": ("count",),
    "not_reported": ("not_reported",),
    "schedule": ("schedule",),
    LAST_YTD: ("last_ytd_wan",),
    **{name: (name,) for name in ("to_start", "begun", "started", "going_on", "finished")},
}


@dataclass(frozen=True, slots=True)
class Behind:
    """A part of the rows behind a figure under their sum, how many there are in all, and the figures that it is reckoned from."""

    table: Table
    count: int
    parts: Sequence[Traced]


def behind(reach: Reach, figure: Traced, start: int = 0, stop: int | None = None) -> Behind:
    """The rows from `start` to `stop`, as far as the reader reaches."""
    measure, question = figure.measure, figure.question
    if measure.key == "last_ytd_wan":
        before = replace(question, month=question.month.plus(-12))
        return _projects(reach, before, list(trace(reach, before, ["ytd_wan"]).values()), start, stop)
    if not isinstance(measure, MoneyMeasure):
        return _projects(reach, question, _parts(reach, figure), start, stop)
    if measure.of_city:
        return _given(measure.key, question, start, stop)
    return _postings(reach, measure, question, _parts(reach, figure), start, stop)


def _parts(reach: Reach, figure: Traced) -> list[Traced]:
    """What a figure is reckoned from, where that is other figures."""
    measure = figure.measure
    if isinstance(measure, Measure):
        keys = [key for name in measure.needs for key in _AMOUNTS.get(name, ())]
    else:
        by_step = {"assign": "assigned_wan", "arrive": "arrived_wan", "pay": "paid_wan", "complete": "completed_wan"}
        keys = [by_step[step] for step in measure.steps] if isinstance(measure, MoneyMeasure) else []
    keys = [key for key in dict.fromkeys(keys) if key != measure.key and key in FIGURES]
    return list(trace(reach, figure.question, keys).values()) if keys and len(keys) + (measure.key in keys) > 1 else []


def _projects(reach: Reach, question: Question, parts: Sequence[Traced], start: int, stop: int | None) -> Behind:
    selection = select(reach, question)
    groups = group_figures(selection)
    whole = Whole.of(groups)
    rows = project_rows(selection, start, stop)
    table = page_table_of(
        rows,
        whole,
        question,
        whole_label=whole_label(reach, question),
        moment=moment_text(newest(group.changed_at for group in groups), question),
        origins=origins([row.pk for row in rows], question.moment),
        with_unit=not question.unit,
    )
    return Behind(table, whole.sums.count, parts)


# --- Money -------------------------------------------------------------------------------------------------------------------------


def _table(name: str, title: str, columns: Sequence[Column], rows: Sequence[Row], question: Question) -> Table:
    notes = [_("按%(day)s为止发生的记账。") % {"day": last_day(question).isoformat()}]
    return Table(name, f"{title} · {period_text(question.period)}", _("单位：万元"), columns, rows, notes=notes)


def _sum_row(total: Decimal, count: int, key: str = "label") -> Row:
    named = _("合计（%(count)s笔）") % {"count": count}
    return Row(named, {key: named, "amount": total}, Level.TOTAL)


def _postings(reach: Reach, measure: MoneyMeasure, question: Question, parts: Sequence[Traced], start: int, stop: int | None) -> Behind:
    """Posting by posting: on which day, to which project, from which fund, by whom."""
    entries = entries_behind(reach, question, measure.source, measure.steps)
    several = len(measure.steps) > 1  # a difference of steps is no sum of their postings
    total = entries.order_by().aggregate(total=Sum("amount_wan"))["total"] or Decimal(0)
    count = entries.count()
    found = entries.select_related("account__project__unit", "account__bond__issue", "account__plan", "by")[start:stop]
    rows = [] if several else [_sum_row(total, count)]
    rows += [_posting(one) for one in found]
    columns = (
        *(Column("label", _("项目"), width=36), Column("unit", _("填报单位"), width=12), Column("fund", _("资金"), width=24)),
        *(Column("step", _("事项"), width=8), Column("amount", _("金额"), Kind.EXACT, width=14), Column("day", _("发生日期"), width=12)),
        *(Column("doc", _("文号或凭证"), width=18), Column("origin", _("数据来源"), width=16)),
    )
    return Behind(_table("postings", _("资金流水"), columns, rows, question), count, parts)


def _posting(one: FundEntry) -> Row:
    project = one.account.project
    keys = {"project": str(project.pk), "entry": str(one.pk)} | ({"upload": str(one.upload_id)} if one.upload_id is not None else {})
    values: dict[str, Any] = {
        "label": project.name,
        "unit": project.unit.short_name,
        "fund": str(one.account.bond or one.account.plan),
        "step": str(one.get_step_display()),
        "amount": one.amount_wan,
        "day": one.happened_on.isoformat(),
        "doc": one.doc_no,
        "origin": _origin(one.door, one.upload_id, one.by),
    }
    return Row(project.name, values, keys=keys)


def _origin(door: str, upload_id: int | None, by: Any) -> str:
    if upload_id is not None:
        return _("上传 #%(n)s") % {"n": upload_id}
    return " ".join(word for word in (str(Door(door).label), str(by or "")) if word)


def _given(key: str, question: Question, start: int, stop: int | None) -> Behind:
    """What the city was given or issued: batches, draws on them, central plans."""
    rows, line, title = _GIVEN[key]
    found = rows(question)
    count = found.count()
    total = found.order_by().aggregate(total=Sum("amount_wan"))["total"] or Decimal(0)
    columns = (
        *(Column("label", _("名称"), width=40), Column("amount", _("金额"), Kind.EXACT, width=14), Column("day", _("日期"), width=12)),
        *(Column("doc", _("文号"), width=20), Column("origin", _("来源"), width=40)),
    )
    lines = [line(one) for one in found[start:stop]]
    return Behind(_table("given", str(title), columns, [_sum_row(total, count), *lines], question), count, ())


def _batches(question: Question) -> QuerySet[Any]:
    rows = rows_at(QuotaBatch, question.moment.state).filter(year=question.month.year)
    return rows.exclude(given_on__gt=last_day(question)).order_by("number")


def _draws(question: Question) -> QuerySet[Any]:
    batches = _batches(question).order_by().values("id")
    rows = rows_at(QuotaDraw, question.moment.state).filter(batch_id__in=batches, drawn_on__lte=last_day(question))
    return rows.select_related("batch", "bond").order_by("drawn_on", "id")


def _plans(question: Question) -> QuerySet[Any]:
    rows = rows_at(CentralPlan, question.moment.state).filter(year=question.month.year)
    return rows.exclude(given_on__gt=last_day(question)).order_by("given_on", "id")


def _row(label: str, one: Any, day: Any, doc: str, origin: str, *, rough: bool = False) -> Row:
    values: dict[str, Any] = {"label": label, "amount": one.amount_wan, "day": day.isoformat() if day else "", "doc": doc, "origin": origin}
    return Row(label, values, approx=frozenset({"amount"}) if rough else frozenset())


def _batch_row(one: Any) -> Row:
    name = _("%(year)s年第%(number)s批额度") % {"year": one.year, "number": one.number}
    return _row(name, one, one.given_on, one.doc_no, _source(one))


def _draw_row(one: Any) -> Row:
    return _row(str(one), one, one.drawn_on, "", _origin(one.door, one.upload_id, None))


def _plan_row(one: Any) -> Row:
    name = " ".join(word for word in (one.doc_no, one.programme) if word)
    return _row(name, one, one.given_on, one.doc_no, _source(one), rough=one.is_approximate)


def _source(one: Any) -> str:
    return f"{one.source}{_('（示例数据，虚构）') if one.is_synthetic else ''}"


_GIVEN: dict[str, tuple[Callable[[Question], QuerySet[Any]], Callable[[Any], Row], Any]] = {
    "bond_quota_wan": (_batches, _batch_row, gettext_lazy("新增专项债券额度批次")),
    "bond_issued_wan": (_draws, _draw_row, gettext_lazy("额度使用")),
    "central_given_wan": (_plans, _plan_row, gettext_lazy("中央预算内投资计划")),
}
