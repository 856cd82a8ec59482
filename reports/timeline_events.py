"""What happened to a project, with the day and the source of each: plans, lists, permits, months, problems, money, changes, papers.

Rows are read from their history as it stood at the known moment: each line says who wrote it, through which door, from which upload.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.roles import Action
from accounts.scope import for_user
from exchange.models import Upload
from funding.models import FundEntry, PaperFile
from projects.admin.corrections import words_of
from projects.history import rows_at
from projects.measures import wan_text
from projects.models import (
    AnnualPlan,
    Correction,
    Door,
    Entry,
    ListVersion,
    MonthReport,
    Obstacle,
    Permit,
    PlanVersion,
    Project,
    Proposal,
    in_time,
)
from projects.period import FIRST_HALF
from projects.services.proposal_words import changes_word, lists_of
from projects.values import Month, PartialDate
from reports.timeline import Event, Lane, Look, MonthBar, by_month
from reports.words import period_text


@dataclass(frozen=True, slots=True)
class Life:
    """Everything that is told of a project. `then` is the project as it was known."""

    then: Any
    events: list[Event]
    months: list[MonthBar]
    until: date  # the described day: the month's end, or the known day where that came before
    uploads: dict[int, str]  # addresses of those that the reader may open


@dataclass(frozen=True, slots=True)
class _Told:
    """The rows that a life is made of, as known at `state`."""

    project_id: int
    state: datetime
    today: date

    def rows(self, model: type[Model], path: str = "project_id") -> QuerySet[Any]:
        return rows_at(model, self.state).filter(**{path: self.project_id})

    def source(self, row: Any) -> dict[str, Any]:
        """The door, the person and the upload of a row's last write, or of the posting."""
        upload = row.upload_id
        user = getattr(row, "history_user", None) or getattr(row, "by", None)
        door = str(Door(row.door).label) if row.door in Door.values else str(row.door)
        words = _("上传%(n)s") % {"n": upload} if upload else door
        who = (user.get_full_name() or user.username) if user is not None else ""
        return {"source": f"{words} {who}".strip(), "upload": upload}


def life_of(user: Any, project: Project, state: datetime | None, month: Month) -> Life:
    """All of it, in a fixed number of queries. `state` None: as it is now. What lasts is drawn to the end of the described month."""
    moment = state or timezone.now()
    then = rows_at(Project, moment).filter(id=project.pk).select_related("unit", "sector", "owner", "history_user").first()
    told = _Told(project.pk, moment, min(timezone.localtime(moment).date(), month.last_day))
    plans = list(told.rows(AnnualPlan).select_related("history_user").order_by("year", "month"))
    months, bars = _months(told, plans)
    if then is None:
        return Life(None, [], [], told.today, {})
    parts: tuple[Iterable[Event], ...] = (
        *(_plans(told, then), _year_plans(told, plans), _lists(told), _permits(told), months, _obstacles(told)),
        *(_money(told), _proposals(told), _corrections(told), _papers(told)),
    )
    events = [event for part in parts for event in part]
    uploads = _uploads(user, {one.upload for one in events if one.upload is not None})
    return Life(then, sorted(events, key=lambda one: (one.begins, list(Lane).index(one.lane))), bars, told.today, uploads)


def _uploads(user: Any, numbers: set[int]) -> dict[int, str]:
    """The addresses of those uploads that the reader may open. One query."""
    found = for_user(Upload.objects.filter(pk__in=numbers), user, Action.VIEW)
    return {pk: reverse("exchange:upload", args=[public_id]) for pk, public_id in found.values_list("pk", "public_id")}


def _partial(text: str) -> PartialDate | None:
    return PartialDate.parse(text) if text else None


def _plans(told: _Told, then: Any) -> Iterator[Event]:
    """The baseline, each decision after it, and the course as it is."""
    newest: tuple[str, str] | None = None
    for row in told.rows(PlanVersion).select_related("history_user").order_by("number"):
        name = _("基准计划") if row.is_baseline else _("第%(n)s版计划") % {"n": row.number}
        start, finish = _partial(row.planned_start), _partial(row.planned_finish)
        newest = (row.planned_start, row.planned_finish)
        total = _("总投资%(wan)s万元") % {"wan": wan_text(row.total_wan, grouped=True)} if row.total_wan is not None else ""
        detail = "；".join(one for one in (total, row.doc_no, row.reason) if one)
        if start is not None and finish is not None:
            text = f"{row.planned_start}—{row.planned_finish}"
            yield Event(Lane.PLAN, start.first_day, text, name, detail, finish.last_day, look=Look.PLANNED, **told.source(row))
        if row.decided_on is not None and not row.is_baseline:
            title = _("%(name)s批准") % {"name": name}
            yield Event(Lane.CHANGE, row.decided_on, f"{row.decided_on}", title, detail, **told.source(row))
    yield from _course(told, then, newest)


def _course(told: _Told, then: Any, newest: tuple[str, str] | None) -> Iterator[Event]:
    """The plan as it is, where no version says the same; and from the actual start to the actual finish, or to today."""
    source = {**told.source(then), "href": reverse("admin:projects_project_page", args=[then.id])}
    planned, finish = _partial(then.planned_start), _partial(then.planned_finish)
    if planned is not None and finish is not None and newest != (then.planned_start, then.planned_finish):
        text = f"{then.planned_start}—{then.planned_finish}"
        yield Event(Lane.PLAN, planned.first_day, text, _("现行计划"), "", finish.last_day, look=Look.PLANNED, **source)
    start, done = _partial(then.actual_start), _partial(then.actual_finish)
    if start is None:
        return
    ends = done.last_day if done is not None else max(told.today, start.first_day)
    text = f"{then.actual_start}—{then.actual_finish}"
    yield Event(Lane.PLAN, start.first_day, text, _("实际开工至竣工") if done is not None else _("实际开工，在建"), "", ends, **source)


def _year_plans(told: _Told, plans: Iterable[Any]) -> Iterator[Event]:
    for row in plans:
        if row.month is None and row.plan_wan is not None:
            title = _("%(year)s年度计划%(wan)s万元") % {"year": row.year, "wan": wan_text(row.plan_wan, grouped=True)}
            short, first, last = _("%(year)s年度计划") % {"year": row.year}, date(row.year, 1, 1), date(row.year, 12, 31)
            yield Event(Lane.PLAN, first, str(row.year), title, row.goal, last, short, Look.PLANNED, **told.source(row))


def _lists(told: _Told) -> Iterator[Event]:
    """From the version that brought it in to the first that has it no more."""
    entries = {row.version_id: row for row in told.rows(Entry).select_related("history_user")}
    versions = rows_at(ListVersion, told.state).filter(list__versions__in=list(entries)).select_related("list").order_by("list_id", "as_of", "number")
    runs: list[list[Any]] = []
    gone: dict[int, Any] = {}
    before: Any = None
    for version in versions.distinct():
        continues = before is not None and before.list_id == version.list_id and before.id in entries
        if version.id in entries:
            runs[-1].append(version) if continues else runs.append([version])
        elif continues:
            gone[runs[-1][0].id] = version
        before = version
    for run in runs:
        first, out = run[0], gone.get(run[0].id)
        text = f"{first.as_of}—{out.as_of}" if out is not None else f"{first.as_of}—"
        detail = _("自第%(n)s版列入") % {"n": first.number} + (_("，第%(n)s版起移出") % {"n": out.number} if out is not None else "")
        href = reverse("admin:projects_listversion_page", args=[first.id])
        ends = out.as_of if out is not None else max(told.today, first.as_of)
        yield Event(Lane.LIST, first.as_of, text, first.list.name, detail, ends, href=href, **told.source(entries[first.id]))


def _permits(told: _Told) -> Iterator[Event]:
    for row in told.rows(Permit).select_related("history_user").order_by("issued_on", "id"):
        if row.issued_on is None:
            continue
        name = str(row.get_kind_display())
        until = _("有效期至%(day)s") % {"day": row.expires_on} if row.expires_on else ""
        detail = "；".join(one for one in (str(row.get_state_display()), row.doc_no, row.issuer, until) if one)
        look = Look.BAD if row.state == Permit.State.EXPIRED else Look.DONE
        yield Event(Lane.PERMIT, row.issued_on, f"{row.issued_on}", name, detail, look=look, **told.source(row))


def _months(told: _Told, plans: Iterable[Any]) -> tuple[list[Event], list[MonthBar]]:
    """Each report as a line of the table, and the bars of whole months."""
    events: list[Event] = []
    done: dict[Month, Decimal | None] = {}
    for row in told.rows(MonthReport).select_related("period", "history_user").order_by(*in_time("period__")):
        period = row.period.as_period
        words = {"done": wan_text(row.done_month_wan, grouped=True), "ytd": wan_text(row.done_ytd_wan, grouped=True)}
        detail = "；".join(one for one in (_("本年累计%(ytd)s万元") % words, row.progress_text, str(row.get_state_display())) if one)
        title = _("本月完成%(done)s万元") % words
        month = period.month
        href = reverse("admin:projects_monthreport_change", args=[row.id])
        events.append(Event(Lane.MONTH, date(month.year, month.month, 1), period_text(period), title, detail, href=href, **told.source(row)))
        if row.done_month_wan is not None:
            # Two halves make a month; the whole, which comes after them, says the last word.
            first = (done.get(month) if period.half and period.half != FIRST_HALF else None) or Decimal(0)
            done[month] = row.done_month_wan + first
        else:
            done.setdefault(month, None)
    whole = {row.year: row.plan_wan for row in plans if row.month is None and row.plan_wan is not None}
    return events, by_month(done, whole)


def _obstacles(told: _Told) -> Iterator[Event]:
    for row in told.rows(Obstacle).select_related("owner_unit", "history_user").order_by("raised_on", "id"):
        is_late = row.resolved_on is None and row.due_on is not None and row.due_on < told.today
        standing = _("已解决：%(how)s") % {"how": row.resolution} if row.resolved_on else _("未解决")
        due = _("要求%(day)s前解决") % {"day": row.due_on} if row.due_on else ""
        owner = row.owner_unit.short_name if row.owner_unit is not None else ""
        detail = "；".join(one for one in (standing, due, owner) if one)
        text = f"{row.raised_on}—{row.resolved_on or ''}"
        look = Look.BAD if is_late else Look.DONE if row.resolved_on else Look.WAITING
        ends = row.resolved_on or max(told.today, row.raised_on)
        href = reverse("admin:projects_obstacle_change", args=[row.id])
        yield Event(Lane.OBSTACLE, row.raised_on, text, row.text, detail, ends, row.text[:14], look, href, **told.source(row))


def _money(told: _Told) -> Iterator[Event]:
    """Every posting, whatever reversed it: the sum of them is what the account holds."""
    rows = told.rows(FundEntry, "account__project_id").select_related("account__bond", "account__plan", "by").order_by("happened_on", "id")
    for row in rows:
        fund = row.account.bond or row.account.plan
        words = {"step": row.get_step_display(), "wan": wan_text(row.amount_wan, grouped=True)}
        detail = "；".join(one for one in (str(fund), row.cost_item, row.doc_no, _("冲销") if row.reverses_id else "") if one)
        title = _("%(source)s%(step)s%(wan)s万元") % {**words, "source": row.account.get_source_display()}
        look = Look.BAD if row.amount_wan < 0 else Look.DONE
        yield Event(Lane.MONEY, row.happened_on, f"{row.happened_on}", title, detail, look=look, row=str(row.get_step_display()), **told.source(row))


def _day(moment: datetime) -> date:
    return timezone.localtime(moment).date()


def _proposals(told: _Told) -> Iterator[Event]:
    """As they stood at the known moment: one that was settled later was still open."""
    rows = list(told.rows(Proposal).select_related("by").order_by("at", "id"))
    lists = lists_of(rows)
    for row in rows:
        is_open = row.settled_at is None or row.settled_at > told.state
        state = Proposal.State.OPEN.label if is_open else row.get_state_display()
        look = Look.WAITING if is_open else Look.BAD if row.state == Proposal.State.REFUSED else Look.DONE
        title = _("变更申请（%(state)s）") % {"state": state}
        detail = "；".join(one for one in (changes_word(row, lists), row.reason, row.doc_no) if one)
        day = _day(row.at)
        yield Event(Lane.CHANGE, day, f"{day}", title, detail, short=_("变更申请"), look=look, **told.source(row))


def _corrections(told: _Told) -> Iterator[Event]:
    rows = told.rows(Correction, "report__project_id").select_related("report__period", "by").order_by("at", "id")
    for row in rows:
        is_open = row.settled_at is None or row.settled_at > told.state
        state = Correction.State.PROPOSED.label if is_open else row.get_state_display()
        look = Look.WAITING if is_open else Look.BAD if row.state == Correction.State.REFUSED else Look.DONE
        words = words_of(row)
        title = _("%(month)s更正（%(state)s）") % {"month": period_text(row.report.period.as_period), "state": state}
        detail = _("%(label)s %(old)s → %(new)s") % words + f"；{row.reason}"
        who = (row.by.get_full_name() or row.by.username) if row.by is not None else ""
        href = reverse("admin:projects_monthreport_corrections", args=[row.report_id])
        day = _day(row.at)
        yield Event(Lane.CHANGE, day, f"{day}", title, detail, short=_("更正"), look=look, href=href, source=who)


def _papers(told: _Told) -> Iterator[Event]:
    """Files of the project, each to be opened where the reader may."""
    rows = told.rows(PaperFile, "paper__dossier__project_id").select_related("paper", "by").defer("content").order_by("at", "id")
    for row in rows:
        day, kind = _day(row.at), str(row.paper.get_kind_display())
        href = reverse("admin:funding_dossier_file", args=[row.pk])
        yield Event(Lane.PAPER, day, f"{day}", f"{kind} {row.filename}", "", short=kind, href=href, **told.source(row))
