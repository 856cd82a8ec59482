"""The house stands as drawn: what may lie at the top, in the rooms, and how large it may grow."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("accounts", "projects", "funding", "exchange", "reports", "config")
TOP = {
    *("manage.py", "run", "pyproject.toml", "uv.lock", "README.md", "CHANGELOG.md", "LICENSE"),
    *(*ROOMS, "tests", "fixtures", "benchmarks", "docs", "deploy", "locale", "static", "templates"),
}
# Late imports that are allowed: each line says why.
_LATE = re.compile(r"#\s*noqa:\s*PLC0415\s*--\s*\S")


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [name for name in listed if (ROOT / name).is_file()]


def modules(*rooms: str) -> list[str]:
    return [name for name in tracked() if name.endswith(".py") and name.split("/")[0] in rooms and "/migrations/" not in name]


def parsed(name: str) -> ast.Module:
    return ast.parse((ROOT / name).read_text(encoding="utf-8"))


def test_top_level_is_the_one_drawn() -> None:
    assert {name.split("/")[0] for name in tracked() if not name.startswith(".")} - TOP == set()


def test_no_junk_drawers() -> None:
    assert [name for name in tracked() if Path(name).stem in {"utils", "helpers", "common", "misc"} or "/common/" in name] == []


@pytest.mark.parametrize("name", modules(*ROOMS))
def test_module_is_small_and_says_what_it_is_for(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    tree = parsed(name)
    assert text.count("\n") <= 400
    if text.strip():
        assert ast.get_docstring(tree), "every module opens with a docstring"
    long = {
        node.name: (node.end_lineno or 0) - node.lineno + 1
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno + 1 > 60
    }
    assert long == {}


@pytest.mark.parametrize("name", modules(*ROOMS))
def test_imports_stand_at_the_top(name: str) -> None:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    inside = [
        node.lineno
        for function in ast.walk(parsed(name))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom) and not _LATE.search(lines[node.lineno - 1])
    ]
    assert inside == []


def test_no_signals_of_our_own() -> None:
    assert [name for name in modules(*ROOMS) if re.search(r"django\.(db\.models\.|core\.)?(signals|dispatch)", (ROOT / name).read_text())] == []


def test_tracked_models_are_never_updated_in_bulk_past_history() -> None:
    """The query set of a tracked model refuses it at run time; here no code may reach round it."""
    banned = re.compile(r"_raw_delete|models\.QuerySet\.(update|bulk_create|bulk_update)|skip_history_when_saving|\.extra\(|objects\.raw\(|mark_safe")
    assert [name for name in modules(*ROOMS) if banned.search((ROOT / name).read_text(encoding="utf-8"))] == []


def test_nothing_is_left_to_do() -> None:
    words = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
    assert [name for name in modules(*ROOMS, "tests") if words.search((ROOT / name).read_text(encoding="utf-8"))] == []
