"""Who and where: divisions, units, people and their posts; the event log beside them."""

from accounts.models.people import AuditEvent, Division, Membership, ReportingUnit, User, role_choices, role_label

__all__ = ["AuditEvent", "Division", "Membership", "ReportingUnit", "User", "role_choices", "role_label"]
