"""数据溯源表: every figure of a workbook that a measure stands behind, with the cell it stands in, its mark and the page of its rows.

Only sheets whose rows are questions take part (the city, a unit, a sector, a month). Rows of single projects are the rows behind those
figures; a place in a ranking or a quotient of two neighbours follows from what is listed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_rowcol_to_cell

from projects.period import WHOLE
from projects.values import Month
from reports.excel import Print, sheet_name
from reports.figures import FIGURES, why_not
from reports.selection import Question
from reports.tables import Cell, Column, Row, Table
from reports.traced import Traced, traced

# What the tables of progress call the measures of theirs.
_CALLED = {
    "total": "total_wan",
    "plan": "plan_wan",
    "month": "month_wan",
    "ytd": "ytd_wan",
    "unreported_plan": "unreported_plan_wan",
    "cum_total": "cum_wan",
}
_NARROWS = frozenset({"unit", "sector", "kind", "lists"})


@dataclass(frozen=True, slots=True)
class Placed:
    """A figure in a cell of a workbook: the sheet, the cell's name (`C7`), the row's words, and the text that is printed there."""

    sheet: str
    at: str
    row: str
    text: str
    figure: Traced


def placed_figures(prints: Sequence[Print], question: Question) -> list[Placed]:
    """Every figure of the sheets that answer `question`, in the order of sheets, rows and columns. No query is made."""
    return [one for wanted in prints if wanted.answers for one in _of_sheet(wanted, question)]


def _of_sheet(wanted: Print, question: Question) -> Iterator[Placed]:
    sheet = sheet_name(wanted.sheet)
    for place, row in enumerate(wanted.table.rows):
        asked = _asked(row, question)
        if asked is None:
            continue
        for number, cell in enumerate(wanted.table.cells(row)):
            figure = _figure(cell, asked)
            if figure is not None:
                yield Placed(sheet, xl_rowcol_to_cell(wanted.first_row + place, number), row.label, cell.text, figure)


def _asked(row: Row, question: Question) -> Question | None:
    """The question that a row answers; None for a project's."""
    if "project" in row.keys:
        return None
    narrowed: dict[str, Any] = {name: key for name, key in row.keys.items() if name in _NARROWS}
    month = Month.parse(row.keys["period"]) if "period" in row.keys else question.month
    return replace(question, month=month, half=question.half if month == question.month else WHOLE, **narrowed)


def _figure(cell: Cell, asked: Question) -> Traced | None:
    key = _CALLED.get(cell.column.key, cell.column.key)
    if key not in FIGURES or cell.number is None or any(why_not(FIGURES[key], (), asked)):
        return None
    return traced(key, asked, cell.value, approx=cell.approx)


def figure_sheet(prints: Sequence[Print], question: Question, moment: str, site: str) -> list[Print]:
    """The list as a sheet of its own; `site` is the address of the product (https://host), without which marks are no links."""
    found = placed_figures(prints, question)
    if not found:
        return []
    columns = [
        Column("place", _("位置"), width=22),
        Column("row", _("行"), width=22),
        Column("measure", _("指标"), width=24),
        Column("text", _("印出的数"), width=16),
        Column("mark", _("出处标记"), width=60),
    ]
    notes = [
        _("点“位置”到本工作簿的单元格；点“出处标记”打开系统中该数的口径、算法和背后的每一行；没有链接时，把标记粘贴到系统的“报表”页。"),
        _("单个项目的数就是背后的行，不另列；位次和同一行两数相除得出的率，由所列的数算出。"),
    ]
    rows = [_row(one, site) for one in found]
    table = Table("month_figures", _("数据溯源表"), _("共%(n)s个数") % {"n": len(rows)}, columns, rows, moment=moment, notes=notes)
    return [Print(table, _("数据溯源"), links={"place": "cell", "mark": "page"})]


def _row(one: Placed, site: str) -> Row:
    measure = one.figure.measure
    chinese = (get_language() or "zh").startswith("zh")
    values: Mapping[str, str] = {
        "place": f"{one.sheet}!{one.at}",
        "row": one.row,
        "measure": measure.zh if chinese else measure.en,
        "text": one.text,
        "mark": one.figure.mark,
    }
    quoted = one.sheet.replace("'", "''")
    page = {"page": f"{site.rstrip('/')}{one.figure.address}"} if site else {}
    return Row(one.row, values, keys={"cell": f"internal:'{quoted}'!{one.at}", **page})
