"""What a worker does with the queue, in a test."""

from __future__ import annotations

from django_tasks_db.models import DBTaskResult


def work_off() -> list[str]:
    """Every ticket of the queue once, oldest first, also those that come while it works."""
    done = []
    while (ticket := DBTaskResult.objects.ready().order_by("enqueued_at").first()) is not None:
        ticket.claim("test")
        ticket.set_successful(ticket.task.call(*ticket.args_kwargs["args"]))
        done.append(ticket.return_value)
    return done
