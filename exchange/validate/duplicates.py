"""Find the same project twice in one file, and look-alikes worth a question. Pure; its cost a row is bounded.

Keys are kept as hashes of texts: 64 bits make a chance meeting among 100,000 rows unlikelier than one in a billion, and the memory
stays a few megabytes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import SequenceMatcher

from exchange.parse import Place, ReadRow
from exchange.reference import folded
from projects.findings import Finding, Severity
from projects.values import Month, ProjectCode

_PUNCTUATION = str.maketrans("", "", " \t\r\n\u3000\xa0()（）[]【】〔〕《》<>“”\"'‘’·、,，.。:：;；-—_/★▲●☆△*※")
_GENERIC = re.compile(r"(?:建设)?(?:项目|工程)|建设$|新建|(?:有限)?(?:责任)?公司|的")
# A difference of only these signs marks another part of a work, not another spelling.
_PART_SIGNS = frozenset("0123456789一二三四五六七八九十东南西北中上下左右前后内外ABCDEFGHabcdefgh甲乙丙丁期段标号线")
_COMPARED = 6
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
    seen: int = 0

    def look(self, row: ReadRow, several_periods: bool) -> Iterator[tuple[Finding, Place | None]]:
        """Compare a row with those before it. A place is given where the finding belongs to another row."""
        name = row.values.get("name")
        scope = (row.kind, row.period)
        here = self._number(row)
        if not isinstance(name, str):
            return
        key = folded(name).translate(_PUNCTUATION).upper()
        first = self.names.setdefault(hash((scope, key)), here)
        if first != here:
            yield self._finding("duplicate_project", Severity.BLOCKS, first, {"name": name}), None
        else:
            code_finding = self._same_code(row, scope, here)
            if code_finding is not None:
                yield code_finding, None
            elif not row.is_child:
                yield from ((finding, None) for finding in self._lookalikes(row, name, key, scope, here))
        if several_periods:
            yield from self._fallen(row, key)

    def _number(self, row: ReadRow) -> int:
        if not self.sheets or self.sheets[-1] != row.sheet:
            self.sheets.append(row.sheet)
        self.seen += 1
        return (len(self.sheets) - 1) << 32 | row.row

    def _finding(self, code: str, severity: Severity, first: int, params: dict[str, object], name: str = "name") -> Finding:
        sheet = self.sheets[first >> 32]
        where = f"{sheet.strip()}!" if sheet else ""
        return Finding(code, severity, name, {**params, "first": f"{where}{first & 0xFFFFFFFF}", "first_row": first & 0xFFFFFFFF})

    def _same_code(self, row: ReadRow, scope: object, here: int) -> Finding | None:
        code = row.values.get("code")
        if not isinstance(code, str) or not ProjectCode.has_shape(code):
            return None
        first = self.codes.setdefault(hash((scope, code)), here)
        if first == here:
            return None
        return self._finding("code_duplicate", Severity.BLOCKS, first, {"code": code, "name": f"本文件第{first & 0xFFFFFFFF}行"}, "code")

    def _lookalikes(self, row: ReadRow, name: str, key: str, scope: object, here: int) -> Iterator[Finding]:
        bare = _GENERIC.sub("", key)
        if len(bare) >= 3:
            first = self.bare_names.setdefault(hash((scope, bare)), here)
            if first != here:
                yield self._finding("near_duplicate", Severity.REASON, first, {"name": name})
                return
        if self.seen > _LOOKALIKE_ROWS:
            return
        total, plan, owner = (row.values.get(one) for one in ("total_wan", "plan_wan", "owner"))
        amount = total if isinstance(total, Decimal) and total else None
        basis = (scope, owner) if owner else (scope, amount, plan) if amount and plan else None
        if basis is None:
            return
        known = self.neighbours[hash(basis)]
        for other, number, other_total in known:
            if _alike(key, other, same_amount=amount is not None and amount == other_total):
                yield self._finding("near_duplicate", Severity.REASON, number, {"name": name})
                break
        if len(known) < _COMPARED:
            known.append((key, here, amount))

    def _fallen(self, row: ReadRow, key: str) -> Iterator[tuple[Finding, Place | None]]:
        """The sum since January can't fall from one month to the next of the same year."""
        ytd = row.values.get("done_ytd_wan")
        if not isinstance(ytd, Decimal) or row.period is None:
            return
        known = self.ytd[hash(key)]
        for month, earlier, place in known:
            if month.year != row.period.year:
                continue
            if month < row.period and ytd < earlier:
                yield _fallen_finding(earlier, ytd, month), None
            elif month > row.period and ytd > earlier:
                yield _fallen_finding(ytd, earlier, row.period), place
        known.append((row.period, ytd, row.place("done_ytd_wan")))


def _fallen_finding(before: Decimal, after: Decimal, month: Month) -> Finding:
    params = {"before": f"{before.normalize():f}", "ytd": f"{after.normalize():f}", "month": str(month)}
    return Finding("ytd_decreased", Severity.REASON, "done_ytd_wan", params)


def _alike(one: str, other: str, *, same_amount: bool) -> bool:
    """Alike in spelling, unless the difference is what tells two parts of a work apart."""
    if abs(len(one) - len(other)) > 3 or min(len(one), len(other)) < 4:
        return False
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if matcher.ratio() < (0.8 if same_amount else 0.9):
        return False
    changed = {sign for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal" for sign in one[a:b] + other[c:d]}
    return not changed & _PART_SIGNS if same_amount else not changed & _PART_SIGNS and len(changed) <= 2
