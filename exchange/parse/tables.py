"""Make a table from a heading block: context, period, columns, units, kind, readers. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from exchange.parse.columns import ColumnPlan, choose_units, kind_of, plan_columns, unheaded
from exchange.parse.context import SheetContext, context_of, unit_of_notes
from exchange.parse.header import HeaderBlock, Rows
from exchange.parse.model import Place, PlacedFinding, PlannedColumn, Table, column_letter
from exchange.parse.profile import cells_of
from exchange.parse.readers import attach_readers
from exchange.parse.remembered import Answer, guess_field, recall
from exchange.parse.rowkinds import Shape
from exchange.raw import RawSheet, RawValue
from exchange.reference import KnownPlace, Reference, folded
from exchange.sheets import Kind, ReaderKind, column_of
from projects.findings import Finding, Severity
from projects.values import Month

_ANCHORS = frozenset(
    [
        *("code", "local_code", "owner", "uscc", "address", "content", "planned_period", "planned_start", "planned_finish", "actual_start"),
        *("actual_finish", "nature", "stage", "responsible_unit", "annual_goal", "progress_text", "doc_no", "contact", "phone", "term_years"),
    ]
)


@dataclass(slots=True)
class OpenedTable:
    """A table ready to be read, with what its headings gave rise to."""

    table: Table
    context: SheetContext
    shape: Shape
    money: tuple[PlannedColumn, ...]
    findings: list[PlacedFinding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class BookContext:
    """What the file says as a whole: its name, the city, the period asked for and the year found elsewhere in the book."""

    filename: str
    reference: Reference
    expected: Month | None = None
    year: int | None = None
    answers: tuple[Answer, ...] = ()  # what was answered about headings nobody knows
    sender: KnownPlace | None = None  # where the unit that sent the file lies; the last word, where the file says nothing


def open_table(
    block: HeaderBlock, above: Sequence[tuple[int, Sequence[RawValue]]], sample: Rows, sheet: RawSheet, book: BookContext, last: SheetContext | None
) -> OpenedTable:
    """Decide all that can be decided before the first project row."""
    done = [meaning.year for meaning in block.meanings if meaning.field == "done_ytd_wan" and meaning.year]
    planned = [meaning.year for meaning in block.meanings if meaning.field == "plan_wan" and meaning.year]
    year_in_headings = max(done, default=None) or min(planned, default=None)
    fallback = year_in_headings or book.year or (book.expected.year if book.expected else None)
    context = _with_last(context_of(above, sheet.name, book.filename, book.reference, fallback), last)
    if context.place is None and book.sender is not None:
        context = replace(context, place=book.sender, place_source="sender")
    if context.unit is None:
        context = replace(context, unit=unit_of_notes(sample))
    month = _period(block, context, book)
    titles = f"{context.title} {sheet.name or ''} {book.filename}"
    ambiguous = any(meaning.field == "done_ytd_wan" and meaning.ambiguous for meaning in block.meanings)
    block, recalled = recall(block, kind_of(block.fields, titles, block.lean, ambiguous), book.answers)
    plan = plan_columns(block, sample, context, month, book.reference)
    unit = choose_units(plan, context, sample)
    fields = {column.field for column in plan.columns if column.field}
    open_question = any(column.field == "done_ytd_wan" and column.meaning.ambiguous for column in plan.columns)
    kind = kind_of(fields, titles, block.lean, open_question)
    attach_readers(plan, sample, book.reference, context.year)
    table = Table(sheet.name, kind, block.top, block.bottom, tuple(plan.columns), unit, month if kind is Kind.MONTHLY else None, plan.by_field())
    _report_unknown(plan, block, sample, kind)
    _report_recalled(plan, recalled)
    table.half, table.year, table.until = context.half, context.year, context.until
    opened = OpenedTable(table, context, _shape(table, block), tuple(_money(table)))
    opened.findings = [_placed(finding, column, table) for finding, column in plan.findings]
    return opened


def _with_last(context: SheetContext, last: SheetContext | None) -> SheetContext:
    """A second table of a sheet goes on under the first one's title, where it has none of its own."""
    if last is None:
        return context
    return SheetContext(
        title=context.title or last.title,
        title_row=context.title_row or last.title_row,
        unit=context.unit or last.unit,
        year=context.year or last.year,
        title_month=context.title_month or last.title_month,
        name_month=context.name_month,
        file_month=context.file_month,
        half=context.half or last.half,
        place=context.place if context.place_source in {"title", "sheet_name"} else last.place or context.place,
        place_source=context.place_source if context.place_source in {"title", "sheet_name"} else last.place_source or context.place_source,
        batch=context.batch or last.batch,
        until=context.until or last.until,
    )


def heading_month(block: HeaderBlock) -> int | None:
    """The month the headings speak of: the end of 1-6月, or the one month of 6月份完成投资."""
    sums = [meaning for meaning in block.meanings if meaning.field == "done_ytd_wan" and meaning.last_month]
    # 截至2019年12月底累计 may be of the year before: a sum that is surely of this year speaks first.
    ends = [meaning.last_month for meaning in sorted(sums, key=lambda meaning: meaning.ambiguous)]
    singles = {meaning.month for meaning in block.meanings if meaning.field == "done_month_wan" and meaning.month}
    if ends:
        return ends[0]
    return next(iter(singles)) if len(singles) == 1 else None


def _period(block: HeaderBlock, context: SheetContext, book: BookContext) -> Month | None:
    month = heading_month(block) or context.title_month or context.name_month or context.file_month
    year = context.year
    if month is None or year is None:
        return book.expected if month is None or book.expected is None or book.expected.month == month else None
    return Month(year, month)


def _money(table: Table) -> list[PlannedColumn]:
    return [column for column in table.columns if column.reader_kind is ReaderKind.AMOUNT and column.reader is not None and column.month is None]


def _shape(table: Table, block: HeaderBlock) -> Shape:
    fields = table.by_field
    serial = fields.get("serial")
    name = fields.get("name")
    return Shape(
        serial=None if serial is None else serial.index,
        name=0 if name is None else name.index,
        anchors=tuple(column.index for column in table.columns if column.field in _ANCHORS and column.month is None),
        money=tuple(column.index for column in table.columns if column.reader_kind is ReaderKind.AMOUNT),
        labels=block.labels | {folded("".join(path)) for path in block.paths},
        width=len(table.columns),
    )


def _report_recalled(plan: ColumnPlan, recalled: Sequence[int]) -> None:
    for index in recalled:
        column = plan.columns[index]
        label = column_of(column.field).header if column.field else ""
        plan.say("column_recalled" if label else "column_recalled_ignored", Severity.INFO, column, heading=column.heading, label=label)


def _report_unknown(plan: ColumnPlan, block: HeaderBlock, sample: Rows, kind: Kind) -> None:
    for column in plan.columns:
        if column.field is None and column.heading and not (column.meaning.ignored or column.spill or column.is_double):
            plan.say("column_unknown", Severity.INFO, column, heading=column.heading, letter=column.letter)
            if column.meaning.field is None:
                column.asked = "unknown"
                column.guess = guess_field(column.heading, cells_of(sample, column.index), kind, plan.by_field())
        if column.asked:
            column.sample = tuple(str(cell)[:30] for cell in cells_of(sample, column.index)[:3])
    for index in unheaded(plan.columns, sample):
        plan.say("column_unheaded", Severity.INFO, None, letter=column_letter(index))


def _placed(finding: Finding, column: PlannedColumn | None, table: Table) -> PlacedFinding:
    if column is None:
        return PlacedFinding(finding, Place(table.sheet, None))
    return PlacedFinding(finding, Place(table.sheet, table.header_bottom, column.letter, column.heading))
