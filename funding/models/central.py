"""中央预算内投资: plan documents that give money to projects."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from funding.models.registered import STANDS, Registered
from projects.models import Classification
from projects.models.fields import WanField
from projects.models.tracking import tracked


class CentralPlan(Registered):
    """A plan document (投资计划下达文件). What was decomposed to projects is kept by the ledger and never exceeds its amount."""

    scope_path = ""

    class Manner(models.TextChoices):
        DIRECT = "direct", _("直接投资")
        CAPITAL = "capital", _("资本金注入")
        SUBSIDY = "subsidy", _("投资补助")
        INTEREST = "interest", _("贷款贴息")

    class Allotment(models.TextChoices):
        BLOCK = "block", _("切块、打捆下达")
        NAMED = "named", _("直接下达到项目")

    year = models.PositiveSmallIntegerField(_("年份"))
    doc_no = models.CharField(_("文号"), max_length=60)
    programme = models.CharField(_("专项"), max_length=80, blank=True)
    area = models.ForeignKey(Classification, models.PROTECT, verbose_name=_("领域"), null=True, blank=True, related_name="+")
    manner = models.CharField(_("安排方式"), max_length=10, choices=Manner.choices, default=Manner.DIRECT)
    allotment = models.CharField(
        _("下达方式"), max_length=6, choices=Allotment.choices, default=Allotment.BLOCK, help_text=_("决定分解期限：切块、打捆与直接下达到项目不同")
    )
    given_on = models.DateField(_("下达日期"), null=True, blank=True)
    amount_wan = WanField(_("下达金额（万元）"), validators=[MinValueValidator(0)])
    is_approximate = models.BooleanField(_("约数"), default=False, help_text=_("来源只说“近10亿元”的，始终带“约”字"))
    assigned_wan = WanField(_("已分解（万元）"), default=0, editable=False)
    is_synthetic = models.BooleanField(_("示例数据"), default=False)
    source = models.CharField(_("来源"), max_length=300, blank=True)

    history = tracked("assigned_wan")

    class Meta:
        verbose_name = verbose_name_plural = _("中央预算内投资计划")
        ordering = ["-year", "given_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["doc_no", "programme"], condition=STANDS, name="central_plan_once", violation_error_message=_("已有这一文号和专项的计划")
            ),
            models.CheckConstraint(condition=STANDS | models.Q(assigned_wan=0), name="struck_plan_is_empty"),
            models.CheckConstraint(
                condition=models.Q(assigned_wan__gte=0, assigned_wan__lte=models.F("amount_wan")),
                name="central_plan_holds",
                violation_error_message=_("下达金额不能小于已分解数"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.doc_no} {self.programme}".strip()
