"""What is open to the public: for each item of a project, for single projects, and what our words are called in open data."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from projects.disclosure import Item, Openness
from projects.models.lookups import Classification
from projects.models.project import Project
from projects.models.tracking import Revised, tracked


class Level(models.TextChoices):
    """The three answers to "may everybody see it"."""

    PUBLIC = Openness.PUBLIC.value, _("公开")
    REQUEST = Openness.REQUEST.value, _("依申请公开")
    CLOSED = Openness.CLOSED.value, _("不公开")


class Disclosed(models.TextChoices):
    """The items of the profile in words."""

    PROJECT = Item.PROJECT.value, _("项目整体")
    NAME = Item.NAME.value, _("项目名称")
    CODE = Item.CODE.value, _("项目代码")
    LISTS = Item.LISTS.value, _("所在清单及序号")
    UNIT = Item.UNIT.value, _("填报单位")
    OWNER = Item.OWNER.value, _("建设单位")
    OWNER_CODE = Item.OWNER_CODE.value, _("建设单位信用代码")
    RESPONSIBLE = Item.RESPONSIBLE.value, _("责任单位")
    CONTACT = Item.CONTACT.value, _("联系人")
    PHONE = Item.PHONE.value, _("联系电话")
    SECTOR = Item.SECTOR.value, _("领域")
    NATURE = Item.NATURE.value, _("建设性质")
    CONTENT = Item.CONTENT.value, _("建设规模及主要内容")
    LOCATION = Item.LOCATION.value, _("所在区划")
    ADDRESS = Item.ADDRESS.value, _("建设地点")
    STATUS = Item.STATUS.value, _("阶段")
    STOPS = Item.STOPS.value, _("停工、缓建")
    TOTAL = Item.TOTAL.value, _("总投资")
    PLAN_DATES = Item.PLAN_DATES.value, _("计划开工、竣工")
    ACTUAL_DATES = Item.ACTUAL_DATES.value, _("实际开工、竣工")
    ANNUAL_PLAN = Item.ANNUAL_PLAN.value, _("年度计划投资")
    GOAL = Item.GOAL.value, _("年度工作目标")
    PROGRESS = Item.PROGRESS.value, _("完成投资")
    PHYSICAL = Item.PHYSICAL.value, _("形象进度（%）")
    PROGRESS_TEXT = Item.PROGRESS_TEXT.value, _("形象进度文字")
    PERMITS = Item.PERMITS.value, _("前期手续")
    OBSTACLES = Item.OBSTACLES.value, _("存在问题")
    FINANCE_PLAN = Item.FINANCE_PLAN.value, _("资金方案")
    BONDS = Item.BONDS.value, _("专项债券分配")
    CENTRAL = Item.CENTRAL.value, _("中央预算内投资")
    PAYMENTS = Item.PAYMENTS.value, _("资金拨付")
    COMPLETION = Item.COMPLETION.value, _("竣工决算")


class DisclosureRule(Revised):
    """How open an item is for every project that says nothing else, with the legal basis. An item without a row is closed."""

    scope_path = ""

    item = models.CharField(_("内容"), max_length=20, choices=Disclosed.choices)
    level = models.CharField(_("公开属性"), max_length=8, choices=Level.choices, default=Level.CLOSED)
    basis = models.CharField(_("依据"), max_length=200)
    sort_order = models.PositiveSmallIntegerField(_("顺序"), default=0)
    source = models.CharField(_("来源"), max_length=300, blank=True)

    history = tracked()

    class Meta:
        verbose_name = verbose_name_plural = _("公开属性")
        ordering = ["sort_order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["item"], name="disclosure_rule_once", violation_error_message=_("这项内容已有一行")),
            models.CheckConstraint(condition=~Q(basis=""), name="disclosure_rule_has_basis", violation_error_message=_("公开属性须写明依据")),
        ]

    def __str__(self) -> str:
        return str(self.get_item_display())


class ProjectDisclosure(Revised):
    """A project that is not as open as the profile says, as a whole or in one item. It goes on being so until this row says otherwise."""

    scope_path = "project__unit"

    project = models.ForeignKey(Project, models.PROTECT, verbose_name=_("项目"), related_name="disclosures")
    item = models.CharField(_("内容"), max_length=20, choices=Disclosed.choices, default=Disclosed.PROJECT)
    level = models.CharField(_("公开属性"), max_length=8, choices=Level.choices, default=Level.CLOSED)
    basis = models.CharField(_("依据"), max_length=200, help_text=_("如《政府信息公开条例》第十四条（国家秘密等）、第十五条（商业秘密、个人隐私）"))
    reason = models.CharField(_("理由"), max_length=300, help_text=_("谁定的、为什么，写明文号或签批"))

    history = tracked()

    class Meta:
        verbose_name = verbose_name_plural = _("项目公开例外")
        ordering = ["project", "item"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "item"], name="project_disclosure_once", violation_error_message=_("该项目这项内容已有一行，请在原有的上面修改")
            ),
            models.CheckConstraint(
                condition=~Q(basis="") & ~Q(reason=""), name="project_disclosure_told", violation_error_message=_("须写明依据和理由")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} · {self.get_item_display()}"


class OpenCode(Revised):
    """What a classification of ours is called in the open standard (OC4IDS), in the years from and to."""

    scope_path = ""

    classification = models.ForeignKey(Classification, models.PROTECT, verbose_name=_("分类"), related_name="open_codes")
    code = models.CharField(_("OC4IDS代码"), max_length=60)
    valid_from = models.PositiveSmallIntegerField(_("启用年份"), null=True, blank=True)
    valid_to = models.PositiveSmallIntegerField(_("停用年份"), null=True, blank=True)
    source = models.CharField(_("来源"), max_length=300, blank=True)

    history = tracked()

    class Meta:
        verbose_name = verbose_name_plural = _("开放数据代码")
        ordering = ["classification__scheme", "classification__sort_order", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["classification", "valid_from"], name="open_code_once", violation_error_message=_("该分类这一年起已有代码")
            ),
            models.UniqueConstraint(
                fields=["classification"],
                condition=Q(valid_from=None),
                name="open_code_once_undated",
                violation_error_message=_("该分类这一年起已有代码"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.classification} → {self.code}"
