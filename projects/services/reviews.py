"""The verbs of a review: hand in, return, approve, and "nothing changed". One report by its page, or many at once.

Each runs in one transaction: the months are held (`periods.hold`), the reports locked by id, the table of moves asked
(`projects.workflow`), the states written with their history, the event and the event log beside them. Nothing is half done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit, scope
from accounts.models import ReportingUnit
from accounts.roles import Action
from projects.models import Door, MonthReport, NilReturn, ReportingPeriod, ReviewEvent, Source, changes_from, in_time
from projects.services.batches import Writer
from projects.services.checks import open_questions
from projects.services.edits import last_edits
from projects.services.halves import part_refusal
from projects.services.periods import Guard, deadline, hold, require_writable, words_of
from projects.workflow import MOVES, WHY_NOT, Answer, Refused, Standing, State, Verb, is_late, why_not

_PART = 500


@dataclass(frozen=True, slots=True)
class Left:
    """A report that was left as it was, and why, in both languages."""

    report: MonthReport
    code: str
    zh: str
    en: str

    def said(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en


@dataclass(slots=True)
class Outcome:
    """What a verb over many reports did, and what it left."""

    verb: Verb
    done: list[MonthReport] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)


def may_move(user: Any, verb: Verb, unit_id: int | None) -> bool:
    """Whether the person's post allows the verb on reports of this unit."""
    move = MOVES[verb]
    return scope.city_wide(user, move.action) if move.city_wide else scope.reaches(user, move.action, unit_id)


# --- The verbs ---------------------------------------------------------------------------------------------------------------------


@transaction.atomic
def move(
    *,
    verb: Verb,
    report_id: int,
    actor: Any,
    seen: int | None = None,
    reason: str = "",
    cells: Mapping[str, str] | None = None,
    door: str = Door.ADMIN,
    at: datetime | None = None,
) -> MonthReport:
    """Do the verb to one report. `seen` is the revision its page showed: a report that moved since is not judged unseen."""
    reports = _locked([report_id])
    if not reports:
        raise _refusal("gone")
    report = reports[0]
    if seen is not None and report.revision != seen:
        raise _refusal("moved", report)
    look = _Look(reports, verb, actor, reason, at)
    refused = look.refusal(report)
    if refused is not None:
        raise refused
    if verb is Verb.APPROVE and not reason.strip():
        _ask_for_words(report)
    kept = {name: text.strip()[:300] for name, text in (cells or {}).items() if text.strip()}
    _carry_out([report], look, Source(door, getattr(actor, "pk", None), None, reason), kept, None)
    return report


@transaction.atomic
def move_many(
    *,
    verb: Verb,
    report_ids: Iterable[int],
    actor: Any,
    reason: str = "",
    door: str = Door.ADMIN,
    at: datetime | None = None,
    even_open: bool = False,
    write: Writer | None = None,
) -> Outcome:
    """Do the verb to every report that it may be done to, and list the others with the reason.

    Approving many takes only those with nothing open (no finding that asks for a word, no one to say it was looked at); `even_open` is
    for who has looked at each. A set-wise writer may be given; without one the rows are saved one by one.
    """
    reports = _locked(report_ids)
    look = _Look(reports, verb, actor, reason, at)
    outcome = Outcome(verb)
    for report in reports:
        refused = look.refusal(report)
        if refused is None:
            outcome.done.append(report)
        else:
            outcome.left.append(Left(report, refused.code, refused.zh, refused.en))
    if verb is Verb.APPROVE and not even_open:
        _leave_open(outcome)
    _carry_out(outcome.done, look, Source(door, getattr(actor, "pk", None), None, reason), {}, write)
    return outcome


@transaction.atomic
def nil_return(*, unit_id: int, period_id: int, actor: Any, note: str, at: datetime | None = None) -> NilReturn:
    """本月无变化: say for the unit that it has nothing to report for this month. Refused where it has reported something."""
    if actor is not None and not scope.reaches(actor, Action.SUBMIT, unit_id):
        raise _refusal("role")
    require_writable([(unit_id, period_id)])
    period = ReportingPeriod.objects.get(pk=period_id)
    zh, en = words_of(period)
    if (other_part := part_refusal(period.as_period)) is not None:
        raise other_part
    if not note.strip():
        raise Refused("reason", "请写明说明，如“在建项目停工，本月无投资”。", "Give a note on why nothing changed.")
    reported = MonthReport.objects.filter(period=period, project__unit=unit_id).count()
    if reported:
        raise Refused("reported", f"{zh}已有{reported}条月度进展，请提交这些进展。", f"{en} has {reported} reports; hand those in.")
    if NilReturn.objects.standing().filter(unit=unit_id, period=period).exists():
        raise Refused("state", f"{zh}已报过“本月无变化”。", f"{en} was reported as unchanged already.")
    when = at or timezone.now()
    late = is_late(timezone.localdate(when), *deadline(period))
    made = NilReturn.objects.create(unit_id=unit_id, period=period, by=actor, at=when, note=note.strip()[:300], is_late=late)
    audit.record("month.nil", actor=actor, obj=made, unit=unit_id, period=str(period.as_period), note=note)
    return made


@transaction.atomic
def withdraw_nil_return(*, unit_id: int, period_id: int, actor: Any) -> None:
    """Take "nothing changed" back while the month may be written, so that the unit owes it again."""
    if actor is not None and not scope.reaches(actor, Action.SUBMIT, unit_id):
        raise _refusal("role")
    require_writable([(unit_id, period_id)])
    found = NilReturn.objects.standing().select_for_update(of=("self",)).filter(unit=unit_id, period=period_id).first()
    if found is None:
        raise _refusal("gone")
    month = str(ReportingPeriod.objects.get(pk=period_id).as_period)
    audit.record("month.nil_withdraw", actor=actor, obj=found, unit=unit_id, period=month, note=found.note, by=str(found.by or ""))
    found.withdrawn_at, found.withdrawn_by = timezone.now(), actor
    found.save(update_fields=["withdrawn_at", "withdrawn_by"])


# --- Judging -----------------------------------------------------------------------------------------------------------------------


def _locked(report_ids: Iterable[int]) -> list[MonthReport]:
    """The reports under lock, their months held first."""
    ids = sorted(set(report_ids))
    found: list[MonthReport] = []
    for start in range(0, len(ids), _PART):
        part = ids[start : start + _PART]
        hold(MonthReport.objects.filter(pk__in=part).values_list("period_id", flat=True))
        rows = MonthReport.objects.select_for_update(of=("self",)).select_related("project__unit", "period__locked_by")
        found += rows.filter(pk__in=part).order_by("pk")
    return found


class _Look:
    """What the table of moves must know of some reports, read once: their months' locks, who handed them in, who edited them last."""

    def __init__(self, reports: Sequence[MonthReport], verb: Verb, actor: Any, reason: str, at: datetime | None) -> None:
        self.verb, self.actor, self.reason = verb, actor, reason
        self.at = at or timezone.now()
        self.guard = Guard({report.period_id: report.period for report in reports}.values())
        ids = [report.pk for report in reports]
        asks = MOVES[verb].by_another
        self.submitted = submitters(ids) if asks else {}
        self.edited = {key: edit.actor_id for key, edit in last_edits(ids).items()} if asks else {}
        self.late: dict[int, bool] = {}

    def refusal(self, report: MonthReport) -> Refused | None:
        unit_id = report.project.unit_id
        answer: Answer = self.guard.answer(unit_id, report.period)
        standing = Standing(State(report.state), not answer, self.submitted.get(report.pk), self.edited.get(report.pk))
        reaches = self.actor is None or may_move(self.actor, self.verb, unit_id)
        code = why_not(self.verb, standing, actor_id=getattr(self.actor, "pk", None), reaches=reaches, reason=self.reason)
        if code == "locked":
            return answer.refuse()
        return _refusal(code, report) if code else None

    def is_late(self, period: ReportingPeriod) -> bool:
        if period.pk not in self.late:
            self.late[period.pk] = is_late(timezone.localdate(self.at), *deadline(period))
        return self.late[period.pk]


def _refusal(code: str, report: MonthReport | None = None, **said: str) -> Refused:
    zh, en = WHY_NOT[code]
    state = {"state": report.get_state_display() if report is not None else ""}
    return Refused(code, zh.format(**state, **said), en.format(**state, **said))


def submitters(report_ids: Sequence[int]) -> dict[int, int | None]:
    """Report id → who handed it in last."""
    found: dict[int, int | None] = {}
    for start in range(0, len(report_ids), _PART):
        rows = ReviewEvent.objects.filter(report__in=report_ids[start : start + _PART], verb=Verb.SUBMIT.value).order_by("id")
        found |= dict(rows.values_list("report_id", "by_id"))
    return found


def _ask_for_words(report: MonthReport) -> None:
    """What is passed with open questions is passed with a word on them, as approving many would have left it."""
    told = open_questions([report]).get(report.pk)
    if told:
        zh, en = WHY_NOT["open_one"]
        raise Refused("reason", zh.format(open="；".join(text for text, _ in told)), en.format(open="; ".join(text for _, text in told)))


def _leave_open(outcome: Outcome) -> None:
    """Put the reports about which something is still to be said to those that are left."""
    told = open_questions(outcome.done)
    for report in [report for report in outcome.done if report.pk in told]:
        outcome.done.remove(report)
        zh, en = WHY_NOT["open"]
        asked = told[report.pk]
        said = {"zh": "；".join(text for text, _ in asked), "en": "; ".join(text for _, text in asked)}
        outcome.left.append(Left(report, "open", zh.format(open=said["zh"]), en.format(open=said["en"])))


# --- Writing -----------------------------------------------------------------------------------------------------------------------


def _carry_out(reports: Sequence[MonthReport], look: _Look, source: Source, cells: Mapping[str, str], write: Writer | None) -> None:
    after = MOVES[look.verb].after.value
    events = [
        ReviewEvent(
            report=report,
            verb=look.verb.value,
            from_state=report.state,
            to_state=after,
            by=look.actor,
            at=look.at,
            reason=look.reason.strip()[:500],
            cells=dict(cells),
            is_late=look.verb is Verb.SUBMIT and look.is_late(report.period),
        )
        for report in reports
    ]
    _write_states(reports, after, source, write)
    ReviewEvent.objects.bulk_create(events, batch_size=_PART)
    for unit_id, period_id in sorted({(report.project.unit_id, report.period_id) for report in reports}):
        ids = [report.pk for report in reports if (report.project.unit_id, report.period_id) == (unit_id, period_id)]
        obj = reports[0] if len(reports) == 1 else None
        audit.record(f"month.{look.verb.value}", actor=look.actor, obj=obj, unit=unit_id, period=period_id, count=len(ids), reports=ids[:200])


def _write_states(reports: Sequence[MonthReport], after: str, source: Source, write: Writer | None) -> None:
    if write is not None:
        write.update(MonthReport, ["state"], [[report.pk, report.revision, after] for report in reports], source=source)
        return
    with changes_from(source):
        for report in reports:
            report.state = after
            report.save(update_fields=["state"])


# --- Questions ---------------------------------------------------------------------------------------------------------------------


def _last_returns(unit: ReportingUnit, period: ReportingPeriod) -> dict[int, ReviewEvent]:
    rows = ReviewEvent.objects.filter(
        report__period=period, report__project__unit=unit, report__state=MonthReport.State.RETURNED, verb=Verb.RETURN.value
    )
    return {event.report_id: event for event in rows.order_by("id")}


def open_remarks(unit: ReportingUnit, period: ReportingPeriod) -> dict[int, dict[str, str]]:
    """Report id → field → what the reviewer remarked on that cell, of the reports that stand returned. One query."""
    return {key: dict(event.cells) for key, event in _last_returns(unit, period).items()}


def open_reasons(unit: ReportingUnit, period: ReportingPeriod) -> dict[int, str]:
    """Report id → why it was returned, of the reports that stand returned. One query."""
    return {key: event.reason for key, event in _last_returns(unit, period).items()}


def remarks_on(report: MonthReport) -> dict[str, str]:
    """Field → what was remarked on it, while the report stands returned."""
    if not report.pk or report.state != MonthReport.State.RETURNED:
        return {}
    event = ReviewEvent.objects.filter(report=report, verb=Verb.RETURN.value).order_by("-id").first()
    return dict(event.cells) if event is not None else {}


VALUES = ("done_month_wan", "done_ytd_wan", "cum_total_wan", "progress_percent", "progress_text", "problems")


def last_approved(unit: ReportingUnit, period: ReportingPeriod) -> dict[int, dict[str, Any]]:
    """Project id → the values of its newest approved month before this one (`period` names it), up to a year back. One query."""
    own = period.as_period
    earliest = own.month.plus(-13)
    rows = MonthReport.objects.filter(project__unit=unit, state=MonthReport.State.APPROVED, period__year__gte=earliest.year)
    found: dict[int, dict[str, Any]] = {}
    for report in rows.select_related("period").order_by(*in_time("period__")):
        if earliest < report.period.as_month and report.period.as_period < own:
            found[report.project_id] = {"period": report.period.as_month, **{name: getattr(report, name) for name in VALUES}}
    return found
