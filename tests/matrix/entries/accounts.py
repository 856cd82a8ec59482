"""People, units, divisions, the event log."""

from __future__ import annotations

from accounts.roles import Action
from tests.matrix.people import Person, Place
from tests.matrix.surfaces import Body, Page, Reach, Rows, Want

SECURITY = "security_administrator"

ROWS = (
    Rows(
        "accounts.user",
        Reach.CITY,
        view=Action.USERS,
        add=Action.USERS,
        change=Action.USERS,
        author=SECURITY,
        finds="m-",
        changed={"phone": "13800000000"},
        added=lambda _world, _place: {
            "username": "newcomer",
            "display_name": "新人",
            "usable_password": "true",
            "password1": "long-enough-2020",
            "password2": "long-enough-2020",
        },
    ),
    Rows(
        "accounts.reportingunit",
        Reach.UNIT,
        add=Action.REFERENCE,
        change=Action.REFERENCE,
        delete=Action.DELETE,
        spare="reportingunit_spare",
        kept_by_city=True,
        finds="区",
        changed={"sort_order": "77"},
        added=lambda _world, place: {"name": f"新设{place}区", "short_name": "新设", "key": f"new-{place}", "kind": "zone", "aliases": "[]"},
    ),
    Rows(
        "accounts.division",
        Reach.OPEN,
        add=Action.REFERENCE,
        change=Action.REFERENCE,
        delete=Action.DELETE,
        finds="区",
        changed={"short_name": "旧城"},
        added=lambda _world, _place: {"code": "370298", "name": "新城区", "level": "county"},
    ),
    Rows("accounts.auditevent", Reach.CITY, view=Action.AUDIT, finds="matrix", author="auditor"),
)
NEW_PASSWORD = {"usable_password": "true", "password1": "long-enough-2021", "password2": "long-enough-2021"}


def explains(person: Person, _place: Place) -> Want:
    """The page of explanations is for two posts of the whole city."""
    if not person.is_known:
        return Want.LOGIN
    return Want.OPEN if person.city_wide(Action.REFERENCE) or person.city_wide(Action.USERS) else Want.REFUSED


def why(kind: str, row: str, verb: str) -> Body:
    return lambda world, place: {"who": "m-stranger", "kind": kind, "number": str(world.row(row, place).pk), "verb": verb}


BOTH = (Place.OWN, Place.OTHER)
PAGES = (
    Page("explain", None, expect=explains),
    Page("explain", None, expect=explains, places=BOTH, query=why("projects.project", "project", "change")),
    Page("explain", None, expect=explains, places=(*BOTH, Place.CITY), query=why("exchange.upload", "upload", "view")),
    Page(
        "admin:auth_user_password_change",
        Action.USERS,
        row="user",
        sees=Action.USERS,
        in_admin=True,
        kwargs=lambda row: {"id": str(row.pk)},
    ),
    Page(
        "admin:auth_user_password_change",
        Action.USERS,
        "POST",
        row="user",
        sees=Action.USERS,
        in_admin=True,
        kwargs=lambda row: {"id": str(row.pk)},
        data=lambda _world, _place: NEW_PASSWORD,
    ),
)
