"""Roles as a table: which role may do what, city-wide or in its own unit. Pure.

The three administrators of GB/T 22239 (system, security, audit) are roles of their own and exclude one another; none of them
reads or writes business figures by that role.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """What a person may ask to do with rows of a kind."""

    VIEW = "view"  # see projects, plans, months, lists, figures
    EDIT = "edit"  # create and change projects, plans and months
    UPLOAD = "upload"  # send and commit workbooks
    UNDO = "undo"  # take a committed upload back
    SUBMIT = "submit"  # hand a unit's month in, or say that nothing changed
    REVIEW = "review"  # approve or return what units hand in
    APPROVE = "approve"  # settle changes of master data that somebody else proposed
    LOCK = "lock"  # close a month, open it again, let one unit in for a while
    REMIND = "remind"  # chase who has not reported
    LISTS = "lists"  # keep project lists and their versions
    REFERENCE = "reference"  # keep units, divisions, classifications, thresholds
    DELETE = "delete"  # take a wrongly made record out
    EXPORT = "export"  # take tables out as files
    USERS = "users"  # keep users and memberships
    SYSTEM = "system"  # status, tasks, technical settings
    AUDIT = "audit"  # read the event log


class Role(StrEnum):
    SYSTEM_ADMINISTRATOR = "system_administrator"
    SECURITY_ADMINISTRATOR = "security_administrator"
    AUDITOR = "auditor"
    CITY_ADMINISTRATOR = "city_administrator"
    CITY_OFFICER = "city_officer"
    CITY_REVIEWER = "city_reviewer"
    DISTRICT_OFFICER = "district_officer"
    DISTRICT_REVIEWER = "district_reviewer"
    BI_READER = "bi_reader"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a role may do, and whether in the whole city or only in the membership's unit."""

    zh: str
    en: str
    city_wide: bool
    actions: frozenset[Action]


def _grant(zh: str, en: str, *actions: Action, city_wide: bool) -> Grant:
    return Grant(zh, en, city_wide, frozenset(actions))


A = Action
GRANTS: dict[Role, Grant] = {
    Role.SYSTEM_ADMINISTRATOR: _grant("系统管理员", "System administrator", A.SYSTEM, city_wide=True),
    Role.SECURITY_ADMINISTRATOR: _grant("安全管理员", "Security administrator", A.USERS, city_wide=True),
    Role.AUDITOR: _grant("审计员", "Auditor", A.AUDIT, city_wide=True),
    Role.CITY_ADMINISTRATOR: _grant(
        "市级管理员",
        "City administrator",
        A.VIEW,
        A.EDIT,
        A.UPLOAD,
        A.UNDO,
        A.APPROVE,
        A.LOCK,
        A.REMIND,
        A.LISTS,
        A.REFERENCE,
        A.DELETE,
        A.EXPORT,
        city_wide=True,
    ),
    # Hands in for the units without a reviewer of their own (市属国企, 市直部门); whoever approves it is somebody else in any case.
    Role.CITY_OFFICER: _grant("市级经办人", "City officer", A.VIEW, A.EDIT, A.UPLOAD, A.UNDO, A.SUBMIT, A.REMIND, A.LISTS, A.EXPORT, city_wide=True),
    Role.CITY_REVIEWER: _grant("市级审核人", "City reviewer", A.VIEW, A.REVIEW, A.APPROVE, A.REMIND, A.EXPORT, city_wide=True),
    Role.DISTRICT_OFFICER: _grant("区市经办人", "District officer", A.VIEW, A.EDIT, A.UPLOAD, A.UNDO, A.EXPORT, city_wide=False),
    Role.DISTRICT_REVIEWER: _grant("区市审核人", "District reviewer", A.VIEW, A.SUBMIT, A.EXPORT, city_wide=False),
    Role.BI_READER: _grant("数据分析用户", "BI reader", A.VIEW, A.EXPORT, city_wide=True),
}

# Roles that one person may not hold together (GB/T 22239 8.1.5: three separate administrators; none of them does business).
_THREE = (Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR)
EXCLUSIVE: tuple[frozenset[Role], ...] = tuple(frozenset({one, other}) for one in _THREE for other in Role if other is not one)


def clash(held: Iterable[Role]) -> frozenset[Role] | None:
    """The first pair of roles among `held` that may not be one person's, or None."""
    roles = set(held)
    return next((pair for pair in EXCLUSIVE if pair <= roles), None)


def allows(role: Role, action: Action) -> bool:
    return action in GRANTS[role].actions


# Django's permission words (admin views ask for these) → action, by the resource a model belongs to.
_REFERENCE_MODELS = {"division", "reportingunit", "classification", "threshold", "stagefield", "reportingperiod", "reportingrule", "holiday"} | {
    "disclosurerule",
    "opencode",
}
# Written by their own verbs alone; a page of theirs only shows them.
_SERVICE_MODELS = {
    *("lockexception", "reviewevent", "nilreturn", "correction", "reminder", "proposal", "cut"),
    *("lightnote", "lightprofile"),
    *("fundaccount", "fundentry", "useadjustment", "quotadraw", "paperfile"),
}
# What is open to the public, and what is watched, is the city's to say, as its lists are.
_LIST_MODELS = {"projectlist", "listversion", "entry", "campaign", "campaignproject", "projectdisclosure"} | {
    "indicator",
    "indicatortarget",
    "indicatorvalue",
}
_SYSTEM_MODELS = {"accessattempt", "accesslog", "accessfailurelog"}


def action_for(codename: str) -> Action | None:
    """The action behind a Django permission such as `change_project`; None for one that nobody is granted by role."""
    verb, _, model = codename.partition("_")
    model = model.removeprefix("historical")
    if model in {"user", "membership"}:
        return A.USERS if verb != "delete" else None
    if model == "auditevent":
        return A.AUDIT if verb == "view" else None
    if model in _SYSTEM_MODELS:
        return A.SYSTEM if verb == "view" else None
    if verb == "view":
        return A.VIEW
    if model in _SERVICE_MODELS:
        return None
    if model == "upload":
        return A.UPLOAD if verb == "add" else None
    if verb == "delete":
        return A.LISTS if model in _LIST_MODELS else A.DELETE
    if model in _REFERENCE_MODELS:
        return A.REFERENCE
    if model in _LIST_MODELS:
        return A.LISTS
    return A.EDIT if verb in {"add", "change"} else None
