"""What became of an upload, for its page: taken back, brought back, rows held, headings asked about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from accounts.roles import Action
from accounts.scope import for_user
from exchange.models import Upload
from exchange.services.holding import holding_of
from exchange.services.proposing import barrier
from exchange.services.undo import REDOABLE, UNDOABLE
from exchange.services.undo_words import why_words
from exchange.views.access import may_write, wording
from exchange.views.causes import cause_link
from exchange.views.questions import questions_context
from funding.models import FundEntry

_KEPT_SHOWN = 100


def standing_context(upload: Upload, user: Any) -> dict[str, Any]:
    """What the page says of it, and which verbs it offers. One query more for an upload that was committed."""
    story = list(_story(upload)) if upload.is_over else []
    may_undo = may_write(user, upload, Action.UNDO)
    return {
        "story": story,
        "may_undo": upload.state in UNDOABLE and may_undo,
        "may_redo": upload.state in REDOABLE and bool(story) and may_undo,
        "holding": _holding(upload, user),
        "entries_now": _entries_now(upload, user),
        **questions_context(upload, user),
    }


def _entries_now(upload: Upload, user: Any) -> int:
    """How many entries the ledger lists of the upload: those of its commit, and what takings back and bringings back added."""
    if not upload.is_over or not upload.counts.get("entries"):
        return 0
    return for_user(FundEntry.objects.filter(upload_id=upload.pk), user, Action.VIEW).count()


def _holding(upload: Upload, user: Any) -> dict[str, Any] | None:
    """Whether the good rows alone could go in; after a commit, whether rows were held. One query for a file that is blocked."""
    counts = upload.counts
    if upload.is_over:
        return {"held": counts["held_rows"], "accepted": counts["accepted_rows"]} if counts.get("held_rows") else None
    if upload.state != Upload.State.CHECKED or not counts.get("error"):
        return None
    found = holding_of(upload)
    accepted = (counts.get("rows") or 0) - len(found.rows)
    may = may_write(user, upload, Action.UPLOAD) and barrier(upload, user) is None
    changes = sum(counts.get(name) or 0 for name in ("create", "change", "conflict"))  # without any, the good rows have nothing to bring in
    return {
        "held": len(found.rows),
        "accepted": accepted,
        "barriers": [wording(zh, en) for zh, en in found.barriers],
        "may": found.is_possible and accepted > 0 and changes > 0 and may,
    }


def _story(upload: Upload) -> Iterator[dict[str, Any]]:
    """Each time the upload was taken back or brought back, with what stayed."""
    for record in upload.reversals.select_related("actor"):
        lines = [{**line, "why_words": wording(*why_words(line)), "link": cause_link(line)} for line in record.kept[:_KEPT_SHOWN]]
        more = max(record.counts.get("kept", 0) - len(lines), 0)
        yield {"record": record, "outcome": wording(record.outcome, record.outcome_en), "lines": lines, "more": more}
