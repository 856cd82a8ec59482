"""The parts of an Office Open XML workbook and how they hang together (.xlsx and .xlsb)."""

from __future__ import annotations

from typing import NamedTuple

from exchange.workbook.container import Container
from exchange.workbook.faults import Unfit
from exchange.workbook.markup import has_declarations, local, walk

_CONTENT_TYPES = "[content_types].xml"
_PROLOGUE = 16 * 1024
_MACRO_SHEETS = ("xlmacrosheet", "xlintlmacrosheet")
_OTHER_PROGRAMS = {
    "word": ("Word 文档", "a Word document"),
    "ppt": ("PowerPoint 演示文稿", "a PowerPoint presentation"),
    "visio": ("Visio 绘图", "a Visio drawing"),
}


def is_markup(key: str) -> bool:
    """Is the part XML that is looked at, be it only for declarations? What is embedded never is."""
    return key.endswith((".xml", ".rels", ".vml", ".rdf")) and not key.startswith("xl/embeddings/")


class Relation(NamedTuple):
    """Where a relationship leads; `kind` is the last word of its type."""

    kind: str
    target: str
    external: bool


class Package:
    """An archive seen as named parts with relations."""

    def __init__(self, container: Container) -> None:
        self.container = container
        self._check_parts()
        self.main = self._find_main()

    def relations(self, part: str) -> dict[str, Relation]:
        """The relations of a part by their id."""
        folder, _, name = part.rpartition("/")
        path = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
        found: dict[str, Relation] = {}
        if path not in self.container:
            return found

        def start(tag: str, attributes: dict[str, str]) -> None:
            if local(tag) == "Relationship":
                external = attributes.get("TargetMode") == "External"
                target = attributes.get("Target", "")
                kind = attributes.get("Type", "").rpartition("/")[2].lower()
                found[attributes.get("Id", "")] = Relation(kind, target if external else _resolve(folder, target), external)

        walk(self.container.pieces(path), start)
        return found

    def _check_parts(self) -> None:
        """Macros anywhere, and declarations in the parts that are not read otherwise."""
        for key in self.container.members:
            name = key.rpartition("/")[2]
            if key.startswith("xl/embeddings/"):  # never opened
                continue
            if name.startswith("vbaproject") or key.startswith("xl/macrosheets/"):
                raise Unfit("macro")
            if is_markup(key):
                self.container.check_declared(key)
                if has_declarations(self.container.beginning(key, _PROLOGUE)):
                    raise Unfit("forbidden_xml")

    def _find_main(self) -> str:
        """The workbook part. What the content types say of it is not needed: its root element tells."""
        mains = [one.target for one in self.relations("").values() if one.kind == "officedocument" and not one.external]
        main = mains[0] if mains else "xl/workbook.xml"
        program = main.partition("/")[0]
        if program in _OTHER_PROGRAMS:
            zh, en = _OTHER_PROGRAMS[program]
            raise Unfit("not_a_workbook", zh=zh, en=en)
        if main not in self.container and "xl/workbook.bin" in self.container:
            return "xl/workbook.bin"
        if main not in self.container:
            for program, (zh, en) in _OTHER_PROGRAMS.items():
                if any(key.startswith(f"{program}/") for key in self.container.members):
                    raise Unfit("not_a_workbook", zh=zh, en=en)
            raise Unfit("not_a_workbook", zh="普通压缩包", en="a plain archive")
        return main


class SheetPart(NamedTuple):
    """A worksheet as the workbook lists it."""

    name: str
    state: str
    part: str


def sheet_parts(package: Package, listed: list[tuple[str, str, str]], limit: int) -> list[SheetPart]:
    """Follow the relation of each listed (name, state, id) to its part; charts are left out, macro sheets refused."""
    relations = package.relations(package.main)
    if any(one.kind == "vbaproject" for one in relations.values()):
        raise Unfit("macro")
    if len(listed) > limit:
        raise Unfit("too_many_sheets", limit=limit)
    parts: list[SheetPart] = []
    for name, state, identifier in listed:
        relation = relations.get(identifier)
        if relation is None or relation.external:
            raise Unfit("damaged")
        if relation.kind in _MACRO_SHEETS:
            raise Unfit("macro")
        if relation.kind != "worksheet":
            continue
        if relation.target not in package.container or any(relation.target == one.part or name == one.name for one in parts):
            raise Unfit("damaged")
        parts.append(SheetPart(name, state, relation.target))
    if not parts:
        raise Unfit("no_sheets")
    return parts


def _resolve(folder: str, target: str) -> str:
    """The key of the part a relative target means. It is looked up in the archive only, so it can't lead out of it."""
    steps = [] if target.startswith("/") else [step for step in folder.split("/") if step]
    for step in target.replace("\\", "/").split("/"):
        if step == "..":
            del steps[-1:]
        elif step not in ("", "."):
            steps.append(step)
    return "/".join(steps).lower()
