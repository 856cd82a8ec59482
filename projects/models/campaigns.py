"""Campaigns such as 百日攻坚: for some weeks a named set of projects is to reach something, and is counted down daily."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.models.fields import WanField
from projects.models.lists import ListVersion
from projects.models.project import Project
from projects.models.tracking import Revised, tracked


class Campaign(Revised):
    """A campaign: from, to, and what each of its projects is to reach."""

    scope_path = ""

    class Goal(models.TextChoices):
        INVEST = "invest", _("完成投资")
        START = "start", _("开工")

    name = models.CharField(_("名称"), max_length=120, unique=True)
    begins_on = models.DateField(_("开始日期"))
    ends_on = models.DateField(_("结束日期"))
    goal = models.CharField(_("目标"), max_length=8, choices=Goal.choices, default=Goal.INVEST)
    list_version = models.ForeignKey(
        ListVersion,
        models.PROTECT,
        verbose_name=_("取自清单"),
        null=True,
        blank=True,
        related_name="+",
        help_text=_("填写后把该版清单的全部项目列入；以后可逐个增减"),
    )
    note = models.CharField(_("说明"), max_length=300, blank=True)

    history = tracked()

    class Meta:
        verbose_name = verbose_name_plural = _("攻坚行动")
        ordering = ["-begins_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("begins_on")), name="campaign_dates", violation_error_message=_("结束日期不能早于开始日期")
            )
        ]

    def __str__(self) -> str:
        return self.name


class CampaignProject(Revised):
    """A project of a campaign, from the day it joined to the day it left, with its own target."""

    scope_path = "project__unit"

    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name=_("攻坚行动"), related_name="members")
    project = models.ForeignKey(Project, models.PROTECT, verbose_name=_("项目"), related_name="campaigns")
    target_wan = WanField(
        _("目标（本年累计，万元）"), null=True, blank=True, help_text=_("到结束日期应达到的本年累计完成投资；空为按年度计划和时序推算")
    )
    due_on = models.DateField(_("要求日期"), null=True, blank=True, help_text=_("应开工（或达到目标）的日期；空为行动结束日期"))
    joined_on = models.DateField(_("列入日期"))
    left_on = models.DateField(_("移出日期"), null=True, blank=True)

    history = tracked()

    class Meta:
        verbose_name = verbose_name_plural = _("攻坚项目")
        ordering = ["campaign", "project__unit__sort_order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "project"], name="campaign_project_once", violation_error_message=_("该项目已在这次行动中")),
            models.CheckConstraint(
                condition=models.Q(target_wan=None) | models.Q(target_wan__gt=0),
                name="campaign_target_positive",
                violation_error_message=_("目标必须大于0"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign} · {self.project}"
