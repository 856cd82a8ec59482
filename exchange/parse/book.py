"""Read a whole workbook: which sheets hold tables, of what kind and month, and then their rows, one at a time. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from exchange.cells import is_empty
from exchange.parse.context import year_of
from exchange.parse.header import HeaderBlock, is_card, is_usable
from exchange.parse.model import FindingLog, Place, PlacedFinding, ReadRow, SheetReport, column_letter
from exchange.parse.profile import name_column
from exchange.parse.remembered import Answer
from exchange.parse.source import HEAD_ROWS, RowSource
from exchange.parse.tables import BookContext, heading_month
from exchange.parse.unread import no_table, says_none, why_unread
from exchange.parse.walk import SheetWalk, find_table
from exchange.raw import RawBook, RawSheet, RawValue, SheetState
from exchange.reference import Reference
from exchange.sheets import Kind
from exchange.sheets.template import is_own
from projects.findings import Finding, Severity
from projects.values import Month


@dataclass(slots=True)
class _Opened:
    walk: SheetWalk
    heading_month: int | None
    report: SheetReport


@dataclass(slots=True)
class Reading:
    """A workbook understood: kind, period and sheets are known at once; walk `rows()` once to read it all and complete `findings`."""

    filename: str
    reference: Reference
    sheets: list[SheetReport] = field(default_factory=list)
    findings: FindingLog = field(default_factory=FindingLog)
    report_period: Month | None = None
    periods: frozenset[Month] = frozenset()
    walks: list[SheetWalk] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """One of the kinds of sheet, `mixed`, or `unknown`."""
        kinds = {table.kind for sheet in self.sheets for table in sheet.tables}
        if not kinds:
            return "unknown"
        return str(next(iter(kinds)).value) if len(kinds) == 1 else "mixed"

    @property
    def has_several_periods(self) -> bool:
        """Tell whether rows of different months stand side by side: a sheet for each month, or a column of months."""
        return len(self.periods) > 1 or any("period" in table.by_field for sheet in self.sheets for table in sheet.tables)

    def rows(self) -> Iterator[ReadRow]:
        """The project rows of all sheets. Their own findings are in the log when the row is given."""
        for walk in self.walks:
            yield from walk.rows()
        self._report_empty()

    def _report_empty(self) -> None:
        """A table without a row is never taken for a good report: nobody can tell an empty form from a lost one."""
        tables = [sheet for sheet in self.sheets if sheet.read and sheet.tables]
        has_rows = any(sheet.rows for sheet in tables)
        for sheet in tables:
            if not sheet.rows and not (has_rows and sheet.says_none):
                severity = Severity.REASON if has_rows else Severity.BLOCKS
                where = Place(sheet.name, sheet.tables[0].header_bottom)
                self.findings.add(PlacedFinding(Finding("no_rows", severity, None, {"sheet": sheet.name or self.filename}), where))


def read_workbook(
    book: RawBook, reference: Reference, expected: Month | None = None, sender: str | None = None, answers: Sequence[Answer] = ()
) -> Reading:
    """Understand the heads of all sheets. `expected` and `sender` are the period and the unit the sender chose, used where the file names none;
    `answers` what was answered about headings that nobody knows."""
    reading = Reading(book.filename, reference)
    taken = [(sheet, source) for sheet, source in ((sheet, RowSource(sheet)) for sheet in book.sheets) if not _is_own(sheet, source)]
    sources = [source for _, source in taken]
    found_year = next((year for text in _naming_texts(book, sources) if (year := year_of(text)) is not None), None)
    context = BookContext(book.filename, reference, expected, found_year, tuple(answers), reference.place(sender) if sender else None)
    opened: list[_Opened] = []
    for sheet, source in taken:
        report = SheetReport(sheet.name, sheet.state.value)
        reading.sheets.append(report)
        if sheet.state is not SheetState.VISIBLE:
            _leave_hidden(reading, report, source)
            continue
        block = _table_block(sheet, source)
        if block is None:
            _explain(reading, report, sheet, source)
            continue
        report.says_none = says_none(source.peek(block.bottom - source.number + 20))
        walk = SheetWalk(sheet, source, block, context, report, reading.findings)
        reading.walks.append(walk)
        opened.append(_Opened(walk, heading_month(block), report))
        _report_hidden(reading, sheet, walk)
    if not opened:
        _report_nothing(reading)
    _settle_periods(reading, opened, expected)
    return reading


def _is_own(sheet: RawSheet, source: RowSource) -> bool:
    """Stamp, lists, instructions and findings that we put into the workbook ourselves."""
    first = next(iter(source.peek(1)), ())
    return is_own(sheet.name, sheet.state, first)


def _naming_texts(book: RawBook, sources: Sequence[RowSource]) -> Iterator[str]:
    for source in sources:
        for row in source.peek(4):
            # Long enough for a title or heading, and with a 年: a code or a date in the first rows names no report year.
            yield from (cell for cell in row[:40] if type(cell) is str and 9 <= len(cell) < 200 and "年" in cell)
    yield re.sub(r"\.\w+$", "", book.filename)


def _table_block(sheet: RawSheet, source: RowSource) -> HeaderBlock | None:
    block = find_table(sheet, source, sheet.name or "")
    if block is None or not is_usable(block):
        return None
    rows = source.peek(block.bottom - source.number + 60)
    below = rows[block.bottom - source.number :]
    if is_card(rows, block.top - source.number - 1):
        return None
    if "name" not in block.fields:
        bare = [index for index, meaning in enumerate(block.meanings) if meaning.field is None and not meaning.ignored]
        width = len(block.paths)
        bare += range(width, width + 3)
        if name_column(below, bare) is None:
            return None
    return block


# --- sheets that are not read ---


def _leave_hidden(reading: Reading, report: SheetReport, source: RowSource) -> None:
    report.read, report.reason = False, "sheet_hidden"
    if any(not is_empty(cell) for row in source.peek(30) for cell in row[:60]):
        reading.findings.add(PlacedFinding(Finding("hidden_sheet", Severity.REASON, None, {"name": report.name}), Place(report.name)))


def _explain(reading: Reading, report: SheetReport, sheet: RawSheet, source: RowSource) -> None:
    """Say why a sheet is not read, in words a clerk can act on."""
    why = why_unread(sheet.name or "", source.peek(60), reading.reference)
    report.read, report.reason = False, why.code
    if why.code == "sheet_card":
        reading.findings.add(PlacedFinding(no_table(why), Place(report.name)))
    elif why.code not in {"sheet_empty", "sheet_no_rows"}:
        reading.findings.add(PlacedFinding(why, Place(report.name)))


def _report_nothing(reading: Reading) -> None:
    """No sheet holds a project list: say so, and why, on each sheet that holds something."""
    blocked = {placed.place.sheet for placed in reading.findings if placed.finding.code == "no_table"}
    reasons = {report.reason for report in reading.sheets}
    told = {placed.place.sheet: placed.finding for placed in reading.findings if placed.finding.code in reasons}
    left = [report for report in reading.sheets if report.reason not in {"sheet_hidden", "sheet_empty", "sheet_no_rows"}]
    for report in left or reading.sheets[:1]:
        if report.name not in blocked:
            why = told.get(report.name) or Finding(report.reason or "sheet_empty", Severity.INFO)
            reading.findings.add(PlacedFinding(no_table(why), Place(report.name)))
    reading.findings.entries = [placed for placed in reading.findings if placed.finding is not told.get(placed.place.sheet)]


# --- hidden rows and columns ---


def _report_hidden(reading: Reading, sheet: RawSheet, walk: SheetWalk) -> None:
    """Hidden rows and columns are read; say so once for the sheet."""
    table = walk.report.tables[0]
    columns = [column for column in table.columns if column.index + 1 in sheet.hidden_columns and (column.heading or column.field)]
    rows = sorted(number for number in sheet.hidden_rows if number > table.header_bottom)
    sample = walk.source.peek(HEAD_ROWS)
    filled = [number for number in rows if _is_filled(sample, number - walk.source.number - 1)]
    if not columns and not filled:
        return
    params = _hidden_words([column.letter for column in columns], filled)
    field_name = columns[0].field if columns else None
    letter = columns[0].letter if columns else None
    where = Place(sheet.name, None, letter, columns[0].heading if columns else "")
    reading.findings.add(PlacedFinding(Finding("hidden_data", Severity.REASON, field_name, params), where))


def _hidden_words(columns: Sequence[str], rows: Sequence[int]) -> dict[str, object]:
    """What is hidden, in both languages: C、F列和第6、7行."""
    some = "、".join(map(str, rows[:8])) + ("等" if len(rows) > 8 else "")
    zh = [f"{'、'.join(columns)}列"] * bool(columns) + [f"{len(rows)}行（第{some}行）"] * bool(rows)
    en = [f"Columns {', '.join(columns)}"] * bool(columns) + [
        f"{len(rows)} rows ({', '.join(map(str, rows[:8]))}{'…' if len(rows) > 8 else ''})"
    ] * bool(rows)
    return {"hidden_zh": "和".join(zh), "hidden_en": " and ".join(en), "columns": "、".join(columns), "rows": len(rows)}


def _is_filled(sample: Sequence[Sequence[RawValue]], position: int) -> bool:
    """Tell whether a hidden row holds anything; rows beyond the look ahead are taken to, rows beyond the sheet do not."""
    if position >= len(sample):
        return len(sample) >= HEAD_ROWS
    return position >= 0 and any(not is_empty(cell) for cell in sample[position])


# --- periods ---


def _settle_periods(reading: Reading, opened: list[_Opened], expected: Month | None) -> None:
    """Give the book its month, and speak up where a title, a sheet name or a heading names another."""
    monthly = [one for one in opened if one.report.tables[0].kind is Kind.MONTHLY]
    votes = Counter(month for one in monthly if (month := one.heading_month or _named_month(one)) is not None)
    main = votes.most_common(1)[0][0] if votes else None
    for one in monthly:
        _settle_period(reading, one, main)
    periods = [table.period for one in opened for table in one.report.tables if table.period is not None]
    reading.periods = frozenset(periods)
    # Of several months the file is the report of the last; one odd sheet does not make it that.
    named = {table.period for one in opened for table in one.report.tables if table.period is not None and one.walk.reader.context.name_month}
    reading.report_period = (max(named) if len(named) > 1 else Counter(periods).most_common(1)[0][0]) if periods else expected
    if reading.report_period is None and opened:
        context = opened[0].walk.reader.context
        month = context.title_month or context.name_month or context.file_month
        reading.report_period = Month(context.year, month) if month and context.year else None


def _named_month(one: _Opened) -> int | None:
    context = one.walk.reader.context
    return context.title_month or context.name_month or context.file_month


def _settle_period(reading: Reading, one: _Opened, main: int | None) -> None:
    """Months inside one sheet must agree; a sheet that is named for another month than the book's is of that month."""
    context, table = one.walk.reader.context, one.report.tables[0]
    own = one.heading_month or context.name_month or (main if context.title_month is None else None) or context.title_month
    if one.heading_month is None and context.name_month is None and main is not None and context.title_month not in {None, main}:
        own = main
    for source, month in (("title", context.title_month), ("sheet_name", context.name_month), ("file_name", context.file_month)):
        if month is None or own is None or month == own:
            continue
        if source == "file_name" and len(reading.walks) > 1 and context.name_month is not None:
            continue
        row = context.title_row if source == "title" else None
        raw = context.title if source == "title" else (table.sheet or "")
        place = Place(table.sheet, row, column_letter(0) if row else None, "", raw[:120])
        finding = Finding("month_mismatch", Severity.REASON, None, {"said": month, "expected": own, "source": source})
        reading.findings.add(PlacedFinding(finding, place))
        break
    if own is not None and table.period is not None and table.period.month != own:
        table.period = Month(table.period.year, own)
