"""Native Excel charts of printed tables, in one grammar: plan as outline, done solid, last year thin grey, 时序 dashed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from reports.formulas import column_letters

_INK, _ACCENT, _GREY = "#1F2733", "#1F4E8C", "#8A94A3"
_FONT = "黑体"


class Look(Enum):
    """How a series is drawn."""

    PLAN = "plan"
    DONE = "done"
    BEFORE = "before"
    DUE = "due"

    @property
    def is_line(self) -> bool:
        return self in (Look.BEFORE, Look.DUE)


_LOOKS: dict[Look, dict[str, Any]] = {
    Look.PLAN: {"fill": {"none": True}, "border": {"color": _INK, "width": 1}},
    Look.DONE: {"fill": {"color": _ACCENT}, "border": {"none": True}},
    Look.BEFORE: {"line": {"color": _GREY, "width": 1.25}},
    Look.DUE: {"line": {"color": _INK, "width": 1.75, "dash_type": "dash"}},
}


@dataclass(frozen=True, slots=True)
class Series:
    """A column of the table as bars or a line."""

    key: str
    name: str
    look: Look


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of a table's rows: the column that names them, the series, what the axis measures, and which rows (all without it).

    With a sheet of its own it fills a page; without, it stands under its table.
    """

    title: str
    axis: str
    series: Sequence[Series]
    rows: tuple[int, int]  # the first row, and the one after the last
    sheet: str = ""
    by: str = "label"


def chart_object(book: Any, chart: Chart, places: dict[str, int], sheet: str, first_row: int) -> Any:
    """The chart as the workbook's own, reading the cells of the table's sheet."""
    bars = book.add_chart({"type": "column"})
    lines = book.add_chart({"type": "line"})
    for one in chart.series:
        (lines if one.look.is_line else bars).add_series(_series(one, chart, places, sheet, first_row))
    if any(one.look.is_line for one in chart.series):
        bars.combine(lines)
    bars.set_title({"name": chart.title, "name_font": {"name": _FONT, "size": 14, "bold": False}, "overlay": False})
    axis = {"name_font": {"name": _FONT, "size": 10, "bold": False}, "num_font": {"name": _FONT, "size": 9}}
    bars.set_x_axis(axis)
    bars.set_y_axis({**axis, "name": chart.axis, "num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": "#E3E7ED"}}, "min": 0})
    bars.set_legend({"position": "bottom", "font": {"name": _FONT, "size": 10}})
    bars.show_blanks_as("gap")
    return bars


def _series(one: Series, chart: Chart, places: dict[str, int], sheet: str, first_row: int) -> dict[str, Any]:
    start, until = (first_row + at for at in chart.rows)
    quoted = "'" + sheet.replace("'", "''") + "'"

    def cells(key: str) -> str:
        letter = column_letters(places[key])
        return f"={quoted}!${letter}${start + 1}:${letter}${until}"

    gap = {} if one.look.is_line else {"gap": 60, "overlap": 0}
    return {"name": one.name, "categories": cells(chart.by), "values": cells(one.key), **_LOOKS[one.look], **gap}
