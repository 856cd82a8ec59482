"""Who and where: divisions, units, people and their posts; the event log and the change sequence beside them; keys for machines."""

from accounts.models.changes import Change
from accounts.models.people import AuditEvent, Division, Membership, ReportingUnit, User, role_choices, role_label
from accounts.models.tokens import ApiMinute, ApiToken, KeptAnswer

__all__ = [
    "ApiMinute",
    "ApiToken",
    "AuditEvent",
    "Change",
    "Division",
    "KeptAnswer",
    "Membership",
    "ReportingUnit",
    "User",
    "role_choices",
    "role_label",
]
