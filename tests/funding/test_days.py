"""The order of days: no money before its fund, no fund after its money, no bond before its quota; and amounts of nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from funding.ledger import Step
from funding.models import Bond, FundEntry, QuotaBatch, QuotaDraw
from funding.proofs import faults
from funding.services.bonds import adjust_use, issue_bond
from funding.services.ledger import reverse as take_back
from projects.workflow import Refused
from tests.exchange.cast import make_cast
from tests.exchange.funds import BONDS, FIRST, checked
from tests.exchange.funds import issue as issue_rows
from tests.factories import make_project
from tests.funding.money import SOURCE, give, make_bond, make_central, make_issue, make_quota, of_bond, of_plan
from tests.projects.admin_pages import form_of

pytestmark = pytest.mark.django_db
MAY_7, MAY_8, MAY_11 = date(2020, 5, 7), date(2020, 5, 8), date(2020, 5, 11)


def page(name: str, *args: Any) -> str:
    return reverse(f"admin:funding_{name}", args=args)


def refused(verb: Any, *args: Any, **values: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        verb(*args, **values)
    return caught.value


# --- Money, at every door -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "terms, day",
    [({}, MAY_8), ({"value_on": MAY_11}, MAY_11), ({"tender_on": MAY_8, "value_on": MAY_11}, MAY_8)],
    ids=["its issue's", "its value's", "its own"],
)
def test_money_moves_from_the_day_of_the_bond_on(terms, day):
    key = of_bond(make_project("甲路"), make_bond(500, short_name="甲债", **terms))
    before = date(2020, 5, day.day - 1)
    said = refused(give, key, Step.ASSIGN, 10, before)
    assert said.code == "early"
    assert said.zh == f"“甲路”的分配日期{before}早于甲债的发行日{day}；请核对发生日期，或先更正甲债的发行日。"
    assert said.en == f"甲路: allocated on {before}, but 甲债 was issued on {day}; check the day, or first mend that of the fund."
    assert FundEntry.objects.count() == 0
    for step in (Step.ASSIGN, Step.ARRIVE, Step.PAY):
        give(key, step, 10, day)
    assert faults() == []


def test_what_arrives_and_is_paid_is_held_to_the_day_too():
    key = of_bond(make_project("甲路"), make_bond(500))
    give(key, Step.ASSIGN, 10, MAY_8)
    assert [refused(give, key, step, 5, MAY_7).code for step in (Step.ARRIVE, Step.PAY)] == ["early", "early"]


def test_money_of_a_plan_moves_from_the_day_it_was_given():
    key = of_plan(make_project("甲院"), make_central(500, doc_no="试1号", programme="", given_on=date(2020, 4, 1)))
    said = refused(give, key, Step.ASSIGN, 10, date(2020, 3, 31))
    assert "“甲院”的分解日期2020-03-31早于试1号的下达日期2020-04-01" in said.zh
    give(key, Step.ASSIGN, 10, date(2020, 4, 1))
    unknown = of_plan(make_project("乙院"), make_central(500, given_on=None))
    give(unknown, Step.ASSIGN, 10, date(2019, 1, 1))


def test_an_adjustment_is_approved_after_the_bond_and_an_early_entry_can_be_taken_back():
    one, other, bond = make_project("甲路"), make_project("乙路"), make_bond(500)
    early = give(of_bond(one, bond), Step.ASSIGN, 10)
    asked = {"bond_id": bond.pk, "taken_from": one.pk, "given_to": other.pk, "amount_wan": Decimal(5), "doc_no": "批1"}
    assert refused(adjust_use, **asked, approved_on=MAY_7, source=SOURCE).code == "early"
    Bond._base_manager.filter(pk=bond.pk).update(tender_on=date(2020, 6, 1))  # kept before days were compared
    take_back([early.pk], source=SOURCE)
    assert faults() == []


def test_the_form_says_the_day_and_keeps_what_was_typed(cast, signed_in):
    city, bond, project = signed_in(cast.city), make_bond(500), make_project("甲路")
    sent = {"verb": "post", "step": "assign", "project": project.pk, "amount_wan": "7", "happened_on": "2020-05-07", "reason": "材料后补"}
    response = city.post(page("bond_page", bond.pk), sent)
    assert response.status_code == 409
    assert "“甲路”的分配日期2020-05-07早于" in response.content.decode()
    assert FundEntry.objects.count() == 0


def test_the_upload_says_it_at_the_cell():
    make_cast(with_reference=True)
    make_project(FIRST)
    bonds = issue_rows()
    give(of_bond(make_project("别的"), bonds[10]), Step.ASSIGN, 1, date(2020, 6, 1))
    Bond._base_manager.update(tender_on=date(2090, 1, 1))
    found = {(each["code"], each["row"]) for each in checked(BONDS).findings if "早于20青岛债2-10的发行日2090-01-01" in str(each["zh"])}
    assert found == {("fund_chain", 4)}


# --- Days of funds ------------------------------------------------------------------------------------------------------------------


def test_a_bond_is_not_moved_after_its_first_money(cast, signed_in):
    city, bond = signed_in(cast.city), make_bond(500, tender_on=MAY_8, per_year=2)
    entry = give(of_bond(make_project(), bond), Step.ASSIGN, 10, date(2020, 5, 20))
    address = page("bond_change", bond.pk)
    response = city.post(address, form_of(city.get(address), tender_on="2020-05-21"))
    assert "最早的一笔资金流水在2020-05-20" in response.context["adminform"].form.errors["tender_on"][0]
    assert city.post(address, form_of(city.get(address), tender_on="2020-05-20")).status_code == 302
    take_back([entry.pk], source=SOURCE)
    assert city.post(address, form_of(city.get(address), tender_on="2020-05-21")).status_code == 302


def test_a_tender_and_a_plan_are_not_moved_after_their_first_money(cast, signed_in):
    city, issue, plan = signed_in(cast.city), make_issue(), make_central(500)
    give(of_bond(make_project(), make_bond(500, issue=issue)), Step.ASSIGN, 10, date(2020, 5, 20))
    give(of_plan(make_project(), plan), Step.ASSIGN, 10, date(2020, 5, 20))
    for name, row, field in (("bondissue", issue, "tender_on"), ("centralplan", plan, "given_on")):
        address = page(f"{name}_change", row.pk)
        response = city.post(address, form_of(city.get(address), **{field: "2020-05-21"}))
        assert "最早的一笔资金流水在2020-05-20" in response.context["adminform"].form.errors[field][0]
        assert city.post(address, form_of(city.get(address), **{field: "2020-05-20"})).status_code == 302
    response = city.post(page("bondissue_change", issue.pk), form_of(city.get(page("bondissue_change", issue.pk)), year="2021"))
    assert list(response.context["adminform"].form.errors) == ["year"]


# --- Bonds and their quota ----------------------------------------------------------------------------------------------------------


def test_a_bond_draws_on_quota_of_its_year_that_was_there():
    other_year, later = make_quota(100, year=2021), make_quota(100, given_on=date(2020, 5, 9))
    for batch, code in ((other_year, "quota_year"), (later, "quota_later")):
        said = refused(issue_bond, Bond(issue=make_issue(), name="新债", years=10, amount_wan=Decimal(5)), {batch.pk: Decimal(5)}, source=SOURCE)
        assert said.code == code
    assert "于2020-05-09下达，晚于新债的发行日2020-05-08" in said.zh
    assert (Bond.objects.count(), QuotaDraw.objects.count()) == (0, 0)
    QuotaBatch._base_manager.filter(pk=later.pk).update(given_on=MAY_8)
    issue_bond(Bond(issue=make_issue(), name="新债", years=10, amount_wan=Decimal(5)), {later.pk: Decimal(5)}, source=SOURCE)
    assert faults() == []


@pytest.mark.parametrize(
    "terms, code",
    [
        ({"value_on": MAY_7}, "value_before_tender"),
        ({"tender_on": MAY_11, "value_on": MAY_8}, "value_before_tender"),
        ({"value_on": date(2022, 1, 1)}, "bond_day_far"),
        ({"tender_on": date(2018, 12, 31)}, "bond_day_far"),
        ({"value_on": MAY_11, "matures_on": date(2040, 5, 11)}, "maturity_not_term"),
        ({"amount_wan": Decimal(0)}, "zero"),
    ],
)
def test_a_bond_with_days_out_of_order_is_not_issued(terms, code):
    bond = Bond(**{"issue": make_issue(), "name": "新债", "years": 10, "amount_wan": Decimal(5), "purpose": "refinancing", **terms})
    assert refused(issue_bond, bond, {}, source=SOURCE).code == code
    bond = Bond(issue=make_issue(), name="新债", years=10, amount_wan=Decimal(5), purpose="refinancing", value_on=date(2021, 12, 31))
    issue_bond(bond, {}, source=SOURCE)


def test_the_form_of_a_bond_names_the_day_at_its_field(cast, signed_in):
    city, bond = signed_in(cast.city), make_bond(500)
    address = page("bond_change", bond.pk)
    response = city.post(address, form_of(city.get(address), value_on="2020-05-07", change_reason="核对"))
    assert "起息日2020-05-07早于发行日（招标日）2020-05-08" in response.context["adminform"].form.errors["value_on"][0]


def test_a_bond_is_not_moved_before_its_quota(cast, signed_in):
    city, bond = signed_in(cast.city), make_bond(500, make_quota(500, given_on=MAY_7))
    address = page("bond_change", bond.pk)
    response = city.post(address, form_of(city.get(address), tender_on="2020-05-06"))
    assert "于2020-05-07下达" in response.context["adminform"].form.errors["tender_on"][0]


@pytest.mark.parametrize(
    "given_on, advance, fields",
    [
        ("2020-03-01", "", []),
        ("2019-12-01", "on", []),
        ("2019-12-01", "", ["given_on"]),
        ("2018-12-01", "on", ["given_on"]),
        ("2021-01-01", "", ["given_on"]),
    ],
)
def test_quota_is_given_in_its_year_or_in_advance(cast, signed_in, given_on, advance, fields):
    city = signed_in(cast.city)
    sent = {**form_of(city.get(page("quotabatch_add"))), "year": "2020", "number": "1", "amount_wan": "5", "given_on": given_on}
    sent.pop("is_advance", None)
    response = city.post(page("quotabatch_add"), {**sent, **({"is_advance": advance} if advance else {})})
    assert (response.status_code == 302) is not bool(fields)
    if fields:
        assert list(response.context["adminform"].form.errors) == fields


def test_quota_that_was_drawn_on_keeps_its_year_and_is_not_given_later_and_nothing_is_no_amount(cast, signed_in):
    city, batch = signed_in(cast.city), make_quota(500)
    make_bond(100, batch)
    address = page("quotabatch_change", batch.pk)
    for changed, field in (({"given_on": "2020-05-09"}, "given_on"), ({"year": "2021"}, "year")):
        response = city.post(address, form_of(city.get(address), **changed))
        assert list(response.context["adminform"].form.errors) == [field]
    assert city.post(address, form_of(city.get(address), given_on="2020-05-08")).status_code == 302
    empty = {**form_of(city.get(page("quotabatch_add"))), "year": "2020", "number": "77", "amount_wan": "0"}
    assert city.post(page("quotabatch_add"), empty).context["adminform"].form.errors["amount_wan"] == ["金额应大于0"]


@pytest.mark.parametrize(
    ("name", "typed", "field"),
    [
        ("quotabatch_add", {"year": "1500"}, "year"),
        ("quotabatch_add", {"number": "100000"}, "number"),
        ("bondissue_add", {"year": "2999"}, "year"),
        ("centralplan_add", {"given_on": "2035-01-01"}, "given_on"),
    ],
)
def test_a_year_and_a_number_are_such_as_documents_have(cast, signed_in, name, typed, field):
    city = signed_in(cast.city)
    told = {"year": "2020", "number": "8", "amount_wan": "5", "doc_no": "鲁发改投资〔2020〕9号", "programme": "保障性安居工程", **typed}
    response = city.post(page(name), form_of(city.get(page(name)), **told))
    assert list(response.context["adminform"].form.errors) == [field]


@pytest.mark.parametrize(
    ("matures", "is_taken"),
    [("2019-01-01", False), ("2029-05-11", False), ("2030-06-12", False), ("2030-04-10", True), ("2030-06-11", True), ("", True)],
)
def test_a_bond_matures_at_the_end_of_its_term(cast, signed_in, matures, is_taken):
    city, bond = signed_in(cast.city), make_bond(500, value_on=MAY_11)
    address = page("bond_change", bond.pk)
    response = city.post(address, form_of(city.get(address), years="10", matures_on=matures))
    assert (response.status_code == 302) is is_taken
    if not is_taken:
        assert "2030-05-11" in response.context["adminform"].form.errors["matures_on"][0]
