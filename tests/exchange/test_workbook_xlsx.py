"""What .xlsx files of different programs, and of different hands, hold."""

from __future__ import annotations

import io
import mmap
import re
from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.raw import CellError, LongNumber, OverlongText, RawBook, Uncached
from exchange.workbook import DEFAULT, formats
from exchange.workbook.answers import book_of
from exchange.workbook.books import read_any
from exchange.workbook.frames import SpoolWriter
from exchange.workbook.shapes import Shapes, parse_rows, plan_of, simplified
from exchange.workbook.texts import escaped_texts, number, numbers
from tests.books import MAIN, PERCENT, Number, Sheet, archive, xlsx, xlsx_parts
from tests.exchange.hostile_books import SHEET, with_strings


def read_book(data: bytes, filename: str) -> RawBook:
    """The book as the child reads it, without the child: what is tested here is the reading."""
    spool, mapped = io.BytesIO(), mmap.mmap(-1, len(data))
    mapped.write(data)
    return book_of(read_any(mapped, SpoolWriter(spool, DEFAULT.spool_bytes), DEFAULT), spool, filename)


def at(*numbers: int) -> datetime:
    """A moment as a cell holds it: without a time zone."""
    return datetime(*numbers)  # noqa: DTZ001


def rows(book: RawBook) -> list[list[Any]]:
    return [list(row) for row in book.sheets[0]]


def of_data(data: str, before: str = "", after: str = "", root: str = f'<worksheet xmlns="{MAIN}">') -> RawBook:
    """The book whose sheet data is as it stands."""
    parts = xlsx_parts(Sheet("a", "x"))
    end = "</" + root[1:].split()[0].rstrip(">") + ">"
    parts[SHEET] = data if data.startswith("<?xml") else f"{root}{before}<sheetData>{data}</sheetData>{after}{end}"
    return read_book(archive(parts), "x.xlsx")


def strings(items: str) -> list[list[Any]]:
    return rows(read_book(with_strings(f'<sst xmlns="{MAIN}">{items}</sst>'), "x.xlsx"))


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ("<si><t>株洲路</t></si>", "株洲路"),
        ('<si><t xml:space="preserve"> a </t></si>', " a "),
        ("<si><r><rPr><b/></rPr><t>项</t></r><r><t>目</t></r></si>", "项目"),
        ("<si><t>東京</t><rPh sb='0' eb='2'><t>トウキョウ</t></rPh><phoneticPr fontId='1'/></si>", "東京"),
        ("<si><t>a&amp;b&lt;c&#10;d&#x4E2D;</t></si>", "a&b<c\nd中"),
        ("<si><t>a_x000D_\nb_x000a_c_x0000_d_x0007_</t></si>", "a\nb\ncd"),
        ("<si><t>_x005F_x000D_</t></si>", "_x000D_"),
        ("<si><t>a\r\nb\rc</t></si>", "a\nb\nc"),
        ("<si><t><![CDATA[a<b]]></t></si>", "a<b"),
        ("<si><t>a<!-- b -->c</t></si>", "ac"),
        ("<si>\n  <t>甲</t>\n</si>", "甲"),
        ("<si><t>  </t></si>", "  "),
    ],
)
def test_shared_string_reads_as_it_is_shown(item: str, text: str) -> None:
    assert strings(item) == [[text]]


@pytest.mark.parametrize("item", ["<si><t></t></si>", "<si/>", "<si><t/></si>"])
def test_empty_shared_string_is_blank(item: str) -> None:
    assert strings(item + "<si><t>b</t></si>") == []


def test_numbered_text_stays_text() -> None:
    assert strings("<si><t>007</t></si>") == [["007"]]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("<v>12</v>", 12),
        ("<v>12.0</v>", 12),
        ("<v>0.30000000000000004</v>", 0.30000000000000004),
        ("<v>-0</v>", 0),
        ("<v>999999999999999</v>", 999_999_999_999_999),
        ("<v>1000000000000000</v>", LongNumber("1000000000000000")),
        ("<v>-2.0203702124801E+19</v>", LongNumber("-2.0203702124801E+19")),
        ("<v>1e400</v>", LongNumber("1e400")),
        ("<v>NaN</v>", "NaN"),
        ("<v>-Infinity</v>", "-Infinity"),
        ("<v>1_000</v>", "1_000"),
        ("<v>١٢</v>", "١٢"),
        ("<v>0x10</v>", "0x10"),
        ("<v>1,234</v>", "1,234"),
        ("<v/>", None),
        ("<v></v>", None),
        ("<f>1/0</f>", Uncached.FORMULA),
        ("<f>1/0</f><v></v>", Uncached.FORMULA),
        ("<f>1/0</f><v/>", Uncached.FORMULA),
        ("<f>B2*2</f><v>7</v>", 7),
        ('<f t="shared" si="0"/>', Uncached.FORMULA),
        ('<f t="array" ref="A2:A9">A1&gt;0</f><v>3</v>', 3),
    ],
)
def test_number_cell(cell: str, value: Any) -> None:
    read = rows(of_data(f'<row r="1"><c r="A1">{cell}</c><c r="B1"><v>1</v></c></row>'))
    assert read == [[value, 1]]
    assert type(read[0][0]) is type(value)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('t="b"><v>1</v>', True),
        ('t="b"><v>0</v>', False),
        ('t="e"><v>#REF!</v>', CellError("#REF!")),
        ('t="e"><f>1/0</f><v>#DIV/0!</v>', CellError("#DIV/0!")),
        ('t="str"><f>""</f><v></v>', None),
        ('t="str"><f>A2</f><v>甲</v>', "甲"),
        ('t="str"><f>A2</f>', Uncached.FORMULA),
        ('t="d"><v>2020-06-01</v>', date(2020, 6, 1)),
        ('t="d"><v>2020-06-01T08:30:00</v>', at(2020, 6, 1, 8, 30)),
        ('t="d"><v>2020-06</v>', "2020-06"),
        ('t="inlineStr"><is><t>甲</t></is>', "甲"),
        ('t="inlineStr"><is><r><t>甲</t></r><r><t xml:space="preserve"> 乙</t></r></is>', "甲 乙"),
        ('t="inlineStr"><is><t/></is>', None),
        ('t="inlineStr"><is><t>a &gt; b &amp; c</t></is>', "a > b & c"),
        ('t="inlineStr"><is><t>a > b</t></is>', "a > b"),
        ('t="inlineStr"><is><t>' + "长" * 32_767 + "</t></is>", "长" * 32_767),
        ('t="inlineStr"><is><t>' + "长" * 32_768 + "</t></is>", OverlongText("长" * 200, 32_768)),
    ],
    ids=lambda value: str(value)[:30],
)
def test_other_cell(cell: str, value: Any) -> None:
    read = rows(of_data(f'<row r="1"><c r="A1" {cell}</c><c r="B1"><v>1</v></c></row>'))
    assert read == [[value, 1]]


@pytest.mark.parametrize(
    ("code", "serial", "value"),
    [
        ('yyyy"年"m"月"', 43983, date(2020, 6, 1)),
        ("yyyy/m/d h:mm", 43983.75, at(2020, 6, 1, 18)),
        ("[$-804]yyyy\\-mm", 43983, date(2020, 6, 1)),
        ("m/d", 43983, date(2020, 6, 1)),
        ("mmm", 43983, date(2020, 6, 1)),
        ("h:mm", 0.5, time(12)),
        ("h:mm:ss", 43983.5, at(2020, 6, 1, 12)),
        ("[h]:mm", 1.25, 1.25),
        ("yyyy-mm-dd", -5, -5),
        ("yyyy-mm-dd", 0, 0),
        ("yyyy-mm-dd", 1, date(1900, 1, 1)),
        ("yyyy-mm-dd", 59, date(1900, 2, 28)),
        ("yyyy-mm-dd", 60, 60),
        ("yyyy-mm-dd", 61, date(1900, 3, 1)),
        ("yyyy-mm-dd", 2958465, date(9999, 12, 31)),
        ("yyyy-mm-dd", 2958466, 2958466),
        ("yyyy-mm-dd", 1e10, 10**10),
        ("yyyy-mm-dd", 43982.99999999999, date(2020, 6, 1)),
        ('0.00"万元"', 43983, 43983),
        ('#,##0" yd"', 43983, 43983),
        ("[Red]0.00_);(0.00)", 43983, 43983),
        ("General", 43983, 43983),
        ("G/通用格式", 43983, 43983),
        ("0.00E+00", 43983, 43983),
        ("@", 43983, 43983),
    ],
)
def test_number_format_makes_the_date(code: str, serial: float, value: Any) -> None:
    assert rows(read_book(xlsx(Sheet("a", [[serial]], formats={"A": code})), "x.xlsx")) == [[value]]


@pytest.mark.parametrize(
    ("code", "kind"), [(14, formats.DATE), (31, formats.DATE), (57, formats.DATE), (20, formats.TIME), (9, formats.PERCENT), (4, 0)]
)
def test_built_in_format(code: int, kind: int) -> None:
    assert formats.kind_of(code, None) == kind


def test_percent_cells_are_numbers_only() -> None:
    sheet = read_book(xlsx("1 | 0.5 | 文\n2 | 0.6 | #N/A", formats={"B": PERCENT, "C": PERCENT}), "x.xlsx").sheets[0]
    assert sheet.percent_cells == {(1, 2), (2, 2)}
    assert (2, 2) in sheet.percent_cells
    assert (3, 2) not in sheet.percent_cells


def test_rows_and_cells_without_references_follow_each_other() -> None:
    assert rows(of_data('<row><c><v>1</v></c><c><v>2</v></c></row><row r="3"><c r="C3"><v>3</v></c><c><v>4</v></c></row>')) == [
        [1, 2],
        [],
        [None, None, 3, 4],
    ]


def test_million_blank_rows_are_passed_over() -> None:
    blank = "".join(f'<row r="{row}"><c r="A{row}" s="1"/><c r="B{row}" s="1"/></row>' for row in range(2, 200_000))
    last = "<row><c><v>2</v></c></row>"
    sheet = of_data(f'<row r="1"><c r="A1"><v>1</v></c></row>{blank}{last}').sheets[0]
    assert list(sheet) == [[1]]
    assert sheet.stray_cells == [(200_000, 1)]


def test_cells_out_of_order_stand_where_they_belong() -> None:
    assert rows(of_data('<row r="1"><c r="C1"><v>3</v></c><c r="A1"><v>1</v></c></row>')) == [[1, None, 3]]


def test_leading_and_inner_blanks_are_kept_trailing_ones_are_not() -> None:
    data = '<row r="2"><c r="B2"><v>1</v></c><c r="C2" s="1"/></row><row r="3"/><row r="4"><c r="A4" s="1"/></row>'
    assert rows(of_data(data)) == [[], [None, 1]]


def test_prefixed_elements_are_read() -> None:
    root = f'<x:worksheet xmlns:x="{MAIN}">'
    data = '<x:sheetData><x:row r="1"><x:c r="A1" t="inlineStr"><x:is><x:t>甲</x:t></x:is></x:c></x:row></x:sheetData>'
    assert rows(of_data(f'<?xml version="1.0" encoding="utf-8"?>{root}{data}</x:worksheet>')) == [["甲"]]


def test_strict_workbook_is_read() -> None:
    parts = {
        name: content.replace(MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main").replace(
            "http://schemas.openxmlformats.org/officeDocument/2006/relationships", "http://purl.oclc.org/ooxml/officeDocument/relationships"
        )
        for name, content in xlsx_parts(Sheet("a", "项目 | 1")).items()
        if isinstance(content, str)
    }
    assert rows(read_book(archive(parts), "x.xlsx")) == [["项目", 1]]


@pytest.mark.parametrize("codec", ["utf-16", "gb18030"])
def test_sheet_in_another_encoding_is_read(codec: str) -> None:
    parts = xlsx_parts(Sheet("a", "株洲路 | 1"))
    parts[SHEET] = str(parts[SHEET]).replace("UTF-8", codec).encode(codec)
    assert rows(read_book(archive(parts), "x.xlsx")) == [["株洲路", 1]]


def test_dimension_is_not_believed() -> None:
    book = of_data('<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="B2"><v>2</v></c></row>', before='<dimension ref="A1"/>')
    assert rows(book) == [[1], [None, 2]]


def test_rows_hidden_by_default_are_hidden() -> None:
    data = '<row r="1" hidden="0"><c r="A1"><v>1</v></c></row><row r="4" hidden="0"><c r="A4"><v>1</v></c></row>'
    assert of_data(data, before='<sheetFormatPr zeroHeight="1"/>').sheets[0].hidden_rows == {2, 3}


def test_style_that_ends_like_the_row_number_is_no_reference() -> None:
    formats_of = {f"A{at}": f'0.{"0" * at}"元"' for at in range(1, 16)} | {"A16": PERCENT}
    table = [[at] for at in range(1, 18)]
    sheet = read_book(xlsx(Sheet("a", table, formats=formats_of)), "x.xlsx").sheets[0]
    assert [list(row) for row in sheet] == table
    assert sheet.percent_cells == {(16, 1)}


def test_plain_and_rich_inline_strings_stand_side_by_side() -> None:
    plain, rich = "<is><t>{}</t></is>", "<is><r><t>{}</t></r></is>"
    lines = [[plain.format("1"), rich.format("甲"), "<v>0</v>"], [plain.format("乙"), rich.format("丙"), "<v>1</v>"]]
    kinds = [' t="inlineStr"', ' t="inlineStr"', ""]
    data = "".join(
        f'<row r="{row}">' + "".join(f'<c r="{name}{row}"{kind}>{cell}</c>' for name, kind, cell in zip("ABC", kinds, cells, strict=True)) + "</row>"
        for row, cells in enumerate(lines, 1)
    )
    assert rows(of_data(data)) == [["1", "甲", 0], ["乙", "丙", 1]]


def test_external_links_are_told() -> None:
    assert ("external_links", {}) in read_book(xlsx("1", extra={"xl/externalLinks/externalLink1.xml": "<x/>"}), "x.xlsx").remarks


_VALUES = st.one_of(
    st.none(),
    st.integers(-(10**14), 10**14),
    st.floats(-1e14, 1e14),
    st.booleans(),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Zl", "Zp"]), min_size=1, max_size=12).filter(lambda text: True),
    st.dates(date(1900, 3, 1)),
    st.sampled_from(["a&b<c>\"'", "]]>", "12", "#N/A", "=1+1"]),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(_VALUES, max_size=8), max_size=30))
def test_any_table_comes_back(table: list[list[Any]]) -> None:
    def trimmed(row: list[Any]) -> list[Any]:
        while row and row[-1] is None:
            row = row[:-1]
        return row

    expected = [trimmed(row) for row in table]
    while expected and not expected[-1]:
        expected.pop()
    assert rows(read_book(xlsx(Sheet("a", table)), "x.xlsx")) == expected


_MARKUP = st.lists(
    st.tuples(
        st.sampled_from(["", ' s="1"', ' s="15"', ' t="inlineStr"', ' t="str"', ' t="e"']),
        st.sampled_from(
            ["<v>{}</v>", "<f>A1&gt;2</f><v>{}</v>", "<is><t>{}</t></is>", "<is><r><t>{}</t></r><r><t>b</t></r></is>", "<v/>", "<v></v>", ""]
        ),
        st.sampled_from(["1", "15", "1.5", "甲", "a &amp; b", "a > b", "&#65;", " ", "NaN"]),
    ),
    max_size=6,
)


@settings(max_examples=200, deadline=None)
@given(st.lists(_MARKUP, min_size=1, max_size=6))
def test_reading_by_plan_is_reading_by_parser(lines: list[list[tuple[str, str, str]]]) -> None:
    """The short way gives for each row what the XML parser gives."""

    def make(row: Any) -> Any:
        reads = [(at, cell.slot, list) for at, cell in enumerate(row.cells) if cell.texts is not None]
        return plan_of(reads, (), False)

    shapes = Shapes(make)
    for line, cells in enumerate(lines, 11):
        text = f'<row r="{line}">' + "".join(f'<c r="{chr(65 + i)}{line}"{a}>{b.format(c)}</c>' for i, (a, b, c) in enumerate(cells))
        known = shapes.read(simplified(text))
        if known is None:
            continue
        parsed = ["".join(cell.texts or ()) for cell in parse_rows(text + "</row>")[0].cells]
        assert known[0] == line
        assert [value or "" for value in known[1]] == parsed[: len(known[1])]
        assert not any(parsed[len(known[1]) :])


@given(st.lists(st.one_of(st.floats().map(repr), st.integers().map(str), st.sampled_from(["", "1_0", "x", "١", " 1", "1e400", "-0"])), max_size=6))
def test_many_numbers_read_like_each_alone(texts: list[str]) -> None:
    assert numbers(texts) == [number(text) for text in texts]


@given(st.lists(st.text(), max_size=4))
def test_many_texts_hold_no_control_character(texts: list[str]) -> None:
    for value in escaped_texts(texts):
        assert value is None or (isinstance(value, str) and not re.search(r"[\x00-\x08\x0b-\x1f\ud800-\udfff]", value))


def test_number_with_its_text() -> None:
    assert rows(read_book(xlsx([[Number("1.50"), Number("20203702124801000019")]]), "x.xlsx")) == [[1.5, LongNumber("20203702124801000019")]]
