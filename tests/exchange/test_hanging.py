"""Whatever points to a row that an upload made is found and named: what, who, when, and where to look. A table made later fails here first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import models
from django.utils import timezone

from exchange.services.inverse.hanging import hanging, origins_of, relations_to
from exchange.services.inverse.traces import WRITTEN
from exchange.services.undo import redo, undo
from exchange.services.undo_words import kept_words, why_words
from exchange.views.causes import cause_link
from funding.ledger import Step
from funding.models import Dossier, FinancePlan, FundAccount, RollingEntry, RollingPlan, UseAdjustment
from funding.services.bonds import adjust_use
from projects.models import (
    AnnualPlan,
    Campaign,
    CampaignProject,
    Correction,
    Entry,
    LightNote,
    LightProfile,
    LocationShare,
    MonthReport,
    Obstacle,
    Permit,
    PlanVersion,
    Project,
    ProjectCode,
    ProjectDisclosure,
    ProjectTag,
    Proposal,
    ReviewEvent,
    Source,
    changes_from,
)
from tests.conftest import Cast
from tests.exchange.cast import client_of
from tests.exchange.test_intake_services import LIST
from tests.exchange.test_undo import sent
from tests.factories import make_code, make_division, make_entry, make_list, make_month, make_plan, make_project, make_sector, make_version
from tests.funding.money import give, make_bond, of_bond

pytestmark = pytest.mark.django_db
NAME = "滨海大道改造工程"
FOUND = [(model, other, column.name) for model in WRITTEN for other, column in relations_to(model)]
OF_PROJECT = [other for model, other, _column in FOUND if model is Project]
# An adjustment never comes without the account that it moves money to, which is then named first.
FIRST_OF_PROJECT = [other for other in OF_PROJECT if other is not UseAdjustment]


def campaign() -> Campaign:
    return Campaign.objects.get_or_create(name="百日攻坚", defaults={"begins_on": date(2020, 6, 1), "ends_on": date(2020, 9, 8)})[0]


def account(project: Project, by: Any) -> FundAccount:
    bond = make_bond()
    return give(of_bond(project, bond), Step.ASSIGN, 100, by=Source("admin", by.pk)).account


def adjustment(project: Project, by: Any) -> UseAdjustment:
    """Money of another project that went to this one."""
    bond, other = make_bond(), make_project(unit=project.unit)
    give(of_bond(other, bond), Step.ASSIGN, 100)
    ends = {"taken_from": other.pk, "given_to": project.pk}
    document = {"doc_no": "鲁财债〔2020〕31号", "approved_on": date(2020, 6, 1)}
    return adjust_use(bond_id=bond.pk, amount_wan=Decimal(40), source=Source("admin", by.pk, reason="项目暂缓"), **ends, **document)


def light_note(project: Project, by: Any) -> LightNote:
    profile = LightProfile.objects.get_or_create(key="own", version=1, defaults={"name": "方案", "valid_from": date(2020, 1, 1), "reason": "默认"})[0]
    return LightNote.objects.create(project=project, year=2020, month=6, kind="explanation", profile=profile, reason="汛期", by=by)


# How one of each is made; `by` is a person. What is not tracked keeps its maker in a column.
MAKERS: dict[tuple[type[models.Model], type[models.Model]], Callable[[Any, Any], models.Model]] = {
    (Project, ProjectTag): lambda project, by: ProjectTag.objects.create(project=project, tag=make_sector("新基建")),
    (Project, ProjectCode): lambda project, by: make_code(project, "2019-370202-48-01-000077", role="child"),
    (Project, LocationShare): lambda project, by: LocationShare.objects.create(project=project, division=make_division("370299", "某功能区")),
    (Project, MonthReport): lambda project, by: make_month(project, 5),
    (Project, Entry): lambda project, by: make_entry(make_version(make_list("other-2020")), project),
    (Project, CampaignProject): lambda project, by: CampaignProject.objects.create(campaign=campaign(), project=project, joined_on=date(2020, 6, 1)),
    (Project, Permit): lambda project, by: Permit.objects.create(project=project, kind="eia"),
    (Project, Obstacle): lambda project, by: Obstacle.objects.create(project=project, text="征地未完成", raised_on=date(2020, 6, 1)),
    (Project, PlanVersion): lambda project, by: PlanVersion.objects.create(project=project, number=9, reason="调整"),
    (Project, AnnualPlan): lambda project, by: make_plan(project, 100, 2021),
    (Project, FundAccount): account,
    (Project, UseAdjustment): adjustment,
    (Project, Dossier): lambda project, by: Dossier.objects.create(project=project),
    (Project, FinancePlan): lambda project, by: FinancePlan.objects.create(project=project),
    (Project, RollingEntry): lambda project, by: RollingEntry.objects.create(plan=RollingPlan.objects.create(base_year=2021), project=project),
    (Project, ProjectDisclosure): lambda project, by: ProjectDisclosure.objects.create(project=project, basis="第十四条", reason="密级"),
    (Project, LightNote): light_note,
    (Project, Proposal): lambda project, by: Proposal.objects.create(project=project, changes=[], reason="调概", by=by),
    (MonthReport, ReviewEvent): lambda report, by: ReviewEvent.objects.create(
        report=report, verb="submit", from_state="draft", to_state="submitted", by=by
    ),
    (MonthReport, Correction): lambda report, by: Correction.objects.create(report=report, field="done_month_wan", value="5", reason="漏报", by=by),
    (ProjectCode, ProjectCode): lambda code, by: make_code(code.project, "2019-370202-48-01-000078", role="superseded", superseded_by=code),
}
BASES: dict[type[models.Model], Callable[[Project], models.Model]] = {
    Project: lambda project: project,
    MonthReport: lambda project: make_month(project, 4),
    ProjectCode: lambda project: project.codes.get(role="primary"),
}


@pytest.fixture
def people(cast: Cast) -> Cast:
    make_sector("轨道交通")
    return cast


def add(maker: Callable[[Any, Any], models.Model], base: models.Model, by: Any) -> models.Model:
    with changes_from(Source("admin", by.pk)):
        return maker(base, by)


def test_every_relation_is_one_that_this_test_can_make() -> None:
    assert {(model, other) for model, other, _column in FOUND} == set(MAKERS)
    assert len(MAKERS) >= 18


@pytest.mark.parametrize(("model", "other"), MAKERS, ids=lambda model: model.__name__)
def test_what_hangs_is_named_with_who_when_and_where(people: Cast, model: type[models.Model], other: type[models.Model]) -> None:
    sent(LIST, people.owner, people.unit_a)
    base = BASES[model](Project.objects.get(name=NAME))
    before = {each: {row.pk for row in each._default_manager.all()} for _model, each, _column in FOUND}
    assert hanging(model, [base.pk], before) == {}
    made = add(MAKERS[(model, other)], base, people.city)
    # What its maker needed beside it (the account of an adjustment) is not asked for here.
    own = {each: before[each] if each is other else {row.pk for row in each._default_manager.all()} for _model, each, _column in FOUND}
    found = hanging(model, [base.pk], own)[base.pk]
    assert str(other._meta.verbose_name) in found.words
    assert str(other._default_manager.get(pk=made.pk))[:50] in found.words
    assert found.count == 1
    assert found.by is not None
    assert (found.by.actor_id, timezone.localdate(found.by.at)) == (people.city.pk, timezone.localdate())
    page = cause_link({"places": found.places})
    assert page
    assert client_of(people.owner).get(page, follow=True).status_code == 200, page


@pytest.mark.parametrize("other", FIRST_OF_PROJECT, ids=lambda model: model.__name__)
def test_a_project_that_was_added_to_is_kept_and_says_by_whom(people: Cast, other: type[models.Model]) -> None:
    upload = sent(LIST, people.owner, people.unit_a)
    made = add(MAKERS[(Project, other)], Project.objects.get(name=NAME), people.city)
    page = client_of(people.owner).get(f"/uploads/{upload.public_id}/undo/preview/").content.decode()
    link = cause_link({"places": ((made._meta.label_lower, made.pk), ("projects.project", made.project_id))})  # type: ignore[attr-defined]
    assert f'<a href="{link}">' in page
    undo(upload, actor=people.owner)
    assert [project.name for project in Project.objects.all()] == [NAME]
    (kept,) = upload.reversals.get().kept
    assert (kept["project"], kept["why"], kept["by"]) == (NAME, "hangs", "李敏")
    assert str(other._meta.verbose_name) in kept["cause"]
    assert "李敏" in upload.outcome
    assert "挂上了其他内容" in upload.outcome
    shown = client_of(people.owner).get(f"/uploads/{upload.public_id}/").content.decode()
    assert f'<a href="{link}">' in shown
    redo(upload, actor=people.owner)
    assert Project.objects.count() == 2


def test_several_things_are_counted_and_the_first_is_named(people: Cast) -> None:
    upload = sent(LIST, people.owner, people.unit_a)
    project = Project.objects.get(name=NAME)
    add(MAKERS[(Project, ProjectTag)], project, people.city)
    add(MAKERS[(Project, Permit)], project, people.reviewer)
    undo(upload, actor=people.owner)
    (kept,) = upload.reversals.get().kept
    assert (kept["cause"], kept["by"]) == ("标签“新基建”等2项", "李敏")


def test_what_a_later_upload_proposed_is_named_by_that_upload(people: Cast) -> None:
    upload = sent(LIST, people.owner, people.unit_a)
    Proposal.objects.create(project=Project.objects.get(name=NAME), changes=[], reason="调概", door="upload", upload_id=77)
    undo(upload, actor=people.owner)
    (kept,) = upload.reversals.get().kept
    assert (kept["upload"], kept["by"], kept["door"]) == (77, "", "upload")
    assert "上传 #77" in why_words(kept)[0]


def test_the_words_stand_in_both_languages() -> None:
    line = {"why": "hangs", "by": "李敏", "at": "2020-07-03T09:00+08:00", "door": "admin", "upload": None}
    assert why_words(line) == (
        "所在记录此后被李敏于2020年7月3日挂上了其他内容",
        "in a record to which something was attached since by 李敏 on 2020-07-03",
    )
    assert why_words({**line, "by": "", "door": "", "at": ""})[0] == "所在记录此后被挂上了其他内容"
    assert kept_words([]) == ("", "")


def test_lines_of_old_records_have_no_link() -> None:
    assert cause_link({"why": "hangs", "cause": "存在问题"}) == ""
    assert cause_link({"places": [["projects.reviewevent", 1]]}) == ""


def test_a_table_that_tells_nothing_of_its_makers_is_named_all_the_same(people: Cast) -> None:
    """A table is not obliged to keep a maker; the thing is named then without one."""
    assert origins_of(type(people.unit_a), [people.unit_a.pk]) == {}


def test_the_queries_do_not_grow_with_what_hangs(people: Cast, django_assert_num_queries: Any) -> None:
    sent(LIST, people.owner, people.unit_a)
    projects = list(Project.objects.all())
    with changes_from(Source("admin", people.city.pk)):
        for project in projects:
            for number in range(3):
                Permit.objects.create(project=project, kind="eia", doc_no=str(number))
    own = {each: {row.pk for row in each._default_manager.all()} for _model, each, _column in FOUND if each is not Permit}
    with django_assert_num_queries(len(OF_PROJECT) + 2):
        found = hanging(Project, [project.pk for project in projects], own)
    assert [thing.count for thing in found.values()] == [3, 3]
