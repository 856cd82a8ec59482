"""Permits (前期手续) and obstacles (存在问题) of a project."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import ReportingUnit
from projects.models.progress import ReportingPeriod
from projects.models.project import Project
from projects.models.tracking import Revised, tracked


class Permit(Revised):
    """A formality that a project needs before it may be planned, started or used (domain 4.4)."""

    scope_path = "project__unit"

    class Kind(models.TextChoices):
        PROPOSAL = "proposal", _("项目建议书批复")
        LAND_REVIEW = "land_review", _("用地预审与选址意见书")
        STABILITY = "stability", _("社会稳定风险评估")
        FEASIBILITY = "feasibility", _("可研批复")
        FILING = "filing", _("核准/备案文件")
        EIA = "eia", _("环评批复")
        ENERGY = "energy", _("节能审查意见")
        DESIGN = "design", _("初步设计及概算批复")
        LAND_PLANNING = "land_planning", _("建设用地规划许可证")
        LAND = "land", _("用地手续")
        WORKS_PLANNING = "works_planning", _("建设工程规划许可证")
        TENDER = "tender", _("招标手续")
        CONSTRUCTION = "construction", _("施工许可证")
        OTHER = "other", _("其他")

    class State(models.TextChoices):
        NOT_BEGUN = "not_begun", _("未启动")
        IN_HAND = "in_hand", _("办理中")
        HELD = "held", _("已取得")
        NOT_NEEDED = "not_needed", _("不需要")
        EXPIRED = "expired", _("已过期")

    project = models.ForeignKey(Project, models.CASCADE, verbose_name=_("项目"), related_name="permits")
    kind = models.CharField(_("手续"), max_length=16, choices=Kind.choices)
    state = models.CharField(_("状态"), max_length=12, choices=State.choices, default=State.NOT_BEGUN)
    doc_no = models.CharField(_("文号"), max_length=80, blank=True)
    issuer = models.CharField(_("发证机关"), max_length=100, blank=True)
    issued_on = models.DateField(_("取得日期"), null=True, blank=True)
    expires_on = models.DateField(_("有效期至"), null=True, blank=True)

    history = tracked()

    class Meta:
        verbose_name = verbose_name_plural = _("前期手续")
        ordering = ["project", "id"]
        constraints = [models.UniqueConstraint(fields=["project", "kind", "doc_no"], name="permit_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.get_state_display()}"


class Obstacle(Revised):
    """Something that holds a project up: raised on a day, owned by a unit, due, and resolved with a word on how."""

    scope_path = "project__unit"

    class Level(models.TextChoices):
        DISTRICT = "district", _("区市协调")
        BUREAU = "bureau", _("市直部门协调")
        LEADER = "leader", _("市领导协调")

    project = models.ForeignKey(Project, models.CASCADE, verbose_name=_("项目"), related_name="obstacles")
    # Of which month's report it was raised. The month and not the report: that may go again with the upload that brought it.
    period = models.ForeignKey(ReportingPeriod, models.PROTECT, verbose_name=_("来自月份"), null=True, blank=True, related_name="obstacles")
    text = models.TextField(_("问题"))
    raised_on = models.DateField(_("提出日期"))
    level = models.CharField(_("协调层级"), max_length=8, choices=Level.choices, default=Level.DISTRICT)
    escalated_on = models.DateField(_("升级日期"), null=True, blank=True)
    owner_unit = models.ForeignKey(ReportingUnit, models.PROTECT, verbose_name=_("协调单位"), null=True, blank=True, related_name="+")
    due_on = models.DateField(_("要求解决日期"), null=True, blank=True)
    resolved_on = models.DateField(_("解决日期"), null=True, blank=True)
    resolution = models.TextField(_("解决情况"), blank=True)

    history = tracked()

    class Meta:
        verbose_name = verbose_name_plural = _("存在问题")
        ordering = ["project", "-raised_on"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(resolved_on=None) | ~models.Q(resolution=""),
                name="obstacle_resolution_told",
                violation_error_message=_("办结问题须写明解决情况"),
            ),
            models.CheckConstraint(
                condition=models.Q(resolved_on=None) | models.Q(resolved_on__gte=models.F("raised_on")),
                name="obstacle_resolved_after_raised",
                violation_error_message=_("解决日期不能早于提出日期"),
            ),
        ]

    def __str__(self) -> str:
        return self.text[:40]
