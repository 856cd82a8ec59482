"""资金方案: from which sources a project is to be paid, version by version. The last version is in force, the older ones stay readable."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from projects.models import Classification, Project
from projects.models.fields import WanField
from projects.models.tracking import Revised, tracked


class FinancePlan(Revised):
    """A version. `total_wan` is the total investment that it was made for; the one in force is judged by the project's own."""

    scope_path = "project__unit"

    class State(models.TextChoices):
        CURRENT = "current", _("现行")
        SUPERSEDED = "superseded", _("已被替代")

    project = models.ForeignKey(Project, models.PROTECT, verbose_name=_("项目"), related_name="finance_plans")
    number = models.PositiveSmallIntegerField(_("版次"), default=1, editable=False)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.CURRENT, editable=False)
    total_wan = WanField(_("编制时总投资（万元）"), null=True, blank=True, editable=False)
    decided_on = models.DateField(_("日期"), null=True, blank=True)
    doc_no = models.CharField(_("依据文号"), max_length=60, blank=True, help_text=_("批复可研、概算或资金方案的文件"))
    reason = models.CharField(_("编制或调整原因"), max_length=300, blank=True)
    is_synthetic = models.BooleanField(_("示例数据"), default=False)
    source = models.CharField(_("来源"), max_length=300, blank=True)

    history = tracked()

    class Meta:
        verbose_name = verbose_name_plural = _("资金方案")
        ordering = ["project", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="finance_version_once"),
            models.UniqueConstraint(fields=["project"], condition=Q(state="current"), name="finance_version_current"),
            models.CheckConstraint(
                condition=Q(number=1) | ~Q(reason=""), name="finance_change_has_reason", violation_error_message=_("调整资金方案须填写原因")
            ),
        ]

    def __str__(self) -> str:
        return gettext("%(project)s 资金方案第%(n)s版") % {"project": self.project, "n": self.number}

    @property
    def is_current(self) -> bool:
        return self.state == self.State.CURRENT


class FinanceLine(Revised):
    """What one source is planned to give, what of it is secured by document, and what came in that the ledger doesn't know."""

    scope_path = "plan__project__unit"

    plan = models.ForeignKey(FinancePlan, models.PROTECT, verbose_name=_("资金方案"), related_name="lines")
    source = models.ForeignKey(Classification, models.PROTECT, verbose_name=_("资金来源"), related_name="+")
    planned_wan = WanField(_("计划（万元）"), validators=[MinValueValidator(0)])
    capital_wan = WanField(_("其中资本金（万元）"), default=0, blank=True, validators=[MinValueValidator(0)])
    secured_wan = WanField(_("已落实（万元）"), default=0, blank=True, validators=[MinValueValidator(0)])
    secured_doc = models.CharField(_("落实文号或合同"), max_length=100, blank=True)
    secured_on = models.DateField(_("落实日期"), null=True, blank=True)
    other_arrived_wan = WanField(_("账外到位（万元）"), default=0, blank=True, validators=[MinValueValidator(0)])

    history = tracked()

    class Meta:
        verbose_name = verbose_name_plural = _("资金来源")
        ordering = ["plan", "source__sort_order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "source"], name="finance_line_once", violation_error_message=_("同一来源只填一行")),
            models.CheckConstraint(
                condition=Q(capital_wan__gte=0, capital_wan__lte=F("planned_wan")),
                name="finance_capital_within_plan",
                violation_error_message=_("资本金不能超过该来源的计划数"),
            ),
            models.CheckConstraint(
                condition=Q(secured_wan__gte=0, secured_wan__lte=F("planned_wan")),
                name="finance_secured_within_plan",
                violation_error_message=_("已落实不能超过该来源的计划数；计划有变的先编制新版"),
            ),
            models.CheckConstraint(
                condition=Q(secured_wan=0) | (~Q(secured_doc="") & Q(secured_on__isnull=False)),
                name="finance_secured_has_document",
                violation_error_message=_("填了已落实，须写明落实文号（或合同）和日期"),
            ),
            models.CheckConstraint(condition=Q(other_arrived_wan__gte=0), name="finance_arrived_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.planned_wan}"
