"""Whatever bytes come in, the answer is a book or a refusal in words, and neither carries anything harmful."""

from __future__ import annotations

import io
import json
import math
import mmap
import os
import random
import zipfile
from pathlib import Path

import pytest

from exchange.raw import OverlongText, RawBook, Refusal
from exchange.workbook import DEFAULT, open_book, read_book
from exchange.workbook.child import answer
from exchange.workbook.frames import SpoolWriter
from exchange.workbook.refusals import SENTENCES
from tests.books import archive, csv, xlsx
from tests.exchange.hostile_books import GOOD, READ, hostile
from tests.other_books import ods, xls, xlsb

CORPUS = Path(os.environ.get("CORPUS_DIR", Path(__file__).resolve().parents[3] / "shared" / "corpus"))
HOSTILE = hostile()


def files_of(*folders: str) -> list[Path]:
    """The workbooks of the corpus, where there is one."""
    kinds = {".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".csv"}
    return sorted(path for folder in folders for path in (CORPUS / folder).rglob("*") if path.suffix in kinds)


def outcome(data: bytes | Path, filename: str) -> tuple[str, RawBook | None]:
    """The code of the refusal, or READ and the book."""
    try:
        return READ, read_book(data, filename)
    except Refusal as refusal:
        return refusal.code, None


def check_harmless(book: RawBook) -> None:
    """No value that a database, JSON or a page would choke on."""
    for sheet in book.sheets:
        for row in sheet:
            for value in row:
                assert not (isinstance(value, float) and not math.isfinite(value))
                text = value.beginning if isinstance(value, OverlongText) else value if isinstance(value, str) else ""
                assert len(text) <= 32_767
                assert not any(ord(character) < 32 and character not in "\t\n" for character in text)
                assert "root:" not in text
        json.dumps([sheet.name, sorted(sheet.comments.values())]).encode()


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_meets_its_end(name: str) -> None:
    data, allowed = HOSTILE[name]
    code, book = outcome(data, "月报.xlsx")
    assert code in allowed
    if book is not None:
        check_harmless(book)


@pytest.mark.parametrize("path", files_of("hostile"), ids=lambda path: path.name)
def test_hostile_file_of_the_corpus(path: Path) -> None:
    _, book = outcome(path, path.name)
    if book is not None:
        check_harmless(book)


@pytest.mark.parametrize("path", files_of("examples", "real"), ids=lambda path: path.name)
def test_honest_file_of_the_corpus(path: Path) -> None:
    code, book = outcome(path, path.name)
    if path.name == "bad_file_type.csv":  # in no encoding we know
        assert code == "not_text"
        return
    assert code == READ
    assert book is not None
    check_harmless(book)


@pytest.mark.parametrize("step", range(8))
def test_any_cut_of_a_workbook_is_refused(step: int) -> None:
    data = xlsx(GOOD)
    code, _ = outcome(data[: len(data) * step // 8], "x.xlsx")
    assert code in {"empty", "damaged", "not_text"}


@pytest.mark.parametrize("form", ["xlsx", "xls", "xlsb", "ods", "csv"])
def test_any_damage_ends_as_an_answer_that_was_foreseen(form: str) -> None:
    chance = random.Random(form)
    whole = {"xlsx": xlsx, "xls": xls, "xlsb": xlsb, "ods": ods, "csv": lambda sheet: csv(sheet.table)}[form](GOOD)
    for _ in range(150):
        broken = mutated(whole, chance)
        data = mmap.mmap(-1, len(broken))
        data.write(broken)
        found = answer(data, SpoolWriter(io.BytesIO(), DEFAULT.spool_bytes), DEFAULT)
        assert found.get("fault", "damaged") in SENTENCES
        assert "surprise" not in found


def mutated(whole: bytes, chance: random.Random) -> bytes:
    """The bytes with some of them changed; in archives mostly within one part, for their checksums stop all else."""
    if whole.startswith(b"PK") and chance.random() < 0.8:
        with zipfile.ZipFile(io.BytesIO(whole)) as packed:
            parts: dict[str, str | bytes] = {name: packed.read(name) for name in packed.namelist()}
        name = chance.choice(sorted(parts))
        parts[name] = mutated(bytes(parts[name]), chance)  # type: ignore[arg-type]
        return archive(parts)
    out = bytearray(whole)
    for _ in range(chance.choice([1, 1, 2, 5, 20])):
        out[chance.randrange(len(out))] = chance.choice([chance.randrange(256), 0, 255, 60])
    return bytes(out)


def test_refusal_of_a_stream_comes_before_the_first_row() -> None:
    data, _ = HOSTILE["wrong checksum"]
    with pytest.raises(Refusal), open_book(data, "x.xlsx"):
        pytest.fail("a spoilt book must not be opened")
