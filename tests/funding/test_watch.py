"""The warnings page: clocks and findings of stored money, as of a day, each reader's own; the command prints the same."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from funding import wording
from funding.clocks import Light, Wait
from funding.ledger import Step
from funding.models import Bond, CentralPlan, Dossier, FinanceLine, FinancePlan, FundEntry
from funding.services.findings import findings
from funding.watch import Watch, watch
from funding.watch_rows import finding_groups
from projects.models import Holiday, Threshold
from projects.services.keeping import change_project
from tests.factories import make_month, make_project, make_sector
from tests.funding.money import give, make_bond, make_central, make_issue, make_quota, of_bond, of_plan
from tests.projects.admin_pages import errors_of, form_of

pytestmark = pytest.mark.django_db
END = date(2020, 9, 30)


def seen(until: date = END) -> Watch:
    return watch(FundEntry.objects.all(), 2020, until)


def codes(until: date = END, *, whole_city: bool = True) -> list[tuple[str, str]]:
    rows = findings(FundEntry.objects.all(), 2020, until, whole_city=whole_city)
    return [(placed.kind, placed.finding.code) for placed in rows]


@pytest.fixture
def books(cast) -> Bond:
    """A bond of May: a project at work that spent well, one that has not started, one that has waited for its money since May."""
    bond = make_bond(1000, make_quota(1500, given_on=date(2020, 1, 3)), tender_on=date(2020, 5, 8), issue=make_issue())
    good, still, waits = (make_project(name, cast.unit_a, stage=stage) for name, stage in (("甲路", "build"), ("乙路", "prep"), ("丙路", "build")))
    for project, amount in ((good, 500), (still, 300), (waits, 200)):
        give(of_bond(project, bond), Step.ASSIGN, amount, date(2020, 5, 20), capital_wan=Decimal(100) if project is good else Decimal(0))
    give(of_bond(good, bond), Step.ARRIVE, 500, date(2020, 6, 1))
    give(of_bond(good, bond), Step.PAY, 400, date(2020, 8, 31))
    give(of_bond(still, bond), Step.ARRIVE, 300, date(2020, 9, 20))
    return bond


def test_spending_is_clocked_by_bond_and_by_project(books) -> None:
    found = seen()
    (bond,) = found.bonds
    # Four of six months are gone, two thirds are expected, two fifths are spent: short by two fifths of it.
    assert (bond.clock.months, bond.clock.expected, bond.clock.reached, bond.clock.short) == (
        4,
        Decimal(4) / 6,
        Decimal("0.4"),
        (Decimal(4) / 6 - Decimal("0.4")) / (Decimal(4) / 6),
    )
    assert bond.clock.light is Light.RED
    assert [(row.account.project.name, row.clock.light) for row in found.accounts] == [
        ("乙路", Light.RED),
        ("丙路", Light.RED),
        ("甲路", Light.GREEN),
    ]


def test_idle_money_is_listed_both_ways(books) -> None:
    found = seen()
    assert [(row.account.project.name, row.idle.why, row.idle.amount_wan, row.idle.days) for row in found.money_waits] == [
        ("乙路", Wait.NOT_STARTED, 300, 10),
        ("甲路", Wait.UNSPENT, 100, 121),
    ]
    assert [(row.account.project.name, row.idle.why, row.idle.amount_wan, row.idle.days) for row in found.projects_wait] == [
        ("丙路", Wait.NOT_ARRIVED, 200, 133)
    ]
    account = found.money_waits[1].account
    give(of_bond(account.project, books), Step.PAY, 100, date(2020, 9, 1))
    assert [row.account.project.name for row in seen().money_waits] == ["乙路"]


def test_a_suspended_project_has_a_grey_light_and_its_money_waits(books) -> None:
    project = seen().accounts[-1].account.project
    project.stage, project.stopped_on, project.stage_reason = "suspended", "2020-07", "资金"
    change_project(project, ["stage", "stopped_on", "stage_reason"], reason="停工")
    found = seen()
    assert [(row.account.project.name, row.clock.light) for row in found.accounts][-1] == ("甲路", Light.GREY)
    assert {row.account.project.name: row.idle.why for row in found.money_waits} == {"甲路": Wait.SUSPENDED, "乙路": Wait.NOT_STARTED}


def test_the_city_s_clocks(books) -> None:
    found = seen()
    assert (found.issue.light, found.issue.left_wan, found.issue.days_left) == (Light.YELLOW, 500, 31)
    assert (found.capital.reached, found.capital.left_wan, found.capital.light) == (Decimal("0.1"), 150, Light.GREEN)


def test_a_day_in_the_past_knows_no_later_money(books) -> None:
    found = seen(date(2020, 5, 10))
    assert (found.accounts, found.money_waits, found.projects_wait) == ([], [], [])
    assert [row.clock.light for row in found.bonds] == [Light.GREEN]
    assert seen(date(2020, 5, 7)).bonds == []
    assert seen(date(2020, 8, 30)).bonds[0].flow.paid_wan == 0


def test_limits_are_those_of_the_day(books) -> None:
    Threshold.objects.create(code="bond_spend_months", value="12", valid_from=date(2020, 9, 1))
    assert seen().bonds[0].clock.of_months == 12
    assert seen(date(2020, 8, 31)).bonds[0].clock.of_months == 6


@pytest.mark.parametrize("code, value", [("bond_issue_by", "十月底"), ("coverage_min", "一倍"), ("fai_floor_wan", "五百")])
def test_a_limit_that_nobody_could_read_is_not_stored(cast, signed_in, code, value) -> None:
    client, page = signed_in(cast.city), reverse("admin:projects_threshold_add")
    told = errors_of(client.post(page, form_of(client.get(page), code=code, value=value)))
    assert told == {"value": [f"“{value}”不能作为阈值{code}的数值；请照同一代码现有的行填写"]}
    assert client.post(page, form_of(client.get(page), code=code, value="10-31" if "by" in code else "1")).status_code == 302


def test_central_plans_are_clocked_in_working_days() -> None:
    Holiday.objects.create(date=date(2020, 4, 6), name="清明节")
    plan, project = make_central(100, given_on=date(2020, 4, 1), manner="subsidy"), make_project("医院", stage="prep")
    give(of_plan(project, plan), Step.ASSIGN, 60, date(2020, 4, 10))
    give(of_plan(project, plan, "district"), Step.ASSIGN, 40, date(2020, 4, 11))
    found = seen()
    (row,) = found.plans
    assert (row.clock.light, row.clock.left_wan, row.clock.due_on) == (Light.RED, 40, date(2020, 4, 30))
    assert [(one.account.project.name, one.clock.light, one.clock.due_on) for one in found.starts] == [("医院", Light.RED, date(2020, 7, 1))]
    assert codes() == [("plan", "plan_not_decomposed"), ("project", "central_not_started")]
    assert codes(date(2020, 4, 30)) == []
    give(of_plan(project, plan), Step.ASSIGN, 40, date(2020, 5, 6))
    assert (seen().plans[0].clock.light, seen().plans[0].clock.finished_on) == (Light.YELLOW, date(2020, 5, 6))


def test_work_ahead_of_money_is_a_project_that_waits() -> None:
    plan, project = make_central(100), make_project("医院", stage="build")
    for step, amount in ((Step.ASSIGN, 80), (Step.ARRIVE, 30), (Step.PAY, 30), (Step.COMPLETE, 50)):
        give(of_plan(project, plan), step, amount, date(2020, 9, 1))
    assert [(row.idle.why, row.idle.amount_wan) for row in seen().projects_wait] == [(Wait.AHEAD, 20)]


def test_a_project_whose_work_runs_ahead_of_all_its_money_waits() -> None:
    """Two bonds have 70 and 50 still to come; 330 is built, of which 200 was paid for from elsewhere and 60 by the bonds."""
    project = make_project("甲路", stage="build")
    bonds = [make_bond(200, tender_on=date(2020, 5, day)) for day in (8, 9)]
    for bond, amount, arrived in ((bonds[0], 100, 30), (bonds[1], 80, 30)):
        give(of_bond(project, bond), Step.ASSIGN, amount, date(2020, 9, 1))
        give(of_bond(project, bond), Step.ARRIVE, arrived, date(2020, 9, 2))
    make_month(project, 8, cum_total_wan=Decimal(330))
    make_month(project, 9, cum_total_wan=Decimal(900))

    def ahead(until: date) -> list[tuple[Wait, Decimal]]:
        return [(row.idle.why, row.idle.amount_wan) for row in seen(until).projects_wait]

    # Without a finance plan nobody has said what came from elsewhere.
    assert ahead(date(2020, 9, 29)) == []
    plan = FinancePlan.objects.create(project=project, number=1, state="current")
    line = FinanceLine.objects.create(
        plan=plan, source=make_sector("自筹", "finance_source"), planned_wan=Decimal(400), other_arrived_wan=Decimal(200)
    )
    assert ahead(date(2020, 9, 29)) == [(Wait.AHEAD, 70)]  # of August, for September has not ended; what is still to come covers it once
    assert ahead(date(2020, 9, 30)) == [(Wait.AHEAD, 70), (Wait.AHEAD, 50)]
    line.other_arrived_wan = Decimal(840)
    line.save()
    assert ahead(date(2020, 9, 30)) == []
    assert ahead(date(2020, 9, 1)) == []


def test_every_rule_speaks_of_what_is_stored(books, cast) -> None:
    make_bond(50, tender_on=date(2020, 5, 9), rate_percent=Decimal(9), per_year=1)
    plan, project = (
        make_central(10, manner="direct", given_on=date(2020, 9, 1)),
        make_project("厂房", cast.unit_b, approval_kind="filing", stage="build"),
    )
    give(of_plan(project, plan), Step.ASSIGN, 10, date(2020, 9, 2))
    covered = Dossier.objects.create(project=seen().accounts[-1].account.project, income_wan=5, **_coverage("0.9"))
    assert covered.project.name == "甲路"
    said = codes()
    assert said[:3] == [("bond", "allocations_differ"), ("project", "approval_required"), ("dossier", "coverage_below_one")]
    assert sorted(set(said[3:])) == [
        ("bond", "coupon_unusual"),
        ("bond", "frequency_unusual"),
        ("dossier", "income_missing"),
        ("dossier", "papers_incomplete"),
    ]
    assert {kind for kind, _code in codes(whole_city=False)} == {"project", "dossier"}
    Bond._base_manager.update(assigned_wan=0)  # what was given is told from the entries
    assert codes() == said


def _coverage(value: str) -> dict[str, Any]:
    return {"coverage": Decimal(value), "coverage_method": "bonds", "coverage_on": date(2020, 1, 1)}


def test_the_ceiling_of_capital_is_found_in_the_books() -> None:
    project, bond = make_project(), make_bond(100)
    give(of_bond(project, bond), Step.ASSIGN, 100, capital_wan=Decimal(26))
    assert ("year", "capital_share_high") in codes()
    assert seen().capital.light is Light.RED


# --- The page and the command --------------------------------------------------------------------------------------------------------


def address(**asked: str) -> tuple[str, dict[str, str]]:
    return reverse("admin:funding_watch"), {"year": "2020", "until": "2020-09-30", **asked}


def test_each_row_leads_to_its_project_or_fund(cast, signed_in, books) -> None:
    text = signed_in(cast.city).get(*address()).content.decode()
    project = seen().accounts[0].account.project
    for url in (reverse("admin:projects_project_page", args=[project.pk]), reverse("admin:funding_bond_page", args=[books.pk])):
        assert f'href="{url}"' in text
    assert f"{reverse('admin:funding_dossier_add')}?project={project.pk}" in text
    assert "发行1,000万元，已支出400万元（40.00%）；发行次月起6个月用完（至2020-11-30），已满4个月，应支出66.67%，少267万元，短40.00%。" in text
    assert "■ 红" in text


def test_every_code_has_a_heading_on_the_page() -> None:
    """What the rules may say, the page can group."""
    codes = sorted({*wording.BONDS, *wording.CENTRAL})
    row = {"severity": "", "tone": "", "name": "", "url": "", "words": "", "fix": ""}
    groups = finding_groups([{**row, "code": code} for code in codes for _ in range(201)])
    assert len({str(group["title"]) for group in groups}) == len(codes)
    assert {(group["count"], len(group["rows"]), group["more"], group["is_open"]) for group in groups} == {(201, 200, 1, False)}


def test_a_unit_sees_its_own_projects_alone(cast, signed_in, books) -> None:
    other = make_project("外区项目", cast.unit_b, stage="prep")
    bond = make_bond(777, tender_on=date(2020, 5, 9))
    give(of_bond(other, bond), Step.ASSIGN, 777)
    give(of_bond(other, bond), Step.ARRIVE, 777)
    response = signed_in(cast.owner).get(*address())
    text = response.content.decode()
    assert "乙路" in text
    assert "外区项目" not in text
    assert "bonds" not in [section.key for section in response.context["sections"]]
    assert "外区项目" in signed_in(cast.stranger).get(*address()).content.decode()
    assert "乙路" not in signed_in(cast.stranger).get(*address()).content.decode()


@pytest.mark.parametrize("asked", [{"until": "2020-13-01"}, {"year": "20200"}, {"year": "abcd"}])
def test_what_can_not_be_read_is_said(cast, signed_in, asked) -> None:
    response = signed_in(cast.city).get(*address(**asked))
    assert response.status_code == 400
    assert next(iter(asked.values())) in response.content.decode()


def test_without_money_the_page_is_calm(cast, signed_in) -> None:
    text = signed_in(cast.city).get(reverse("admin:funding_watch")).content.decode()
    assert "这一年还没有下达新增专项债券额度" in text
    assert "没有发现问题" in text


def test_the_command_prints_what_the_page_shows(cast, signed_in, books) -> None:
    out = StringIO()
    call_command("funds_check", "--year", "2020", "--until", "2020-09-30", stdout=out)
    context = signed_in(cast.city).get(*address()).context
    told = out.getvalue()
    for section in context["sections"]:
        assert section.title in told
        assert all(f"{line.light_words} {line.name}：{line.words}" in told for line in section.lines)
    assert all(row["words"] in told for group in context["findings"] for row in group["rows"])
    given = StringIO()
    call_command("funds_check", "--until", "2020-09-30", "--format", "json", stdout=given)
    document = json.loads(given.getvalue())
    assert {key: len(lines) for key, lines in document["clocks"].items()} == {
        "city": 2,
        "bonds": 1,
        "accounts": 3,
        "money_waits": 2,
        "projects_wait": 1,
        "plans": 0,
        "starts": 0,
    }
    assert len(document["findings"]) == context["finding_count"]


def test_the_command_fails_where_a_rule_blocks(books) -> None:
    make_bond(50, tender_on=date(2020, 5, 9))
    with pytest.raises(CommandError, match="1项不符合规则"):
        call_command("funds_check", "--until", "2020-09-30", stdout=StringIO())
    with pytest.raises(CommandError, match="2020-13"):
        call_command("funds_check", "--until", "2020-13-01", stdout=StringIO())


def test_the_queries_do_not_grow_with_the_accounts(cast, books, django_assert_max_num_queries) -> None:
    for number in range(8):
        give(of_bond(make_project(f"路{number}", cast.unit_b), make_bond(10, tender_on=date(2020, 5, 8))), Step.ASSIGN, 10)
        give(of_plan(make_project(f"院{number}", cast.unit_b), make_central(10)), Step.ASSIGN, 10)
    assert CentralPlan.objects.count() == 8
    with django_assert_max_num_queries(40):
        seen()
        codes()
