"""What-if: an adjustment tried out shows what the real one does, says why it would be refused, and keeps nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from funding.ledger import Step
from funding.models import Bond, FundAccount, UseAdjustment
from funding.services.bonds import adjust_use
from funding.services.trial import try_adjustment
from projects.measures import share
from tests.config.test_structure import faults as unnamed
from tests.factories import make_project
from tests.funding.money import SOURCE, give, make_bond, of_bond

pytestmark = pytest.mark.django_db
DAY = date(2020, 8, 31)
ASKED: dict[str, Any] = {"doc_no": "批1", "approved_on": date(2020, 6, 2)}


@pytest.fixture
def bond(db) -> Bond:
    return make_bond(100_000, rate_percent=Decimal("3.37"), value_on=date(2020, 5, 11))


@pytest.fixture
def pair(bond) -> tuple[Any, Any]:
    """甲路 with 60 000, of which 25 000 arrived and 5 000 was spent; 乙路 with nothing."""
    one, two = make_project("甲路"), make_project("乙路")
    for step, amount in ((Step.ASSIGN, 60_000), (Step.ARRIVE, 25_000), (Step.PAY, 5_000)):
        give(of_bond(one, bond), step, amount)
    return one, two


def stored() -> dict[str, int]:
    """How many rows every table has."""
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


def balances() -> list[tuple[Any, ...]]:
    return list(FundAccount.objects.order_by("pk").values_list("project", "assigned_wan", "arrived_wan", "paid_wan"))


def test_a_trial_shows_both_sides_and_keeps_nothing(bond, pair) -> None:
    before, rows = balances(), stored()
    trial = try_adjustment(bond, *pair, until=DAY, source=SOURCE, amount_wan=Decimal(20_000), **ASKED)
    assert (balances(), stored()) == (before, rows)
    one, two = trial.sides
    assert trial.refused is None
    assert one.after is not None
    assert two.after is not None
    assert (one.before.held.assigned_wan, one.after.held.assigned_wan) == (60_000, 40_000)
    assert (two.before.held.assigned_wan, two.after.held.assigned_wan) == (0, 20_000)
    assert (one.before.principal_wan, one.after.principal_wan, two.after.principal_wan) == (60_000, 40_000, 20_000)
    assert one.before.interest_wan == one.after.interest_wan + two.after.interest_wan
    assert all(proof.holds for proof in trial.sums)
    assert any(proof.before is None for proof in trial.sums)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(amount=st.integers(1, 60_000_000_000))
def test_the_trial_refuses_what_has_arrived_and_nothing_else(bond, pair, amount: int) -> None:
    trial = try_adjustment(bond, *pair, until=DAY, source=SOURCE, amount_wan=Decimal(amount) / 1_000_000, **ASKED)
    assert (trial.refused is None) == (amount <= 35_000_000_000)
    if trial.refused is not None:
        assert trial.refused.code == "arrived"
        assert [side.after for side in trial.sides] == [None, None]


def test_both_spending_lights_are_shown_before_and_after(bond, pair) -> None:
    """Issued in May: by the end of August three months of six are gone, so half is expected; 5 000 of 60 000, then of 20 000, was spent."""
    one, two = try_adjustment(bond, *pair, until=DAY, source=SOURCE, amount_wan=Decimal(35_000), **ASKED).sides
    assert one.before.clock is not None
    assert one.after is not None
    assert one.after.clock is not None
    assert two.after is not None
    assert two.after.clock is not None
    assert one.before.clock.expected == Decimal("0.5")
    assert (one.before.clock.reached, one.after.clock.reached) == (share(5_000, 60_000), share(5_000, 25_000))
    assert (two.before.clock, two.after.clock.reached) == (None, 0)


def test_the_deed_after_the_trial_ends_where_the_trial_did(bond, pair) -> None:
    asked = {**ASKED, "amount_wan": Decimal("123.456789")}
    trial = try_adjustment(bond, *pair, until=DAY, source=SOURCE, **asked)
    adjust_use(bond_id=bond.pk, taken_from=pair[0].pk, given_to=pair[1].pk, source=SOURCE, **asked)
    held = {project: assigned for project, assigned, *_rest in balances()}
    assert [held[side.project.pk] for side in trial.sides] == [side.after.held.assigned_wan for side in trial.sides if side.after]


# --- The page ------------------------------------------------------------------------------------------------------------------------


def sent(pair: tuple[Any, Any], amount: Any, **more: Any) -> dict[str, str]:
    given = {"verb": "adjust", "taken_from": pair[0].pk, "given_to": pair[1].pk, "amount_wan": amount, **more}
    return {name: str(value) for name, value in given.items()}


def test_the_page_tries_without_a_document_and_does_with_one(cast, signed_in, bond, pair) -> None:
    city, address = signed_in(cast.city), reverse("admin:funding_bond_page", args=[bond.pk])
    shown = city.post(address, sent(pair, 20_000, trial=1))
    text = shown.content.decode()
    assert shown.status_code == 200
    assert "试算结果（尚未记账）" in text
    assert "可以调整" in text
    assert unnamed(text) == []
    assert 'class="errornote"' not in text
    assert 'value="20000"' in text
    assert not UseAdjustment.objects.exists()
    # The real one asks for its document.
    assert city.post(address, sent(pair, 20_000)).status_code == 400
    done = city.post(address, sent(pair, 20_000, doc_no="批1", approved_on="2020-06-02", reason="急需"))
    assert done.status_code == 302
    assert UseAdjustment.objects.get().amount_wan == 20_000


def test_the_page_says_why_the_ledger_would_refuse(cast, signed_in, bond, pair) -> None:
    city, address = signed_in(cast.city), reverse("admin:funding_bond_page", args=[bond.pk])
    for language, words in (("zh-hans", "只有35,000万元尚未拨付"), ("en", "no more can be moved")):
        city.cookies["django_language"] = language
        shown = city.post(address, sent(pair, "35000.5", trial=1))
        assert shown.status_code == 200
        assert words in shown.content.decode()
    assert not UseAdjustment.objects.exists()


def test_a_trial_that_can_not_be_read_is_answered_on_the_page(cast, signed_in, bond, pair) -> None:
    city, address = signed_in(cast.city), reverse("admin:funding_bond_page", args=[bond.pk])
    assert city.post(address, {"verb": "adjust", "trial": "1", "amount_wan": "x"}).status_code == 400


def test_units_try_nothing(cast, signed_in, bond, pair) -> None:
    address = reverse("admin:funding_bond_page", args=[bond.pk])
    assert signed_in(cast.owner).post(address, sent(pair, 5, trial=1)).status_code == 403
