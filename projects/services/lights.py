"""What is said beside lights, and which rule makes them: an override, an explanation, the entry into the statistics, a withdrawal, a new version.

Every verb adds a row and changes none. The computed light stays what it is; what is said stands beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit, scope
from accounts.roles import Action
from projects.models import Colours, Door, LightNote, LightProfile, Project, ReportingPeriod
from projects.values import Month
from projects.workflow import Refused

Kind = LightNote.Kind
# What a version may change; the rest of it is who adopted it, when and why.
THRESHOLDS: tuple[str, ...] = (
    *("progress_by", "progress_yellow", "progress_yellow_at", "progress_red", "progress_red_at", "slack"),
    *("start_yellow", "start_red", "payment_yellow", "payment_red", "statistics_yellow", "statistics_red", "unit_by", "unit_red_months"),
)


# --- Who ---------------------------------------------------------------------------------------------------------------------------


def may_override(user: Any) -> bool:
    """Who keeps or reviews the figures of the whole city."""
    return scope.city_wide(user, Action.EDIT) or scope.city_wide(user, Action.REVIEW)


def may_explain(user: Any, unit_id: int | None) -> bool:
    """Who writes for the unit, or hands its month in."""
    return scope.reaches(user, Action.EDIT, unit_id) or scope.reaches(user, Action.SUBMIT, unit_id)


def may_adopt(user: Any) -> bool:
    """Who keeps the city's reference data."""
    return scope.city_wide(user, Action.REFERENCE)


def may_say(user: Any, kind: str, unit_id: int | None) -> bool:
    return may_override(user) if kind == Kind.OVERRIDE else may_explain(user, unit_id)


# --- Which rule --------------------------------------------------------------------------------------------------------------------


def own_profile(versions: list[LightProfile], month: Month) -> LightProfile | None:
    """Of the city's own versions the newest that is valid in the month; the first of them where all are later."""
    own = sorted((row for row in versions if row.is_own), key=lambda row: row.version)
    valid = [row for row in own if Month.of(row.valid_from) <= month]
    return valid[-1] if valid else (own[0] if own else None)


def _profile_of(month: Month) -> LightProfile:
    found = own_profile(list(LightProfile.objects.filter(is_own=True)), month)
    if found is None:
        raise Refused("none", "还没有本市采用的亮灯规则，请先载入参考数据。", "The city has no rule of lights yet; load the reference data first.")
    return found


# --- Said beside a light -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def say(
    *,
    project: Project,
    month: Month,
    kind: str,
    actor: Any,
    reason: str,
    colour: str = "",
    entered_on: date | None = None,
    door: str = Door.ADMIN,
) -> LightNote:
    """Say something beside the light of a month: 人工改灯, 情况说明, or 纳统情况 (`entered_on` None: not yet).

    :raises Refused: for a role that may not, a blank reason, a colour that is missing or out of place, a day or month that has not come.
    """
    if actor is not None and not may_say(actor, kind, project.unit_id):
        raise _role(kind)
    _check(month, kind, reason, colour, entered_on)
    note = LightNote.objects.create(
        project=project,
        year=month.year,
        month=month.month,
        kind=kind,
        profile=_profile_of(month),
        colour=colour,
        entered_on=entered_on,
        by=actor,
        door=door,
        reason=reason.strip()[:500],
    )
    audit.record(f"light.{kind}", actor=actor, obj=note, unit=project.unit_id, project=project.name, month=str(month), reason=note.reason)
    return note


def _check(month: Month, kind: str, reason: str, colour: str, entered_on: date | None) -> None:
    today = timezone.localdate()
    if kind not in (Kind.OVERRIDE, Kind.EXPLANATION, Kind.STATISTICS):
        raise Refused("value", "事项应为人工改灯、情况说明、纳统情况之一。", "Say an override, an explanation or the statistics entry.")
    if not reason.strip():
        raise Refused("reason", "请写明理由。", "Give a reason.")
    if month > Month.of(today):
        raise Refused("month", f"{month}还没有到，现在是{Month.of(today)}。", f"{month} has not come; it is {Month.of(today)}.")
    if kind == Kind.OVERRIDE and colour not in Colours.values:
        raise Refused("colour", "人工改灯须选绿、黄、红、灰之一。", "An override names green, yellow, red or grey.")
    if kind != Kind.OVERRIDE and colour:
        raise Refused("colour", "只有人工改灯可以选颜色。", "Only an override has a colour.")
    if entered_on is not None and kind != Kind.STATISTICS:
        raise Refused("entered_on", "只有纳统情况可以写纳统日期。", "Only the statistics entry has a day of entry.")
    if entered_on is not None and entered_on > today:
        raise Refused(
            "entered_on", f"纳统日期{entered_on}还没有到，今天是{today}。", f"The day of entry {entered_on} has not come; today is {today}."
        )


@transaction.atomic
def withdraw(*, note: LightNote, actor: Any, reason: str, door: str = Door.ADMIN) -> LightNote:
    """Take back what was said, by a row of its own; both stay to be read.

    :raises Refused: for a role that may not, a blank reason, what was withdrawn already.
    """
    if actor is not None and not may_say(actor, note.kind, note.project.unit_id):
        raise _role(note.kind)
    if not reason.strip():
        raise Refused("reason", "请写明撤回的理由。", "Give a reason for the withdrawal.")
    if note.kind == Kind.WITHDRAWAL:
        raise Refused("state", "这一条本身是撤回，不能再撤回；需要时请重新说明。", "This is a withdrawal itself; say it anew instead.")
    if LightNote.objects.filter(withdraws=note).exists():
        raise _withdrawn()
    try:
        with transaction.atomic():
            made = LightNote.objects.create(
                project_id=note.project_id,
                year=note.year,
                month=note.month,
                kind=Kind.WITHDRAWAL,
                profile_id=note.profile_id,
                withdraws=note,
                by=actor,
                door=door,
                reason=reason.strip()[:500],
            )
    except IntegrityError:
        raise _withdrawn() from None
    told = {"project": note.project.name, "month": f"{note.year}-{note.month:02d}", "of": note.kind}
    audit.record("light.withdrawn", actor=actor, obj=made, unit=note.project.unit_id, reason=made.reason, **told)
    return made


def _withdrawn() -> Refused:
    return Refused("state", "这一条已经撤回。", "This was withdrawn already.")


def _role(kind: str) -> Refused:
    if kind == Kind.OVERRIDE:
        return Refused(
            "role", "只有市级经办人、审核人、管理员可以人工改灯。", "Only officers, reviewers and administrators of the city override a light."
        )
    return Refused(
        "role", "只有项目填报单位的经办人、审核人和市级经办人可以写说明。", "Only people of the reporting unit and city officers explain a light."
    )


# --- A new version -----------------------------------------------------------------------------------------------------------------


def earliest_month(today: date) -> Month:
    """The first month that a version adopted today may make lights in: none that is over, none that is locked."""
    months = [Month.of(today)]
    months += [period.as_month.next for period in ReportingPeriod.objects.all() if period.is_locked]
    months += [Month.of(row.valid_from).next for row in LightProfile.objects.filter(is_own=True)]
    return max(months)


@transaction.atomic
def adopt(*, thresholds: Mapping[str, Any], valid_from: Month, actor: Any, reason: str, door: str = Door.ADMIN, name: str = "") -> LightProfile:
    """Adopt a new version of the city's own rule from a month on. Earlier months keep the version that made their lights.

    :raises Refused: for a role that may not, a blank reason, a month that is over or locked, thresholds out of order or no different.
    """
    if actor is not None and not may_adopt(actor):
        raise Refused("role", "只有市级管理员可以采用新的亮灯规则。", "Only a city administrator adopts a rule of lights.")
    if not reason.strip():
        raise Refused("reason", "请写明采用新规则的理由。", "Give a reason for the new rule.")
    first = earliest_month(timezone.localdate())
    if valid_from < first:
        raise Refused(
            "valid_from",
            f"新规则最早从{first}启用，读到{valid_from}；已过去、已锁定的月份照原来的规则亮灯。",
            f"A new rule is valid from {first} at the earliest, not {valid_from}; months that are over or locked keep the rule they had.",
        )
    former = _last_own()
    made = LightProfile(
        key=former.key if former else "own",
        version=former.version + 1 if former else 1,
        name=name.strip() or (former.name if former else "本市方案"),
        is_own=True,
        valid_from=valid_from.first_day,
        source=former.source if former else "",
        by=actor,
        door=door,
        reason=reason.strip()[:500],
        **{item: value for item, value in thresholds.items() if item in THRESHOLDS},
    )
    _require_sound(made, former)
    made.save()
    audit.record("light.adopt", actor=actor, obj=made, valid_from=str(valid_from), reason=made.reason, version=made.version)
    return made


def _last_own() -> LightProfile | None:
    return LightProfile.objects.select_for_update().filter(is_own=True).order_by("-version").first()


def _require_sound(made: LightProfile, former: LightProfile | None) -> None:
    """Thresholds that the table itself would refuse, and a version that changes nothing, are said before anything is written."""
    try:
        made.full_clean(exclude=["by"])
    except ValidationError as error:
        words = "；".join(error.messages)
        raise Refused("rules", words, f"The thresholds are not sound: {words}") from None
    if former is not None and all(_same(getattr(made, item), getattr(former, item)) for item in THRESHOLDS):
        raise Refused("nothing", "与现行规则完全相同，没有要采用的变化。", "Nothing differs from the rule in force.")


def _same(new: Any, old: Any) -> bool:
    return Decimal(new) == Decimal(old) if isinstance(old, Decimal) and new is not None else bool(new == old)
