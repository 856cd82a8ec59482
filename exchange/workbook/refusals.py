"""The sentences of refusals: what is wrong with the file and what a clerk can do about it. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.raw import Refusal

_SAVE_ZH = "请用 Excel 或 WPS 打开该文件，另存为 .xlsx 后重新上传"
_SAVE_EN = "Open it in Excel or WPS, save it as .xlsx and upload it again"

SENTENCES: Mapping[str, tuple[str, str]] = {
    "empty": ("文件是空的（0 字节），请检查后重新上传。", "The file is empty (0 bytes). Check it and upload it again."),
    "file_too_large": (
        "文件大小 {size} MB，超过上限 {limit} MB，请拆分或删除图片后重新上传。",
        "The file has {size} MB; the limit is {limit} MB. Split it or remove pictures and upload it again.",
    ),
    "too_large": (
        f"文件展开后的内容超过上限，无法读取；请删除多余的工作表、空行和图片，{_SAVE_ZH[1:]}。",
        f"The content of the file is larger than allowed. Remove spare sheets, blank rows and pictures. {_SAVE_EN}.",
    ),
    "archive_bomb": (
        f"文件压缩比异常，疑似恶意压缩文件，不予接收；如为正常表格，{_SAVE_ZH}。",
        f"The file inflates beyond all measure and looks like an archive bomb. If it is an honest workbook: {_SAVE_EN.lower()}.",
    ),
    "too_many_members": (
        f"文件内部条目过多，不是正常的表格文件，不予接收；{_SAVE_ZH}。",
        f"The file holds too many inner parts for a workbook. {_SAVE_EN}.",
    ),
    "took_too_long": (
        f"文件过于复杂，未能在限定时间内读完；请删除多余的工作表和空行，{_SAVE_ZH[1:]}。",
        f"The file is too complex to be read in the time allowed. Remove spare sheets and blank rows. {_SAVE_EN}.",
    ),
    "unreadable_now": (
        "服务器暂时无法读取文件，请稍后重新上传；如仍不行，请联系系统管理员。",
        "The server can't read the file at the moment. Upload it again later, or call the administrator.",
    ),
    "damaged": (f"文件不完整或已损坏，无法读取；{_SAVE_ZH}。", f"The file is incomplete or damaged. {_SAVE_EN}."),
    "unsafe_archive": (
        f"文件内部含有不安全的条目（路径或链接异常），不予接收；{_SAVE_ZH}。",
        f"The file holds unsafe inner parts (odd paths or links). {_SAVE_EN}.",
    ),
    "forbidden_xml": (
        f"文件内部含有不允许的声明（DOCTYPE 或实体），不予接收；{_SAVE_ZH}。",
        f"The file holds declarations that are not allowed (DOCTYPE or entities). {_SAVE_EN}.",
    ),
    "encrypted": (
        "文件已加密，请在 Excel 或 WPS 中取消密码并保存后重新上传。",
        "The file is protected by a password. Remove the password in Excel or WPS, save it and upload it again.",
    ),
    "macro": (
        "含宏文件不予接收，请在 Excel 或 WPS 中另存为 .xlsx（不含宏）后重新上传。",
        "Workbooks with macros are not accepted. Save it as .xlsx (without macros) and upload it again.",
    ),
    "not_a_workbook": (
        "该文件是{zh}，不是 Excel 表格，请上传 .xlsx、.xls、.ods 或 .csv 文件。",
        "This is {en}, not a workbook. Upload an .xlsx, .xls, .ods or .csv file.",
    ),
    "web_table": (
        "该文件实际是{zh}，只是改了扩展名；请用 Excel 或 WPS 打开，另存为 .xlsx 后重新上传。",
        "This file is really {en} under the name of a workbook. Open it in Excel or WPS, save it as .xlsx and upload it again.",
    ),
    "not_text": (
        "该文件既不是 Excel 表格，也不是可识别编码的 CSV 文本，请用 Excel 或 WPS 另存为 .xlsx 后重新上传。",
        "The file is neither a workbook nor a CSV text in a known encoding. Save it as .xlsx in Excel or WPS and upload it again.",
    ),
    "unclosed_quote": (
        "CSV 文件第 {row} 条记录（第 {line} 行起）的双引号没有成对，请补上引号，或用 Excel 另存为 .xlsx 后重新上传。",
        "Record {row} of the CSV file (from line {line}) has an unclosed quote. Close it, or save the file as .xlsx, and upload it again.",
    ),
    "old_version": (
        f"该文件是很旧的 Excel 格式（{{version}}），{_SAVE_ZH}。",
        f"The file has a very old Excel format ({{version}}). {_SAVE_EN}.",
    ),
    "too_many_rows": (
        "工作表“{sheet}”超过 {limit} 行，请拆分或删除多余的行后重新上传。",
        'Sheet "{sheet}" has more than {limit} rows. Split it or delete spare rows and upload it again.',
    ),
    "too_many_columns": (
        "工作表“{sheet}”列数超限（超过 {limit} 列），请删除多余的列后重新上传。",
        'Sheet "{sheet}" has too many columns (more than {limit}). Delete spare columns and upload it again.',
    ),
    "too_many_cells": (
        "文件中的单元格超过 {limit} 个，请拆分后重新上传。",
        "The file has more than {limit} cells. Split it and upload it again.",
    ),
    "too_many_sheets": (
        "文件中的工作表超过 {limit} 个，请拆分后重新上传。",
        "The file has more than {limit} sheets. Split it and upload it again.",
    ),
    "scattered": (
        "工作表“{sheet}”在离表格很远处（单元格 {cell} 起）还有大量内容，请把内容移到一起或删除后重新上传。",
        'Sheet "{sheet}" has much content far away from its table (from cell {cell}). Move it together or delete it and upload it again.',
    ),
    "row_disorder": (
        f"工作表“{{sheet}}”的行号混乱（第 {{row}} 行附近），文件已损坏；{_SAVE_ZH}。",
        f'Sheet "{{sheet}}" has its rows in disorder (near row {{row}}); the file is damaged. {_SAVE_EN}.',
    ),
    "no_sheets": (
        "文件中没有工作表，请检查后重新上传。",
        "The file has no worksheet. Check it and upload it again.",
    ),
}


def refusal(code: str, params: Mapping[str, str | int] | None = None) -> Refusal:
    """The refusal for a code, in words."""
    zh, en = SENTENCES[code]
    shown = params or {}
    return Refusal(code, zh.format_map(shown), en.format_map(shown))
