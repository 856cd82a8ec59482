"""Find the heading rows of a table and spell out what stands over each column. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from exchange.raw import Merge, RawValue
from exchange.reference import folded
from exchange.sheets import Meaning, meaning_of
from exchange.sheets.headings import lean_of, names_unit

SEARCHED_ROWS = 60
MAX_DEPTH = 5
MAX_LABEL = 60
MAX_COLUMNS = 400

_NUMBER_TEXT = re.compile(r"[-+]?[\d,，.]+%?")
_COLUMN_NUMBER = re.compile(r"[甲乙丙丁戊己]|\(?\d{1,2}\)?(?:[=＝].+)?|[①-⑳]|栏次|序号|行次|\d{1,2}[=＝+\-*/×÷\d()（）%]+")
_UNIT_CELL = re.compile(r"[(\[]?(?:单位:?)?(?:万元|亿元|百万元|千元|元|%|亩|公顷|平方米|公里|年|月|个|人|年月)[)\]]?")
_MONEY_FIELDS = re.compile(r"_wan$")


@dataclass(frozen=True, slots=True)
class HeaderBlock:
    """The heading rows of one table (row numbers of Excel) and, by column, its headings from the top down."""

    top: int
    bottom: int
    paths: tuple[tuple[str, ...], ...]
    meanings: tuple[Meaning, ...]
    lean: str | None = None
    spans: tuple[int, ...] = ()  # for each column the column whose merged heading covers it

    @property
    def fields(self) -> set[str]:
        return {meaning.field for meaning in self.meanings if meaning.field}

    @property
    def labels(self) -> frozenset[str]:
        return frozenset(folded(text) for path in self.paths for text in path)

    @property
    def score(self) -> int:
        known = self.fields - {"serial"}
        told_apart = {path for path, meaning in zip(self.paths, self.meanings, strict=True) if path and (meaning.field or meaning.ignored)}
        return 2 * len(known) + 3 * ("name" in known) + len(told_apart)


Rows = Sequence[Sequence[RawValue]]


def find_header(rows: Rows, first_row: int, merges: Sequence[Merge], title: str = "") -> HeaderBlock | None:
    """Find the best heading block among the rows; `first_row` is the Excel number of the first of them."""
    best: HeaderBlock | None = None
    for position in range(min(len(rows), SEARCHED_ROWS)):
        if best is not None and position > best.bottom - first_row and "name" in best.fields and is_usable(best):
            break  # what follows belongs to another table
        if not _may_begin(rows[position]):
            continue
        block = header_at(rows, position, first_row, merges, title)
        if block is not None and (best is None or block.score > best.score):
            best = block
    return best


def header_at(rows: Rows, position: int, first_row: int, merges: Sequence[Merge], title: str = "") -> HeaderBlock | None:
    """Read a heading block that begins at this row: the depth that explains most columns, the least of equals."""
    top = first_row + position
    # What stands above the headings may say what the sheet is about.
    title += "".join(cell for row in rows[:position][-8:] for cell in row[:12] if type(cell) is str and len(cell) < 100)
    near = [merge for merge in merges if top <= merge.top < top + MAX_DEPTH]
    least = max((merge.bottom - top + 1 for merge in near if merge.top == top and merge.bottom - top < MAX_DEPTH), default=1)
    best: HeaderBlock | None = None
    for depth in range(1, MAX_DEPTH + 1):
        if position + depth > len(rows):
            break
        chosen = rows[position : position + depth]
        if depth > least and not _continues(rows[position + depth - 1], best):
            break
        if depth < least:
            continue
        block = _block(chosen, top, near, title)
        if best is None or block.score > best.score or (block.score == best.score and _belongs(chosen[-1], best)):
            best = block
    return best if best is not None and len(best.fields) >= 2 else None


def is_units_row(row: Sequence[RawValue]) -> bool:
    """Tell a row of units under the headings: 万元 | 万元 | %."""
    cells = [folded(str(cell)) for cell in row[:MAX_COLUMNS] if cell is not None and str(cell).strip()]
    return bool(cells) and all(_UNIT_CELL.fullmatch(cell) for cell in cells)


def _belongs(row: Sequence[RawValue], above: HeaderBlock) -> bool:
    """Tell whether all cells of a row stand under headings that span several columns: they are headings too, known or not."""
    if is_units_row(row):
        return True
    filled = [index for index, cell in enumerate(row[: len(above.paths)]) if label_text(cell)]

    def spanned(index: int) -> bool:
        neighbours = [one for one in (index - 1, index + 1) if 0 <= one < len(above.paths)]
        return not above.paths[index] or any(above.spans[one] == above.spans[index] or not above.paths[one] for one in neighbours)

    return len(filled) > 1 and all(spanned(index) for index in filled)


def _may_begin(row: Sequence[RawValue]) -> bool:
    """At least two short texts that are no numbers, one of them a known heading or half of one."""
    labels = [text for text in map(label_text, row[:MAX_COLUMNS]) if text]
    if len(labels) < 2:
        return False
    return sum(1 for text in labels if label_known(text)) >= 2 or any(text in {"项目", "建设起", "序", "工程"} for text in map(folded, labels))


def label_known(text: str) -> bool:
    """Tell whether a text is a heading we know by itself."""
    meaning = meaning_of((text,))
    return meaning.field is not None or meaning.ignored


def label_text(raw: RawValue) -> str:
    """The cell as a heading, or an empty text if it can be none."""
    if type(raw) is str:
        text = raw.strip()
        return text if len(folded(text)) <= MAX_LABEL and not _NUMBER_TEXT.fullmatch(folded(text)) else ""
    if isinstance(raw, int | float) and not isinstance(raw, bool) and 1990 <= raw <= 2100 and raw == int(raw):
        return f"{int(raw)}年"
    return ""


def _continues(row: Sequence[RawValue], above: HeaderBlock | None) -> bool:
    """Tell whether an unmerged row goes on with the headings above it: texts under a spanning heading, or the other half of words."""
    if above is None:
        return False
    filled = [(index, cell) for index, cell in enumerate(row[:MAX_COLUMNS]) if cell is not None and str(cell).strip()]
    if not filled or any(not label_text(cell) for _, cell in filled):
        return False
    if is_units_row(row):
        return True
    new = 0
    for index, cell in filled:
        path = above.paths[index] if index < len(above.paths) else ()
        meaning = above.meanings[index] if index < len(above.meanings) else None
        if not path or above.spans[index] != index:
            new += 1
        elif meaning is not None and meaning.field == "name" and not label_known("".join(path) + str(cell)):
            return False
        elif meaning is not None and meaning.field is None and label_known("".join(path) + label_text(cell)):
            new += 1
    spanned = any(index + 1 < len(above.paths) and (not above.paths[index + 1] or above.spans[index + 1] != index + 1) for index, _ in filled)
    return new > 0 and (spanned or new * 2 >= len(filled)) and not (len(filled) == 1 and filled[0][0] < 2)


def _block(chosen: Rows, top: int, merges: Sequence[Merge], title: str) -> HeaderBlock:
    width = min(max((len(row) for row in chosen), default=0), MAX_COLUMNS)
    grid = [[label_text(row[index]) if index < len(row) else "" for index in range(width)] for row in chosen]
    spans = list(range(width))
    _fill_merged(grid, top, merges, spans)
    _fill_spanning(grid, spans)
    paths = tuple(_path([line[index] for line in grid]) for index in range(width))
    lean = lean_of(title, {"".join(path) for path in paths})
    meanings = tuple(_meaning(path, lean, single=spans.count(spans[index]) == 1) for index, path in enumerate(paths))
    return HeaderBlock(top, top + len(chosen) - 1, paths, meanings, lean, tuple(spans))


def _fill_merged(grid: list[list[str]], top: int, merges: Sequence[Merge], spans: list[int]) -> None:
    for merge in merges:
        line = merge.top - top
        if line >= len(grid) or merge.left > len(spans):
            continue
        text = grid[line][merge.left - 1]
        for index in range(merge.left, min(merge.right, len(spans))):
            if not grid[line][index]:
                grid[line][index] = text
                if line == 0:
                    spans[index] = merge.left - 1


def _fill_spanning(grid: list[list[str]], spans: list[int]) -> None:
    """Without merge information: a blank over a filled cell belongs to the heading at its left."""
    for line in range(len(grid) - 1):
        for index in range(1, len(spans)):
            below = any(grid[lower][index] for lower in range(line + 1, len(grid)))
            above = any(grid[upper][index] for upper in range(line) if not (upper and spans[index] == spans[index - 1]))
            if grid[line][index] or not below or (line and not above):
                continue
            left_below = any(grid[lower][index - 1] for lower in range(line + 1, len(grid)))
            same_parent = all(grid[upper][index] == grid[upper][index - 1] for upper in range(line))
            if grid[line][index - 1] and left_below and same_parent:
                grid[line][index] = grid[line][index - 1]
                if line == 0:
                    spans[index] = spans[index - 1]


def _path(labels: list[str]) -> tuple[str, ...]:
    path: list[str] = []
    for label in labels:
        if label and (not path or folded(path[-1]) != folded(label)):
            path.append(label)
    return tuple(path)


def _meaning(path: tuple[str, ...], lean: str | None, *, single: bool) -> Meaning:
    """Words split over two rows are tried as one where nothing else spans them."""
    if single and len(path) > 1 and not names_unit(path[-1]):
        joined = meaning_of(("".join(path),), lean)
        if joined.field is not None:
            return joined
    meaning = meaning_of(path, lean)
    if meaning.field is None and not meaning.ignored and len(path) > 1:
        joined = meaning_of(("".join(path),), lean)
        return joined if joined.field is not None else meaning
    return meaning


def is_column_numbers(row: Sequence[RawValue], name_index: int) -> bool:
    """Tell a row of 甲|乙|1|2|3=1/2 under the headings."""
    cells = [folded(str(cell)) for cell in row if cell is not None and str(cell).strip()]
    if len(cells) < 3 or name_index >= len(row) or row[name_index] is None:
        return False
    return all(_COLUMN_NUMBER.fullmatch(cell.removesuffix(".0")) for cell in cells)


def is_card(rows: Rows, position: int) -> bool:
    """Tell a card form (labels and values side by side): known headings stand in the first column of several rows."""
    heads = 0
    for row in rows[position : position + 12]:
        texts = [label_text(cell) for cell in row if cell is not None and str(cell).strip()]
        beside = len(texts) >= 2 and label_known(texts[0]) and not label_known(texts[1]) and meaning_of((texts[0],)).field != "serial"
        heads += beside or (len(texts) == 1 and label_known(texts[0]) and sum(cell is not None for cell in row) > 1)
    return heads >= 3


def is_usable(block: HeaderBlock) -> bool:
    """Tell whether the headings are those of a project list: a name, and money or enough else to know a project by."""
    known = block.fields - {"serial"}
    others = known - {"name"}
    money = any(_MONEY_FIELDS.search(name) for name in others)
    words = "".join(folded("".join(path)) for path in block.paths)
    if re.search(r"项目?个数|项目数|(?<!人)数量", words) and len(others) < 6:
        return False
    return (money and len(others) >= 1) or len(others) >= 4
