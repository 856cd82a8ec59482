"""Check totals, subtotals and section sums against the rows they cover; they are never imported. Pure.

One running sum by column serves all: a scope (table, section, rows since the last subtotal) remembers the sums at its start.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from exchange.parse.rowkinds import Section

ZERO = Decimal(0)


@dataclass(slots=True)
class Mark:
    """The running sums and counts at some row."""

    sums: list[Decimal]
    unread: list[int]
    rows: int
    children: int


@dataclass(slots=True)
class Claim:
    """A row that states sums or a count of rows it covers: its place, label, values by money column, stated count."""

    row: int
    label: str
    values: dict[int, Decimal]  # position among the money columns → 万元
    count: int | None
    label_index: int


@dataclass(slots=True)
class OpenSection:
    section: Section
    start: Mark
    claim: Claim | None
    early: list[Mismatch] | None = None  # judged when another style of section began: it may be a neighbour, not a part


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A stated sum (column position) or count (position None) that differs from the rows."""

    claim: Claim
    position: int | None
    stated: Decimal
    found: Decimal
    unread: int = 0  # so many cells of the rows that could not be read; they may hold what is missing


def _certain(found: list[Mismatch]) -> list[Mismatch]:
    """Those that no unreadable cell may explain."""
    return [one for one in found if not one.unread]


@dataclass(slots=True)
class Totals:
    """The running account of one table. `tolerances` by money column, in 万元."""

    tolerances: list[Decimal]
    sums: list[Decimal] = field(default_factory=list)
    unread: list[int] = field(default_factory=list)
    rows: int = 0
    children: int = 0
    child_sums: list[Decimal] = field(default_factory=list)
    sections: list[OpenSection] = field(default_factory=list)
    heads: list[Claim] = field(default_factory=list)
    since_subtotal: Mark | None = None
    # A total that fits nothing before it may stand above the rows it covers: it waits for the next total.
    waiting: tuple[Claim, Mark, list[Mismatch]] | None = None

    def __post_init__(self) -> None:
        width = len(self.tolerances)
        self.sums = [ZERO] * width
        self.unread = [0] * width
        self.child_sums = [ZERO] * width
        self.since_subtotal = self.mark()

    def mark(self) -> Mark:
        return Mark(list(self.sums), list(self.unread), self.rows, self.children)

    def add_child(self, values: list[Decimal | None]) -> None:
        """Count a part of a packaged project: its amounts stand in the parent row already."""
        self.children += 1
        for position, value in enumerate(values):
            if value is not None:
                self.child_sums[position] += value

    def open_section(self, section: Section, claim: Claim | None) -> list[Mismatch]:
        """Begin a section; those of the same style or deeper end here."""
        found: list[Mismatch] = []
        styles = [one.section.style for one in self.sections]
        if section.style in styles:
            keep = styles.index(section.style)
            while len(self.sections) > keep:
                found.extend(self._close(self.sections.pop()))
        above = self.sections[-1] if self.sections else None
        if above is not None and above.claim is not None and above.early is None and self.rows > above.start.rows:
            above.early = self._judge(above.claim, [above.start])
        self.sections.append(OpenSection(section, self.mark(), claim))
        self.since_subtotal = self.mark()
        return found

    def _close(self, one: OpenSection) -> list[Mismatch]:
        if one.claim is None or (one.early is not None and not _certain(one.early)):
            return one.early or []
        found = self._judge(one.claim, [one.start])
        return one.early if one.early is not None and len(_certain(one.early)) < len(_certain(found)) else found

    def total(self, claim: Claim, *, is_part: bool) -> list[Mismatch]:
        """Judge a total row: above the data it waits for the end, else it must fit some rows before it."""
        settled = self._settle_waiting()
        if self.rows == 0 and self.children == 0 and not is_part:
            if self.heads and not claim.label.startswith("其中"):
                self.waiting = (claim, self.mark(), [])
            self.heads.append(claim)
            return settled
        scopes = [mark for mark in [self.since_subtotal] if mark is not None]
        scopes += [one.start for one in reversed(self.sections)]
        scopes = [*scopes, self._start] if is_part else [self._start, *scopes]
        found = self._judge(claim, scopes)
        fits_none = bool(claim.values) and sum(one.position is not None for one in _certain(found)) == len(claim.values)
        if fits_none and len(claim.values) > 1:
            self.waiting = (claim, self.mark(), found)
            found = []
        self.since_subtotal = self.mark()
        return [*settled, *found]

    def _settle_waiting(self) -> list[Mismatch]:
        """Judge the waiting total by the rows that came after it; what it then misses is what it missed before."""
        if self.waiting is None:
            return []
        claim, start, found = self.waiting
        self.waiting = None
        below = self._judge(claim, [start])
        return found if len(_certain(below)) >= len(_certain(found)) else below

    @property
    def _start(self) -> Mark:
        return Mark([ZERO] * len(self.sums), [0] * len(self.sums), 0, 0)

    def finish(self) -> list[Mismatch]:
        """End the table: open sections and the totals above the data are judged now."""
        found = self._settle_waiting()
        while self.sections:
            found.extend(self._close(self.sections.pop()))
        for number, claim in enumerate(self.heads):
            # Rows of "of which" below the first total cover a part nobody can name here.
            if number == 0 and not claim.label.startswith("其中"):
                found.extend(self._judge(claim, [self._start]))
        return found

    def _judge(self, claim: Claim, scopes: list[Mark]) -> list[Mismatch]:
        """Compare with the scope that fits most columns; the first of equals is the likeliest."""
        if claim.label.startswith("其中"):
            return []
        ranked = sorted(scopes, key=lambda scope: -self._fitting(claim, scope))
        best = ranked[0]
        wrong = [
            Mismatch(claim, position, stated, self._sum(position, best), self._open(position, stated, best))
            for position, stated in claim.values.items()
            if not self._agrees(position, stated, best)
        ]
        if claim.count is not None:
            counts = {self.rows - best.rows, self.rows - best.rows + self.children - best.children, self.children - best.children}
            if claim.count not in counts and (claim.values or not any(self._count_fits(claim.count, scope) for scope in scopes)):
                wrong.append(Mismatch(claim, None, Decimal(claim.count), Decimal(self.rows - best.rows)))
        return wrong

    def _count_fits(self, count: int, scope: Mark) -> bool:
        return count in {self.rows - scope.rows, self.rows - scope.rows + self.children - scope.children}

    def _fitting(self, claim: Claim, scope: Mark) -> int:
        if not claim.values:
            return int(claim.count is not None and self._count_fits(claim.count, scope))
        return sum(self._fits(position, stated, scope) for position, stated in claim.values.items())

    def _sum(self, position: int, scope: Mark) -> Decimal:
        return self.sums[position] - scope.sums[position]

    def _fits(self, position: int, stated: Decimal, scope: Mark) -> bool:
        return self._agrees(position, stated, scope) or self._open(position, stated, scope) > 0

    def _agrees(self, position: int, stated: Decimal, scope: Mark) -> bool:
        difference = stated - self._sum(position, scope)
        if abs(difference) <= self.tolerances[position]:
            return True
        with_children = difference - self.child_sums[position]
        return self.children > 0 and abs(with_children) <= self.tolerances[position]

    def _open(self, position: int, stated: Decimal, scope: Mark) -> int:
        """How many unreadable cells may hold the rest of a total that states more than was read."""
        return self.unread[position] - scope.unread[position] if stated > self._sum(position, scope) else 0
