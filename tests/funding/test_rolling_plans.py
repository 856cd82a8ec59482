"""Rolling plans in the database: the form's checks, the page, and rolling forward as it was shown."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from funding.models import RollingEntry, RollingLine, RollingPlan
from funding.services.rolling import PLANNED_PRIOR, RECKONED, REPORTED, roll_forward, steps
from projects.models import Source
from projects.workflow import Refused
from tests.factories import make_month, make_plan, make_project
from tests.funding.finance_cases import money, roll_entry
from tests.funding.money import SOURCE
from tests.projects.admin_pages import errors_of, form_of

pytestmark = pytest.mark.django_db


def page(name: str, *args: Any) -> str:
    return reverse(f"admin:funding_{name}", args=args)


@pytest.fixture
def plan(db: Any) -> RollingPlan:
    return RollingPlan.objects.create(base_year=2020)


# --- Rolling forward ----------------------------------------------------------------------------------------------------------------


def test_a_year_later_the_first_year_is_done_and_the_last_is_open(plan, cast) -> None:
    project = make_project(total_wan=Decimal(100), planned_start="2019")
    old = roll_entry(plan, project, 10, "2023", bond=(20, 30, None), own=(5, None, None), loan=(None, None, 9))
    made = roll_forward(plan.pk, source=Source("admin", cast.city.pk, reason="年度滚动"))
    entry = made.entries.get()
    assert (made.base_year, entry.cum_prior_wan, entry.total_wan, entry.planned_finish) == (2021, 35, 100, "2023")
    assert (entry.first_content, entry.second_content, entry.third_content) == ("主体", "装修", "")
    rows = entry.lines.order_by("source__sort_order").values_list("source__code", "first_wan", "second_wan", "third_wan")
    assert list(rows) == [("bond", 30, None, None), ("loan", None, 9, None)]
    old.refresh_from_db()
    assert (old.plan_id, old.lines.count()) == (plan.pk, 3)
    written = entry.history.get()
    assert (written.history_user_id, written.history_change_reason) == (cast.city.pk, "年度滚动")
    assert AuditEvent.objects.filter(event="rollingplan.roll").exists()


def test_what_was_done_by_then_is_told_by_the_best_that_is_known(plan) -> None:
    stated, reported, neither = (make_project(name) for name in "甲乙丙")
    for project in (stated, reported, neither):
        roll_entry(plan, project, 10, "", own=(5, 5, None))
    make_plan(stated, 100, 2021, cum_prior_wan=77)
    make_month(stated, 12, cum_total_wan=66)
    make_month(reported, 12, cum_total_wan=44)
    make_month(neither, 11, cum_total_wan=33)
    told = {step.entry.project.name: (step.prior_wan, step.prior_from) for step in steps(plan)}
    assert told == {"甲": (77, PLANNED_PRIOR), "乙": (44, REPORTED), "丙": (15, RECKONED)}


def test_what_is_finished_is_left_behind_and_told(plan) -> None:
    roll_entry(plan, make_project("到期"), 0, "2020-12", own=(5, None, None))
    roll_entry(plan, make_project("续建"), 0, "2021", own=(5, 6, None))
    assert {step.entry.project.name: step.goes_on for step in steps(plan)} == {"到期": False, "续建": True}
    assert [entry.project.name for entry in roll_forward(plan.pk, source=SOURCE).entries.all()] == ["续建"]


def test_it_is_done_once(plan) -> None:
    roll_entry(plan, make_project(), 0, "", own=(5, 6, None))
    following = RollingPlan.objects.create(base_year=2021, doc_no="已建")
    assert roll_forward(plan.pk, source=SOURCE).pk == following.pk
    with pytest.raises(Refused, match="已有项目"):
        roll_forward(plan.pk, source=SOURCE)
    assert RollingEntry.objects.count() == 2


def test_nothing_is_rolled_where_nothing_goes_on(plan) -> None:
    with pytest.raises(Refused, match="没有要转入"):
        roll_forward(plan.pk, source=SOURCE)
    with pytest.raises(Refused, match="没有这一期"):
        roll_forward(0, source=SOURCE)
    assert RollingPlan.objects.count() == 1


def test_the_preview_takes_the_same_queries_at_any_length(plan, django_assert_num_queries) -> None:
    for number in range(4):
        roll_entry(plan, make_project(f"路{number}"), 0, "", own=(5, 6, None), bond=(1, 1, 1))
    with django_assert_num_queries(4):
        assert len(steps(plan)) == 4


def test_the_city_rolls_from_the_page_and_units_do_not(cast, signed_in, plan) -> None:
    roll_entry(plan, make_project("甲路", cast.unit_a), 10, "2030", own=(5, 6, None))
    roll_entry(plan, make_project("乙路", cast.unit_b), 10, "2030", own=(77777, 6, None))
    client, address = signed_in(cast.owner), page("rollingplan_page", plan.pk)
    text = client.get(address).content.decode()
    assert "甲路" in text
    assert "乙路" not in text
    assert "77,777" not in text
    assert "滚动生成" not in text
    assert client.post(address, {"reason": ""}).status_code == 403
    city = signed_in(cast.city)
    assert "按计划推算" in city.get(address).content.decode()
    made = city.post(address, {"reason": "年度滚动"})
    assert made.headers["Location"] == page("rollingplan_page", RollingPlan.objects.get(base_year=2021).pk)
    assert city.post(address, {"reason": ""}).status_code == 409


# --- The form -----------------------------------------------------------------------------------------------------------------------


def test_a_plan_that_was_rolled_says_so_and_leads_to_the_next(cast, signed_in, plan) -> None:
    plan.is_synthetic = True
    plan.save()
    roll_entry(plan, make_project("甲路", cast.unit_a), 10, "2030", own=(5, 6, None))
    client, address = signed_in(cast.city), page("rollingplan_page", plan.pk)
    assert "生成下一期" in client.get(address).content.decode()
    following = roll_forward(plan.pk, source=SOURCE)
    assert not following.is_synthetic
    text = client.get(address).content.decode()
    assert "生成下一期" not in text
    assert "滚动生成" not in text
    assert f'2021年一期已经有了：<a href="{page("rollingplan_page", following.pk)}">' in text


def lines(*rows: tuple[str, str, str, str]) -> dict[str, str]:
    sent = {"lines-TOTAL_FORMS": str(len(rows))}
    for at, (code, *amounts) in enumerate(rows):
        sent[f"lines-{at}-source"] = str(money(code).pk)
        sent |= {f"lines-{at}-{name}_wan": amount for name, amount in zip(("first", "second", "third"), amounts, strict=True)}
    return sent


def test_what_is_left_blank_is_the_project_s_own(cast, signed_in, plan) -> None:
    project = make_project("甲路", cast.unit_a, total_wan=Decimal(100), planned_start="2019-03", planned_finish="2022-10")
    make_plan(project, 30, 2020, cum_prior_wan=40)
    client, address = signed_in(cast.owner), page("rollingentry_add")
    sent = form_of(client.get(address), project=str(project.pk), **lines(("own", "30", "30", "")))
    assert sent["plan"] == str(plan.pk)
    assert client.post(address, sent).status_code == 302
    entry = RollingEntry.objects.get()
    assert (entry.total_wan, entry.cum_prior_wan, entry.planned_start, entry.planned_finish) == (100, 40, "2019-03", "2022-10")
    assert entry.lines.get().third_wan is None


@pytest.mark.parametrize(
    ("rows", "finish", "words", "blocked"),
    [
        ((("own", "30", "30", "31"),), "2024", "超过总投资100万元（多1万元）", True),
        ((("own", "30", "30", "29"),), "2022-12", "比总投资100万元少1万元", False),
        ((("own", "30", "30", "30"),), "2021", "晚于拟竣工时间2021", True),
        ((("old", "", "", "90"),), "2022", "不能安排在2022年", True),
    ],
)
def test_checks_of_the_form(cast, signed_in, plan, rows, finish, words, blocked) -> None:
    money("old", valid_to=2020)
    project = make_project("甲路", cast.unit_a, total_wan=Decimal(100))
    client, address = signed_in(cast.owner), page("rollingentry_add")
    given = {"project": str(project.pk), "cum_prior_wan": "10", "planned_finish": finish, **lines(*rows)}
    told = errors_of(client.post(address, form_of(client.get(address), **given)))["lines"]
    assert any(words in text for text in told), told
    assert not RollingEntry.objects.exists()
    explained = client.post(address, form_of(client.get(address), change_reason="分期实施", **given))
    assert explained.status_code == (200 if blocked else 302)


def test_a_changed_total_is_judged_though_no_row_was_touched(cast, signed_in, plan) -> None:
    entry = roll_entry(plan, make_project("甲路", cast.unit_a, total_wan=Decimal(100)), 10, "2030", own=(30, 30, 30))
    client, address = signed_in(cast.owner), page("rollingentry_change", entry.pk)
    text = client.get(address).content.decode()
    assert "2022年（万元）" in text
    told = errors_of(client.post(address, form_of(client.get(address), total_wan="99")))
    assert any("超过总投资99万元" in one for one in told["lines"])
    assert RollingEntry.objects.get().total_wan == 100
    assert client.post(address, form_of(client.get(address), total_wan="120", first_content="桩基和承台")).status_code == 302


def test_units_see_and_write_their_own_alone(cast, signed_in, plan) -> None:
    entry = roll_entry(plan, make_project("甲路", cast.unit_a), 10, "2030", own=(30, 30, 30))
    client = signed_in(cast.stranger)
    assert client.get(page("rollingentry_change", entry.pk)).status_code == 404
    assert client.post(page("rollingentry_change", entry.pk), {}).status_code == 404
    assert "甲路" not in client.get(page("rollingentry_changelist")).content.decode()
    assert client.get(page("rollingplan_add")).status_code == 403
    shown = signed_in(cast.reviewer).get(page("rollingentry_changelist")).content.decode()
    assert "甲路" in shown
    assert "30" in shown


def test_a_line_s_years_can_be_blank_and_never_negative(cast, signed_in, plan) -> None:
    entry = roll_entry(plan, make_project("甲路", cast.unit_a), 0, "2030", own=(30, 30, 30))
    client, address = signed_in(cast.owner), page("rollingentry_change", entry.pk)
    assert "lines" in errors_of(client.post(address, form_of(client.get(address), **{"lines-0-first_wan": "-1"})))
    assert client.post(address, form_of(client.get(address), **{"lines-0-first_wan": ""})).status_code == 302
    assert RollingLine.objects.get().first_wan is None
    assert "企业自筹" in client.get(page("rollingentry_history", entry.pk)).content.decode()
