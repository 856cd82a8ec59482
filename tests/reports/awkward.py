"""A small city whose figures are awkward: 分, negative corrections, amounts that are blank or approximate, months in halves, lists that
dropped projects, money taken back, two units and one that has money alone."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from funding.ledger import Step
from funding.models import FundEntry
from funding.services.ledger import reverse
from projects.models import PlanVersion
from tests.funding.money import SOURCE, give, make_bond, make_central, make_quota, of_bond, of_plan
from tests.reports import build

MONTHS = ("2020-05", "2020-06", "2021-01")
DATED = ("", "2019", "2019-11-30", "2020", "2020-05", "2020-06-30", "2020-07-01", "2020-Q2", "2020-Q3", "2020-H1", "2020-H2", "2021-01")


def awkward_city(units: Any, *, projects: int = 24, seed: int = 5) -> list[Any]:
    """Fill the units (the last of them with money alone)."""
    chance = random.Random(seed)
    sectors = [build.sector("roads"), build.sector("water")]

    def amount(least: int = 0) -> Decimal | None:
        return chance.choice([None, Decimal(0), Decimal(chance.randrange(least, 10**11)).scaleb(-6), Decimal("0.000001"), Decimal(7)])

    made = []
    for number in range(projects):
        places = {"kind": chance.choice(["infrastructure", "emerging"]), "stage": chance.choice(["prep", "build", "out"])}
        places |= {name: chance.choice(DATED) for name in ("planned_start", "actual_start", "actual_finish")}
        one = build.project(
            units[number % (len(units) - 1)], total=amount() or None, plan=amount(), in_sector=chance.choice([None, *sectors]), **places
        )
        if chance.random() < 0.4:
            one.is_approx = True
            one.save()
        for text in chance.choice(
            [(), ("2020-06",), ("2020-05", "2020-06"), ("2020-06A", "2020-06B"), ("2020-06B",), MONTHS, ("2019-06", "2020-06")]
        ):
            values = {"state": chance.choice(["draft", "returned", "approved"]), "is_approx": chance.random() < 0.3, "cum_total_wan": amount()}
            build.report(one, text, amount(-(10**9)), amount(), **values)
        if chance.random() < 0.3:
            decided = {"decided_on": chance.choice([None, date(2020, 6, 15)]), "reason": "调整概算"}
            PlanVersion.objects.create(project=one, number=1, total_wan=amount() or None, is_baseline=chance.random() < 0.5, **decided)
        made.append(one)
    build.listed("infra", chance.sample(made, projects // 2))
    build.listed("infra", chance.sample(made, projects // 3), number=2, as_of=date(2020, 6, 30))
    gone = build.project(units[0], months={"2019-06": (1, Decimal("123.45"))})  # of last year's list alone
    build.listed("infra-2019", [gone, *chance.sample(made, projects // 2)], year=2019, as_of=date(2019, 1, 9))
    build.listed("sei", chance.sample(made, projects // 3), kind="emerging", as_of=date(2020, 7, 1))
    _money(units, made)
    return made


def _money(units: Any, made: list[Any]) -> None:
    bond = make_bond(2_320_000, make_quota(2_400_000, given_on=date(2020, 1, 3)), tender_on=date(2020, 5, 8))
    make_quota(70_000, given_on=None)
    make_quota(11, struck_at=timezone.now())
    make_central(13, struck_at=timezone.now())
    plans = [make_central(98_000, is_approximate=True), make_central(50_000, given_on=date(2020, 6, 20)), make_central(33, given_on=None)]
    alone = build.project(units[-1], total=None, stage="out")
    for number, project in enumerate([*made[:4], alone]):
        exact = Decimal("1000.000001") * (number + 1)
        for step, part, day in ((Step.ASSIGN, 3, 25), (Step.ARRIVE, 2, 30), (Step.PAY, 1, 30)):
            give(of_bond(project, bond), step, exact * part, date(2020, 5, day))
        for source in ("central", "district"):
            give(of_plan(project, plans[number % 2], source), Step.ASSIGN, exact, date(2020, 6, 21))
            give(of_plan(project, plans[number % 2], source), Step.ARRIVE, Decimal("0.000003"), date(2020, 6, 22))
            give(of_plan(project, plans[number % 2], source), Step.COMPLETE, Decimal("0.100002"), date(2020, 6, 23))
    last = FundEntry.objects.filter(step="pay").order_by("pk").last()
    assert last is not None
    reverse([last.pk], source=SOURCE)
