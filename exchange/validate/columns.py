"""Values out of line with their column: a slip of the unit, local numbers that lost their leading zeros. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from exchange.cells.amounts import plain
from exchange.parse import Place, PlacedFinding, ReadRow
from projects.findings import Finding, Severity

_OUT_OF_LINE = Decimal(1000)
_WITH_EVIDENCE = Decimal(100)
_SAMPLE = 2000
_KEPT = 50
_FEWEST = 3  # with fewer there is no line to be out of
_FEW = 5  # with fewer only the row's own clash is evidence
# Work done can be small beside the column without being wrong.
_MAY_BE_SMALL = frozenset(
    [
        *("done_month_wan", "done_ytd_wan", "cum_prior_wan", "cum_total_wan", "bond_arrived_wan", "bond_spent_wan"),
        *("central_paid_wan", "central_spent_wan", "central_done_wan"),
    ]
)
# What a figure must be multiplied by if it was written in this unit by mistake.
_SLIPS = {Decimal(10_000): "亿元", Decimal("0.0001"): "元", Decimal(1000): "千万元", Decimal("0.001"): "千倍"}


@dataclass(frozen=True, slots=True)
class Suspect:
    """A value out of line: what it may have been, what its column is like, in which unit it was written by mistake."""

    value: Decimal
    likely: Decimal
    middle: Decimal
    slip: str
    place: Place


@dataclass(slots=True)
class ColumnWatch:
    """The amounts of one column by power of ten, with the rows of the rare ones."""

    name: str
    sample: list[Decimal] = field(default_factory=list)
    full: bool = False
    rare: dict[int, list[tuple[Decimal, Place]]] = field(default_factory=lambda: defaultdict(list))

    def see(self, value: Decimal, row: ReadRow) -> None:
        kept = self.rare[value.adjusted()]
        if len(kept) < _KEPT:
            kept.append((value, row.place(self.name)))
        elif self.full:
            return
        self.sample.append(value)
        self.full = len(self.sample) >= _SAMPLE

    def median(self) -> Decimal | None:
        return sorted(self.sample)[len(self.sample) // 2] if len(self.sample) >= _FEWEST else None

    def suspects(self, with_evidence: set[tuple[int | None, str]]) -> Iterator[Suspect]:
        """Values a thousandfold off the median, or a hundredfold where the row's own figures clash too."""
        middle = self.median()
        if middle is None or middle <= 0:
            return
        for power, values in self.rare.items():
            if abs(power - middle.adjusted()) < 2:
                continue
            for value, place in values:
                ratio = max(value / middle, middle / value)
                if value < middle and self.name in _MAY_BE_SMALL:
                    continue
                clashes = (place.row, self.name) in with_evidence and ratio >= _WITH_EVIDENCE
                if clashes or (ratio >= _OUT_OF_LINE and len(self.sample) >= _FEW):
                    factor = min(_SLIPS, key=lambda slip: max(value * slip / middle, middle / (value * slip)))
                    yield Suspect(value, value * factor, middle, _SLIPS[factor], place)


@dataclass(slots=True)
class LocalCodeWatch:
    """Local numbers of one table: how long they are as text, and which stand as numbers."""

    lengths: Counter[int] = field(default_factory=Counter)
    zeros: int = 0
    numbers: list[tuple[str, Place]] = field(default_factory=list)

    def see(self, code: str, row: ReadRow, raw: object) -> None:
        if not code.isdecimal():
            return
        if code.startswith("0"):
            self.zeros += 1
        self.lengths[len(code)] += 1
        if (not isinstance(raw, str) or not code.startswith("0")) and len(self.numbers) < _SAMPLE:
            self.numbers.append((code, row.place("local_code")))

    def findings(self) -> Iterator[PlacedFinding]:
        """A shorter number among longer ones that begin with 0 has lost its zeros."""
        if not self.lengths:
            return
        length, count = self.lengths.most_common(1)[0]
        total = sum(self.lengths.values())
        if not self.zeros or count * 2 <= total:
            return
        for code, place in self.numbers:
            if len(code) < length:
                guess = code.rjust(length, "0")
                yield PlacedFinding(Finding("code_leading_zero", Severity.REASON, "local_code", {"raw": code, "guess": guess}), place)


def suspect_finding(name: str, one: Suspect) -> Finding:
    params = {"value": plain(one.value), "guess": plain(one.likely), "beside": plain(one.middle), "slip": one.slip}
    return Finding("unit_suspect", Severity.BLOCKS, name, params)
