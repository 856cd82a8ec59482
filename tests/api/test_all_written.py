"""Whatever an officer or a district may write on a page of the admin can be written by the API, or stands here by name with why it can't."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.test import RequestFactory

from accounts.api.resources import RESOURCES
from accounts.roles import Role
from config import api  # its addresses declare what is written
from projects.api.kinds import WRITTEN
from tests.conftest import Cast
from tests.factories import make_user
from tests.matrix.entries import PAGES

pytestmark = pytest.mark.django_db
REFERENCE = "reference data: rules and figures follow from it; the city's administrator keeps it on its page"
NOT_WRITTEN = {
    "projects.Classification": REFERENCE,
    "projects.Threshold": REFERENCE,
    "projects.StageField": REFERENCE,
    "projects.Holiday": REFERENCE,
    "projects.ReportingRule": REFERENCE,
    "projects.DisclosureRule": REFERENCE,
    "projects.OpenCode": REFERENCE,
    "accounts.ReportingUnit": REFERENCE,
    "accounts.Division": REFERENCE,
    "projects.ReportingPeriod": "opened by the calendar's rule; locked and opened by the verbs lock and unlock",
    "exchange.ColumnMapping": "headings are answered at the upload that asks; an answer is revoked on its page",
}
ROLES = (Role.CITY_ADMINISTRATOR, Role.CITY_OFFICER, Role.CITY_REVIEWER, Role.DISTRICT_OFFICER, Role.DISTRICT_REVIEWER)


# What is done on a page by a verb → the address of the API that does it, or why there is none.
OWN = "of the person and the browser, no data"
VERBS = {
    "admin:auth_user_password_change": OWN,
    "admin:logout": OWN,
    "set-moment": OWN,
    "set_language": OWN,
    "tokens": "a token is made by a person, not by a token",
    "token-revoke": "a token is revoked by a person, not by a token",
    "admin:funding_bond_page": "api:bond-post",
    "admin:funding_centralplan_page": "api:central-plan-post",
    "admin:funding_bond_strike": "api:bonds-strike",
    "admin:funding_bondissue_strike": "api:bond-issues-strike",
    "admin:funding_centralplan_strike": "api:central-plans-strike",
    "admin:funding_quotabatch_strike": "api:quota-batches-strike",
    "admin:funding_financeplan_page": "api:finance-plan-revise",
    "admin:funding_rollingplan_page": "api:rolling-plan-roll",
    "admin:projects_cut_make": "api:cuts-list",
    "admin:projects_lightnote_make": "api:light-notes-list",
    "admin:projects_lightnote_withdraw": "api:light-note-withdraw",
    "admin:projects_lightprofile_adopt": "api:light-profiles-list",
    "admin:projects_month_unit": "api:months-submit",
    "admin:projects_monthreport_move": "api:month-submit",
    "admin:projects_proposal_approve": "api:proposal-approve",
    "admin:projects_proposal_refuse": "api:proposal-refuse",
    "admin:projects_proposal_withdraw": "api:proposal-withdraw",
    "admin:projects_reportingperiod_page": "api:period-lock",
    "admin:projects_reportingperiod_remind": "api:period-remind",
    "exchange:list": "api:uploads-list",
    "exchange:cancel": "api:upload-cancel",
    "exchange:check": "api:upload-check",
    "exchange:choose": "api:upload-conflicts",
    "exchange:columns": "api:upload-columns",
    "exchange:commit": "api:upload-commit",
    "exchange:undo": "api:upload-undo",
    "exchange:redo": "api:upload-redo",
    "exchange:job-cancel": "of templates for all units, made as one file to be handed on; a machine reads and writes the tables themselves",
    "exchange:templates-of-all": "templates for all units, made as one file to be handed on; a machine reads and writes the tables themselves",
}


def people(cast: Cast) -> list[Any]:
    return [make_user(f"w-{role}", role, cast.unit_a if str(role).startswith("district") else None) for role in ROLES]


def is_written(page: Any, users: list[Any], *parent: Any) -> bool:
    """Whether any of them may add or change a row of it, as its page is asked."""
    request = RequestFactory().get("/")
    for user in users:
        request.user = user
        if page.has_add_permission(request, *parent) or page.has_change_permission(request, *parent):
            return True
    return False


def test_every_page_that_officers_write_is_written_by_the_api(cast: Cast) -> None:
    users = people(cast)
    by_api = {RESOURCES[name].model._meta.label for name in WRITTEN}
    pages = {model._meta.label for model, page in admin.site._registry.items() if is_written(page, users)}
    assert pages - by_api == set(NOT_WRITTEN)
    assert by_api <= pages


def test_every_row_below_a_page_is_written_with_it_or_at_its_own_address(cast: Cast) -> None:
    users = people(cast)
    by_api = {RESOURCES[name].model._meta.label for name in WRITTEN}
    for name, kind in WRITTEN.items():
        page: Any = admin.site.get_model_admin(RESOURCES[name].model)
        below = {one.rows.model._meta.label for one in getattr(kind, "below", ())}
        inlines = [inline(page.model, admin.site) for inline in page.inlines]
        found = {one.model._meta.label for one in inlines if is_written(one, users, None)}
        assert found - below - by_api == set(), name
        assert below <= found, name


def test_every_kind_is_entered_or_changed() -> None:
    assert [name for name, kind in WRITTEN.items() if not (kind.may_add or kind.may_change)] == []


def test_every_verb_of_a_page_has_its_address_in_the_api() -> None:
    """The matrix knows every page that takes a POST."""
    posted = {entry.name for entry in PAGES if entry.method == "POST"}
    assert {name for name in posted if not name.startswith("api:")} == set(VERBS)
    doors = {told for told in VERBS.values() if told.startswith("api:")}
    assert doors <= posted
    assert {told.partition(":")[2] for told in doors} <= {one.name for one in api.urlpatterns}
