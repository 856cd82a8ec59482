"""What all cell readers share: the reading, the context of the sheet, empty signs and cells that hold no value. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

from exchange.raw import CellError, LongNumber, OverlongText, RawValue, Uncached
from exchange.reference import Reference
from projects.findings import Finding, Severity
from projects.values import MoneyUnit, PartialDate

CellValue: TypeAlias = str | int | Decimal | PartialDate | tuple[PartialDate | None, PartialDate | None] | None


@dataclass(slots=True)
class CellReading:
    """A value with what is to be said of it; `shown` tells how a cell that is not literal was read; `also` holds values of other fields."""

    value: CellValue = None
    findings: tuple[Finding, ...] = ()
    shown: str | None = None
    also: dict[str, CellValue] = field(default_factory=dict)


# (raw value, whether the cell has a percent format) → bare value, or a CellReading when there is something to say.
FieldReader: TypeAlias = Callable[[RawValue, bool], "CellValue | CellReading"]


@dataclass(frozen=True, slots=True)
class ReadContext:
    """What a reader must know of the sheet around its cell."""

    reference: Reference
    unit: MoneyUnit = MoneyUnit.WAN
    year: int | None = None  # the report year, for dates written without one
    padded_months: bool = False  # the column writes 2020.03, so that a bare 2020.1 is October
    fractions: bool = False  # a share column without percent format whose values are parts of one


EMPTY_SIGNS = frozenset(["", "-", "--", "---", "—", "——", "———", "―", "–", "－", "－－", "─", "──", "/", "//", "\\", "／", "＼", "·", "…", "……", "_"])


# What a failed formula leaves behind when the sheet is saved as text.
ERROR_SIGNS = frozenset(["#REF!", "#DIV/0!", "#N/A", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "########"])


def is_empty(raw: RawValue) -> bool:
    """Tell whether a cell means nothing: blank, white space, or a dash or stroke put in its place."""
    if raw is None:
        return True
    if type(raw) is str:
        return not raw or raw in EMPTY_SIGNS or raw.strip("\u200b\ufeff \t\r\n\u3000\xa0") in EMPTY_SIGNS
    return False


def error(code: str, field_name: str, /, **params: object) -> Finding:
    return Finding(code, Severity.BLOCKS, field_name, params)


def warning(code: str, field_name: str, /, **params: object) -> Finding:
    return Finding(code, Severity.REASON, field_name, params)


def info(code: str, field_name: str, /, **params: object) -> Finding:
    return Finding(code, Severity.INFO, field_name, params)


def said(*findings: Finding, value: CellValue = None, shown: str | None = None) -> CellReading:
    return CellReading(value, findings, shown)


def without_value(raw: RawValue, field_name: str) -> CellReading | None:
    """Answer for the cells that no reader can read: formula errors, formulas never calculated, overlong text."""
    if type(raw) is CellError or (type(raw) is str and raw.strip() in ERROR_SIGNS):
        return said(error("formula_error", field_name, text=raw.text if isinstance(raw, CellError) else str(raw)))
    if type(raw) is Uncached:
        return said(error("formula_no_cache", field_name))
    if type(raw) is OverlongText:
        return said(error("text_too_long", field_name, length=raw.length))
    return None


def plain_text(raw: RawValue) -> str:
    """The cell as half-width text without outer space, for readers of numbers, dates and codes."""
    if type(raw) is str:
        return unicodedata.normalize("NFKC", raw).strip("\u200b\ufeff \t\r\n'`\u2018\u2019\"\u201c\u201d")
    return shown_raw(raw)


def shown_raw(raw: RawValue, limit: int = 120) -> str:
    """The cell as a person would quote it in a message."""
    if raw is None:
        return ""
    if isinstance(raw, CellError | LongNumber):
        return raw.text[:limit]
    if isinstance(raw, OverlongText):
        return raw.beginning[:limit] + "…"
    if isinstance(raw, Uncached):
        return ""
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e15:
        return str(int(raw))
    text = str(raw)
    return text if len(text) <= limit else text[:limit] + "…"
