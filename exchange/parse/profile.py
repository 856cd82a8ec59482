"""Look at the first rows of a table to settle what its headings leave open. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from exchange.cells import plain_number
from exchange.parse.header import Rows
from exchange.raw import RawValue
from exchange.reference import Reference, folded
from projects.values import Month

_PADDED = re.compile(r"(?:19|20)\d{2}\.0[2-9]")
_BARE = re.compile(r"(?:19|20)\d{2}\.[2-9]")
_WORDY = re.compile(r"[\u4e00-\u9fff]")


def cells_of(rows: Rows, index: int) -> list[RawValue]:
    """The filled cells of one column."""
    return [row[index] for row in rows if index < len(row) and row[index] is not None and str(row[index]).strip()]


def writes_padded_months(rows: Rows, index: int) -> bool:
    """Tell whether a column writes 2020.03, so that 2020.1 must have been 2020.10."""
    texts = [str(cell) for cell in cells_of(rows, index) if isinstance(cell, str | float)]
    padded = sum(_PADDED.fullmatch(text) is not None for text in texts)
    return padded > 0 and not any(_BARE.fullmatch(text) for text in texts)


def holds_fractions(rows: Rows, index: int) -> bool:
    """Tell whether a share column holds parts of one (0.35) and not percents (35)."""
    numbers = [abs(number) for cell in cells_of(rows, index) if (number := plain_number(cell)) is not None]
    if not numbers:
        return False
    return sorted(numbers)[len(numbers) * 9 // 10] <= Decimal(3)


def looks_like_yi(rows: Rows, index: int) -> bool:
    """Tell whether bare totals are likelier in 亿元: small figures with decimals."""
    numbers = [number for cell in cells_of(rows, index) if (number := plain_number(cell)) is not None and number > 0]
    if not numbers:
        return False
    return sorted(numbers)[len(numbers) // 2] < 300 and any(number != int(number) for number in numbers)


def name_column(rows: Rows, candidates: Sequence[int]) -> int | None:
    """Find the column of names where no heading says so: mostly different Chinese texts of some length."""
    best: tuple[float, int] | None = None
    for index in candidates:
        texts = [cell for cell in cells_of(rows, index) if type(cell) is str and _WORDY.search(cell)]
        if len(texts) < max(2, len(rows) // 3):
            continue
        length = sum(len(folded(text)) for text in texts) / len(texts)
        if not 4 <= length <= 40:
            continue
        rating = len(set(texts)) / len(texts) - index / 100
        if rating > 0.6 and (best is None or rating > best[0]):
            best = (rating, index)
    return None if best is None else best[1]


def is_mostly_places(rows: Rows, index: int, reference: Reference) -> bool:
    """Tell whether a column's cells are districts or zones."""
    texts = [cell for cell in cells_of(rows, index) if type(cell) is str]
    known = sum(reference.place(text) is not None for text in texts)
    return bool(texts) and known * 2 > len(texts)


def looks_planned(months: Sequence[Month], report: Month | None) -> bool:
    """Plain 开工时间 is a plan where the report has no month or any of the dates lies after it."""
    return report is None or any(month > report for month in months)


def cumulative_sense(rows: Rows, column: int, *, prior: int | None, ytd: int | None, plan: int | None, month: int | None) -> str | None:
    """Tell whether 累计完成投资 runs from the year's start or from the project's, by comparing over the rows; None if they don't tell."""
    year = total = 0
    for row in rows:
        value = _number(row, column)
        if value is None or value == 0:
            continue
        before, within = _number(row, prior), _number(row, ytd)
        if before and before > 0:
            total += value >= before + (within or 0)
            year += value < before
        elif within is not None and value != within:
            total += value > within
        elif plan is not None and (planned := _number(row, plan)):
            total += value > planned * Decimal("1.6")
            year += value <= planned
    if total > year * 2 and total >= 2:
        return "cum_total_wan"
    if year > total * 2 and year >= 2:
        return "done_ytd_wan"
    return None


def _number(row: Sequence[RawValue], index: int | None) -> Decimal | None:
    return plain_number(row[index]) if index is not None and index < len(row) else None


def repeats_blank_below(rows: Rows, index: int) -> bool:
    """Tell a column whose value stands only on the first row of each group (merges lost in CSV): mostly blank, starting filled."""
    filled = [index < len(row) and row[index] is not None and bool(str(row[index]).strip()) for row in rows if any(cell is not None for cell in row)]
    return len(filled) >= 4 and filled[0] and 0 < sum(filled) < len(filled) * 0.6
