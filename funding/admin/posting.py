"""From a form that is sound to the service that posts it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from funding.admin.forms import VerbForm
from funding.ledger import Step
from funding.measures import exact_text
from funding.models import Bond, CentralPlan, FundEntry, Redemption
from funding.models.accounts import FundSource
from funding.services.bonds import adjust_use
from funding.services.ledger import Key, Posting, post, reverse
from funding.services.redemptions import redeem, reverse_redemption
from funding.services.trial import Trial, try_adjustment
from projects.models import Door, Source
from projects.workflow import Refused

Fund = Bond | CentralPlan


def run(fund: Fund, form: VerbForm, user: Any, door: Door = Door.ADMIN) -> Any:
    """Do what the form asks; Refused says why not, and then nothing is stored."""
    data = form.cleaned_data
    return _VERBS[form.verb](fund, data, Source(door=door, actor_id=user.pk, reason=data.get("reason", "")))


def _key(fund: Fund, project_id: int, source: str = FundSource.BOND.value) -> Key:
    return Key(project_id, fund.pk) if isinstance(fund, Bond) else Key(project_id, None, fund.pk, source)


def _post(fund: Fund, data: Mapping[str, Any], source: Source) -> Any:
    key = _key(fund, data["project"].pk, data.get("source", FundSource.BOND.value))
    capital = {"capital_wan": data["capital_wan"]} if "capital_wan" in data else {}
    told = {"doc_no": data["doc_no"], "cost_item": data["cost_item"], **capital}
    return post([Posting(key, Step(data["step"]), data["amount_wan"], data["happened_on"], **told)], source=source)


def _reverse(fund: Fund, data: Mapping[str, Any], source: Source) -> Any:
    """An entry of this fund; of an adjustment both sides."""
    mine = FundEntry.objects.filter(account__bond=fund.pk) if isinstance(fund, Bond) else FundEntry.objects.filter(account__plan=fund.pk)
    row = mine.filter(pk=data["entry"]).first()
    if row is None:
        number = data["entry"]
        raise Refused("gone", f"{fund}没有流水 #{number}。", f"{fund} has no entry #{number}.")
    ids = [row.pk] if row.adjustment_id is None else list(mine.filter(adjustment=row.adjustment_id, reverses=None).values_list("pk", flat=True))
    return reverse(ids, source=source)


_ADJUSTED = ("amount_wan", "capital_wan", "doc_no", "approved_on", "disclosed_on", "cost_item")


def _adjust(fund: Fund, data: Mapping[str, Any], source: Source) -> Any:
    ends = {"taken_from": data["taken_from"].pk, "given_to": data["given_to"].pk}
    return adjust_use(bond_id=fund.pk, source=source, **ends, **{name: data[name] for name in _ADJUSTED})


def try_out(bond: Bond, form: VerbForm, user: Any) -> Trial:
    """What the adjustment of a sound form would do."""
    data = form.cleaned_data
    source = Source(door=Door.ADMIN, actor_id=user.pk, reason=data["reason"])
    asked = {name: data[name] for name in _ADJUSTED}
    return try_adjustment(bond, data["taken_from"], data["given_to"], until=timezone.localdate(), source=source, **asked)


def _redeem(fund: Fund, data: Mapping[str, Any], source: Source) -> Any:
    day = date.fromisoformat(data["redeemed_on"])
    return redeem(bond_id=fund.pk, on=day, amount_wan=data["amount_wan"], doc_no=data["doc_no"], source=source)


def _unredeem(fund: Fund, data: Mapping[str, Any], source: Source) -> Any:
    if not Redemption.objects.filter(pk=data["redemption"], bond=fund.pk).exists():
        number = data["redemption"]
        raise Refused("gone", f"{fund}没有提前还本 #{number}。", f"{fund} has no early repayment #{number}.")
    return reverse_redemption(data["redemption"], source=source)


_VERBS: Mapping[str, Callable[[Fund, Mapping[str, Any], Source], Any]] = {
    "post": _post,
    "reverse": _reverse,
    "adjust": _adjust,
    "redeem": _redeem,
    "unredeem": _unredeem,
}


# How a step is called in a row of a plan; of a bond as the model says.
_PLAN_WORDS = {Step.ASSIGN.value: _("分解"), Step.ARRIVE.value: _("到位"), Step.PAY.value: _("支付"), Step.COMPLETE.value: _("完成投资")}


def step_word(fund: Fund, step: str) -> str:
    return str(FundEntry.Kind(step).label if isinstance(fund, Bond) else _PLAN_WORDS[step])


def done_words(fund: Fund, form: VerbForm, made: Any) -> str:
    """What was done, for the head of the next page."""
    if form.verb == "reverse":
        return gettext("已冲销 %(n)s 笔流水。") % {"n": len(made)}
    if form.verb == "redeem":
        return gettext("已登记提前还本：%(day)s还本金%(amount)s万元。") % {"day": made.redeemed_on.isoformat(), "amount": exact_text(made.amount_wan)}
    if form.verb == "unredeem":
        return gettext("已冲销提前还本 #%(n)s。") % {"n": made.reverses_id}
    if form.verb == "adjust":
        told = {"project": made.taken_from, "other": made.given_to, "amount": exact_text(made.amount_wan)}
        return gettext("已从“%(project)s”调整%(amount)s万元到“%(other)s”。") % told
    (entry,) = made
    told = {"step": step_word(fund, entry.step), "project": entry.account.project, "amount": exact_text(entry.amount_wan), "n": entry.pk}
    return gettext("已记账 #%(n)s：“%(project)s”%(step)s%(amount)s万元。") % told
