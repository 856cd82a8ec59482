"""Year-scoped reference data: classifications, thresholds and the fields each stage asks for. Rows, never constants."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.functional import lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from projects.stages import Stage


def stage_label(stage: Stage) -> str:
    """A stage in the reader's language."""
    return stage.en if (get_language() or "zh").startswith("en") else stage.zh


_lazy_label = lazy(stage_label, str)


def stage_choices() -> list[tuple[str, Any]]:
    return [(stage.value, _lazy_label(stage)) for stage in Stage]


class Classification(models.Model):
    """A node of a classification tree: sectors, SEI fields, tags, natures of construction, what bonds may and may not fund, sources of
    finance, plan periods."""

    scope_path = ""

    class Scheme(models.TextChoices):
        SECTOR = "infrastructure_sector", _("基础设施领域")
        SEI = "sei_field", _("战略性新兴产业领域")
        TAG = "tag", _("标签")
        NATURE = "nature", _("建设性质")
        USE_AREA = "bond_use_area", _("专项债券投向领域")
        NEGATIVE = "bond_negative", _("专项债券负面清单")
        FINANCE = "finance_source", _("资金来源")
        PERIOD = "plan_period", _("规划期")

    scheme = models.CharField(_("体系"), max_length=30, choices=Scheme.choices)
    code = models.CharField(_("代码"), max_length=30)
    name = models.CharField(_("名称"), max_length=60)
    parent = models.ForeignKey("self", models.PROTECT, verbose_name=_("上级"), null=True, blank=True, related_name="children")
    sort_order = models.PositiveIntegerField(_("顺序"), default=0)
    aliases = models.JSONField(_("别名"), default=list, blank=True)
    valid_from = models.PositiveSmallIntegerField(_("启用年份"), null=True, blank=True)
    valid_to = models.PositiveSmallIntegerField(_("停用年份"), null=True, blank=True)
    source = models.CharField(_("来源"), max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("分类")
        ordering = ["scheme", "sort_order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "code"], name="classification_code", violation_error_message=_("该体系已有这个代码"))
        ]

    def __str__(self) -> str:
        return self.name


class Threshold(models.Model):
    """A number that a rule compares with, valid for some years, with its source."""

    scope_path = ""

    code = models.CharField(_("代码"), max_length=60)
    key = models.CharField(_("适用对象"), max_length=40, blank=True)
    value = models.CharField(_("数值"), max_length=40)
    unit = models.CharField(_("单位"), max_length=20, blank=True)
    valid_from = models.DateField(_("启用"), null=True, blank=True)
    valid_to = models.DateField(_("停用"), null=True, blank=True)
    source = models.CharField(_("来源"), max_length=300, blank=True)
    note = models.CharField(_("说明"), max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("阈值")
        ordering = ["code", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["code", "key", "valid_from"], name="threshold_once"),
            models.UniqueConstraint(fields=["code", "key"], condition=models.Q(valid_from=None), name="threshold_once_undated"),
        ]

    def __str__(self) -> str:
        return f"{self.code} = {self.value}"


class StageField(models.Model):
    """A field and the stage from which it must be filled."""

    scope_path = ""

    field = models.CharField(_("字段"), max_length=40)
    label = models.CharField(_("名称"), max_length=60, blank=True)
    stage = models.CharField(_("自阶段"), max_length=12, choices=stage_choices)
    kind = models.CharField(_("项目类别"), max_length=16, blank=True)
    blocks = models.BooleanField(_("缺少时阻断"), default=True)
    valid_from = models.DateField(_("启用"), null=True, blank=True)
    valid_to = models.DateField(_("停用"), null=True, blank=True)
    source = models.CharField(_("来源"), max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("阶段必填项")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["field", "kind", "valid_from"], name="stage_field_once"),
            models.UniqueConstraint(fields=["field", "kind"], condition=models.Q(valid_from=None), name="stage_field_once_undated"),
        ]

    def __str__(self) -> str:
        return f"{self.field} ← {self.stage}"
