"""The pages of people and units: who may give posts, that nobody is deleted, that the event log is only read."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import AuditEvent, Membership, User
from accounts.navigation import NavItem, may, rail, register
from accounts.roles import Action, Role
from tests.factories import make_code, make_project, make_user
from tests.projects.admin_pages import errors_of, form_of

pytestmark = pytest.mark.django_db
USERS = reverse("admin:accounts_user_changelist")


@pytest.fixture
def security(cast):
    return make_user("security", Role.SECURITY_ADMINISTRATOR)


def change(user):
    return reverse("admin:accounts_user_change", args=[user.pk])


def test_security_administrator_gives_a_post_and_the_log_says_so(cast, signed_in, security):
    newcomer = make_user("newcomer")
    client = signed_in(security)
    page = client.get(change(newcomer))
    rows = {"memberships-TOTAL_FORMS": "1", "memberships-0-role": Role.DISTRICT_OFFICER.value, "memberships-0-unit": str(cast.unit_b.pk)}
    response = client.post(change(newcomer), form_of(page, display_name="新来的", **rows))
    assert response.status_code == 302, errors_of(response)
    assert [(m.role, m.unit) for m in newcomer.memberships.all()] == [(Role.DISTRICT_OFFICER.value, cast.unit_b)]
    event = AuditEvent.objects.get(event="user.change", object_id=str(newcomer.pk))
    assert event.actor == security
    assert any(text.startswith("+ 新来的 · 区市经办人") for text in event.detail["changed"])


def test_posts_that_exclude_each_other_are_refused(cast, signed_in, security):
    client = signed_in(security)
    rows = {"memberships-TOTAL_FORMS": "2", "memberships-1-role": Role.AUDITOR.value, "memberships-1-unit": ""}
    response = client.post(change(cast.owner), form_of(client.get(change(cast.owner)), **rows))
    assert any("不得由同一人担任" in text for text in errors_of(response)["memberships"])
    assert Membership.objects.filter(user=cast.owner).count() == 1


@pytest.mark.parametrize("name", ["owner", "city", "reviewer"])
def test_others_see_no_users(cast, signed_in, name):
    client = signed_in(getattr(cast, name))
    assert client.get(USERS).status_code == 403
    assert client.get(change(cast.stranger)).status_code in (403, 404)
    assert client.post(change(cast.stranger), {"username": "stranger", "_save": "1"}).status_code in (403, 404)


def test_nobody_deletes_a_person(cast, signed_in):
    root = make_user("root", is_superuser=True)
    client = signed_in(root)
    assert client.post(reverse("admin:accounts_user_delete", args=[cast.owner.pk]), {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=cast.owner.pk).exists()


def test_superuser_is_out_of_reach_of_the_security_administrator(cast, signed_in, security):
    root = make_user("root", is_superuser=True)
    client = signed_in(security)
    assert client.post(change(root), form_of(client.get(change(root)), username="taken")).status_code == 403
    assert client.get(reverse("admin:auth_user_password_change", args=[root.pk])).status_code == 403
    root.refresh_from_db()
    assert root.username == "root"


@pytest.mark.parametrize("field", ["is_superuser", "is_staff", "user_permissions", "groups", "last_login"])
def test_fields_that_would_raise_a_person_are_not_taken_from_the_form(cast, signed_in, security, field):
    client = signed_in(security)
    client.post(change(cast.owner), form_of(client.get(change(cast.owner)), **{field: "1"}))
    cast.owner.refresh_from_db()
    assert (cast.owner.is_superuser, cast.owner.is_staff, cast.owner.last_login is None) == (False, False, False) or cast.owner.last_login is None


@pytest.mark.parametrize("query", ["password__startswith=pbkdf2", "is_superuser__exact=1", "memberships__unit__name=x", "email__contains=a"])
def test_lookups_into_people_are_refused(cast, signed_in, security, query):
    assert signed_in(security).get(f"{USERS}?{query}").status_code == 400


def test_log_names_only_what_was_changed(cast, signed_in):
    project = make_project(unit=cast.unit_a)
    make_code(project, "2020-370202-48-01-000001")
    page = reverse("admin:projects_project_change", args=[project.pk])
    client = signed_in(cast.owner)
    assert client.post(page, form_of(client.get(page), contact="刘工")).status_code == 302
    assert AuditEvent.objects.get(event="project.change").detail["changed"] == ["contact"]


def test_event_log_is_read_by_the_auditor_and_written_by_nobody(cast, signed_in):
    event = AuditEvent.objects.create(event="test", actor=cast.owner)
    client = signed_in(make_user("audit", Role.AUDITOR))
    assert client.get(reverse("admin:accounts_auditevent_changelist")).status_code == 200
    page = reverse("admin:accounts_auditevent_change", args=[event.pk])
    assert client.get(page).status_code == 200
    assert client.post(page, {"event": "other", "_save": "1"}).status_code == 403
    assert client.post(reverse("admin:accounts_auditevent_delete", args=[event.pk]), {"post": "yes"}).status_code == 403
    assert client.get(reverse("admin:accounts_auditevent_add")).status_code == 403
    assert signed_in(cast.city).get(reverse("admin:accounts_auditevent_changelist")).status_code == 403


def test_district_officer_sees_its_own_unit_only(cast, signed_in):
    client = signed_in(cast.owner)
    response = client.get(reverse("admin:accounts_reportingunit_changelist"))
    assert [unit.name for unit in response.context["cl"].result_list] == ["市南区"]
    assert client.get(reverse("admin:accounts_reportingunit_change", args=[cast.unit_b.pk])).status_code == 404


def test_an_entry_for_no_group_is_a_mistake(cast):
    with pytest.raises(ValueError, match="no such group"):
        register(NavItem("elsewhere", "某页", "admin:index", may(Action.VIEW)))


def test_rail_is_empty_for_somebody_without_a_post(cast):
    assert rail(make_user("nobody"), "/admin/") == []
