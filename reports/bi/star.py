"""What a view of the star is made of. Pure: the SQL of either engine is put together here and sent by `install`.

A column is an expression over the tables of the view; what is special about its kind (money is 万元, a month is 2020-06) is added here,
so that no view says it by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from exchange.workbook.streams import Column, Kind


@dataclass(frozen=True, slots=True)
class ViewColumn:
    """A column with the expression it is; a month's is "year, month"."""

    column: Column
    expression: str

    def sql(self, vendor: str) -> str:
        """The expression as the engine has it. SQLite has no decimals: money there is a float, and true is 1."""
        kind, on_postgres = self.column.kind, vendor == "postgresql"
        if kind is Kind.DECIMAL and self.column.unit == "万元":
            return f"({self.expression} * 0.000001)::numeric(20,6)" if on_postgres else f"({self.expression} / 1000000.0)"
        if kind is Kind.MONTH:
            year, month = self.expression.split(", ")
            return f"({year}::text || '-' || lpad({month}::text, 2, '0'))" if on_postgres else f"printf('%04d-%02d', {year}, {month})"
        return self.expression


@dataclass(frozen=True, slots=True)
class View:
    """A view: its name, what it is in words, its columns, where they come from, and which column says whose a row is (none: anybody's).

    `only` names the engine that can have it, where the other can not.
    """

    name: str
    heading: str
    columns: tuple[ViewColumn, ...]
    source: str | Callable[[], str]
    unit: str = ""
    only: str = ""

    def select(self, vendor: str) -> str:
        """The query of the view. On PostgreSQL a login reads the rows of its units; whoever reads the tables themselves reads all."""
        listed = ", ".join(f'{held.sql(vendor)} AS "{held.column.name}"' for held in self.columns)
        source = self.source if isinstance(self.source, str) else self.source()
        query = f"SELECT {listed} FROM {source}"  # noqa: S608 -- names are those of this registry
        if not self.unit or vendor != "postgresql":
            return query
        mine = "SELECT unit_id FROM reports_bilogin WHERE name = current_user"
        everywhere = f"EXISTS ({mine} AND unit_id IS NULL)"
        owner = "has_table_privilege('reports_bilogin'::regclass, 'SELECT')"
        rule = f"({owner} OR {everywhere} OR {self.unit} IN ({mine}))"
        return f"{query} {'AND' if ' WHERE ' in source else 'WHERE'} {rule}"


def _made(name: str, heading: str, kind: Kind, expression: str, unit: str = "") -> ViewColumn:
    return ViewColumn(Column(name, heading, kind, unit), expression)


def text(name: str, heading: str, expression: str) -> ViewColumn:
    return _made(name, heading, Kind.TEXT, expression)


def whole(name: str, heading: str, expression: str) -> ViewColumn:
    return _made(name, heading, Kind.INTEGER, expression)


def wan(name: str, heading: str, expression: str) -> ViewColumn:
    return _made(name, heading, Kind.DECIMAL, expression, "万元")


def number(name: str, heading: str, expression: str, unit: str = "") -> ViewColumn:
    return _made(name, heading, Kind.DECIMAL, expression, unit)


def day(name: str, heading: str, expression: str) -> ViewColumn:
    return _made(name, heading, Kind.DATE, expression)


def moment(name: str, heading: str, expression: str) -> ViewColumn:
    return _made(name, heading, Kind.DATETIME, expression)


def flag(name: str, heading: str, expression: str) -> ViewColumn:
    return _made(name, heading, Kind.BOOLEAN, expression)


def month(name: str, heading: str, expression: str) -> ViewColumn:
    return _made(name, heading, Kind.MONTH, expression)
