"""The stamp of a template: whose it is, for which month, and a mark of every value it went out with. Pure.

A mark is a keyed digest of the cell as it was written, bound to project and field. Coming back, a cell whose mark is the same was
not touched; a stored value whose mark is the same has not moved since. The values themselves are not in the stamp. The whole stamp
is signed: one that was edited or made by hand is told from ours.
"""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from hashlib import blake2b
from typing import Any

STAMP_SHEET = "_pipeline"
MAGIC = "major-project-pipeline template"
VERSION = 1
_MARK_BYTES = 6
MARK_LENGTH = 8  # of a mark in base64


class NoStampError(ValueError):
    """The sheet is not a stamp that we can read."""


def canonical(content: Any) -> str:
    """A cell's content as one text, whichever program saved it: 12, 12.0 and "12" are the same."""
    if content is None:
        return ""
    kind = type(content)
    if kind is str:
        text: str = content.replace("\r\n", "\n").replace("\r", "\n").strip()
        return text
    if kind is float or kind is int or kind is Decimal:
        return _plain(content)
    return f"{kind.__name__}:{getattr(content, 'text', content)}"


def _plain(number: float | Decimal) -> str:
    try:
        value = number if isinstance(number, Decimal) else Decimal(repr(number))
        return format(value.normalize(), "f") if value else "0"
    except InvalidOperation:
        return repr(number)


@dataclass(frozen=True, slots=True)
class Issue:
    """What a stamp says of its template as a whole."""

    unit: str  # the unit's key
    unit_name: str
    period: str | None  # 2020-07; None for a list
    kind: str
    exported_at: str
    nonce: str
    fields: tuple[str, ...]
    version: int = VERSION

    def as_text(self) -> str:
        document = {name: getattr(self, name) for name in ("version", "unit", "unit_name", "period", "kind", "exported_at", "nonce")}
        return json.dumps({**document, "fields": list(self.fields)}, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def parse(cls, text: str) -> Issue:
        try:
            document = json.loads(text)
            fields = tuple(str(name) for name in document.pop("fields"))
            return cls(fields=fields, **document)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise NoStampError(str(error)) from error


@dataclass(frozen=True, slots=True)
class Marker:
    """Makes the marks of one issue."""

    key: bytes
    issue: Issue

    def mark(self, uid: str, name: str, content: Any) -> str:
        words = f"{self.issue.nonce}|{uid}|{name}|{canonical(content)}".encode("utf-8", "surrogatepass")
        return b64encode(blake2b(words, key=self.key[:64], digest_size=_MARK_BYTES).digest()).decode("ascii")


@dataclass(slots=True)
class Stamp:
    """A stamp as read back: for each project (by its lasting number) its revisions and its marks, in the order of the issue's fields."""

    issue: Issue
    signature: str
    rows: dict[str, tuple[str, str]] = field(default_factory=dict)  # uid → (revision, marks)

    def marks(self, uid: str) -> Mapping[str, str]:
        """Field → mark of a project; nothing for one that was not in the template."""
        found = self.rows.get(uid)
        if found is None:
            return {}
        return {name: found[1][at * MARK_LENGTH : (at + 1) * MARK_LENGTH] for at, name in enumerate(self.issue.fields)}

    def is_signed(self, keys: Iterable[bytes]) -> bytes | None:
        """The key that it was signed with, or None where it was made or changed by hand."""
        told = list(self._told())
        return next((key for key in keys if hmac.compare_digest(_signature(key, told), self.signature)), None)

    def _told(self) -> Iterator[str]:
        yield self.issue.as_text()
        for uid, (revision, marks) in self.rows.items():
            yield f"{uid}|{revision}|{marks}"


def _signature(key: bytes, told: Iterable[str]) -> str:
    digest = blake2b(key=key[:64], digest_size=24)
    for line in told:
        digest.update(line.encode("utf-8", "surrogatepass") + b"\n")
    return b64encode(digest.digest()).decode("ascii")


def stamp_rows(key: bytes, issue: Issue, rows: Sequence[tuple[str, str, str]]) -> Iterator[tuple[str, ...]]:
    """The rows of the stamp's sheet, from (uid, revision, marks)."""
    yield (MAGIC, str(issue.version))
    yield (issue.as_text(),)
    stamp = Stamp(issue, "", {uid: (revision, marks) for uid, revision, marks in rows})
    yield (_signature(key, stamp._told()),)
    yield from rows


def read_stamp(rows: Iterable[Sequence[Any]]) -> Stamp:
    """The stamp on a sheet. NoStampError where there is none that we understand."""
    lines = iter(rows)
    try:
        magic, head, signature = next(lines), next(lines), next(lines)
    except StopIteration as error:
        raise NoStampError("too short") from error
    if not magic or magic[0] != MAGIC or not head or not signature:
        raise NoStampError("no stamp")
    stamp = Stamp(Issue.parse(str(head[0])), str(signature[0]))
    if stamp.issue.version != VERSION:
        raise NoStampError(f"version {stamp.issue.version}")
    for line in lines:
        if len(line) >= 3 and line[0] is not None:
            stamp.rows[str(line[0])] = (str(line[1]), str(line[2]))
    return stamp
