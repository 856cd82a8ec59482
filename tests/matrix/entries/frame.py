"""The frame: overview, sign-in, language, described month, the admin's own pages, and those of libraries."""

from __future__ import annotations

from accounts.roles import Action
from tests.matrix.surfaces import Page, Reach, Rows, Want


# Nobody writes these here; they are the sign-in library's own tables.
def watching(model: str, *actions: str) -> Rows:
    return Rows(
        f"axes.{model}",
        Reach.CITY,
        view=Action.SYSTEM,
        row=f"axes_{model}",
        finds="x",
        author="system_administrator",
        actions=dict.fromkeys(actions),
    )


ROWS = (
    watching("accessattempt"),
    watching("accesslog", "delete_selected"),
    watching("accessfailurelog", "delete_selected"),
)


def entering(name: str, **more: object) -> Page:
    """Open to whoever holds a post."""
    return Page(name, None, in_admin=True, **more)  # type: ignore[arg-type]


PAGES = (
    Page("home", None),
    Page("favicon", None, public=True),
    Page("robots", None, public=True),
    # Open data is turned off until the city turns it on; then it is everybody's (tests/reports/oc4ids/test_door.py).
    Page("open-data", None, public=True, expect=lambda _person, _place: Want.HIDDEN),
    # Whoever is signed in is told what waits for the post; for one without business nothing does.
    Page("todo", None),
    Page("set_language", None, "POST", public=True, writes=False, data=lambda _world, _place: {"language": "en"}),
    Page("set-moment", None, "POST", public=True, writes=False, data=lambda _world, _place: {"month": "2020-05"}),
    entering("admin:index"),
    Page("admin:login", None, public=True),
    Page("admin:logout", None, "POST", public=True, writes=False),
    entering("admin:password_change"),
    entering("admin:password_change_done"),
    entering("admin:jsi18n"),
)

# What the admin site answers beside the pages above, each with how the matrix covers it.
MADE_BY_THE_SITE = {
    "admin:autocomplete": "test_type_ahead asks it for every field",
    "admin:<path:object_id>/": "the old address of a row, among the cells of its model",
    "admin:app_list": "test_lists_of_an_app",
    "admin:view_on_site": "test_lists_of_an_app",
    "admin:(?P<url>.*)$": "test_lists_of_an_app",
}
