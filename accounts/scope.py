"""The only answer to "which rows": what a person may reach, by role and unit.

Every domain queryset asks `for_user(queryset, user, action)`; nothing else decides. A model says with `scope_path` how a row
reaches its reporting unit (`unit`, `project__unit`, …); one without a path is reached by city-wide roles alone, unless it says
`scope_path = ""`, which is for reference data that everybody who may view may read. Where a row without a unit is the whole city's
published figure, the model says `city_is_open = True`: those rows everybody who may view reads beside the unit's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from accounts.models import Membership, ReportingUnit
from accounts.roles import GRANTS, Action, Role

M = TypeVar("M", bound=Model)
# What a token that only reads may be used for.
_READING = frozenset({Action.VIEW, Action.EXPORT})


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a request's token leaves of its owner's posts: one unit, reading alone, or both."""

    unit_id: int | None = None
    reads_only: bool = True


def narrow(user: Any, narrowing: Narrowing) -> None:
    """For this request the person may do no more than the token says; asked before anything else is."""
    user._scope_narrowing = narrowing
    user._scope_memberships = None


def narrowing(user: Any) -> Narrowing | None:
    found: Narrowing | None = getattr(user, "_scope_narrowing", None)
    return found


def memberships(user: Any) -> list[Membership]:
    """The user's memberships, read once a request (kept on the user object, which lives for one request)."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return []
    kept: list[Membership] | None = getattr(user, "_scope_memberships", None)
    if kept is None:
        kept = _narrowed(list(Membership.objects.filter(user_id=user.pk)), narrowing(user))
        user._scope_memberships = kept
    return kept


def _narrowed(held: list[Membership], by: Narrowing | None) -> list[Membership]:
    """The posts as far as the token goes: a city-wide one becomes one of the token's unit, those of other units fall away."""
    if by is None or by.unit_id is None:
        return held
    reaching = [one for one in held if one.unit_id in (None, by.unit_id)]
    return [Membership(user_id=one.user_id, unit_id=by.unit_id, role=one.role) for one in reaching]


def _granted(user: Any, post: Membership, action: Action) -> bool:
    by = narrowing(user)
    return action in GRANTS[Role(post.role)].actions and (by is None or not by.reads_only or action in _READING)


def does_everything(user: Any) -> bool:
    """Who may do everything, whoever set it up; never through a token."""
    return bool(getattr(user, "is_superuser", False) and user.is_active and narrowing(user) is None)


def may(user: Any, action: Action) -> bool:
    """Whether the user may do `action` anywhere at all."""
    if does_everything(user):
        return True
    return any(_granted(user, m, action) for m in memberships(user))


def city_wide(user: Any, action: Action) -> bool:
    """Whether the user may do `action` in the whole city."""
    if does_everything(user):
        return True
    return any(_granted(user, m, action) and GRANTS[Role(m.role)].city_wide and m.unit_id is None for m in memberships(user))


def unit_ids(user: Any, action: Action) -> set[int]:
    """Ids of the units in which a unit-bound user may do `action` (a city-wide role bound to a unit counts there only)."""
    return {m.unit_id for m in memberships(user) if m.unit_id is not None and _granted(user, m, action)}


def units_for_user(user: Any, action: Action) -> QuerySet[ReportingUnit]:
    """Reporting units in which the user may do `action`, in print order."""
    if city_wide(user, action):
        return ReportingUnit.objects.all()
    return ReportingUnit.objects.filter(pk__in=unit_ids(user, action))


def for_user(queryset: QuerySet[M], user: Any, action: Action) -> QuerySet[M]:
    """The rows of `queryset` on which `user` may do `action`; none for the unknown, the inactive and the unit-less."""
    if city_wide(user, action):
        return queryset
    ids = unit_ids(user, action)
    # A line of history belongs where the row belonged that it tells of.
    model: Any = getattr(queryset.model, "instance_type", queryset.model)
    path: str | None = getattr(model, "scope_path", None)
    if not ids or path is None:
        return queryset.none()
    if path == "":
        return queryset if action is Action.VIEW else queryset.none()
    own = Q(**{f"{path}__in": ids})
    return queryset.filter(own | Q(**{path: None}) if action in _READING and getattr(model, "city_is_open", False) else own)


def reaches(user: Any, action: Action, unit_id: int | None) -> bool:
    """Whether the user may do `action` on rows of this unit; asked before and after each write."""
    return city_wide(user, action) or (unit_id is not None and unit_id in unit_ids(user, action))
