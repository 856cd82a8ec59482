"""An .xlsx as named parts that are read, replaced, added and dropped; what is not touched is copied byte for byte."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from exchange.workbook.inlay.tags import Unusual, attribute, attribute_markup, before_end, number, text_of, with_attribute

_RELATION = re.compile(rb"<Relationship(?=\s)[^>]*?(?:/>|>\s*</Relationship>)")
_SHEET = re.compile(rb"<sheet(?=\s)[^>]*?(?:/>|>\s*</sheet>)")
_NAME = re.compile(rb"<definedName(?=\s)[^>]*>.*?</definedName>", re.DOTALL)
_VIEW = re.compile(rb"<workbookView\b[^>]*>")
_KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_TYPES = "[Content_Types].xml"
_NO_RELATIONS = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
_MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml."


class Book:
    """The archive. Part names are kept as they are written; they are looked up whatever their case."""

    def __init__(self, data: bytes) -> None:
        self.archive = ZipFile(BytesIO(data))
        self.names = {name.casefold(): name for name in self.archive.namelist()}
        self.changed: dict[str, bytes] = {}
        self.dropped: set[str] = set()
        if any(name.startswith("_xmlsignatures/") for name in self.names):
            raise Unusual("signed")
        self.main = self._main()
        self.workbook = self.read(self.main)

    def _main(self) -> str:
        for tag in _RELATION.findall(self.read("_rels/.rels")):
            if (attribute(tag, b"Type") or b"") == f"{_KINDS}officeDocument".encode():
                return self._resolved("", text_of(attribute(tag, b"Target") or b""))
        raise Unusual("no main part")

    def has(self, name: str) -> bool:
        return name in self.changed or (name.casefold() in self.names and self.names[name.casefold()] not in self.dropped)

    def read(self, name: str) -> bytes:
        """A part as UTF-8 without byte order mark."""
        if name in self.changed:
            return self.changed[name]
        if name.casefold() not in self.names:
            raise Unusual(f"no {name}")
        part = self.archive.read(self.names[name.casefold()]).removeprefix(b"\xef\xbb\xbf")
        declared = re.match(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']+)", part)
        if (declared and declared[1].lower() not in (b"utf-8", b"utf8")) or part[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise Unusual("encoding")
        return part

    def write(self, name: str, part: bytes) -> None:
        self.changed[self.names.get(name.casefold(), name)] = part

    def drop(self, name: str) -> None:
        self.changed.pop(name, None)
        if name.casefold() in self.names:
            self.dropped.add(self.names[name.casefold()])

    # --- relations -------------------------------------------------------------------------------------------------------------------

    def relations(self, part: str) -> dict[bytes, tuple[str, str]]:
        """Id → (kind, part)."""
        path = _relations_of(part)
        if not self.has(path):
            return {}
        found = {}
        for tag in _RELATION.findall(self.read(path)):
            kind = (attribute(tag, b"Type") or b"").decode().rpartition("/")[2]
            if (attribute(tag, b"TargetMode") or b"") != b"External":
                target = text_of(attribute(tag, b"Target") or b"")
                found[attribute(tag, b"Id") or b""] = (kind, self._resolved(posixpath.dirname(part), target))
        return found

    def relate(self, part: str, kind: str, target: str) -> bytes:
        """Add a relation to a part; answers its id."""
        path = _relations_of(part)
        known = self.read(path) if self.has(path) else _NO_RELATIONS
        taken = set(re.findall(rb"\bId\s*=\s*[\"']([^\"']+)", known))
        identifier = next(one for number_ in range(1, 100_000) if (one := b"rId%d" % number_) not in taken)
        tag = b'<Relationship Id="%s" Type="%s" Target="%s"/>' % (identifier, f"{_KINDS}{kind}".encode(), f"/{target}".encode())
        self.write(path, before_end(known, b"Relationships", tag))
        return identifier

    def unrelate(self, part: str, identifier: bytes) -> None:
        path = _relations_of(part)
        self.write(path, _RELATION.sub(lambda found: b"" if attribute(found[0], b"Id") == identifier else found[0], self.read(path)))

    @staticmethod
    def _resolved(folder: str, target: str) -> str:
        return posixpath.normpath(target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target))

    def free(self, pattern: str) -> str:
        """A part name that is not taken: `xl/comments%d.xml`."""
        return next(name for number_ in range(1, 100_000) if not self.has(name := pattern % number_) and name.casefold() not in self.names)

    # --- what the parts are ------------------------------------------------------------------------------------------------------------

    def declare(self, part: str, kind: str) -> None:
        """Say of a new part what it is: `worksheet`, `comments`."""
        tag = f'<Override PartName="/{part}" ContentType="{_MAIN}{kind}+xml"/>'.encode()
        self.write(_TYPES, before_end(self.read(_TYPES), b"Types", tag))

    def declare_drawings(self) -> None:
        known = self.read(_TYPES)
        if not re.search(rb"<Default\b[^>]*\bExtension\s*=\s*[\"']vml[\"']", known, re.IGNORECASE):
            at = known.index(b">", known.index(b"<Types")) + 1
            tag = b'<Default Extension="vml" ContentType="application/vnd.openxmlformats-officedocument.vmlDrawing"/>'
            self.write(_TYPES, known[:at] + tag + known[at:])

    def _undeclare(self, part: str) -> None:
        name = re.escape(f"/{part}".encode())
        self.write(_TYPES, re.sub(rb"<Override\b[^>]*PartName\s*=\s*[\"']" + name + rb"[\"'][^>]*/>", b"", self.read(_TYPES), flags=re.IGNORECASE))

    # --- sheets ------------------------------------------------------------------------------------------------------------------------

    def sheets(self) -> list[tuple[str, str]]:
        """The worksheets in their order: name and part. Sheets of charts stand among them with an empty part."""
        relations = self.relations(self.main)
        found = []
        for tag in _SHEET.findall(self.workbook):
            kind, part = relations.get(_identifier(tag), ("", ""))
            found.append((text_of(attribute(tag, b"name") or b""), part if kind == "worksheet" else ""))
        if not found:
            raise Unusual("no sheets")
        return found

    def drop_sheet(self, name: str) -> None:
        """Take a sheet out, with the names that belong to it."""
        index = next(at for at, (own, _part) in enumerate(self.sheets()) if own == name)
        tag = _SHEET.findall(self.workbook)[index]
        identifier = _identifier(tag)
        part = self.relations(self.main)[identifier][1]
        self.workbook = self.workbook.replace(tag, b"", 1)
        self._renumber(lambda at: None if at == index else at - (at > index))
        self.unrelate(self.main, identifier)
        self._undeclare(part)
        for drop in (part, _relations_of(part)):
            self.drop(drop)

    def add_sheet(self, name: str, markup: bytes, *, first: bool = False, hidden: bool = False) -> None:
        part = self.free("xl/worksheets/sheet%d.xml")
        self.write(part, markup)
        self.declare(part, "worksheet")
        identifier = self.relate(self.main, "worksheet", part)
        key = max((number(tag, b"sheetId") for tag in _SHEET.findall(self.workbook)), default=0) + 1
        state = b' state="veryHidden"' if hidden else b""
        schema = f'xmlns:r="{_KINDS[:-1]}"'.encode()
        tag = b'<sheet %s name=%s sheetId="%d"%s r:id="%s"/>' % (schema, attribute_markup(name), key, state, identifier)
        if first:
            at = self.workbook.index(b">", self.workbook.index(b"<sheets")) + 1
            self.workbook = self.workbook[:at] + tag + self.workbook[at:]
            self._renumber(lambda index: index + 1)
            self.workbook = _VIEW.sub(lambda found: with_attribute(with_attribute(found[0], b"activeTab", b"0"), b"firstSheet", b"0"), self.workbook)
        else:
            self.workbook = before_end(self.workbook, b"sheets", tag)

    def _renumber(self, move: Callable[[int], int | None]) -> None:
        """Names that belong to a sheet say so by its number."""

        def moved(found: re.Match[bytes]) -> bytes:
            whole = found[0]
            end = whole.index(b">") + 1
            if attribute(whole[:end], b"localSheetId") is None:
                return whole
            at = move(number(whole[:end], b"localSheetId"))
            return b"" if at is None else with_attribute(whole[:end], b"localSheetId", str(at).encode()) + whole[end:]

        self.workbook = re.sub(rb"<definedNames>\s*</definedNames>", b"", _NAME.sub(moved, self.workbook))

    def drawings(self) -> Iterator[bytes]:
        for name in self.names.values():
            if name.casefold().endswith(".vml") and name not in self.dropped:
                yield self.read(name)

    def saved(self) -> bytes:
        """The archive with what changed, in the order it had."""
        self.write(self.main, self.workbook)
        out = BytesIO()
        with ZipFile(out, "w", ZIP_DEFLATED) as made:
            for item in self.archive.infolist():
                if item.filename not in self.dropped:
                    changed = self.changed.pop(item.filename, None)
                    made.writestr(item.filename, self.archive.read(item) if changed is None else changed)
            for name, part in self.changed.items():
                made.writestr(name, part)
        return out.getvalue()


def _identifier(tag: bytes) -> bytes:
    """The relation of a sheet: `r:id`, whatever the prefix."""
    found = re.search(rb"\s[A-Za-z_][\w.-]*:id\s*=\s*[\"']([^\"']+)", tag)
    if found is None:
        raise Unusual("sheet without id")
    return found[1]


def _relations_of(part: str) -> str:
    return posixpath.join(posixpath.dirname(part), "_rels", posixpath.basename(part) + ".rels")
