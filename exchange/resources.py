"""What machines may read of this app: uploads with what was found in them."""

from __future__ import annotations

from accounts.api.resources import register
from exchange.models import Reversal, Upload

register(
    "uploads",
    Upload,
    [
        *("public_id", "filename", "sha256", "size", "user", "unit", ("unit_key", "unit__key"), ("year", "period__year"), ("month", "period__month")),
        *(("half", "period__half"), "list_version", "kind", "state", "counts", "findings", "reason", "outcome", "created_at", "checked_at"),
        *("committed_at", "committed_by", "undone_at", "undone_by"),
    ],
    period=("period__year", "period__month"),
    heavy=frozenset({"findings"}),  # of a large file they are a hundred thousand
)
register("reversals", Reversal, ["upload", "number", "kind", "door", "at", "reason", "counts", "kept", "outcome"])
