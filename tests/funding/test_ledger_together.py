"""Several people post to the same funds at once: the sums hold, nobody waits for ever, nothing is let in twice.

On PostgreSQL each has a connection of their own; SQLite has one writer, and there they act in turn.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import connection, connections

from funding.ledger import Step
from funding.models import Bond, BondIssue, FundAccount, FundEntry, QuotaBatch, Redemption, RollingPlan
from funding.proofs import faults
from funding.services.bonds import adjust_use, issue_bond
from funding.services.ledger import Posting, post, reverse
from funding.services.redemptions import redeem, reverse_redemption
from funding.services.rolling import roll_forward
from funding.services.striking import strike
from projects.workflow import Refused
from tests.factories import make_project, make_unit
from tests.funding.finance_cases import roll_entry
from tests.funding.money import SOURCE, make_bond, make_issue, make_quota, of_bond

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE, DEEDS = 4, 60
DAY = date(2020, 6, 1)


class Person:
    """Does random deeds; keeps what was let in."""

    def __init__(self, seed: int, bonds: list[Bond], projects: list[Any], batch: QuotaBatch, issue: Any) -> None:
        self.dice, self.bonds, self.projects, self.batch, self.issue = random.Random(seed), bonds, projects, batch, issue
        self.seed, self.made, self.refused, self.faults = seed, [], 0, []

    def act(self) -> None:
        try:
            for number in range(DEEDS):
                self._one(number)
        except Exception as error:  # told by the test: a deadlock, a broken constraint
            self.faults.append(repr(error))

    def _one(self, number: int) -> None:
        dice = self.dice
        amount = Decimal(dice.randint(1, 40))
        bonds = dice.sample(self.bonds, 2)
        projects = dice.sample(self.projects, 2)
        try:
            deed = dice.choice(["many", "many", "reverse", "adjust", "issue"])
            if deed == "many":
                step = dice.choice([Step.ASSIGN, Step.ASSIGN, Step.ARRIVE, Step.PAY])
                rows = [Posting(of_bond(project, bond), step, amount, DAY) for project in projects for bond in bonds]
                self.made += post(rows, source=SOURCE)
            elif deed == "reverse" and self.made:
                reverse([dice.choice(self.made).pk], source=SOURCE)
            elif deed == "adjust":
                ends = {"taken_from": projects[0].pk, "given_to": projects[1].pk}
                adjust_use(bond_id=bonds[0].pk, amount_wan=amount, doc_no="鲁财债〔2020〕1号", approved_on=DAY, source=SOURCE, **ends)
            elif deed == "issue":
                bond = Bond(issue=self.issue, name=f"{self.seed}-{number}", years=10, amount_wan=amount)
                issue_bond(bond, {self.batch.pk: amount}, source=SOURCE)
        except Refused:
            self.refused += 1


@pytest.mark.parametrize("round_", range(2))
def test_many_at_once_and_every_sum_holds(round_: int) -> None:
    unit, batch, issue = make_unit(), make_quota(400), make_issue()
    bonds = [make_bond(500) for _ in range(3)]
    projects = [make_project(unit=unit) for _ in range(4)]
    people = [Person(100 * round_ + seed, bonds, projects, batch, issue) for seed in range(PEOPLE)]
    if connection.vendor == "sqlite":
        for person in people:
            person.act()
    else:
        threads = [threading.Thread(target=run, args=(person,)) for person in people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [person.faults for person in people] == [[]] * PEOPLE
    assert faults() == []
    assert all(person.made for person in people)
    assert sum(person.refused for person in people) > PEOPLE
    posted = {entry.pk for person in people for entry in person.made}
    assert len(posted) == sum(len(person.made) for person in people)
    assert posted <= set(FundEntry.objects.values_list("pk", flat=True))
    assert FundAccount.objects.count() <= len(bonds) * len(projects)


def run(person: Person) -> None:
    try:
        person.act()
    finally:
        connections.close_all()


def together(*deeds: Callable[[], Any]) -> list[str]:
    """The deeds at the same moment, each on a connection of its own (SQLite: in turn); what became of each: done, or the code of its refusal."""
    said: list[str] = ["lost"] * len(deeds)
    begin = threading.Barrier(len(deeds))

    def do(at: int, *, waits: bool) -> None:
        try:
            if waits:
                begin.wait()
            deeds[at]()
            said[at] = "done"
        except Refused as refused:
            said[at] = refused.code
        except Exception as error:  # told by the test: a deadlock, a broken constraint
            said[at] = repr(error)
        finally:
            if waits:
                connections.close_all()

    if connection.vendor == "sqlite":
        for at in range(len(deeds)):
            do(at, waits=False)
        return said
    threads = [threading.Thread(target=do, args=(at,), kwargs={"waits": True}) for at in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


ROUNDS = 8


def test_principal_is_not_paid_back_twice_by_two_people() -> None:
    for _ in range(ROUNDS):
        terms = {"rate_percent": Decimal("3.5"), "value_on": date(2020, 5, 11), "repayment": "early", "tender_on": date(2020, 5, 8)}
        bond = make_bond(100, **terms)
        asked: dict[str, Any] = {
            "bond_id": bond.pk,
            "on": date(2021, 5, 11),
            "amount_wan": Decimal(60),
            "doc_no": "财库〔2021〕1号",
            "source": SOURCE,
        }
        pay = partial(redeem, **asked)
        assert sorted(together(pay, pay)) == ["done", "full"]
        made = Redemption.objects.get(bond=bond)
        back = partial(reverse_redemption, made.pk, source=SOURCE)
        assert sorted(together(back, back)) == ["done", "reversed"]
        assert sum(Redemption.objects.filter(bond=bond).values_list("amount_wan", flat=True)) == 0
    assert faults() == []


def test_a_plan_is_rolled_forward_once_by_two_people() -> None:
    project = make_project(total_wan=Decimal(100), planned_start="2019")
    for round_ in range(ROUNDS):
        plan = RollingPlan.objects.create(base_year=2020 + 2 * round_)
        roll_entry(plan, project, 10, "2090", own=(5, 6, 7))
        roll = partial(roll_forward, plan.pk, source=SOURCE)
        assert sorted(together(roll, roll)) == ["done", "there"]
        made = RollingPlan.objects.get(base_year=plan.base_year + 1)
        assert [(entry.project_id, entry.lines.count()) for entry in made.entries.all()] == [(project.pk, 1)]


def test_what_is_struck_out_while_somebody_posts_holds_no_money() -> None:
    project = make_project()
    for _ in range(ROUNDS):
        bond = make_bond(100)
        post_ = partial(post, [Posting(of_bond(project, bond), Step.ASSIGN, Decimal(10), DAY)], source=SOURCE)
        assert sorted(together(post_, partial(strike, Bond, bond.pk, source=SOURCE))) in (["done", "held"], ["done", "fund"])
        assert Bond.everything.get(pk=bond.pk).assigned_wan in ((0,) if not Bond.objects.filter(pk=bond.pk).exists() else (10,))
    issue, quota = make_issue(), make_quota(100)
    bond = Bond(issue=issue, name="同时登记", years=10, amount_wan=Decimal(5))
    said = together(partial(issue_bond, bond, {quota.pk: Decimal(5)}, source=SOURCE), partial(strike, BondIssue, issue.pk, source=SOURCE))
    assert sorted(said) in (["done", "held"], ["done", "issue"])
    assert faults() == []
