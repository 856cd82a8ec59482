"""What a marking child is given: the length of the order (8 bytes), the order as JSON, the file. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_LENGTH_BYTES = 8


def joined(order: Mapping[str, Any], data: bytes) -> bytes:
    """Order and file as one stream."""
    given = json.dumps(order, ensure_ascii=False).encode("utf-8", "replace")
    return len(given).to_bytes(_LENGTH_BYTES, "big") + given + data


def parted(given: bytes) -> tuple[dict[str, Any], bytes]:
    """The stream as order and file."""
    length = int.from_bytes(given[:_LENGTH_BYTES], "big")
    return json.loads(given[_LENGTH_BYTES : _LENGTH_BYTES + length]), given[_LENGTH_BYTES + length :]
