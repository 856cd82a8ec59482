"""Find the same project twice in one file, and look-alikes worth a question. Pure; its cost a row is bounded.

Keys are kept as hashes of texts: 64 bits make a chance meeting among 100,000 rows unlikelier than one in a billion, and the memory
stays a few megabytes.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from exchange.funds import FUNDS
from exchange.parse import Place, ReadRow, Table
from projects.findings import Finding, Severity
from projects.values import Month, ProjectCode

_PUNCTUATION = str.maketrans("", "", " \t\r\n\u3000\xa0()（）[]【】〔〕《》<>“”\"'‘’·、,，.。:：;；-—_/★▲●☆△*※")
_NUMERALS = str.maketrans("一二三四五六七八九", "123456789")  # 地铁八号线 and 地铁8号线
_GENERIC = re.compile(r"(?:建设)?(?:项目|工程)|建设$|(?<!更)新建|(?:有限)?(?:责任)?公司|的")
# A difference of only these signs marks another part of a work, not another spelling.
_PART_SIGNS = frozenset("0123456789一二三四五六七八九十东南西北中上下左右前后内外ABCDEFGHabcdefgh甲乙丙丁期段标号线")
_COMPARED = 4
_FUND = ("batch", "term_years", "doc_no", "program")
_LOOKALIKE_ROWS = 20_000


@dataclass(slots=True)
class DuplicateWatch:
    """Remembers the rows seen; one watch for a file."""

    names: dict[int, int] = field(default_factory=dict)
    codes: dict[int, int] = field(default_factory=dict)
    bare_names: dict[int, int] = field(default_factory=dict)
    neighbours: dict[int, list[tuple[str, int, Decimal | None]]] = field(default_factory=lambda: defaultdict(list))
    ytd: dict[int, list[tuple[Month, Decimal, Place]]] = field(default_factory=lambda: defaultdict(list))
    sheets: list[str | None] = field(default_factory=list)
    funds: dict[int, int] = field(default_factory=dict)
    seen: int = 0
    last_table: Table | None = None
    last_period: Month | None = None
    last_scope: int = 0

    def look(self, row: ReadRow, several_periods: bool) -> Sequence[tuple[Finding, Place | None]]:
        """Compare a row with those before it. A place is given where the finding belongs to another row."""
        name = row.values.get("name")
        self.seen += 1
        if not isinstance(name, str):
            return ()
        scope = self._scope(row)
        here = (len(self.sheets) - 1) << 32 | row.row
        key = unicodedata.normalize("NFKC", name).translate(_PUNCTUATION).upper()
        self._note_fund(row, scope, key)
        first = self.names.setdefault(hash((scope, key)), here)
        found: Finding | None
        if first != here:
            severity = Severity.REASON if self._other_fund(row, scope, key) else Severity.BLOCKS
            found = self._finding("duplicate_project", severity, first, {"name": name, "row": row.row})
        else:
            found = self._same_code(row, scope, here) or (None if row.is_child else self._lookalike(row, name, key, scope, here))
        fallen = self._fallen(row, key) if several_periods else ()
        return [*fallen, *([(found, None)] if found is not None else [])] if fallen or found else ()

    def _note_fund(self, row: ReadRow, scope: int, key: str) -> None:
        """Of a fund sheet count the rows of each project by what they are of: issue and term, or document and programme."""
        if row.kind in FUNDS:
            of = hash((scope, key, *(row.values.get(name) for name in _FUND)))
            self.funds[of] = self.funds.get(of, 0) + 1

    def _other_fund(self, row: ReadRow, scope: int, key: str) -> bool:
        """Money of another bond or plan for the same project may well have a row of its own."""
        return row.kind in FUNDS and self.funds[hash((scope, key, *(row.values.get(name) for name in _FUND)))] == 1

    def _scope(self, row: ReadRow) -> int:
        """Rows are compared within one kind of sheet and one period."""
        if row.table is not self.last_table or row.period is not self.last_period:
            self.last_table, self.last_period = row.table, row.period
            self.last_scope = hash((row.kind, row.period))
            if not self.sheets or self.sheets[-1] != row.sheet:
                self.sheets.append(row.sheet)
        return self.last_scope

    def _finding(self, code: str, severity: Severity, first: int, params: dict[str, object], name: str = "name") -> Finding:
        sheet, row = self.sheets[first >> 32], first & 0xFFFFFFFF
        beside = sheet if sheet and first >> 32 != len(self.sheets) - 1 else None
        told = {"first_zh": f"“{beside.strip()}”表第{row}行", "first_en": f"row {row} of “{beside.strip()}”"} if beside else {}
        where = {"first_zh": f"第{row}行", "first_en": f"row {row}", "first_row": row, "first_sheet": sheet}
        return Finding(code, severity, name, {**where, **told, **params})

    def _same_code(self, row: ReadRow, scope: int, here: int) -> Finding | None:
        code = row.values.get("code")
        if not isinstance(code, str) or not ProjectCode.has_shape(code):
            return None
        first = self.codes.setdefault(hash((scope, code)), here)
        if first == here:
            return None
        return self._finding("code_duplicate", Severity.BLOCKS, first, {"code": code, "name": f"本文件第{first & 0xFFFFFFFF}行"}, "code")

    def _lookalike(self, row: ReadRow, name: str, key: str, scope: int, here: int) -> Finding | None:
        bare = _GENERIC.sub("", key).translate(_NUMERALS)
        place = row.values.get("district")
        if isinstance(place, str) and bare.startswith(place):
            bare = bare[len(place) :]
        if len(bare) >= 3:
            first = self.bare_names.setdefault(hash((scope, bare)), here)
            if first != here:
                return self._finding("near_duplicate", Severity.REASON, first, {"name": name})
        if self.seen > _LOOKALIKE_ROWS:
            return None
        values = row.values
        total, owner = values.get("total_wan"), values.get("owner")
        amount = total if isinstance(total, Decimal) and total else None
        plan = None if owner else values.get("plan_wan")
        if not owner and not (amount and plan):
            return None
        known = self.neighbours[hash((scope, owner) if owner else (scope, amount, plan))]
        for other, number, other_total in known:
            if _alike(key, other, same_amount=amount is not None and amount == other_total):
                return self._finding("near_duplicate", Severity.REASON, number, {"name": name})
        if len(known) < _COMPARED:
            known.append((key, here, amount))
        return None

    def _fallen(self, row: ReadRow, key: str) -> list[tuple[Finding, Place | None]]:
        """The sum since January can't fall from one month to the next of the same year."""
        ytd = row.values.get("done_ytd_wan")
        if not isinstance(ytd, Decimal) or row.period is None:
            return []
        known = self.ytd[hash(key)]
        found: list[tuple[Finding, Place | None]] = []
        for month, other, place in known:
            if month.year != row.period.year:
                continue
            if month < row.period and ytd < other:
                found.append((_fallen_finding(other, ytd, month), None))
            elif month > row.period and ytd > other:
                found.append((_fallen_finding(ytd, other, row.period), place))
        known.append((row.period, ytd, row.place("done_ytd_wan")))
        return found


def _fallen_finding(before: Decimal, after: Decimal, month: Month) -> Finding:
    params = {"before": f"{before.normalize():f}", "ytd": f"{after.normalize():f}", "month": str(month)}
    return Finding("ytd_decreased", Severity.REASON, "done_ytd_wan", params)


def _alike(one: str, other: str, *, same_amount: bool) -> bool:
    """Alike but for one place in the spelling, unless just that place tells two parts of a work apart."""
    shorter = min(len(one), len(other))
    if shorter < 5 or abs(len(one) - len(other)) > 3:
        return False
    half = (shorter - 3) // 2  # one short change leaves the first or the last half whole
    if one[:half] != other[:half] and one[-half:] != other[-half:]:
        return False
    start = 0
    while start < shorter and one[start] == other[start]:
        start += 1
    end = 0
    while end < shorter - start and one[-1 - end] == other[-1 - end]:
        end += 1
    changed = one[start : len(one) - end] + other[start : len(other) - end]
    return len(changed) <= (4 if same_amount else 2) and len(changed) * 3 <= shorter * 2 and _PART_SIGNS.isdisjoint(changed)
