"""The words of every finding that rules make, in Chinese and English, and the kinds that the intake's JSON knows. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from projects.findings import Severity, Wording, add_wording

_ERRORS = (
    "amount_not_number amount_negative amount_range unit_missing unit_suspect date_unreadable date_out_of_range finish_before_start "
    "code_format code_precision_lost code_duplicate uscc_check uscc_format district_unknown district_missing duplicate_project "
    "total_mismatch ytd_below_month completed_over_total required_missing formula_no_cache formula_error sum_mismatch over_limit no_table"
)
_WARNINGS = (
    "amount_approx date_ambiguous date_imprecise code_missing code_region code_leading_zero uscc_missing district_obsolete "
    "district_conflict near_duplicate count_mismatch plan_over_total ytd_decreased cum_mismatch enum_unknown hidden_data hidden_sheet "
    "month_mismatch orphan_row rate_suspect merged_ambiguous"
)
# The fault kinds of the intake's JSON, as grave as that document calls them; any other code goes out as information.
KIND_SEVERITY: Mapping[str, Severity] = {
    **dict.fromkeys(_ERRORS.split(), Severity.BLOCKS),
    **dict.fromkeys(_WARNINGS.split(), Severity.REASON),
}
CORPUS_KINDS: frozenset[str] = frozenset(KIND_SEVERITY)

IDENTITY: Mapping[str, Wording] = {
    "required_missing": Wording("“{field_zh}”不能为空", "{field_en} is required", "请填写{field_zh}{zero_zh}", "Fill in {field_en}{zero_en}"),
    "name_length": Wording(
        "项目名称“{name}”共{length}字，应为{least}至{most}字",
        "Project name “{name}” has {length} characters, not {least} to {most}",
        "请填写项目全称",
        "Give the project's full name",
    ),
    "code_format": Wording(
        "项目代码“{code}”格式不正确",
        "Project code “{code}” has the wrong form",
        "应为24位（4-6-2-2-6），如2020-370211-48-01-000018",
        "It must have 24 characters in 4-6-2-2-6 form, e.g. 2020-370211-48-01-000018",
    ),
    "code_check_digit": Wording(
        "项目代码{code}末位为{found}，按通行算法应为{expected}",
        "Project code {code} ends in {found}; the usual algorithm gives {expected}",
        "请对照赋码通知核对；算法未见公开条文，仅作提示",
        "Compare it with the notice of the code; the algorithm is not public, so this is a hint only",
    ),
    "code_time": Wording(
        "项目代码{code}的时间段“{time}”无效或晚于{until}",
        "Time part “{time}” of project code {code} is invalid or later than {until}",
        "旧版首段为取得代码的年份（2015至2021），新版为年月（如2011即2020年11月）",
        "Old codes begin with the year (2015-2021), new ones with year and month (2011 is November 2020)",
    ),
    "code_unusual": Wording(
        "项目代码{code}为旧版且取得较晚，或流水号不足6位",
        "Project code {code} is of the old form though obtained late, or its serial is short",
        "请对照赋码通知确认",
        "Compare it with the notice of the code",
    ),
    "code_region": Wording(
        "项目代码{code}的地区段{region}不属于本市（{prefix}开头）",
        "Region {region} of project code {code} is not of this city ({prefix}…)",
        "请核对代码；外市赋码的请说明",
        "Check the code, or explain why another city gave it",
    ),
    "code_region_unit": Wording(
        "项目代码{code}的地区段{region}与填报单位{unit}（{own}）不一致",
        "Region {region} of project code {code} does not agree with reporting unit {unit} ({own})",
        "请核对代码或填报单位；跨区市项目请说明",
        "Check the code or the unit; explain if the project lies in several districts",
    ),
    "code_duplicate": Wording(
        "项目代码{code}已被项目“{name}”使用",
        "Project code {code} already belongs to project “{name}”",
        "一个代码只对应一个项目，请核对",
        "One code belongs to one project; check both",
    ),
    "code_missing": Wording(
        "“{stage_zh}”项目必须填写项目代码",
        "A project at stage “{stage_en}” must have a project code",
        "请填写投资项目在线平台赋予的24位代码",
        "Give the 24-character code of the investment platform",
    ),
    "uscc_missing": Wording("未填写统一社会信用代码", "The unified social credit code is missing", "请填写18位代码", "Give the 18-character code"),
    "uscc_format": Wording(
        "统一社会信用代码“{uscc}”格式不正确（{length}位）",
        "Unified social credit code “{uscc}” has the wrong form ({length} characters)",
        "应为18位数字和大写字母，不含I、O、S、V、Z",
        "It must have 18 digits and capitals without I, O, S, V, Z",
    ),
    "uscc_check": Wording(
        "统一社会信用代码{uscc}校验不通过：末位为{found}，应为{expected}",
        "Unified social credit code {uscc} fails its check: it ends in {found}, not {expected}",
        "请对照营业执照逐位核对",
        "Compare it with the business licence sign by sign",
    ),
    "organisation_code_check": Wording(
        "统一社会信用代码{uscc}中的组织机构代码{part}校验位异常",
        "The organisation code {part} inside {uscc} fails its own check",
        "请对照营业执照核对",
        "Compare it with the business licence",
    ),
    "sei_missing": Wording(
        "战略性新兴产业项目未选择产业分类",
        "The emerging-industry project has no industry category",
        "请从九大领域中选择一类",
        "Choose one of the nine fields",
    ),
}

STAGE: Mapping[str, Wording] = {
    "stage_field_missing": Wording(
        "“{stage_zh}”项目缺少{field_zh}", "{field_en} is missing at stage “{stage_en}”", "请补填{field_zh}", "Fill in {field_en}"
    ),
    "column_lacking": Wording(
        "本表没有{lacking_zh}列，新项目入库后这些内容为空",
        "The sheet has no column {lacking_en}; the new project comes in without",
        "请补上该列（或用分类行写明），或入库后在项目页补填",
        "Add the column, or fill it in on the project's page afterwards",
    ),
    "stage_move": Wording(
        "项目阶段不能由“{from_zh}”变为“{to_zh}”",
        "Stage cannot change from “{from_en}” to “{to_en}”",
        "请按阶段顺序办理",
        "Go through the stages in their order",
    ),
    "stage_move_city_only": Wording(
        "由“{from_zh}”变为“{to_zh}”只能由市级办理",
        "Only the city may change the stage from “{from_en}” to “{to_en}”",
        "请联系市级管理员",
        "Ask the city's administrator",
    ),
    "stage_move_reason": Wording(
        "由“{from_zh}”变为“{to_zh}”须填写原因",
        "A reason is needed to change the stage from “{from_en}” to “{to_en}”",
        "请填写阶段变更原因",
        "Type the reason for the change",
    ),
    "suspension_unexplained": Wording(
        "停缓建项目未填写{field_zh}", "{field_en} is missing for the suspended project", "请填写停工日期和原因", "Give the date and the reason"
    ),
    "finish_missing": Wording(
        "“{stage_zh}”项目未填写竣工时间", "Completion date is missing at stage “{stage_en}”", "请填写竣工时间", "Give the date of completion"
    ),
}

MONEY: Mapping[str, Wording] = {
    "amount_negative": Wording(
        "金额不能为负数（{value}）",
        "An amount cannot be negative ({value})",
        "请核对符号；当月数确需冲减的，表格在备注写明“冲减”及原因，网页填写修改说明，接口写 reason",
        "Check the sign; to correct a month, say 冲减 and why in the sheet's 备注, or give a reason on the page, or `reason` through the API",
    ),
    "total_not_positive": Wording(
        "总投资为0，必须大于0", "Total investment is 0; it must be above zero", "请填写总投资", "Give the total investment"
    ),
    "total_small": Wording(
        "总投资{total}万元，低于{floor}万元",
        "Total investment {total} 万元 is below {floor} 万元",
        "请确认单位是否为万元（是否误填亿元）",
        "Is the unit 万元, not 亿元?",
    ),
    "total_large": Wording(
        "总投资{total}万元，超过{limit}万元",
        "Total investment {total} 万元 is above {limit} 万元",
        "请确认单位是否为万元（是否误填元）",
        "Is the unit 万元, not 元?",
    ),
    "sum_mismatch": Wording(
        "资金来源合计{sources}万元与总投资{total}万元不一致（差{off}%）",
        "Finance sources {sources} 万元 differ from total {total} 万元 by {off} %",
        "请核对各项资金来源",
        "Check each source",
    ),
    "capital_ratio_low": Wording(
        "资本金比例{ratio}%低于最低要求{least}%",
        "Capital ratio {ratio} % is below the least ratio of {least} %",
        "请核对资本金；经批准下浮的请说明",
        "Check the capital, or name the approval of a lower ratio",
    ),
    "plan_over_total": Wording(
        "年度计划投资{plan}万元大于总投资{total}万元",
        "Annual plan {plan} 万元 exceeds total investment {total} 万元",
        "年度计划不应大于总投资，请核对两个数；总投资已调整的请先更新总投资",
        "A year's plan is part of the total: check both; if the total was changed, give the new one",
    ),
    "plan_over_remaining": Wording(
        "年度计划投资{plan}万元超过剩余投资{left}万元",
        "Annual plan {plan} 万元 exceeds the remaining investment {left} 万元",
        "剩余投资为总投资减截至上年底累计完成",
        "What remains is the total less what was done by last year's end",
    ),
    "plan_zero": Wording(
        "“{stage_zh}”项目年度计划投资为0",
        "The annual plan is 0 at stage “{stage_en}”",
        "请填写年度计划或说明原因",
        "Give the plan, or say why there is none",
    ),
    "budget_over_estimate": Wording(
        "概算{budget}万元超可研估算{estimate}万元{over}%，超过{limit}%",
        "Budget {budget} 万元 exceeds estimate {estimate} 万元 by {over} %, more than {limit} %",
        "须按程序向原审批部门报告",
        "Report it to the approving body",
    ),
    "done_below_total": Wording(
        "竣工项目累计完成{done}万元，仅占总投资{share}%（应不低于{least}%）",
        "Completed, but {done} 万元 is only {share} % of the total (at least {least} %)",
        "请核实累计完成投资或总投资",
        "Check the cumulative investment or the total",
    ),
    "land_not_positive": Wording(
        "用地面积{land}亩，应大于0", "Land of {land} 亩 must be above zero", "不涉及用地的请留空", "Leave it blank if no land is used"
    ),
    "land_unit_unknown": Wording("用地面积{land}未注明单位", "Land {land} has no unit", "请注明亩、公顷或平方米", "Say 亩, 公顷 or 平方米"),
    "land_factor": Wording(
        "用地面积{land}亩与原值{before}亩约差15倍",
        "Land {land} 亩 is about 15 times off {before} 亩",
        "请确认单位是亩还是公顷",
        "Is the unit 亩 or 公顷?",
    ),
}

MONTHS: Mapping[str, Wording] = {
    "ytd_decreased": Wording(
        "本年累计{ytd}万元小于{month}的{before}万元",
        "Year to date {ytd} 万元 is below {before} 万元 of {month}",
        "累计数不应减少；确需核减的，表格在备注写明“核减”及原因，网页填写修改说明，接口写 reason",
        "It should not fall; to correct it, say 核减 and why in the sheet's 备注, or give a reason on the page, or `reason` through the API",
    ),
    "ytd_below_month": Wording(
        "本年累计{ytd}万元小于本月{month}万元",
        "Year to date {ytd} 万元 is below the month's {month} 万元",
        "本年累计应包含本月，请核对两个数",
        "The year to date includes the month: check both",
    ),
    "month_not_reconciled": Wording(
        "本月完成{month}万元，与累计数推算的{expected}万元（{ytd}-{before}）不符",
        "Month {month} 万元 is not {expected} 万元 ({ytd} - {before}) as the year to date tells",
        "本月数应等于本月累计减上月累计",
        "The month is this year to date less last month's",
    ),
    "january_mismatch": Wording(
        "1月累计{ytd}万元不等于当月{month}万元",
        "January's year to date {ytd} 万元 is not the month's {month} 万元",
        "1月累计应等于当月数",
        "In January both are equal",
    ),
    "cum_mismatch": Wording(
        "自开工累计{cum}万元≠上年底累计{prior}+本年累计{ytd}={expected}万元",
        "Cumulative {cum} 万元 is not prior {prior} + year to date {ytd} = {expected} 万元",
        "请核对三者（差{off}万元）",
        "Check all three (off by {off} 万元)",
    ),
    "cum_rounding": Wording(
        "自开工累计{cum}万元与{prior}+{ytd}={expected}万元相差{off}万元，疑为四舍五入",
        "Cumulative {cum} 万元 is {off} 万元 off {prior} + {ytd} = {expected} 万元, perhaps by rounding",
        "请确认",
        "Please confirm",
    ),
    "completed_over_total": Wording(
        "累计完成投资{cum}万元超过总投资{total}万元（{share}）",
        "Cumulative {cum} 万元 exceeds total investment {total} 万元 ({share})",
        "请核对累计完成投资和总投资；总投资已调整的请先更新总投资",
        "Check the cumulative investment and the total; if the total was changed, give the new one",
    ),
    "investment_before_start": Wording(
        "未开工项目填报了本年完成投资{ytd}万元",
        "A project not started reports {ytd} 万元",
        "已开工的请更新阶段和实际开工时间，未开工的请填0",
        "Update stage and start if it has started, else report 0",
    ),
    "idle_months": Wording(
        "开工后自{since}起连续{months}个月无完成投资", "Started, but no investment for {months} months since {since}", "请说明原因", "Say why"
    ),
    "rate_suspect": Wording(
        "填报完成率{stated}%与计算值{computed}%不符",
        "Stated rate {stated} % differs from computed {computed} %",
        "完成率=本年累计÷年度计划",
        "The rate is year to date over annual plan",
    ),
    "month_jump": Wording(
        "本月完成{month}万元，超过此前月均{average}万元的{factor}倍",
        "Month {month} 万元 is more than {factor} times the average of {average} 万元",
        "请说明原因",
        "Say why",
    ),
    "rate_high": Wording(
        "年度投资完成率{rate}，超过{limit}%", "Completion rate {rate} is above {limit} %", "请确认年度计划", "Check the annual plan"
    ),
    "progress_short": Wording(
        "形象进度“{text}”过于简单（少于{least}字）",
        "Progress text “{text}” is too short (under {least} characters)",
        "请写明部位和完成程度",
        "Say which works and how far",
    ),
    "progress_unchanged": Wording(
        "形象进度与{month}相同：“{text}”", "Progress text is that of {month}: “{text}”", "请更新形象进度", "Bring it up to date"
    ),
}

DATES: Mapping[str, Wording] = {
    "date_out_of_range": Wording(
        "日期{value}不在{least}至{most}年之间", "Date {value} is not within {least} to {most}", "请核对年份", "Check the year"
    ),
    "start_after_report": Wording(
        "实际开工时间{start}晚于{until}",
        "Actual start {start} is after {until}",
        "尚未开工的请填在计划开工时间",
        "If it has not started, give it as the planned start",
    ),
    "start_before_approval": Wording(
        "开工时间{start}早于立项（核准/备案）时间{approved}", "Start {start} precedes approval {approved}", "请核对两个日期", "Check both dates"
    ),
    "finish_before_start": Wording(
        "竣工时间{finish}早于开工时间{start}", "Finish {finish} precedes start {start}", "请核对两个日期", "Check both dates"
    ),
    "start_overdue": Wording(
        "计划{planned}开工，至{until}未开工且未说明原因",
        "Planned to start {planned}, not started by {until}, no reason given",
        "请填写未开工原因或更新开工时间",
        "Give the reason, or the start",
    ),
}

PERMITS: Mapping[str, Wording] = {
    "permit_missing": Wording(
        "在建项目未填写施工许可（或开工备案）",
        "Under construction without a construction permit",
        "请补填许可证号；政府投资项目不得无证开工",
        "Give the permit; government projects may not start without",
    ),
    "permit_expired": Wording(
        "{permit_zh}已于{expired}过期（{needed}需有效）",
        "{permit_en} expired on {expired} (needed on {needed})",
        "请办理延期或重新办理",
        "Have it extended or renewed",
    ),
    "doc_no_format": Wording(
        "文号“{doc_no}”格式不规范",
        "Document number “{doc_no}” is not in the usual form",
        "应为“X〔2020〕N号”，用六角括号，序号不加0",
        "It should read “X〔2020〕N号”, with six-cornered brackets and no leading zero",
    ),
    "feasibility_missing": Wording(
        "政府投资项目缺少可研批复", "The government project lacks its feasibility approval", "请补填可研批复文号和日期", "Give its number and date"
    ),
}

LISTS: Mapping[str, Wording] = {
    "list_differs": Wording(
        "清单“{list}”应为{declared_count}个、{declared_total}亿元，现有{count}个、{total}亿元",
        "List “{list}” should be {declared_count} / {declared_total} 亿元, found {count} / {total}",
        "请核对清单成员",
        "Check the members of the list",
    ),
    "total_approximate": Wording(
        "清单“{list}”合计含{count}个约数",
        "The total of list “{list}” includes {count} approximate figures",
        "请在表注中注明“含约数”",
        "Say so in a note",
    ),
    "return_late": Wording(
        "{unit}{month}填报已逾期{days}天：截止日{due}，{grace_zh}，{late_from}起算逾期",
        "{unit} reported {month} {days} days late: due {due}, {grace_en}, late from {late_from}",
        "请说明原因",
        "Say why",
    ),
    "project_not_reported": Wording(
        "上月在报项目“{name}”{month}未填报", "Active project “{name}” is missing in {month}", "请补报，或说明已调出", "Report it, or say that it left"
    ),
}

# Words that a file's reader says as well, with the same params: worded here, because the rules live in the lower room.
PLACES: Mapping[str, Wording] = {
    "district_unknown": Wording(
        "行政区划“{raw}”不存在或当年已不用",
        "There is no division “{raw}” in that year",
        "请填写现行区市名称",
        "Give the present name of the district",
    ),
    "district_obsolete": Wording(
        "“{raw}”已撤销，读作“{name}”", "“{raw}” no longer exists; read as “{name}”", "请改用现行名称", "Use the present name"
    ),
}

for _table in (IDENTITY, STAGE, MONEY, MONTHS, DATES, PERMITS, LISTS, PLACES):
    add_wording(_table)
