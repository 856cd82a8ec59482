"""The inverse plan of an upload, from its history and the present. Reads the database, writes nothing.

    traces of every row that was written
    → projects: those that were made go whole or stay whole, of the others the cells go back
    → codes, months, year plans, entries: made rows go, deleted ones come back, of the others the cells
    → plan versions follow the figures they record; what can't be stored any more is taken out
    → reports that say again exactly what was reviewed get their state back
    → what was posted to the ledger is reversed there, account by account
A cell goes back only while it holds what was written; one that was changed since stays, and is named.
"""

from __future__ import annotations

from exchange.models import Reversal, Upload
from exchange.services.inverse.closing import close
from exchange.services.inverse.funds import decide_funds
from exchange.services.inverse.items import SILENT, Inversion, Item, Model, Why
from exchange.services.inverse.obstacles import withdrawn_proposals
from exchange.services.inverse.projects import decide_projects
from exchange.services.inverse.reviews import decide_reviews
from exchange.services.inverse.rows import decide_codes, decide_rows
from exchange.services.inverse.traces import CHUNK, Trace, Write, columns_of, traces
from exchange.services.inverse.work import Work
from exchange.services.progress import UNWATCHED, Unwatched
from projects.models import AnnualPlan, Entry, LocationShare, MonthReport, Project, Proposal

__all__ = ["CHUNK", "SILENT", "Inversion", "Item", "Model", "Trace", "Why", "Write", "columns_of", "inversion_of", "withdrawn_uploads"]


def inversion_of(upload: Upload, *, redo: bool = False, watch: Unwatched = UNWATCHED) -> Inversion:
    """The inverse plan of what the upload wrote and still stands; with `redo` of what taking it back wrote."""
    work = Work(traces(upload, watch), redo, withdrawn_uploads())
    work.own[Proposal] = withdrawn_proposals(trace.id for trace in work.traces[Project] if work.is_made(trace))
    decide_projects(work)
    watch.step(0)
    decide_codes(work)
    for model in (Entry, MonthReport, AnnualPlan, LocationShare):
        decide_rows(work, model)
    watch.step(0)
    close(work)
    decide_reviews(work)
    decide_funds(work, upload.pk)
    return work.plan


def withdrawn_uploads() -> frozenset[int]:
    """Uploads that have been taken back, wholly or in part."""
    states = (Upload.State.UNDONE, Upload.State.PARTLY)
    return frozenset(Reversal.objects.filter(upload__state__in=states).values_list("upload_id", flat=True))
