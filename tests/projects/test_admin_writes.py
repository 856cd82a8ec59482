"""Writes through the admin's forms: scope before and after, rules, reasons, stale pages, and the history each write leaves."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib import admin
from django.contrib.messages import get_messages
from django.urls import reverse

from accounts.models import AuditEvent
from projects.admin.forms import RevisedForm
from projects.history import changes, project_changes
from projects.models import AnnualPlan, Classification, MonthReport, Project, ProjectCode, ProjectTag
from projects.models.tracking import Revised
from tests.factories import make_code, make_month, make_period, make_plan, make_project, make_sector
from tests.projects.admin_pages import errors_of, form_of

pytestmark = pytest.mark.django_db
ADD = reverse("admin:projects_project_add")


def change_url(obj):
    return reverse(f"admin:projects_{obj._meta.model_name}_change", args=[obj.pk])


def state():
    """Everything the admin could have changed, as plain rows."""
    return [list(model.objects.order_by("pk").values()) for model in (Project, ProjectCode, AnnualPlan, MonthReport)]


@pytest.fixture
def project(cast):
    return make_project("滨海路改造工程", cast.unit_a)


def test_change_is_stored_with_door_person_and_reason(cast, signed_in, project):
    client = signed_in(cast.owner)
    page = client.get(change_url(project))
    response = client.post(change_url(project), form_of(page, contact="刘工", change_reason="业主来函"))
    assert response.status_code == 302, errors_of(response)
    told = changes(project)[0]
    assert (told.actor, told.door, told.reason, [field.name for field in told.fields]) == ("陈晓", "页面操作", "业主来函", ["contact"])
    event = AuditEvent.objects.get(event="project.change")
    assert (event.actor, event.detail["changed"]) == (cast.owner, ["contact", "change_reason"])


def test_saving_without_a_change_writes_nothing(cast, signed_in, project):
    before = state()
    client = signed_in(cast.owner)
    assert client.post(change_url(project), form_of(client.get(change_url(project)))).status_code == 302
    assert state() == before
    assert len(changes(project)) == 1


def test_tags_are_rows_with_a_history_of_their_own(cast, signed_in, project):
    first, second = (Classification.objects.create(scheme="tag", name=name, code=name) for name in ("新基建", "两新一重"))
    ProjectTag.objects.create(project=project, tag=first)
    client = signed_in(cast.owner)
    sent = form_of(client.get(change_url(project)), **{"tag_rows-0-DELETE": "on", "tag_rows-1-tag": str(second.pk), "change_reason": "市里要求"})
    response = client.post(change_url(project), {**sent, "tag_rows-TOTAL_FORMS": "2"})
    assert response.status_code == 302, errors_of(response)
    assert [tag.name for tag in project.tags.all()] == ["两新一重"]
    told = [(change.verb, change.subject, change.reason, change.actor) for change in project_changes(project)[:2]]
    assert sorted(told) == [("删除", "标签 新基建", "市里要求", "陈晓"), ("新增", "标签 两新一重", "市里要求", "陈晓")]


def test_only_a_tag_can_be_chosen_as_one(cast, signed_in, project):
    sector = make_sector()
    client = signed_in(cast.owner)
    sent = form_of(client.get(change_url(project)), **{"tag_rows-0-tag": str(sector.pk), "tag_rows-TOTAL_FORMS": "1"})
    assert "tag_rows" in errors_of(client.post(change_url(project), sent))
    assert not project.tags.exists()


def test_project_is_never_deleted(cast, signed_in, project):
    client = signed_in(cast.city)
    assert client.post(reverse("admin:projects_project_delete", args=[project.pk]), {"post": "yes"}).status_code == 403
    assert Project.objects.filter(pk=project.pk).exists()


def test_stale_page_is_refused_and_tells_what_changed(cast, signed_in, project):
    client = signed_in(cast.owner)
    stale = form_of(client.get(change_url(project)), contact="张工")
    project.phone = "0532-1"
    project.save()
    before = state()
    response = client.post(change_url(project), stale)
    assert "联系电话（— → 0532-1）" in errors_of(response)["__all__"][0]
    assert state() == before


@pytest.mark.parametrize("mark", ["", "0", "999"])
def test_a_page_without_its_mark_is_stale_too(cast, signed_in, project, mark):
    before = state()
    client = signed_in(cast.owner)
    response = client.post(change_url(project), form_of(client.get(change_url(project)), contact="张工", revision_seen=mark))
    assert "__all__" in errors_of(response)
    assert state() == before


def test_row_of_a_stale_page_is_refused(cast, signed_in, project):
    plan = make_plan(project, 100)
    client = signed_in(cast.owner)
    stale = form_of(client.get(change_url(project)), **{"annual_plans-0-plan_wan": "200"})
    plan.plan_wan = Decimal(300)
    plan.save()
    assert "annual_plans" in errors_of(client.post(change_url(project), stale))
    plan.refresh_from_db()
    assert plan.plan_wan == Decimal(300)


def test_blocking_finding_stands_at_its_field(cast, signed_in, project):
    before = state()
    client = signed_in(cast.owner)
    response = client.post(change_url(project), form_of(client.get(change_url(project)), planned_finish="2019-01", change_reason="来函"))
    assert list(errors_of(response)) == ["planned_finish"]
    assert state() == before


def test_doubtful_value_needs_a_reason_which_is_kept(cast, signed_in):
    project = make_project("总投资未定工程", cast.unit_a, total_wan=None)
    client = signed_in(cast.owner)
    sent = form_of(client.get(change_url(project)), total_wan="1200001")
    refused = errors_of(client.post(change_url(project), sent))
    assert list(refused) == ["change_reason"]
    assert any("总投资" in text for text in refused["change_reason"])
    response = client.post(change_url(project), {**sent, "change_reason": "概算批复 青发改〔2020〕12号"})
    assert response.status_code == 302, errors_of(response)
    project.refresh_from_db()
    assert project.total_wan == Decimal(1200001)
    assert changes(project)[0].reason == "概算批复 青发改〔2020〕12号"
    assert list(project.plan_versions.values_list("total_wan", "reason")) == [(Decimal(1200001), "概算批复 青发改〔2020〕12号")]


def test_doubt_that_was_there_before_is_not_asked_again(cast, signed_in):
    large = make_project("胶州湾第二隧道", cast.unit_a, total_wan=Decimal(1800000))
    client = signed_in(cast.owner)
    response = client.post(change_url(large), form_of(client.get(change_url(large)), contact="刘工"))
    assert response.status_code == 302, errors_of(response)


@pytest.mark.parametrize("target,field", [("build", "__all__"), ("operate", "stage")], ids=["needs a code", "no such move"])
def test_stage_moves_as_the_table_allows(cast, signed_in, project, target, field):
    client = signed_in(cast.owner)
    refused = errors_of(client.post(change_url(project), form_of(client.get(change_url(project)), stage=target, change_reason="进度需要")))
    assert field in refused
    project.refresh_from_db()
    assert project.stage == "prep"


@pytest.fixture
def planned(cast):
    made = make_project("待开工的滨海路工程", cast.unit_a, stage="planned", stage_reason="列入年度计划")
    make_code(made, "2020-370202-48-01-000007")
    make_plan(made, 10)
    return made


def test_no_start_without_its_date_and_the_message_stands_at_the_date(cast, signed_in, planned):
    client = signed_in(cast.owner)
    sent = form_of(client.get(change_url(planned)), stage="build", change_reason="已开工")
    refused = errors_of(client.post(change_url(planned), sent))
    assert list(refused) == ["actual_start"]
    assert "实际开工时间" in refused["actual_start"][0]
    assert client.post(change_url(planned), {**sent, "actual_start": "2020-05"}).status_code == 302
    planned.refresh_from_db()
    assert (planned.stage, planned.actual_start, planned.stage_reason) == ("build", "2020-05", "已开工")


def test_a_refused_save_says_which_fields_are_still_unsaved(cast, signed_in, project):
    client = signed_in(cast.owner)
    sent = form_of(
        client.get(change_url(project)), contact="刘工", name="", **{"codes-TOTAL_FORMS": "1", "codes-0-code": "2020", "codes-0-role": "primary"}
    )
    refused = client.post(change_url(project), sent)
    assert refused.context["unsaved"].split() == ["name", "contact", "codes-0-code"]
    assert 'data-unsaved="name contact codes-0-code"' in refused.content.decode()
    assert "data-unsaved" not in client.get(change_url(project)).content.decode()


def entered_by_hand(client, cast, stage, **values):
    """A new project of this stage as its form sends it, complete but for the start."""
    given = {"name": "新建滨海路工程", "kind": "infrastructure", "unit": str(cast.unit_a.pk), "sector": str(make_sector().pk), "total_wan": "12000"}
    codes = {"codes-TOTAL_FORMS": "1", "codes-0-code": "2020-370202-48-01-000009", "codes-0-role": "primary"}
    return client.post(ADD, form_of(client.get(ADD), **given, **codes, stage=stage, **values))


@pytest.mark.parametrize("stage", ["build", "done"])
def test_a_project_entered_as_started_is_asked_when(cast, signed_in, stage):
    client = signed_in(cast.owner)
    finish = {"actual_finish": "2020-05"} if stage == "done" else {}
    asked = errors_of(entered_by_hand(client, cast, stage, **finish))
    assert list(asked) == ["change_reason"]
    assert "实际开工时间" in "".join(asked["change_reason"])
    assert not Project.objects.exists()
    assert entered_by_hand(client, cast, stage, **finish, change_reason="老项目，开工档案已查无").status_code == 302


def test_a_project_entered_with_its_start_is_asked_nothing(cast, signed_in):
    response = entered_by_hand(signed_in(cast.owner), cast, "build", actual_start="2020-01")
    assert response.status_code == 302, errors_of(response)


def test_hints_are_told_with_the_save_as_an_upload_lists_them(cast, signed_in):
    client = signed_in(cast.owner)
    plan = {"annual_plans-TOTAL_FORMS": "1", "annual_plans-0-year": "2020", "annual_plans-0-plan_wan": "100"}
    response = entered_by_hand(client, cast, "build", actual_start="2020-01", **plan)
    assert response.status_code == 302, errors_of(response)
    (told,) = [str(message) for message in get_messages(response.wsgi_request) if "请留意" in str(message)]
    assert "缺少建设单位" in told
    assert "年度计划" not in told, "the year's plan came with the same save"
    project = Project.objects.get()
    again = client.post(change_url(project), form_of(client.get(change_url(project)), contact="刘工"))
    assert [message for message in get_messages(again.wsgi_request) if "请留意" in str(message)] == []


def test_a_project_that_stands_in_construction_is_not_asked_again(cast, signed_in, planned):
    planned.stage = "build"
    planned.save()
    client = signed_in(cast.owner)
    response = client.post(change_url(planned), form_of(client.get(change_url(planned)), contact="刘工"))
    assert response.status_code == 302, errors_of(response)


@pytest.mark.parametrize("words", [{"stage_reason": "用地未获批"}, {"change_reason": "用地未获批"}])
def test_no_withdrawal_without_a_reason_of_its_own(cast, signed_in, planned, words):
    client = signed_in(cast.city)
    sent = form_of(client.get(change_url(planned)), stage="out")
    assert "stage_reason" in errors_of(client.post(change_url(planned), sent)), "the reason of the stage before is none"
    given = client.post(change_url(planned), {**sent, "change_reason": "来函", **words})
    assert given.status_code == 302, errors_of(given)
    planned.refresh_from_db()
    assert (planned.stage, planned.stage_reason) == ("out", "用地未获批")


def test_foreign_unit_can_not_be_chosen_to_move_a_project_out_of_reach(cast, signed_in, project):
    before = state()
    client = signed_in(cast.owner)
    response = client.post(change_url(project), form_of(client.get(change_url(project)), unit=str(cast.unit_b.pk)))
    assert list(errors_of(response)) == ["unit"]
    assert state() == before


def test_new_project_can_not_be_entered_for_another_unit(cast, signed_in):
    client = signed_in(cast.owner)
    page = client.get(ADD)
    sent = form_of(page, name="邻区新建道路工程", kind="infrastructure", unit=str(cast.unit_b.pk), stage="idea")
    assert "unit" in errors_of(client.post(ADD, sent))
    assert Project.objects.count() == 0


def test_new_project_gets_number_baseline_and_its_rows(cast, signed_in):
    sector = Classification.objects.create(scheme="infrastructure_sector", name="公路", code="road")
    client = signed_in(cast.owner)
    sent = form_of(
        client.get(ADD),
        name="本区新建道路工程",
        kind="infrastructure",
        unit=str(cast.unit_a.pk),
        stage="planned",
        sector=str(sector.pk),
        total_wan="5000",
        planned_start="2027-03",
        content="道路长三公里",
        change_reason="新增",
        **{"codes-TOTAL_FORMS": "1", "codes-0-code": "２０２０－370202-48-01-000001", "codes-0-role": "primary"},
        **{"annual_plans-TOTAL_FORMS": "1", "annual_plans-0-year": "2020", "annual_plans-0-plan_wan": "800"},
    )
    response = client.post(ADD, sent)
    assert response.status_code == 302, errors_of(response)
    project = Project.objects.get()
    assert (project.uid, project.name_key) == (f"P-{project.pk:06d}", "本区新建道路工程")
    assert list(project.codes.values_list("code", "form")) == [("2020-370202-48-01-000001", "old")]
    assert list(project.annual_plans.values_list("year", "plan_wan")) == [(2020, Decimal(800))]
    assert list(project.plan_versions.values_list("is_baseline", "total_wan")) == [(True, Decimal(5000))]


def test_same_name_in_the_unit_is_refused_at_the_field(cast, signed_in, project):
    client = signed_in(cast.owner)
    sent = form_of(client.get(ADD), name="滨海路　改造工程", kind="infrastructure", unit=str(cast.unit_a.pk), stage="idea")
    assert "name" in errors_of(client.post(ADD, sent))


def test_code_of_another_project_is_refused(cast, signed_in, project):
    make_code(make_project(unit=cast.unit_b, stage="build"), "2020-370202-48-01-000009")
    client = signed_in(cast.owner)
    sent = form_of(
        client.get(change_url(project)), **{"codes-TOTAL_FORMS": "1", "codes-0-code": "2020-370202-48-01-000009", "codes-0-role": "primary"}
    )
    assert "codes" in errors_of(client.post(change_url(project), sent))
    assert ProjectCode.objects.filter(project=project).count() == 0


def test_forged_row_of_a_foreign_project_is_not_written(cast, signed_in, project):
    foreign = make_plan(make_project(unit=cast.unit_b), 100)
    before = state()
    client = signed_in(cast.owner)
    forged = {
        "annual_plans-TOTAL_FORMS": "1",
        "annual_plans-INITIAL_FORMS": "1",
        "annual_plans-0-id": str(foreign.pk),
        "annual_plans-0-revision_seen": "1",
    }
    sent = form_of(client.get(change_url(project)), **forged, **{"annual_plans-0-year": "2020", "annual_plans-0-plan_wan": "9"})
    client.post(change_url(project), sent)
    assert state() == before


@pytest.mark.parametrize("verb", ["change", "delete"])
def test_foreign_rows_can_not_be_written(cast, signed_in, verb):
    foreign = make_project(unit=cast.unit_b)
    report = make_month(foreign, done_ytd_wan=5)
    before = state()
    client = signed_in(cast.owner)
    for obj in (foreign, report):
        address = reverse(f"admin:projects_{obj._meta.model_name}_{verb}", args=[obj.pk])
        assert client.post(address, {"post": "yes", "name": "改名", "_save": "1"}).status_code == 404
    assert state() == before


def test_reader_sees_the_form_but_can_not_write(cast, signed_in, project):
    before = state()
    client = signed_in(cast.reviewer)
    assert client.get(change_url(project)).status_code == 200
    assert client.post(change_url(project), {"name": "改名", "_save": "1"}).status_code == 403
    assert client.get(ADD).status_code == 403
    assert state() == before


def test_month_report_is_judged_with_the_months_before(cast, signed_in, project):
    make_period(2020, 6)
    project.stage = "build"
    project.actual_start = "2020-01"
    project.save()
    make_month(project, 5, done_month_wan=100, done_ytd_wan=500)
    address = reverse("admin:projects_monthreport_add") + f"?project={project.pk}"
    client = signed_in(cast.owner)
    page = client.get(address)
    sent = form_of(page, done_month_wan="50", done_ytd_wan="300", progress_text="主体结构完成百分之三十，土方外运完成")
    assert sent["project"] == str(project.pk)
    assert "done_ytd_wan" in errors_of(client.post(address, sent))
    response = client.post(address, {**sent, "done_ytd_wan": "550"})
    assert response.status_code == 302, errors_of(response)
    stored = MonthReport.objects.get(period__month=6)
    assert (stored.done_ytd_wan, stored.cum_total_wan) == (Decimal(550), None)
    assert changes(stored)[0].actor == "陈晓"


def test_month_report_for_a_foreign_project_is_refused(cast, signed_in):
    foreign = make_project(unit=cast.unit_b)
    period = make_period(2020, 6)
    client = signed_in(cast.owner)
    address = reverse("admin:projects_monthreport_add")
    response = client.post(address, form_of(client.get(address), project=str(foreign.pk), period=str(period.pk), done_ytd_wan="1"))
    assert "project" in errors_of(response)
    assert MonthReport.objects.count() == 0


def test_type_ahead_offers_own_projects_only(cast, signed_in, project):
    make_project("滨海路邻区段", cast.unit_b)
    address = reverse("admin:autocomplete")
    asked = {"term": "滨海", "app_label": "projects", "model_name": "monthreport", "field_name": "project"}
    found = signed_in(cast.owner).get(address, asked).json()["results"]
    assert [row["text"] for row in found] == ["滨海路改造工程"]


def test_every_form_of_a_tracked_row_carries_its_mark(cast, signed_in):
    """A form that forgot the mark would overwrite in silence."""
    pages = [model_admin for model_admin in admin.site._registry.values() if issubclass(model_admin.model, Revised)]
    rows = [(inline.model, inline) for page in pages for inline in page.inlines]
    assert len(pages) >= 9
    assert [page.model.__name__ for page in pages if not issubclass(page.form, RevisedForm)] == []
    assert [model.__name__ for model, inline in rows if not issubclass(inline.form, RevisedForm)] == []
    project = make_project(unit=cast.unit_a)
    make_plan(project, 10)
    sent = form_of(signed_in(cast.owner).get(change_url(project)))
    assert (sent["revision_seen"], sent["annual_plans-0-revision_seen"]) == ("1", "1")


HUGE = "9" * 30


@pytest.mark.parametrize(
    "kind,name,typed,said",
    [
        ("project", "expected_output_wan", HUGE, f"读到“{HUGE}”；应填不超过 1,000,000,000 的数，最多 6 位小数"),
        ("project", "expected_output_wan", "1.23456789", "读到“1.23456789”；应填不超过 1,000,000,000 的数，最多 6 位小数"),
        ("project", "expected_output_wan", "很多", "不是数字；应填不超过 1,000,000,000 的数，最多 6 位小数"),
        ("monthreport", "done_month_wan", HUGE, "应填不超过 1,000,000,000 的数，最多 6 位小数"),
        ("monthreport", "progress_percent", HUGE, "应填不超过 9,999.99 的数，最多 2 位小数"),
        ("annualplan", "year", HUGE, f"读到“{HUGE}”；应填"),
    ],
)
def test_a_number_that_does_not_fit_is_refused_in_our_words(cast, signed_in, project, kind, name, typed, said):
    row = {"project": lambda: project, "monthreport": lambda: make_month(project, 6), "annualplan": lambda: make_plan(project, 4000)}[kind]()
    client = signed_in(cast.city)
    before = state()
    sent = form_of(client.get(change_url(row)), change_reason="更正", **{name: typed})
    told = errors_of(client.post(change_url(row), sent))[name]
    assert len(told) == 1
    assert said in str(told[0])
    assert state() == before
