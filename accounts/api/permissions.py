"""Whether a caller may use a door at all; which rows it then sees is `accounts.scope`'s answer as everywhere."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission

from accounts import scope
from accounts.roles import Action


class ToldDenied(PermissionDenied):
    """A refusal whose own words are what the caller reads."""


class MayAct(BasePermission):
    """The view says in `needs` (or `actions`, by method) what it does; who may do that nowhere is refused."""

    def has_permission(self, request: Any, view: Any) -> bool:
        if not request.user or not request.user.is_authenticated:
            return False
        by = scope.narrowing(request.user)
        if by is not None and by.reads_only and request.method not in SAFE_METHODS:
            raise ToldDenied(_("这个令牌只能读取；写入请用建立时勾选了“可写入”的令牌"), code="read_only")
        return scope.may(request.user, action_of(view, request.method))


def action_of(view: Any, method: str) -> Action:
    """What a view does by a method. A view that declares nothing is a mistake, and fails loudly."""
    actions: dict[str, Action] = getattr(view, "actions", {})
    if method in actions:
        return actions[method]
    return Action(view.needs)
