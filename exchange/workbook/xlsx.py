"""Office Open XML workbooks (.xlsx): transitional and strict, whatever program wrote them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from exchange.workbook import formats
from exchange.workbook.faults import Unfit
from exchange.workbook.frames import SpoolWriter
from exchange.workbook.grid import Budget, Grid
from exchange.workbook.limits import Limits
from exchange.workbook.markup import is_true, local, walk
from exchange.workbook.package import Package, sheet_parts
from exchange.workbook.rows import CellReader, read_sheet
from exchange.workbook.shapes import column_of
from exchange.workbook.strings import read_strings
from exchange.workbook.texts import cell_text, tidy

_STATES = {"hidden": "hidden", "veryHidden": "very_hidden"}


class _Workbook(NamedTuple):
    sheets: list[tuple[str, str, str]]  # name, state, relation
    is_1904: bool
    recalculates: bool
    external: bool


def read_xlsx(package: Package, spool: SpoolWriter, limits: Limits) -> tuple[list[dict[str, object]], list[tuple[str, dict[str, object]]]]:
    """The sheets as plain values, and remarks."""
    workbook = _read_workbook(package)
    parts = sheet_parts(package, workbook.sheets, limits.sheets)
    related = {one.kind: one.target for one in package.relations(package.main).values() if not one.external and one.target in package.container}
    kinds = _read_styles(package, related["styles"]) if "styles" in related else []
    shared = read_strings(package.container.pieces(related["sharedstrings"]), limits.record_chars) if "sharedstrings" in related else []
    cells = CellReader(shared, kinds, workbook.is_1904)
    budget = Budget(limits)
    sheets = []
    for part in parts:
        grid = Grid(part.name, part.state, spool, budget)
        _read_comments(package, part.part, grid)
        read_sheet(package.container.pieces(part.part), grid, cells, limits)
        sheets.append(grid.finish())
    remarks: list[tuple[str, dict[str, object]]] = []
    if workbook.external or any(key.startswith("xl/externallinks/") for key in package.container.members):
        remarks.append(("external_links", {}))
    if workbook.recalculates and cells.formulas and not cells.calculated:
        remarks.append(("formulas_never_calculated", {"cells": cells.formulas}))
    return sheets, remarks


def _read_workbook(package: Package) -> _Workbook:
    sheets: list[tuple[str, str, str]] = []
    seen: dict[str, bool] = {}
    roots: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        name = local(tag)
        if not roots:
            roots.append(name)
        if name == "sheet":
            identifier = next((value for key, value in attributes.items() if local(key) == "id" and ":" in key), "")
            sheets.append((tidy(attributes.get("name", ""))[:255], _STATES.get(attributes.get("state", ""), "visible"), identifier))
        elif name == "workbookPr":
            seen["1904"] = is_true(attributes.get("date1904"))
        elif name == "calcPr":
            seen["recalculates"] = is_true(attributes.get("fullCalcOnLoad"))
        elif name == "externalReference":
            seen["external"] = True

    walk(package.container.pieces(package.main), start)
    if roots != ["workbook"]:
        raise Unfit("not_a_workbook", zh="普通压缩包", en="a plain archive")
    return _Workbook(sheets, seen.get("1904", False), seen.get("recalculates", False), seen.get("external", False))


def _read_styles(package: Package, part: str) -> list[int]:
    """What each cell style makes of a number: `formats.NUMBER`, DATE, TIME or PERCENT."""
    texts: dict[int, str] = {}
    kinds: list[int] = []
    path: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        name = local(tag)
        parent = path[-1] if path else ""
        path.append(name)
        if name == "numFmt" and parent == "numFmts":
            texts[_integer(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
        elif name == "xf" and parent == "cellXfs":
            code = _integer(attributes.get("numFmtId"))
            kinds.append(formats.kind_of(code, texts.get(code)))

    def end(_: str) -> None:
        path.pop()

    walk(package.container.pieces(part), start, end)
    return kinds


def _read_comments(package: Package, part: str, grid: Grid) -> None:
    for relation in package.relations(part).values():
        if relation.kind == "comments" and not relation.external and relation.target in package.container:
            start, end, text = _comment_events(grid)
            walk(package.container.pieces(relation.target), start, end, text)


def _comment_events(grid: Grid) -> tuple[Callable[[str, dict[str, str]], None], Callable[[str], None], Callable[[str], None]]:
    place = [0, 0]
    texts: list[str] = []
    path: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        path.append(local(tag))
        if path[-1] == "comment":
            place[:] = column_of(attributes.get("ref", "").replace("$", ""))
            texts.clear()

    def end(_: str) -> None:
        if path.pop() == "comment":
            text = cell_text("".join(texts))
            grid.comment(place[0], place[1], text if isinstance(text, str) else "".join(texts)[:200])

    def characters(data: str) -> None:
        if path[-1] == "t" and "rPh" not in path[-3:]:
            texts.append(data)

    return start, end, characters


def _integer(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
