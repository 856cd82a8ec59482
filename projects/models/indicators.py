"""Monitored indicators (经济运行重要指标): what is watched, what it should reach in a year, and what it was, month by month.

A figure of the whole city carries no unit and is read by everybody who may read anything; that of a unit is read where its unit is.
"""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import ReportingUnit
from projects.indicators import Better, Every, Kind
from projects.models.tracking import Revised, tracked
from projects.period import Period
from projects.values import Month

_YEARS = [MinValueValidator(2000), MaxValueValidator(2100)]
_MONTHS = [MinValueValidator(1), MaxValueValidator(12)]
_WEB = URLValidator(("http", "https"))


class KindChoice(models.TextChoices):
    """What an indicator's figures are. The words of every sentence about them follow from it: 增长X%, 提高X个百分点."""

    GROWTH = Kind.GROWTH.value, _("增速（%）")
    SHARE = Kind.SHARE.value, _("占比（%）")
    POINTS = Kind.POINTS.value, _("相差（百分点）")
    AMOUNT = Kind.AMOUNT.value, _("总量")


class EveryChoice(models.TextChoices):
    """How often there is a figure."""

    MONTH = Every.MONTH.value, _("每月")
    QUARTER = Every.QUARTER.value, _("每季度")
    HALF = Every.HALF.value, _("每半年")
    YEAR = Every.YEAR.value, _("每年")


class BetterChoice(models.TextChoices):
    """Which way is the good one."""

    UP = Better.UP.value, _("越高越好")
    DOWN = Better.DOWN.value, _("越低越好")


class Indicator(Revised):
    """What is watched: how it is called, how it is measured, in which unit, and who says so."""

    scope_path = ""

    key = models.SlugField(_("标识"), max_length=40, unique=True, help_text=_("接口和网址中的固定名称，如 fai-growth"))
    name = models.CharField(_("指标"), max_length=60, unique=True)
    name_en = models.CharField(_("英文名称"), max_length=120, blank=True)
    subject = models.CharField(_("句中称法"), max_length=60, help_text=_("写进句子的主语：指标“固定资产投资增速”写“固定资产投资”，后接“增长4%”"))
    subject_en = models.CharField(_("英文句中称法"), max_length=120, blank=True)
    kind = models.CharField(_("数值性质"), max_length=8, choices=KindChoice.choices, default=KindChoice.GROWTH)
    measure = models.CharField(_("计量单位"), max_length=12, default="%", help_text=_("增速和占比写“%”，相差写“百分点”，总量写“亿元”“万吨”等"))
    better = models.CharField(_("方向"), max_length=4, choices=BetterChoice.choices, default=BetterChoice.UP)
    every = models.CharField(_("频率"), max_length=8, choices=EveryChoice.choices, default=EveryChoice.MONTH)
    is_cumulative = models.BooleanField(_("从年初累计"), default=True, help_text=_("是：6月的数是1—6月的；否：只是6月当月或月末的"))
    definition = models.CharField(_("口径"), max_length=300, blank=True, help_text=_("怎样计量：范围、基期、价格"))
    bureau = models.CharField(_("来源部门"), max_length=60, help_text=_("发布数值的部门，如市统计局"))
    sort_order = models.PositiveSmallIntegerField(_("顺序"), default=0)
    is_watched = models.BooleanField(_("列入监测表"), default=True)

    history = tracked()

    class Meta:
        verbose_name = verbose_name_plural = _("监测指标")
        ordering = ["sort_order", "id"]

    def __str__(self) -> str:
        return self.name


class OfIndicator(Revised):
    """A figure of an indicator, for the whole city or for one unit."""

    scope_path = "unit"
    city_is_open = True

    indicator = models.ForeignKey(Indicator, models.PROTECT, verbose_name=_("指标"), related_name="%(class)ss")
    unit = models.ForeignKey(ReportingUnit, models.PROTECT, verbose_name=_("单位"), null=True, blank=True, related_name="+", help_text=_("空为全市"))
    year = models.PositiveSmallIntegerField(_("年份"), validators=_YEARS)
    value = models.DecimalField(_("数值"), max_digits=18, decimal_places=4, help_text=_("按指标的计量单位填写：增长4%填4，不填0.04；下降3.1%填-3.1"))
    note = models.CharField(_("说明"), max_length=300, blank=True)
    is_synthetic = models.BooleanField(_("示例数据（虚构）"), default=False)

    class Meta:
        abstract = True

    @property
    def place(self) -> str:
        return self.unit.short_name if self.unit is not None else str(_("全市"))


class IndicatorTarget(OfIndicator):
    """What an indicator should reach in a year."""

    doc_no = models.CharField(_("文号"), max_length=60, blank=True)
    source = models.CharField(_("来源文件"), max_length=200, help_text=_("下达目标的文件，如《2020年政府工作报告》"))
    url = models.CharField(_("网址"), max_length=300, blank=True, validators=[_WEB])

    history = tracked()

    class Meta:
        verbose_name = verbose_name_plural = _("指标年度目标")
        ordering = ["-year", "indicator__sort_order", "unit__sort_order", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "unit", "year"],
                name="indicator_target_once",
                violation_error_message=_("这个单位这一年已有目标，请在原有的上面修改"),
            ),
            models.UniqueConstraint(
                fields=["indicator", "year"],
                condition=Q(unit=None),
                name="indicator_target_once_city",
                violation_error_message=_("全市这一年已有目标，请在原有的上面修改"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} · {self.place} · {self.year}"


class IndicatorValue(OfIndicator):
    """What an indicator was, with what nation and province had, and the document that says so."""

    month = models.PositiveSmallIntegerField(_("月份"), validators=_MONTHS, help_text=_("按季度、半年公布的填末月：一季度填3，上半年填6"))
    nation_value = models.DecimalField(_("全国"), max_digits=18, decimal_places=4, null=True, blank=True, help_text=_("同一指标、同一时期全国的数值"))
    province_value = models.DecimalField(
        _("全省"), max_digits=18, decimal_places=4, null=True, blank=True, help_text=_("同一指标、同一时期全省的数值")
    )
    is_approx = models.BooleanField(_("约数"), default=False)
    source = models.CharField(_("来源文件"), max_length=200, help_text=_("公布这个数的文件或网页的名称"))
    doc_no = models.CharField(_("文号"), max_length=60, blank=True)
    url = models.CharField(_("网址"), max_length=300, blank=True, validators=[_WEB])
    published_on = models.DateField(_("公布日期"), null=True, blank=True)

    history = tracked()

    class Meta:
        verbose_name = verbose_name_plural = _("指标数值")
        ordering = ["-year", "-month", "indicator__sort_order", "unit__sort_order", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "unit", "year", "month"],
                name="indicator_value_once",
                violation_error_message=_("这个单位这一期已有数值，请在原有的上面修改"),
            ),
            models.UniqueConstraint(
                fields=["indicator", "year", "month"],
                condition=Q(unit=None),
                name="indicator_value_once_city",
                violation_error_message=_("全市这一期已有数值，请在原有的上面修改"),
            ),
            models.CheckConstraint(
                condition=Q(month__gte=1) & Q(month__lte=12), name="indicator_value_month", violation_error_message=_("月份应为1至12")
            ),
        ]

    @property
    def period(self) -> Period:
        return Period(Month(self.year, self.month))

    def __str__(self) -> str:
        return f"{self.indicator} · {self.place} · {self.period}"
