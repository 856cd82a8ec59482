"""Texts as cells and cell notes of ours hold them. Pure."""

from __future__ import annotations

import re

# What XML can't hold; a spreadsheet program would call the file damaged.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST_TEXT = 32_767
LONGEST_NOTE = 2_000
SIGN = "【检查】"  # our notes begin so
BREAK = "\n———\n"  # below it stands the note that was there before
FILLS = {"error": "FFC7CE", "warning": "FFEB9C"}  # by gravity; a hint gets no colour


def safe_text(text: str) -> str:
    """A text as a cell can hold it."""
    return _FORBIDDEN.sub("", text)[:_LONGEST_TEXT]


def said_of(note: str) -> str:
    """What we said in a note, without what stood there before."""
    return note.partition(BREAK)[0] if note.startswith(SIGN) else ""


def old_note(note: str) -> str:
    """What stood in the note before we said something."""
    return note.partition(BREAK)[2] if note.startswith(SIGN) else note


def joined_note(before: str, text: str) -> str:
    """The note with one more thing said by us."""
    said = "\n".join(part for part in (said_of(before), text) if part)
    own = old_note(before)
    return f"{said}{BREAK}{own}" if own else said
