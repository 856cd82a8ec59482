"""Several people post to the same funds at once: the sums hold, nobody waits for ever, nothing is let in twice.

On PostgreSQL each has a connection of their own; SQLite has one writer, and there they act in turn.
"""

from __future__ import annotations

import random
import threading
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, connections

from funding.ledger import Step
from funding.models import Bond, FundAccount, FundEntry, QuotaBatch
from funding.proofs import faults
from funding.services.bonds import adjust_use, issue_bond
from funding.services.ledger import Posting, post, reverse
from projects.workflow import Refused
from tests.factories import make_project, make_unit
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
