"""Walk the rows of one sheet: tables one after another, sections, totals, project rows. Pure and streaming."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal

from exchange.cells import CellReading, is_empty, plain_number
from exchange.cells.text import as_text
from exchange.parse.carry import Carried, Carry
from exchange.parse.header import HeaderBlock, find_header, header_at, is_column_numbers, is_usable
from exchange.parse.model import FindingLog, Place, PlacedFinding, ReadRow, RowKind, SheetReport
from exchange.parse.profile import repeats_blank_below
from exchange.parse.rowkinds import PROJECT, Classified, Section, classify, count_of, looks_like_title, serial_text
from exchange.parse.rows import RowReader, Surroundings, money_values
from exchange.parse.source import RowSource
from exchange.parse.tables import BookContext, OpenedTable, open_table
from exchange.parse.totals import Claim, Mismatch, Totals
from exchange.raw import CellError, RawSheet, RawValue
from exchange.reference import folded
from exchange.sheets import meaning_of
from projects.findings import Finding, Severity

_SUSPICIOUS = re.compile(r"[合小总共累]\s*计|示例|样例|范例|^\s*[注备说例示填其样(（【\[]|项目名称|工程名称|[:：]\s*$")
_STICKY = frozenset(["district", "program", "sector", "batch", "responsible_unit"])
_ONE_WAN = Decimal(1)


class SheetWalk:
    """Reads one sheet from its first heading on. `rows()` may be walked once."""

    def __init__(self, sheet: RawSheet, source: RowSource, block: HeaderBlock, book: BookContext, report: SheetReport, log: FindingLog) -> None:
        self.sheet, self.source, self.book, self.report, self.log = sheet, source, book, report, log
        self.above: list[tuple[int, Sequence[RawValue]]] = []
        self.opened: OpenedTable | None = None
        self.last_project = 0  # row of the last project, or of what goes on with it
        self.of_which = 0  # row of the last 其中
        self.package = ""  # serial of the last project that may be a package
        self._open(block, None)

    # --- tables ---

    def _open(self, block: HeaderBlock, last: OpenedTable | None) -> None:
        """Begin a table whose heading block is the next rows of the source (or rows before them were taken as `above`)."""
        lines = self.source.take(block.top - self.source.number - 1)
        self.above.extend(lines)
        self.source.take(block.bottom - block.top + 1)
        sample = self.source.peek(200)
        merges = self.sheet.merges
        opened = open_table(block, self.above, sample, self.sheet, self.book, last.context if last else None)
        self._note_above(opened, lines, block)
        self.opened = opened
        self.report.tables.append(opened.table)
        for finding in opened.findings:
            self.log.add(finding)
        self.shape = opened.shape
        self.reader = RowReader(opened.table, self.sheet, self.book.reference, opened.context, self._surroundings(opened))
        self.money_fields = [column.field or "" for column in opened.money]
        self.money_at = [column.index for column in opened.money]
        self.totals = Totals([max(_ONE_WAN, column.unit.wan * Decimal("0.0101") if column.unit else _ONE_WAN) for column in opened.money])
        sticky = frozenset(
            column.index for column in opened.table.columns if column.field in _STICKY and not merges and repeats_blank_below(sample, column.index)
        )
        read_columns = [column.index for column in opened.table.columns if column.reader is not None]
        self.carry = Carry.over(merges, block.bottom + 1, read_columns, frozenset(self.money_at), sticky)
        self.above = []
        self.stat_table = False
        ahead = self.source.peek(1)
        if ahead and is_column_numbers(ahead[0], self.shape.name):
            self.source.take(1)
            self.report.skip(self.source.number, RowKind.COLUMN_NUMBERS)

    def _note_above(self, opened: OpenedTable, lines: list[tuple[int, Sequence[RawValue]]], block: HeaderBlock) -> None:
        for number, row in lines:
            texts = [cell for cell in row if type(cell) is str and cell.strip()]
            if not texts:
                self.report.skip(number, RowKind.BLANK)
            elif number == opened.context.title_row:
                self.report.skip(number, RowKind.TITLE)
            else:
                self.report.skip(number, RowKind.COVER if re.match(r"附[件表]", texts[0].strip()) else RowKind.UNIT)
        for number in range(block.top, block.bottom + 1):
            self.report.skip(number, RowKind.HEADER)

    def _surroundings(self, opened: OpenedTable) -> Surroundings:
        context = opened.context
        name = folded(self.sheet.name or "").removesuffix("项目")
        known = self.book.reference
        return Surroundings(
            place=context.place,
            place_source=context.place_source,
            place_row=context.title_row if context.place_source == "title" else None,
            is_city=name in known.own_words,
            batch=context.batch,
            sector=name if name in known.emerging or name in known.sectors else None,
            stage=name if name in known.stages else None,
        )

    # --- rows ---

    def rows(self) -> Iterator[ReadRow]:
        """All project rows of the sheet, in order."""
        for number, row in self.source:
            found = self._row(number, row)
            if found is not None:
                self.report.rows += 1
                for placed in found.findings:
                    self.log.add(placed)
                yield found
        self._close_table()

    def _row(self, number: int, row: Sequence[RawValue]) -> ReadRow | None:
        shape = self.shape
        name = row[shape.name] if len(row) > shape.name else None
        if type(name) is not str or self.stat_table or shape.serial is None or len(row) <= shape.serial:
            return self._other_row(number, row)
        if not _is_whole(row[shape.serial]) or len(name) < 3 or _SUSPICIOUS.search(name):
            return self._other_row(number, row)
        repeated = self.carry.repeat(row)
        carried = None if self.carry.idle else self.carry.apply(number, repeated)
        return self._project(number, repeated if carried is None else carried.row, carried, PROJECT)

    def _other_row(self, number: int, row: Sequence[RawValue]) -> ReadRow | None:
        if self._begins_table(number, row):
            return None
        if self.stat_table:
            self.report.skip(number, RowKind.STAT_TABLE)
            self.above.append((number, row))
            return None
        original = row
        inside_name = self.carry.covers(self.shape.name, number) and _blank_at(row, self.shape.name) and self._serial_blank(row)
        carried = self.carry.apply(number, self.carry.repeat(row))
        if inside_name and not all(is_empty(cell) for cell in row):
            self.report.skip(number, RowKind.CONTINUATION)
            return None
        what = classify(original, self.shape)
        if what.kind is RowKind.SECTION and self._is_page_head(original):
            what = Classified(RowKind.TITLE)
        if what.kind is None:
            return self._project(number, carried.row, carried, what)
        self._skip(number, original, what)
        return None

    def _is_page_head(self, row: Sequence[RawValue]) -> bool:
        """The title printed again on a new page, or the title of the next table: no section."""
        text = folded("".join(cell for cell in row if type(cell) is str))
        if self.opened is not None and text == folded(self.opened.context.title):
            return True
        following = next((one for one in self.source.peek(4) if any(not is_empty(cell) for cell in one)), ())
        labels = [folded(cell) for cell in following if type(cell) is str and cell.strip()]
        return looks_like_title(row) and len(labels) > 2 and sum(label in self.shape.labels for label in labels) * 2 > len(labels)

    def _serial_blank(self, row: Sequence[RawValue]) -> bool:
        return self.shape.serial is None or _blank_at(row, self.shape.serial)

    def _project(self, number: int, row: Sequence[RawValue], carried: Carried | None, what: Classified) -> ReadRow:
        result = self.reader.read(number, row, carried, is_child=self._is_child(row, what))
        if self.reader.sheet_findings or self.carry.repeated:
            self._tell_beside(result)
        if what.marks:
            result.values["marks"] = f"{result.values.get('marks') or ''}{what.marks}"
        if carried is not None:
            bottom = self.carry.bottom_of(self.shape.name, number)
            result.row_end = bottom if bottom and not _blank_at(row, self.shape.name) else None
        amounts = money_values(result, self.money_fields)
        totals = self.totals
        if result.is_child:
            totals.add_child(amounts)
        else:
            totals.rows += 1
            sums = totals.sums
            for position, value in enumerate(amounts):
                if value is not None:
                    sums[position] += value
                elif result.findings and not is_empty(result.raw[self.money_at[position]]):  # type: ignore[arg-type]
                    totals.unread[position] += 1
        self.carry.previous = row
        self.last_project = number
        if self.above:
            self.above = []
        return result

    def _tell_beside(self, result: ReadRow) -> None:
        """What the row made known of its sheet; and a cell that says 同上 was read as the value above, which is shown with the row."""
        for placed in self.reader.sheet_findings:
            self.log.add(placed)
        self.reader.sheet_findings.clear()
        repeated, self.carry.repeated = self.carry.repeated, ()
        for column in result.table.columns:
            if column.index in repeated and column.field and (value := result.raw[column.index]) is not None:
                result.shown[column.field] = f"{as_text(value)}（同上）"  # type: ignore[arg-type]
            elif column.index in repeated and column.field:
                self._say(Finding("ditto_of_nothing", Severity.INFO, column.field), result.row, column.index, ())

    def _is_child(self, row: Sequence[RawValue], what: Classified) -> bool:
        """A part of a packaged project follows its package: 1.1 after 1, (1) or ① after any row of the same section."""
        if self.shape.serial is None:
            return False
        raw = row[self.shape.serial] if len(row) > self.shape.serial else None
        serial = serial_text(raw).strip("★☆▲△●○*")
        if not what.is_child:
            self.package = serial
            return False
        head = re.split(r"[.．\-－—]", serial)[0]
        return bool(self.package) and (head == self.package or not head.isdecimal())

    def _skip(self, number: int, row: Sequence[RawValue], what: Classified) -> None:
        what = self._part_of_total(number, what)
        kind = what.kind or RowKind.ORPHAN
        if kind is RowKind.ORPHAN and self._goes_on(number, row):
            kind = RowKind.CONTINUATION
        if kind is RowKind.CONTINUATION:
            self.last_project = number
        if kind is RowKind.NOTE and looks_like_title(row):
            kind = RowKind.TITLE
        self.report.skip(number, kind)
        self.above = [*self.above[-7:], (number, row)]
        if kind is RowKind.SECTION and what.section is not None:
            self.package = ""
            self._section(number, row, what.section)
        elif kind in {RowKind.TOTAL, RowKind.SUBTOTAL}:
            claim = self._claim(number, row, what.label)
            self._report_totals(self.totals.total(claim, is_part=kind is RowKind.SUBTOTAL))
        elif kind is RowKind.ORPHAN:
            index = next((index for index, cell in enumerate(row) if not is_empty(cell)), 0)
            self._say(Finding("orphan_row", Severity.REASON, None), number, index, row)

    def _goes_on(self, number: int, row: Sequence[RawValue]) -> bool:
        """Words with figures right below a project go on with it (its sources of money, row by row); bare figures belong to nothing."""
        filled = [cell for cell in row if not is_empty(cell)]
        return number == self.last_project + 1 and len(filled) >= 2 and any(type(cell) is str and plain_number(cell) is None for cell in filled)

    def _part_of_total(self, number: int, what: Classified) -> Classified:
        """A plain label right under 其中：在建项目 is its second part, not a section."""
        follows = self.of_which == number - 1
        if what.kind is RowKind.SECTION and follows and what.section is not None and what.section.style == "plain":
            what = Classified(RowKind.TOTAL, f"其中：{what.label.strip()}")
        if what.kind is RowKind.TOTAL and what.label.startswith("其中"):
            self.of_which = number
        return what

    # --- sections and totals ---

    def _section(self, number: int, row: Sequence[RawValue], section: Section) -> None:
        claim = self._claim(number, row, section.label, section.count)
        self._report_totals(self.totals.open_section(section, claim if claim.values or claim.count is not None else None))
        around = self.reader.surroundings
        reference = self.book.reference
        place = reference.place(section.label)
        if place is not None and place.district is not None:
            around.place, around.place_source, around.place_row = place, "section", number
            return
        labels = [_sector_label(one.section.label, reference.sectors) for one in self.totals.sections]
        around.stage = next((label for label in reversed(labels) if label in reference.stages), None)
        around.nature = None if around.stage else next((label for label in reversed(labels) if label in reference.natures), None)
        sectors = [label for label in labels if label not in reference.stages and label not in reference.natures and reference.place(label) is None]
        around.sector = sectors[-1] if sectors else None

    def _claim(self, number: int, row: Sequence[RawValue], label: str, count: int | None = None) -> Claim:
        values: dict[int, Decimal] = {}
        for position, (column, index) in enumerate(zip(self.opened.money if self.opened else (), self.money_at, strict=True)):
            raw = row[index] if index < len(row) else None
            if raw is None or column.reader is None:
                continue
            if isinstance(raw, CellError):
                self._say(Finding("formula_error", Severity.BLOCKS, column.field, {"text": raw.text}), number, index, row)
            value = column.reader(raw, False)
            value = value.value if isinstance(value, CellReading) else value
            if isinstance(value, Decimal):
                values[position] = value
        stated, count_at = count_of(label, row, self.shape)
        first_text = next((index for index, cell in enumerate(row) if type(cell) is str and cell.strip()), 0)
        return Claim(number, label, values, stated if count is None else count, first_text if count_at is None else count_at)

    def _report_totals(self, wrong: list[Mismatch]) -> None:
        for one in wrong:
            if one.position is None:
                params: dict[str, object] = {"label": one.claim.label, "stated": int(one.stated), "found": int(one.found)}
                self._say(Finding("count_mismatch", Severity.REASON, None, params), one.claim.row, one.claim.label_index, ())
                continue
            column = self.opened.money[one.position] if self.opened else None
            params = {
                "label": one.claim.label,
                "stated": f"{one.stated.normalize():f}",
                "found": f"{one.found.normalize():f}",
                "difference": f"{(one.stated - one.found).normalize():f}",
            }
            field = column.field if column else None
            if one.unread:
                said = Finding("total_open", Severity.INFO, field, {**params, "unread": one.unread})
                self._say(said, one.claim.row, self.money_at[one.position], ())
                continue
            self._say(Finding("total_mismatch", Severity.BLOCKS, field, params), one.claim.row, self.money_at[one.position], ())

    def _say(self, finding: Finding, number: int, index: int, row: Sequence[RawValue]) -> None:
        columns = self.opened.table.columns if self.opened else ()
        heading = columns[index].heading if index < len(columns) else ""
        letter = columns[index].letter if index < len(columns) else None
        raw = str(row[index])[:120] if index < len(row) and row[index] is not None else ""
        self.log.add(PlacedFinding(finding, Place(self.sheet.name, number, letter, heading, raw)))

    def _close_table(self) -> None:
        if not self.stat_table:
            self._report_totals(self.totals.finish())

    # --- another table below ---

    def _begins_table(self, number: int, row: Sequence[RawValue]) -> bool:
        """Begin the next table if this row is the top of other headings; a heading of no project list begins a statistics table."""
        texts = [cell for cell in row if cell is not None and not is_empty(cell)]
        if len(texts) < 3 or not all(type(cell) is str for cell in texts):
            return False
        folded_texts = [folded(str(text)) for text in texts]
        if not self.stat_table and all(text in self.shape.labels for text in folded_texts):
            return False
        known = sum(1 for text in folded_texts if len(text) <= 30 and (meaning_of((text,)).field or meaning_of((text,)).ignored))
        if known < 2 or known * 2 < len(folded_texts):
            return False
        title = f"{self.sheet.name or ''}|{self.opened.context.title if self.opened else ''}"
        block = header_at([row, *self.source.peek(8)], 0, number, self.sheet.merges, title)
        if block is None:
            return False
        self._close_table()
        if is_usable(block) and "name" in block.fields:
            self._restart(number, row, block)
            return True
        self.stat_table = True
        return False

    def _restart(self, number: int, row: Sequence[RawValue], block: HeaderBlock) -> None:
        depth = block.bottom - block.top
        self.source.take(depth)
        moved = HeaderBlock(self.source.number + 1, self.source.number, block.paths, block.meanings, block.lean, block.spans)
        last = self.opened
        self._open(moved, last)
        table = self.report.tables[-1]
        table.header_top, table.header_bottom = number, number + depth
        for header_row in range(number, number + depth + 1):
            self.report.skip(header_row, RowKind.HEADER)


def _sector_label(label: str, sectors: AbstractSet[str]) -> str:
    """交通工程 heads the works of 交通, where that is the sector's name."""
    bare = label.removesuffix("工程")
    return bare if bare in sectors else label


def _is_whole(serial: RawValue) -> bool:
    return type(serial) is int or (type(serial) is float and serial.is_integer()) or (type(serial) is str and serial.isdecimal())


def _blank_at(row: Sequence[RawValue], index: int) -> bool:
    return index >= len(row) or is_empty(row[index])


def find_table(sheet: RawSheet, source: RowSource, title: str) -> HeaderBlock | None:
    """The first heading block of a project list in the sheet, if there is one."""
    return find_header(source.peek(70), source.number + 1, sheet.merges, title)
