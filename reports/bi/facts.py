"""The facts of the star: what was done, planned, listed, given and moved. Each carries its project's unit, so that a login can be held to it."""

from __future__ import annotations

from reports.bi.dimensions import DIMENSIONS
from reports.bi.figures import FIGURES_VIEW
from reports.bi.star import View, ViewColumn, day, flag, moment, month, number, text, wan, whole

_OF_PROJECT = (
    whole("project_id", "项目，见 bi_project", "p.id"),
    whole("unit_id", "填报单位，见 bi_unit", "p.unit_id"),
    whole("sector_id", "领域，见 bi_sector", "p.sector_id"),
    text("kind", "类别", "p.kind"),
)
_BALANCES = (
    wan("assigned_wan", "分配", "a.assigned_wan"),
    wan("capital_wan", "其中用作资本金", "a.capital_wan"),
    wan("arrived_wan", "拨付到位", "a.arrived_wan"),
    wan("paid_wan", "支出", "a.paid_wan"),
    wan("completed_wan", "完成投资", "a.completed_wan"),
)

MONTH_PROGRESS = View(
    "bi_month_progress",
    "月度进展（每个项目每个填报期一行；合计请取 half = 0，年初累计只取一个月，勿跨月相加）",
    (
        whole("id", "月报主键", "r.id"),
        *_OF_PROJECT,
        whole("period_id", "填报期，见 bi_month", "t.id"),
        month("year_month", "月份", "t.year, t.month"),
        whole("year", "年份", "t.year"),
        whole("month", "月", "t.month"),
        whole("half", "0 整月，1 上半月，2 下半月", "t.half"),
        wan("done_month_wan", "本月完成投资", "r.done_month_wan"),
        wan("done_ytd_wan", "本年累计完成投资", "r.done_ytd_wan"),
        wan("cum_total_wan", "自开工累计完成投资", "r.cum_total_wan"),
        number("progress_percent", "形象进度", "r.progress_percent", "%"),
        flag("is_approx", "含约数", "r.is_approx"),
        text("state", "状态：draft 草稿，submitted 已提交，returned 已退回，approved 已审核", "r.state"),
        moment("updated_at", "更新时间", "r.updated_at"),
    ),
    "projects_monthreport r JOIN projects_project p ON p.id = r.project_id JOIN projects_reportingperiod t ON t.id = r.period_id",
    unit="p.unit_id",
)
ANNUAL_PLAN = View(
    "bi_annual_plan",
    "年度计划（month 为空的是全年；勿与分月计划相加）",
    (
        whole("id", "计划主键", "y.id"),
        *_OF_PROJECT,
        whole("year", "年份", "y.year"),
        whole("month", "月；空为全年", "y.month"),
        wan("plan_wan", "计划投资", "y.plan_wan"),
        wan("cum_prior_wan", "截至上年底累计完成", "y.cum_prior_wan"),
    ),
    "projects_annualplan y JOIN projects_project p ON p.id = y.project_id",
    unit="p.unit_id",
)
LIST_MEMBERSHIP = View(
    "bi_list_membership",
    "清单项目（每版清单每个项目一行；一个项目可在多张清单，相加前请按项目去重）",
    (
        whole("id", "清单项目主键", "e.id"),
        whole("version_id", "清单版本，见 bi_list", "e.version_id"),
        *_OF_PROJECT[:2],
        whole("position", "序号", "e.position"),
        whole("sector_id", "清单所列领域，见 bi_sector", "e.sector_id"),
        wan("total_wan", "清单所列总投资", "e.total_wan"),
    ),
    "projects_entry e JOIN projects_project p ON p.id = e.project_id",
    unit="p.unit_id",
)
FUND_MOVEMENT = View(
    "bi_fund_movement",
    "资金流水（分配、到位、支出、完成投资；负数为冲销或调出）",
    (
        whole("id", "流水主键", "f.id"),
        whole("account_id", "账户", "f.account_id"),
        *_OF_PROJECT,
        whole("bond_id", "债券，见 bi_bond", "a.bond_id"),
        whole("plan_id", "中央投资计划，见 bi_central_plan", "a.plan_id"),
        text("source", "资金来源", "a.source"),
        text("step", "事项：assign 分配，arrive 拨付到位，pay 支出，complete 完成投资", "f.step"),
        wan("amount_wan", "金额", "f.amount_wan"),
        wan("capital_wan", "其中资本金", "f.capital_wan"),
        day("happened_on", "发生日期", "f.happened_on"),
        text("doc_no", "文号或凭证", "f.doc_no"),
        text("cost_item", "费用或建设内容项", "f.cost_item"),
        whole("reverses_id", "冲销的流水", "f.reverses_id"),
        moment("posted_at", "记账时间", "f.at"),
    ),
    "funding_fundentry f JOIN funding_fundaccount a ON a.id = f.account_id JOIN projects_project p ON p.id = a.project_id",
    unit="p.unit_id",
)
BOND_ALLOCATION = View(
    "bi_bond_allocation",
    "债券资金（每只债券每个项目一行，当前余额）",
    (whole("id", "账户主键", "a.id"), whole("bond_id", "债券，见 bi_bond", "a.bond_id"), *_OF_PROJECT, *_BALANCES),
    "funding_fundaccount a JOIN projects_project p ON p.id = a.project_id WHERE a.bond_id IS NOT NULL",
    unit="p.unit_id",
)
CENTRAL_ALLOCATION = View(
    "bi_central_allocation",
    "中央投资计划资金（每个计划每个项目每种资金来源一行，当前余额；中央资金请取 source = central）",
    (
        whole("id", "账户主键", "a.id"),
        whole("plan_id", "中央投资计划，见 bi_central_plan", "a.plan_id"),
        text("source", "资金来源", "a.source"),
        *_OF_PROJECT,
        *_BALANCES,
    ),
    "funding_fundaccount a JOIN projects_project p ON p.id = a.project_id WHERE a.plan_id IS NOT NULL",
    unit="p.unit_id",
)
BOND_BATCH = View(
    "bi_bond_batch",
    "债券额度批次（每批一行）",
    (
        whole("id", "批次主键", "q.id"),
        whole("year", "年份", "q.year"),
        whole("number", "批次", "q.number"),
        flag("is_advance", "提前下达", "q.is_advance"),
        text("doc_no", "文号", "q.doc_no"),
        day("given_on", "下达日期", "q.given_on"),
        wan("amount_wan", "额度", "q.amount_wan"),
        wan("issued_wan", "已发行", "q.issued_wan"),
        wan("left_wan", "未发行", "(q.amount_wan - q.issued_wan)"),
    ),
    "funding_quotabatch q WHERE q.struck_at IS NULL",
)

FACTS = (MONTH_PROGRESS, ANNUAL_PLAN, LIST_MEMBERSHIP, FUND_MOVEMENT, BOND_ALLOCATION, CENTRAL_ALLOCATION, BOND_BATCH, FIGURES_VIEW)
VIEWS: tuple[View, ...] = (*DIMENSIONS, *FACTS)
VIEW_COLUMNS: dict[str, tuple[ViewColumn, ...]] = {view.name: view.columns for view in VIEWS}


def views_of(vendor: str) -> tuple[View, ...]:
    """The views that an engine has."""
    return tuple(view for view in VIEWS if view.only in ("", vendor))
