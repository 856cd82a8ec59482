"""Forms of the ledger's verbs: what is asked before the service is, and nothing that the service knows better."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.numbers import say_what_fits
from accounts.roles import Action
from accounts.scope import for_user
from accounts.texts import TextField
from funding.admin.checking import judge
from funding.debts import terms_of
from funding.ledger import Step
from funding.models import Bond, CentralPlan, FundAccount
from funding.models.accounts import FundSource
from funding.schedule import interest_days
from funding.services.checks import check_gift
from projects.admin.forms import WanInput
from projects.findings import Finding
from projects.models import Project

# How each step is called with a bond, and with a plan.
BOND_STEPS = ((Step.ASSIGN.value, _("分配到项目")), (Step.ARRIVE.value, _("拨付到项目单位")), (Step.PAY.value, _("支出")))
PLAN_STEPS = (
    (Step.ASSIGN.value, _("分解到项目")),
    (Step.ARRIVE.value, _("资金到位")),
    (Step.PAY.value, _("支付")),
    (Step.COMPLETE.value, _("完成投资")),
)


def wan(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DecimalField:
    """An amount in 万元, to the 分. Its sign is the service's to judge: money that went back is a negative entry with a document."""
    made = forms.DecimalField(label=label, required=required, max_digits=18, decimal_places=6, widget=WanInput, help_text=help_text)
    return say_what_fits(made)  # type: ignore[no-any-return]


def day(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    return forms.DateField(label=label, required=required, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), help_text=help_text)


def words(label: Any, length: int, *, required: bool = True, help_text: Any = "") -> forms.CharField:
    return TextField(label=label, max_length=length, required=required, help_text=help_text)


class ProjectSelect(AutocompleteSelect):
    """Type-ahead that shows again what was sent; what can be no number of a project is no choice, and breaks nothing."""

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        numbers = [text for text in map(str, value) if text.isascii() and text.isdecimal() and len(text) < 18]
        return super().optgroups(name, numbers, attr)


class ProjectChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A project, found by typing."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        widget = ProjectSelect(FundAccount._meta.get_field("project"), admin.site)
        super().__init__(Project.objects.none(), label=label, widget=widget, **kwargs)


class VerbForm(forms.Form):
    """A form among others on a fund's page; `verb` says which one was sent."""

    verb = ""
    findings: Sequence[Finding] = ()  # what the rules said of it

    def __init__(self, data: Any = None, *, fund: Bond | CentralPlan, user: Any, initial: Any = None) -> None:
        super().__init__(data, auto_id=f"id_{self.verb}_%s", initial=initial)
        self.fund = fund
        for field in self.fields.values():
            if isinstance(field, ProjectChoice):
                field.queryset = for_user(Project.objects.all(), user, Action.EDIT)


class PostForm(VerbForm):
    """One entry: assign, arrive, pay; of a plan also complete, with the source of the money."""

    verb = "post"

    step = forms.ChoiceField(label=_("事项"))
    project = ProjectChoice(_("项目"))
    source = forms.ChoiceField(label=_("资金来源"), choices=[choice for choice in FundSource.choices if choice[0] != FundSource.BOND])
    amount_wan = wan(_("金额（万元）"), help_text=_("收回拨付或支出填负数，并写明凭证；记错的请在下面的流水中冲销"))
    capital_wan = wan(_("其中用作资本金（万元）"), required=False, help_text=_("只在分配时填写"))
    happened_on = day(_("发生日期"))
    doc_no = words(_("文号或凭证"), 60, required=False)
    cost_item = words(_("费用或建设内容项"), 60, required=False, help_text=_("只在分配（分解）时填写，用来核对有没有重复支持"))
    reason = words(_("说明"), 300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_bond = isinstance(self.fund, Bond)
        step: Any = self.fields["step"]
        step.choices = BOND_STEPS if is_bond else PLAN_STEPS
        del self.fields["source" if is_bond else "capital_wan"]

    def clean_capital_wan(self) -> Decimal:
        return self.cleaned_data["capital_wan"] or Decimal(0)

    def clean(self) -> dict[str, Any]:
        """What is given to a project is judged before it is: rules 55 to 58, 61, 62 of a bond, 64 of a plan."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        central = data.get("source", FundSource.BOND.value) in (FundSource.BOND, FundSource.CENTRAL)
        if not self.errors and data["step"] == Step.ASSIGN and data["amount_wan"] > 0 and central:
            said = check_gift(self.fund, data["project"], data["happened_on"], data["amount_wan"], data.get("capital_wan", Decimal(0)))
            judge(self, said, at="project")
        return data


class ReverseForm(VerbForm):
    verb = "reverse"

    entry = forms.IntegerField(label=_("流水号"), min_value=1, max_value=2**62)
    reason = words(_("冲销原因"), 300, help_text=_("冲销记在原流水的日期，两笔都留在账上"))


class RedeemForm(VerbForm):
    """Principal paid back before maturity, on a day of interest."""

    verb = "redeem"

    redeemed_on = forms.ChoiceField(label=_("还本日"), help_text=_("只能是到期前的付息日"))
    amount_wan = wan(_("还本金额（万元）"))
    doc_no = words(_("文号"), 60)
    reason = words(_("说明"), 300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        terms = terms_of(self.fund) if isinstance(self.fund, Bond) else None
        days = interest_days(terms)[:-1] if terms is not None else []
        choice: Any = self.fields["redeemed_on"]
        choice.choices = [(day.isoformat(), day.isoformat()) for day in days]


class UnredeemForm(VerbForm):
    """An early repayment that was posted wrongly."""

    verb = "unredeem"

    redemption = forms.IntegerField(label=_("提前还本号"), min_value=1, max_value=2**62)
    reason = words(_("冲销原因"), 300, help_text=_("冲销记在原还本日，两笔都留在账上"))


class AdjustForm(VerbForm):
    """Money of a bond that has not been transferred, from one project to another. A trial (`trial` was sent) asks for no document yet."""

    verb = "adjust"

    taken_from = forms.ModelChoiceField(Project.objects.none(), label=_("调出项目"))
    given_to = ProjectChoice(_("调入项目"))
    amount_wan = wan(_("调整金额（万元）"), help_text=_("不超过调出项目尚未拨付的数"))
    capital_wan = wan(_("其中资本金（万元）"), required=False)
    doc_no = words(_("批准文号"), 60)
    approved_on = day(_("批准日期"))
    disclosed_on = day(_("公开日期"), required=False)
    cost_item = words(_("费用或建设内容项"), 60, required=False, help_text=_("调入项目用这笔钱建什么，用来核对有没有重复支持"))
    reason = words(_("调整原因"), 300)

    _LATER = ("doc_no", "approved_on", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_trial = "trial" in self.data
        self._require(not self.is_trial)
        taken_from: Any = self.fields["taken_from"]
        taken_from.queryset = Project.objects.filter(fund_accounts__bond=self.fund.pk).order_by("name")

    def clean_capital_wan(self) -> Decimal:
        return self.cleaned_data["capital_wan"] or Decimal(0)

    def clean(self) -> dict[str, Any]:
        """The project that gets the money is judged like one that gets it first; the reason of the adjustment answers for it.

        A trial goes on with today and words of its own, and is told what would be judged; the form that is shown again asks for everything.
        """
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if self.is_trial:
            stand_in = {"doc_no": gettext("试算"), "approved_on": timezone.localdate(), "reason": gettext("试算")}
            data |= {name: data.get(name) or value for name, value in stand_in.items()}
            self._require(True)
        if not self.errors:
            self.findings = check_gift(self.fund, data["given_to"], data["approved_on"], data["amount_wan"])
            if not self.is_trial:
                judge(self, self.findings, at="given_to")
        return data

    def _require(self, asked: bool) -> None:
        for name in self._LATER:
            self.fields[name].required = asked
