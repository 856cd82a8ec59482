"""Wording of what a row of a fund sheet can be told beside the ledger: which bond or plan, what would be posted, what does not fit."""

from __future__ import annotations

from projects.findings import Wording, add_wording

FUND_WORDING = {
    "fund_for_city": Wording(
        "资金流水由市级岗位记账：本表可以检查和预览，由市级经办人在本页核对后提交",
        "The ledger is kept by the city: this sheet is checked and shown here, and committed by a city officer on this page",
        "检查无误后，请把本次上传的编号告诉市级经办人",
        "When the check is clean, tell a city officer the number of this upload",
    ),
    "bond_batch_missing": Wording(
        "不知道是第几批发行（批次读到“{read}”）",
        "Can't tell which issue this is (the batch reads “{read}”)",
        "在批次列或标题中写明，如“2020年第二批”",
        "Name it in the batch column or the title, e.g. 2020年第二批",
    ),
    "bond_issue_unknown": Wording(
        "{year}年第{number}次发行还没有登记债券；已登记：{known}",
        "No bond of issue {number} of {year} is registered; registered are: {known}",
        "请市级岗位先在“资金 › 专项债券”登记该次发行的债券，再重新检查；或核对批次",
        "Have the city register its bonds under 资金 › 专项债券, then check again; or check the batch",
    ),
    "bond_term_unknown": Wording(
        "{year}年第{number}次发行中没有期限为{term}的债券；已登记：{known}",
        "Issue {number} of {year} has no bond with the term {term}; registered are: {known}",
        "核对债券期限；未登记的请市级岗位先在“资金 › 专项债券”登记，再重新检查",
        "Check the term; one not registered is registered under 资金 › 专项债券 first, then check again",
    ),
    "bond_ambiguous": Wording(
        "{year}年第{number}次发行中期限为{term}的债券不止一只，无法确定是哪一只；已登记：{known}",
        "Issue {number} of {year} has more than one bond that the term {term} may mean; registered are: {known}",
        "填写债券期限；同一期限有几只的，再填发行利率加以区分",
        "Give the term; among several bonds of one term also the rate",
    ),
    "bond_rate_differs": Wording(
        "发行利率读到{read}%，“{bond}”登记的是{stored}%；按登记的债券记账，利率不改",
        "The rate reads {read} %, {bond} is registered with {stored} %; the bond as registered is used, its rate stays",
        "核对期限和利率；登记有误的在“资金 › 专项债券”更正",
        "Check term and rate; a wrong registration is corrected under 资金 › 专项债券",
    ),
    "bond_date_differs": Wording(
        "发行日期读到{read}，“{bond}”登记的是{stored}；按登记的日期记账",
        "The day of issue reads {read}, {bond} is registered with {stored}; the registered day is used",
        "核对批次和日期",
        "Check the batch and the day",
    ),
    "plan_document_missing": Wording(
        "没有下达文号，不知道属于哪个投资计划",
        "No document number: can't tell which plan this belongs to",
        "填写下达文号，如“发改投资〔2020〕12号”",
        "Give the document, e.g. 发改投资〔2020〕12号",
    ),
    "plan_unknown": Wording(
        "没有登记文号为“{doc_no}”的中央预算内投资计划；相近的：{known}",
        "No central plan with the document {doc_no} is registered; near ones: {known}",
        "核对文号；未登记的请市级岗位先在“资金 › 中央预算内投资”登记，再重新检查",
        "Check the number; a plan not registered is registered under 资金 › 中央预算内投资 first, then check again",
    ),
    "plan_program_unknown": Wording(
        "“{doc_no}”登记的专项是：{known}，没有“{program}”",
        "Document {doc_no} is registered with: {known}; not with {program}",
        "核对专项名称；或请市级岗位登记该专项的计划",
        "Check the programme, or have its plan registered",
    ),
    "fund_project_held": Wording(
        "“{name}”由本文件 {place} 新增，而那一行受阻，资金无处可记",
        "“{name}” is brought by {place} of this file, and that row is blocked",
        "先改正那一行",
        "Correct that row first",
    ),
    "fund_district_differs": Wording(
        "“{name}”是{unit}的项目，本行所属区市写的是“{read}”",
        "{name} is a project of {unit}; this row names {read}",
        "核对是不是这个项目；是的把所属区市改为{unit}，或说明原因",
        "Check that it is this project; if so write {unit}, or give the reason",
    ),
    "fund_twice": Wording(
        "“{name}”在“{fund}”下已由{first}填报，同一账户只能有一行",
        "“{name}” under {fund} stands in {first} already; an account is told by one row",
        "合并为一行，或核对期限、文号",
        "Make them one row, or check term and document",
    ),
    "fund_decreased": Wording(
        "“{fund}”账上已{zh}{old}万元，表内为{new}万元：提交后冲销原流水，改记为{new}万元",
        "{fund} holds {old} {en}, the sheet says {new}: the commit reverses the entries and posts {new}",
        "确属更正的请说明原因；否则核对该数",
        "Give the reason of the correction, or check the figure",
    ),
    "fund_stuck": Wording(
        "“{fund}”账上已{zh}{old}万元，表内为{new}万元，而这些流水已调整用途或已收回过，不能由上传冲减",
        "{fund} holds {old} {en}, the sheet says {new}; these entries were adjusted or taken back before, an upload can't lower them",
        "请市级岗位在该债券或计划页上更正，或核对该数",
        "Correct it on the page of the bond or plan, or check the figure",
    ),
    "fund_later": Wording(
        "{day}之后账上另有已{zh}{later}万元；提交后在{day}补记{more}万元，不是同一笔",
        "After {day} another {later} is {en} already; the commit posts {more} on {day} beside it",
        "如果就是同一笔，请核对本表截至的日期",
        "If it is the same money, check up to which day the sheet stands",
    ),
    "fund_day": Wording(
        "本表的拨付、支出、完成投资记在{day}",
        "Transfers, payments and work done of this table are posted on {day}",
    ),
    "fund_day_assumed": Wording(
        "本表没有写明截至哪一天，上传时也没有选择填报期：拨付、支出、完成投资将记在{day}",
        "Nothing says up to which day this table stands, and no month was chosen: transfers, payments and work done are posted on {day}",
        "在标题中写明，如“截至2020年6月30日”，或选择填报期后重新上传；就是这一天的请说明",
        "Say it in the title, e.g. 截至2020年6月30日, or choose the month and upload again; where it is this day, give the reason",
    ),
    "transfer_with_spend": Wording(
        "已支出{paid}万元大于账上已拨付的{arrived}万元，表中没有拨付数：提交时一并记拨付{more}万元",
        "{paid} spent is more than the {arrived} transferred, and the sheet has no transfers: {more} is posted as transferred with it",
        "确认资金已经拨付；否则核对已支出数",
        "Confirm that the money was transferred, or check what was spent",
    ),
    "fund_source_planned": Wording(
        "“{heading}”是总投资的资金来源，不是这份计划下达的钱，不记入资金账",
        "{heading} is a source of the total investment, no money of this plan: it is not posted",
        "项目的资金来源在“资金方案”登记和核对",
        "A project's sources are kept and checked under 资金方案",
    ),
    "fund_source_unclear": Wording(
        "“{heading}”看不出是总投资的来源还是随这份计划安排的，或没有写明是省、市还是区市的资金：不记账",
        "{heading} may be a source of the total or money given with this plan, or doesn't say whose: it is not posted",
        "随计划安排的，把表头写明，如“本次下达/省级配套”，或在该计划页面“记一笔”中按来源登记；不是的请说明",
        "Where it is the plan's say so in the heading, e.g. 本次下达/省级配套, or post it by source on the plan's page; else say why",
    ),
    "fund_prior_differs": Wording(
        "表内以前已安排{read}万元，账上此前已分配{stored}万元",
        "The sheet says {read} was given before, the ledger knows {stored}",
        "以前批次没有记账的请先补记；或核对该数",
        "Post what is missing of earlier issues first, or check the figure",
    ),
    "fund_chain": Wording(
        "账本不能这样记：{zh}",
        "The ledger would refuse: {en}",
        "核对本行各数和截至的日期",
        "Check the figures of the row and the day up to which they stand",
    ),
    "fund_full": Wording(
        "账本不能这样记：{zh}",
        "The ledger would refuse: {en}",
        "核对额度；超出的请先调减其他项目，或核对登记的金额",
        "Check the amount; take back elsewhere first, or check what is registered",
    ),
}
add_wording(FUND_WORDING)
