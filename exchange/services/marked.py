"""问题标注表: the file as it was sent, with its faults marked at the cells and listed on a first sheet. To be mended in place and sent again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import PurePath
from typing import Any

from accounts import audit
from exchange.models import Upload, UploadFile
from exchange.raw import RawBook, Refusal
from exchange.services.excerpts import column_index
from exchange.services.faults import StateError
from exchange.sheets.template import FINDINGS_SHEET, FINDINGS_TITLE, MARKS_SHEET
from exchange.workbook import open_book
from exchange.workbook.marked import Mark, Order, mark_copy, rebuild
from exchange.workbook.notes import FILLS, SIGN

_HEADINGS = ("级别", "位置", "栏目", "读到的值", "原因", "建议", "处数")
_WORDS = {"error": "阻断", "warning": "需说明", "info": "提示"}
_CELLS_OF_ONE = 20_000  # of one finding marked at most; a whole column of 100,000 is told on the list
_NOTES = 20_000  # of a sheet


def marked_file(upload: Upload, *, actor: Any, address: str | None = None) -> tuple[str, bytes]:
    """Name and content of the marked copy. StateError where the file was never read."""
    kept = UploadFile.objects.filter(upload=upload).first()
    if kept is None or upload.state in (Upload.State.REFUSED, Upload.State.RECEIVED, Upload.State.FAILED) or not upload.sheets:
        raise StateError("unread", "这个文件没有读成，无法标注；请看页面上的原因。", "This file could not be read, so nothing can be marked in it.")
    content = bytes(kept.content)
    made, how = _make(content, upload)
    audit.record("upload.marked", actor=actor, obj=upload, address=address, made=how, findings=len(upload.findings))
    return f"{PurePath(upload.filename).stem}_问题标注.xlsx", made


def _make(content: bytes, upload: Upload) -> tuple[bytes, str]:
    try:
        with open_book(content, upload.filename) as book:
            is_xlsx = book.format == "xlsx"
            earlier = _earlier(book) if is_xlsx else ((), {})
        if is_xlsx and (made := mark_copy(content, _order(upload, "", *earlier))) is not None:
            return made, "copy"
        told = "文件较大或较复杂，标注时没有保留原来的格式，各单元格内容不变。" if is_xlsx else ""
        with open_book(content, upload.filename) as book:
            return rebuild(book, _order(upload, told)), "rebuilt"
    except Refusal as refusal:
        raise StateError(refusal.code, refusal.zh, refusal.en) from refusal


Former = dict[str, dict[str, Sequence[Any]]]


def _earlier(book: RawBook) -> tuple[Sequence[str], Former]:
    """What an earlier copy had added: its sheets, and by sheet and cell what filled the cells it marked."""
    drop: list[str] = []
    former: Former = {}
    for sheet in book.sheets:
        if sheet.name == MARKS_SHEET:
            drop.append(MARKS_SHEET)
            for row in sheet.rows:
                if len(row) >= 5 and row[0] and row[1]:
                    former.setdefault(str(row[0]), {})[str(row[1])] = [row[2] or "", row[3] or "", float(str(row[4] or 0))]
        elif next((row[0] for row in islice(sheet.rows, 1) if row), None) == FINDINGS_TITLE:
            drop.append(str(sheet.name))
    return drop, former


def _order(upload: Upload, told: str, drop: Sequence[str] = (), former: Former | None = None) -> Order:
    counts: Counter[str] = Counter()
    for finding in upload.findings:
        counts[finding["severity"]] += int(finding.get("count") or 1)
    summary = (
        f"{upload.filename}（上传编号 #{upload.pk}）：阻断{counts['error']}处、需说明{counts['warning']}处、提示{counts['info']}处。"
        f"点“位置”跳到单元格；在原表里改好后直接重新上传，本表和批注不会被读取。{told}"
    )
    marks: dict[str, list[Mark]] = {}
    for finding in upload.findings:
        own = marks.setdefault(str(finding.get("sheet") or ""), [])
        own += list(_marks(finding))[: max(_NOTES - len(own), 0)]
    lines = [_line(finding) for finding in upload.findings]
    return Order(FINDINGS_SHEET, FINDINGS_TITLE, summary, _HEADINGS, lines, marks, drop, former or {})


def _line(finding: Mapping[str, Any]) -> tuple[str, str, list[Any]]:
    severity = str(finding.get("severity"))
    row, last, letter = finding.get("row"), finding.get("row_end"), finding.get("col") or ""
    sheet = str(finding.get("sheet") or "")
    place = f"{letter}{row or ''}"
    several = f"–{letter}{last}" if row and last and last != row else ""
    shown = "!".join(part for part in (sheet, f"{place}{several}" if letter else f"第{row}行" if row else "") if part) or "整个文件"
    link = "'" + sheet.replace("'", "''") + f"'!{letter or 'A'}{row}" if row else ""
    raw = finding.get("raw")
    heading = str(finding.get("heading") or finding.get("label") or "")
    values = [_WORDS.get(severity, ""), shown, heading, "" if raw is None else str(raw), finding["zh"], finding.get("zh_fix") or ""]
    return severity, link, [*values, int(finding.get("count") or 1)]


def _marks(finding: Mapping[str, Any]) -> Iterator[Mark]:
    """A mark for each cell that the finding stands for; for the row's first cell where it is of a whole row. Hints are only listed."""
    severity = str(finding.get("severity"))
    if severity not in FILLS or not finding.get("row"):
        return
    column = column_index(finding["col"]) if finding.get("col") else 1
    said = {member[0]: member[2] for member in finding.get("members") or ()}
    fix = finding.get("zh_fix") or ""
    for row in _rows(finding):
        text = f"{SIGN}{_WORDS[severity]}：{said.get(row, finding['zh'])}"
        yield row, column, severity, f"{text}\n建议：{fix}" if fix else text


def _rows(finding: Mapping[str, Any]) -> Iterable[int]:
    """The rows a finding stands for."""
    runs = finding.get("ranges") or [[finding["row"], finding["row"]]]
    given = 0
    for first, last in runs:
        for row in range(first, last + 1):
            given += 1
            if given > _CELLS_OF_ONE:
                return
            yield row
