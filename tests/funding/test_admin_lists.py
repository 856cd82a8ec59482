"""Lists of money: summed over what the filters leave, exact, approximate where the source was; each person sees their own units' rows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from funding.ledger import Step
from funding.models import Bond, CentralPlan, QuotaBatch
from funding.services.bonds import adjust_use
from tests.factories import make_project
from tests.funding.money import DAY, SOURCE, give, make_bond, make_central, make_quota, of_bond, of_plan
from tests.projects.admin_pages import errors_of, form_of

pytestmark = pytest.mark.django_db


def page(name: str, *args: Any) -> str:
    return reverse(f"admin:funding_{name}", args=args)


def sums(response: Any) -> dict[str, str]:
    return {cell.key: str(cell.text) for cell in response.context["cl"].sum_cells if cell.text}


def test_totals_are_of_the_filtered_rows(cast, signed_in) -> None:
    make_bond(400, make_quota(1000))
    QuotaBatch.objects.create(year=2019, number=1, amount_wan=Decimal(50))
    client = signed_in(cast.city)
    assert sums(client.get(page("quotabatch_changelist"))) == {"title": "合计 2 条", "n_amount": "1,050", "n_issued": "400", "n_left": "650"}
    assert sums(client.get(page("quotabatch_changelist"), {"year": "2019"})) == {
        "title": "合计 1 条",
        "n_amount": "50",
        "n_issued": "0",
        "n_left": "50",
    }


def test_a_sum_of_rough_amounts_is_rough_and_one_of_exact_ones_is_not(cast, signed_in) -> None:
    give(of_plan(make_project(), make_central(1000, is_approximate=True)), Step.ASSIGN, 400)
    client = signed_in(cast.city)
    told = sums(client.get(page("centralplan_changelist")))
    assert (told["n_amount"], told["n_assigned"], told["n_left"]) == ("约1,000", "400", "约600")
    CentralPlan._base_manager.update(is_approximate=False)
    assert sums(client.get(page("centralplan_changelist")))["n_amount"] == "1,000"


def test_every_digit_of_an_amount_is_shown(cast, signed_in) -> None:
    give(of_bond(make_project(unit=cast.unit_a), make_bond(500)), Step.ASSIGN, "0.000001")
    text = signed_in(cast.owner).get(page("fundentry_changelist")).content.decode()
    assert "0.000001" in text


def test_districts_see_their_own_accounts_and_entries_alone(cast, signed_in) -> None:
    bond = make_bond(5000)
    mine, other = make_project("甲路", cast.unit_a), make_project("乙路", cast.unit_b)
    give(of_bond(mine, bond), Step.ASSIGN, 100)
    give(of_bond(other, bond), Step.ASSIGN, 777)
    client = signed_in(cast.owner)
    for name in ("fundaccount_changelist", "fundentry_changelist"):
        response = client.get(page(name))
        text = response.content.decode()
        assert "甲路" in text
        assert "乙路" not in text
        assert "777" not in text
        assert "100" in sums(response).values()
    assert "100" in sums(signed_in(cast.city).get(page("fundentry_changelist"), {"unit": str(cast.unit_a.pk)})).values()


def test_an_adjustment_with_another_unit_does_not_name_its_project(cast, signed_in) -> None:
    bond = make_bond(5000)
    mine, other = make_project("甲路", cast.unit_a), make_project("乙路", cast.unit_b)
    give(of_bond(other, bond), Step.ASSIGN, 777)
    sides = {"taken_from": other.pk, "given_to": mine.pk}
    made = adjust_use(bond_id=bond.pk, amount_wan=Decimal(5), doc_no="批1", approved_on=DAY, source=SOURCE, **sides)
    client = signed_in(cast.owner)
    for address in (page("useadjustment_changelist"), page("useadjustment_change", made.pk)):
        text = client.get(address).content.decode()
        assert "甲路" in text
        assert "其他单位的项目" in text
        assert "乙路" not in text
    text = client.get(page("fundentry_change", mine.fund_accounts.get().entries.get().pk)).content.decode()
    assert "乙路" not in text
    assert "乙路" in signed_in(cast.city).get(page("useadjustment_changelist")).content.decode()


def test_what_the_ledger_wrote_can_not_be_edited(cast, signed_in) -> None:
    entry = give(of_bond(make_project(unit=cast.unit_a), make_bond(500)), Step.ASSIGN, 5)
    client = signed_in(cast.city)
    for name, row in (("fundentry", entry), ("fundaccount", entry.account)):
        assert client.get(page(f"{name}_change", row.pk)).status_code == 200
        assert client.post(page(f"{name}_change", row.pk), {"amount_wan": "9"}).status_code == 403
        assert client.get(page(f"{name}_add")).status_code == 403
        assert client.post(page(f"{name}_delete", row.pk), {"post": "yes"}).status_code == 403


# --- Forms of the funds themselves ---------------------------------------------------------------------------------------------------


def test_a_quota_never_falls_below_what_was_issued(cast, signed_in) -> None:
    quota = make_quota(1000)
    make_bond(400, quota)
    client, address = signed_in(cast.city), page("quotabatch_change", quota.pk)
    told = errors_of(client.post(address, form_of(client.get(address), amount_wan="399.99")))
    assert told == {"amount_wan": ["额度不能小于已发行的400万元"]}
    assert client.post(address, form_of(client.get(address), amount_wan="400")).status_code == 302
    quota.refresh_from_db()
    assert (quota.amount_wan, quota.issued_wan) == (400, 400)


@pytest.mark.parametrize("typed", ["发改投资[2020]12号", "发改投资（2020） 第012号", "发改投资【2020】12"])
def test_one_document_has_one_number_however_it_is_typed(cast, signed_in, typed: str) -> None:
    client, address = signed_in(cast.city), page("centralplan_add")
    told = {"year": "2020", "doc_no": typed, "programme": "水利", "manner": "direct", "amount_wan": "5"}
    assert client.post(address, form_of(client.get(address), **told)).status_code == 302
    assert CentralPlan.objects.get().doc_no == "发改投资〔2020〕12号"
    assert "已有这一文号和专项的计划" in str(
        errors_of(client.post(address, form_of(client.get(address), **told | {"doc_no": "发改投资〔2020〕12号"})))
    )


def test_saving_a_form_keeps_what_was_issued_meanwhile(cast, signed_in) -> None:
    """The page was loaded before somebody issued a bond: the sum of the ledger is that of now."""
    quota = make_quota(1000)
    client, address = signed_in(cast.city), page("quotabatch_change", quota.pk)
    sent = form_of(client.get(address), doc_no="财预〔2020〕1号")
    make_bond(400, quota)
    assert client.post(address, sent).status_code == 302
    quota.refresh_from_db()
    assert (quota.doc_no, quota.issued_wan) == ("财预〔2020〕1号", 400)


def test_the_amount_of_a_bond_is_not_on_its_form(cast, signed_in) -> None:
    bond = make_bond(500)
    client, address = signed_in(cast.city), page("bond_change", bond.pk)
    sent = form_of(client.get(address), venue="上交所", amount_wan="9", purpose="swap")
    assert client.post(address, sent).status_code == 302
    bond.refresh_from_db()
    assert (bond.venue, bond.amount_wan, bond.purpose) == ("上交所", 500, "new")
    history = client.get(page("bond_history", bond.pk)).content.decode()
    assert "上交所" in history


def test_codes_stand_on_the_form_of_their_bond(cast, signed_in) -> None:
    bond = make_bond(500)
    client, address = signed_in(cast.city), page("bond_change", bond.pk)
    sent = form_of(client.get(address), **{"codes-TOTAL_FORMS": "1", "codes-0-market": "sse", "codes-0-code": "160123"})
    assert client.post(address, sent).status_code == 302
    assert bond.codes.get().code == "160123"
    wrong = form_of(client.get(address), **{"codes-0-code": "é"})
    assert "codes" in errors_of(client.post(address, wrong))


def test_units_read_the_city_s_books_and_write_none(cast, signed_in) -> None:
    bond, plan = make_bond(500), make_central(500)
    client = signed_in(cast.owner)
    for name, row in (("quotabatch", QuotaBatch.objects.get()), ("bondissue", bond.issue), ("bond", bond), ("centralplan", plan)):
        assert client.get(page(f"{name}_changelist")).status_code == 200
        assert client.get(page(f"{name}_add")).status_code == 403
        assert client.post(page(f"{name}_add"), {"amount_wan": "5"}).status_code == 403
        assert client.post(page(f"{name}_change", row.pk), {"amount_wan": "5"}).status_code == 403
    assert Bond.objects.count() == 1


def test_lists_take_the_same_queries_at_any_length(cast, signed_in, django_assert_max_num_queries) -> None:
    bond = make_bond(50_000)
    for number in range(12):
        give(of_bond(make_project(f"路{number}", cast.unit_a), bond), Step.ASSIGN, 10)
    client = signed_in(cast.city)
    for name in ("fundaccount_changelist", "fundentry_changelist", "bond_changelist"):
        with django_assert_max_num_queries(24):
            client.get(page(name))
