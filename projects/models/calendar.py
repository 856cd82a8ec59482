"""When months are due: a rule for the months of a year, and the days that are worked on or not. Rows, never constants."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from projects.models.progress import Half
from projects.workflow import DueRule, Shift


class ReportingRule(models.Model):
    """How the days of a month follow: for a year and those after it until another rule, or for one month of a year alone."""

    scope_path = ""

    class Shifting(models.TextChoices):
        NONE = Shift.NONE.value, _("不顺延")
        EARLIER = Shift.EARLIER.value, _("提前到上一个工作日")
        LATER = Shift.LATER.value, _("顺延到下一个工作日")

    year = models.PositiveSmallIntegerField(_("自年份"))
    month = models.PositiveSmallIntegerField(_("仅此月"), null=True, blank=True, help_text=_("只为一年中的某个月另定时填写，如12月"))
    half = models.PositiveSmallIntegerField(_("半月"), choices=Half.choices, default=Half.WHOLE)
    due_day = models.PositiveSmallIntegerField(_("截止日"), validators=[MaxValueValidator(31)], help_text=_("几号；0 为当月最后一天"))
    month_offset = models.PositiveSmallIntegerField(
        _("隔几个月"), default=1, validators=[MaxValueValidator(3)], help_text=_("0 为报告月当月，1 为次月")
    )
    counts_workdays = models.BooleanField(_("按工作日数"), default=False, help_text=_("截止日为报告期结束后第几个工作日"))
    shift = models.CharField(_("遇节假日"), max_length=8, choices=Shifting.choices, default=Shifting.LATER)
    grace_days = models.PositiveSmallIntegerField(_("宽限天数"), default=0, validators=[MaxValueValidator(60)])
    opens_day = models.PositiveSmallIntegerField(
        _("开放日"), null=True, blank=True, validators=[MaxValueValidator(31)], help_text=_("截止前最近的几号开放；空为不限")
    )
    lock_day = models.PositiveSmallIntegerField(
        _("锁定日"), null=True, blank=True, validators=[MaxValueValidator(31)], help_text=_("宽限期后最近的几号锁定；空为不定")
    )
    source = models.CharField(_("来源"), max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("填报期规则")
        ordering = ["-year", "month", "half"]
        constraints = [
            models.UniqueConstraint(fields=["year", "month", "half"], name="rule_once", violation_error_message=_("已有这一条规则")),
            models.UniqueConstraint(
                fields=["year", "half"], condition=models.Q(month=None), name="rule_once_a_year", violation_error_message=_("已有这一条规则")
            ),
            models.CheckConstraint(
                condition=models.Q(month=None) | models.Q(month__range=(1, 12)), name="rule_month", violation_error_message=_("月份应为1至12")
            ),
        ]

    def __str__(self) -> str:
        return gettext("%(year)s年起") % {"year": self.year} if self.month is None else f"{self.year}-{self.month:02d}"

    def as_rule(self) -> DueRule:
        given: dict[str, Any] = {name: getattr(self, name) for name in DueRule.__dataclass_fields__}
        return DueRule(**{**given, "shift": Shift(self.shift)})


class Holiday(models.Model):
    """A day that is worked on, or not, against its weekday."""

    scope_path = ""

    date = models.DateField(_("日期"), unique=True)
    is_workday = models.BooleanField(_("上班"), default=False, help_text=_("调休上班的周末打勾；放假的日子不打勾"))
    name = models.CharField(_("名称"), max_length=40)
    source = models.CharField(_("来源"), max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("节假日")
        ordering = ["-date"]

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d} {self.name}"


class CalendarMonth(models.Model):
    """Every month from 2000 to 2060, reported or not: what BI tools join by. A view that stands on no table; its number is 202006."""

    scope_path = ""
    followed = False  # it never changes

    year = models.PositiveSmallIntegerField(_("年份"))
    half_of_year = models.PositiveSmallIntegerField(_("半年"))
    quarter = models.PositiveSmallIntegerField(_("季度"))
    month = models.PositiveSmallIntegerField(_("月份"))
    label = models.CharField(_("年月"), max_length=20)
    half_label = models.CharField(_("半年名称"), max_length=20)
    quarter_label = models.CharField(_("季度名称"), max_length=20)
    first_day = models.DateField(_("月初"))
    last_day = models.DateField(_("月末"))
    days = models.PositiveSmallIntegerField(_("天数"))

    class Meta:
        managed = False
        db_table = "projects_calendarmonth"
        verbose_name = verbose_name_plural = _("月历")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.label
