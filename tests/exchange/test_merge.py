"""The merge as a table and as laws: what is planned, what stays, what somebody must choose."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.merge import Take, action_of, choose, conflicts_of, kept_of, merge, pack
from exchange.plan import Action, Intent, PlannedRow, decode, encode
from exchange.sheets.stamp import Issue, Marker, NoStampError, Stamp, canonical, read_stamp, stamp_rows

FIELDS = {("month", name): name for name in "abcdef"}
VALUES = st.one_of(st.none(), st.integers(0, 3), st.sampled_from(["", "甲", "乙"]))
CELLS = st.dictionaries(st.sampled_from("abcdef"), st.tuples(VALUES, VALUES, VALUES), min_size=1)


@dataclass
class Known:
    """Base, theirs and ours of each cell, known in full: what marks tell of in the product."""

    cells: dict[str, tuple]
    unmarked: frozenset[str] = frozenset()

    def is_marked(self, name: str) -> bool:
        return name not in self.unmarked

    def theirs_moved(self, name: str) -> bool:
        return self.cells[name][0] != self.cells[name][1]

    def ours_moved(self, name: str) -> bool:
        return self.cells[name][0] != self.cells[name][2]


def differing(cells: dict[str, tuple]) -> list[Intent]:
    """What the two-way comparison finds: theirs against ours."""
    found = {name: theirs for name, (_, theirs, ours) in cells.items() if theirs != ours}
    return [Intent("month", 7, 3, found, {name: cells[name][2] for name in found})] if found else []


def planned(cells: dict[str, tuple], **options) -> tuple[PlannedRow, object]:
    merged = merge(differing(cells), FIELDS, Known(cells, **options))
    row = PlannedRow(
        "月报", 4, action_of(merged.intents, merged.conflicts), "某项目", 1, 2, merged.intents, "2020-06", "monthly_progress", pack(merged)
    )
    return row, merged


def written(row: PlannedRow) -> dict[str, object]:
    return {name: value for intent in row.intents for name, value in intent.values.items()}


@given(CELLS)
def test_each_cell_has_the_one_lawful_fate(cells: dict[str, tuple]) -> None:
    row, merged = planned(cells)
    conflicts = {conflict.field for conflict in merged.conflicts}
    kept = {name for name, _ in merged.kept}
    for name, (base, theirs, ours) in cells.items():
        assert (name in written(row)) == (theirs != base and ours == base)
        assert (name in conflicts) == (theirs not in (base, ours) and ours != base)
        assert (name in kept) == (theirs == base and ours != base)
    assert (row.action is Action.CONFLICT) == bool(conflicts)


@given(CELLS)
def test_nothing_changes_where_the_file_came_back_as_it_went(cells: dict[str, tuple]) -> None:
    unchanged = {name: (base, base, ours) for name, (base, _, ours) in cells.items()}
    row, _ = planned(unchanged)
    assert (row.intents, conflicts_of(row), row.action) == ([], [], Action.SAME)


@given(CELLS, st.data())
def test_a_choice_settles_its_cell_and_no_other(cells: dict[str, tuple], data: st.DataObject) -> None:
    row, _ = planned(cells)
    before = written(row)
    taken = {conflict.field: data.draw(st.sampled_from(Take)) for conflict in conflicts_of(row)}
    choose(row, taken)
    theirs = {name: cells[name][1] for name, take in taken.items() if take is Take.THEIRS}
    assert written(row) == before | theirs
    assert row.action is (Action.CHANGE if before or theirs else Action.SAME)
    assert all(intent.old == {name: cells[name][2] for name in intent.values} for intent in row.intents)


@given(CELLS)
def test_the_stored_plan_keeps_it_all(cells: dict[str, tuple]) -> None:
    row, _ = planned(cells)
    back = decode(encode(row))
    assert (back, conflicts_of(back), kept_of(back)) == (row, conflicts_of(row), kept_of(row))


@given(CELLS)
def test_without_marks_it_is_the_comparison_with_what_is_stored(cells: dict[str, tuple]) -> None:
    row, _ = planned(cells, unmarked=frozenset(cells))
    assert written(row) == {name: theirs for name, (_, theirs, ours) in cells.items() if theirs != ours}


def test_a_row_gone_since_is_not_brought_back_by_cells_nobody_touched() -> None:
    cells = {"a": (5, 5, None), "b": (5, 6, None)}
    intents = [Intent("month", None, None, {"a": 5, "b": 6})]
    merged = merge(intents, FIELDS, Known(cells))
    assert merged.intents == []
    assert [conflict.field for conflict in merged.conflicts] == ["b"]


# --- the stamp --------------------------------------------------------------------------------------------------------------------

KEY = b"k" * 32
ISSUE = Issue("laoshan", "崂山区", "2020-06", "monthly_progress", "2020-07-01T08:00:00+08:00", "0a1b", ("name", "total_wan"))


def stamped() -> list[list[str]]:
    marker = Marker(KEY, ISSUE)
    rows = [(uid, "1/1/0/0", marker.mark(uid, "name", f"项目{uid}") + marker.mark(uid, "total_wan", Decimal(12))) for uid in ("P-000001", "P-000002")]
    return [list(row) for row in stamp_rows(KEY, ISSUE, rows)]


def test_a_stamp_reads_back_and_knows_untouched_cells() -> None:
    stamp = read_stamp(stamped())
    assert (stamp.issue, stamp.is_signed([b"x" * 32, KEY])) == (ISSUE, KEY)
    marks, marker = stamp.marks("P-000002"), Marker(KEY, stamp.issue)
    assert marks == {"name": marker.mark("P-000002", "name", "项目P-000002"), "total_wan": marker.mark("P-000002", "total_wan", 12.0)}
    assert marks["name"] != stamp.marks("P-000001")["name"]
    assert stamp.marks("P-000003") == {}


@pytest.mark.parametrize("row, column", [(row, column) for row in range(5) for column in range(3) if not (row == 0 or (row in (1, 2) and column))])
def test_whatever_is_changed_in_a_stamp_shows(row: int, column: int) -> None:
    rows = stamped()
    text = rows[row][column]
    rows[row][column] = text.replace("2020-06", "2020-07") if row == 1 else ("Q" if text[0] != "Q" else "R") + text[1:]
    assert read_stamp(rows).is_signed([KEY]) is None


@pytest.mark.parametrize("change", ["drop", "double", "swap"])
def test_rows_of_a_stamp_can_be_neither_dropped_nor_swapped(change: str) -> None:
    rows = stamped()
    if change == "drop":
        del rows[3]
    elif change == "double":
        rows.append(["P-000009", *rows[3][1:]])
    else:
        rows[3][2], rows[4][2] = rows[4][2], rows[3][2]
    assert read_stamp(rows).is_signed([KEY]) is None


@pytest.mark.parametrize(
    "rows", [[], [["x"]], [["major-project-pipeline template", "1"], ["{"], ["s"]], [["major-project-pipeline template"], ["[]"], ["s"]]]
)
def test_what_is_no_stamp_is_said_to_be_none(rows: list[list[str]]) -> None:
    with pytest.raises(NoStampError):
        read_stamp(rows)


@given(st.one_of(st.integers(-(10**12), 10**12), st.decimals(-(10**9), 10**9, places=6)))
def test_a_number_is_the_same_whichever_way_it_was_saved(number: int | Decimal) -> None:
    once = canonical(number)
    assert canonical(float(number)) == once or abs(number) >= 10**9
    assert canonical(once) == once


def test_marks_differ_by_key_field_project_and_value() -> None:
    issue = Stamp(ISSUE, "").issue
    marks = {
        Marker(KEY, issue).mark("P-1", "name", "a"),
        Marker(b"y" * 32, issue).mark("P-1", "name", "a"),
        Marker(KEY, issue).mark("P-2", "name", "a"),
        Marker(KEY, issue).mark("P-1", "phone", "a"),
        Marker(KEY, issue).mark("P-1", "name", "b"),
    }
    assert len(marks) == 5
