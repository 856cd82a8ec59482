"""The stored plan: written once by the check, read by the preview and executed by the commit."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence

from exchange.models import Upload, UploadPart
from exchange.plan import Action, PlannedRow, decode, encode


def store_part(upload: Upload, number: int, rows: Sequence[PlannedRow]) -> UploadPart:
    """Keep some planned rows, compressed."""
    return UploadPart.objects.create(upload=upload, number=number, rows=len(rows), changed=_changed(rows), payload=_packed(rows))


def replace_part(part: UploadPart, rows: Sequence[PlannedRow]) -> None:
    """Keep the same rows planned otherwise, as somebody chose."""
    part.payload = _packed(rows)
    part.changed = _changed(rows)
    part.save(update_fields=["payload", "changed"])


def _packed(rows: Sequence[PlannedRow]) -> bytes:
    return zlib.compress(json.dumps([encode(row) for row in rows], ensure_ascii=False, separators=(",", ":")).encode(), 1)


def _changed(rows: Sequence[PlannedRow]) -> int:
    return sum(row.action in (Action.CREATE, Action.CHANGE) for row in rows)


def read_part(part: UploadPart) -> list[PlannedRow]:
    return _rows(bytes(part.payload))


def _rows(payload: bytes) -> list[PlannedRow]:
    return [decode(row) for row in json.loads(zlib.decompress(payload))]


def planned_rows(upload: Upload) -> Iterator[list[PlannedRow]]:
    """The stored plan, part by part, in sheet order."""
    # One query a part: a cursor left open over the parts would lock SQLite's tables against the writes between them. The next part
    # is fetched ahead, so that it can be decoded while the database still works on the last.
    last = upload.parts.count() - 1
    payload = _payload(upload, 0) if last >= 0 else b""
    for number in range(last + 1):
        rows = _rows(payload)
        payload = _payload(upload, number + 1) if number < last else b""
        yield rows


def _payload(upload: Upload, number: int) -> bytes:
    return bytes(upload.parts.values_list("payload", flat=True).get(number=number))
