"""A late correction: after the lock the published figure stays as it is, and the right one is entered beside it by one person and settled
by another. Nothing of the report itself is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit, scope
from accounts.numbers import ungrouped
from accounts.roles import Action
from projects.findings import Finding, Severity, message
from projects.models import Correction, MonthReport
from projects.services.checks import check_corrected
from projects.services.periods import hold, words_of, writable
from projects.workflow import WHY_NOT, Refused

# The figures that are published and so may be corrected.
CORRECTABLE = ("done_month_wan", "done_ytd_wan", "cum_total_wan", "progress_percent")
_PLACES = {"progress_percent": 2}
_MONEY_PLACES = 6


def _refusal(code: str) -> Refused:
    zh, en = WHY_NOT[code]
    return Refused(code, zh, en)


def may_propose(user: Any, unit_id: int) -> bool:
    return scope.reaches(user, Action.EDIT, unit_id)


def may_settle(user: Any) -> bool:
    return scope.city_wide(user, Action.REVIEW)


@transaction.atomic
def propose_corrections(*, report_id: int, values: Mapping[str, str], reason: str, actor: Any) -> list[Correction]:
    """Enter the right figures of a locked month beside the published ones: name of the figure → what was typed, blank ones left out.

    Figures that depend on each other (the month and the year to date) are given together, and are checked together.
    """
    hold(MonthReport.objects.filter(pk=report_id).values_list("period_id", flat=True))
    report = MonthReport.objects.select_related("project", "period__locked_by").filter(pk=report_id).first()
    if report is None:
        raise _refusal("gone")
    if actor is not None and not may_propose(actor, report.project.unit_id):
        raise _refusal("role")
    typed = {name: text for name, text in values.items() if text.strip()}
    _check(report, typed, reason)
    waiting = set(Correction.objects.filter(report=report, state=Correction.State.PROPOSED).values_list("field", flat=True))
    right = {name: _right(report, name, text, waiting) for name, text in typed.items()}
    _refuse_broken(findings_of(report, right, reason))
    made = [_made(report, name, value, reason, actor) for name, value in right.items()]
    if len(made) > 1:
        Correction.objects.filter(pk__in=[row.pk for row in made]).update(together=made[0].pk)
        for row in made:
            row.together = made[0].pk
    return made


def _check(report: MonthReport, typed: Mapping[str, str], reason: str) -> None:
    zh, en = words_of(report.period)
    if not set(typed) <= set(CORRECTABLE):
        raise Refused("field", "只有公布的数字可以更正。", "Only published figures may be corrected.")
    answer = writable(report.project.unit_id, report.period)
    if answer and report.period.is_locked:
        raise Refused(
            "open",
            f"{zh}已锁定，现为本单位临时解锁，请直接修改月度进展；解锁到期后才能提出更正。",
            f"{en} is locked, and the unit is let in for now: edit the report itself. Corrections are entered once that has ended.",
        )
    if answer:
        raise Refused("open", f"{zh}没有锁定，请直接修改月度进展。", f"{en} is not locked; edit the report itself.")
    if answer.code != "locked":
        raise answer.refuse()
    if not typed:
        raise Refused("none", "没有填写更正数：请至少填写一个指标。", "No figure was given; fill in one at least.")
    if not reason.strip():
        raise _refusal("reason")


def _right(report: MonthReport, field: str, typed: str, waiting: set[str]) -> Decimal:
    label = figure_label(field)
    value = _figure(field, label, typed)
    if field in waiting:
        raise Refused("waiting", f"{label}已有一条待审核的更正。", f"A correction of {label} is waiting already.")
    if getattr(report, field) == value:
        raise Refused("same", f"{label}与已公布的数相同，不需要更正。", f"{label}: that is the published figure; there is nothing to correct.")
    return value


def _made(report: MonthReport, field: str, value: Decimal, reason: str, actor: Any) -> Correction:
    given = {"published": _text(getattr(report, field)), "value": _text(value), "reason": reason.strip()[:300], "by": actor}
    made = Correction.objects.create(report=report, field=field, **given)
    audit.record("correction.propose", actor=actor, obj=made, report=report.pk, field=field, published=made.published, value=made.value)
    return made


def figure_label(field: str) -> str:
    """What a figure is called, without its unit."""
    return str(MonthReport._meta.get_field(field).verbose_name).partition("（")[0]  # type: ignore[union-attr]


def _figure(field: str, label: str, value: str) -> Decimal:
    try:
        found = Decimal(ungrouped(value).strip())
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or found < 0 or found >= Decimal(10**9) or (field == "progress_percent" and found > 100):
        raise Refused(
            "value", f"{label}：请填写不小于0的数字，读到“{value[:40]}”。", f"{label}: give a number not below zero; “{value[:40]}” was read."
        )
    return found.quantize(Decimal(1).scaleb(-_PLACES.get(field, _MONEY_PLACES)))


def _text(value: Decimal | None) -> str:
    if value is None:
        return ""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def findings_of(report: MonthReport, values: Mapping[str, Decimal], reason: str) -> list[Finding]:
    """What the month rules say of the report with these figures, beside those approved before them and the others that wait."""
    said = {Correction.State.APPROVED, Correction.State.PROPOSED}
    rows = Correction.objects.filter(report=report, state__in=said).order_by("id")
    beside = {row.field: Decimal(row.value) for row in rows if row.stands_beside(report)}
    return check_corrected(report, {**beside, **values}, reason=reason)


def unfit_of(report: MonthReport) -> list[Finding]:
    """What the rules no longer let stand of the approved corrections: one that another depended on, which was then refused.

    Nothing is said while one waits: what it would make of them is said at that one. Where one was refused a mere question counts too:
    whoever answered it thought that all would stand.
    """
    states = set(Correction.objects.filter(report=report).values_list("state", flat=True))
    if Correction.State.PROPOSED in states or Correction.State.APPROVED not in states:
        return []
    told = {Severity.BLOCKS, Severity.REASON} if Correction.State.REFUSED in states else {Severity.BLOCKS}
    return [finding for finding in findings_of(report, {}, "") if finding.severity in told]


def unfit_among(rows: Iterable[Correction]) -> dict[int, list[Finding]]:
    """Report id → what `unfit_of` says, of those rows' reports that have one approved and one refused: the others were checked together.

    One query where any was approved, and those of the rules for each report that was settled in part, of which there are few.
    """
    reports = {row.report_id: row.report for row in rows if row.state == Correction.State.APPROVED}
    if not reports:
        return {}
    parted = Correction.objects.filter(report__in=reports, state=Correction.State.REFUSED).values_list("report", flat=True).distinct()
    return {key: found for key in parted.order_by("report") if (found := unfit_of(reports[key]))}


def questions_of(correction: Correction) -> list[Finding]:
    """What the reviewer of a correction should look at, as the rules see it now."""
    said = findings_of(correction.report, {correction.field: Decimal(correction.value)}, correction.reason)
    return [finding for finding in said if finding.severity is not Severity.INFO]


def _refuse_overtaken(report: MonthReport, rows: Iterable[Correction]) -> None:
    label = "、".join(figure_label(row.field) for row in rows if not row.stands_beside(report))
    if label:
        raise Refused(
            "overtaken",
            f"{label}在提出更正之后已另行修改，这条更正对照的是修改前的数，不能通过；请不予通过，需要时重新提出。",
            f"{label} changed after this was proposed: it corrects a number that no longer stands. Refuse it, and propose anew if needed.",
        )


def _refuse_broken(found: list[Finding]) -> None:
    broken = [finding for finding in found if finding.severity is Severity.BLOCKS]
    if broken:
        raise Refused("rules", "；".join(message(one, "zh") for one in broken), "; ".join(message(one, "en") for one in broken))


def settled_with(correction: Correction) -> list[Correction]:
    """The corrections that wait and were proposed in one act with this one, itself among them, by number: they are settled in one act."""
    rows = Correction.objects.filter(report=correction.report_id, state=Correction.State.PROPOSED)
    rows = rows.filter(pk=correction.pk) if correction.together is None else rows.filter(together=correction.together)
    return list(rows.order_by("id"))


@transaction.atomic
def settle_correction(*, correction_id: int, approve: bool, actor: Any, note: str = "") -> list[Correction]:
    """Let a correction stand, or not, and with it all that were proposed together with it: they were checked as one, and none stands alone.

    By another person than who entered them. Answers those that were settled, by number.
    """
    if actor is not None and not may_settle(actor):
        raise _refusal("role")
    found = Correction.objects.filter(pk=correction_id).first()
    if found is None:
        raise _refusal("gone")
    # The report first: two who settle the same group at once then take its rows one after the other, and the second finds them settled.
    MonthReport.objects.select_for_update(of=("self",), no_key=True).get(pk=found.report_id)
    rows = settled_with(found)
    if found.pk not in {row.pk for row in rows}:
        raise Refused("state", "这条更正已经审核过。", "This correction was settled already.")
    if actor is not None and actor.pk in {row.by_id for row in rows}:
        raise _refusal("own_submission")
    if not approve and not note.strip():
        raise _refusal("reason")
    if approve:
        _refuse_overtaken(found.report, rows)
        _refuse_broken(findings_of(found.report, {row.field: Decimal(row.value) for row in rows}, found.reason))
    at = timezone.now()
    for row in rows:
        row.state = Correction.State.APPROVED if approve else Correction.State.REFUSED
        row.settled_by, row.settled_at, row.note = actor, at, note.strip()[:300]
        row.save(update_fields=["state", "settled_by", "settled_at", "note"])
        audit.record("correction.settle", actor=actor, obj=row, report=row.report_id, state=row.state)
    return rows
