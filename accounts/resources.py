"""What machines may read of this app: divisions and reporting units."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.api.resources import register, see_units
from accounts.models import Division, ReportingUnit

DIVISIONS = register(
    "divisions",
    Division,
    ["code", "name", "short_name", "level", "valid_from", "valid_to", ("successor_code", "successor__code"), "source"],
    see=see_units,
    notes={"valid_to": _("空：仍在用")},
    entity="Divisions",
)
UNITS = register(
    "units",
    ReportingUnit,
    [
        *("key", "name", "short_name", "kind", ("division_code", "division__code"), ("parent_key", "parent__key")),
        *("is_ranked", "sort_order", "aliases", "valid_from", "valid_to", "source"),
    ],
    see=see_units,
    notes={"key": _("固定的标识，单位改名也不变"), "valid_to": _("空：仍在用")},
    entity="Units",
)
