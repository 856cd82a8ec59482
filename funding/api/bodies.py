"""What is sent to the ledger's verbs: the columns of the forms on a fund's page, by the names that readers are told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from accounts.api.writing import Body, NumberField, ReasonBody
from funding.admin.forms import BOND_STEPS, PLAN_STEPS
from funding.models.accounts import FundSource

_DOCUMENT, _ITEM = "文号或凭证", "费用或建设内容项，只在分配（分解）时写，用来核对有没有重复支持"


def _wan(told: str, **more: Any) -> serializers.DecimalField:
    return serializers.DecimalField(18, 6, help_text=told, coerce_to_string=False, **more)


def _maybe(told: str, length: int) -> serializers.CharField:
    return serializers.CharField(required=False, allow_blank=True, max_length=length, help_text=told)


class _OfProject(ReasonBody):
    project_id = NumberField(required=False, help_text="项目编号；也可以只写 project_uid")
    project_uid = serializers.CharField(required=False, max_length=40, help_text="项目的 uid")
    amount_wan = _wan("金额（万元），精确到分；收回拨付或支出写负数并写明凭证")
    happened_on = serializers.DateField(help_text="发生日期")
    doc_no = _maybe(_DOCUMENT, 60)
    cost_item = _maybe(_ITEM, 60)


class BondPosting(_OfProject):
    """One entry of a bond."""

    step = serializers.ChoiceField(BOND_STEPS, help_text="assign 分配到项目，arrive 拨付到项目单位，pay 支出")
    capital_wan = _wan("其中用作资本金（万元），只在分配时写", required=False, allow_null=True)


class PlanPosting(_OfProject):
    """One entry of a central plan."""

    step = serializers.ChoiceField(PLAN_STEPS, help_text="assign 分解，arrive 到位，pay 支付，complete 完成投资")
    source = serializers.ChoiceField([one for one in FundSource.choices if one[0] != FundSource.BOND], help_text="资金来源")  # type: ignore[assignment]


class Adjusting(Body):
    """Money of a bond that has not been transferred goes to another project."""

    taken_from_id = NumberField(help_text="调出项目")
    given_to_id = NumberField(help_text="调入项目")
    amount_wan = _wan("调整金额（万元），不超过调出项目尚未拨付的数")
    capital_wan = _wan("其中资本金（万元）", required=False, allow_null=True)
    doc_no = serializers.CharField(max_length=60, help_text="批准文号")
    approved_on = serializers.DateField(help_text="批准日期")
    disclosed_on = serializers.DateField(required=False, allow_null=True, help_text="公开日期")
    cost_item = _maybe("调入项目用这笔钱建什么", 60)
    reason = serializers.CharField(max_length=300, help_text="调整原因")


class Redeeming(ReasonBody):
    """Principal paid back before maturity."""

    redeemed_on = serializers.DateField(help_text="还本日，只能是到期前的付息日")
    amount_wan = _wan("还本金额（万元）")
    doc_no = serializers.CharField(max_length=60, help_text="文号")


class Reversing(Body):
    """Why it is taken back."""

    reason = serializers.CharField(max_length=300, help_text="冲销原因；冲销记在原来的日期，两笔都留在账上")


_POSTED = {"step": "assign", "project_uid": "P-000012", "amount_wan": 3000, "happened_on": "2020-06-05", "doc_no": "青财预〔2020〕30号"}
EXAMPLES: Mapping[type[Body], Mapping[str, Any]] = {
    BondPosting: {**_POSTED, "capital_wan": 500, "reason": "首批分配"},
    PlanPosting: {**_POSTED, "source": "central", "reason": "计划分解"},
    Adjusting: {
        "taken_from_id": 12,
        "given_to_id": 15,
        "amount_wan": 500,
        "doc_no": "青财债〔2020〕9号",
        "approved_on": "2020-06-20",
        "reason": "原项目无法开工",
    },
    Redeeming: {"redeemed_on": "2025-05-20", "amount_wan": 1000, "doc_no": "青财债〔2025〕3号", "reason": "提前还本"},
    Reversing: {"reason": "金额记错"},
}


def example_of(body: type[Body]) -> OpenApiExample:
    return OpenApiExample("记账", value=dict(EXAMPLES[body]), request_only=True)
