"""Who reads the star from outside: PostgreSQL logins, each of a unit or of the whole city."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import ReportingUnit


class BiLogin(models.Model):
    """A database login of a BI tool. The views themselves ask this table whose rows it reads; without a unit it reads the whole city."""

    name = models.CharField(_("登录名"), max_length=63, unique=True)
    unit = models.ForeignKey(ReportingUnit, models.PROTECT, verbose_name=_("填报单位"), null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(_("建立时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("BI 数据库登录")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class FigureField(models.FloatField):  # type: ignore[type-arg]
    """A figure as machines are given it: money to the 分, a ratio with twelve decimals."""

    api_kind = "decimal"
    max_digits, decimal_places = 31, 12


class MonthlyFigure(models.Model):
    """A measure of a month, of a unit or of the whole that the reader reaches. Its table is an empty view: `reports.flat` makes its rows."""

    scope_path = ""
    followed = False  # it is made of what is followed

    measure = models.CharField(_("指标"), max_length=40)
    name = models.CharField(_("指标名称"), max_length=40)
    measured_in = models.CharField(_("计量单位"), max_length=20, help_text=_("1=100% 是比率，1 即百分之百"))
    year = models.PositiveSmallIntegerField(_("年份"))
    month = models.PositiveSmallIntegerField(_("月份"))
    month_key = models.IntegerField(_("年月编号"), help_text=_("月历中的编号，如 202006"))
    unit_id = models.BigIntegerField(_("填报单位编号"), null=True, help_text=_("空为合计，每个项目只计一次"))
    unit_key = models.CharField(_("单位代码"), max_length=60, help_text=_("空为合计"))
    unit_name = models.CharField(_("单位名称"), max_length=60)
    value = FigureField(_("数值"), null=True, help_text=_("空是没有报，不是0；各月的数不能相加"))
    is_approx = models.BooleanField(_("含约数"))

    class Meta:
        managed = False
        db_table = "reports_monthlyfigure"
        verbose_name = verbose_name_plural = _("指标（按月、按单位）")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.measure} {self.month_key}"
