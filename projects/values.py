"""Values of the field: project code, credit code, month, partly known date, money in 万元, land. Pure.

Each value knows its own form and nothing of where it was typed. Money is `Decimal` 万元 in Python and a whole number of 分 in the
database; 1 万元 = 1,000,000 分, so six decimals are exact.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import total_ordering
from itertools import accumulate, pairwise

# --- 投资项目统一代码 -------------------------------------------------------------------------------------------------------------

DASHES = "‐‑‒–—―−﹘﹣－─━➖⁃˗ー"
_DASH = re.compile(rf"[{DASHES}~_]+")
_BOUNDARIES = (4, 10, 12, 14, 20)  # where the five segments end
_OLD_CODE = re.compile(r"(201[5-9]|202[01])-(\d{6})-(\d{2})-(\d{2})-(\d{5,6})", re.ASCII)
_NEW_CODE = re.compile(r"(2\d)(0[1-9]|1[0-2])-(\d{6})-(\d{2})-(\d{2})-(\d{6})", re.ASCII)
_CODE_SHAPE = re.compile(r"\d{4}-\d{6}-\d{2}-\d{2}-\d{6}", re.ASCII)


def fold_dashes(text: str) -> str:
    """Make every dash-like sign the plain hyphen."""
    return _DASH.sub("-", text)


def normalise_code(text: str) -> str:
    """Give a project code its written form: half-width, plain hyphens, no spaces, 20 bare digits split 4-6-2-2-6."""
    plain = re.sub(r"[\s\u200b-\u200f\ufeff]+", "", unicodedata.normalize("NFKC", text))
    plain = fold_dashes(plain.replace("一", "-")).strip("-'`\u2018\u2019").upper()
    digits = plain.replace("-", "")
    if len(digits) == _BOUNDARIES[-1] and digits.isascii() and digits.isdigit() and _hyphens_stand_right(plain):
        return "-".join(digits[start:end] for start, end in pairwise((0, *_BOUNDARIES)))
    return plain


def _hyphens_stand_right(plain: str) -> bool:
    """Hyphens may be missing, but one in a wrong place says that digits are missing or too many."""
    ends = set(accumulate(len(segment) for segment in plain.split("-")))
    return ends <= set(_BOUNDARIES)


class CodeForm(StrEnum):
    """Which coding rule made the code; Qingdao switched on 2020-11-01."""

    OLD = "old"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class ProjectCode:
    """A 投资项目统一代码 of the old form (year first) or the new one (yymm first)."""

    text: str
    form: CodeForm

    @classmethod
    def parse(cls, text: str) -> ProjectCode | None:
        """Read a code however it is punctuated, or None if it fits neither form."""
        found = cls._written(text)  # most codes are written as they should be
        return cls._written(normalise_code(text)) if found is None else found

    @classmethod
    def _written(cls, code: str) -> ProjectCode | None:
        if _OLD_CODE.fullmatch(code):
            return cls(code, CodeForm.OLD)
        return cls(code, CodeForm.NEW) if _NEW_CODE.fullmatch(code) else None

    @staticmethod
    def has_shape(text: str) -> bool:
        """Tell whether the text is 4-6-2-2-6 digits, whatever the digits mean."""
        return _CODE_SHAPE.fullmatch(text) is not None

    @property
    def region(self) -> str:
        """The six digits of the division (or department)."""
        return self.text[5:11]

    @property
    def month(self) -> Month | None:
        """The month a new code was obtained in; an old code tells its year alone."""
        return Month(2000 + int(self.text[:2]), int(self.text[2:4])) if self.form is CodeForm.NEW else None

    @property
    def year(self) -> int:
        return 2000 + int(self.text[:2]) if self.form is CodeForm.NEW else int(self.text[:4])

    @property
    def is_short(self) -> bool:
        """Old codes with a five-digit serial occur on official forms."""
        return len(self.text) == 23

    @property
    def expected_check_digit(self) -> int | None:
        """The last digit a new code should have (ISO 7064 MOD 11,10: found to fit public codes, so only ever a hint)."""
        return code_check_digit(self.text.replace("-", "")[:19]) if self.form is CodeForm.NEW else None

    @property
    def check_digit_fits(self) -> bool:
        expected = self.expected_check_digit
        return expected is None or self.text[-1] == str(expected)

    def __str__(self) -> str:
        return self.text


def code_check_digit(digits: str) -> int:
    """Compute ISO/IEC 7064 MOD 11,10 over the first 19 digits of a new project code."""
    product = 10
    for digit in digits:
        total = (product + int(digit)) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10


# --- 统一社会信用代码 (GB 32100-2015) ----------------------------------------------------------------------------------------------

_USCC_SET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_VALUE = {sign: value for value, sign in enumerate(_USCC_SET)}
_USCC_WEIGHTS = tuple(pow(3, power, 31) for power in range(17))
_USCC = re.compile(r"[1-9A-HJ-NPQRTUWXY][0-9A-HJ-NPQRTUWXY]\d{6}[0-9A-HJ-NPQRTUWXY]{10}", re.ASCII)
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, slots=True)
class CreditCode:
    """A 统一社会信用代码 of lawful form; whether its check characters fit is asked for apart."""

    text: str

    @classmethod
    def parse(cls, text: str) -> CreditCode | None:
        """Read 18 characters of the lawful set, or None."""
        code = cls.normalise(text)
        return cls(code) if _USCC.fullmatch(code) else None

    @staticmethod
    def normalise(text: str) -> str:
        """Half-width, upper case, no spaces or hyphens."""
        plain = re.sub(r"[\s\u200b-\u200f\ufeff]+", "", unicodedata.normalize("NFKC", text))
        return fold_dashes(plain).replace("-", "").strip("'`\u2018\u2019").upper()

    @staticmethod
    def repair(text: str) -> CreditCode | None:
        """Undo the usual typing damage (O for 0, I for 1), if that gives a code whose check character fits."""
        mended = CreditCode.parse(CreditCode.normalise(text).translate(str.maketrans("OI", "01")))
        return mended if mended is not None and mended.check_fits else None

    @property
    def expected_check(self) -> str:
        """The 18th character that the first 17 ask for."""
        total = sum(_USCC_VALUE[sign] * weight for sign, weight in zip(self.text, _USCC_WEIGHTS, strict=False))
        return _USCC_SET[-total % 31]

    @property
    def check_fits(self) -> bool:
        return self.text[17] == self.expected_check

    @property
    def organisation_check_fits(self) -> bool:
        """Check character of the organisation code inside (17th place, GB 11714): a hint."""
        total = sum(int(sign, 36) * weight for sign, weight in zip(self.text[8:16], _ORGANISATION_WEIGHTS, strict=True))
        rest = 11 - total % 11
        return self.text[16] == {10: "X", 11: "0"}.get(rest, str(rest))

    @property
    def region(self) -> str:
        """The division at registration time; a retired one is lawful."""
        return self.text[2:8]

    def __str__(self) -> str:
        return self.text


# --- Months and partly known dates -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month, the period of every report; its text is `2020-06`."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not 1 <= self.month <= 12 or not 1 <= self.year <= 9999:
            raise ValueError(f"no such month: {self.year}-{self.month}")

    @classmethod
    def parse(cls, text: str) -> Month:
        """Read `2020-06`; anything else is a ValueError."""
        found = re.fullmatch(r"(\d{4})-(\d{2})", text)
        if found is None:
            raise ValueError(f"not a month: {text!r}")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> Month:
        return cls(day.year, day.month)

    @property
    def index(self) -> int:
        """Months since year 0, for distance and order in storage."""
        return self.year * 12 + self.month - 1

    @classmethod
    def from_index(cls, index: int) -> Month:
        return cls(index // 12, index % 12 + 1)

    def plus(self, months: int) -> Month:
        return Month.from_index(self.index + months)

    @property
    def previous(self) -> Month:
        return self.plus(-1)

    @property
    def next(self) -> Month:
        return self.plus(1)

    @property
    def quarter(self) -> int:
        return (self.month + 2) // 3

    @property
    def first_day(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def last_day(self) -> date:
        return date(self.year, self.month, monthrange(self.year, self.month)[1])

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


_PARTIAL = re.compile(r"(\d{4})(?:-(?:(\d{2})(?:-(\d{2}))?|Q([1-4])|H([12])))?")


@total_ordering
@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date as precisely as it was given: a day, month, quarter, half-year or year."""

    year: int
    month: int | None = None
    day: int | None = None
    quarter: int | None = None
    half: int | None = None

    def __post_init__(self) -> None:
        given = [part for part in (self.month, self.quarter, self.half) if part is not None]
        if len(given) > 1 or (self.day is not None and self.month is None):
            raise ValueError(f"parts of a date that exclude each other: {self!r}")
        if not 1 <= self.year <= 9999 or self.quarter not in (None, 1, 2, 3, 4) or self.half not in (None, 1, 2):
            raise ValueError(f"no such date: {self.year}")
        if self.month is not None:
            date(self.year, self.month, self.day or 1)

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Read `2020`, `2020-06`, `2020-06-30`, `2020-Q2` or `2020-H1`; anything else is a ValueError."""
        found = _PARTIAL.fullmatch(text)
        if found is None:
            raise ValueError(f"not a date: {text!r}")
        year, month, day, quarter, half = (int(part) if part else None for part in found.groups())
        return cls(year or 0, month, day, quarter, half)

    @classmethod
    def of(cls, day: date) -> PartialDate:
        return cls(day.year, day.month, day.day)

    @property
    def precision(self) -> str:
        """`day`, `month`, `quarter`, `half` or `year`."""
        if self.day is not None:
            return "day"
        return next(
            (name for name in ("month", "quarter", "half") if getattr(self, name) is not None),
            "year",
        )

    @property
    def first_day(self) -> date:
        return date(self.year, self._first_month, self.day or 1)

    @property
    def last_day(self) -> date:
        return date(self.year, self.month or 1, self.day) if self.day is not None else Month(self.year, self._last_month).last_day

    @property
    def _first_month(self) -> int:
        if self.quarter is not None:
            return self.quarter * 3 - 2
        return self.month or (7 if self.half == 2 else 1)

    @property
    def _last_month(self) -> int:
        if self.quarter is not None:
            return self.quarter * 3
        return self.month or (6 if self.half == 1 else 12)

    @property
    def month_text(self) -> str:
        """`2020-06`, or `2020` when no month is known."""
        return f"{self.year:04d}" if self.month is None else f"{self.year:04d}-{self.month:02d}"

    def surely_before(self, other: PartialDate | date) -> bool:
        """Tell whether every day this may mean lies before every day the other may mean."""
        start = other.first_day if isinstance(other, PartialDate) else other
        return self.last_day < start

    def __lt__(self, other: PartialDate) -> bool:
        return (self.first_day, self.last_day) < (other.first_day, other.last_day)

    def __str__(self) -> str:
        if self.quarter is not None:
            return f"{self.year:04d}-Q{self.quarter}"
        if self.half is not None:
            return f"{self.year:04d}-H{self.half}"
        return self.month_text if self.day is None else f"{self.month_text}-{self.day:02d}"


# Excel counts days from 1899-12-30 (its false 29 February 1900 is day 60); the other system from 1904-01-01.
_SERIAL_ZERO = date(1899, 12, 30)


def date_from_serial(serial: float) -> date | None:
    """Turn an Excel day number (1900 system) into a date, or None where Excel itself has none."""
    if not 61 <= serial < 2_958_466:
        return None
    return _SERIAL_ZERO + timedelta(days=int(serial))


# --- Money and land ----------------------------------------------------------------------------------------------------------------

FEN_PER_WAN = 1_000_000
_WAN_PER_FEN = Decimal("0.000001")
_SIX_PLACES = Decimal("0.000001")


class MoneyUnit(StrEnum):
    """Units that lists are written in; the value is the Chinese word."""

    YUAN = "元"
    QIAN = "千元"
    WAN = "万元"
    BAIWAN = "百万元"
    QIANWAN = "千万元"
    YI = "亿元"

    @property
    def wan(self) -> Decimal:
        """How many 万元 one of this unit is."""
        return _WAN_PER[self]


_WAN_PER = dict(zip(MoneyUnit, map(Decimal, ["0.0001", "0.1", "1", "100", "1000", "10000"]), strict=True))


def to_wan(amount: Decimal, unit: MoneyUnit = MoneyUnit.WAN) -> Decimal:
    """Express an amount in 万元, rounded to the 分 (six decimals, half up)."""
    return (amount * unit.wan).quantize(_SIX_PLACES, ROUND_HALF_UP).normalize() + Decimal(0)


def wan_to_fen(amount_wan: Decimal) -> int:
    """Turn 万元 into whole 分, half up."""
    fen = amount_wan * FEN_PER_WAN
    whole = int(fen)
    return whole if whole == fen else int(fen.quantize(Decimal(1), ROUND_HALF_UP))


def fen_to_wan(fen: int) -> Decimal:
    """Turn whole 分 into 万元, exactly."""
    return Decimal(fen) * _WAN_PER_FEN


class LandUnit(StrEnum):
    """Units of land area; the value is the Chinese word."""

    MU = "亩"
    HECTARE = "公顷"
    SQUARE_METRE = "平方米"
    SQUARE_KILOMETRE = "平方公里"


# 1 公顷 = 15 亩 = 10,000 平方米; 1 平方公里 = 100 公顷.
_MU_PER = dict(zip(LandUnit, map(Decimal, ["1", "15", "0.0015", "1500"]), strict=True))


def to_mu(area: Decimal, unit: LandUnit) -> Decimal:
    """Express a land area in 亩, rounded to four decimals."""
    return (area * _MU_PER[unit]).quantize(Decimal("0.0001"), ROUND_HALF_UP)
