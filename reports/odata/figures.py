"""The set of figures: `reports.flat`, computed anew for every request and handed to the database as a table of its own.

So filters, orders, counts and keyset pages are the database's, as of every other set, and the figures are those of every other door, also
where nothing was folded yet or a cut is read. The table is one parameter in JSON; no row is ever stored.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.db.models.sql import Query
from django.db.models.sql.datastructures import BaseTable
from django.utils.translation import gettext_lazy as _

from accounts.api.fields import fields
from accounts.api.resources import Known, Resource, Rows
from accounts.roles import Action
from projects.past import past
from reports.figures import FIGURES as MEASURES
from reports.flat import UNITS, Line, lines
from reports.models import MonthlyFigure
from reports.selection import reach_of

_NOW = Known()
_COLUMNS = {
    "id": "bigint",
    "measure": "text",
    "name": "text",
    "measured_in": "text",
    "year": "integer",
    "month": "integer",
    "month_key": "integer",
    "unit_id": "bigint",
    "unit_key": "text",
    "unit_name": "text",
    "value": "double precision",
    "is_approx": "boolean",
}


class _Given(BaseTable):
    """A table that a statement brings with it."""

    def __init__(self, table_name: str, alias: str | None, text: str) -> None:
        super().__init__(table_name, alias)
        self.text = text

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        name = connection.ops.quote_name(self.table_alias or self.table_name)
        if connection.vendor == "postgresql":
            typed = ", ".join(f"{column} {kind}" for column, kind in _COLUMNS.items())
            return f"(SELECT * FROM json_to_recordset(%s::json) AS given({typed})) {name}", [self.text]  # noqa: S608 -- our own names
        listed = ", ".join(f"json_extract(value, '$.{column}') AS {column}" for column in _COLUMNS)
        return f"(SELECT {listed} FROM json_each(%s)) {name}", [self.text]  # noqa: S608 -- our own names

    def relabeled_clone(self, change_map: Any) -> _Given:
        return _Given(self.table_name, change_map.get(self.table_alias, self.table_alias), self.text)


def as_rows(found: Iterable[Line]) -> QuerySet[MonthlyFigure]:
    """Lines as a queryset."""
    query: Any = Query(MonthlyFigure)
    text = json.dumps([_plain(line) for line in found], ensure_ascii=False)
    query.base_table_class = partial(_Given, text=text)
    return QuerySet(MonthlyFigure, query=query)


def _plain(line: Line) -> dict[str, Any]:
    measure, month, unit = MEASURES[line.measure], line.month, line.unit
    return {
        "id": line.id,
        "measure": line.measure,
        "name": measure.zh,
        "measured_in": UNITS.get(measure.kind, ""),
        "year": month.year,
        "month": month.month,
        "month_key": month.year * 100 + month.month,
        "unit_id": unit.pk if unit else None,
        "unit_key": unit.key if unit else "",
        "unit_name": unit.short_name if unit else str(_("合计")),
        "value": None if line.value is None else float(line.value),
        "is_approx": line.is_approx,
    }


class FigureResource(Resource):
    """A resource whose rows are worked out when they are asked for."""

    def rows(self, user: Any, action: Action = Action.VIEW, known: Known = _NOW) -> Rows:
        return as_rows(lines(reach_of(user, action), known.cut)).order_by()


FIGURES = FigureResource(
    name="monthly-figures",
    model=MonthlyFigure,
    fields=fields(
        MonthlyFigure,
        [
            *("id", "measure", "name", "measured_in", "year", "month", "month_key", "unit_id", "unit_key", "unit_name"),
            *("value", "is_approx"),
        ],
        {"id": _("同一指标、月份、单位的一行，每次都是同一个数")},
    ),
    title=MonthlyFigure._meta.verbose_name,
    note=_("每个指标、每个月、每个单位一行，另有合计；与页面、Excel、REST 同一个数"),
    past=past,
    entity="MonthlyFigures",
)
