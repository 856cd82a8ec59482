"""Accepting the good rows and holding the bad ones: which rows would be left out, with what is wrong in each; and whether that is possible.

the check notes each row with a blocking finding, and what only the whole file shows (a column out of line, a code twice)
→ what blocks and belongs to no row (no unit, no month, no headings, a total that no held row explains) forbids it for the file
→ the commit leaves the noted rows out, whole, and carries out the rest
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from exchange.funds import Target
from exchange.models import HeldRows, Upload
from exchange.parse import FindingLog, PlacedFinding, ReadRow
from exchange.plan import Action, PlannedRow
from exchange.services.faults import StateError
from exchange.services.parts import read_part, replace_part
from exchange.services.proposing import count_proposals, is_direct
from exchange.services.reviewing import count_voided
from exchange.services.setting import Coming
from projects.findings import Severity, message
from projects.naming import name_key

Key = tuple[str, int]  # sheet ("" for CSV) and Excel row
_FIRST_ZH, _FIRST_EN = "与第{row}行是同一项目或同一代码，须一并核实", "the same project or code as row {row}; look at both"
_LEANS_ZH, _LEANS_EN = "本行的项目由第{row}行新增，而那一行被扣留", "its project is brought by row {row}, which is held"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a row."""

    column: str
    heading: str
    zh: str
    en: str


@dataclass(slots=True)
class HoldLog:
    """What the check notes, row by row."""

    rows: dict[str, set[int]] = field(default_factory=dict)  # all project rows, by sheet
    held: dict[Key, list[Problem]] = field(default_factory=dict)
    noted: Counter[tuple[str | None, str, str | None]] = field(default_factory=Counter)
    leaning: dict[Key, Key] = field(default_factory=dict)  # a row of a fund sheet → the row that brings its project

    def note(self, rows: Iterable[ReadRow]) -> None:
        """Rows as they were judged; a row of several months is held whole for a fault in one of them."""
        for row in rows:
            self.rows.setdefault(row.sheet or "", set()).add(row.row)
            if row.blocked:
                for placed in row.findings:
                    if placed.severity is Severity.BLOCKS:
                        self.noted[(placed.place.sheet, placed.finding.code, placed.place.column)] += 1
                        self._hold((row.sheet or "", row.row), _problem(placed))

    def lean(self, planned: Iterable[PlannedRow], coming: Mapping[tuple[int, str], Coming]) -> None:
        """Rows of fund sheets go in only with the row of this file that brings their project."""
        for row in planned:
            name = Target.unpack(row.fund).coming if row.fund else ""
            brought = coming.get((row.unit_id or 0, name_key(name))) if name else None
            if brought is not None and brought.place.row is not None:
                self.leaning[(row.sheet or "", row.row)] = (brought.place.sheet or "", brought.place.row)

    def _hold(self, key: Key, problem: Problem) -> None:
        problems = self.held.setdefault(key, [])
        if problem not in problems:
            problems.append(problem)

    def close(self, findings: FindingLog) -> list[tuple[str, str]]:
        """Take in what was found after the rows had passed; answers what forbids holding, in both languages."""
        blocking = [placed for placed in findings if placed.severity is Severity.BLOCKS]
        loose = []
        for placed in blocking:
            key = self._row_of(placed)
            if key is None:
                loose.append(placed)
            else:
                self._hold(key, _problem(placed))
                self._hold_first(placed, key)
        for key, brought in self.leaning.items():
            if brought in self.held and key not in self.held:
                self._hold(key, Problem("", "", _LEANS_ZH.format(row=brought[1]), _LEANS_EN.format(row=brought[1])))
        said = [(message(placed.finding, "zh"), message(placed.finding, "en")) for placed in loose if not self._explains(placed)]
        return [*dict.fromkeys(said), *self._unlisted(findings, blocking)]

    def _row_of(self, placed: PlacedFinding) -> Key | None:
        sheet, row = placed.place.sheet or "", placed.place.row
        return (sheet, row) if row is not None and row in self.rows.get(sheet, ()) else None

    def _hold_first(self, placed: PlacedFinding, second: Key) -> None:
        """Of two rows that are the same project nobody can tell which is right: both are held."""
        row, sheet = placed.finding.params.get("first_row"), str(placed.finding.params.get("first_sheet") or "")
        if isinstance(row, int) and row in self.rows.get(sheet, ()):
            zh, en = _FIRST_ZH.format(row=second[1]), _FIRST_EN.format(row=second[1])
            self._hold((sheet, row), Problem(placed.place.column or "", placed.place.heading, zh, en))

    def _explains(self, placed: PlacedFinding) -> bool:
        """Whether a total that does not add up may be so for a figure of its own column in a row that is held."""
        if placed.finding.code != "total_mismatch":
            return False
        sheet, column = placed.place.sheet or "", placed.place.column
        return any(key[0] == sheet and any(problem.column == column for problem in problems) for key, problems in self.held.items())

    def _unlisted(self, findings: FindingLog, blocking: Sequence[PlacedFinding]) -> list[tuple[str, str]]:
        """Faults found at the end of the file are listed up to a limit: beyond it rows would slip through."""
        codes = {(placed.place.sheet, placed.finding.code, placed.place.column) for placed in blocking}
        if any(findings.counts[key] > findings.CAP and self.noted[key] < findings.counts[key] for key in codes):
            return [("同一问题超过2000处，请先改正文件", "The same fault stands in more than 2,000 places; correct the file first")]
        return []


def _problem(placed: PlacedFinding) -> Problem:
    return Problem(placed.place.column or "", placed.place.heading, message(placed.finding, "zh"), message(placed.finding, "en"))


def store_held(upload: Upload, log: HoldLog, findings: FindingLog) -> None:
    """Keep what was noted, in place of what an earlier check noted."""
    HeldRows.objects.filter(upload=upload).delete()
    barriers = log.close(findings)
    if not log.held and not barriers:
        return
    rows = [[*key, [[one.column, one.heading, one.zh, one.en] for one in problems]] for key, problems in sorted(log.held.items())]
    payload = zlib.compress(json.dumps({"rows": rows, "barriers": barriers}, ensure_ascii=False, separators=(",", ":")).encode(), 1)
    HeldRows.objects.create(upload=upload, rows=len(rows), payload=payload)


@dataclass(frozen=True, slots=True)
class Holding:
    """The rows that would be held, each with its problems, and what forbids holding rows of this file at all."""

    rows: dict[Key, list[Problem]]
    barriers: list[tuple[str, str]]
    is_known: bool = True  # False for a file checked before this was kept

    @property
    def is_possible(self) -> bool:
        return self.is_known and bool(self.rows) and not self.barriers


def holding_of(upload: Upload) -> Holding:
    """What the last check noted. One query."""
    kept = HeldRows.objects.filter(upload=upload).first()
    if kept is None:
        return Holding({}, [], is_known=not upload.counts.get("error"))
    document: dict[str, Any] = json.loads(zlib.decompress(bytes(kept.payload)))
    rows = {(sheet, row): [Problem(*one) for one in problems] for sheet, row, problems in document["rows"]}
    return Holding(rows, [(zh, en) for zh, en in document["barriers"]])


def require_holdable(upload: Upload) -> Holding:
    """What a commit leaves out; StateError where rows of this file can't be held."""
    found = holding_of(upload)
    if found.is_possible:
        return found
    if not found.is_known:
        raise StateError("recheck", "请先重新检查该文件，再扣留有问题的行。", "Check this file once more before holding rows.")
    if found.barriers:
        zh, en = found.barriers[0]
        raise StateError(
            "blocked",
            f"有涉及整个文件的阻断问题，不能只扣留有问题的行：{zh}。",
            f"Something blocks the whole file, so rows can't be held: {en}.",
        )
    raise StateError("nothing_held", "该文件没有需要扣留的行。", "No row of this file needs to be held.")


def withhold(upload: Upload, holding: Holding) -> None:
    """Take the held rows out of the stored plan, whole, and count anew. In the commit's transaction: if that fails, nothing is changed."""
    counts = upload.counts
    months: set[str] = set()
    for number in range(upload.parts.count()):
        part = upload.parts.get(number=number)
        rows = read_part(part)
        late = [row for row in rows if (row.sheet or "", row.row) in holding.rows and row.action is not Action.HELD]
        for name, count in (count_proposals(late, direct=is_direct(upload)) + count_voided(late)).items():
            counts[name] = counts.get(name, 0) - count
        for row in late:
            counts[row.action.value] -= 1
            counts[Action.HELD.value] += 1
            counts["fund_changes"] = (counts.get("fund_changes") or 0) - bool(row.fund and row.intents)
            row.action, row.intents, row.merge = Action.HELD, [], None
        if late:
            replace_part(part, rows)
        months |= {row.period for row in rows if row.period and row.action not in (Action.HELD, Action.SHOWN)}
    counts["months"] = sorted(months)
    counts["held_rows"] = len(holding.rows)
    counts["accepted_rows"] = counts["rows"] - len(holding.rows)


def held_words(upload: Upload) -> tuple[str, str]:
    """What the outcome of a commit says of the rows that were held; of a list also that it is not whole."""
    held, accepted = upload.counts.get("held_rows", 0), upload.counts.get("accepted_rows", 0)
    if not held:
        return "", ""
    zh = f"提交{accepted}行，扣留{held}行；扣留的行没有写入任何内容，可下载改正后单独上传。"
    en = f" {accepted} rows committed, {held} held; nothing of the held rows was written. Download, correct and send them alone."
    version = upload.list_version
    if version is not None:
        declared = f"清单公布{version.declared_count}个项目，" if version.declared_count else ""
        zh += f"{declared}本版清单缺扣留的{held}行，合计与公布数的核对待补齐后再看。"
        en += f" The list version lacks the {held} held rows: compare its totals with the declared ones once they are in."
    return zh, en
