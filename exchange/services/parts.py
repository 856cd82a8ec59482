"""The stored plan: written once by the check, read by the preview and executed by the commit."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence

from exchange.models import Upload, UploadPart
from exchange.plan import Action, PlannedRow, decode, encode


def store_part(upload: Upload, number: int, rows: Sequence[PlannedRow]) -> UploadPart:
    """Keep some planned rows, compressed."""
    payload = zlib.compress(json.dumps([encode(row) for row in rows], ensure_ascii=False, separators=(",", ":")).encode(), 1)
    changed = sum(row.action in (Action.CREATE, Action.CHANGE) for row in rows)
    return UploadPart.objects.create(upload=upload, number=number, rows=len(rows), changed=changed, payload=payload)


def read_part(part: UploadPart) -> list[PlannedRow]:
    return [decode(row) for row in json.loads(zlib.decompress(bytes(part.payload)))]


def planned_rows(upload: Upload) -> Iterator[list[PlannedRow]]:
    """The stored plan, part by part, in sheet order."""
    # One query a part: a cursor left open over the parts would lock SQLite's tables against the writes between them.
    for number in range(upload.parts.count()):
        yield read_part(upload.parts.get(number=number))
