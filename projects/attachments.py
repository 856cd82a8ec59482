"""Files that come in and go out again: their names made harmless, and always sent as an attachment, never shown in place."""

from __future__ import annotations

import re
import unicodedata

from django.http import HttpResponse
from django.utils.http import content_disposition_header

_NAME_LENGTH = 200
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]')


def shown_name(filename: str) -> str:
    """The file's own name without folders, control, bidi and invisible characters, cut so that its ending stays."""
    last = filename.replace("\\", "/").rpartition("/")[2]
    plain = "".join(
        sign for sign in unicodedata.normalize("NFC", last) if unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    )
    plain = plain.strip() or "unnamed"
    if len(plain) <= _NAME_LENGTH:
        return plain
    stem, dot, ending = plain.rpartition(".")
    return plain[:_NAME_LENGTH] if not dot or len(ending) > 10 else f"{stem[: _NAME_LENGTH - len(ending) - 2]}….{ending}"[-_NAME_LENGTH:]


def offered_name(filename: str) -> str:
    """A name that every system can store a file under."""
    plain = _FORBIDDEN.sub("_", shown_name(filename)).lstrip(".") or "file"
    return f"_{plain}" if _DEVICES.match(plain) else plain


def attachment(content: bytes, name: str, content_type: str) -> HttpResponse:
    """A download that no browser opens in place, whatever the bytes are."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, offered_name(name)) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
