"""Money for tests: quota, a bond drawn on it, a plan, and short verbs."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from itertools import cycle
from typing import Any

from django.conf import settings

from funding.ledger import Balance, Entry, Step, balance_of
from funding.models import Bond, BondIssue, CentralPlan, FundEntry, QuotaBatch
from funding.services.bonds import issue_bond
from funding.services.ledger import Key, Posting, post
from projects.models import Classification, Door, Project, Source
from projects.values import wan_to_fen

SOURCE = Source(door=Door.ADMIN, reason="试")
DAY = date(2020, 5, 20)
_numbers = cycle(range(101, 1000))  # as documents have them, however many tests ran before; the demo's own are lower


def load_areas() -> None:
    """The fields that bonds may go to, year by year, and the negative list, as the reference data has them."""
    rows = json.loads((settings.BASE_DIR / "fixtures" / "reference" / "classifications.json").read_text(encoding="utf-8"))
    names = ("scheme", "code", "name", "sort_order", "valid_from", "valid_to")
    Classification.objects.bulk_create(Classification(**{name: row[name] for name in names}) for row in rows if row["scheme"].startswith("bond_"))


def make_quota(amount: int = 100_000, **values: Any) -> QuotaBatch:
    return QuotaBatch.objects.create(**{"year": 2020, "number": next(_numbers), "amount_wan": Decimal(amount), **values})


def make_issue(**values: Any) -> BondIssue:
    return BondIssue.objects.create(**{"year": 2020, "number": next(_numbers), "tender_on": date(2020, 5, 8), **values})


def make_bond(amount: int = 50_000, quota: QuotaBatch | None = None, **values: Any) -> Bond:
    """A new ten-year bond, drawn on a quota batch of its own if none is given."""
    batch = quota or make_quota(amount)
    number = next(_numbers)
    given = {"issue": make_issue(), "name": f"2020年青岛市政府专项债券（{number}期）", "short_name": f"20青岛债{number:02d}", "years": 10, **values}
    return issue_bond(Bond(amount_wan=Decimal(amount), **given), {batch.pk: Decimal(amount)}, source=SOURCE)


def make_central(amount: int = 10_000, **values: Any) -> CentralPlan:
    number = next(_numbers)
    given = {"year": 2020, "doc_no": f"鲁发改投资〔2020〕{number}号", "programme": "保障性安居工程", "given_on": date(2020, 4, 1), **values}
    return CentralPlan.objects.create(amount_wan=Decimal(amount), **given)


def of_bond(project: Project, bond: Bond) -> Key:
    return Key(project.pk, bond.pk)


def of_plan(project: Project, plan: CentralPlan, source: str = "central") -> Key:
    return Key(project.pk, None, plan.pk, source)


def give(key: Key, step: Step, amount: Any, on: date = DAY, by: Source = SOURCE, **values: Any) -> FundEntry:
    (made,) = post([Posting(key, step, Decimal(amount), on, **values)], source=by)
    return made


def held(key: Key) -> Balance:
    """What the entries of an account add up to, from the entries themselves."""
    rows: Any = FundEntry.objects.filter(
        account__project=key.project_id, account__bond=key.bond_id, account__plan=key.plan_id, account__source=key.source
    )
    return balance_of(Entry(Step(row.step), wan_to_fen(row.amount_wan), row.happened_on, wan_to_fen(row.capital_wan)) for row in rows)
