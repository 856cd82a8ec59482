"""A sheet is data: for each kind a tuple of columns, from which reader, template and export are all made. Pure."""

from exchange.sheets.column import Column, Kind, ReaderKind
from exchange.sheets.headings import Heading, Meaning, meaning_of, normalise_heading
from exchange.sheets.kinds import COLUMNS, SHEETS, column_of, neutral_name
from exchange.sheets.money import moves

__all__ = [
    "COLUMNS",
    "SHEETS",
    "Column",
    "Heading",
    "Kind",
    "Meaning",
    "ReaderKind",
    "column_of",
    "meaning_of",
    "moves",
    "neutral_name",
    "normalise_heading",
]
