"""Finance plans in the database: versions, what the ledger says arrived, rules 15 and 16 on the form, each reader's own."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from funding.finance import Backing
from funding.finance_figures import backing, sources
from funding.ledger import Step
from funding.models import Bond, FinanceLine, FinancePlan
from funding.services.finance import revise_plan
from projects.models import Classification, Project, Source, Threshold
from projects.workflow import Refused
from tests.factories import make_project
from tests.funding.finance_cases import money, plan_for
from tests.funding.money import SOURCE, give, make_bond, make_central, of_bond, of_plan
from tests.projects.admin_pages import errors_of, form_of

pytestmark = pytest.mark.django_db


def stands(*projects: Project) -> dict[str, Backing]:
    """Source → what stands behind it, of one project."""
    known = sources()
    found = backing(Project.objects.filter(pk__in=[project.pk for project in projects]), known)
    return {known[pk].code: one for pk, one in found[projects[0].pk].items()}


def page(name: str, *args: Any) -> str:
    return reverse(f"admin:funding_{name}", args=args)


# --- Figures ------------------------------------------------------------------------------------------------------------------------


def test_what_arrived_is_the_ledger_s_and_what_stands_beside_it() -> None:
    project = make_project()
    plan_for(project, bond=(100, 100), district=(60, 50, 20), loan=40)
    bond, central, general = make_bond(), make_central(), make_bond(type=Bond.Type.GENERAL)
    money("central"), money("bond_general")
    for key, amount in ((of_bond(project, bond), 30), (of_bond(project, general), 4), (of_plan(project, central), 9)):
        give(key, Step.ASSIGN, amount)
        give(key, Step.ARRIVE, amount)
    give(of_plan(project, central, "district"), Step.ASSIGN, 5)
    give(of_plan(project, central, "district"), Step.ARRIVE, 3)
    found = stands(project)
    assert {code: (one.planned_wan, one.secured_wan, one.arrived_wan) for code, one in found.items()} == {
        "central": (0, 0, 9),
        "bond": (100, 100, 30),
        "bond_general": (0, 0, 4),
        "district": (60, 50, 23),
        "loan": (40, 0, 0),
    }
    assert (found["bond"].waiting_wan, found["district"].waiting_wan, found["central"].early_wan, found["loan"].unsecured_wan) == (70, 27, 9, 40)


def test_figures_take_two_queries_for_any_number(django_assert_num_queries) -> None:
    bond = make_bond()
    for number in range(5):
        project = make_project(f"路{number}")
        plan_for(project, bond=10, own=5)
        give(of_bond(project, bond), Step.ASSIGN, 5)
        give(of_bond(project, bond), Step.ARRIVE, 5)
    known = sources()
    with django_assert_num_queries(2):
        found = backing(Project.objects.all(), known)
    assert len(found) == 5


# --- Versions -----------------------------------------------------------------------------------------------------------------------


def test_a_new_version_copies_the_last_and_keeps_it(cast) -> None:
    project = make_project(total_wan=Decimal(100))
    old = plan_for(project, bond=(60, 40, 0, 10), own=(40, 40, 15))
    Project.objects.get(pk=project.pk).save()
    new = revise_plan(old.pk, reason="调概", doc_no="青发改〔2020〕9号", source=Source("admin", cast.city.pk))
    old.refresh_from_db()
    assert (old.state, old.number, new.state, new.number, new.reason) == ("superseded", 1, "current", 2, "调概")
    columns = ("source__code", "planned_wan", "capital_wan", "secured_wan", "secured_doc", "secured_on", "other_arrived_wan")
    assert list(new.lines.values_list(*columns)) == list(old.lines.values_list(*columns))
    line = new.lines.get(source__code="own")
    line.planned_wan = Decimal(41)
    line.save()
    assert old.lines.get(source__code="own").planned_wan == 40
    assert new.history.first().history_user_id == cast.city.pk


@pytest.mark.parametrize("is_synthetic, source", [(True, ""), (False, "初步设计批复")])
def test_a_version_begun_from_a_demo_row_is_none_itself(is_synthetic, source) -> None:
    old = plan_for(make_project(), own=5)
    old.is_synthetic, old.source = is_synthetic, source or "演示数据（虚构）"
    old.save()
    new = revise_plan(old.pk, reason="调概", source=SOURCE)
    assert (new.is_synthetic, new.source) == (False, source)


def test_only_the_version_in_force_is_revised() -> None:
    old = plan_for(make_project(), own=5)
    revise_plan(old.pk, reason="调概", source=SOURCE)
    for given, words in (({"reason": "再调"}, "已被替代"), ({"reason": " "}, "已被替代")):
        with pytest.raises(Refused, match=words):
            revise_plan(old.pk, source=SOURCE, **given)
    with pytest.raises(Refused, match="原因"):
        revise_plan(FinancePlan.objects.get(state="current").pk, reason=" ", source=SOURCE)
    with pytest.raises(Refused, match="没有这份"):
        revise_plan(0, reason="调概", source=SOURCE)
    assert FinancePlan.objects.count() == 2


def test_a_project_has_one_version_in_force() -> None:
    project = make_project()
    plan_for(project)
    with pytest.raises(IntegrityError), transaction.atomic():
        FinancePlan.objects.create(project=project, number=2, reason="x")


# --- The form -----------------------------------------------------------------------------------------------------------------------


def lines(*rows: dict[str, str]) -> dict[str, str]:
    """Rows of the form, each with its source's code."""
    sent = {"lines-TOTAL_FORMS": str(len(rows))}
    for at, row in enumerate(rows):
        given = {"planned_wan": "", "capital_wan": "", "secured_wan": "", "secured_doc": "", "secured_on": "", "other_arrived_wan": "", **row}
        sent |= {f"lines-{at}-{name}": value for name, value in given.items()} | {f"lines-{at}-source": str(money(row["source"]).pk)}
    return sent


@pytest.fixture
def project(cast) -> Project:
    return make_project("甲路", cast.unit_a, total_wan=Decimal(1000))


def added(client: Any, project: Project, *rows: dict[str, str], **changes: str) -> Any:
    address = page("financeplan_add")
    return client.post(address, form_of(client.get(address), project=str(project.pk), **lines(*rows), **changes))


def test_a_plan_is_entered_and_then_shown(cast, signed_in, project) -> None:
    client = signed_in(cast.owner)
    rows = ({"source": "own", "planned_wan": "700", "capital_wan": "700"}, {"source": "loan", "planned_wan": "300"})
    response = added(client, project, *rows, doc_no="青发改〔2020〕3号")
    plan = FinancePlan.objects.get()
    assert response.headers["Location"] == page("financeplan_page", plan.pk)
    assert (plan.number, plan.total_wan, plan.lines.count()) == (1, 1000, 2)
    assert plan.history.get().history_user_id == cast.owner.pk
    text = client.get(page("financeplan_page", plan.pk)).content.decode()
    assert "各来源合计与总投资相符" in text
    assert "70.00%" in text


@pytest.mark.parametrize(
    ("own", "asked", "blocked"),
    [("995", False, False), ("1005", False, False), ("994", True, False), ("1050", True, False), ("949", True, True), ("1050.01", True, True)],
)
def test_rule_15_on_both_sides_of_its_edges(cast, signed_in, project, own, asked, blocked) -> None:
    client, row = signed_in(cast.owner), {"source": "own", "planned_wan": own, "capital_wan": own}
    if not asked:
        assert added(client, project, row).status_code == 302
        return
    told = errors_of(added(client, project, row))["lines"]
    assert "资金来源合计" in told[-1]
    again = added(client, project, row, change_reason="概算待批")
    assert again.status_code == (200 if blocked else 302)
    assert FinancePlan.objects.exists() is not blocked


def test_rule_16_asks_for_a_reason_by_the_kind_of_the_sector(cast, signed_in, project) -> None:
    project.sector.code = "sky"
    project.sector.save()
    rows = ({"source": "own", "planned_wan": "240", "capital_wan": "240"}, {"source": "loan", "planned_wan": "760"})
    assert added(signed_in(cast.owner), project, *rows).status_code == 302
    FinanceLine.objects.all()[0].delete(), FinanceLine.objects.all()[0].delete()
    FinancePlan.objects.get().delete()
    Threshold.objects.create(code="capital_ratio_min_percent", key="sky", value="25")
    told = errors_of(added(signed_in(cast.owner), project, *rows))["lines"]
    assert any("资本金比例24.00%低于最低要求25%" in text for text in told)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"source": "own", "planned_wan": "1000", "capital_wan": "1001"}, "资本金不能超过"),
        ({"source": "own", "planned_wan": "1000", "secured_wan": "1001", "secured_doc": "批", "secured_on": "2020-01-01"}, "已落实不能超过"),
        ({"source": "own", "planned_wan": "1000", "secured_wan": "5"}, "须写明落实文号"),
        ({"source": "bond", "planned_wan": "1000", "other_arrived_wan": "5"}, "由资金流水汇总"),
        ({"source": "own", "planned_wan": "-1"}, "0"),
        ({"source": "own", "planned_wan": ""}, "必填"),
    ],
)
def test_a_line_that_can_not_be_is_refused_at_its_field(cast, signed_in, project, row, words) -> None:
    told = errors_of(added(signed_in(cast.owner), project, row, change_reason="试"))
    assert any(words in text for text in told["lines"]), told
    assert not FinancePlan.objects.exists()


def test_the_same_source_stands_once(cast, signed_in, project) -> None:
    row = {"source": "own", "planned_wan": "500", "capital_wan": "500"}
    assert added(signed_in(cast.owner), project, row, row).status_code == 200
    assert not FinancePlan.objects.exists()


def test_a_second_plan_is_a_new_version_of_the_first(cast, signed_in, project) -> None:
    plan_for(project, own=1000)
    assert "第1版资金方案" in errors_of(added(signed_in(cast.owner), project))["project"][0]


def test_what_was_answered_is_not_asked_again(cast, signed_in, project) -> None:
    plan = plan_for(project, own=(970, 0, 0, 970))
    client, address = signed_in(cast.owner), page("financeplan_change", plan.pk)
    assert client.post(address, form_of(client.get(address), doc_no="青发改〔2020〕8号")).status_code == 302
    sent = form_of(client.get(address), **{"lines-0-planned_wan": "960", "lines-0-capital_wan": "960"})
    assert "需要说明" in errors_of(client.post(address, sent))["lines"][0]
    taken = form_of(client.get(address), **{"lines-0-planned_wan": "1000", "lines-0-capital_wan": "1000"})
    assert client.post(address, taken).status_code == 302
    assert plan.lines.get().planned_wan == 1000
    history = client.get(page("financeplan_history", plan.pk)).content.decode()
    assert "企业自筹" in history
    assert "970" in history


def test_a_superseded_version_is_read_and_not_written(cast, signed_in, project) -> None:
    old = plan_for(project, own=(1000, 0, 0, 1000))
    client = signed_in(cast.owner)
    response = client.post(page("financeplan_page", old.pk), {"reason": "调概", "doc_no": "青发改〔2020〕9号"})
    new = FinancePlan.objects.get(state="current")
    assert response.headers["Location"] == page("financeplan_change", new.pk)
    new.lines.get().delete()
    FinanceLine.objects.create(plan=new, source=money("loan"), planned_wan=Decimal(1000))
    shown = client.get(page("financeplan_page", new.pk)).content.decode()
    assert "与第 1 版相比" in shown
    assert "-1,000" in shown
    assert client.get(page("financeplan_page", old.pk)).status_code == 200
    assert client.get(page("financeplan_change", old.pk)).status_code == 200
    assert client.post(page("financeplan_change", old.pk), {"doc_no": "改"}).status_code == 403
    assert client.post(page("financeplan_page", old.pk), {"reason": "再调"}).status_code == 409
    assert client.post(page("financeplan_page", new.pk), {"reason": ""}).status_code == 400
    assert FinancePlan.objects.count() == 2


def test_units_see_and_write_their_own_alone(cast, signed_in, project) -> None:
    plan = plan_for(project, own=1000)
    client = signed_in(cast.stranger)
    assert client.get(page("financeplan_page", plan.pk)).status_code == 404
    assert client.post(page("financeplan_page", plan.pk), {"reason": "x"}).status_code == 404
    assert "甲路" not in client.get(page("financeplan_changelist")).content.decode()
    assert client.post(page("financeplan_page", plan.pk)).status_code == 404
    reader = signed_in(cast.reviewer)
    assert reader.get(page("financeplan_page", plan.pk)).status_code == 200
    assert reader.post(page("financeplan_page", plan.pk), {"reason": "x"}).status_code == 403


def test_the_project_s_page_shows_the_plan_in_force(cast, signed_in, project) -> None:
    client, address = signed_in(cast.owner), reverse("admin:projects_project_page", args=[project.pk])
    assert "编制资金方案" in client.get(address).content.decode()
    plan = plan_for(project, own=(1000, 400))
    text = client.get(address).content.decode()
    assert page("financeplan_page", plan.pk) in text
    assert "600" in text
    assert Classification.objects.filter(scheme="finance_source").count() == 1
