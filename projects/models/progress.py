"""Months: the reporting period, and what each project reported for it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from projects.models.fields import WanField
from projects.models.project import Project
from projects.models.tracking import Revised, tracked
from projects.period import Period
from projects.values import Month


class Half(models.IntegerChoices):
    """What part of a month is reported; nearly always the whole of it."""

    WHOLE = 0, _("整月")
    FIRST = 1, _("上半月")
    SECOND = 2, _("下半月")


def with_half(month: str, half: int) -> str:
    """The words of a month with which half of it they are of, joined as the reader's language does."""
    return month if half == Half.WHOLE else gettext("%(month)s%(half)s") % {"month": month, "half": Half(half).label}


def unlocked(day: date | None = None, prefix: str = "") -> models.Q:
    """The months that are open: nobody locked them, and the day on which they lock themselves has not come."""
    planned = models.Q(**{f"{prefix}locks_on": None}) | models.Q(**{f"{prefix}locks_on__gt": day or timezone.localdate()})
    return models.Q(**{f"{prefix}locked_at": None}) & planned


def in_time(prefix: str = "", *, newest: bool = False) -> list[Any]:
    """The order of periods: by month, in it the first half, the second, the whole."""
    of_month = (models.F(f"{prefix}half") + 2) % 3
    columns: list[Any] = [models.F(f"{prefix}year"), models.F(f"{prefix}month"), of_month]
    return [column.desc() if newest else column.asc() for column in columns]


class ReportingPeriod(Revised):
    """A month that is reported (or half of one, where a place asks twice a month), with its opening, due day, grace and lock.

    It is locked by hand, or by itself from its planned day on: that day holds whether or not anything has run since that writes the
    lock down (`projects.services.periods.lock_due`). Whoever opens it again sets another day, or none.
    """

    scope_path = ""

    year = models.PositiveSmallIntegerField(_("年份"))
    month = models.PositiveSmallIntegerField(_("月份"))
    half = models.PositiveSmallIntegerField(_("半月"), choices=Half.choices, default=Half.WHOLE)
    opens_on = models.DateField(_("开放日期"), null=True, blank=True)
    due_on = models.DateField(_("截止日期"), null=True, blank=True)
    grace_until = models.DateField(_("宽限至"), null=True, blank=True)
    locks_on = models.DateField(_("计划锁定日期"), null=True, blank=True)
    locked_at = models.DateTimeField(_("锁定时间"), null=True, blank=True)
    locked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("锁定人"), null=True, blank=True, editable=False, related_name="+"
    )

    history = tracked()

    class Meta:
        verbose_name = verbose_name_plural = _("填报期")
        ordering = ["-year", "-month", "half"]
        constraints = [
            models.UniqueConstraint(fields=["year", "month", "half"], name="period_once", violation_error_message=_("已有这个填报期")),
            models.CheckConstraint(condition=models.Q(month__range=(1, 12)), name="period_month", violation_error_message=_("月份应为1至12")),
            models.CheckConstraint(condition=models.Q(half__range=(0, 2)), name="period_half"),
        ]

    def __str__(self) -> str:
        whole = gettext("%(year)s年%(month)s月") % {"year": self.year, "month": self.month}
        return with_half(whole, self.half)

    @property
    def as_month(self) -> Month:
        return Month(self.year, self.month)

    @property
    def as_period(self) -> Period:
        return Period(self.as_month, self.half)

    def locked_since(self, day: date | None = None) -> date | None:
        """Since when the month is locked, as of a day (today); None while it is open."""
        if self.locked_at is not None:
            return timezone.localdate(self.locked_at)
        return self.locks_on if self.locks_on is not None and self.locks_on <= (day or timezone.localdate()) else None

    @property
    def is_locked(self) -> bool:
        return self.locked_since() is not None

    @property
    def locked_itself(self) -> bool:
        """Whether the lock came of the planned day, and of nobody's hand."""
        since = self.locked_since()
        return since is not None and self.locked_by_id is None and self.locks_on is not None and self.locks_on <= since


class MonthReport(Revised):
    """What a project reported for a month. None is "not reported", which zero is not."""

    scope_path = "project__unit"

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        SUBMITTED = "submitted", pgettext_lazy("月报", "已提交")
        RETURNED = "returned", _("已退回")
        APPROVED = "approved", _("已审核")

    project = models.ForeignKey(Project, models.PROTECT, verbose_name=_("项目"), related_name="months")
    period = models.ForeignKey(ReportingPeriod, models.PROTECT, verbose_name=_("填报期"), related_name="reports")
    done_month_wan = WanField(_("本月完成投资（万元）"), null=True, blank=True)
    done_ytd_wan = WanField(_("本年累计完成投资（万元）"), null=True, blank=True)
    cum_total_wan = WanField(_("自开工累计完成投资（万元）"), null=True, blank=True)
    progress_percent = models.DecimalField(_("形象进度（%）"), max_digits=6, decimal_places=2, null=True, blank=True)
    progress_text = models.TextField(_("形象进度"), blank=True)
    problems = models.TextField(_("存在问题"), blank=True)
    is_approx = models.BooleanField(_("含约数"), default=False)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.DRAFT)

    history = tracked()

    class Meta:
        verbose_name = verbose_name_plural = _("月度进展")
        ordering = ["-period__year", "-period__month", "project"]
        constraints = [
            models.UniqueConstraint(fields=["project", "period"], name="month_report_once", violation_error_message=_("该项目本月已有报告")),
            models.CheckConstraint(
                condition=models.Q(progress_percent=None) | models.Q(progress_percent__range=(0, 100)),
                name="month_progress_range",
                violation_error_message=_("形象进度应在0至100之间"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} {self.period}"
