"""Findings as a file to work through beside the workbook: xlsx and csv, in which nothing can run as a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO, StringIO
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from exchange.views.access import wording
from exchange.views.findings import SEVERITIES

# A spreadsheet program runs a text that begins with one of these; the full-width forms count in East Asian editions.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_WIDTHS = (8, 16, 8, 8, 8, 24, 24, 60, 48, 8, 18)
_CELL = 32_000  # Excel takes 32,767 characters


def harmless(text: str) -> str:
    """A text that no spreadsheet program takes for a formula."""
    return "'" + text if text.lstrip(" ").startswith(_DANGEROUS) else text


def headings() -> list[str]:
    return [_("级别"), _("工作表"), _("行"), _("至行"), _("列"), _("栏目"), _("读到的值"), _("问题"), _("怎么改"), _("处数"), _("代码")]


def lines(findings: Iterable[Mapping[str, Any]]) -> Iterator[list[str | int]]:
    """One line for each folded finding."""
    for finding in findings:
        raw = finding.get("raw")
        yield [
            str(SEVERITIES[str(finding.get("severity"))][0]) if finding.get("severity") in SEVERITIES else "",
            str(finding.get("sheet") or ""),
            finding.get("row") or "",
            finding.get("row_end") or "",
            str(finding.get("col") or ""),
            str(finding.get("heading") or finding.get("label") or finding.get("field") or ""),
            "" if raw is None else str(raw),
            wording(str(finding.get("zh") or ""), str(finding.get("en") or "")),
            wording(str(finding.get("zh_fix") or ""), str(finding.get("en_fix") or "")),
            int(finding.get("count") or 1),
            str(finding.get("code") or ""),
        ]


def as_csv(findings: Iterable[Mapping[str, Any]]) -> bytes:
    """With a byte order mark, without which Excel reads Chinese wrongly."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(headings())
    for line in lines(findings):
        writer.writerow([harmless(value) if isinstance(value, str) else value for value in line])
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(findings: Sequence[Mapping[str, Any]], title: str) -> bytes:
    """Every text is stored as text, so that none is a formula or a link."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    sheet = book.add_worksheet(_("问题清单")[:31])
    bold = book.add_format({"bold": True, "font_size": 14})
    head = book.add_format({"bold": True, "bg_color": "#E6EEF8", "border": 1, "text_wrap": True, "valign": "vcenter"})
    body = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
    sheet.write_string(0, 0, title[:_CELL], bold)
    for column, (heading, width) in enumerate(zip(headings(), _WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(1, column, heading, head)
    for row, line in enumerate(lines(findings), start=2):
        for column, value in enumerate(line):
            if isinstance(value, int):
                sheet.write_number(row, column, value, body)
            else:
                sheet.write_string(row, column, value[:_CELL], body)
    sheet.freeze_panes(2, 0)
    sheet.autofilter(1, 0, max(len(findings), 1) + 1, len(_WIDTHS) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(1)
    book.close()
    return out.getvalue()
