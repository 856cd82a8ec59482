"""One reader per kind of value: from a raw cell to a typed value, with what is to be said of it. Pure.

A reader gives the bare value where the cell says it literally, and a `CellReading` where there is something to add: a finding, or the
way the value was read. So the common clean cell costs no object.
"""

from exchange.cells.amounts import amount_reader, plain_number
from exchange.cells.base import CellReading, CellValue, FieldReader, ReadContext, is_empty
from exchange.cells.choices import choice_reader, place_reader
from exchange.cells.codes import credit_code_reader, local_code_reader, project_code_reader
from exchange.cells.dates import date_reader, month_reader, read_date_text
from exchange.cells.numbers import land_reader, percent_reader, rate_reader, term_reader
from exchange.cells.periods import period_reader
from exchange.cells.text import clean, name_reader, owner_reader, text_reader

__all__ = [
    "CellReading",
    "CellValue",
    "FieldReader",
    "ReadContext",
    "amount_reader",
    "choice_reader",
    "clean",
    "credit_code_reader",
    "date_reader",
    "is_empty",
    "land_reader",
    "local_code_reader",
    "month_reader",
    "name_reader",
    "owner_reader",
    "percent_reader",
    "period_reader",
    "place_reader",
    "plain_number",
    "project_code_reader",
    "rate_reader",
    "read_date_text",
    "term_reader",
    "text_reader",
]
