"""The bounds of one reading, and the child process that keeps them."""

from __future__ import annotations

import tempfile
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from exchange.raw import CellRuns, Refusal
from exchange.workbook import DEFAULT, Limits, open_book, read_book
from exchange.workbook.grid import Runs, letters
from exchange.workbook.refusals import SENTENCES, refusal
from tests.books import Sheet, csv, xlsx
from tests.exchange.hostile_books import with_strings
from tests.other_books import ods, xls

TABLE = [[f"{row}-{column}" for column in range(1, 13)] for row in range(1, 11)]


def refused(data: bytes, limits: Limits = DEFAULT) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read_book(data, "x.xlsx", limits=limits)
    return caught.value


def at_places(*places: tuple[int, int]) -> list[list[Any]]:
    """The table with a 1 in further places."""
    rows = [list(row) for row in TABLE] + [[] for _ in range(max(row for row, _ in places) - len(TABLE))]
    for row, column in places:
        line = rows[row - 1]
        line += [None] * (column - len(line))
        line[column - 1] = 1
    return rows


@pytest.mark.parametrize(
    ("code", "limits"),
    [
        ("file_too_large", replace(DEFAULT, file_bytes=1_000)),
        ("too_many_members", replace(DEFAULT, members=3)),
        ("too_large", replace(DEFAULT, part_bytes=1_000)),
        ("too_large", replace(DEFAULT, total_bytes=1_000)),
        ("too_large", replace(DEFAULT, spool_bytes=0)),
        ("archive_bomb", replace(DEFAULT, ratio=2, ratio_from_bytes=100)),
        ("too_many_sheets", replace(DEFAULT, sheets=1)),
        ("too_many_rows", replace(DEFAULT, rows=9)),
        ("too_many_columns", replace(DEFAULT, columns=11, stray_cells=9)),
        ("too_many_cells", replace(DEFAULT, cells=100)),
        ("took_too_long", replace(DEFAULT, seconds=0.0, grace_seconds=0.0)),
    ],
)
def test_each_bound_has_its_refusal(code: str, limits: Limits) -> None:
    data = xlsx(Sheet("a", TABLE), Sheet("b", TABLE))
    assert refused(data, limits).code == code


def test_bounds_let_the_table_pass_that_just_fits() -> None:
    limits = replace(DEFAULT, rows=10, columns=12, cells=120, sheets=1)
    assert len(list(read_book(xlsx(TABLE), "x.xlsx", limits=limits).sheets[0])) == 10


def test_memory_beyond_the_bound_is_refused() -> None:
    many = with_strings("<sst>" + "".join(f"<si><t>{at}</t></si>" for at in range(400_000)) + "</sst>")
    assert read_book(many, "x.xlsx").format == "xlsx"
    assert refused(many, replace(DEFAULT, memory_bytes=36 * 1024 * 1024)).code == "too_large"


def test_bounds_travel_to_the_child_unchanged() -> None:
    odd = Limits(*(at + 7 if bound.type == "int" else at + 0.25 for at, bound in enumerate(fields(Limits))))
    assert Limits.from_words(odd.as_words()) == odd


@pytest.mark.parametrize("write", [xlsx, xls, ods])
def test_stray_cell_is_left_out_and_told(write: Any) -> None:
    sheet = read_book(write(Sheet("a", at_places((5_100, 2)))), "x").sheets[0]
    assert [list(row) for row in sheet] == TABLE
    assert sheet.stray_cells == [(5_100, 2)]


def test_cell_right_of_all_columns_is_left_out_and_told() -> None:
    sheet = read_book(xlsx(at_places((3, 16_384))), "x").sheets[0]
    assert [list(row) for row in sheet] == TABLE
    assert sheet.stray_cells == [(3, 16_384)]


def test_second_table_after_some_blank_rows_is_no_stray() -> None:
    sheet = read_book(xlsx(at_places((4_900, 2))), "x").sheets[0]
    assert sheet.stray_cells == []
    assert [number for number, row in enumerate(sheet, 1) if row] == [*range(1, 11), 4_900]


def test_second_table_far_away_is_refused_with_its_place() -> None:
    far = at_places(*((row, column) for row in range(6_001, 6_031) for column in range(3, 11)))
    found = refused(xlsx(far))
    assert found.code == "scattered"
    assert "C6001" in found.zh


def test_too_wide_sheet_is_named() -> None:
    assert "“投资计划”" in refused(xlsx(Sheet("投资计划", [[1] * 2_000]))).zh
    assert "CSV" in refused(csv([["x"] * 2_000])).zh


def test_nothing_has_a_name_in_the_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with open_book(xlsx(TABLE), "x.xlsx") as book:
        assert [list(row) for row in book.sheets[0]] == TABLE
        assert list(tmp_path.iterdir()) == []
    assert list(tmp_path.iterdir()) == []


def test_no_room_for_the_spool_is_no_fault_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    assert refused(xlsx(TABLE)).code == "unreadable_now"


def test_rows_end_with_the_block() -> None:
    with open_book(xlsx(TABLE), "x.xlsx") as book:
        rows = iter(book.sheets[0])
    with pytest.raises(ValueError, match="closed file"):
        next(rows)


@pytest.mark.parametrize("code", SENTENCES)
def test_sentence_is_one_a_clerk_can_act_on(code: str) -> None:
    params = dict.fromkeys(("zh", "en", "size", "limit", "sheet", "cell", "row", "line", "version"), "X")
    found = refusal(code, params)
    assert found.zh.endswith("。")
    assert found.en.endswith(".")
    assert "请" in found.zh or "不予接收" in found.zh
    assert "{" not in found.zh + found.en
    assert "__" not in found.zh


def test_runs_of_cells_are_a_set() -> None:
    runs = CellRuns({2: [(1, 3), (7, 7)], 5: [(2, 2)], 6: []})
    cells = {(1, 2), (2, 2), (3, 2), (7, 2), (2, 5)}
    assert runs == cells
    assert len(runs) == 5
    assert set(runs) == cells
    assert (4, 2) not in runs
    assert (0, 2) not in runs
    assert "A1" not in runs
    assert runs & {(7, 2), (8, 2)} == {(7, 2)}


def test_runs_of_numbers_in_any_order() -> None:
    runs = Runs()
    for first, last in ((10, 10), (11, 12), (2, 2), (3, 3), (3, 7)):
        runs.add(first, last)
    assert runs.runs == [(10, 12), (2, 7)]


@pytest.mark.parametrize(("column", "name"), [(1, "A"), (26, "Z"), (27, "AA"), (702, "ZZ"), (703, "AAA"), (16_384, "XFD")])
def test_column_name(column: int, name: str) -> None:
    assert letters(column) == name
