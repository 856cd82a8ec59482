"""Small pieces of XML as bytes: attributes of a start tag, texts. Pure.

What a part holds besides what we change must come back byte for byte, so parts are cut and joined, never parsed and written anew.
"""

from __future__ import annotations

import re
from functools import cache
from xml.sax.saxutils import escape, quoteattr, unescape


class Unusual(Exception):
    """The workbook is put together in a way that is not cut here; another way of marking must do."""


@cache
def _pattern(name: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"(?<=\s)" + re.escape(name) + rb"\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")


def attribute(tag: bytes, name: bytes) -> bytes | None:
    """The value of an attribute as it is written in a start tag."""
    found = _pattern(name).search(tag)
    return None if found is None else found[1] if found[1] is not None else found[2]


def number(tag: bytes, name: bytes, default: int = 0) -> int:
    """An attribute that is a whole number."""
    value = attribute(tag, name)
    if value is None:
        return default
    if not value.isdigit():
        raise Unusual(f"{name.decode()}={value[:20]!r}")
    return int(value)


def with_attribute(tag: bytes, name: bytes, value: bytes) -> bytes:
    """The start tag with the attribute set."""
    given = name + b'="' + value + b'"'
    changed, count = _pattern(name).subn(lambda _found: given, tag, count=1)
    if count:
        return changed
    end = -2 if tag.endswith(b"/>") else -1
    return tag[:end].rstrip() + b" " + given + tag[end:]


def without_attribute(tag: bytes, name: bytes) -> bytes:
    return _pattern(name).sub(b"", tag)


def text_markup(text: str) -> bytes:
    """A text as the content of an element."""
    return escape(text).encode("utf-8", "replace")


def attribute_markup(text: str) -> bytes:
    """A text as an attribute's value, in its quotes."""
    return quoteattr(text).encode("utf-8", "replace")


def text_of(markup: bytes) -> str:
    """The content of an element as text."""
    plain = unescape(markup.decode("utf-8", "replace"), {"&quot;": '"', "&apos;": "'"})
    return re.sub(r"&#(x?)([0-9A-Fa-f]+);", lambda found: chr(int(found[2], 16 if found[1] else 10)), plain)


def before_end(part: bytes, closing: bytes, added: bytes) -> bytes:
    """A part with something added before its closing tag; `<x/>` is opened first."""
    at = part.rfind(b"</" + closing + b">")
    if at >= 0:
        return part[:at] + added + part[at:]
    empty = re.search(rb"<" + closing + rb"\b[^>]*/>", part)
    if empty is None:
        raise Unusual(closing.decode())
    return part[: empty.end() - 2] + b">" + added + b"</" + closing + b">" + part[empty.end() :]


def address(row: int, column: int) -> bytes:
    """The cell's name: (37, 5) → E37."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}".encode()


_PLACE = re.compile(rb"\$?([A-Z]{1,3})\$?([0-9]{1,7})")


def place(name: bytes) -> tuple[int, int]:
    """E37 → (37, 5)."""
    found = _PLACE.fullmatch(name)
    if found is None:
        raise Unusual(f"cell {name[:20]!r}")
    column = 0
    for letter in found[1]:
        column = column * 26 + letter - 64
    return int(found[2]), column
