"""Roles: who may do what, and which posts are never one person's."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from accounts import scope
from accounts.models import Membership, User
from accounts.roles import GRANTS, Action, Role, action_for, clash
from tests.factories import make_unit, make_user

THREE = {Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR}


@pytest.mark.parametrize("pair", [frozenset(pair) for pair in combinations(Role, 2)], ids=lambda pair: "+".join(sorted(pair)))
def test_an_administrator_of_the_three_does_nothing_else(pair: frozenset[Role]) -> None:
    assert clash(pair) == (pair if pair & THREE else None)


def test_the_three_see_no_business() -> None:
    business = set(Action) - {Action.SYSTEM, Action.USERS, Action.AUDIT}
    assert {role: GRANTS[role].actions & business for role in THREE} == {role: frozenset() for role in THREE}


def test_nobody_deletes_people_or_writes_the_event_log() -> None:
    assert [action_for(word) for word in ("delete_user", "add_auditevent", "change_auditevent", "delete_auditevent")] == [None] * 4


@pytest.mark.django_db
def test_two_new_posts_that_exclude_each_other_are_refused_together(signed_in: Any) -> None:
    keeper = make_user("keeper", Role.SECURITY_ADMINISTRATOR)
    person = make_user("person")
    posts = {"memberships-TOTAL_FORMS": "2", "memberships-INITIAL_FORMS": "0", "memberships-0-role": "city_officer", "memberships-1-role": "auditor"}
    page = signed_in(keeper).post(
        f"/admin/accounts/user/{person.pk}/change/", {"username": "person", "is_active": "on", "revision_seen": "", **posts}
    )
    assert page.status_code == 200
    assert "以下岗位不得由同一人担任" in page.content.decode()
    assert not Membership.objects.filter(user=person).exists()


@pytest.mark.django_db
def test_scope_is_by_role_and_unit() -> None:
    mine, other = make_unit("甲区"), make_unit("乙区")
    officer = make_user("officer", Role.DISTRICT_OFFICER, mine)
    assert scope.reaches(officer, Action.EDIT, mine.pk)
    assert not scope.reaches(officer, Action.EDIT, other.pk)
    assert not scope.reaches(officer, Action.REVIEW, mine.pk)
    assert not scope.city_wide(officer, Action.VIEW)
    assert scope.unit_ids(User(), Action.VIEW) == set()
