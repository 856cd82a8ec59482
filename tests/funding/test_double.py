"""One cost paid twice: the same item under bonds and under the central budget, however it is written; what nobody said needs a look."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from funding.double import Support, Verdict, pairs, sums, worst
from funding.finance_figures import doubled
from funding.ledger import Step
from funding.models import Bond, FundEntry
from funding.services import ledger
from funding.services.bonds import adjust_use
from projects.workflow import Refused
from tests.factories import make_project
from tests.funding.money import SOURCE, give, make_bond, make_central, of_bond, of_plan

DAY = date(2020, 5, 20)


def support(item: str, amount: int = 10, fund: str = "债", document: str = "文") -> Support:
    return Support(fund, item, Decimal(amount), DAY, document)


def verdicts(bonds: list[Support], plans: list[Support]) -> list[str]:
    return [pair.verdict.value for pair in pairs(bonds, plans)]


@pytest.mark.parametrize(
    ("bonds", "plans", "said"),
    [
        (["土建"], ["土建"], ["same"]),
        (["土 建（一期）"], ["土建(一期)"], ["same"]),
        (["土建（一期）"], ["土建（二期）"], ["apart"]),
        (["土建"], ["设备"], ["apart"]),
        ([""], [""], ["look"]),
        (["土建"], [""], ["look"]),
        ([" "], ["设备"], ["look"]),
        (["土建", "装修"], ["土建", "设备"], ["same"]),
        (["土建", ""], ["土建"], ["same", "look"]),
        (["土建"], [], []),
        ([], [""], []),
    ],
)
def test_verdicts(bonds: list[str], plans: list[str], said: list[str]) -> None:
    assert verdicts([support(item) for item in bonds], [support(item, fund="计划") for item in plans]) == said


def test_what_was_taken_back_is_not_paid() -> None:
    assert verdicts([support("土建"), support("土建", -10)], [support("土建", fund="计划")]) == []


def test_what_moved_on_is_paid_from_no_item() -> None:
    moved = [support("土建", 10), support("", -4)]
    (pair,) = pairs(moved, [support("土建", 7, fund="计划")])
    assert (pair.verdict, pair.bond_wan) == (Verdict.SAME, 6)
    assert verdicts([support("土建", 10), support("", -10)], [support("土建", fund="计划")]) == []


@given(st.lists(st.tuples(st.sampled_from(["", "土建", "设备"]), st.integers(-20, 20).filter(bool)), max_size=8))
def test_no_item_is_told_with_more_than_its_fund_gives(rows) -> None:
    told = sums(support(item, amount) for item, amount in rows)
    whole = sum(amount for _item, amount in rows)
    assert all(0 < one.amount_wan <= whole for one in told)
    assert bool(told) == (whole > 0)


def test_a_row_says_both_documents_and_amounts() -> None:
    (pair,) = pairs([support("土建", 10, document="债1"), support("土建", 5, document="债2")], [support("土建", 7, "计划", "计1")])
    assert (pair.bond_wan, pair.plan_wan) == (15, 7)
    assert [one.documents for one in (*pair.bonds, *pair.plans)] == [("债1", "债2"), ("计1",)]
    assert worst([pair]) is Verdict.SAME


# --- Out of the ledger --------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_ledger_keeps_the_item_of_an_assignment_and_of_its_reversal() -> None:
    key = of_bond(make_project(), make_bond())
    entry = give(key, Step.ASSIGN, 10, cost_item=" 土建 ")
    (back,) = ledger.reverse([entry.pk], source=SOURCE)
    assert (entry.cost_item, back.cost_item, back.amount_wan) == ("土建", "土建", -10)


@pytest.mark.django_db
def test_an_item_belongs_to_an_assignment_alone() -> None:
    key = of_bond(make_project(), make_bond())
    give(key, Step.ASSIGN, 10)
    with pytest.raises(Refused, match="分配时填写"):
        give(key, Step.ARRIVE, 5, cost_item="土建")
    assert FundEntry.objects.count() == 1


@pytest.fixture
def paid_twice(cast):
    """Unit A's project has one item twice, unit B's has none said; a third is under bonds alone, a fourth under a general bond."""
    bond, plan, general = make_bond(), make_central(), make_bond(type=Bond.Type.GENERAL)
    mine, other, single, fourth = (make_project(name, unit) for name, unit in zip("甲乙丙丁", [cast.unit_a, cast.unit_b] * 2, strict=True))
    give(of_bond(mine, bond), Step.ASSIGN, 10, cost_item="土建工程", doc_no="债文1")
    give(of_plan(mine, plan), Step.ASSIGN, 7, cost_item="土建 工程")
    give(of_bond(other, bond), Step.ASSIGN, 5)
    give(of_plan(other, plan), Step.ASSIGN, 6)
    give(of_plan(single, plan, "district"), Step.ASSIGN, 3)
    give(of_bond(single, bond), Step.ASSIGN, 3)
    give(of_bond(fourth, general), Step.ASSIGN, 3, cost_item="土建")
    give(of_plan(fourth, plan), Step.ASSIGN, 3, cost_item="土建")
    return plan


@pytest.mark.django_db
def test_projects_under_both_are_found_gravest_first(paid_twice, django_assert_num_queries) -> None:
    with django_assert_num_queries(2):
        found = doubled(FundEntry.objects.all())
    assert [(row.project.name, worst(row.pairs)) for row in found] == [("甲", Verdict.SAME), ("乙", Verdict.LOOK)]
    assert found[0].pairs[0].plans[0].documents == (paid_twice.doc_no,)


@pytest.mark.django_db
def test_the_page_shows_each_reader_their_own(cast, signed_in, paid_twice) -> None:
    text = signed_in(cast.city).get(reverse("admin:funding_double")).content.decode()
    assert "同一内容重复支持" in text
    assert "债文1" in text
    mine = signed_in(cast.stranger).get(reverse("admin:funding_double")).content.decode()
    assert "乙" in mine
    assert "债文1" not in mine


@pytest.mark.django_db
def test_an_adjustment_says_what_the_other_project_pays_with_it() -> None:
    bond, one, other = make_bond(), make_project("甲"), make_project("乙")
    give(of_bond(one, bond), Step.ASSIGN, 10, cost_item="桥梁")
    moved = {"amount_wan": Decimal(4), "doc_no": "批1", "approved_on": DAY, "cost_item": "隧道"}
    made = adjust_use(bond_id=bond.pk, taken_from=one.pk, given_to=other.pk, source=SOURCE, **moved)
    told = made.entries.order_by("amount_wan").values_list("account__project__name", "amount_wan", "cost_item")
    assert list(told) == [("甲", -4, ""), ("乙", 4, "隧道")]


@pytest.mark.django_db
def test_the_form_of_a_bond_asks_for_the_item(cast, signed_in) -> None:
    project, bond = make_project(), make_bond()
    sent = {
        "verb": "post",
        "step": "assign",
        "project": project.pk,
        "amount_wan": "5",
        "happened_on": "2020-05-20",
        "cost_item": "桥梁",
        "reason": "试",
    }
    assert signed_in(cast.city).post(reverse("admin:funding_bond_page", args=[bond.pk]), sent).status_code == 302
    assert FundEntry.objects.get().cost_item == "桥梁"
    refused = signed_in(cast.city).post(reverse("admin:funding_bond_page", args=[bond.pk]), {**sent, "step": "arrive"})
    assert refused.status_code == 409
    assert "分配时填写" in refused.content.decode()
