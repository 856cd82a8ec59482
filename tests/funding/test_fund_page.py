"""The page of a bond or plan: from allocation to spending by its forms, refusals in words with what was typed, and the proof page."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.events import event_words, is_worded
from accounts.models import AuditEvent
from funding.ledger import Step
from funding.models import Bond, Dossier, FundAccount, FundEntry, UseAdjustment
from funding.proofs import faults
from projects.models import Classification
from tests.factories import make_project
from tests.funding.money import give, load_areas, make_bond, make_central, make_issue, make_quota, of_bond, of_plan
from tests.projects.admin_pages import form_of

pytestmark = pytest.mark.django_db


def page(name: str, *args: Any) -> str:
    return reverse(f"admin:funding_{name}", args=args)


def entry(project: Any, step: str, amount: Any, **more: Any) -> dict[str, str]:
    """With a word on why: the projects of these tests have no papers."""
    given = {"verb": "post", "step": step, "project": project.pk, "amount_wan": amount, "happened_on": "2020-06-01", "reason": "材料后补", **more}
    return {name: str(value) for name, value in given.items()}


@pytest.fixture
def city(cast, signed_in) -> Any:
    return signed_in(cast.city)


@pytest.fixture
def bond(db) -> Bond:
    return make_bond(1000, rate_percent=Decimal("3.37"), value_on=date(2020, 5, 11))


def test_from_allocation_to_spending_and_back(city, bond) -> None:
    project, other = make_project("甲路"), make_project("乙路")
    address = page("bond_page", bond.pk)
    for step, amount in (("assign", 600), ("arrive", 300), ("pay", "100.25")):
        assert city.post(address, entry(project, step, amount, capital_wan=120 if step == "assign" else "")).status_code == 302
    account = FundAccount.objects.get()
    assert (account.assigned_wan, account.capital_wan, account.arrived_wan, account.paid_wan) == (600, 120, 300, Decimal("100.25"))
    moved = {"verb": "adjust", "taken_from": project.pk, "given_to": other.pk, "amount_wan": "200", "doc_no": "批1", "approved_on": "2020-06-02"}
    assert city.post(address, {**moved, "reason": "急需"}).status_code == 302
    paid = FundEntry.objects.get(step=Step.PAY)
    assert city.post(address, {"verb": "reverse", "entry": paid.pk, "reason": "记错"}).status_code == 302
    account.refresh_from_db()
    assert (account.assigned_wan, account.paid_wan) == (400, 0)
    text = city.get(address).content.decode()
    assert f"已被 #{paid.reversed_by.pk} 冲销" in text
    assert faults() == []
    assert {row.door for row in FundEntry.objects.all()} == {"admin"}


def test_both_sides_of_an_adjustment_are_reversed_by_one_of_them(city, bond) -> None:
    project, other = make_project(), make_project()
    give(of_bond(project, bond), Step.ASSIGN, 500)
    moved = {"verb": "adjust", "taken_from": project.pk, "given_to": other.pk, "amount_wan": "200", "doc_no": "批1", "approved_on": "2020-06-02"}
    city.post(page("bond_page", bond.pk), {**moved, "reason": "急需"})
    side = UseAdjustment.objects.get().entries.first()
    assert city.post(page("bond_page", bond.pk), {"verb": "reverse", "entry": side.pk, "reason": "批文撤回"}).status_code == 302
    assert sorted(FundAccount.objects.values_list("assigned_wan", flat=True)) == [0, 500]


def test_a_refusal_is_said_in_words_and_keeps_what_was_typed(city, bond) -> None:
    project = make_project("甲路")
    give(of_bond(project, bond), Step.ASSIGN, 500)
    response = city.post(page("bond_page", bond.pk), entry(project, "arrive", "500.5", doc_no="拨1号"))
    text = response.content.decode()
    assert response.status_code == 409
    assert "拨付500.5万元，超过已分配的500万元" in text
    assert 'value="拨1号"' in text
    assert 'value="500.5"' in text
    assert FundEntry.objects.count() == 1


def test_a_refusal_speaks_english_too(city, bond) -> None:
    city.cookies["django_language"] = "en"
    response = city.post(page("bond_page", bond.pk), entry(make_project("甲路"), "assign", "1000.01"))
    assert response.status_code == 409
    assert "has 1,000 left to be allocated; 1,000.01 was asked." in response.content.decode()


@pytest.mark.parametrize(
    "sent",
    [
        {"verb": "post", "step": "complete", "amount_wan": "1"},
        {"verb": "post", "step": "assign", "amount_wan": "1e400", "happened_on": "2020-13-45", "project": "99999999999999999999"},
        {"verb": "post", "amount_wan": "NaN"},
        {"verb": "reverse", "entry": "-5"},
        {"verb": "reverse", "entry": "9" * 40},
        {"verb": "adjust", "taken_from": "x", "given_to": "\0"},
        {"verb": "erase"},
        {},
    ],
)
def test_bad_input_is_answered_on_the_page(city, bond, sent: dict[str, str]) -> None:
    response = city.post(page("bond_page", bond.pk), sent)
    assert response.status_code == 400
    assert 'class="errornote"' in response.content.decode()
    assert FundEntry.objects.count() == 0


def test_an_entry_of_another_bond_is_not_reversed_here(city, bond) -> None:
    made = give(of_bond(make_project(), make_bond(50)), Step.ASSIGN, 5)
    response = city.post(page("bond_page", bond.pk), {"verb": "reverse", "entry": made.pk, "reason": "错"})
    assert response.status_code == 409
    assert f"没有流水 #{made.pk}" in response.content.decode()


def test_a_link_of_an_account_fills_the_form(city, bond) -> None:
    project = make_project("甲路")
    give(of_bond(project, bond), Step.ASSIGN, 500)
    response = city.get(page("bond_page", bond.pk), {"step": "pay", "project": project.pk})
    form = response.context["forms"]["post"]
    assert (form["step"].value(), str(form["project"].value())) == ("pay", str(project.pk))
    assert "甲路</option>" in response.content.decode()


def test_units_see_their_own_accounts_and_post_nothing(cast, signed_in, bond) -> None:
    mine, other = make_project("甲路", cast.unit_a), make_project("乙路", cast.unit_b)
    give(of_bond(mine, bond), Step.ASSIGN, 11)
    give(of_bond(other, bond), Step.ASSIGN, 777)
    client = signed_in(cast.owner)
    response = client.get(page("bond_page", bond.pk))
    text = response.content.decode()
    assert "甲路" in text
    assert "乙路" not in text
    assert response.context["flow"].assigned_wan == 11
    assert 'name="verb"' not in text
    assert client.post(page("bond_page", bond.pk), entry(mine, "assign", 5)).status_code == 403
    assert client.get(page("proof")).status_code == 403


def test_a_plan_goes_through_its_four_steps_by_source(city) -> None:
    plan, project = make_central(1000), make_project("医院")
    address = page("centralplan_page", plan.pk)
    steps = [("assign", 800), ("arrive", 500), ("pay", 200), ("complete", 600)]
    for source in ("central", "district"):
        for step, amount in steps:
            assert city.post(address, entry(project, step, amount, source=source)).status_code == 302
    told = [(row.source, row.assigned_wan, row.paid_wan, row.completed_wan) for row in FundAccount.objects.order_by("source")]
    assert told == [("central", 800, 200, 600), ("district", 800, 200, 600)]
    plan.refresh_from_db()
    assert plan.assigned_wan == 800
    shown = city.get(address).context
    assert (shown["drawn"].taken_wan, shown["own"].paid_wan, shown["flow"].paid_wan) == (800, 200, 400)
    assert {row["step"] for row in shown["entries"]} == {"分解", "到位", "支付", "完成投资"}
    assert city.post(address, entry(project, "assign", 1, source="bond")).status_code == 400
    assert city.post(address, {"verb": "adjust"}).status_code == 400


def test_what_falls_due_is_on_the_page_of_a_bond(city) -> None:
    bond = make_bond(170_000, rate_percent=Decimal("3.37"), value_on=date(2020, 9, 23))
    debt = city.get(page("bond_page", bond.pk)).context["debt"]
    assert [row["interest"] for row in debt.payments] == [Decimal("2864.5")] * 20
    assert (debt.interest_wan, debt.principal_wan) == (57_290, 170_000)
    unknown = make_bond(5)
    assert city.get(page("bond_page", unknown.pk)).context["debt"] is None


def test_the_page_takes_the_same_queries_at_any_length(city, bond, django_assert_num_queries) -> None:
    def read() -> int:
        return city.get(page("bond_page", bond.pk)).status_code

    give(of_bond(make_project(), bond), Step.ASSIGN, 5)
    read()
    with CaptureQueriesContext(connection) as first:
        read()
    for _ in range(8):
        give(of_bond(make_project(), bond), Step.ASSIGN, 5)
    with django_assert_num_queries(len(first)):
        read()


# --- What the rules say of a gift ----------------------------------------------------------------------------------------------------


def test_a_project_without_papers_gets_money_with_a_reason_alone(city, bond) -> None:
    project = make_project("甲路")
    response = city.post(page("bond_page", bond.pk), entry(project, "assign", 600, reason=" "))
    assert response.status_code == 400
    assert response.context["forms"]["post"].errors["reason"] == [
        "以下情况需要说明，填写后可以保存：",
        "“甲路”实施方案、财务评估报告、法律意见书不齐全：缺实施方案、财务评估报告、法律意见书；请在该项目的“一案两书”中补齐文件",
        "专项债项目“甲路”应有收益来源；请在该项目的“一案两书”中填写预期收入和收入来源",
    ]
    assert FundEntry.objects.count() == 0
    assert city.post(page("bond_page", bond.pk), entry(project, "assign", 600)).status_code == 302
    assert FundEntry.objects.get().reason == "材料后补"
    # What is transferred later asks nothing again.
    assert city.post(page("bond_page", bond.pk), entry(project, "arrive", 5, reason="")).status_code == 302


def test_income_that_does_not_cover_the_debt_blocks(city, bond) -> None:
    project, other = make_project("甲路"), make_project("乙路")
    told = {"coverage_method": "bonds", "coverage_on": date(2020, 1, 1), "income_wan": Decimal(9)}
    Dossier.objects.create(project=project, coverage=Decimal("0.9"), **told)
    response = city.post(page("bond_page", bond.pk), entry(project, "assign", 600))
    assert response.status_code == 400
    assert "“甲路”本息覆盖倍数0.9低于1.0" in response.context["forms"]["post"].errors["project"][0]
    give(of_bond(other, bond), Step.ASSIGN, 500)
    moved = {"verb": "adjust", "taken_from": other.pk, "given_to": project.pk, "amount_wan": "200", "doc_no": "批1", "approved_on": "2020-06-02"}
    response = city.post(page("bond_page", bond.pk), {**moved, "reason": "急需"})
    assert (response.status_code, list(response.context["forms"]["adjust"].errors)) == (400, ["given_to"])
    assert UseAdjustment.objects.count() == 0


def test_capital_beyond_the_ceiling_asks_for_a_reason(city, bond) -> None:
    project = make_project("甲路")
    response = city.post(page("bond_page", bond.pk), entry(project, "assign", 600, capital_wan=251, reason=""))
    assert "2020年专项债作资本金比例25.10%超过上限25%" in response.context["forms"]["post"].errors["reason"][-1]
    assert city.post(page("bond_page", bond.pk), entry(project, "assign", 600, capital_wan=251)).status_code == 302


def test_direct_investment_goes_to_approved_projects(city) -> None:
    plan, project = make_central(1000, manner="direct"), make_project("厂房", approval_kind="filing")
    response = city.post(page("centralplan_page", plan.pk), entry(project, "assign", 5, source="central"))
    assert response.status_code == 400
    assert "直接投资项目应实行审批制，现为备案" in response.context["forms"]["post"].errors["project"][0]
    assert city.post(page("centralplan_page", plan.pk), entry(project, "assign", 5, source="own")).status_code == 302


# --- Issuing -------------------------------------------------------------------------------------------------------------------------


def issue(**more: Any) -> dict[str, str]:
    given = {"issue": make_issue().pk, "name": "新债", "type": "special", "purpose": "new", "years": 10, "amount_wan": 50, "per_year": 2}
    return {name: str(value) for name, value in {**given, "repayment": "bullet", "first_instalment": 1, **more}.items()}


def test_a_bond_is_issued_with_its_draws(city) -> None:
    one, two = make_quota(30), make_quota(100)
    sent = issue(**{f"draw_{one.pk}": "30", f"draw_{two.pk}": "20", "value_on": "2020-09-23"})
    assert city.post(page("bond_add"), sent).status_code == 302
    bond = Bond.objects.get()
    assert (bond.amount_wan, bond.matures_on) == (50, date(2030, 9, 23))
    assert sorted(bond.draws.values_list("batch", "amount_wan")) == sorted([(one.pk, 30), (two.pk, 20)])
    assert faults() == []


def test_a_bond_without_its_quota_is_refused_and_kept_on_the_form(city) -> None:
    quota = make_quota(100)
    response = city.post(page("bond_add"), issue(**{f"draw_{quota.pk}": "49"}))
    assert response.status_code == 409
    assert "额度使用合计应等于发行额50万元，现为49万元" in response.content.decode()
    assert form_of(response)[f"draw_{quota.pk}"] == "49"
    assert Bond.objects.count() == 0
    refinancing = issue(purpose="refinancing")
    assert city.post(page("bond_add"), refinancing).status_code == 302
    assert city.post(page("bond_add"), {"amount_wan": "x"}).status_code == 400


def test_fields_of_every_issue_s_year_are_offered_under_their_years(city) -> None:
    load_areas()
    old, new = make_issue(), make_issue(year=2021, tender_on=date(2021, 5, 8))
    offered = {}
    for row in (old, new):
        _blank, *groups = city.get(page("bond_add"), {"issue": row.pk}).context["form"].fields["use_area"].choices
        offered[row.year] = [(title, [name for _key, name in rows]) for title, rows in groups]
        keys = [key for _title, rows in groups for key, _name in rows]
        assert len(keys) == len(set(keys))
    assert [title for title, _names in offered[2020]] == ["2020、2021年目录", "2020年目录", "2021年目录"]
    assert [title for title, _names in offered[2021]] == ["2020、2021年目录", "2021年目录", "2020年目录"]
    lists = dict(offered[2020])
    assert "棚户区改造" in lists["2020年目录"]
    assert "保障性安居工程" in lists["2021年目录"]
    quota, shanty = make_quota(100), Classification.objects.get(scheme="bond_use_area", code="shanty")
    sent = issue(issue=new.pk, use_area=shanty.pk, **{f"draw_{quota.pk}": "50"})
    assert "“棚户区改造”不在2021年目录" in str(city.post(page("bond_add"), sent).context["form"].errors["change_reason"])
    assert city.post(page("bond_add"), {**sent, "issue": str(old.pk)}).status_code == 302


def test_the_first_year_of_instalments_is_asked_of_instalments_alone(city) -> None:
    quota = make_quota(200)
    drawn = {f"draw_{quota.pk}": "50"}
    assert city.post(page("bond_add"), issue(first_instalment="", **drawn)).status_code == 302
    assert Bond.objects.get().first_instalment == 1
    for first, said in (("", "须填写自第几年起还本"), ("11", "须在第1年至第10年之间，现为第11年")):
        response = city.post(page("bond_add"), issue(name="分年债", repayment="instalments", first_instalment=first, **drawn))
        assert any(said in error for error in response.context["form"].errors["first_instalment"])
    address = page("bond_change", Bond.objects.get().pk)
    told = city.post(address, form_of(city.get(address), repayment="instalments", first_instalment="", change_reason="x"))
    assert "须填写自第几年起还本" in told.content.decode()
    assert city.post(address, form_of(city.get(address), first_instalment="", venue="上交所", change_reason="x")).status_code == 302
    assert Bond.objects.get().first_instalment == 1


def test_the_year_s_fields_are_offered_and_another_asks_for_a_reason(city) -> None:
    load_areas()
    issue_row, later = make_issue(), Classification.objects.get(scheme="bond_use_area", code="newenergy")
    form = city.get(page("bond_add"), {"issue": issue_row.pk}).context["form"]
    names = [str(label) for _key, label in form.fields["use_area"].choices][1:]
    assert names[:7] == ["交通基础设施", "能源", "农林水利", "生态环保", "民生服务", "冷链物流设施", "市政和产业园区基础设施"]
    assert "新能源" not in names
    quota = make_quota(100)
    sent = issue(issue=issue_row.pk, use_area=later.pk, per_year=1, rate_percent="8.5", **{f"draw_{quota.pk}": "50"})
    response = city.post(page("bond_add"), sent)
    assert response.status_code == 400
    said = response.context["form"].errors["change_reason"]
    assert [any(words in line for line in said) for words in ("票面利率8.5%", "10年期一般按半年付息", "“新能源”不在2020年目录")] == [True] * 3
    assert city.post(page("bond_add"), {**sent, "change_reason": "按发行结果登记"}).status_code == 302
    bond = Bond.objects.get()
    address = page("bond_change", bond.pk)
    assert form_of(city.get(address))["use_area"] == str(later.pk)  # what was chosen stays to be seen
    assert city.post(address, form_of(city.get(address), venue="上交所")).status_code == 302
    assert city.post(address, form_of(city.get(address), rate_percent="9")).status_code == 200
    assert city.post(address, form_of(city.get(address), rate_percent="9", change_reason="核对无误")).status_code == 302


# --- The proof -----------------------------------------------------------------------------------------------------------------------


def test_the_proof_page_prints_every_sum_and_faults_first(city, bond) -> None:
    give(of_bond(make_project("甲路"), bond), Step.ASSIGN, 500)
    give(of_plan(make_project("乙院"), make_central(90)), Step.ASSIGN, 9)
    response = city.get(page("proof"))
    assert response.context["failed"] == 0
    assert "发行额 1,000 = 已分配 500 + 未分配 500" in response.content.decode()
    FundAccount.objects.filter(project__name="乙院").update(assigned_wan=Decimal("9.5"))
    rows = city.get(page("proof")).context["rows"]
    bad = [row for row in rows if not row["holds"]]
    assert rows[: len(bad)] == bad
    assert {row["off"] for row in bad} == {"0.5", "-0.5"}
    assert {str(row["kind"]) for row in bad} == {"投资计划", "项目", "项目资金账户"}


def test_what_was_posted_reads_well_in_the_event_log(city, bond) -> None:
    give(of_bond(make_project(), bond), Step.ASSIGN, 5)
    codes = set(AuditEvent.objects.filter(event__startswith="fund.").values_list("event", flat=True))
    assert codes == {"fund.post", "fund.issue"}
    assert all(is_worded(code) for code in codes)
    assert event_words("fund.post") == "资金 记账"


def test_a_refusal_stands_in_the_form_that_was_sent(city, bond) -> None:
    give(of_bond(make_project(), bond), Step.ASSIGN, 5)
    text = city.post(page("bond_page", bond.pk), {"verb": "reverse", "entry": "1", "reason": ""}).content.decode()
    form = text[text.index('id="reverse_form"') :]
    assert text.count('class="errornote"') == form.count('class="errornote"') == 1
    done = city.post(page("bond_page", bond.pk), entry(make_project(), "assign", 5))
    assert done["Location"].endswith("#content")
