"""What was planned: the baseline and its revisions, and each year's plan."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from projects.models.fields import PartialDateField, WanField
from projects.models.project import Project
from projects.models.tracking import Revised, tracked


class PlanVersion(Revised):
    """Total investment and dates as decided. The first is the baseline and stays; a change needs a reason and a document."""

    scope_path = "project__unit"

    project = models.ForeignKey(Project, models.PROTECT, verbose_name=_("项目"), related_name="plan_versions")
    number = models.PositiveSmallIntegerField(_("版次"), default=1)
    is_baseline = models.BooleanField(_("基准"), default=False)
    total_wan = WanField(_("总投资（万元）"), null=True, blank=True)
    planned_start = PartialDateField(_("计划开工"))
    planned_finish = PartialDateField(_("计划竣工"))
    decided_on = models.DateField(_("日期"), null=True, blank=True)
    doc_no = models.CharField(_("文号"), max_length=60, blank=True)
    reason = models.CharField(_("原因"), max_length=300, blank=True)

    history = tracked()

    class Meta:
        verbose_name = verbose_name_plural = _("计划版本")
        ordering = ["project", "number"]
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="plan_version_once"),
            models.CheckConstraint(
                condition=models.Q(is_baseline=True) | ~models.Q(reason=""),
                name="plan_change_has_reason",
                violation_error_message=_("调整计划须填写原因"),
            ),
        ]

    def __str__(self) -> str:
        return gettext("%(project)s 第%(n)s版") % {"project": self.project, "n": self.number}


class AnnualPlan(Revised):
    """A project's plan for a year, or for a month of it where the plan goes so far."""

    scope_path = "project__unit"

    project = models.ForeignKey(Project, models.PROTECT, verbose_name=_("项目"), related_name="annual_plans")
    year = models.PositiveSmallIntegerField(_("年份"))
    month = models.PositiveSmallIntegerField(_("月份"), null=True, blank=True)
    plan_wan = WanField(_("计划投资（万元）"), null=True, blank=True)
    cum_prior_wan = WanField(_("截至上年底累计完成（万元）"), null=True, blank=True)
    goal = models.TextField(_("年度工作目标"), blank=True)

    history = tracked()

    class Meta:
        verbose_name = verbose_name_plural = _("年度计划")
        ordering = ["project", "-year", "month"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "year", "month"],
                name="annual_plan_month_once",
                violation_error_message=_("该项目已有这一年（月）的计划"),
            ),
            models.UniqueConstraint(
                fields=["project", "year"],
                condition=models.Q(month=None),
                name="annual_plan_once",
                violation_error_message=_("该项目已有这一年（月）的计划"),
            ),
            models.CheckConstraint(condition=models.Q(month=None) | models.Q(month__range=(1, 12)), name="annual_plan_month"),
            models.CheckConstraint(
                condition=models.Q(plan_wan=None) | models.Q(plan_wan__gte=0),
                name="annual_plan_not_negative",
                violation_error_message=_("计划投资不能为负数"),
            ),
        ]

    def __str__(self) -> str:
        wording = gettext("%(project)s %(year)s年%(month)s月") if self.month else gettext("%(project)s %(year)s年")
        return wording % {"project": self.project, "year": self.year, "month": self.month}
