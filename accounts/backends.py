"""Django permissions answered from the role table, so that the admin asks the same question as everything else."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db.models import Model

from accounts import scope
from accounts.roles import action_for


class RoleBackend(ModelBackend):
    """Passwords as Django checks them; permissions by role only (no permission rows, no groups)."""

    def has_perm(self, user_obj: Any, perm: str, obj: Model | None = None) -> bool:
        """Whether a role grants `app.verb_model`. Superusers are answered by Django before this is asked."""
        if not user_obj.is_active:
            return False
        action = action_for(perm.partition(".")[2])
        return action is not None and scope.may(user_obj, action)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return bool(user_obj.is_active and scope.memberships(user_obj))

    def get_all_permissions(self, user_obj: Any, obj: Model | None = None) -> set[str]:
        return set()
