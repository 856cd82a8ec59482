"""What a fund gives a project: the account with its balances, the entries that made them, and adjustments of use.

The balances are sums of the entries, kept in the same transaction and held in their order by the database itself; `prove` adds the
entries up again.
"""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from funding.ledger import Balance, Step
from funding.models.bonds import Bond
from funding.models.central import CentralPlan
from funding.models.posted import Posted
from projects.models import Project
from projects.models.fields import WanField
from projects.values import wan_to_fen

# Accounts in which anything is left. One whose entries were all taken back can't be deleted (its entries stay, and are its history), and
# has nothing to show in a list of who got what; its entries are found among the entries, and bringing them back fills it again.
HOLDS = Q(assigned_wan__gt=0) | Q(completed_wan__gt=0)


class FundSource(models.TextChoices):
    """Whose money an account holds."""

    BOND = "bond", _("专项债券")
    CENTRAL = "central", _("中央预算内")
    PROVINCE = "province", _("省级")
    CITY = "city", _("市级")
    DISTRICT = "district", _("区市级")
    OWN = "own", _("自筹")


class FundAccount(models.Model):
    """One fund, one project, one source of money; kept by the ledger alone."""

    scope_path = "project__unit"
    append_only = True  # rows; what their balances were, the entries tell

    project = models.ForeignKey(Project, models.PROTECT, verbose_name=_("项目"), related_name="fund_accounts")
    bond = models.ForeignKey(Bond, models.PROTECT, verbose_name=_("债券"), null=True, blank=True, related_name="accounts")
    plan = models.ForeignKey(CentralPlan, models.PROTECT, verbose_name=_("投资计划"), null=True, blank=True, related_name="accounts")
    source = models.CharField(_("资金来源"), max_length=10, choices=FundSource.choices)
    assigned_wan = WanField(_("分配（万元）"), default=0, editable=False)
    capital_wan = WanField(_("其中用作资本金（万元）"), default=0, editable=False)
    arrived_wan = WanField(_("拨付到位（万元）"), default=0, editable=False)
    paid_wan = WanField(_("支出（万元）"), default=0, editable=False)
    completed_wan = WanField(_("完成投资（万元）"), default=0, editable=False)
    at = models.DateTimeField(_("建立时间"), auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("建立人"), null=True, blank=True, editable=False, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = _("项目资金账户")
        ordering = ["project", "bond", "plan", "source"]
        constraints = [
            models.UniqueConstraint(fields=["bond", "project"], name="account_of_bond_once"),
            models.UniqueConstraint(fields=["plan", "project", "source"], name="account_of_plan_once"),
            models.CheckConstraint(
                condition=Q(bond=None, plan__isnull=False) & ~Q(source="bond") | Q(plan=None, bond__isnull=False, source="bond"),
                name="account_of_one_fund",
            ),
            models.CheckConstraint(condition=Q(assigned_wan__gte=F("arrived_wan")), name="arrived_within_assigned"),
            models.CheckConstraint(condition=Q(arrived_wan__gte=F("paid_wan"), paid_wan__gte=0), name="paid_within_arrived"),
            models.CheckConstraint(condition=Q(capital_wan__gte=0, capital_wan__lte=F("assigned_wan")), name="capital_within_assigned"),
            models.CheckConstraint(condition=Q(completed_wan__gte=0), name="completed_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.project} · {self.bond or self.plan}"

    @property
    def balance(self) -> Balance:
        """The balances in 分, as the ledger reckons with them."""
        names = ("assigned", "capital", "arrived", "paid", "completed")
        return Balance(**{name: wan_to_fen(getattr(self, f"{name}_wan")) for name in names})


class UseAdjustment(Posted):
    """调整用途: money of a bond moves from one project to another, with its document; one negative and one positive entry."""

    scope_path = ""

    bond = models.ForeignKey(Bond, models.PROTECT, verbose_name=_("债券"), related_name="adjustments")
    taken_from = models.ForeignKey(Project, models.PROTECT, verbose_name=_("调出项目"), related_name="+")
    given_to = models.ForeignKey(Project, models.PROTECT, verbose_name=_("调入项目"), related_name="+")
    amount_wan = WanField(_("调整金额（万元）"), validators=[MinValueValidator(0)])
    capital_wan = WanField(_("其中资本金（万元）"), default=0)
    doc_no = models.CharField(_("批准文号"), max_length=60)
    approved_on = models.DateField(_("批准日期"))
    disclosed_on = models.DateField(_("公开日期"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("债券用途调整")
        ordering = ["-approved_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(taken_from=F("given_to")), name="adjustment_between_two"),
            models.CheckConstraint(condition=Q(amount_wan__gt=0), name="adjustment_above_zero"),
            models.CheckConstraint(condition=~Q(doc_no="") & ~Q(reason=""), name="adjustment_has_document"),
        ]

    def __str__(self) -> str:
        """By its document: its projects may be of two units, and neither reads the other's names."""
        return self.doc_no


class FundEntry(Posted):
    """One posting to an account. A negative amount takes money back: by reversing an entry, or as one side of an adjustment."""

    scope_path = "account__project__unit"

    class Kind(models.TextChoices):
        ASSIGN = Step.ASSIGN.value, _("分配")
        ARRIVE = Step.ARRIVE.value, _("拨付到位")
        PAY = Step.PAY.value, _("支出")
        COMPLETE = Step.COMPLETE.value, _("完成投资")

    account = models.ForeignKey(FundAccount, models.PROTECT, verbose_name=_("账户"), related_name="entries")
    step = models.CharField(_("事项"), max_length=10, choices=Kind.choices)
    amount_wan = WanField(_("金额（万元）"))
    capital_wan = WanField(_("其中资本金（万元）"), default=0)
    happened_on = models.DateField(_("发生日期"))
    doc_no = models.CharField(_("文号或凭证"), max_length=60, blank=True)
    cost_item = models.CharField(_("费用或建设内容项"), max_length=60, blank=True)
    adjustment = models.ForeignKey(UseAdjustment, models.PROTECT, verbose_name=_("用途调整"), null=True, blank=True, related_name="entries")
    reverses = models.OneToOneField("self", models.PROTECT, verbose_name=_("冲销"), null=True, blank=True, related_name="reversed_by")

    class Meta:
        verbose_name = verbose_name_plural = _("资金流水")
        ordering = ["happened_on", "id"]
        indexes = [models.Index(fields=["account", "happened_on"], name="entry_of_account_by_day")]
        constraints = [
            models.CheckConstraint(condition=~Q(amount_wan=0), name="entry_not_zero"),
            models.CheckConstraint(condition=Q(capital_wan=0) | Q(step="assign"), name="capital_is_assigned"),
            models.CheckConstraint(condition=Q(cost_item="") | Q(step="assign"), name="cost_item_is_assigned"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.get_step_display()} {self.amount_wan}"
