"""The styles part: cell formats like those that are there, with another fill, and the few that our own sheet needs."""

from __future__ import annotations

import re
from collections.abc import Sequence

from exchange.workbook.inlay.tags import Unusual, attribute, number, with_attribute
from exchange.workbook.notes import FILLS

# What covered a cell before it was marked: kind, colour (`theme:3` or RGB with alpha), tint. ("", "", 0) is no fill.
Former = tuple[str, str, float]
NO_FILL: Former = ("", "", 0.0)
_COLOUR = re.compile(rb"<fgColor\b[^>]*>")


class _Group:
    """One counted list of the part: fonts, fills, borders, cellXfs."""

    def __init__(self, part: bytes, name: bytes, item: bytes) -> None:
        found = re.search(rb"<" + name + rb"\b[^>]*>", part)
        end = part.find(b"</" + name + b">")
        if found is None or end < 0:
            raise Unusual(f"styles without {name.decode()}")
        self.start, self.end, self.tag = found.start(), end, found[0]
        pattern = re.compile(rb"<" + item + rb"(?=[\s/>])(?:[^>]*?/>|.*?</" + item + rb">)", re.DOTALL)
        self.items = pattern.findall(part, found.end(), end)
        self.known = len(self.items)

    def put(self, item: bytes) -> int:
        """The number of an item of this group, added if it is not there among the new ones."""
        if item in self.items[self.known :]:
            return self.items.index(item, self.known)
        self.items.append(item)
        return len(self.items) - 1

    def written(self) -> bytes:
        return with_attribute(self.tag, b"count", str(len(self.items)).encode()) + b"".join(self.items)


class Styles:
    """The part, read once, added to, and written again with everything else as it was."""

    def __init__(self, part: bytes) -> None:
        self.part = part
        self.fonts, self.fills = _Group(part, b"fonts", b"font"), _Group(part, b"fills", b"fill")
        self.borders, self.formats = _Group(part, b"borders", b"border"), _Group(part, b"cellXfs", b"xf")
        self._tones = {severity: self.fills.put(_solid(b'rgb="FF%s"' % fill.encode())) for severity, fill in FILLS.items()}
        self._made: dict[tuple[int, int], int] = {}

    def tinted(self, style: int, severity: str) -> int:
        """The format like this one in the colour of a gravity."""
        return self._filled(style, self._tones[severity])

    def refilled(self, style: int, former: Former) -> int:
        """The format like this one with the fill there was before."""
        kind, value, tint = former
        if kind != "solid":
            return self._filled(style, 0)
        colour = b'theme="%d"' % int(value[6:]) if value.startswith("theme:") else b'rgb="%s"' % value.encode()
        return self._filled(style, self.fills.put(_solid(colour + (b' tint="%s"' % repr(tint).encode() if tint else b""))))

    def former(self, style: int) -> Former:
        """What fills the cells of a format; a pattern is not remembered and counts as none."""
        markup = self._fill_of(style)
        found = _COLOUR.search(markup)
        if found is None or b'"solid"' not in markup:
            return NO_FILL
        theme, rgb, tint = (attribute(found[0], name) for name in (b"theme", b"rgb", b"tint"))
        if theme is not None:
            return "solid", f"theme:{int(theme)}", float(tint or 0)
        return ("solid", rgb.decode("ascii"), 0.0) if rgb is not None else NO_FILL

    def is_ours(self, style: int) -> bool:
        """Is the format in one of our two colours?"""
        return self.former(style)[1] in {f"FF{fill}" for fill in FILLS.values()}

    def _fill_of(self, style: int) -> bytes:
        return bytes(self._item(self.fills, number(self._format(style), b"fillId")))

    def _format(self, style: int) -> bytes:
        return bytes(self._item(self.formats, style))

    @staticmethod
    def _item(group: _Group, index: int) -> bytes:
        if index >= len(group.items):
            raise Unusual(f"style {index} of {len(group.items)}")
        item: bytes = group.items[index]
        return item

    def _filled(self, style: int, fill: int) -> int:
        if (style, fill) not in self._made:
            whole = self._format(style)
            end = whole.index(b">") + 1
            tag = with_attribute(with_attribute(whole[:end], b"fillId", str(fill).encode()), b"applyFill", b"1")
            self._made[style, fill] = self.formats.put(tag + whole[end:])
        return self._made[style, fill]

    def added(self, *, font: bytes = b"", fill: bytes = b"", edged: bool = False, wraps: bool = False) -> int:
        """A format of our own sheet."""
        fonts = self.fonts.put(font) if font else 0
        fills = self.fills.put(_solid(fill)) if fill else 0
        borders = self.borders.put(_EDGE) if edged else 0
        tag = b'<xf numFmtId="0" fontId="%d" fillId="%d" borderId="%d" xfId="0" applyFont="1" applyFill="1" applyBorder="1"' % (fonts, fills, borders)
        inner = b' applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>' if wraps else b"/>"
        return self.formats.put(tag + inner)

    def written(self) -> bytes:
        """The part with what was added."""
        groups: Sequence[_Group] = sorted((self.fonts, self.fills, self.borders, self.formats), key=lambda group: group.start)
        pieces, at = [], 0
        for group in groups:
            pieces += [self.part[at : group.start], group.written()]
            at = group.end
        return b"".join([*pieces, self.part[at:]])


_LINE = b'<%s style="thin"><color rgb="FFBFBFBF"/></%s>'
_EDGE = b"<border>" + b"".join(_LINE % (side, side) for side in (b"left", b"right", b"top", b"bottom")) + b"<diagonal/></border>"


def _solid(colour: bytes) -> bytes:
    return b'<fill><patternFill patternType="solid"><fgColor ' + colour + b'/><bgColor indexed="64"/></patternFill></fill>'
