"""The words of every finding that reading a file makes and no stored rule knows, in Chinese and English. Pure.

A message names what was found; the advice names what would be right. Codes that a rule says as well are worded in
`projects.wording` and take the same params.
"""

from __future__ import annotations

from collections.abc import Mapping

import projects.wording  # noqa: F401 -- the codes shared with the rules are worded there
from projects.findings import Wording, add_wording

CELLS: Mapping[str, Wording] = {
    "amount_not_number": Wording(
        "“{raw}”不是数字", "“{raw}” is not a number", "请只填数字；未定的留空并在备注说明", "Give a number only; leave it blank while open"
    ),
    "amount_too_large": Wording(
        "数值{raw}过大，无法作为金额", "{raw} is too large to be an amount", "请核对数值和单位（{unit}）", "Check the figure and its unit"
    ),
    "amount_range": Wording("“{raw}”是一个范围", "“{raw}” is a range", "请填一个确定的数", "Give one figure"),
    "amount_approx": Wording(
        "“{raw}”是约数，读作{value}万元", "“{raw}” is approximate; read as {value} 万元", "如有准确数请改填", "Give the exact figure if there is one"
    ),
    "amount_with_note": Wording(
        "“{raw}”括号内的文字未作为金额读取", "Words in brackets of “{raw}” are not read", "说明请写在备注栏", "Put remarks into the remarks column"
    ),
    "value_means_nothing": Wording("“{raw}”按空白读取", "“{raw}” is read as blank"),
    "text_too_long": Wording("文字过长（{length}字）", "The text is too long ({length} characters)", "请缩短，详情另附", "Shorten it"),
    "text_invisible": Wording("含有看不见的字符，已去除", "Invisible characters were taken out"),
    "formula_error": Wording("公式出错，显示为{text}", "The formula fails with {text}", "请修正公式或改填数值", "Mend the formula or give the value"),
    "formula_no_cache": Wording(
        "是公式，但文件里没有计算结果",
        "A formula without a saved result",
        "请用Excel或WPS打开、保存后再上传，或改填数值",
        "Open and save the file in Excel or WPS, or give the value",
    ),
    "date_unreadable": Wording("日期“{raw}”无法识别", "Date “{raw}” can't be read", "请填如2020-06或2020年6月", "Write 2020-06, for instance"),
    "date_ambiguous": Wording(
        "“{raw}”可能是{first}，也可能是{second}，暂读作{value}",
        "“{raw}” may be {first} or {second}; read as {value}",
        "请按文本填写，如2020-10",
        "Write it as text, e.g. 2020-10",
    ),
    "date_imprecise": Wording("“{raw}”不够具体，读作{value}", "“{raw}” is not precise; read as {value}", "请填到年月", "Give year and month"),
    "period_is_duration": Wording(
        "“{raw}”是工期长短，不是起止时间",
        "“{raw}” is a duration, not a start and finish",
        "请填如2019.3-2022.12",
        "Write 2019.3-2022.12, for instance",
    ),
    "share_unreadable": Wording("“{raw}”不是百分比，未读取", "“{raw}” is not a percentage; not read"),
    "land_unreadable": Wording(
        "面积“{raw}”无法识别，未读取", "Area “{raw}” can't be read", "请只填数字，单位写在表头", "Give a number only, the unit in the heading"
    ),
    "interest_suspect": Wording(
        "利率{raw}不像百分数", "Rate {raw} does not look like a percentage", "请按百分数填写，如3.23", "Write 3.23 for 3.23 %"
    ),
}

CODES: Mapping[str, Wording] = {
    "code_blank": Wording(
        "未填项目代码", "The project code is missing", "请填写投资项目在线平台赋予的24位代码", "Give the 24-character code of the investment platform"
    ),
    "code_pending": Wording(
        "项目代码填为“{raw}”，按未赋码读取",
        "“{raw}” stands for the project code; read as none yet",
        "取得代码后请补填",
        "Add the code once there is one",
    ),
    "code_precision_lost": Wording(
        "代码已变成数字{raw}，末几位丢失，无法还原",
        "The code has become the number {raw}; its last digits are lost",
        "请先把单元格设为文本格式，再重新填写代码",
        "Format the cell as text, then enter the code again",
    ),
    "code_several": Wording(
        "“{raw}”含多个代码，只读取第一个", "“{raw}” holds several codes; the first one is read", "一行填一个代码", "One code a row"
    ),
    "code_short_serial": Wording(
        "项目代码“{raw}”流水号只有5位",
        "Project code “{raw}” has a serial of five digits",
        "请对照赋码通知核对",
        "Compare it with the notice of the code",
    ),
    "code_leading_zero": Wording(
        "编号{raw}前面的0可能丢失，可能是{guess}",
        "Number {raw} may have lost its leading zeros: {guess}?",
        "请按文本格式重填",
        "Enter it again as text",
    ),
    "uscc_pending": Wording(
        "统一社会信用代码填为“{raw}”，按未填读取", "“{raw}” stands for the credit code; read as blank", "请填写18位代码", "Give the 18-character code"
    ),
    "enum_unknown": Wording("“{raw}”不在可选内容中", "“{raw}” is not one of the known words", "可填：{known}等", "Known are {known} and others"),
}

PLACES: Mapping[str, Wording] = {
    "district_missing": Wording("无法确定所属区市", "The district can't be told", "请填写所属区市", "Give the district"),
    "district_conflict": Wording(
        "所属区市“{own}”与工作表或标题的“{sheet}”不一致",
        "District “{own}” differs from “{sheet}” of the sheet or title",
        "请核对以哪个为准",
        "Check which is right",
    ),
    "district_several": Wording(
        "“{raw}”含多个区市，读作“{name}”",
        "“{raw}” names several districts; read as “{name}”",
        "跨区市项目请按牵头区市填写",
        "Give the leading district",
    ),
    "district_from_text": Wording("由“{raw}”读作“{name}”", "“{raw}” is read as “{name}”"),
}

ROWS: Mapping[str, Wording] = {
    "duplicate_project": Wording(
        "“{name}”与{first_zh}是同一项目",
        "“{name}” stands in {first_en} already",
        "是重复的，请清空或删除第{row}行，留下{first_zh}；是另一个项目，请改为各自的全称",
        "If it is the same, clear or delete row {row} and keep that in {first_en}; if it is another project, give each its full name",
    ),
    "near_duplicate": Wording(
        "“{name}”与{first_zh}的项目名称很像",
        "“{name}” looks like the project of {first_en}",
        "如为同一项目请删除一行；不是同一项目的说明即可",
        "Remove one if they are the same; else say that they are not",
    ),
    "over_limit": Wording(
        "已安排与本次合计{given}万元，超过需求（总额）{limit}万元",
        "{given} 万元 given so far exceed the need of {limit} 万元",
        "请核对额度",
        "Check the amounts",
    ),
    "unit_suspect": Wording(
        "读作{value}万元，与同列的数（{beside}万元上下）相差悬殊，可能是{guess}万元（误按{slip}填写）",
        "Read as {value} 万元, far from its column (about {beside} 万元): {guess} 万元, written in {slip}?",
        "请核对该数的单位；数值无误的请在单元格内写明单位，如“{value}万元”",
        "Check its unit; if it is right, write the unit into the cell, e.g. {value}万元",
    ),
    "merged_ambiguous": Wording(
        "金额单元格与上一行合并，金额归上一行，本行按空白读取",
        "The amount is merged with the row above and belongs to it; read as blank here",
        "请拆分合并单元格，分别填写",
        "Split the merged cell",
    ),
    "orphan_row": Wording(
        "本行没有项目名称，未作为项目读取",
        "The row has no project name and is not read as a project",
        "请补填名称，或删除本行",
        "Give the name, or remove the row",
    ),
    "ditto_of_nothing": Wording("写着“同上”，但上面没有内容，按空白读取", "“Same as above” with nothing above; read as blank"),
    "total_mismatch": Wording(
        "“{label}”填{stated}万元，明细合计{found}万元，相差{difference}万元",
        "“{label}” says {stated} 万元, its rows add up to {found} (off by {difference})",
        "请核对合计公式的范围和各行数值",
        "Check the range of the sum and the rows",
    ),
    "total_open": Wording(
        "“{label}”填{stated}万元，读得出的各行合计{found}万元；本列有{unread}处读不出，应正好是相差的{difference}万元，否则这个合计也不对",
        "“{label}” says {stated} 万元, the rows that can be read add up to {found}; {unread} cells can't be read and must hold {difference}",
        "改正读不出的单元格时一并核对合计",
        "Check the total together with the cells that can't be read",
    ),
    "count_mismatch": Wording(
        "“{label}”标注{stated}个，实际读到{found}个",
        "“{label}” says {stated} projects, {found} were read",
        "请核对个数，或是否有漏行",
        "Check the count, or whether rows are missing",
    ),
}

SHEETS: Mapping[str, Wording] = {
    "unit_missing": Wording(
        "没有写明金额单位，暂按{assumed}读取",
        "The unit of the amounts is not given; read in {assumed} for now",
        "请在标题、表头或右上角注明“单位：万元”或“单位：亿元”",
        "Write 单位：万元 or 单位：亿元 above the table",
    ),
    "unit_assumed": Wording("“{heading}”没有单位，按其他列的{assumed}读取", "“{heading}” has no unit; read in {assumed} like the others"),
    "unit_doubt": Wording(
        "按{unit}读取后总投资多在{median}万元上下，偏小，请确认单位", "Read in {unit} most totals are near {median} 万元; please confirm the unit"
    ),
    "column_unknown": Wording("“{heading}”列（{letter}）不认识，未读取", "Column {letter} “{heading}” is not known and not read"),
    "column_recalled": Wording("按记忆：标题“{heading}”读作“{label}”", "As remembered, “{heading}” is read as “{label}”"),
    "column_recalled_ignored": Wording("按记忆：标题“{heading}”不读取", "As remembered, “{heading}” is not read"),
    "column_unheaded": Wording(
        "{letter}列有内容但没有表头，未读取", "Column {letter} holds something but has no heading; not read", "请补上表头", "Give it a heading"
    ),
    "column_double": Wording("“{heading}”与{first}列含义相同，只读取{first}列", "“{heading}” means the same as column {first}; only that is read"),
    "table_beside": Wording(
        "右边还有一个同样表头的表（从{first}列到{last}列），其中的项目没有读取",
        "Another list with the same headings stands at the right (columns {first} to {last}); its projects were not read",
        "请把两个表上下排列，或放到两个工作表",
        "Put the two lists one below the other, or on two sheets",
    ),
    "column_ambiguous": Wording(
        "“{heading}”是本年累计还是自开工累计？暂按本年累计读取",
        "Is “{heading}” of this year or since the start? Read as of this year",
        "请改为“本年累计完成投资”或“自开工累计完成投资”",
        "Head it 本年累计完成投资 or 自开工累计完成投资",
    ),
    "column_decided": Wording("“{heading}”按数值关系判定含义", "The sense of “{heading}” was decided by comparing its figures"),
    "name_heading_missing": Wording(
        "没有“项目名称”表头，按内容判定该列为项目名称", "No heading says 项目名称; this column was taken for it by its content"
    ),
    "hidden_data": Wording(
        "有隐藏的{hidden_zh}，已一并读取",
        "{hidden_en} hidden, and read too",
        "请取消隐藏后核对；不需要上报的请删除",
        "Unhide and check; remove what is not to be reported",
    ),
    "hidden_sheet": Wording(
        "隐藏的工作表“{name}”未读取", "Hidden sheet “{name}” is not read", "如需上报请取消隐藏", "Unhide it if it belongs to the report"
    ),
    "month_mismatch": Wording(
        "这里写的是{said}月，表内其他地方是{expected}月", "This says month {said}, the rest is of month {expected}", "请核对月份", "Check the month"
    ),
    "no_table": Wording(
        "未找到项目表：{why_zh}",
        "No project list was found: {why_en}",
        "请使用有“项目名称”“总投资”等表头的一行一个项目的表；卡片式台账请先改为列表",
        "Use a list with one project a row and headings such as 项目名称 and 总投资",
    ),
    "no_rows": Wording(
        "工作表“{sheet}”没有读到任何项目行，只有表头",
        "Sheet “{sheet}” has headings and not one project row",
        "请填入项目，一行一个；确无此类项目的，在表头下写“本月无此类项目”，或删去该工作表",
        "Give the projects, one a row; where there are none write 本月无此类项目 below the headings, or remove the sheet",
    ),
    "sheet_hidden": Wording("隐藏的工作表，未读取", "A hidden sheet; not read"),
    "sheet_empty": Wording("空白工作表", "An empty sheet"),
    "sheet_no_rows": Wording("本表没有项目", "The sheet has no projects"),
    "sheet_card": Wording(
        "卡片式表格（一张表一个项目），未读取",
        "A card form (one project a sheet); not read",
        "请改为一行一个项目的列表",
        "Make it a list with one project a row",
    ),
    "sheet_summary": Wording("汇总统计表，未读取", "A summary; not read"),
    "sheet_cover": Wording("封面或目录，未读取", "A cover or list of contents; not read"),
    "sheet_instructions": Wording("文字说明，未读取", "Text only; not read"),
    "sheet_dictionary": Wording("选项字典，未读取", "A list of choices; not read"),
    "sheet_other_table": Wording(
        "是表格，但表头（{headings}等）不是项目表的，未读取",
        "A table, but its headings ({headings}, …) are not those of a project list; not read",
        "请使用本系统的填报表，或在表头写明“项目名称”“总投资”等",
        "Use our template, or head the columns 项目名称, 总投资 and so on",
    ),
    "sheet_no_headings": Wording(
        "没有认出项目表的表头，未读取",
        "No headings of a project list were recognised; not read",
        "请在首行写明“项目名称”“总投资”等表头",
        "Head the columns 项目名称, 总投资 and so on",
    ),
}

for _table in (CELLS, CODES, PLACES, ROWS, SHEETS):
    add_wording(_table)
