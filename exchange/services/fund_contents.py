"""What the ledger and the registers hold as the cells of a fund sheet hold it: written by the template, compared with by the merge."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from exchange.funds import FIELD_STEPS, Posted, balance_at, held_by
from exchange.layout import CellContent
from exchange.plan import Known
from exchange.services.contents import Names, content_of
from funding.models import Bond, CentralPlan
from projects.values import fen_to_wan

_AS_LISTED = "infrastructure_list"  # a project's own cells are those of a list


def stamp_key(uid: str, fund: str, key: int) -> str:
    """The row of the stamp for one account."""
    return f"{uid}/{fund}/{key}"


def balances(kind: str, posted: Iterable[Posted], as_of: date) -> dict[str, CellContent]:
    """The cells of a fund sheet that tell what the account held at the end of a day."""
    held = held_by(balance_at(posted, as_of))
    return {name: fen_to_wan(held[step]) for name, step in FIELD_STEPS[kind].items()}


def fund_cells(fund: Bond | CentralPlan) -> dict[str, CellContent]:
    """The cells that tell which bond or plan."""
    if isinstance(fund, CentralPlan):
        return {"program": fund.programme or None, "doc_no": fund.doc_no}
    issued = fund.tender_on or fund.issue.tender_on or fund.value_on
    day = issued.isoformat() if issued is not None else None
    return {"batch": f"第{fund.issue.number}批", "term_years": fund.years, "rate_percent": fund.rate_percent, "issue_date": day}


def project_cells(names: tuple[str, ...], known: Known, words: Names, place: str) -> dict[str, CellContent]:
    """The cells that tell which project."""
    told = {name: content_of(name, _AS_LISTED, known, words) for name in names if name in ("name", "code", "owner", "total_wan")}
    return {"district": place, **told}
