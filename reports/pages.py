"""A table as a page draws it: each cell with its class, its label for the phone's cards, and the bar of a rate against 时序."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from accounts.words import about
from projects.measures import round_half_up
from reports.tables import Cell, Column, Heading, Kind, Level, Row, Table

_BAR_PERCENT = Decimal(120)  # a bar is drawn up to here; the figure beside it is never capped
# What a phone's card shows: the four figures that matter, and the place.
_ON_THE_CARD = {
    "label",
    "plan",
    "ytd",
    "rate",
    "difference",
    "rank",
    "unit",
    "secured",
    "unsecured",
    "arrived",
    "waiting",
    "sum",
    "n_all",
    "t_all",
    "year",
    "start",
    "span",
    "value",
    "measure",
    "change",
    "distance",
    "light",
    "why",
    "former",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """Lengths in percent of the plan, as SVG numbers: done, and the mark of where it should be."""

    done: str
    due: str
    over: bool


@dataclass(frozen=True, slots=True)
class PageCell:
    key: str
    text: str
    label: str
    css: str
    bar: Bar | None = None
    href: str = ""
    is_number: bool = True


@dataclass(frozen=True, slots=True)
class PageRow:
    label: str
    href: str
    level: str
    cells: Sequence[PageCell]


@dataclass(frozen=True, slots=True)
class PageTable:
    """What the template loops over."""

    table: Table
    heading_rows: Sequence[Sequence[Heading]]
    first: Column
    total: PageRow | None
    rows: Sequence[PageRow]


def page_table(table: Table, links: Callable[[Row], Mapping[str, str]], *, lead_key: str = "label") -> PageTable:
    """Prepare a table. `links` gives a row's addresses by column; the column `lead_key` is the row's heading and stands first."""
    columns = [column for column in table.columns if column.key != lead_key]
    first = next(column for column in table.columns if column.key == lead_key)
    drawn = [_row(table, row, links(row), lead_key) for row in table.rows]
    headings = Table(table.name, table.title, table.unit_line, [first, *columns], ()).headings()
    return PageTable(
        table=table,
        heading_rows=[[heading for heading in headings if heading.row == number] for number in range(table.heading_rows)],
        first=first,
        total=next((row for row in drawn if row.level == Level.TOTAL), None),
        rows=[row for row in drawn if row.level != Level.TOTAL],
    )


def _row(table: Table, row: Row, links: Mapping[str, str], lead_key: str) -> PageRow:
    cells = {cell.column.key: cell for cell in table.cells(row, about())}
    drawn = [_cell(cell, cells, links.get(key, ""), row.keys.get("tone", "")) for key, cell in cells.items() if key != lead_key]
    return PageRow(row.label, links.get(lead_key, ""), row.level.value, drawn)


def _cell(cell: Cell, beside: Mapping[str, Cell], href: str, tone: str = "") -> PageCell:
    column = cell.column
    css = [f"column-{column.key}"]
    if column.key == "light" and tone:
        css.append(f"light-{tone}")
    if column.kind.is_number:
        css.append("num")
    if column.key not in _ON_THE_CARD:
        css.append("minor")
    bar = _bar(cell.value, beside["schedule"].value) if column.kind is Kind.PERCENT and column.key == "rate" and "schedule" in beside else None
    return PageCell(column.key, cell.text, _label(column), " ".join(css), bar, href, column.kind.is_number)


def _label(column: Column) -> str:
    return f"{column.group} · {column.title}" if column.group and column.kind is Kind.YI else column.title


def _bar(rate: object, schedule: object) -> Bar | None:
    if not isinstance(rate, Decimal) or not isinstance(schedule, Decimal):
        return None
    done, due = rate.scaleb(2), schedule.scaleb(2)
    return Bar(_svg(min(max(done, Decimal(0)), _BAR_PERCENT)), _svg(due), done > _BAR_PERCENT)


def _svg(length: Decimal) -> str:
    return format(round_half_up(length, 1), "f")
