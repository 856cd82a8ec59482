"""What the rules and clocks of money read: frozen records of bonds, years, dossiers, plans and accounts, and the limits they meet. Pure.

None is "not known"; zero is a figure. Amounts in 万元. The limits are the lookup rows in force on a day; what no row says is as usual.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

from funding.schedule import TERMS

ZERO = Decimal(0)
# The three papers every bond project shows (一案两书), in the order they are named.
PAPERS = ("plan", "finance", "legal")
DIRECT_KINDS = frozenset({"direct", "capital"})  # 直接投资, 资本金注入: the project is a government's
APPROVAL = "approval"  # 审批制
BLOCK, NAMED = "block", "named"
OVER_ISSUED, OVER_ARRIVED = "issued", "arrived"


@dataclass(frozen=True, slots=True)
class BondRecord:
    """A bond's terms, what it gave, and the field it goes to. `years` is its term, `issued_on` the day whose lists of fields hold."""

    name: str
    amount_wan: Decimal
    assigned_wan: Decimal = ZERO
    years: int | None = None
    rate_percent: Decimal | None = None
    per_year: int | None = None
    area: str | None = None  # code of the field
    area_name: str = ""
    year: int | None = None
    tender_on: date | None = None  # its own, else its issue's
    value_on: date | None = None
    matures_on: date | None = None


@dataclass(frozen=True, slots=True)
class YearRecord:
    """A year's new special bonds: quota, issued under it, and used as capital."""

    year: int
    quota_wan: Decimal = ZERO
    issued_wan: Decimal = ZERO
    capital_wan: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class DossierRecord:
    """What a project shows for bond money. A project without a dossier is a record of its name alone."""

    project: str
    papers: frozenset[str] = frozenset()  # kinds that are there
    coverage: Decimal | None = None
    income_wan: Decimal | None = None
    cost_wan: Decimal | None = None
    sources: int = 0  # of income
    sources_wan: Decimal | None = None  # what they come to; None where one of them has no amount
    negative_item: str = ""  # the line of the negative list that it falls under
    year: int | None = None  # whose negative list holds
    given_wan: Decimal = ZERO  # of new bonds, in all
    total_wan: Decimal | None = None  # total investment
    planned_wan: Decimal | None = None  # of bonds by its finance plan; None where that has no such line


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """What one fund gives one project."""

    project: str
    fund: str
    assigned_wan: Decimal = ZERO
    capital_wan: Decimal = ZERO
    arrived_wan: Decimal = ZERO
    paid_wan: Decimal = ZERO
    completed_wan: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class AdjustmentRecord:
    """Money that moved from one project to another."""

    amount_wan: Decimal
    doc_no: str = ""


@dataclass(frozen=True, slots=True)
class PlanRecord:
    """A central plan: what came down, when, how, and what was decomposed by now; `finished_on` is the day the last of it was."""

    name: str
    amount_wan: Decimal
    given_on: date | None
    allotment: str = BLOCK
    decomposed_wan: Decimal = ZERO
    finished_on: date | None = None
    is_approximate: bool = False  # its amount is only known roughly, and so is what is left of it


@dataclass(frozen=True, slots=True)
class ShareRecord:
    """A project under a central plan: how the money is given, how the project is approved, whether and when it started."""

    project: str
    plan: str
    manner: str
    approval_kind: str | None = None
    given_on: date | None = None
    has_started: bool | None = None  # None: not known
    started_on: date | None = None


@dataclass(frozen=True, slots=True)
class Areas:
    """The fields that bonds may go to in a year (code → name), and what is forbidden to them; either list may not exist that year."""

    allowed: Mapping[str, str] = field(default_factory=dict)
    forbidden: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Limits:
    """Numbers that money is judged by; the field names are the codes of the lookup rows (fixtures/reference/thresholds.json)."""

    bond_terms_years: tuple[int, ...] = TERMS
    coupon_min_percent: Decimal = ZERO
    coupon_max_percent: Decimal = Decimal(8)
    interest_yearly_max_term: int = 7
    interest_half_yearly_min_term: int = 10
    coverage_min: Decimal = Decimal(1)
    coverage_advised: Decimal = Decimal("1.2")
    bond_capital_share_max_percent: Decimal = Decimal(25)
    bond_capital_yellow_percent: Decimal = Decimal(90)
    bond_spend_months: int = 6
    light_spend_red_short_percent: Decimal = Decimal(30)
    bond_issue_by: tuple[int, int] = (10, 31)  # month and day
    bond_issue_yellow_days: int = 60
    bond_idle_days: int = 60
    bond_idle_red_days: int = 120
    central_decompose_days: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({BLOCK: 20, NAMED: 10}))
    central_decompose_yellow_days: int = 7
    central_start_months: int = 3
    central_start_yellow_days: int = 31
    central_payment_over: str = OVER_ISSUED

    @classmethod
    def from_rows(cls, rows: Iterable[tuple[str, str | None, str]]) -> Limits:
        """Build from the rows in force: (code, key, value). Other rooms' codes pass by; ValueError names a row that can't be read."""
        known = {item.name for item in fields(cls)}
        usual = cls()
        given: dict[str, Any] = {}
        days = dict(usual.central_decompose_days)
        for code, key, value in rows:
            if code == "central_decompose_days":
                days[key or BLOCK] = _read(code, value, int)
            elif code in known:
                given[code] = _read(code, value, type(getattr(usual, code)))
        return cls(**given, central_decompose_days=MappingProxyType(days))

    def issue_by(self, year: int) -> date:
        """The day by which a year's quota is to be issued."""
        month, day = self.bond_issue_by
        return date(year, month, day)


def _read(code: str, value: str, kind: type) -> Any:
    try:
        if code == "bond_terms_years":
            return tuple(int(term) for term in value.replace("，", ",").split(","))
        if code == "bond_issue_by":
            month, day = (int(part) for part in value.split("-"))
            date(2001, month, day)  # of a common year, so that it is a day of every year
            return month, day
        if code == "central_payment_over" and value not in (OVER_ISSUED, OVER_ARRIVED):
            raise ValueError(value)
        return value if kind is str else kind(Decimal(value))
    except (ValueError, InvalidOperation) as error:
        raise ValueError(f"threshold {code} cannot be {value!r}") from error
