"""What the city's bonds pay in a year: by date, by bond, by project, and year by year to the last. Exact to the 分."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.roles import Action
from accounts.scope import for_user
from funding.debts import UNASSIGNED, BondDebt, borne, debts, weights
from funding.models import Bond
from funding.schedule import Payment
from projects.models import Holiday, Project
from projects.values import fen_to_wan
from reports.tables import Column, Kind, Level, Row, Table

_OTHERS = -1  # the projects out of the reader's reach, together


@dataclass(frozen=True, slots=True)
class DebtService:
    """A year of it as tables. `unknown` are the bonds whose terms give no schedule; `years` those in which anything is paid."""

    year: int
    years: Sequence[int]
    tables: tuple[Table, ...]
    matrix: Table
    unknown: Sequence[Bond]
    is_synthetic: bool


@dataclass(frozen=True, slots=True)
class _Sum:
    """Interest and principal together, in 分."""

    interest: int = 0
    principal: int = 0

    @classmethod
    def of(cls, payments: Iterable[Payment]) -> _Sum:
        rows = list(payments)
        return cls(sum(row.interest_fen for row in rows), sum(row.principal_fen for row in rows))

    @property
    def values(self) -> dict[str, Any]:
        told = {"interest": self.interest, "principal": self.principal, "total": self.interest + self.principal}
        return {name: fen_to_wan(amount) for name, amount in told.items()}


def debt_service(user: Any, year: int, action: Action = Action.VIEW) -> DebtService:
    """Everything that falls due in the year. Bonds are the city's; projects are named to whoever reaches them. A fixed number of queries."""
    bonds = list(Bond.objects.select_related("issue").order_by("issue__year", "issue__number", "years", "pk"))
    found = debts(bonds)
    shared = _by_project(found, weights(bonds))
    reached = for_user(Project.objects.filter(pk__among=sorted(key for key in shared if key > 0)), user, action)
    projects = list(reached.select_related("unit").order_by("unit__sort_order", "name"))
    shared = _within_reach(shared, {project.pk for project in projects})
    years = sorted({payment.pays_on.year for debt in found for payment in debt.payments})
    notes = [_("含示例数据（虚构），见各债券自己的标记。")] if any(bond.is_synthetic for bond in bonds) else []
    tables = (_calendar(found, year, notes), _bonds(found, year, notes), _projects(projects, shared, year, notes), _years(found, years, notes))
    unknown = [debt.bond for debt in found if not debt.payments]
    return DebtService(year, years, tables, _matrix(projects, shared, years, notes), unknown, bool(notes))


def _by_project(found: Iterable[BondDebt], given: Mapping[int, Mapping[int, int]]) -> dict[int, list[Payment]]:
    """Project → what it bears of every payment of every bond."""
    shared: dict[int, list[Payment]] = {}
    for debt in found:
        for key, part in borne(debt, given[debt.bond.pk]).items():
            shared.setdefault(key, []).extend(part)
    return shared


def _within_reach(shared: Mapping[int, list[Payment]], reached: set[int]) -> dict[int, list[Payment]]:
    """What lies beyond the reader's reach is one sum without a name, so that the whole is still the whole."""
    told: dict[int, list[Payment]] = {}
    for key, part in shared.items():
        told.setdefault(key if key in reached or key == UNASSIGNED else _OTHERS, []).extend(part)
    return told


_MONEY = ("interest", "principal", "total")


def _money_columns() -> tuple[Column, ...]:
    titles = (_("利息"), _("本金"), _("本息合计"))
    return tuple(Column(key, title, Kind.EXACT, width=16) for key, title in zip(_MONEY, titles, strict=True))


def _table(name: str, title: str, columns: Iterable[Column], rows: Iterable[Row], notes: Iterable[str]) -> Table:
    return Table(name, f"{settings.CITY_NAME}{title}", _("单位：万元"), list(columns), list(rows), notes=list(notes))


def _total(payments: Iterable[Payment], **values: Any) -> Row:
    return Row(_("合计"), {"label": _("合计"), **_Sum.of(payments).values, **values}, Level.TOTAL)


def _in(payments: Iterable[Payment], year: int) -> list[Payment]:
    return [payment for payment in payments if payment.pays_on.year == year]


def _calendar(found: Sequence[BondDebt], year: int, notes: list[str]) -> Table:
    """Each payment of the year on its day, the months summed."""
    due = [(payment, debt.bond) for debt in found for payment in _in(debt.payments, year)]
    due.sort(key=lambda one: (one[0].pays_on, one[1].pk))
    rows = [_total(payment for payment, _bond in due)]
    for month, part in groupby(due, key=lambda one: one[0].pays_on.month):
        those = list(part)
        label = _("%(month)s月") % {"month": month}
        rows.append(Row(label, {"label": label, **_Sum.of(payment for payment, _bond in those).values}, Level.PART))
        rows += [_payment_row(payment, bond) for payment, bond in those]
    columns = (
        Column("label", _("支付日"), width=13),
        Column("bond", _("债券"), width=24),
        Column("falls_on", _("应付日"), width=13),
        Column("number", _("期次"), width=8),
        *_money_columns(),
        Column("left", _("其后剩余本金"), Kind.EXACT, width=16),
    )
    said = [_("应付日是休息日的，顺延到下一工作日支付，不另计息。")]
    if not Holiday.objects.filter(date__year=year).exists():
        said.append(_("节假日表里还没有%(year)s年的安排，这里只按周末顺延；登记之后重新推算。") % {"year": year})
    return _table("calendar", _("%(year)s年还本付息日历") % {"year": year}, columns, rows, (*said, *notes))


def _payment_row(payment: Payment, bond: Bond) -> Row:
    day: date = payment.pays_on
    values = {"label": day.isoformat(), "bond": str(bond), "falls_on": payment.falls_on.isoformat(), "number": str(payment.number)}
    left = {"left": fen_to_wan(payment.left_fen)}
    return Row(day.isoformat(), {**values, **_Sum.of([payment]).values, **left}, keys={"bond": str(bond.pk)})


def _bonds(found: Sequence[BondDebt], year: int, notes: list[str]) -> Table:
    """Each bond that pays in the year, with what it still owes after it."""
    rows, after = [], 0
    for debt in found:
        part, left = _in(debt.payments, year), _left(debt, year)
        after += left
        if part:
            label = str(debt.bond)
            rows.append(Row(label, {"label": label, **_Sum.of(part).values, "left": fen_to_wan(left)}, keys={"bond": str(debt.bond.pk)}))
    total = _total((payment for debt in found for payment in _in(debt.payments, year)), left=fen_to_wan(after))
    columns = (Column("label", _("债券"), width=30), *_money_columns(), Column("left", _("年末剩余本金"), Kind.EXACT, width=16))
    said = _("合计的年末剩余本金含当年不付息的债券。")
    return _table("bonds", _("%(year)s年还本付息（按债券）") % {"year": year}, columns, [total, *rows], (said, *notes))


def _left(debt: BondDebt, year: int) -> int:
    """Principal that a bond still owes at the end of the year; nothing before it bears interest."""
    if not debt.payments or debt.bond.value_on is None or debt.bond.value_on.year > year:
        return 0
    return _Sum.of(payment for payment in debt.payments if payment.pays_on.year > year).principal


def _projects(projects: Sequence[Project], shared: Mapping[int, list[Payment]], year: int, notes: list[str]) -> Table:
    """What each project bears of the year's payments, and of all that come after."""
    rows = []
    for key, label, unit in _named(projects, shared):
        values = {"label": label, "unit": unit, **_Sum.of(_in(shared[key], year)).values, "later": _later(shared[key], year)}
        rows.append(Row(label, values, keys={"project": str(key)} if key > 0 else {}))
    every = [payment for part in shared.values() for payment in part]
    total = _total(_in(every, year), later=_later(every, year))
    columns = (
        Column("label", _("项目"), width=36),
        Column("unit", _("填报单位"), width=12),
        *_money_columns(),
        Column("later", _("以后年度本息"), Kind.EXACT, width=16),
    )
    said = _("每期本息按各项目现有分配额占发行额的比例分摊，逐分相加等于该期应付数；用途调整后随之变化。")
    return _table("projects", _("%(year)s年还本付息（按项目分摊）") % {"year": year}, columns, [total, *rows], (said, *notes))


def _named(projects: Sequence[Project], shared: Mapping[int, list[Payment]]) -> list[tuple[int, str, str]]:
    """Key, name and unit of each part, the projects first."""
    told = [(project.pk, project.name, project.unit.short_name) for project in projects if project.pk in shared]
    others = ((_OTHERS, _("其他单位的项目"), ""), (UNASSIGNED, _("未分配到项目"), ""))
    return [*told, *(one for one in others if one[0] in shared)]


def _later(payments: Iterable[Payment], year: int) -> Any:
    return _Sum.of(payment for payment in payments if payment.pays_on.year > year).values["total"]


def _years(found: Sequence[BondDebt], years: Sequence[int], notes: list[str]) -> Table:
    """Every year from the first to the last."""
    every = [payment for debt in found for payment in debt.payments]
    rows = []
    for year in years:
        left = fen_to_wan(sum(_left(debt, year) for debt in found))
        rows.append(Row(str(year), {"label": str(year), **_Sum.of(_in(every, year)).values, "left": left}, keys={"year": str(year)}))
    columns = (Column("label", _("年份"), width=10), *_money_columns(), Column("left", _("年末剩余本金"), Kind.EXACT, width=16))
    return _table("years", _("各年还本付息"), columns, [_total(every), *rows], notes)


def _matrix(projects: Sequence[Project], shared: Mapping[int, list[Payment]], years: Sequence[int], notes: list[str]) -> Table:
    """Principal and interest of each project in each year, for the workbook."""
    columns = [Column("label", _("项目"), width=36), *(Column(str(year), str(year), Kind.EXACT, width=13) for year in years)]
    columns.append(Column("total", _("合计"), Kind.EXACT, width=16))
    rows = [Row(label, {"label": label, **_of_years(shared[key], years)}) for key, label, _unit in _named(projects, shared)]
    every = [payment for part in shared.values() for payment in part]
    total = Row(_("合计"), {"label": _("合计"), **_of_years(every, years)}, Level.TOTAL)
    return _table("matrix", _("各年还本付息（按项目分摊，本息合计）"), columns, [total, *rows], notes)


def _of_years(payments: Iterable[Payment], years: Sequence[int]) -> dict[str, Any]:
    by_year: Counter[int] = Counter()
    for payment in payments:
        by_year[payment.pays_on.year] += payment.total_fen
    return {**{str(year): fen_to_wan(by_year[year]) for year in years}, "total": fen_to_wan(sum(by_year.values()))}
