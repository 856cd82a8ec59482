"""Wording of what can only be said beside the stored data: whose project it is, whether it is known, who is missing."""

from __future__ import annotations

from projects.findings import Wording, add_wording

STORED_WORDING = {
    "out_of_scope": Wording(
        "“{name}”属于其他填报单位，您不能修改",
        "“{name}” belongs to another reporting unit; you may not change it",
        "删除该行，或由其所属单位上报",
        "Remove the row, or let its unit report it",
    ),
    "unit_foreign": Wording(
        "“{name}”属于其他填报单位：所属区市为“{unit}”",
        "“{name}” belongs to another reporting unit: its district is {unit}",
        "核对所属区市；不属于本单位的项目请删除该行",
        "Check the district; remove rows of other units",
    ),
    "unit_unknown": Wording(
        "无法确定“{name}”由哪个单位填报（所属区市读到“{value}”）",
        "Can't tell which unit reports “{name}” (district reads “{value}”)",
        "填写所属区市，或在上传时选择填报单位",
        "Fill the district, or choose the reporting unit when uploading",
    ),
    "project_unknown": Wording(
        "项目库中没有{unit}的“{name}”",
        "“{name}” of {unit} is not among the stored projects",
        "核对项目名称和项目代码；新项目请先用项目清单入库",
        "Check name and code; new projects come in by a project list first",
    ),
    "code_name_conflict": Wording(
        "项目代码{code}属于“{other}”，而本行是“{name}”，两个项目都在库中",
        "Code {code} belongs to “{other}”, but this row is “{name}”; both are stored",
        "核对本行的项目代码",
        "Check the code of this row",
    ),
    "renamed": Wording(
        "项目代码相同，库中名称为“{other}”，本文件为“{name}”，提交后改名",
        "Same code; stored as “{other}”, here “{name}”: the commit renames it",
        "如为更名请说明原因；否则核对项目代码",
        "Give the reason for the new name, or check the code",
    ),
    "name_kept": Wording(
        "项目名称与系统不同：系统中为“{other}”，本文件为“{name}”；月报和资金表不改名，名称不会写入",
        "The stored name is “{other}”, this file says “{name}”; neither a month's report nor a fund sheet renames anything, the name is not written",
        "如确已更名，请走项目编辑或变更申请；否则核对项目代码",
        "Where the project was renamed, edit it or ask for the change; else check the code",
    ),
    "renamed_format": Wording(
        "文件名以 {suffix} 结尾，内容却是{what_zh}，已按内容读取",
        "The file is named {suffix} but is {what_en}; read by content",
        "请在 Excel 或 WPS 中打开，另存为 .xlsx 后上传；或把文件名改为以 {right} 结尾",
        "Open it in Excel or WPS and save it as .xlsx, or name it {right}",
    ),
    "external_links": Wording(
        "文件链接到其他工作簿，只读取了保存的结果，没有打开链接",
        "The file links to other workbooks; stored results were read, no link was opened",
        "请把链接的数值粘贴为数值",
        "Paste the linked figures as values",
    ),
    "formulas_never_calculated": Wording(
        "有{cells}个公式从未计算过，读到的可能是0",
        "{cells} formulas were never calculated; zeros may not be real",
        "用 Excel 或 WPS 打开，保存一次后重新上传",
        "Open it in Excel or WPS, save, and send it again",
    ),
    "text_read_as": Wording("文本文件按 {encoding} 编码、“{delimiter}”分隔读取", "Text read as {encoding}, separated by “{delimiter}”"),
    "stray_cells": Wording(
        "表格之外很远处还有内容（{cell}等{count}格），没有读取",
        "Cells far outside the table were not read ({cell} and others, {count} in all)",
        "删除这些单元格",
        "Delete those cells",
    ),
    "period_missing": Wording(
        "未识别报告月份",
        "No report month found",
        "在标题中写明“2020年6月”，或上传时选择填报期",
        "Name the month in the title, or choose the period when uploading",
    ),
    "period_differs": Wording(
        "上传时选择的填报期是{chosen}，而文件写明的是{found}",
        "The period chosen is {chosen}, but the file names {found}",
        "改选填报期，或更正文件标题",
        "Choose the other period, or correct the title",
    ),
    "template_tampered": Wording(
        "文件里的模板标识不是本系统签发的，或已被改动，按手工表格处理：没有导出基准，只与当前数据对比",
        "The stamp of this template isn't ours or was changed; it is read as made by hand and compared with what is stored now",
        "重新下载填报表可以恢复逐格合并",
        "Download the template again to have it merged cell by cell",
    ),
    "template_other_unit": Wording(
        "这是{template}的填报表，而上传时选择的填报单位是{chosen}",
        "This is the template of {template}, but the unit chosen is {chosen}",
        "改选填报单位，或下载{chosen}的填报表填写",
        "Choose the other unit, or fill in the template of {chosen}",
    ),
    "period_part": Wording("填报期不合：{zh}", "The period does not fit: {en}", "改选填报期", "Choose the other period"),
    "template_other_period": Wording(
        "这是{template}的填报表，而填报期是{chosen}",
        "This is the template for {template}, but the month reported is {chosen}",
        "改选填报期，或下载{chosen}的填报表填写；不要改表内标题的月份",
        "Choose the other month, or fill in the template for {chosen}; don't change the month in the title",
    ),
    "projects_not_reported": Wording(
        "{unit}上月在报的{count}个项目{month}未填报：{names}{more}",
        "{count} active projects of {unit} are missing in {month}: {names}{more}",
        "请补报，或说明已调出",
        "Report them, or say that they left",
    ),
    "period_closed": Wording(
        "本月不能填报：{zh}本行会改变 {cells}",
        "Not open for reports: {en} The row would change {cells}",
        "不必改动的月份，请让这一格与系统中的数一致，或删去该列",
        "Where nothing should change, let the cell say what is stored, or leave the column out",
    ),
    "sector_unmatched": Wording(
        "领域“{value}”不在当年分类中，按原文保存",
        "Sector “{value}” is not in this year's tree; kept as written",
        "如为别名，请市级管理员在分类中登记",
        "If it is an alias, have it added to the tree",
    ),
    "list_left": Wording(
        "上一版清单中的“{name}”不在本文件中，将视为调出",
        "“{name}” stood on the former version and is not in this file; it counts as gone",
        "如仍在清单中，请补上该行",
        "If it still belongs to the list, add its row",
    ),
}
add_wording(STORED_WORDING)
