"""What happens around a month's reports: exceptions from a lock, reviews, nil returns, late corrections, reminders.

None of these rows is edited on a form: each is written by the verb it tells of (`projects.services`), and stays.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import ReportingUnit
from projects.models.progress import MonthReport, ReportingPeriod
from projects.workflow import ASKED, Verb


class LockException(models.Model):
    """One unit may write into one locked month, for a while."""

    scope_path = "unit"

    unit = models.ForeignKey(ReportingUnit, models.PROTECT, verbose_name=_("填报单位"), related_name="lock_exceptions")
    period = models.ForeignKey(ReportingPeriod, models.PROTECT, verbose_name=_("填报期"), related_name="exceptions")
    until = models.DateTimeField(_("解锁至"))
    reason = models.CharField(_("原因"), max_length=300)
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("批准人"), null=True, related_name="+")
    granted_at = models.DateTimeField(_("批准时间"), auto_now_add=True)
    revoked_at = models.DateTimeField(_("收回时间"), null=True, blank=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("收回人"), null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = _("临时解锁")
        ordering = ["-granted_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "period"], condition=models.Q(revoked_at=None), name="exception_once_in_force"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="exception_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} · {self.period}"


class ReviewEvent(models.Model):
    """One move of a report: who did what to it, when, with which words, and the remarks on single cells. Never changed, never deleted."""

    scope_path = "report__project__unit"
    append_only = True

    class Kind(models.TextChoices):
        SUBMIT = Verb.SUBMIT.value, pgettext_lazy("a month report", "提交")
        RETURN = Verb.RETURN.value, _("退回")
        APPROVE = Verb.APPROVE.value, _("审核通过")
        VOID = Verb.VOID.value, _("改动后回到草稿")
        RESTORE = Verb.RESTORE.value, _("随撤销恢复")

    report = models.ForeignKey(MonthReport, models.PROTECT, verbose_name=_("月度进展"), related_name="events")
    verb = models.CharField(_("事项"), max_length=8, choices=Kind.choices)
    from_state = models.CharField(_("原状态"), max_length=10, choices=MonthReport.State.choices)
    to_state = models.CharField(_("新状态"), max_length=10, choices=MonthReport.State.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("操作人"), null=True, related_name="+")
    at = models.DateTimeField(_("时间"), default=timezone.now, db_index=True)
    reason = models.CharField(_("说明"), max_length=500, blank=True)
    cells = models.JSONField(_("逐格意见"), default=dict, blank=True)
    is_late = models.BooleanField(_("逾期"), default=False)
    upload_id = models.BigIntegerField(_("上传编号"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("审核记录")
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(verb=Verb.RETURN.value) | ~models.Q(reason=""), name="return_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.get_verb_display()} {self.report}"


assert {verb.value for verb in ASKED} < set(ReviewEvent.Kind.values)


class NilReturnQuerySet(models.QuerySet["NilReturn"]):
    def standing(self, until: datetime | None = None) -> NilReturnQuerySet:
        """What is still said now, or was at a moment that is past."""
        if until is None:
            return self.filter(withdrawn_at=None)
        return self.filter(models.Q(withdrawn_at=None) | models.Q(withdrawn_at__gt=until), at__lte=until)


class NilReturn(models.Model):
    """本月无变化: a unit says of a month that it has nothing to report. A statement, not an absence; it writes no figures.

    One that was withdrawn stays, with who did it and by which upload: taking that upload back lets it stand again.
    """

    scope_path = "unit"

    unit = models.ForeignKey(ReportingUnit, models.PROTECT, verbose_name=_("填报单位"), related_name="nil_returns")
    period = models.ForeignKey(ReportingPeriod, models.PROTECT, verbose_name=_("填报期"), related_name="nil_returns")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("提交人"), null=True, related_name="+")
    at = models.DateTimeField(_("时间"), default=timezone.now)
    note = models.CharField(_("说明"), max_length=300)
    is_late = models.BooleanField(_("逾期"), default=False)
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("撤回人"), null=True, blank=True, related_name="+")
    withdrawn_upload_id = models.BigIntegerField(_("因哪次上传撤回"), null=True, blank=True, db_index=True)

    objects = NilReturnQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("本月无变化")
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["unit", "period"], condition=models.Q(withdrawn_at=None), name="nil_return_once")]

    def __str__(self) -> str:
        return f"{self.unit} · {self.period}"


class Correction(models.Model):
    """A figure of a locked month that turned out wrong: the published value stays, the right one stands beside it. Two persons."""

    scope_path = "report__project__unit"

    class State(models.TextChoices):
        PROPOSED = "proposed", _("待审核")
        APPROVED = "approved", _("已通过")
        REFUSED = "refused", _("未通过")

    report = models.ForeignKey(MonthReport, models.PROTECT, verbose_name=_("月度进展"), related_name="corrections")
    field = models.CharField(_("指标"), max_length=30)
    published = models.CharField(_("已公布数"), max_length=40, blank=True)
    value = models.CharField(_("更正为"), max_length=40)
    reason = models.CharField(_("原因"), max_length=300)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.PROPOSED)
    # The number of the first of those proposed in one act, which are settled in one act; empty where it was proposed alone.
    together = models.BigIntegerField(_("一起提出的第一条"), null=True, blank=True, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("提出人"), null=True, related_name="+")
    at = models.DateTimeField(_("提出时间"), auto_now_add=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("审核人"), null=True, blank=True, related_name="+")
    settled_at = models.DateTimeField(_("审核时间"), null=True, blank=True)
    note = models.CharField(_("审核说明"), max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("更正")
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["report", "field"], condition=models.Q(state="proposed"), name="correction_once_open"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="correction_has_reason"),
            models.CheckConstraint(
                condition=models.Q(settled_by=None) | models.Q(by=None) | ~models.Q(settled_by=models.F("by")), name="correction_two_persons"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report} · {self.field}"

    def stands_beside(self, report: Any) -> bool:
        """Whether the report still has the figure that was published: where it was changed since, another number was corrected than stands."""
        return bool(getattr(report, self.field) == (Decimal(self.published) if self.published else None))


class Reminder(models.Model):
    """A unit was chased for a month on a day by one channel; once is enough."""

    scope_path = "unit"

    class Channel(models.TextChoices):
        EMAIL = "email", _("邮件")
        WEBHOOK = "webhook", _("网络回调")

    unit = models.ForeignKey(ReportingUnit, models.PROTECT, verbose_name=_("填报单位"), related_name="reminders")
    period = models.ForeignKey(ReportingPeriod, models.PROTECT, verbose_name=_("填报期"), related_name="reminders")
    day = models.DateField(_("日期"))
    channel = models.CharField(_("方式"), max_length=8, choices=Channel.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("催报人"), null=True, blank=True, related_name="+")
    sent_at = models.DateTimeField(_("发送时间"), null=True, blank=True)
    told = models.CharField(_("结果"), max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("催报记录")
        ordering = ["-day", "-id"]
        constraints = [models.UniqueConstraint(fields=["unit", "period", "day", "channel"], name="reminder_once_a_day")]

    def __str__(self) -> str:
        return f"{self.unit} · {self.period} · {self.day:%Y-%m-%d}"
