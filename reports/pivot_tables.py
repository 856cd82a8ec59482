"""A pivot as a table that every renderer draws: a column for each dimension and measure, the whole first."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reports.pivot_rows import Pivot, PivotRow
from reports.tables import Column, Kind, Level, Row, Table, Value


def table_of(found: Pivot, title: str, words: Mapping[str, str], moment: str = "") -> Table:
    """The table of a pivot; `words` are the headings of its dimensions. With several months each has its whole, above all rows."""
    chinese = (get_language() or "zh").startswith("zh")
    columns = [Column(name, words[name], width=16) for name in found.by] or [Column("whole", "", width=16)]
    columns += [Column(one.key, one.zh if chinese else one.en, one.kind, width=14) for one in found.measures]
    rows = [_row(row, columns, Level.TOTAL) for row in found.wholes] + [_row(row, columns, Level.ROW) for row in found.rows if found.by]
    return Table(name="pivot", title=title, unit_line=_("单位：万元"), columns=columns, rows=rows, moment=moment)


def _row(row: PivotRow, columns: list[Column], level: Level) -> Row:
    texts = [column.key for column in columns if column.kind is Kind.TEXT]
    values: dict[str, Value] = {**dict.fromkeys(texts, ""), **{name: text for name, text in row.labels.items() if name in texts}, **row.values}
    if level is Level.TOTAL:
        values[texts[0]] = _("合计") if texts[0] != "month" else f"{row.labels['month']} {_('合计')}"
    return Row(str(values[texts[0]]), values, level, approx=row.approx, keys=row.keys)
