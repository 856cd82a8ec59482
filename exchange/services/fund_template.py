"""The template of a unit's bond or central accounts of a year: what each holds up to a day, to be filled in with what it should hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from exchange.funds import balance_at
from exchange.layout import CellContent
from exchange.services.contents import Names
from exchange.services.fund_accounts import Holding, holdings_of
from exchange.services.fund_contents import balances, fund_cells, project_cells, stamp_key
from exchange.services.snapshot import Frame, load_projects
from exchange.sheets import Kind
from exchange.sheets.stamp import Marker
from exchange.sheets.template import ARRIVED, TemplateRow, template_fields
from funding.models import Bond, CentralPlan, FundAccount
from funding.models.accounts import HOLDS, FundSource
from funding.services.ledger import Key
from projects.values import Month, fen_to_wan

Mark = tuple[str, str, str]


def fund_accounts(unit: Any, kind: Kind, year: int, until: date) -> list[FundAccount]:
    """The unit's accounts with bonds issued, or plans given, in the year and by the day up to which the sheet stands.

    One whose entries were all taken back has nothing to fill in; nor has a bond that came later, of which nothing could be spent by then.
    """
    of_kind = {"bond__issue__year": year} if kind is Kind.BOND else {"plan__year": year, "source": FundSource.CENTRAL}
    rows = FundAccount.objects.filter(HOLDS, project__unit=unit, **of_kind).select_related("bond__issue", "plan", "project")
    found = rows.order_by("bond__issue__number", "bond__years", "plan__given_on", "plan", "project__sector__sort_order", "project")
    return [row for row in found if _came_by(row, until)]


def _came_by(account: FundAccount, until: date) -> bool:
    """Whether the bond was issued, or the plan given, by a day. One whose day is not known is offered."""
    came = account.bond.issued_on if account.bond is not None else account.plan.given_on if account.plan is not None else None
    return came is None or came <= until


def fund_lines(accounts: Sequence[FundAccount], kind: Kind, marker: Marker, place: str, until: date) -> tuple[list[TemplateRow], list[Mark]]:
    """The rows of the sheet and of its stamp."""
    ids = [account.project_id for account in accounts]
    snapshot = load_projects(ids, Frame(until.year))
    words = Names.of(snapshot.known.values(), with_divisions=True)
    holdings = holdings_of(ids)
    rows, marks = [], []
    for account in accounts:
        fund = account.bond or account.plan
        assert fund is not None
        holding = holdings[Key.of(account)]
        known = snapshot.known[account.project_id]
        told = project_cells(template_fields(kind), known, words, words.divisions.get(account.project_id, place))
        contents = {**told, **fund_cells(fund), **balances(kind.value, holding.posted, until)}
        last_words, last = _last(holding, kind, until)
        rows.append(TemplateRow(contents, "", last_words, last))
        key = stamp_key(account.project.uid, _name(fund), fund.pk)
        marks.append((key, "0", "".join(marker.mark(key, name, contents.get(name)) for name in marker.issue.fields)))
    return rows, marks


def _name(fund: Bond | CentralPlan) -> str:
    return "bond" if isinstance(fund, Bond) else "plan"


def _last(holding: Holding, kind: Kind, until: date) -> tuple[str, dict[str, CellContent]]:
    """What the account held at the end of the month before, and of a bond what had been transferred by the day."""
    before = Month.of(until).previous.last_day
    last = balances(kind.value, holding.posted, before)
    arrived = fen_to_wan(balance_at(holding.posted, until).arrived)
    return f"{before:%Y-%m-%d}账上", {**last, ARRIVED: arrived}
