"""The words of every finding on money, in Chinese and English. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from projects.findings import Wording, add_wording

BONDS: Mapping[str, Wording] = {
    "bond_over_quota": Wording(
        "{year}年专项债发行额{issued}万元超过下达额度{quota}万元",
        "Issued bonds of {year} ({issued} 万元) exceed the quota of {quota} 万元",
        "请核对额度批次和各债券使用的额度",
        "Check the quota batches and what each bond draws on them",
    ),
    "allocations_differ": Wording(
        "{bond}的项目分配合计{assigned}万元与发行额{amount}万元不符",
        "Allocations of {bond} ({assigned} 万元) do not add up to the bond ({amount} 万元)",
        "请在债券页面补齐或冲销分配",
        "Complete or reverse the allocations on the bond's page",
    ),
    "bond_term": Wording(
        "债券期限{years}年不在允许范围（{terms}年）",
        "A term of {years} years is not allowed ({terms})",
        "请对照发行文件核对期限",
        "Compare the term with the issue's document",
    ),
    "coupon_unusual": Wording(
        "票面利率{rate}%不在{least}%至{most}%之间",
        "A coupon of {rate} % is not between {least} % and {most} %",
        "请核对票面利率，单位为%",
        "Check the coupon; it is in percent",
    ),
    "frequency_unusual": Wording(
        "付息频率与期限惯例不符：{years}年期一般{usual_zh}付息",
        "Interest frequency is unusual for the term: {years} years usually pay {usual_en}",
        "请对照发行文件核对付息频率",
        "Compare the frequency with the issue's document",
    ),
    "coverage_below_one": Wording(
        "“{project}”本息覆盖倍数{coverage}低于{least}",
        "{project}: debt-service coverage of {coverage} is below {least}",
        "项目收益须覆盖债券本息；请核对测算，或调整方案后再申请",
        "Income must cover principal and interest: check the reckoning, or change the plan",
    ),
    "coverage_low": Wording(
        "“{project}”本息覆盖倍数{coverage}低于{advised}",
        "{project}: debt-service coverage of {coverage} is below {advised}",
        "审核一般要求不低于{advised}；确需申请的请说明",
        "Reviews usually ask for {advised}; give a reason otherwise",
    ),
    "papers_incomplete": Wording(
        "“{project}”实施方案、财务评估报告、法律意见书不齐全：缺{lacking_zh}",
        "{project}: 实施方案/财务/法律 papers incomplete, {lacking_en} lacking",
        "请在该项目的“一案两书”中补齐文件",
        "Complete the files in the project's dossier",
    ),
    "capital_share_high": Wording(
        "{year}年专项债作资本金比例{share}%超过上限{most}%",
        "Bonds of {year} used as capital ({share} %) exceed the ceiling of {most} %",
        "超出{over}万元，请核对各项目用作资本金的数",
        "{over} 万元 too much; check what each project uses as capital",
    ),
    "spent_over_transferred": Wording(
        "“{project}”在{fund}下的支出{paid}万元超过拨付{arrived}万元，或拨付超过分配{assigned}万元",
        "{project}, {fund}: spent {paid} over transferred {arrived}, or transferred over allocated {assigned}",
        "请核对流水，记错的冲销",
        "Check the entries and reverse the wrong ones",
    ),
    "adjustment_undocumented": Wording(
        "调整用途{amount}万元缺少批准文号",
        "The adjustment of {amount} 万元 lacks an approval document",
        "先批准、后调整；请填写批准文号",
        "Approval comes first: give its document number",
    ),
    "area_not_listed": Wording(
        "投向领域“{area}”不在{year}年目录",
        "Use area “{area}” is not in the list of {year}",
        "{year}年可选：{listed}",
        "Of {year}: {listed}",
    ),
    "area_forbidden": Wording(
        "“{what}”属于{year}年专项债券负面清单：{area}",
        "“{what}” falls under the negative list of {year}: {area}",
        "负面清单内的项目不得安排专项债券；请核对",
        "What is on the negative list gets no special bonds; check it",
    ),
    "value_before_tender": Wording(
        "起息日{value}早于发行日（招标日）{tender}",
        "The value day {value} is before the tender, {tender}",
        "请对照发行文件核对两个日期",
        "Compare both days with the issue's document",
    ),
    "maturity_not_term": Wording(
        "起息日{value}、期限{years}年，到期日应为{right}，读到{found}",
        "Interest from {value} and a term of {years} years end on {right}; found {found}",
        "请核对起息日、期限和到期日；到期日可以不填，由前两者推算",
        "Check the value day, the term and the maturity; the last may be left blank",
    ),
    "bond_day_far": Wording(
        "{day}与发行批次的年份{year}年相差一年以上",
        "{day} is more than a year away from {year}, the year of the issue",
        "请核对日期；或改选发行批次",
        "Check the day, or choose another issue",
    ),
    "money_over_total": Wording(
        "“{project}”新增债券资金合计{given}万元，超过总投资{most}万元（多{over}万元）",
        "{project}: {given} 万元 of new bonds in all are more than its total investment of {most} 万元 ({over} too much)",
        "请核对分配的金额；总投资有变的先在项目表单中更正",
        "Check what was allocated, or first mend the total investment on the project's form",
    ),
    "money_over_finance_plan": Wording(
        "“{project}”新增债券资金合计{given}万元，超过现行资金方案中债券资金{most}万元（多{over}万元）",
        "{project}: {given} 万元 of new bonds in all are more than the {most} 万元 of bonds in its finance plan ({over} too much)",
        "请核对分配的金额；资金来源有变的先编制新版资金方案",
        "Check what was allocated, or first make a new version of the finance plan",
    ),
    "income_below_cost": Wording(
        "“{project}”预期收入{income}万元低于预期成本{cost}万元",
        "{project}: expected income of {income} 万元 is below the expected cost of {cost} 万元",
        "请核对两项是否同一时段、同一单位；确实如此的请说明",
        "Check that both are of the same years and unit; give a reason if it is so",
    ),
    "income_differs": Wording(
        "“{project}”预期收入{income}万元与收入来源合计{listed}万元不符，相差{gap}万元",
        "{project}: expected income of {income} 万元 is not the {listed} 万元 of its sources ({gap} 万元 apart)",
        "请补齐收入来源或改正预期收入；确有出入的请说明",
        "Complete the sources or mend the expected income; give a reason otherwise",
    ),
    "income_missing": Wording(
        "专项债项目“{project}”应有收益来源",
        "Bond project {project} needs an income source",
        "请在该项目的“一案两书”中填写预期收入和收入来源",
        "Give expected income and its sources in the project's dossier",
    ),
}

CENTRAL: Mapping[str, Wording] = {
    "central_order": Wording(
        "“{project}”在{fund}下支付{paid}万元大于到位{arrived}万元，或到位大于下达{assigned}万元",
        "{project}, {fund}: paid {paid} > arrived {arrived}, or arrived > issued {assigned}",
        "请核对流水，记错的冲销",
        "Check the entries and reverse the wrong ones",
    ),
    "approval_required": Wording(
        "“{project}”：{manner_zh}项目应实行审批制，现为{approval_zh}",
        "{project}: {manner_en} requires the approval procedure, not {approval_en}",
        "请核对安排方式；或在项目表单中改正审批类型",
        "Check the kind of money, or mend the project's approval kind",
    ),
    "plan_not_decomposed": Wording(
        "{plan}下达超过{limit}个工作日未分解完（已{days}个工作日，余{left}万元）",
        "{plan} not decomposed within {limit} working days ({days} have passed, {left} 万元 left)",
        "请尽快分解到项目，并在计划页面登记",
        "Decompose it to projects and record that on the plan's page",
    ),
    "central_not_started": Wording(
        "“{project}”（{plan}）下达{months}个月仍未开工",
        "{project} ({plan}) not started {months} months after issue",
        "已开工的请填写实际开工；未开工的请督促或申请调整",
        "Give the actual start, or press on, or apply for an adjustment",
    ),
}

for _table in (BONDS, CENTRAL):
    add_wording(_table)
