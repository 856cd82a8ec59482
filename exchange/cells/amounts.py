"""Readers of money: every way a list writes an amount, brought to 万元. Pure."""

from __future__ import annotations

import math
import re
from decimal import Decimal, InvalidOperation

from exchange.cells.base import (
    CellReading,
    CellValue,
    FieldReader,
    ReadContext,
    error,
    info,
    is_empty,
    plain_text,
    said,
    shown_raw,
    warning,
    without_value,
)
from exchange.cells.numerals import chinese_number
from exchange.raw import LongNumber, RawValue
from projects.values import MoneyUnit, to_wan

# More than ten trillion yuan in one cell is a slip of the unit; what exceeds that again a thousandfold is no amount at all.
LIMIT_WAN = Decimal(1_000_000_000)
ABSURD_WAN = LIMIT_WAN * 1000
NOTHING = frozenset(["无", "空", "没有", "0.0无", "nil", "NIL", "n/a", "N/A", "NA", "none", "None", "null", "NULL"])
_UNIT = r"(亿元|亿|千万元|千万|百万元|百万|万元|万|千元|元)?(?:人民币|整)?"
_NUMBER = r"[-−+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
_BEFORE = r"(?:大约|约为|约|近|将近|超过|超|逾|不低于|不少于|不超过|≥|≤|>|<|~|≈|预计|预估|暂估|估算|暂定|暂|计划|拟|概算|估)"
_AFTER = r"(?:左右|上下|以上|以内|以下|余|多|\+|[(（](?:暂估|估算|暂定|预估|预计|暂|估|约|含税|匡算)[)）])"
_AMOUNT = re.compile(rf"(?P<before>{_BEFORE})*(?:人民币|¥|￥|RMB|CNY)?(?P<number>{_NUMBER})(?P<after1>{_AFTER})?{_UNIT}(?P<after2>{_AFTER})?{_UNIT}")
_COMPOUND = re.compile(r"(\d+(?:\.\d+)?)亿零?(\d+(?:\.\d+)?)万?元?")
_RANGE = re.compile(rf"{_BEFORE}*(\d+(?:\.\d+)?)\s*(?:亿元|亿|万元|万|元)?\s*(?:-+|~+|—+|–|至|到|、|/)\s*(\d+(?:\.\d+)?){_UNIT}(?:左右|之间)?")
_NOTE = re.compile(r"[(（\[][^()（）\]]*[)）\]]$")
_SUM = re.compile(r"\d+(?:\.\d+)?(?:\s*[+＋]\s*\d+(?:\.\d+)?)+")
# A comma parts groups of three digits (or of four, by 万); 12.345,00 is no number of ours.
_SEPARATORS = re.compile(r"(?<=\d)[,，'](?=\d{3,4}(?!\d))|\s+")
_UNITS = {
    "亿元": MoneyUnit.YI,
    "亿": MoneyUnit.YI,
    "千万元": MoneyUnit.QIANWAN,
    "千万": MoneyUnit.QIANWAN,
    "百万元": MoneyUnit.BAIWAN,
    "百万": MoneyUnit.BAIWAN,
    "万元": MoneyUnit.WAN,
    "万": MoneyUnit.WAN,
    "千元": MoneyUnit.QIAN,
    "元": MoneyUnit.YUAN,
}


def plain_number(raw: RawValue) -> Decimal | None:
    """Read a cell that is nothing but a number (thousands separators and full width allowed), or None."""
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int):
        return Decimal(raw)
    if isinstance(raw, float):
        return _of_float(raw, 1) if math.isfinite(raw) else None
    if type(raw) is str:
        text = _SEPARATORS.sub("", plain_text(raw))
        return Decimal(text) if re.fullmatch(r"[-+]?(\d+(\.\d*)?|\.\d+)", text) else None
    return None


def _of_float(number: float, factor: int) -> Decimal:
    """Give the decimal a person typed: six places hold a 分, the binary tail behind them is noise."""
    if number.is_integer():
        return Decimal(int(number) * factor)
    return Decimal(repr(round(number * factor, 6)))


def amount_reader(field: str, context: ReadContext) -> FieldReader:
    """Make a reader of amounts whose bare numbers are in the column's unit; values come out in 万元."""
    unit = context.unit
    factor = int(unit.wan) if unit.wan >= 1 else 0
    highest = int(LIMIT_WAN) // factor if factor else -1

    def read(raw: RawValue, percent: bool) -> CellValue | CellReading:
        # Exact types first: this is the hot path, and a bool must not pass for an int.
        if type(raw) is int and 0 <= raw <= highest:
            return Decimal(raw * factor)
        if type(raw) is float and 0.0 <= raw <= highest and not percent:
            return _of_float(raw, factor)
        if raw is None:
            return None
        return _read_other(raw, field, unit)

    return read


def _read_other(raw: RawValue, field: str, unit: MoneyUnit) -> CellValue | CellReading:
    closed = without_value(raw, field)
    if closed is not None:
        return closed
    if type(raw) is str:
        return None if is_empty(raw) else _read_text(raw, field, unit)
    if isinstance(raw, LongNumber):
        return _read_text(raw.text, field, unit)
    if isinstance(raw, int | float) and not isinstance(raw, bool) and math.isfinite(raw):
        number = Decimal(raw) if isinstance(raw, int) else Decimal(repr(raw))
        return _checked(number, unit, field, shown=None)
    return said(error("amount_not_number", field, raw=shown_raw(raw)))


def _checked(number: Decimal, unit: MoneyUnit, field: str, shown: str | None) -> CellValue | CellReading:
    if abs(number) > ABSURD_WAN * 10_000 or abs(wan := to_wan(number, unit)) > ABSURD_WAN:
        return said(error("amount_too_large", field, raw=str(number), unit=unit.value))
    if abs(wan) > LIMIT_WAN:
        guess, slip = (to_wan(number, MoneyUnit.WAN), "万元") if unit.wan > 1 else (to_wan(number, MoneyUnit.YUAN), "元")
        return said(error("unit_suspect", field, value=plain(wan), guess=plain(guess), slip=slip, beside=plain(LIMIT_WAN)), value=wan)
    if wan < 0:
        return said(error("amount_negative", field, value=plain(wan)), value=wan, shown=shown)
    return CellReading(wan, (), shown) if shown else wan


def _read_text(raw: str, field: str, unit: MoneyUnit) -> CellValue | CellReading:
    text = _SEPARATORS.sub("", plain_text(raw))
    if text in NOTHING:
        return said(info("value_means_nothing", field, raw=raw), value=None)
    match = _AMOUNT.fullmatch(text)
    if match is not None:
        return _read_match(match, raw, field, unit)
    return _read_unusual(text, raw, field, unit)


def _read_match(match: re.Match[str], raw: str, field: str, unit: MoneyUnit) -> CellValue | CellReading:
    try:
        number = Decimal(match["number"].replace("−", "-"))
    except InvalidOperation:
        return said(error("amount_not_number", field, raw=shown_raw(raw)))
    written = match[4] or match[6]
    own_unit = _UNITS[written] if written else unit
    shown = f"{plain(to_wan(number, own_unit))}万元" if written and abs(number) < LIMIT_WAN else None
    result = _checked(number, own_unit, field, shown)
    if match["before"] or match["after1"] or match["after2"]:
        value = result.value if isinstance(result, CellReading) else result
        if isinstance(value, Decimal):
            note = warning("amount_approx", field, raw=shown_raw(raw), value=plain(value))
            before = result.findings if isinstance(result, CellReading) else ()
            return said(*before, note, value=value, shown=f"{plain(value)}万元")
    return result


def _read_unusual(text: str, raw: str, field: str, unit: MoneyUnit) -> CellValue | CellReading:
    """Texts that are no single amount: ranges, two units, brackets, sums, Chinese numerals, words."""
    compound = _COMPOUND.fullmatch(text)
    if compound is not None:
        wan = to_wan(Decimal(compound[1]), MoneyUnit.YI) + Decimal(compound[2])
        return CellReading(wan, (), f"{plain(wan)}万元")
    if re.fullmatch(rf"[(（]{_NUMBER}[)）]", text):
        return _checked(-abs(Decimal(text[1:-1])), unit, field, shown=None)
    if _RANGE.fullmatch(text):
        return said(error("amount_range", field, raw=shown_raw(raw)))
    bare = _NOTE.sub("", text)
    if bare != text and _AMOUNT.fullmatch(bare):
        return _with_note(_read_text(bare, field, unit), raw, field)
    return said(error("amount_not_number", field, raw=shown_raw(raw), guess=_guess(text, unit)))


def _with_note(result: CellValue | CellReading, raw: str, field: str) -> CellReading:
    reading = result if isinstance(result, CellReading) else CellReading(result)
    value = reading.value
    shown = f"{plain(value)}万元" if isinstance(value, Decimal) else None
    return said(*reading.findings, info("amount_with_note", field, raw=shown_raw(raw)), value=value, shown=shown)


def _guess(text: str, unit: MoneyUnit) -> str:
    """What the writer may have meant, for the message only."""
    if _SUM.fullmatch(text):
        return f"{plain(to_wan(sum((Decimal(part) for part in re.split('[+＋]', text)), Decimal(0)), unit))}万元"
    number = chinese_number(re.sub(r"元整?$", "", text))
    if number is None:
        return ""
    return f"{plain(to_wan(Decimal(number), MoneyUnit.YUAN if re.search('[万亿]', text) else unit))}万元"


def plain(number: Decimal) -> str:
    """A decimal without exponent and without trailing zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
