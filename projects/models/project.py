"""A project's lasting identity, its codes, the organisations behind it and where it lies."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Division, ReportingUnit
from projects.models.fields import PartialDateField, WanField
from projects.models.lookups import Classification, stage_choices
from projects.models.tracking import Revised, tracked


class Organisation(models.Model):
    """A body that builds or owns: known by its credit code where there is one, else by its name."""

    scope_path = ""

    name = models.CharField(_("名称"), max_length=200)
    name_key = models.CharField(_("名称键"), max_length=200, db_index=True, editable=False)
    uscc = models.CharField(_("统一社会信用代码"), max_length=18, null=True, blank=True, unique=True)

    class Meta:
        verbose_name = verbose_name_plural = _("单位")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Project(Revised):
    """A project for its whole life. Lists, plans, months and codes hang on it; 新开工 and 续建 are computed, never stored."""

    scope_path = "unit"

    class Kind(models.TextChoices):
        INFRASTRUCTURE = "infrastructure", _("重大基础设施")
        EMERGING = "emerging", _("战略性新兴产业")

    class Approval(models.TextChoices):
        APPROVAL = "approval", _("审批")
        VERIFICATION = "verification", _("核准")
        FILING = "filing", _("备案")

    uid = models.CharField(_("项目编号"), max_length=12, editable=False)
    name = models.CharField(_("项目名称"), max_length=200)
    name_key = models.CharField(_("名称键"), max_length=200, editable=False)
    kind = models.CharField(_("类别"), max_length=16, choices=Kind.choices)
    unit = models.ForeignKey(ReportingUnit, models.PROTECT, verbose_name=_("填报单位"), related_name="projects")
    sector = models.ForeignKey(Classification, models.PROTECT, verbose_name=_("领域"), null=True, blank=True, related_name="projects")
    sector_text = models.CharField(_("领域原文"), max_length=100, blank=True, help_text=_("来源文件中的写法"))
    tags = models.ManyToManyField(Classification, verbose_name=_("标签"), blank=True, through="ProjectTag", related_name="tagged")
    stage = models.CharField(_("阶段"), max_length=12, choices=stage_choices, blank=True)
    nature = models.CharField(_("建设性质"), max_length=20, blank=True)
    approval_kind = models.CharField(_("审批类型"), max_length=12, choices=Approval.choices, blank=True)
    owner = models.ForeignKey(Organisation, models.PROTECT, verbose_name=_("建设单位"), null=True, blank=True, related_name="projects")
    responsible_unit = models.CharField(_("责任单位"), max_length=200, blank=True)
    lead = models.CharField(_("责任领导"), max_length=100, blank=True)
    contact = models.CharField(_("联系人"), max_length=100, blank=True)
    phone = models.CharField(_("联系电话"), max_length=60, blank=True)
    address = models.CharField(_("建设地点"), max_length=300, blank=True)
    content = models.TextField(_("建设规模及主要内容"), blank=True)
    local_code = models.CharField(_("储备库编号"), max_length=40, blank=True)
    total_wan = WanField(_("总投资（万元）"), null=True, blank=True)
    total_text = models.CharField(_("总投资原文"), max_length=60, blank=True, help_text=_("来源写“约”“近”时保留原文"))
    is_approx = models.BooleanField(_("总投资为约数"), default=False)
    planned_start = PartialDateField(_("计划开工"))
    planned_finish = PartialDateField(_("计划竣工"))
    actual_start = PartialDateField(_("实际开工"))
    actual_finish = PartialDateField(_("实际竣工"))
    stopped_on = PartialDateField(_("停工日期"))
    stage_reason = models.CharField(_("阶段变更原因"), max_length=300, blank=True)
    land_mu = models.DecimalField(_("用地面积（亩）"), max_digits=14, decimal_places=4, null=True, blank=True)
    expected_output_wan = WanField(_("预计年产值（万元）"), null=True, blank=True)
    expected_tax_wan = WanField(_("预计年税收（万元）"), null=True, blank=True)
    remarks = models.TextField(_("备注"), blank=True)
    is_synthetic = models.BooleanField(_("演示数据"), default=False)
    source = models.CharField(_("来源"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("建立时间"), auto_now_add=True)

    history = tracked()

    class Meta:
        verbose_name = _("项目")
        verbose_name_plural = pgettext_lazy("plural", "项目")
        ordering = ["unit__sort_order", "id"]
        # Constraints rather than unique=True: that would add a second index for LIKE on PostgreSQL, and two more on the history table.
        constraints = [
            models.UniqueConstraint(fields=["uid"], name="project_uid"),
            models.CheckConstraint(
                condition=models.Q(total_wan__gt=0) | models.Q(total_wan=None),
                name="project_total_positive",
                violation_error_message=_("总投资必须大于0"),
            ),
            models.UniqueConstraint(fields=["name_key", "unit"], name="project_name_in_unit", violation_error_message=_("该单位已有同名项目")),
        ]

    def __str__(self) -> str:
        return self.name


class ProjectTag(Revised):
    """A tag of a project (两新一重, 新基建, …): a row of its own, so that who set it and who took it away stays known."""

    scope_path = "project__unit"

    project = models.ForeignKey(Project, models.PROTECT, verbose_name=_("项目"), related_name="tag_rows")
    tag = models.ForeignKey(Classification, models.PROTECT, verbose_name=_("标签"), related_name="+")

    history = tracked()

    class Meta:
        verbose_name = verbose_name_plural = _("标签")
        ordering = ["project", "tag__sort_order", "id"]
        constraints = [models.UniqueConstraint(fields=["project", "tag"], name="project_tag_once", violation_error_message=_("该项目已有这个标签"))]

    def __str__(self) -> str:
        return str(self.tag)


class ProjectCode(Revised):
    """A 投资项目统一代码 of a project. Never deleted: superseded."""

    scope_path = "project__unit"

    class Role(models.TextChoices):
        PRIMARY = "primary", _("主代码")
        CHILD = "child", _("子项目代码")
        SUPERSEDED = "superseded", _("已作废")

    class Form(models.TextChoices):
        OLD = "old", _("旧版")
        NEW = "new", _("新版")

    project = models.ForeignKey(Project, models.PROTECT, verbose_name=_("项目"), related_name="codes")
    code = models.CharField(_("项目代码"), max_length=24)
    role = models.CharField(_("性质"), max_length=10, choices=Role.choices, default=Role.PRIMARY)
    form = models.CharField(_("版式"), max_length=3, choices=Form.choices)
    superseded_by = models.ForeignKey("self", models.PROTECT, verbose_name=_("替代代码"), null=True, blank=True, related_name="supersedes")

    history = tracked()

    class Meta:
        verbose_name = verbose_name_plural = _("项目代码")
        ordering = ["project", "role", "code"]
        constraints = [
            models.UniqueConstraint(fields=["code"], name="project_code_once", violation_error_message=_("该项目代码已被其他项目使用")),
            models.UniqueConstraint(
                fields=["project"],
                condition=models.Q(role="primary"),
                name="project_one_primary_code",
                violation_error_message=_("一个项目只能有一个主代码"),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class LocationShare(Revised):
    """A division a project lies in, and the share of it that does."""

    scope_path = "project__unit"

    project = models.ForeignKey(Project, models.CASCADE, verbose_name=_("项目"), related_name="locations")
    division = models.ForeignKey(Division, models.PROTECT, verbose_name=_("区划"), related_name="+")
    share_percent = models.DecimalField(_("占比（%）"), max_digits=6, decimal_places=2, default=100)

    history = tracked()

    class Meta:
        verbose_name = verbose_name_plural = _("建设地点占比")
        constraints = [
            models.UniqueConstraint(fields=["project", "division"], name="location_once"),
            models.CheckConstraint(
                condition=models.Q(share_percent__gt=0, share_percent__lte=100),
                name="location_share_range",
                violation_error_message=_("占比应在0至100之间"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.division} {self.share_percent}%"
