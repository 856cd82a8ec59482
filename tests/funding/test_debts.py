"""Debt service out of the database: early repayment changes it from its day on, projects bear it to the cent, and the proof says so."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from funding.debts import UNASSIGNED, borne, debts, weights
from funding.ledger import Step
from funding.models import Bond, PostedRowError, Redemption
from funding.proofs import faults, prove_bond
from funding.services.redemptions import redeem, reverse_redemption
from projects.models import Door, Source
from projects.workflow import Refused
from tests.factories import make_project
from tests.funding.money import DAY, SOURCE, give, make_bond, of_bond
from tests.projects.admin_pages import form_of

pytestmark = pytest.mark.django_db
VALUE = date(2020, 9, 23)
FIRST, SECOND = date(2021, 3, 23), date(2021, 9, 23)


@pytest.fixture
def bond(db) -> Bond:
    """Ten years at 3.37 %, half-yearly, which may be repaid early."""
    return make_bond(170_000, rate_percent=Decimal("3.37"), tender_on=DAY, value_on=VALUE, repayment="early")


def paid(bond: Bond) -> list[tuple[date, int, int]]:
    (debt,) = debts([bond])
    return [(payment.falls_on, payment.interest_fen, payment.principal_fen) for payment in debt.payments]


def back(bond: Bond, day: date = FIRST, amount: Any = 70_000, doc_no: str = "财1号") -> Redemption:
    return redeem(bond_id=bond.pk, on=day, amount_wan=Decimal(amount), doc_no=doc_no, source=SOURCE)


def test_what_is_redeemed_bears_no_interest_from_its_day_on(bond) -> None:
    before = paid(bond)
    back(bond)
    after = paid(bond)
    assert after[0] == (FIRST, before[0][1], 70_000_000_000)
    assert {interest for _day, interest, _principal in after[1:]} == {before[0][1] * 100 // 170}
    assert sum(principal for _day, _interest, principal in after) == 170_000_000_000
    assert faults() == []


def test_a_reversal_gives_the_old_schedule_again_and_both_rows_stay(bond) -> None:
    before = paid(bond)
    made = back(bond)
    reverse_redemption(made.pk, source=SOURCE)
    assert paid(bond) == before
    assert list(Redemption.objects.order_by("pk").values_list("amount_wan", flat=True)) == [70_000, -70_000]
    with pytest.raises(PostedRowError):
        made.delete()
    assert set(AuditEvent.objects.filter(event="fund.redeem").values_list("object_id", flat=True)) == {str(bond.pk)}


@pytest.mark.parametrize(
    ("day", "amount", "doc_no", "code"),
    [
        (FIRST, 170_001, "财1号", "full"),
        (FIRST, 0, "财1号", "zero"),
        (FIRST, -5, "财1号", "zero"),
        (FIRST, 5, "  ", "document"),
        (date(2021, 3, 22), 5, "财1号", "day"),
        (date(2030, 9, 23), 5, "财1号", "day"),
    ],
)
def test_what_the_terms_or_the_rest_forbid_is_refused(bond, day: date, amount: int, doc_no: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        back(bond, day, amount, doc_no)
    assert refused.value.code == code
    assert not Redemption.objects.exists()


def test_the_nearest_days_are_named(bond) -> None:
    with pytest.raises(Refused, match="2021-03-23、2021-09-23"):
        back(bond, date(2021, 4, 1))


def test_the_sum_of_several_is_held_to_the_principal(bond) -> None:
    back(bond, FIRST, 100_000)
    with pytest.raises(Refused, match="只剩本金70,000万元"):
        back(bond, SECOND, 70_001)
    back(bond, SECOND, 70_000)
    assert paid(bond)[-1][0] == SECOND
    assert faults() == []


def test_only_what_may_repay_early_is_redeemed() -> None:
    plain = make_bond(5, rate_percent=Decimal(3), tender_on=DAY, value_on=VALUE)
    with pytest.raises(Refused, match="到期还本"):
        back(plain, FIRST, 1)
    with pytest.raises(Refused, match="起息日"):
        back(make_bond(5, repayment="early"), FIRST, 1)


@pytest.mark.parametrize("reason", ["", "错"])
def test_a_reversal_needs_a_reason_and_is_made_once(bond, reason: str) -> None:
    made = back(bond)
    source = Source(Door.ADMIN, reason=reason)
    if not reason:
        with pytest.raises(Refused):
            reverse_redemption(made.pk, source=source)
        return
    undone = reverse_redemption(made.pk, source=source)
    for pk in (made.pk, undone.pk, 0):
        with pytest.raises(Refused):
            reverse_redemption(pk, source=source)


def test_projects_bear_every_payment_to_the_cent(bond) -> None:
    one, two = make_project(), make_project()
    give(of_bond(one, bond), Step.ASSIGN, "33333.333333")
    give(of_bond(two, bond), Step.ASSIGN, "100000.000001")
    back(bond, SECOND, "12345.678901")
    (debt,) = debts([bond])
    parts = borne(debt, weights([bond])[bond.pk])
    assert set(parts) == {UNASSIGNED, one.pk, two.pk}
    for at, payment in enumerate(debt.payments):
        assert sum(part[at].interest_fen for part in parts.values()) == payment.interest_fen
        assert sum(part[at].principal_fen for part in parts.values()) == payment.principal_fen
    assert sum(payment.principal_fen for payment in parts[one.pk]) == 33_333_333_333
    codes = {proof.code for proof in prove_bond(bond.pk)}
    assert {"principal", "borne"} <= codes
    assert faults() == []


def test_terms_that_no_longer_fit_are_a_fault(bond) -> None:
    back(bond)
    Bond._base_manager.filter(pk=bond.pk).update(repayment="bullet")
    (fault,) = faults()
    assert (fault.kind, fault.key, fault.code) == ("bond", bond.pk, "principal")


# --- The page ------------------------------------------------------------------------------------------------------------------------


def page(bond: Bond) -> str:
    return reverse("admin:funding_bond_page", args=[bond.pk])


def test_from_the_form_to_the_schedule_and_back(cast, signed_in, bond) -> None:
    city = signed_in(cast.city)
    sent = {"verb": "redeem", "redeemed_on": FIRST.isoformat(), "amount_wan": "70000", "doc_no": "财1号"}
    assert city.post(page(bond), sent).status_code == 302
    made = Redemption.objects.get()
    assert (made.by, made.door) == (cast.city, "admin")
    shown = city.get(page(bond))
    assert shown.context["debt"].payments[0]["principal"] == 70_000
    assert "财1号" in shown.content.decode()
    assert city.post(page(bond), {"verb": "unredeem", "redemption": made.pk, "reason": "记错"}).status_code == 302
    assert city.get(page(bond)).context["debt"].payments[0]["principal"] == 0
    other = make_bond(5, rate_percent=Decimal(3), tender_on=DAY, value_on=VALUE, repayment="early")
    assert city.post(page(other), {"verb": "unredeem", "redemption": made.pk, "reason": "记错"}).status_code == 409


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"verb": "redeem", "redeemed_on": "2021-03-22", "amount_wan": "5", "doc_no": "财1号"}, 400),
        ({"verb": "redeem", "redeemed_on": "x", "amount_wan": "NaN"}, 400),
        ({"verb": "redeem", "redeemed_on": "2021-03-23", "amount_wan": "170000.5", "doc_no": "财1号"}, 409),
        ({"verb": "unredeem", "redemption": "9" * 30, "reason": "错"}, 400),
    ],
)
def test_bad_input_is_answered_on_the_page(cast, signed_in, bond, sent: dict[str, str], status: int) -> None:
    response = signed_in(cast.city).post(page(bond), sent)
    assert response.status_code == status
    assert response.content.decode().count('class="errornote"') == 1
    assert not Redemption.objects.exists()


def test_a_bond_that_does_not_repay_early_says_so_on_its_page(cast, signed_in) -> None:
    plain = make_bond(5, rate_percent=Decimal(3), tender_on=DAY, value_on=VALUE)
    sent = {"verb": "redeem", "redeemed_on": "2021-03-23", "amount_wan": "5", "doc_no": "财1号"}
    response = signed_in(cast.city).post(page(plain), sent)
    assert response.status_code == 409
    assert "先在“编辑”中把还本方式改为“提前还本”" in response.content.decode()


def test_the_form_of_a_bond_keeps_to_what_was_redeemed(cast, signed_in, bond) -> None:
    back(bond)
    city, address = signed_in(cast.city), reverse("admin:funding_bond_change", args=[bond.pk])
    response = city.post(address, form_of(city.get(address), repayment="bullet"))
    assert response.status_code == 200
    assert "已登记提前还本" in response.content.decode()
    bond.refresh_from_db()
    assert bond.repayment == "early"
    assert city.post(address, form_of(city.get(address), venue="上交所")).status_code == 302


def test_a_unit_reads_what_was_redeemed_and_posts_nothing(cast, signed_in, bond) -> None:
    back(bond)
    owner = signed_in(cast.owner)
    text = owner.get(page(bond)).content.decode()
    assert "财1号" in text
    assert 'name="verb"' not in text
    assert owner.post(page(bond), {"verb": "redeem"}).status_code == 403
