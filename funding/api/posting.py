"""The verbs of the ledger for machines: post, adjust, redeem, reverse, by the forms and services of a fund's page, and never beside them.

The books are the city's: whoever sees a fund but may not post to it is refused (403). A refusal of the ledger says what it would hold and is
told at the place in the body that would have to change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.errors import ApiError, Fault, fault
from accounts.api.idempotency import once
from accounts.api.schema import described, page_serializer, row_serializer, writes
from accounts.api.views import ResourceView
from accounts.api.writing import KEY, Body, city_post, given, reached, row_response, rows_by_id, seen_revision, stale
from accounts.roles import Action
from funding.admin.forms import AdjustForm, PostForm, RedeemForm, ReverseForm, UnredeemForm, VerbForm
from funding.admin.posting import Fund, run
from funding.api.bodies import Adjusting, BondPosting, PlanPosting, Redeeming, Reversing, example_of
from funding.models import FundEntry, Redemption, UseAdjustment
from projects.admin.forms import said_words
from projects.api.said import reason_fault, refusal
from projects.findings import Finding, Severity
from projects.models import Door, Project
from projects.workflow import Refused

# Field of a form → its name in the body.
_NAMES = {"project": "project_id", "taken_from": "taken_from_id", "given_to": "given_to_id"}
# Code of a refusal → what would have to change.
_PLACES = {
    "early": "happened_on",
    "future": "happened_on",
    "full": "amount_wan",
    "below": "amount_wan",
    "chain": "amount_wan",
    "zero": "amount_wan",
    "negative": "amount_wan",
    "arrived": "amount_wan",
    "capital": "capital_wan",
    "cost_item": "cost_item",
    "document": "doc_no",
    "same": "given_to_id",
    "account": "taken_from_id",
    "day": "redeemed_on",
}


class LedgerVerb(ResourceView):
    """A verb on one fund. `If-Match`, where it is sent, must name the present state of its terms."""

    actions: ClassVar[dict[str, Action]] = {"POST": Action.VIEW}
    form: ClassVar[type[VerbForm]]
    body: ClassVar[type[Body]]

    @once
    def post(self, request: Request, pk: int) -> Response:
        fund, known = self.found(request, pk)
        city_post(request.user, Action.EDIT)
        form = filled(self.form, fund, request.user, {**given(self.body, request), **known})
        return answer(_posted(fund, form, request.user), request.user)

    def found(self, request: Request, pk: int) -> tuple[Fund, dict[str, Any]]:
        """The fund, and what the address says already."""
        fund = reached(self.resource_name, pk, request.user, Action.VIEW)
        seen = seen_revision(request, is_needed=False)
        if seen is not None and seen != fund.revision:
            raise stale(self.resource_name, fund, request.user)
        return fund, {}


class EntryReverse(LedgerVerb):
    """Take an entry back; of an adjustment both sides."""

    form, body = ReverseForm, Reversing

    def found(self, request: Request, pk: int) -> tuple[Fund, dict[str, Any]]:
        entry: FundEntry = reached("fund-entries", pk, request.user, Action.VIEW, "account__bond", "account__plan")
        fund = entry.account.bond or entry.account.plan
        if fund is None:
            raise ValueError(f"account {entry.account_id} of no fund")
        return fund, {"entry": pk}


class RedemptionReverse(LedgerVerb):
    """Take an early repayment back."""

    form, body = UnredeemForm, Reversing

    def found(self, request: Request, pk: int) -> tuple[Fund, dict[str, Any]]:
        row: Redemption = reached("redemptions", pk, request.user, Action.VIEW, "bond")
        return row.bond, {"redemption": pk}


# --- From a body to a form ---------------------------------------------------------------------------------------------------------


def filled(form_class: type[VerbForm], fund: Fund, user: Any, asked: Mapping[str, Any]) -> VerbForm:
    """The form of the fund's page as this body would have filled it.

    :raises ApiError: 400 with every fault at its place.
    """
    data = {_field(name): "" if value is None else str(value) for name, value in asked.items() if name != "project_uid"}
    if "project_uid" in asked and "project" not in data:
        data["project"] = str(Project.objects.filter(uid=asked["project_uid"]).values_list("pk", flat=True).first() or 0)
    form = form_class(data, fund=fund, user=user)
    if not form.is_valid():
        faults = _faults(form, asked)
        wants_reason = all(one["pointer"] == "/reason" or one.get("severity") == Severity.REASON for one in faults)
        if wants_reason:
            raise ApiError(400, "reason_required", _("以下情况需要说明：请在 reason 中写明后再提交"), faults)
        raise ApiError(400, "invalid", _("提交的内容有误，没有写入"), faults)
    return form


def _field(name: str) -> str:
    return next((field for field, told in _NAMES.items() if told == name), name)


def _faults(form: VerbForm, asked: Mapping[str, Any]) -> list[Fault]:
    """What the rules found, each with its code, and what else the form says."""
    names = {**_NAMES, **({"project": "project_uid"} if "project_uid" in asked and "project_id" not in asked else {})}
    told = [one for one in form.findings if one.severity is Severity.BLOCKS or (one.severity is Severity.REASON and not form.data.get("reason"))]
    found = [_of_finding(one, form, names) for one in told]
    said = {one["message"] for one in found}
    for field, errors in form.errors.as_data().items():
        if field == "reason" and form.findings and not form.data.get("reason"):
            found.append(reason_fault([words for error in errors for words in error.messages]))
            continue
        pointer = "" if field == "__all__" else f"/{names.get(field, field)}"
        found += [fault(pointer, error.code or "invalid", words) for error in errors for words in error.messages if words not in said]
    return found


def _of_finding(finding: Finding, form: VerbForm, names: Mapping[str, str]) -> Fault:
    at = finding.field if finding.field in form.fields else "given_to" if "given_to" in form.fields else "project"
    return fault(f"/{names.get(at, at)}", finding.code, said_words(finding, get_language() or "zh"), severity=finding.severity.value)


def _posted(fund: Fund, form: VerbForm, user: Any) -> Any:
    """:raises ApiError: what the ledger refuses, at its place."""
    if fund.struck_at is not None:
        raise Refused("struck", f"{fund}已撤销登记，不能记账。", f"{fund} was struck out: nothing is posted to it.")
    try:
        return run(fund, form, user, Door.API)
    except Refused as refused:
        told = refusal(refused)
        place = _PLACES.get(refused.code)
        if place is None or place not in {_NAMES.get(name, name) for name in form.fields}:
            raise
        raise ApiError(told.status, told.code, told.message, [fault(f"/{place}", told.code, told.message)]) from None


def answer(made: Any, user: Any) -> Response:
    """What was posted, as a reader gets it."""
    if isinstance(made, UseAdjustment | Redemption):
        return row_response("adjustments" if isinstance(made, UseAdjustment) else "redemptions", made, user, status=201)
    entries: Sequence[FundEntry] = made
    rows = rows_by_id("fund-entries", [one.pk for one in entries], user)
    return Response({"results": [rows[one.pk] for one in entries], "next": None}, status=201)


# --- The doors ---------------------------------------------------------------------------------------------------------------------


def _door(base: type[LedgerVerb], stem: str, words: Any, told: str, body: type[Body], answers: Any, **more: Any) -> type[Any]:
    schema = writes(words, told, body, {201: answers}, KEY, refused=(412,), name=stem, examples=[example_of(body)])
    return described(base, stem.title().replace("-", ""), "post", schema, body=body, **more)


_ENTRIES = page_serializer("fund-entries")
_CHAIN = "逐日核对：支出不超过拨付、拨付不超过分配、分配不超过发行额（下达数）；不符则 409，写明项目、日期和余额，什么也不记。"
BOND_POST = _door(
    LedgerVerb,
    "bond-post",
    gettext_lazy("债券：分配、拨付、支出"),
    f"给一个项目记一笔账。{_CHAIN}",
    BondPosting,
    _ENTRIES,
    form=PostForm,
    resource_name="bonds",
)
PLAN_POST = _door(
    *(
        LedgerVerb,
        "central-plan-post",
        gettext_lazy("投资计划：分解、到位、支付、完成"),
        f"按资金来源给一个项目记一笔账。{_CHAIN}",
        PlanPosting,
        _ENTRIES,
    ),
    form=PostForm,
    resource_name="central-plans",
)
BOND_ADJUST = _door(
    *(
        LedgerVerb,
        "bond-adjust",
        gettext_lazy("债券：调整用途"),
        "把尚未拨付的钱从一个项目调到另一个项目，须有批准文号和原因；两边各记一笔。",
        Adjusting,
    ),
    row_serializer("adjustments"),
    form=AdjustForm,
    resource_name="bonds",
)
BOND_REDEEM = _door(
    *(
        LedgerVerb,
        "bond-redeem",
        gettext_lazy("债券：提前还本"),
        "在到期前的付息日还本，之后的还本付息随之重排。",
        Redeeming,
        row_serializer("redemptions"),
    ),
    form=RedeemForm,
    resource_name="bonds",
)
ENTRY_REVERSE = _door(
    *(
        EntryReverse,
        "fund-entry-reverse",
        gettext_lazy("资金流水：冲销"),
        "记一笔相反的账，日期同原流水；用途调整的两笔一并冲销。",
        Reversing,
        _ENTRIES,
    ),
    resource_name="fund-entries",
)
REDEMPTION_REVERSE = _door(
    *(
        RedemptionReverse,
        "redemption-reverse",
        gettext_lazy("提前还本：冲销"),
        "记一笔相反的账，日期同原还本日。",
        Reversing,
        row_serializer("redemptions"),
    ),
    resource_name="redemptions",
)
