"""Why a sheet holds no list of projects, in words that are true of what stands in it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from exchange.cells import is_empty, plain_number
from exchange.parse.header import is_card
from exchange.raw import RawValue
from exchange.reference import Reference, folded
from projects.findings import WORDING, Finding, Severity, message

_NO_ROWS = re.compile(r"^(?:本(?:月|期|表|区|市|单位|年度)?)?(?:暂)?无(?:新增|此类|相关|符合条件的?|数据|项目|内容|填报)+[。.]?$")
_SUMMARY = re.compile(r"个数|项目数|小计|合计|汇总|统计")
_COVER_NAME = re.compile(r"封面|封皮|扉页|首页|目录|目次")
_MOST_ON_COVER = 14
_QUOTED = 3

Rows = Sequence[Sequence[RawValue]]


def says_none(rows: Rows) -> bool:
    """Whether a sheet says of itself that it has no projects: 本月无此类项目."""
    return any(_NO_ROWS.match(folded(cell)) for row in rows for cell in row[:40] if type(cell) is str and len(cell) < 40)


def why_unread(name: str, rows: Rows, reference: Reference) -> Finding:
    """The reason as a finding that informs, with what its sentence quotes."""
    headings = _table_headings(rows)
    code = _reason(name, rows, reference, is_table=bool(headings))
    quoted = "、".join(f"“{text[:20]}{'…' if len(text) > 20 else ''}”" for text in headings[:_QUOTED])
    return Finding(code, Severity.INFO, None, {"name": name, "headings": quoted})


def no_table(why: Finding) -> Finding:
    """No project list was found in the file, because of this."""
    code = why.code if why.code in WORDING else "sheet_empty"
    told = Finding(code, Severity.INFO, None, why.params)
    zh, en = message(told, "zh"), message(told, "en")
    return Finding("no_table", Severity.BLOCKS, None, {"why": code, "why_zh": zh.removesuffix("，未读取"), "why_en": en.removesuffix("; not read")})


def _reason(name: str, rows: Rows, reference: Reference, *, is_table: bool) -> str:
    cells = [cell for row in rows for cell in row[:200] if not is_empty(cell)]
    texts = [folded(cell) for cell in cells if type(cell) is str]
    if not cells:
        return "sheet_empty"
    if any(_NO_ROWS.match(text) for text in texts) and len(cells) <= 40:
        return "sheet_no_rows"
    if any(is_card(rows, position) for position in range(min(4, len(rows)))):
        return "sheet_card"
    if any(_SUMMARY.search(text) for text in texts) and (len(cells) > len(texts) or len(texts) > 6):
        return "sheet_summary"
    if _is_cover(name, rows, texts, reference):
        return "sheet_cover"
    return _reason_of_words(cells, texts, reference, is_table=is_table)


def _reason_of_words(cells: Sequence[RawValue], texts: Sequence[str], reference: Reference, *, is_table: bool) -> str:
    if (len(cells) - len(texts)) * 10 > len(cells):
        return "sheet_other_table" if is_table else "sheet_no_headings"
    known = sum(_is_choice(text, reference) for text in texts)
    if known * 3 >= len(texts):
        return "sheet_dictionary"
    if is_table:
        return "sheet_other_table"
    long = sum(len(text) > 14 for text in texts)
    return "sheet_instructions" if long * 3 >= len(texts) else "sheet_no_headings"


def _is_choice(text: str, reference: Reference) -> bool:
    """A word that stands in lists of choices: a stage, a nature, a sector, a place."""
    listed = (reference.stages, reference.natures, reference.sectors, reference.emerging)
    return any(text in words for words in listed) or reference.place(text) is not None


def _is_cover(name: str, rows: Rows, texts: Sequence[str], reference: Reference) -> bool:
    """A few lines, one below the other, that are no choices: a title, a unit, a date."""
    if _COVER_NAME.search(name) and len(texts) <= _MOST_ON_COVER * 3:
        return True
    single = all(sum(not is_empty(cell) for cell in row) <= 1 for row in rows)
    short = len(texts) <= _MOST_ON_COVER and all(len(text) <= 40 for text in texts)
    dated = any(re.search(r"\d{4}年|[〇零一二三四五六七八九]{4}年|(?:局|委员会|委|政府|中心|公司)$", text) for text in texts)
    return single and short and dated and not any(_is_choice(text, reference) for text in texts[1:-2])


def _table_headings(rows: Rows) -> list[str]:
    """The first row of labels over several filled rows, or nothing."""
    filled = [[cell for cell in row[:200] if not is_empty(cell)] for row in rows]
    for position, cells in enumerate(filled[:10]):
        labels = [text for cell in cells if type(cell) is str and (text := " ".join(cell.split())) and plain_number(cell) is None]
        below = [len(row) for row in filled[position + 1 :] if row]
        if len(labels) >= 3 and len(labels) * 10 >= len(cells) * 7 and sum(count >= 3 for count in below) * 2 >= len(below):
            return labels if below or len(labels) > _QUOTED else []
    return []
