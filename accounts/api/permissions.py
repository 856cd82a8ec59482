"""Whether a caller may use a door at all; which rows it then sees is `accounts.scope`'s answer as everywhere."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import BasePermission

from accounts import scope
from accounts.roles import Action


class MayAct(BasePermission):
    """The view says in `needs` (or `actions`, by method) what it does; who may do that nowhere is refused."""

    def has_permission(self, request: Any, view: Any) -> bool:
        if not request.user or not request.user.is_authenticated:
            return False
        return scope.may(request.user, action_of(view, request.method))


def action_of(view: Any, method: str) -> Action:
    """What a view does by a method. A view that declares nothing is a mistake, and fails loudly."""
    actions: dict[str, Action] = getattr(view, "actions", {})
    if method in actions:
        return actions[method]
    return Action(view.needs)
