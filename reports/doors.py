"""同数同源: what each door says of each measure of a month, side by side, each asked in its own way, and whether they say the same.

The whole of a month is compared, of all that the reader reaches. REST, OData and SQL give every digit and must agree to the last: money
to the 分, ratios in twelve decimals. A page prints two decimals, some in 亿元: it must print what the exact figure prints. All doors are
shown in the unit of the measure, and what a page prints otherwise beside it. A door that does not give a measure says why (`reports.shown`),
which is another thing than giving it without a value.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.roles import Action
from accounts.scope import for_user, may
from accounts.words import about
from funding.measures import exact_text
from funding.models import FundEntry
from projects.counting import counted, versions_in_effect
from projects.figures import figures_of, months_reported, with_figures
from projects.measures import DASH, MonthFigures, percent_text, points_text, wan_text
from reports.catalogue import city
from reports.figures import FIGURES, figures, meaningful
from reports.flat import exact, lines
from reports.measured import Figure
from reports.money import money
from reports.money_pivot import last_day, of_year
from reports.odata.figures import as_rows
from reports.parameters import address_of
from reports.pivot_rows import Pivot
from reports.selection import Question, Reach, reach_of
from reports.shown import CITY, LIST, POSTED, SHOWN, Place
from reports.tables import Kind, Table, make_cell

PAGE, EXCEL, REST, ODATA, SQL = "page", "excel", "rest", "odata", "sql"
DOORS = (PAGE, EXCEL, REST, ODATA, SQL)


@dataclass(frozen=True, slots=True)
class Said:
    """What a door says in the unit of the measure, the address of the door, and whether it agrees; or why it does not give the measure.

    `shown` is how a page prints it, where that is otherwise.
    """

    door: str
    text: str = ""
    href: str = ""
    why: str = ""
    agrees: bool = True
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """A measure at every door."""

    measure: Figure
    said: tuple[Said, ...]

    @property
    def is_same(self) -> bool:
        return all(one.agrees for one in self.said)

    @property
    def is_compared(self) -> bool:
        """Whether more than one door gives it: a figure alone agrees with nothing."""
        return sum(not one.why for one in self.said) > 1

    @property
    def differing(self) -> list[Said]:
        return [one for one in self.said if not one.agrees]


def compare(user: Any, question: Question) -> list[Compared]:
    """Every measure that has a meaning for the question, at every door."""
    asking = _Asking(user, question)
    return [asking.compared(key) for key in meaningful((), question)]


def printed(measure: Figure, value: Any, *, in_full: bool = False, approx: bool = False) -> str:
    """A figure with every digit that it has, 约 where it is rough; a ratio as percent in two decimals, or in all where they are asked for."""
    if measure.kind is Kind.COUNT:
        return DASH if value is None else str(int(value))
    if measure.kind is Kind.WAN:
        return exact_text(None if value is None else _plain(value), approx=approx, about=about())
    show = points_text if measure.kind is Kind.POINTS else percent_text
    return show(value, 10 if in_full else 2)


def _plain(value: Decimal) -> Decimal:
    return value.normalize() if value else Decimal(0)


class _Asking:
    """A month asked at every door, each once."""

    def __init__(self, user: Any, question: Question) -> None:
        self.user, self.question = user, question
        self.reach: Reach = reach_of(user, Action.VIEW)
        self.is_now = question.known is None

    def compared(self, key: str) -> Compared:
        measure = FIGURES[key]
        right = exact(self.rest.wholes[0].values[key])
        said = (
            self._at_page(measure, right),
            self._at_excel(measure, right),
            Said(REST, printed(measure, right, approx=self._is_rough(key)), self._address_of_rest(key)),
            self._at_odata(measure, right),
            self._at_sql(measure, right),
        )
        return Compared(measure, said)

    # --- What each door has to say ---

    @cached_property
    def rest(self) -> Pivot:
        return figures(self.reach, self.question, ())

    def _is_rough(self, key: str) -> bool:
        return key in self.rest.wholes[0].approx

    @cached_property
    def odata(self) -> dict[str, Any] | None:
        """The set's rows of the whole, out of the database as the door has them; None for a month that it does not have."""
        if self.question.month not in months_reported():
            return None
        rows = as_rows(lines(self.reach, None, [self.question.month])).filter(unit_id=None)
        return dict(rows.values_list("measure", "value"))

    @cached_property
    def sql(self) -> dict[str, Any]:
        with connection.cursor() as cursor:
            cursor.execute(sql_of(self.question))
            return dict(cursor.fetchall())

    @cached_property
    def city_table(self) -> Table:
        return city(self.reach, self.question, "unit")

    @cached_property
    def listed(self) -> MonthFigures:
        """The totals row of the project list, narrowed to the projects that count."""
        moment = self.question.moment
        versions = versions_in_effect(moment.month, moment.known_until)
        rows = counted(with_figures(self.reach.projects, moment), versions, moment.known_until)
        return figures_of(rows, moment.month)

    @cached_property
    def money_tables(self) -> dict[str, Table]:
        found = money(self.user, self.question.month.year, last_day(self.question))
        return {table.name: table for table in found.tables}

    @cached_property
    def posted(self) -> dict[str, Decimal]:
        """The totals rows of the list of postings, step by step."""
        entries = of_year(for_user(FundEntry.objects.all(), self.user, Action.VIEW), self.question.month.year)
        rows = entries.filter(happened_on__lte=last_day(self.question)).order_by()
        return dict(rows.values_list("step").annotate(Sum("amount_wan")))

    # --- Cells ---

    def _at_page(self, measure: Figure, right: Decimal | None) -> Said:
        place = SHOWN[measure.key].page
        if place is None:
            return Said(PAGE, why=_("没有页面印这个指标"))
        if place.of not in (LIST, CITY) and not self.is_now:
            return Said(PAGE, why=_("资金页面只有现在掌握的数"))
        href = self._address_of(place)
        if place.of == LIST:
            value = _of_list(self.listed, place.column)
            return self._on_page(measure, right, value, (_as_list(measure, value), _as_list(measure, right)), href)
        if place.of == POSTED:
            value = self.posted.get(place.column, Decimal(0))
            return self._on_page(measure, right, value, (printed(measure, value), printed(measure, right)), href)
        return self._at_table(PAGE, measure, right, place, href)

    def _at_excel(self, measure: Figure, right: Decimal | None) -> Said:
        place = SHOWN[measure.key].excel
        if place is None:  # the figures' own file, made of the same answer
            href = self._file(self._address_of_rest(measure.key, format="xlsx"))
            return Said(EXCEL, printed(measure, right, approx=self._is_rough(measure.key)), href)
        if place.of != CITY and not self.is_now:
            return Said(EXCEL, why=_("资金总览只有现在掌握的数"))
        return self._at_table(EXCEL, measure, right, place, self._file(self._address_of(place, as_file=True)))

    def _file(self, address: str) -> str:
        """The address of a file, for who may take files."""
        return address if may(self.user, Action.EXPORT) else ""

    def _at_table(self, door: str, measure: Figure, right: Decimal | None, place: Place, href: str) -> Said:
        """The total of a table: as it is printed on a page, with every digit in a workbook."""
        table = self.city_table if place.of == CITY else self.money_tables[place.of]
        column = next((one for one in table.columns if one.key == place.column), None)
        total = table.total
        if column is None or total is None:
            return Said(door, why=_("全部已报，表中不印此列"), href=href)
        cell = make_cell(column, total.values.get(column.key), approx=column.key in total.approx, about=about())
        if door == PAGE:
            wanted = make_cell(column, _as_cell(measure, right), approx=column.key in total.approx, about=about())
            return self._on_page(measure, right, cell.value, (cell.text, wanted.text), href, _unit(column.kind))
        return self._exact(door, measure, right, cell.value, href)

    def _on_page(self, measure: Figure, right: Decimal | None, value: Any, texts: tuple[str, str], href: str, unit: str = "") -> Said:
        """A page must hold the figure and print what the figure would print: `texts` are both."""
        text, wanted = texts
        said = self._exact(PAGE, measure, right, value, href)
        without_zeros = text.rstrip("0").rstrip(".") if "." in text and not unit else f"{text}{unit}"
        differs = value is not None and said.text not in (f"{text}{unit}", without_zeros)
        return replace(said, agrees=said.agrees and text == wanted, shown=f"{text}{unit}" if differs else "")

    def _at_odata(self, measure: Figure, right: Decimal | None) -> Said:
        if not self.is_now:
            return Said(ODATA, why=_("OData 给现在的数，或某个定格的数"))
        if self.odata is None:
            return Said(ODATA, why=_("本月没有任何月报，OData 没有这个月"))
        value = self.odata[measure.key]
        month = self.question.month
        query = urlencode({"$filter": f"Measure eq '{measure.key}' and MonthKey eq {month.year * 100 + month.month} and UnitId eq null"})
        return self._exact(
            ODATA, measure, right, None if value is None else Decimal(str(value)), f"{reverse('odata:set', args=['MonthlyFigures'])}?{query}"
        )

    def _at_sql(self, measure: Figure, right: Decimal | None) -> Said:
        if connection.vendor != "postgresql":
            return Said(SQL, why=_("SQL 视图 bi_figures 只在 PostgreSQL 上有"))
        if not self.is_now:
            return Said(SQL, why=_("SQL 视图只有现在的数"))
        if not self.reach.whole_city:
            return Said(SQL, why=_("SQL 视图的合计行是全市的"))
        if measure.key not in self.sql:
            return Said(SQL, why=_("本月没有任何月报，视图没有这个月"))
        return self._exact(SQL, measure, right, self.sql[measure.key], "#sql")

    def _exact(self, door: str, measure: Figure, right: Decimal | None, value: Any, href: str) -> Said:
        agrees = exact(value) == right
        return Said(door, printed(measure, exact(value), in_full=not agrees, approx=self._is_rough(measure.key)), href, agrees=agrees)

    # --- Addresses ---

    def _address_of_rest(self, key: str, **more: str) -> str:
        return f"{reverse('api:figures-by', args=[key])}?{urlencode({**address_of(self.question), **more})}"

    def _address_of(self, place: Place, *, as_file: bool = False) -> str:
        question = self.question
        if place.of == LIST:
            asked = {"month": str(question.month), "known": question.known.isoformat() if question.known else "", "report": "in"}
            return f"{reverse('admin:projects_project_changelist')}?{urlencode(asked)}"
        if place.of == CITY:
            return f"{reverse('reports:city_xlsx' if as_file else 'reports:city')}?{urlencode({**address_of(question), 'by': 'unit'})}"
        year, until = str(question.month.year), last_day(question).isoformat()
        if place.of == POSTED:
            asked = {"step": place.column, "fund_year": year, "happened_on__lte": until}
            return f"{reverse('admin:funding_fundentry_changelist')}?{urlencode(asked)}"
        address = f"{reverse('reports:money_xlsx' if as_file else 'reports:money')}?{urlencode({'year': year, 'until': until})}"
        return address if as_file else f"{address}#{place.of}"


def sql_of(question: Question) -> str:
    """The statement that asks the view for the whole of a month."""
    month = question.month
    return f"SELECT measure, value FROM bi_figures WHERE year = {month.year} AND month = {month.month} AND unit_id IS NULL"  # noqa: S608


def _of_list(found: MonthFigures, column: str) -> Any:
    return getattr(found, column if column in ("count", "rate") else f"{column}_wan")


def _as_list(measure: Figure, value: Any) -> str:
    """As the totals row of the project list prints it."""
    if measure.kind is Kind.COUNT:
        return printed(measure, value)
    return percent_text(value) if measure.kind is Kind.PERCENT else wan_text(value, grouped=True)


def _as_cell(measure: Figure, right: Decimal | None) -> Any:
    return int(right) if measure.kind is Kind.COUNT and right is not None else right


def _unit(kind: Kind) -> str:
    return {Kind.YI: _("亿元"), Kind.PERCENT: "%"}.get(kind, "")
