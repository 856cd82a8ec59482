"""Two people edit one row in two sessions: nothing typed is lost, nothing stored is overwritten unseen."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.roles import Role
from projects.history import changes
from tests.factories import make_month, make_plan, make_project, make_user
from tests.projects.admin_pages import errors_of, form_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(cast):
    return make_project("滨海路改造工程", cast.unit_a, contact="张工", phone="0532-1", remarks="原")


@pytest.fixture
def two(cast, signed_in):
    """The sessions of two officers of one unit."""
    return signed_in(cast.owner), signed_in(make_user("second", Role.DISTRICT_OFFICER, cast.unit_a, display_name="刘二"))


def url_of(obj):
    return reverse(f"admin:projects_{obj._meta.model_name}_change", args=[obj.pk])


def save(client, obj, **typed):
    """Open the page, type, save: as one who was there alone."""
    answer = client.post(url_of(obj), form_of(client.get(url_of(obj)), **typed))
    assert answer.status_code == 302, errors_of(answer)


def columns_of(answer):
    """Label → (opened, mine, now, has to pick) of the page that came back."""
    found = answer.context["conflicts"]
    return {column.label: (column.opened, column.mine, column.now, column.is_clash) for conflict in found for column in conflict.columns}


def test_three_columns_then_a_pick_of_each(two, project):
    first, second = two
    stale = form_of(first.get(url_of(project)), contact="甲工", phone="0532-2", remarks="甲的话")
    save(second, project, contact="乙工", phone="0532-3", address="滨海路1号")
    answer = first.post(url_of(project), stale)
    assert columns_of(answer) == {
        "建设地点": ("空", "空", "滨海路1号", False),
        "联系人": ("张工", "甲工", "乙工", True),
        "联系电话": ("0532-1", "0532-2", "0532-3", True),
        "备注": ("原", "甲的话", "原", False),
    }
    assert "刘二" in errors_of(answer)["__all__"][0]
    again = first.post(url_of(project), form_of(answer, **{"pick-contact": "mine", "pick-phone": "now"}))
    assert again.status_code == 302, errors_of(again)
    project.refresh_from_db()
    assert (project.contact, project.phone, project.address, project.remarks) == ("甲工", "0532-3", "滨海路1号", "甲的话")
    assert {field.name for field in changes(project)[0].fields} == {"contact", "remarks"}


def test_nothing_is_stored_before_every_clash_is_picked(two, project):
    first, second = two
    stale = form_of(first.get(url_of(project)), contact="甲工", phone="0532-2")
    save(second, project, contact="乙工", phone="0532-3")
    answer = first.post(url_of(project), stale)
    half = first.post(url_of(project), form_of(answer, **{"pick-contact": "mine"}))
    assert [column.picked for conflict in half.context["conflicts"] for column in conflict.columns] == ["mine", ""]
    assert (form_of(half)["contact"], form_of(half)["phone"]) == ("甲工", "0532-2")
    project.refresh_from_db()
    assert (project.contact, project.phone) == ("乙工", "0532-3")


def test_what_moves_while_the_columns_are_read_is_compared_again(two, project):
    first, second = two
    stale = form_of(first.get(url_of(project)), contact="甲工")
    save(second, project, contact="乙工")
    answer = first.post(url_of(project), stale)
    save(second, project, contact="丙工")
    again = first.post(url_of(project), form_of(answer, **{"pick-contact": "mine"}))
    assert columns_of(again)["联系人"] == ("张工", "甲工", "丙工", True)
    project.refresh_from_db()
    assert project.contact == "丙工"


def test_what_only_the_other_changed_is_kept_and_shown_once(two, project):
    first, second = two
    stale = form_of(first.get(url_of(project)), contact="甲工")
    save(second, project, phone="0532-3")
    answer = first.post(url_of(project), stale)
    assert [column[3] for column in columns_of(answer).values()] == [False, False]
    assert first.post(url_of(project), form_of(answer)).status_code == 302
    project.refresh_from_db()
    assert (project.contact, project.phone) == ("甲工", "0532-3")


def test_a_page_on_which_nothing_was_typed_takes_nothing_back(two, project):
    first, second = two
    stale = form_of(first.get(url_of(project)))
    save(second, project, contact="乙工")
    assert first.post(url_of(project), stale).status_code == 302
    project.refresh_from_db()
    assert (project.contact, len(changes(project))) == ("乙工", 2)


def test_rows_below_have_columns_of_their_own(two, project):
    plan = make_plan(project, 100)
    first, second = two
    cell = "annual_plans-0-plan_wan"
    stale = form_of(first.get(url_of(project)), **{cell: "200"}, contact="甲工")
    save(second, project, **{cell: "300", "annual_plans-0-goal": "通车"})
    answer = first.post(url_of(project), stale)
    assert columns_of(answer) == {"计划投资（万元）": ("100", "200", "300", True), "年度工作目标": ("空", "空", "通车", False)}
    again = first.post(url_of(project), form_of(answer, **{f"pick-{cell}": "mine"}))
    assert again.status_code == 302, errors_of(again)
    plan.refresh_from_db()
    project.refresh_from_db()
    assert (plan.plan_wan, plan.goal, project.contact) == (Decimal(200), "通车", "甲工")


def test_an_untyped_row_of_an_old_page_does_not_hinder(two, project):
    plan = make_plan(project, 100)
    first, _second = two
    stale = form_of(first.get(url_of(project)), contact="甲工")
    plan.plan_wan = Decimal(300)
    plan.save()
    answer = first.post(url_of(project), stale)
    assert answer.status_code == 302, errors_of(answer)
    plan.refresh_from_db()
    assert plan.plan_wan == Decimal(300)


def test_a_month_report_too(two, project):
    report = make_month(project, progress_text="路基")
    first, second = two
    stale = form_of(first.get(url_of(report)), progress_text="路基完成八成")
    save(second, report, progress_text="路基完成七成", problems="管线迁改")
    answer = first.post(url_of(report), stale)
    assert columns_of(answer) == {
        "形象进度": ("路基", "路基完成八成", "路基完成七成", True),
        "存在问题": ("空", "空", "管线迁改", False),
    }
    again = first.post(url_of(report), form_of(answer, **{"pick-progress_text": "now"}))
    assert again.status_code == 302, errors_of(again)
    report.refresh_from_db()
    assert (report.progress_text, report.problems) == ("路基完成七成", "管线迁改")


@pytest.mark.parametrize("forged", ["mine", "now", "x", ""])
def test_a_pick_on_a_page_that_did_not_move_changes_nothing(two, project, forged):
    first, _second = two
    page = form_of(first.get(url_of(project)), contact="甲工", **{"pick-contact": forged})
    assert first.post(url_of(project), page).status_code == 302
    project.refresh_from_db()
    assert project.contact == "甲工"
