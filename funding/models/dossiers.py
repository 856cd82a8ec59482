"""一案两书: what a project shows before it gets bond money: its papers with their files, its income, and how far that covers the debt."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from funding.models.posted import Posted
from projects.models import Classification, Project
from projects.models.fields import WanField
from projects.models.tracking import Revised, tracked

_YEAR = (MinValueValidator(1980), MaxValueValidator(2100))


def _year(label: object) -> models.PositiveSmallIntegerField:  # type: ignore[type-arg]
    return models.PositiveSmallIntegerField(label, null=True, blank=True, validators=_YEAR)  # type: ignore[arg-type]


class Dossier(Revised):
    """The dossier of a project for special bonds. One for its whole life; what was written before is in its history."""

    scope_path = "project__unit"

    class Method(models.TextChoices):
        BONDS = "bonds", _("专项债券本息")
        ALL = "all", _("全部融资本息")

    project = models.OneToOneField(
        Project,
        models.PROTECT,
        verbose_name=_("项目"),
        related_name="dossier",
        error_messages={"unique": _("该项目已有一案两书，请在原有的上面修改")},
    )
    income_wan = WanField(_("预期收入（万元）"), null=True, blank=True, validators=[MinValueValidator(0)], help_text=_("债券存续期内合计"))
    cost_wan = WanField(_("预期成本（万元）"), null=True, blank=True, validators=[MinValueValidator(0)], help_text=_("同期运营成本合计"))
    coverage = models.DecimalField(
        _("本息覆盖倍数"), max_digits=9, decimal_places=4, null=True, blank=True, validators=[MinValueValidator(0)], help_text=_("如 1.23")
    )
    coverage_method = models.CharField(_("覆盖倍数口径"), max_length=8, choices=Method.choices, blank=True)
    coverage_on = models.DateField(_("测算日期"), null=True, blank=True)
    built_from = _year(_("建设期起（年）"))
    built_to = _year(_("建设期止（年）"))
    operated_from = _year(_("运营期起（年）"))
    operated_to = _year(_("运营期止（年）"))
    negative_item = models.ForeignKey(
        Classification,
        models.PROTECT,
        verbose_name=_("涉及负面清单"),
        null=True,
        blank=True,
        related_name="+",
        help_text=_("审核认为项目属于负面清单某一项时选择；不涉及则不填"),
    )
    remarks = models.TextField(_("备注"), blank=True)
    is_synthetic = models.BooleanField(_("示例数据"), default=False)
    source = models.CharField(_("来源"), max_length=300, blank=True)

    history = tracked()

    class Meta:
        verbose_name = verbose_name_plural = _("一案两书")
        ordering = ["project__unit__sort_order", "project__name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(built_to=None) | Q(built_from=None) | Q(built_to__gte=F("built_from")),
                name="dossier_built",
                violation_error_message=_("建设期止不能早于建设期起"),
            ),
            models.CheckConstraint(
                condition=Q(operated_to=None) | Q(operated_from=None) | Q(operated_to__gte=F("operated_from")),
                name="dossier_operated",
                violation_error_message=_("运营期止不能早于运营期起"),
            ),
            models.CheckConstraint(
                condition=Q(coverage=None) | ~Q(coverage_method="") & Q(coverage_on__isnull=False),
                name="dossier_coverage_told",
                violation_error_message=_("填写覆盖倍数时须写明口径和测算日期"),
            ),
        ]

    def __str__(self) -> str:
        return str(self.project)


class DossierPaper(Revised):
    """One paper of a dossier. Its file is kept beside it, each one that ever was; the columns here say which is the newest."""

    scope_path = "dossier__project__unit"

    class Kind(models.TextChoices):
        PLAN = "plan", _("实施方案")
        FINANCE = "finance", _("财务评估报告")
        LEGAL = "legal", _("法律意见书")
        OTHER = "other", _("其他材料")

    dossier = models.ForeignKey(Dossier, models.PROTECT, verbose_name=_("一案两书"), related_name="papers")
    kind = models.CharField(_("材料"), max_length=8, choices=Kind.choices)
    title = models.CharField(_("名称"), max_length=100, blank=True, help_text=_("其他材料须写明名称"))
    firm = models.CharField(_("出具单位"), max_length=100, blank=True)
    issued_on = models.DateField(_("出具日期"), null=True, blank=True)
    opinion = models.CharField(_("结论意见"), max_length=300, blank=True)
    filename = models.CharField(_("文件"), max_length=255, blank=True, editable=False)
    sha256 = models.CharField(_("文件校验值"), max_length=64, blank=True, editable=False)

    history = tracked()

    class Meta:
        verbose_name = verbose_name_plural = _("材料")
        ordering = ["dossier", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "kind"],
                condition=~Q(kind="other"),
                name="dossier_paper_once",
                violation_error_message=_("这项材料已有一行，请在原有的上面修改"),
            ),
            models.CheckConstraint(
                condition=~Q(kind="other") | ~Q(title=""), name="dossier_paper_named", violation_error_message=_("其他材料须写明名称")
            ),
        ]

    def __str__(self) -> str:
        return self.title or str(self.get_kind_display())


class PaperFile(Posted):
    """A file of a paper as it came, kept in the database with everything else; never changed, never deleted: a new one is added."""

    scope_path = "paper__dossier__project__unit"

    paper = models.ForeignKey(DossierPaper, models.PROTECT, verbose_name=_("材料"), related_name="files")
    filename = models.CharField(_("文件名"), max_length=255)
    sha256 = models.CharField(_("校验值"), max_length=64)
    size = models.PositiveIntegerField(_("大小（字节）"))
    content = models.BinaryField()

    class Meta:
        verbose_name = verbose_name_plural = _("材料文件")
        ordering = ["paper", "-id"]

    def __str__(self) -> str:
        return self.filename


class IncomeSource(Revised):
    """Where a project's income comes from, by its plan (收入来源)."""

    scope_path = "dossier__project__unit"

    dossier = models.ForeignKey(Dossier, models.PROTECT, verbose_name=_("一案两书"), related_name="incomes")
    name = models.CharField(_("收入来源"), max_length=100)
    amount_wan = WanField(_("预期金额（万元）"), null=True, blank=True, validators=[MinValueValidator(0)])
    remarks = models.CharField(_("说明"), max_length=300, blank=True)

    history = tracked()

    class Meta:
        verbose_name = verbose_name_plural = _("收入来源")
        ordering = ["dossier", "id"]
        constraints = [models.UniqueConstraint(fields=["dossier", "name"], name="income_once", violation_error_message=_("已有这一收入来源"))]

    def __str__(self) -> str:
        return self.name
