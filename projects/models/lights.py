"""Lights 红黄绿: the rules they are made by, version by version, and what people say beside them. Rows are added, never edited."""

from __future__ import annotations

from typing import Any, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from projects.models.project import Project
from projects.models.tracking import Door

M = TypeVar("M", bound=models.Model)


class SaidRowError(TypeError):
    """Somebody tried to change what was adopted or said."""


class SaidQuerySet(models.QuerySet[M]):
    """Refuses to change or delete what was adopted or said."""

    def update(self, **values: Any) -> int:
        raise SaidRowError(f"{self.model.__name__} rows are never edited: add one that follows them")

    def bulk_update(self, objs: Any, *args: Any, **kwargs: Any) -> int:
        raise SaidRowError(f"{self.model.__name__} rows are never edited: add one that follows them")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise SaidRowError(f"{self.model.__name__} rows are never deleted: add one that withdraws them")


class Said(models.Model):
    """Who said it, when, through which door, and why."""

    append_only = True

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("操作人"), null=True, blank=True, related_name="+")
    at = models.DateTimeField(_("时间"), default=timezone.now, db_index=True)
    door = models.CharField(_("入口"), max_length=10, choices=Door.choices, default=Door.ADMIN)
    reason = models.CharField(_("理由"), max_length=500)

    objects = SaidQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise SaidRowError(f"{type(self).__name__} {self.pk} is never edited: add one that follows it")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise SaidRowError(f"{type(self).__name__} {self.pk} is never deleted: add one that withdraws it")


class Colours(models.TextChoices):
    """The colours that an officer may set beside a computed one."""

    GREEN = "green", _("绿")
    YELLOW = "yellow", _("黄")
    RED = "red", _("红")
    GREY = "grey", _("灰")


class LightProfile(Said):
    """One version of one city's rule. A month's lights are made by the newest version of the city's own rule that is valid in it."""

    scope_path = ""

    class ProgressBy(models.TextChoices):
        NONE = "", _("不亮进度灯")
        POINTS = "points", _("低于时序的百分点")
        SHARE = "share", _("少于时序应完成的百分之几")

    class UnitBy(models.TextChoices):
        NONE = "", _("不亮单位灯")
        GROWTH = "growth", _("累计增速")
        MISSED = "missed", _("连续未达时序的月数")

    class Slack(models.TextChoices):
        GREEN = "green", _("绿（略滞后）")
        YELLOW = "yellow", _("黄")

    key = models.CharField(_("方案代码"), max_length=30)
    name = models.CharField(_("方案名称"), max_length=60)
    version = models.PositiveSmallIntegerField(_("版次"), default=1)
    is_own = models.BooleanField(_("本市采用"), default=False, help_text=_("是：本市的灯按它亮；否：别的城市公布的规则，只供比较"))
    valid_from = models.DateField(_("启用"), help_text=_("从这一天所在的月份起亮灯"))
    source = models.CharField(_("来源"), max_length=300, blank=True)
    progress_by = models.CharField(_("进度灯按"), max_length=8, choices=ProgressBy.choices, default=ProgressBy.NONE, blank=True)
    progress_yellow = models.DecimalField(_("进度黄灯：落后"), max_digits=6, decimal_places=2, null=True, blank=True)
    progress_yellow_at = models.BooleanField(_("黄灯含本数"), default=False)
    progress_red = models.DecimalField(_("进度红灯：落后"), max_digits=6, decimal_places=2, null=True, blank=True)
    progress_red_at = models.BooleanField(_("红灯含本数"), default=False)
    slack = models.CharField(_("低于时序但不到黄灯的"), max_length=6, choices=Slack.choices, default=Slack.GREEN)
    start_yellow = models.PositiveSmallIntegerField(_("开工黄灯：应开未开满（月）"), null=True, blank=True, help_text=_("计划开工当月算第1个月"))
    start_red = models.PositiveSmallIntegerField(_("开工红灯：应开未开满（月）"), null=True, blank=True)
    payment_yellow = models.DecimalField(_("支付黄灯：短于应支付超过（%）"), max_digits=6, decimal_places=2, null=True, blank=True)
    payment_red = models.DecimalField(_("支付红灯：短于应支付超过（%）"), max_digits=6, decimal_places=2, null=True, blank=True)
    statistics_yellow = models.PositiveSmallIntegerField(_("纳统黄灯：开工后满（月）未纳统"), null=True, blank=True)
    statistics_red = models.PositiveSmallIntegerField(_("纳统红灯：开工后超过（月）未纳统"), null=True, blank=True)
    unit_by = models.CharField(_("单位灯按"), max_length=8, choices=UnitBy.choices, default=UnitBy.NONE, blank=True)
    unit_red_months = models.PositiveSmallIntegerField(_("单位红灯：连续未达时序满（月）"), default=2)

    class Meta:
        verbose_name = verbose_name_plural = _("亮灯规则")
        ordering = ["-is_own", "key", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="light_profile_version", violation_error_message=_("该方案已有这一版")),
            models.CheckConstraint(condition=~Q(reason=""), name="light_profile_has_reason"),
            models.CheckConstraint(
                condition=Q(progress_yellow=None) | Q(progress_red=None) | Q(progress_yellow__lte=models.F("progress_red")),
                name="light_progress_in_order",
                violation_error_message=_("进度红灯的界线不能低于黄灯的"),
            ),
            models.CheckConstraint(
                condition=Q(payment_yellow=None) | Q(payment_red=None) | Q(payment_yellow__lte=models.F("payment_red")),
                name="light_payment_in_order",
                violation_error_message=_("支付红灯的界线不能低于黄灯的"),
            ),
            models.CheckConstraint(
                condition=Q(start_yellow=None) | Q(start_red=None) | Q(start_yellow__lte=models.F("start_red")),
                name="light_start_in_order",
                violation_error_message=_("开工红灯的月数不能少于黄灯的"),
            ),
            models.CheckConstraint(
                condition=Q(statistics_yellow=None) | Q(statistics_red=None) | Q(statistics_yellow__lte=models.F("statistics_red")),
                name="light_statistics_in_order",
                violation_error_message=_("纳统红灯的月数不能少于黄灯的"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class LightNote(Said):
    """What is said beside the computed light of a month: an officer's own colour, the unit's explanation, whether it is in the statistics.

    A later row withdraws an earlier one; both stay. The computed light is never touched by it.
    """

    scope_path = "project__unit"

    class Kind(models.TextChoices):
        OVERRIDE = "override", _("人工改灯")
        EXPLANATION = "explanation", _("情况说明")
        STATISTICS = "statistics", _("纳统情况")
        WITHDRAWAL = "withdrawal", _("撤回")

    project = models.ForeignKey(Project, models.PROTECT, verbose_name=_("项目"), related_name="light_notes")
    year = models.PositiveSmallIntegerField(_("年份"))
    month = models.PositiveSmallIntegerField(_("月份"))
    kind = models.CharField(_("事项"), max_length=12, choices=Kind.choices)
    profile = models.ForeignKey(LightProfile, models.PROTECT, verbose_name=_("亮灯规则"), related_name="+")
    colour = models.CharField(_("改为"), max_length=6, choices=Colours.choices, blank=True)
    entered_on = models.DateField(_("纳统日期"), null=True, blank=True, help_text=_("空：尚未纳统"))
    withdraws = models.OneToOneField("self", models.PROTECT, verbose_name=_("撤回的是"), null=True, blank=True, related_name="withdrawn_by")

    class Meta:
        verbose_name = verbose_name_plural = _("灯旁说明")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["project", "year", "month"], name="light_note_of_month")]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="light_note_has_reason"),
            models.CheckConstraint(condition=Q(month__range=(1, 12)), name="light_note_month"),
            models.CheckConstraint(condition=Q(kind="override") & ~Q(colour="") | ~Q(kind="override") & Q(colour=""), name="light_note_colour"),
            models.CheckConstraint(
                condition=Q(kind="withdrawal", withdraws__isnull=False) | ~Q(kind="withdrawal") & Q(withdraws=None), name="light_note_withdraws"
            ),
            models.CheckConstraint(condition=Q(kind="statistics") | Q(entered_on=None), name="light_note_entered"),
        ]

    def __str__(self) -> str:
        return f"{self.project} {self.year}-{self.month:02d} {self.get_kind_display()}"
