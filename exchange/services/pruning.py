"""Forgets work that ended long ago: its row, the archive it made, and its tickets in the queue.

What became of it stands in the upload and in the event log. Kept is what still waits or runs, and the last job of an upload that came
to nothing: its page says why.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from accounts import audit
from exchange.models import Job

_PART = 500  # rows of one statement: a writer that waits for SQLite must not wait long


def prune(now: datetime | None = None) -> int:
    """Delete what ended more than the kept days ago; answers how many jobs. Writes nothing where there is nothing to delete."""
    before = (now or timezone.now()) - timedelta(days=settings.JOB_KEEP_DAYS)
    jobs = list(_forgettable_jobs(before).values_list("pk", flat=True)[:_PART])
    tickets = list(_forgettable_tickets(before).values_list("pk", flat=True)[:_PART])
    if jobs:
        Job.objects.filter(pk__in=jobs).delete()
        audit.record("job.pruned", count=len(jobs))
    if tickets:
        DBTaskResult.objects.filter(pk__in=tickets).delete()
    return len(jobs)


def _forgettable_jobs(before: datetime) -> QuerySet[Job]:
    newer = Job.objects.filter(upload=OuterRef("upload"), pk__gt=OuterRef("pk"))
    ended = Job.objects.filter(finished_at__lt=before).exclude(state__in=Job.ACTIVE)
    return ended.filter(Q(state=Job.State.DONE) | Q(upload=None) | Exists(newer)).order_by("pk")


def _forgettable_tickets(before: datetime) -> QuerySet[DBTaskResult[..., Any]]:
    """Tickets that were worked off, and those whose worker was killed with them: they are never finished."""
    active = [ticket for ticket in Job.objects.filter(state__in=Job.ACTIVE).values_list("ticket", flat=True) if ticket]
    over = Q(finished_at__lt=before) | Q(status=TaskResultStatus.RUNNING, started_at__lt=before)
    return DBTaskResult.objects.filter(over).exclude(id__in=active).order_by("enqueued_at")
