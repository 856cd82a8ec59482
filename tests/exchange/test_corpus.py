"""The example workbooks of the corpus, where it is at hand: scored by its own scorer. Without it, the other tests stand alone."""

from __future__ import annotations

import importlib.util
import json
import os
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from exchange.neutral import as_document
from exchange.parse import read_workbook
from exchange.raw import Refusal
from exchange.validate import validated_rows
from exchange.workbook import read_book
from tests.exchange.tables import ROOT, reference

CORPUS = Path(os.environ.get("CORPUS_DIR", ROOT.parent / "shared" / "corpus"))
WORKBOOKS = sorted(path for path in (CORPUS / "examples").glob("*") if path.suffix in {".xlsx", ".xls", ".ods", ".csv"})
REAL = sorted(path for path in (CORPUS / "real").rglob("*") if path.suffix in {".xlsx", ".csv"})


def _scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("corpus_score", CORPUS / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _document(path: Path) -> dict[str, Any]:
    reading = read_workbook(read_book(path, path.name), reference())
    return as_document(reading, validated_rows(reading))


@pytest.mark.parametrize("path", WORKBOOKS, ids=lambda path: path.name[:3])
def test_example_is_read_without_loss_and_every_fault_is_named_by_its_cell(path: Path) -> None:
    score = _scorer()
    truth = json.loads(path.with_suffix(".truth.json").read_text(encoding="utf-8"))
    result = score.score_one(truth, _document(path))
    assert result["problems"] == []
    assert result["kind_ok"]
    assert result["period_ok"] is not False
    assert result["rows"] == (len(truth["rows"]), 0, 0)
    assert result["false"] == 0


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name[:40])
def test_foreign_workbook_ends_with_a_reason_and_no_wrong_reading(path: Path) -> None:
    try:
        document = _document(path)
    except Refusal as refusal:
        document = {"kind": "unknown", "rows": [], "errors": [{"kind": "no_table", "why": refusal.zh}]}
    assert document["kind"] == "unknown"
    assert document["rows"] == []
    assert "no_table" in {error["kind"] for error in document["errors"]}
