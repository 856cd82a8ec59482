"""What a proof says: its equation in words, with every figure as it is."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from funding.measures import exact_text
from funding.proofs import Proof

# Code of a proof → its equation: the whole, and what its parts are.
WORDS: dict[str, Any] = {
    "approved": _("额度 {whole} = 已发行 {0} + 未发行 {1}"),
    "issued": _("已发行 {whole} = 各债券使用 {0}"),
    "drawn": _("新增发行额 {whole} = 使用额度 {0}"),
    "allocated": _("发行额 {whole} = 已分配 {0} + 未分配 {1}"),
    "principal": _("发行额 {whole} = 提前还本 {0} + 其余各期还本 {1}"),
    "borne": _("本息合计 {whole} = 各项目分摊 {0} + 未分配部分 {1}"),
    "decomposed": _("下达 {whole} = 已分解 {0} + 未分解 {1}"),
    "accounts": _("已分配 {whole} = 各项目合计 {0}"),
    "sources": _("分配 {whole} = 专项债券 {0} + 中央预算内 {1} + 省级 {2} + 市级 {3} + 区市级 {4} + 自筹 {5}"),
    "assigned": _("分配 {whole} = 已拨付 {0} + 未拨付 {1}"),
    "transferred": _("拨付 {whole} = 已支出 {0} + 未支出 {1}"),
    "struck": _("已撤销登记 {whole} = 余额 {0} + 额度使用 {1} + 各项目 {2}"),
    "entries_assign": _("分配 {whole} = 流水合计 {0}"),
    "entries_capital": _("资本金 {whole} = 流水合计 {0}"),
    "entries_arrive": _("拨付 {whole} = 流水合计 {0}"),
    "entries_pay": _("支出 {whole} = 流水合计 {0}"),
    "entries_complete": _("完成 {whole} = 流水合计 {0}"),
}
KINDS: dict[str, Any] = {"quota": _("额度批次"), "bond": _("债券"), "plan": _("投资计划"), "project": _("项目"), "account": _("项目资金账户")}


def in_words(proof: Proof) -> str:
    """The equation with its figures in 万元."""
    return str(WORDS[proof.code]).format(*(exact_text(part) for part in proof.parts_wan), whole=exact_text(proof.whole_wan))
