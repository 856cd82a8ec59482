"""The period of a report: a month, or a half of one where a place asks twice a month. Pure.

Written 2020-06 for the whole month, 2020-06A for its first half (上半月), 2020-06B for its second (下半月). A month that is reported in
halves stands at what its last half says; the whole month, where somebody reports it as such, says the last word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import total_ordering

from projects.values import Month

WHOLE, FIRST_HALF, SECOND_HALF = 0, 1, 2
# In which parts of a month its figures are looked for, the newest first, by the part that is asked for. A half asked for by itself is
# never answered with the other: who has reported the first alone has not reported the second.
PARTS_UP_TO: dict[int, tuple[int, ...]] = {
    WHOLE: (WHOLE, SECOND_HALF, FIRST_HALF),
    SECOND_HALF: (SECOND_HALF,),
    FIRST_HALF: (FIRST_HALF,),
}
_SAID = re.compile(r"[(（]?\s*([上前下后])\s*半\s*个?\s*月\s*[)）]?|(?<=20\d\d[-.]\d\d)([AB])(?![A-Za-z0-9])")
_MARKS = {"": WHOLE, "A": FIRST_HALF, "B": SECOND_HALF}
_SUFFIX = {half: mark for mark, half in _MARKS.items()}
_ZH = {WHOLE: "", FIRST_HALF: "上半月", SECOND_HALF: "下半月"}
_EN = {WHOLE: "", FIRST_HALF: " (first half)", SECOND_HALF: " (second half)"}
FORM_ZH = "2020-06（半月写作 2020-06A 上半月、2020-06B 下半月）"
FORM_EN = "YYYY-MM, e.g. 2020-06 (a half month: 2020-06A or 2020-06B)"


@total_ordering
@dataclass(frozen=True, slots=True)
class Period:
    """What is reported: a month or a half of it. In order of time; the whole month comes after its halves."""

    month: Month
    half: int = WHOLE

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read `2020-06`, `2020-06A` or `2020-06B`; anything else is a ValueError."""
        mark = text[-1:] if text[-1:] in ("A", "B") else ""
        return cls(Month.parse(text.removesuffix(mark)), _MARKS[mark])

    @classmethod
    def of(cls, asked: Month | Period) -> Period:
        """A month as a period: the whole of it."""
        return asked if isinstance(asked, Period) else cls(asked)

    @property
    def previous(self) -> Period:
        """What was reported before: of a second half the first; else the month before, as a whole."""
        return Period(self.month, FIRST_HALF) if self.half == SECOND_HALF else Period(self.month.previous)

    @property
    def zh(self) -> str:
        return f"{self.month.year}年{self.month.month}月{_ZH[self.half]}"

    @property
    def en(self) -> str:
        return f"{self.month}{_EN[self.half]}"

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Period):
            return NotImplemented
        return (self.month.index, self.half or 3) < (other.month.index, other.half or 3)

    def __str__(self) -> str:
        return f"{self.month}{_SUFFIX[self.half]}"


def half_said(text: str) -> int:
    """The half of a month that a text names, 6月上半月 or 2020-06A; the whole where it names none, or both."""
    said = {FIRST_HALF if (found[1] or found[2]) in {"上", "前", "A"} else SECOND_HALF for found in _SAID.finditer(text)}
    return next(iter(said)) if len(said) == 1 else WHOLE


def without_half(text: str) -> str:
    """A text that names a month without the half of it: 2020年8月上半月 as 2020年8月."""
    return _SAID.sub("", text) if half_said(text) else text
