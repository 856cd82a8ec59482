"""Give every known column of a table the reader for its kind of value. Pure."""

from __future__ import annotations

from exchange.cells import (
    FieldReader,
    ReadContext,
    amount_reader,
    choice_reader,
    credit_code_reader,
    date_reader,
    land_reader,
    local_code_reader,
    month_reader,
    name_reader,
    owner_reader,
    percent_reader,
    period_reader,
    place_reader,
    project_code_reader,
    rate_reader,
    term_reader,
    text_reader,
)
from exchange.parse.columns import ColumnPlan
from exchange.parse.header import Rows
from exchange.parse.model import PlannedColumn
from exchange.parse.profile import holds_fractions, writes_padded_months
from exchange.reference import Reference
from exchange.sheets import ReaderKind
from projects.values import LandUnit, MoneyUnit

_LAND_UNITS = {"公顷": LandUnit.HECTARE, "平方米": LandUnit.SQUARE_METRE, "㎡": LandUnit.SQUARE_METRE, "平方公里": LandUnit.SQUARE_KILOMETRE}


def attach_readers(plan: ColumnPlan, sample: Rows, reference: Reference, year: int | None) -> None:
    """Give every known column its reader."""
    for column in plan.columns:
        if column.field is None or column.reader_kind in {ReaderKind.SERIAL, None}:
            continue
        context = ReadContext(
            reference,
            column.unit or MoneyUnit.WAN,
            year,
            padded_months=column.reader_kind is ReaderKind.DATE and writes_padded_months(sample, column.index),
            fractions=column.reader_kind is ReaderKind.SHARE and holds_fractions(sample, column.index),
        )
        column.reader = _reader(column, context)


def _reader(column: PlannedColumn, context: ReadContext) -> FieldReader:
    name, kind = column.field or "", column.reader_kind
    simple: dict[ReaderKind | None, FieldReader] = {
        ReaderKind.NAME: name_reader(),
        ReaderKind.OWNER: owner_reader(),
        ReaderKind.CREDIT_CODE: credit_code_reader(),
        ReaderKind.LOCAL_CODE: local_code_reader(),
        ReaderKind.RATE: rate_reader(),
        ReaderKind.TERM: term_reader(),
    }
    if kind in simple:
        return simple[kind]
    if kind is ReaderKind.AMOUNT:
        return amount_reader(name, context)
    if kind is ReaderKind.DATE:
        return date_reader(name, context)
    if kind is ReaderKind.MONTH:
        return month_reader(name, context)
    if kind is ReaderKind.PERIOD:
        return period_reader("planned_start", "planned_finish", context)
    return _worded_reader(name, kind, column, context)


def _worded_reader(name: str, kind: ReaderKind | None, column: PlannedColumn, context: ReadContext) -> FieldReader:
    if kind is ReaderKind.CODE:
        return project_code_reader(name, context)
    if kind is ReaderKind.PLACE:
        return place_reader(name, context)
    if kind is ReaderKind.STAGE:
        return choice_reader(name, context.reference.stages)
    if kind is ReaderKind.NATURE:
        return choice_reader(name, context.reference.natures)
    if kind is ReaderKind.SHARE:
        return percent_reader(name, context)
    if kind is ReaderKind.LAND:
        return land_reader(name, _LAND_UNITS.get(column.meaning.unit or "", LandUnit.MU))
    return text_reader(name)
