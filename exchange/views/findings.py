"""Findings as the page shows them: grouped by gravity, narrowed, each with its place as a chip and its piece of the sheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exchange.views.access import wording
from projects.findings import Severity

PAGE = 200  # folded findings on one page
_OPEN_EXCERPTS = 8  # the worst ones show their piece of the sheet without a click
_CUT = 120  # characters of a value read

SEVERITIES: Mapping[str, tuple[Any, Any, str]] = {
    Severity.BLOCKS.value: (gettext_lazy("阻断"), gettext_lazy("改正后才能提交"), "bad"),
    Severity.REASON.value: (gettext_lazy("需说明"), gettext_lazy("核实无误的，提交时写明原因即可"), "soft"),
    Severity.INFO.value: (gettext_lazy("提示"), gettext_lazy("不影响提交；换算和推断的读法都列在这里"), "blue"),
}


@dataclass(frozen=True, slots=True)
class ExcerptCell:
    text: str
    is_marked: bool


@dataclass(frozen=True, slots=True)
class ExcerptRow:
    number: int
    is_marked: bool
    cells: tuple[ExcerptCell, ...]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The sheet around the cell, with Excel's own letters and row numbers."""

    columns: tuple[str, ...]
    marked_column: str
    rows: tuple[ExcerptRow, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """One folded finding, ready to print."""

    severity: str
    sheet: str
    chip: str
    address: str
    field: str
    value: str
    why: str
    fix: str
    fold: str
    code: str
    count: int
    excerpt: Excerpt | None
    is_open: bool
    search: str


@dataclass(frozen=True, slots=True)
class Group:
    """All findings of one gravity on this page, and how many places they stand for in the whole file."""

    severity: str
    title: str
    hint: str
    tone: str
    places: int
    items: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the findings are narrowed by; a blank narrows nothing."""

    sheet: str = ""
    severity: str = ""
    text: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Wanted:
        severity = query.get("severity", "")
        return cls(query.get("sheet", ""), severity if severity in SEVERITIES else "", query.get("text", "").strip()[:100])

    def takes(self, finding: Mapping[str, Any]) -> bool:
        if self.sheet and (finding.get("sheet") or "") != self.sheet:
            return False
        if self.severity and finding.get("severity") != self.severity:
            return False
        return not self.text or self.text.casefold() in searchable(finding)

    def __bool__(self) -> bool:
        return bool(self.sheet or self.severity or self.text)


def searchable(finding: Mapping[str, Any]) -> str:
    names = ("sheet", "heading", "label", "field", "raw", "zh", "en", "zh_fix", "en_fix", "code")
    return " ".join([_chip(finding), *(str(finding.get(name) or "") for name in names)]).casefold()


def grouped(findings: Sequence[Mapping[str, Any]], counts: Mapping[str, Any]) -> list[Group]:
    """The groups that hold anything, worst first. `findings` are those of the page, `counts` those of the file."""
    groups = []
    for severity, (title, hint, tone) in SEVERITIES.items():
        own = [finding for finding in findings if finding.get("severity") == severity]
        if own:
            items = tuple(_shown(finding, is_open=place < _OPEN_EXCERPTS and severity != "info") for place, finding in enumerate(own))
            places = int(counts.get(severity) or 0) or sum(int(finding.get("count") or 1) for finding in own)
            groups.append(Group(severity, str(title), str(hint), tone, places, items))
    return groups


def sheet_names(findings: Iterable[Mapping[str, Any]]) -> list[str]:
    """Names of the sheets that findings speak of, in the order they come."""
    return list(dict.fromkeys(str(finding["sheet"]) for finding in findings if finding.get("sheet")))


def _shown(finding: Mapping[str, Any], *, is_open: bool) -> Shown:
    raw = finding.get("raw")
    value = "" if raw is None else str(raw)
    why = wording(str(finding.get("zh") or ""), str(finding.get("en") or ""))
    if f"“{value}”" in why:  # said already
        value = ""
    return Shown(
        severity=str(finding.get("severity") or "info"),
        sheet=str(finding.get("sheet") or ""),
        chip=_chip(finding),
        address=_address(finding),
        field=str(finding.get("heading") or finding.get("label") or finding.get("field") or ""),
        value=value if len(value) <= _CUT else value[:_CUT] + "…",
        why=why,
        fix=wording(str(finding.get("zh_fix") or ""), str(finding.get("en_fix") or "")),
        fold=_fold(finding),
        code=str(finding.get("code") or ""),
        count=int(finding.get("count") or 1),
        excerpt=_excerpt(finding),
        is_open=is_open,
        search=searchable(finding),
    )


def _cell(finding: Mapping[str, Any]) -> str:
    return f"{finding.get('col') or ''}{finding.get('row') or ''}"


def _chip(finding: Mapping[str, Any]) -> str:
    """`月报!E37` as Excel writes a place; only what is known of it."""
    sheet, row, col = finding.get("sheet"), finding.get("row"), finding.get("col")
    cell = _cell(finding) if col else (_("第%(row)s行") % {"row": row} if row else "")
    return "!".join(part for part in (str(sheet or ""), cell) if part)


def _address(finding: Mapping[str, Any]) -> str:
    """The place in the form that Excel's name box takes, or nothing where no cell is known."""
    if not (finding.get("col") and finding.get("row")):
        return ""
    sheet = str(finding.get("sheet") or "")
    quoted = "'" + sheet.replace("'", "''") + "'!" if sheet else ""
    return quoted + _cell(finding)


def _fold(finding: Mapping[str, Any]) -> str:
    """`第12–48、52行 同一问题`: all rows that one entry stands for."""
    count = int(finding.get("count") or 1)
    if count == 1:
        return ""
    rows = str(finding.get("rows_text") or "")
    return _("%(rows)s 同一问题，共%(count)s处") % {"rows": rows, "count": count} if rows else _("同一问题共%(count)s处") % {"count": count}


def _excerpt(finding: Mapping[str, Any]) -> Excerpt | None:
    given = finding.get("excerpt")
    if not given or not given.get("rows"):
        return None
    columns = tuple(str(letter) for letter in given.get("columns") or ())
    first = finding.get("row")
    last = finding.get("row_end") or first
    rows = []
    for number, texts in given["rows"]:
        hit = first is not None and first <= number <= last
        marks = [hit and (letter == finding.get("col") or not finding.get("col")) for letter in columns]
        rows.append(ExcerptRow(number, hit, tuple(ExcerptCell(str(text or ""), mark) for text, mark in zip(texts, marks, strict=False))))
    return Excerpt(columns, str(finding.get("col") or ""), tuple(rows))
