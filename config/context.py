"""What every page's frame needs to know: the rail, the reach of the person, the two clocks."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject, cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import navigation, scope
from accounts.roles import GRANTS, Action, Role
from accounts.words import listed
from projects.moment import Clocks, clocks_of


class Frame:
    """The frame of one request; each part is made when a template asks for it, and once."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._user: Any = request.user

    @cached_property
    def rail(self) -> list[navigation.RailGroup]:
        return navigation.rail(self._user, self._request.path)

    @cached_property
    def scope_label(self) -> str:
        """全市, the person's units, or that there are none. At most one query."""
        if scope.city_wide(self._user, Action.VIEW):
            return _("全市")
        names = list(scope.units_for_user(self._user, Action.VIEW).values_list("short_name", flat=True)[:4])
        if not names:
            return _("无业务范围")
        return listed(names[:3]) + ("…" if len(names) > 3 else "")

    @cached_property
    def roles(self) -> list[str]:
        english = (get_language() or "zh").startswith("en")
        held = {Role(membership.role) for membership in scope.memberships(self._user)}
        return [GRANTS[role].en if english else GRANTS[role].zh for role in Role if role in held]

    @cached_property
    def role_words(self) -> str:
        return listed(self.roles)

    @cached_property
    def clocks(self) -> Clocks:
        return clocks_of(self._request)

    @cached_property
    def search_url(self) -> str:
        """Where the search over projects is sent; empty for somebody who may see none."""
        return reverse("admin:projects_project_changelist") if scope.may(self._user, Action.VIEW) else ""


def frame(request: HttpRequest) -> dict[str, object]:
    return {
        "city_name": settings.CITY_NAME,
        "frame": SimpleLazyObject(lambda: Frame(request)),
        "languages": settings.LANGUAGES,
    }
