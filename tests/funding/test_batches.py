"""A quota batch month by month, and its page: the parts of all batches add up to the bonds, whatever they drew on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from funding.batches import batch_course, shown_months
from funding.ledger import Step
from funding.models import Bond, FundEntry
from funding.services.bonds import issue_bond
from projects.values import Month
from tests.config.test_structure import faults as unnamed
from tests.factories import make_project
from tests.funding.money import SOURCE, give, make_bond, make_issue, make_quota, of_bond

UNTIL = date(2020, 12, 31)


def drawn_on_two(one: Any, two: Any) -> Bond:
    """A bond of 100 that takes a third of itself from one batch and the rest from another."""
    given = {"issue": make_issue(tender_on=date(2020, 5, 8)), "name": "两批债", "years": 10, "amount_wan": Decimal(100)}
    return issue_bond(Bond(**given), {one.pk: Decimal("33.333333"), two.pk: Decimal("66.666667")}, source=SOURCE)


@pytest.mark.django_db
def test_the_batch_burns_down_month_by_month(cast) -> None:
    batch = make_quota(1000, given_on=date(2020, 3, 15))
    key = of_bond(make_project(), make_bond(400, batch, tender_on=date(2020, 5, 8)))
    for step, amount, month in ((Step.ASSIGN, 300, 6), (Step.ARRIVE, 200, 7), (Step.PAY, 50, 8)):
        give(key, step, amount, date(2020, month, 1))
    told = [
        (row.month.month, row.quota_wan, row.issued_wan, row.left_wan, row.allocated_wan, row.paid_wan)
        for row in batch_course(batch, FundEntry.objects.all(), UNTIL)
    ]
    assert told[0] == (3, 1000, 0, 1000, 0, 0)
    assert told[2] == (5, 1000, 400, 600, 0, 0)
    assert told[3] == (6, 1000, 400, 600, 300, 0)
    assert told[-1] == (12, 1000, 400, 600, 300, 50)


@pytest.mark.django_db
def test_a_batch_given_later_in_the_month_that_is_looked_from_is_not_there_yet(cast) -> None:
    batch = make_quota(1000, given_on=date(2020, 3, 15))
    assert [row.quota_wan for row in batch_course(batch, FundEntry.objects.all(), date(2020, 3, 10))] == [0]


@pytest.mark.django_db
def test_what_two_batches_share_adds_up_to_the_bond(cast) -> None:
    one, two = make_quota(50), make_quota(500)
    key = of_bond(make_project(), drawn_on_two(one, two))
    for step, amount in ((Step.ASSIGN, "99.999999"), (Step.ARRIVE, "50.000001"), (Step.PAY, "0.000001")):
        give(key, step, Decimal(amount), date(2020, 6, 1))
    courses = [batch_course(batch, FundEntry.objects.all(), UNTIL)[-1] for batch in (one, two)]
    assert sum(row.allocated_wan for row in courses) == Decimal("99.999999")
    assert sum(row.paid_wan for row in courses) == Decimal("0.000001")
    assert courses[0].allocated_wan == Decimal("33.333333")


def test_a_long_time_is_shown_by_quarters_and_years() -> None:
    assert len(shown_months(Month(2020, 1), Month(2021, 6))) == 18
    quarters = shown_months(Month(2020, 1), Month(2022, 2))
    assert [str(month) for month in quarters[:2]] == ["2020-03", "2020-06"]
    assert str(quarters[-1]) == "2022-02"
    assert [str(month) for month in shown_months(Month(2020, 1), Month(2025, 3))] == [
        *(f"{year}-12" for year in range(2020, 2025)),
        "2025-03",
    ]


@pytest.mark.django_db
def test_the_page_shows_draws_and_what_is_left(cast, signed_in) -> None:
    batch = make_quota(1000, given_on=date(2020, 1, 3))
    make_bond(400, batch, short_name="试债01")
    client = signed_in(cast.city)
    response = client.get(reverse("admin:funding_quotabatch_page", args=[batch.pk]))
    text = response.content.decode()
    assert response.status_code == 200
    assert (response.context["drawn"].left_wan, response.context["now"].left_wan) == (600, 600)
    assert "试债01" in text
    assert response.context["chart"].line.text == "0.1"
    assert unnamed(text) == []
    assert client.get(reverse("admin:funding_quotabatch_page", args=[0])).status_code == 404
    listed = client.get(reverse("admin:funding_quotabatch_changelist")).content.decode()
    assert reverse("admin:funding_quotabatch_page", args=[batch.pk]) in listed


@pytest.mark.django_db
def test_a_unit_reads_the_city_s_quota_and_its_own_money(cast, signed_in) -> None:
    batch = make_quota(1000, given_on=date(2020, 1, 3))
    bond = make_bond(400, batch)
    give(of_bond(make_project(unit=cast.unit_a), bond), Step.ASSIGN, 11)
    give(of_bond(make_project(unit=cast.unit_b), bond), Step.ASSIGN, 300)
    response = signed_in(cast.owner).get(reverse("admin:funding_quotabatch_page", args=[batch.pk]))
    assert (response.context["now"].issued_wan, response.context["now"].allocated_wan) == (400, 11)
    assert "分配和支出为本单位项目的数" in response.content.decode()


@pytest.mark.django_db
def test_the_page_takes_the_same_queries_at_any_length(cast, signed_in) -> None:
    batch = make_quota(1000)
    make_bond(4, batch)
    client, address = signed_in(cast.city), reverse("admin:funding_quotabatch_page", args=[batch.pk])
    client.get(address)
    with CaptureQueriesContext(connection) as first:
        client.get(address)
    for _ in range(5):
        give(of_bond(make_project(), make_bond(4, batch)), Step.ASSIGN, 2)
    with CaptureQueriesContext(connection) as second:
        client.get(address)
    assert len(second) == len(first)
