"""Special bonds: the quota a city was given batch by batch, issues, and the bonds of each issue. Quota and issue are different things."""

from __future__ import annotations

from datetime import date

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from funding import schedule
from funding.models.posted import Posted
from funding.models.registered import STANDS, Registered
from projects.models import Classification
from projects.models.fields import WanField
from projects.models.tracking import Revised, tracked


class QuotaBatch(Registered):
    """额度批次: so much may be issued. `issued_wan` is kept by the ledger and never exceeds the amount."""

    scope_path = ""

    year = models.PositiveSmallIntegerField(_("年份"))
    number = models.PositiveSmallIntegerField(_("批次"))
    is_advance = models.BooleanField(_("提前下达"), default=False)
    doc_no = models.CharField(_("文号"), max_length=60, blank=True)
    given_on = models.DateField(_("下达日期"), null=True, blank=True)
    amount_wan = WanField(_("额度（万元）"), validators=[MinValueValidator(0)])
    issued_wan = WanField(_("已发行（万元）"), default=0, editable=False)
    is_synthetic = models.BooleanField(_("示例数据"), default=False)
    source = models.CharField(_("来源"), max_length=300, blank=True)

    history = tracked("issued_wan")

    class Meta:
        verbose_name = verbose_name_plural = _("债券额度批次")
        ordering = ["-year", "number"]
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], condition=STANDS, name="quota_once", violation_error_message=_("这一年已有这一批次")),
            models.CheckConstraint(condition=STANDS | models.Q(issued_wan=0), name="struck_quota_is_empty"),
            models.CheckConstraint(
                condition=models.Q(issued_wan__gte=0, issued_wan__lte=models.F("amount_wan")),
                name="quota_holds",
                violation_error_message=_("额度不能小于已发行数"),
            ),
        ]

    def __str__(self) -> str:
        return gettext("%(year)s年第%(number)s批额度") % {"year": self.year, "number": self.number}


class BondIssue(Registered):
    """发行批次: the bonds of one tender."""

    scope_path = ""

    year = models.PositiveSmallIntegerField(_("年份"))
    number = models.PositiveSmallIntegerField(_("发行批次"))
    tender_on = models.DateField(_("招标日期"), null=True, blank=True)
    venue = models.CharField(_("发行场所"), max_length=60, blank=True)
    doc_no = models.CharField(_("文号"), max_length=60, blank=True)
    source = models.CharField(_("来源"), max_length=300, blank=True)
    is_synthetic = models.BooleanField(_("示例数据"), default=False)

    history = tracked()

    class Meta:
        verbose_name = verbose_name_plural = _("债券发行批次")
        ordering = ["-year", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["year", "number"], condition=STANDS, name="issue_once", violation_error_message=_("这一年已有这一发行批次")
            )
        ]

    def __str__(self) -> str:
        return gettext("%(year)s年第%(number)s次发行") % {"year": self.year, "number": self.number}


class Bond(Registered):
    """债券: one term of an issue. What it assigned to projects is kept by the ledger and never exceeds its amount."""

    scope_path = ""

    class Type(models.TextChoices):
        SPECIAL = "special", _("专项债券")
        GENERAL = "general", _("一般债券")

    class Purpose(models.TextChoices):
        NEW = "new", pgettext_lazy("bond", "新增")
        REFINANCING = "refinancing", _("再融资")
        SWAP = "swap", _("置换")

    class Repayment(models.TextChoices):
        BULLET = schedule.Repayment.BULLET.value, _("到期还本")
        INSTALMENTS = schedule.Repayment.INSTALMENTS.value, _("分年还本")
        EARLY = schedule.Repayment.EARLY.value, _("提前还本")

    class Frequency(models.IntegerChoices):
        YEARLY = 1, _("按年")
        HALF_YEARLY = 2, _("按半年")
        QUARTERLY = 4, _("按季")
        MONTHLY = 12, _("按月")
        AT_MATURITY = schedule.AT_MATURITY, _("到期还本付息")

    issue = models.ForeignKey(BondIssue, models.PROTECT, verbose_name=_("发行批次"), related_name="bonds")
    name = models.CharField(_("债券全称"), max_length=120)
    short_name = models.CharField(_("债券简称"), max_length=40, blank=True)
    type = models.CharField(_("债券类型"), max_length=10, choices=Type.choices, default=Type.SPECIAL)
    purpose = models.CharField(_("发行用途"), max_length=12, choices=Purpose.choices, default=Purpose.NEW)
    years = models.PositiveSmallIntegerField(_("期限（年）"), choices=[(term, str(term)) for term in schedule.TERMS])
    amount_wan = WanField(_("发行额（万元）"), validators=[MinValueValidator(0)])
    assigned_wan = WanField(_("已分配（万元）"), default=0, editable=False)
    rate_percent = models.DecimalField(
        _("票面利率（%）"), max_digits=7, decimal_places=4, null=True, blank=True, validators=[MinValueValidator(0), MaxValueValidator(100)]
    )
    tender_on = models.DateField(_("发行日"), null=True, blank=True)
    value_on = models.DateField(_("起息日"), null=True, blank=True)
    matures_on = models.DateField(_("到期日"), null=True, blank=True)
    per_year = models.PositiveSmallIntegerField(_("付息频率"), choices=Frequency.choices, default=Frequency.HALF_YEARLY)
    repayment = models.CharField(_("还本方式"), max_length=12, choices=Repayment.choices, default=Repayment.BULLET)
    first_instalment = models.PositiveSmallIntegerField(_("自第几年起还本"), default=1, help_text=_("分年还本时填写"))
    venue = models.CharField(_("发行场所"), max_length=60, blank=True)
    bid_multiple = models.DecimalField(_("投标倍数"), max_digits=7, decimal_places=2, null=True, blank=True)
    spread_bp = models.DecimalField(_("利差（基点）"), max_digits=7, decimal_places=2, null=True, blank=True)
    use_area = models.ForeignKey(Classification, models.PROTECT, verbose_name=_("投向领域"), null=True, blank=True, related_name="+")
    is_synthetic = models.BooleanField(_("示例数据"), default=False)
    source = models.CharField(_("来源"), max_length=300, blank=True)

    history = tracked("assigned_wan")

    class Meta:
        verbose_name = verbose_name_plural = _("债券")
        ordering = ["issue", "years", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(assigned_wan__gte=0, assigned_wan__lte=models.F("amount_wan")),
                name="bond_holds",
                violation_error_message=_("发行额不能小于已分配数"),
            ),
            models.UniqueConstraint(fields=["name"], condition=STANDS, name="bond_once", violation_error_message=_("已有这一全称的债券")),
            models.CheckConstraint(condition=STANDS | models.Q(assigned_wan=0), name="struck_bond_is_empty"),
            models.CheckConstraint(condition=models.Q(years__in=schedule.TERMS), name="bond_term", violation_error_message=_("债券期限不在允许范围")),
        ]

    def __str__(self) -> str:
        return self.short_name or self.name

    @property
    def issued_on(self) -> date | None:
        """The day it was issued, as far as it is known: its own, else that of its value, else its issue's."""
        return self.tender_on or self.value_on or self.issue.tender_on


_CODE = RegexValidator(r"^[0-9A-Z.]{5,12}$", _("债券代码为5至12位数字、大写字母或点"))


class BondCode(Revised):
    """The code of a bond on one market."""

    scope_path = ""

    class Market(models.TextChoices):
        INTERBANK = "interbank", _("银行间")
        SHANGHAI = "sse", _("上交所")
        SHENZHEN = "szse", _("深交所")

    bond = models.ForeignKey(Bond, models.PROTECT, verbose_name=_("债券"), related_name="codes")
    market = models.CharField(_("市场"), max_length=10, choices=Market.choices)
    code = models.CharField(_("代码"), max_length=12, validators=[_CODE])

    history = tracked()

    class Meta:
        verbose_name = verbose_name_plural = _("债券代码")
        ordering = ["bond", "market"]
        constraints = [models.UniqueConstraint(fields=["market", "code"], name="bond_code_once", violation_error_message=_("该市场已有这个代码"))]

    def __str__(self) -> str:
        return self.code


class QuotaDraw(Posted):
    """So much of a bond was issued under this quota batch; a negative row takes one back."""

    scope_path = ""

    batch = models.ForeignKey(QuotaBatch, models.PROTECT, verbose_name=_("额度批次"), related_name="draws")
    bond = models.ForeignKey(Bond, models.PROTECT, verbose_name=_("债券"), related_name="draws")
    amount_wan = WanField(_("金额（万元）"))
    drawn_on = models.DateField(_("日期"))
    reverses = models.OneToOneField("self", models.PROTECT, verbose_name=_("冲销"), null=True, blank=True, related_name="reversed_by")

    class Meta:
        verbose_name = verbose_name_plural = _("额度使用")
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=~models.Q(amount_wan=0), name="draw_not_zero")]

    def __str__(self) -> str:
        return f"{self.batch} · {self.bond}"


class Redemption(Posted):
    """提前还本: so much principal of a bond was paid back on a day of interest before maturity; a negative row takes one back."""

    scope_path = ""

    bond = models.ForeignKey(Bond, models.PROTECT, verbose_name=_("债券"), related_name="redemptions")
    redeemed_on = models.DateField(_("还本日"))
    amount_wan = WanField(_("还本金额（万元）"))
    doc_no = models.CharField(_("文号"), max_length=60)
    reverses = models.OneToOneField("self", models.PROTECT, verbose_name=_("冲销"), null=True, blank=True, related_name="reversed_by")

    class Meta:
        verbose_name = verbose_name_plural = _("提前还本")
        ordering = ["bond", "redeemed_on", "id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(amount_wan=0), name="redemption_not_zero"),
            models.CheckConstraint(condition=~models.Q(doc_no=""), name="redemption_has_document"),
        ]

    def __str__(self) -> str:
        return f"{self.bond} {self.redeemed_on:%Y-%m-%d}"
