"""Lists drawn at random, read back against the truth they were drawn with."""

from typing import Any

import pytest

from exchange.neutral import as_document
from exchange.parse import read_workbook
from exchange.validate import validated_rows
from tests.exchange.messy import Maker, Messy
from tests.exchange.tables import reference


def _same(truth: Any, read: Any) -> bool:
    if truth is None or read is None:
        return truth is None and read is None
    if isinstance(truth, int | float):
        return isinstance(read, int | float) and abs(truth - read) < 0.011
    return "".join(str(truth).split()) == "".join(str(read).split())


def _differences(made: Messy, document: dict[str, Any]) -> list[tuple[Any, ...]]:
    read = {row["row"]: row["fields"] for row in document["rows"]}
    rows = {row["row"]: row["fields"] for row in made.rows}
    wrong: list[tuple[Any, ...]] = [("phantom", row) for row in read.keys() - rows.keys()]
    wrong += [("lost", row) for row in rows.keys() - read.keys()]
    for row in rows.keys() & read.keys():
        wrong += [("cell", row, name, value, read[row].get(name)) for name, value in rows[row].items() if not _same(value, read[row].get(name))]
    return wrong


@pytest.mark.parametrize("seed", range(80))
def test_every_row_cell_and_planted_fault_of_a_messy_list_is_read(seed: int) -> None:
    made = Maker(seed).make()
    reading = read_workbook(made.book, reference())
    document = as_document(reading, validated_rows(reading))
    assert document["kind"] == made.kind
    assert _differences(made, document) == []
    few_rows = len(made.rows) < 8  # too few to tell what is out of line
    said = {(one["row"], one["col"], one["kind"]) for one in document["errors"] if one["severity"] != "info"}
    planted = {(one["row"], one["letter"], one["kind"]) for one in made.faults if not (few_rows and one["kind"] == "unit_suspect")}
    assert planted - said == set()
    faulty = {one["row"] for one in made.faults}
    assert {one for one in said - planted if one[0] not in faulty and one[2] != "near_duplicate"} == set()
