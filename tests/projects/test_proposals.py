"""Master data that matters changes by proposal: one person proposes, another settles; nothing else moves it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from projects.history import changes
from projects.models import Entry, Proposal
from projects.proposals import Change, as_text, covers, decided, moved, wanted
from projects.services.proposal_words import value_word
from projects.services.proposals import approve, propose, refuse, withdraw
from projects.workflow import Refused
from tests.factories import make_code, make_entry, make_list, make_project, make_user, make_version
from tests.projects.admin_pages import errors_of, form_of

DOC = "青发改投资〔2020〕12号"
OLD, NEW = "2020-370202-48-01-000001", "2020-370202-48-01-000009"


# --- The comparing, without a database ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value,text",
    [(None, ""), (False, ""), (True, "1"), (Decimal("12000.500000"), "12000.5"), (Decimal("100"), "100"), ("2020-06", "2020-06")],
)
def test_values_are_exact_texts(value, text):
    assert as_text(value) == text


def test_only_what_holds_something_is_closed():
    assert decided({"kind": "emerging", "planned_start": "2020-06"}) == {"kind", "planned_start"}
    assert decided({"kind": "emerging", "total_wan": "5"}) == {"kind", "total_wan", "total_text", "is_approx"}


def test_only_what_differs_is_proposed():
    assert wanted({"kind": "emerging", "total_wan": "5"}, {"kind": "emerging", "total_wan": "6"}) == (Change("total_wan", "5", "6"),)


def test_a_change_that_starts_from_another_value_has_moved():
    change = Change("total_wan", "5", "6")
    assert moved([change], {"total_wan": "5"}) == ()
    assert [(one.change, one.now) for one in moved([change], {"total_wan": "7"})] == [(change, "7")]


def test_one_proposal_covers_another_by_what_it_asks_for():
    assert covers([Change("a", "1", "2"), Change("b", "", "3")], [Change("a", "0", "2")])
    assert not covers([Change("a", "1", "2")], [Change("a", "1", "4")])


# --- The verbs ---------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def project(cast):
    return make_project("滨海路改造工程", cast.unit_a, planned_finish="2022-12")


def ask(project, actor, **after):
    return propose(project_id=project.pk, after=after, reason="概算调整", actor=actor, doc_no=DOC, decided_on=date(2020, 5, 6))


def test_an_approved_proposal_is_carried_out_with_its_document(cast, project):
    made = ask(project, cast.owner, total_wan="15000", planned_finish="2023-06")
    project.refresh_from_db()
    assert project.total_wan == Decimal(12000)
    approve(proposal_id=made.pk, actor=cast.reviewer, note="同意")
    project.refresh_from_db()
    assert (project.total_wan, project.planned_finish) == (Decimal(15000), "2023-06")
    plan = project.plan_versions.get()
    assert (plan.total_wan, plan.planned_finish, plan.doc_no, plan.decided_on) == (Decimal(15000), "2023-06", DOC, date(2020, 5, 6))
    told = changes(project)[0]
    assert (told.actor, told.reason) == ("赵核", f"变更申请 #{made.pk}（{DOC}，陈晓提出）：概算调整")
    assert {field.name for field in told.fields} == {"total_wan", "planned_finish"}


def test_the_one_who_proposed_does_not_settle(cast, project):
    made = ask(project, cast.city, kind="emerging")
    with pytest.raises(Refused, match="另一人"):
        approve(proposal_id=made.pk, actor=cast.city)
    with pytest.raises(Refused, match="另一人"):
        refuse(proposal_id=made.pk, actor=cast.city, note="不同意")
    assert Proposal.objects.get().state == "open"


@pytest.mark.parametrize("role", [Role.CITY_OFFICER, Role.BI_READER], ids=str)
def test_only_reviewers_and_administrators_settle(cast, project, role):
    made = ask(project, cast.owner, total_wan="15000")
    with pytest.raises(Refused, match="市级审核人"):
        approve(proposal_id=made.pk, actor=make_user("other", role))


def test_a_stranger_proposes_nothing(cast, project):
    with pytest.raises(Refused, match="岗位"):
        ask(project, cast.stranger, total_wan="15000")
    assert Proposal.objects.count() == 0


def test_a_stale_proposal_is_refused_with_both_values(cast, project):
    made = ask(project, cast.owner, total_wan="15000")
    project.total_wan = Decimal(13000)
    project.save()
    with pytest.raises(Refused) as refused:
        approve(proposal_id=made.pk, actor=cast.reviewer)
    assert "总投资（万元）：提出时为12,000，现为13,000，拟改为15,000" in refused.value.zh
    assert "12,000 when proposed, 13,000 now, 15,000 proposed" in refused.value.en
    project.refresh_from_db()
    assert (project.total_wan, Proposal.objects.get().state) == (Decimal(13000), "open")


def test_of_two_proposals_of_one_field_the_second_goes_stale(cast, project):
    first, second = ask(project, cast.owner, total_wan="15000"), ask(project, cast.city, total_wan="16000")
    approve(proposal_id=first.pk, actor=cast.reviewer)
    with pytest.raises(Refused, match="现为15,000"):
        approve(proposal_id=second.pk, actor=cast.reviewer)


def test_a_settled_proposal_is_not_settled_again(cast, project):
    made = ask(project, cast.owner, total_wan="15000")
    approve(proposal_id=made.pk, actor=cast.reviewer)
    for verb in (approve, refuse, withdraw):
        with pytest.raises(Refused, match="已批准"):
            verb(proposal_id=made.pk, actor=cast.city, note="再来")
    assert project.plan_versions.count() == 1


def test_turning_down_needs_a_reason(cast, project):
    made = ask(project, cast.owner, total_wan="15000")
    with pytest.raises(Refused, match="写明原因"):
        refuse(proposal_id=made.pk, actor=cast.reviewer, note=" ")
    refuse(proposal_id=made.pk, actor=cast.reviewer, note="概算未批")
    made.refresh_from_db()
    assert (made.state, made.note, made.settled_by) == ("refused", "概算未批", cast.reviewer)


def test_only_whoever_proposed_takes_it_back(cast, project):
    made = ask(project, cast.owner, total_wan="15000")
    with pytest.raises(Refused, match="提出人"):
        withdraw(proposal_id=made.pk, actor=cast.city)
    assert withdraw(proposal_id=made.pk, actor=cast.owner).state == "withdrawn"


def test_a_document_must_be_named_at_the_latest_on_approval(cast, project):
    made = propose(project_id=project.pk, after={"total_wan": "15000"}, reason="月报", actor=cast.owner)
    with pytest.raises(Refused, match="文号"):
        approve(proposal_id=made.pk, actor=cast.reviewer)
    approve(proposal_id=made.pk, actor=cast.reviewer, doc_no=DOC)
    assert project.plan_versions.get().doc_no == DOC


@pytest.mark.parametrize(
    "after,words",
    [
        ({"total_wan": "12000"}, "没有与现值不同"),
        ({"kind": ""}, "不能改为空"),
        ({"planned_finish": "2019-01"}, "竣工"),
        ({"code": "2020-37"}, "代码"),
    ],
    ids=["nothing", "emptied", "a rule of dates", "no such code"],
)
def test_what_can_not_be_is_not_proposed(cast, project, after, words):
    with pytest.raises(Refused, match=words):
        ask(project, cast.owner, **after)
    assert Proposal.objects.count() == 0


def test_the_same_is_not_proposed_twice(cast, project):
    made = ask(project, cast.owner, total_wan="15000")
    with pytest.raises(Refused, match=f"#{made.pk}"):
        ask(project, cast.city, total_wan="15000")


def test_a_code_is_superseded_and_kept(cast, project):
    make_code(project, OLD)
    approve(proposal_id=ask(project, cast.owner, code=NEW).pk, actor=cast.reviewer)
    rows = {code.code: code for code in project.codes.all()}
    assert (rows[NEW].role, rows[OLD].role, rows[OLD].superseded_by) == ("primary", "superseded", rows[NEW])


def test_membership_of_a_list_is_proposed(cast, project):
    old, new = make_version(make_list("infra-2020")), make_version(make_list("sei-2020"))
    make_entry(old, project)
    made = ask(project, cast.owner, **{f"list:{old.pk}": "off", f"list:{new.pk}": "on"})
    approve(proposal_id=made.pk, actor=cast.city)
    assert list(Entry.objects.values_list("version", "total_wan")) == [(new.pk, Decimal(12000))]
    assert Entry.history.filter(history_type="-").get().history_change_reason.startswith(f"变更申请 #{made.pk}")


# --- The pages ---------------------------------------------------------------------------------------------------------------------


def test_decided_values_are_read_on_the_form_and_not_written(cast, signed_in, project):
    make_code(project, OLD)
    client = signed_in(cast.city)
    url = reverse("admin:projects_project_change", args=[project.pk])
    page = client.get(url)
    sent = form_of(page)
    closed = {"kind", "total_wan", "total_text", "is_approx", "planned_start", "planned_finish", "codes-0-code"}
    assert closed & set(sent) == set()
    forged = {**sent, "total_wan": "1", "kind": "emerging", "planned_start": "2030", "codes-0-code": NEW, "remarks": "改过", "change_reason": "来函"}
    assert client.post(url, forged).status_code == 302
    project.refresh_from_db()
    assert (project.total_wan, project.kind, project.planned_start, project.remarks) == (Decimal(12000), "infrastructure", "2020-06", "改过")
    assert [code.code for code in project.codes.all()] == [OLD]
    assert reverse("admin:projects_proposal_make", args=[project.pk]) in page.content.decode()


def test_a_value_never_decided_is_filled_in_directly(cast, signed_in, project):
    blank = make_project("尚未定投资工程", cast.unit_a, total_wan=None, planned_start="")
    client = signed_in(cast.owner)
    url = reverse("admin:projects_project_change", args=[blank.pk])
    answer = client.post(url, form_of(client.get(url), total_wan="800", planned_start="2021", change_reason="立项"))
    assert answer.status_code == 302, errors_of(answer)
    blank.refresh_from_db()
    assert (blank.total_wan, blank.planned_start) == (Decimal(800), "2021")


def test_from_the_page_to_the_plan_with_two_persons(cast, signed_in, project):
    owner, reviewer = signed_in(cast.owner), signed_in(cast.reviewer)
    make = reverse("admin:projects_proposal_make", args=[project.pk])
    sent = form_of(owner.get(make), total_wan="15000.5", doc_no=DOC, reason="概算调整")
    page = owner.post(make, sent, follow=True)
    made = Proposal.objects.get()
    assert made.changes == [["total_wan", "12000", "15000.5"]]
    assert "须由另一人审核" not in page.content.decode()
    assert reverse("admin:projects_proposal_approve", args=[made.pk]) not in page.content.decode()
    seen = reviewer.get(reverse("admin:projects_proposal_change", args=[made.pk])).content.decode()
    assert [word for word in ("12,000", "15,000.5", DOC) if word not in seen] == []
    done = reviewer.post(reverse("admin:projects_proposal_approve", args=[made.pk]), {"note": ""}, follow=True)
    assert "已批准" in done.content.decode()
    project.refresh_from_db()
    assert project.total_wan == Decimal("15000.5")


def test_a_stale_one_shows_both_values_and_can_not_be_approved(cast, signed_in, project):
    made = ask(project, cast.owner, total_wan="15000")
    project.total_wan = Decimal(13000)
    project.save()
    client = signed_in(cast.reviewer)
    page = client.get(reverse("admin:projects_proposal_change", args=[made.pk])).content.decode()
    assert [word in page for word in ("现为", "13,000", "批准并写入")] == [True, True, False]
    answer = client.post(reverse("admin:projects_proposal_approve", args=[made.pk]), {})
    assert answer.status_code == 409
    assert "提出时为12,000，现为13,000" in answer.content.decode()


def test_wrong_input_is_said_at_the_field(cast, signed_in, project):
    client = signed_in(cast.owner)
    make = reverse("admin:projects_proposal_make", args=[project.pk])
    page = client.post(make, form_of(client.get(make), total_wan="很多", planned_start="明年", doc_no=""))
    assert set(page.context["form"].errors) == {"total_wan", "planned_start", "doc_no", "reason"}
    assert Proposal.objects.count() == 0


@pytest.mark.parametrize("who,status", [("stranger", 404), ("reviewer", 403)])
def test_who_may_not_propose(cast, signed_in, project, who, status):
    client = signed_in(getattr(cast, who))
    url = reverse("admin:projects_proposal_make", args=[project.pk])
    assert [client.get(url).status_code, client.post(url, {"total_wan": "1"}).status_code] == [status, status]


def test_foreign_proposals_are_not_seen(cast, signed_in, project):
    made = ask(project, cast.owner, total_wan="15000")
    client = signed_in(cast.stranger)
    assert "滨海路" not in client.get(reverse("admin:projects_proposal_changelist")).content.decode()
    for name in ("change", "approve", "refuse", "withdraw"):
        url = reverse(f"admin:projects_proposal_{name}", args=[made.pk])
        assert (client.get(url) if name == "change" else client.post(url)).status_code == 404
    made.refresh_from_db()
    assert made.state == "open"


def test_the_list_costs_the_same_for_one_and_for_three(cast, signed_in):
    client, url = signed_in(cast.reviewer), reverse("admin:projects_proposal_changelist")
    version = make_version(make_list())
    costs = []
    for number in range(3):
        ask(make_project(f"工程{number}号", cast.unit_a), cast.owner, total_wan="15000", **{f"list:{version.pk}": "on"})
        with CaptureQueriesContext(connection) as seen:
            client.get(url)
        costs.append(len(seen))
    assert costs[0] == costs[2]


# --- Membership of lists -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("doc_no,status", [("青发改〔2020〕9号", 302), ("", 200)], ids=["with a document", "without"])
def test_a_list_is_kept_by_hand_only_where_it_stands_on_a_document(cast, signed_in, project, doc_no, status):
    version = make_version(make_list(), doc_no=doc_no)
    client, add = signed_in(cast.city), reverse("admin:projects_entry_add")
    sent = form_of(client.get(add), version=str(version.pk), project=str(project.pk), position="3")
    assert client.post(add, sent).status_code == status
    assert Entry.objects.count() == (1 if doc_no else 0)
    entry = Entry.objects.first() or make_entry(version, project)
    gone = client.post(reverse("admin:projects_entry_delete", args=[entry.pk]), {"post": "yes"})
    assert (gone.status_code, Entry.objects.count()) == ((302, 0) if doc_no else (403, 1))


def test_an_entry_is_not_moved_to_another_project_or_list(cast, signed_in, project):
    version = make_version(make_list(), doc_no=DOC)
    entry = make_entry(version, project)
    client, url = signed_in(cast.city), reverse("admin:projects_entry_change", args=[entry.pk])
    other = make_project(unit=cast.unit_b)
    assert client.post(url, form_of(client.get(url), project=str(other.pk), position="9")).status_code == 302
    entry.refresh_from_db()
    assert (entry.project, entry.position) == (project, 9)


@pytest.mark.parametrize("text,said", [("106000", "106,000"), ("118000.500000", "118,000.5"), ("950", "950")])
def test_an_amount_of_a_proposal_has_its_thousands_apart(text, said):
    assert value_word("total_wan", text) == said
