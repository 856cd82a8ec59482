"""Chases the units that have not reported a month: by e-mail to their people, and by a webhook. Once per unit, day and channel.

A channel that fails is noted with what it said and logged; it never stops the others, and may be tried again the same day.
"""

from __future__ import annotations

import json
import logging
import smtplib
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit, scope
from accounts.models import ReportingUnit, User
from accounts.roles import Action, Role
from projects.models import Reminder, ReportingPeriod
from projects.returns import Cell, Standing, matrix
from projects.services.periods import deadline
from projects.workflow import WHY_NOT, Refused

logger = logging.getLogger(__name__)
NO_ADDRESS = "该单位经办人、审核人都没有登记邮箱"
_CHASED = (Role.DISTRICT_OFFICER, Role.DISTRICT_REVIEWER)
_WORDS = {Standing.NOT_STARTED: "未开始填报", Standing.DRAFT: "还有草稿未提交", Standing.RETURNED: "有退回的未重新提交"}


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one reminder."""

    unit: ReportingUnit
    channel: str
    ok: bool
    told: str
    skipped: bool = False


class NotSentError(Exception):
    """A channel did not take the message; says why."""


def owing(period: ReportingPeriod, units: Sequence[ReportingUnit] | None = None) -> list[Cell]:
    """The cells of units that still owe this month, or this half of one."""
    found = matrix(list(ReportingUnit.objects.all()) if units is None else units, period.year, months=[period.month])
    return [cell for cell in found.cells_of(period.as_period) if cell.owes]


def remind(*, period: ReportingPeriod, actor: Any = None, units: Sequence[ReportingUnit] | None = None, dry_run: bool = False) -> list[Sent]:
    """Chase every unit that owes the month by every channel that is set up. With `dry_run` nothing is sent or noted."""
    if actor is not None and not scope.city_wide(actor, Action.REMIND):
        raise Refused("role", *WHY_NOT["role"])
    done = []
    today = timezone.localdate()
    for cell in owing(period, units):
        text = wording(cell, period)
        for channel, send in channels().items():
            done.append(_rehearsed(cell, period, channel, text, today) if dry_run else _once(cell, period, channel, send, text, actor, today))
    return done


def _rehearsed(cell: Cell, period: ReportingPeriod, channel: str, text: str, today: date) -> Sent:
    """What would become of this reminder: sent to whom with which words, or not, and why."""
    if Reminder.objects.filter(unit=cell.unit, period=period, day=today, channel=channel).exclude(sent_at=None).exists():
        return Sent(cell.unit, channel, True, "今天已经催过", skipped=True)
    if channel != Reminder.Channel.EMAIL:
        return Sent(cell.unit, channel, True, text)
    addresses = _addresses(cell.unit)
    return Sent(cell.unit, channel, True, f"{'、'.join(addresses)} ← {text}") if addresses else Sent(cell.unit, channel, False, NO_ADDRESS)


def wording(cell: Cell, period: ReportingPeriod) -> str:
    """What the unit is told: how far it is, what is missing, until when."""
    due, grace = deadline(period)
    until = f"，截止{due:%Y-%m-%d}" + (f"（宽限至{grace:%Y-%m-%d}）" if grace and grace != due else "") if due else ""
    left = f"；在建项目还有{cell.missing}个没有进展" if cell.missing else ""
    state = _WORDS.get(cell.standing, "还有项目没有填报")
    return f"{cell.unit.name}：{period.as_period.zh}重大项目月度进展{state}{left}{until}。请登录系统填报，或报送“本月无变化”。"


Send = Callable[[Cell, ReportingPeriod, str], str]


def channels() -> dict[str, Send]:
    """The channels that are set up: mail always (the console's, until a server is named), the webhook where it has an address."""
    found: dict[str, Send] = {Reminder.Channel.EMAIL: _mail}
    if settings.REMINDER_WEBHOOK:
        found[Reminder.Channel.WEBHOOK] = _post
    return found


def _once(cell: Cell, period: ReportingPeriod, channel: str, send: Send, text: str, actor: Any, today: date) -> Sent:
    """Claim the unit's day and channel first, so that two who press the button at once send one message; then send."""
    key = {"unit": cell.unit, "period": period, "day": today, "channel": channel}
    try:
        with transaction.atomic():
            row, made = Reminder.objects.get_or_create(**key, defaults={"by": actor})
    except IntegrityError:
        return Sent(cell.unit, channel, True, "今天已经催过", skipped=True)
    # One that was claimed and has said nothing yet is being sent by somebody else just now.
    if not made and (row.sent_at is not None or not row.told):
        return Sent(cell.unit, channel, True, "今天已经催过", skipped=True)
    try:
        told, ok = send(cell, period, text), True
    except NotSentError as error:
        told, ok = str(error), False
        logger.warning("reminder to %s by %s was not sent: %s", cell.unit.key, channel, told)
    row.sent_at, row.told = timezone.now() if ok else None, told[:300]
    row.save(update_fields=["sent_at", "told"])
    audit.record("month.remind", actor=actor, obj=row, outcome="ok" if ok else "failed", unit=cell.unit.pk, channel=channel, told=told[:300])
    return Sent(cell.unit, channel, ok, told)


def _addresses(unit: ReportingUnit) -> list[str]:
    people = User.objects.filter(is_active=True, memberships__unit=unit, memberships__role__in=_CHASED).exclude(email="")
    return sorted(set(people.values_list("email", flat=True)))


def _mail(cell: Cell, period: ReportingPeriod, text: str) -> str:
    addresses = _addresses(cell.unit)
    if not addresses:
        raise NotSentError(NO_ADDRESS)
    subject = f"【催报】{period.as_period.zh}重大项目月度进展"
    try:
        EmailMessage(subject, text, to=addresses).send()
    except (OSError, smtplib.SMTPException) as error:
        raise NotSentError(f"邮件未发出：{error}") from error
    return "、".join(addresses)


def _post(cell: Cell, period: ReportingPeriod, text: str) -> str:
    """POST the reminder as JSON; only http and https, and no address of the file system."""
    address = settings.REMINDER_WEBHOOK
    if not address.lower().startswith(("http://", "https://")):
        raise NotSentError("回调地址应以 http:// 或 https:// 开头")
    due, grace = deadline(period)
    document = {
        "event": "month.remind",
        "unit": cell.unit.key,
        "unit_name": cell.unit.name,
        "period": str(period.as_period),
        "state": cell.standing.value,
        "missing": cell.missing,
        "due_on": due.isoformat() if due else None,
        "grace_until": grace.isoformat() if grace else None,
        "text": text,
    }
    body = json.dumps(document, ensure_ascii=False).encode()
    try:
        request = urllib.request.Request(address, body, {"Content-Type": "application/json"}, method="POST")  # noqa: S310 -- checked above
        with urllib.request.urlopen(request, timeout=settings.REMINDER_SECONDS) as answer:  # noqa: S310
            return f"HTTP {answer.status}"
    except (OSError, urllib.error.URLError, ValueError) as error:
        raise NotSentError(f"回调未成功：{error}") from error
