"""Work that ended long ago is forgotten; what still waits, runs, or stands on a page is not."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.models import AuditEvent
from exchange import tasks
from exchange.models import Job, JobFile, Upload
from exchange.services.pruning import prune
from tests.exchange.cast import Cast, client_of, made_upload, make_cast
from tests.exchange.queue import work_off

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pulses")]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def ended(upload: Upload | None, state: str, days: float, **values: Any) -> Job:
    return Job.objects.create(
        verb="check" if upload else "templates", upload=upload, state=state, finished_at=timezone.now() - timedelta(days=days), **values
    )


def left() -> set[int]:
    return set(Job.objects.values_list("pk", flat=True))


def test_done_work_goes_after_the_kept_days_with_its_archive(cast: Cast, settings: Any) -> None:
    settings.JOB_KEEP_DAYS = 30
    upload = made_upload(cast.unit)
    young, old = ended(upload, "done", 29.9), ended(upload, "done", 30.1)
    archive = ended(None, "done", 31, actor=cast.officer)
    JobFile.objects.create(job=archive, filename="全部.zip", content=b"PK")
    assert client_of(cast.officer).get(f"/uploads/work/{archive.public_id}/").status_code == 200
    assert prune() == 2
    assert (left(), JobFile.objects.count()) == ({young.pk}, 0)
    assert client_of(cast.officer).get(f"/uploads/work/{archive.public_id}/").status_code == 404
    assert AuditEvent.objects.get(event="job.pruned").detail == {"count": 2}
    settings.JOB_KEEP_DAYS = 29
    assert prune() == 1
    assert not Job.objects.filter(pk=old.pk).exists()


@pytest.mark.parametrize("state", ["refused", "cancelled", "failed"])
def test_why_the_last_work_on_an_upload_came_to_nothing_stays(cast: Cast, state: str) -> None:
    upload = made_upload(cast.unit)
    before = ended(upload, state, 500, outcome="从前的话")
    last = ended(upload, state, 400, outcome="还要看的话")
    assert prune() == 1
    assert left() == {last.pk}
    assert not Job.objects.filter(pk=before.pk).exists()
    assert "还要看的话" in client_of(cast.owner).get(f"/uploads/{upload.public_id}/").content.decode()
    ended(upload, "done", 1)
    assert prune() == 1


@pytest.mark.parametrize("state", ["waiting", "running"])
def test_what_is_on_its_way_is_never_forgotten(cast: Cast, state: str) -> None:
    ended(made_upload(cast.unit), state, 1000)
    ended(None, state, 1000)
    assert prune() == 0
    assert Job.objects.count() == 2


def test_tickets_go_with_it_and_so_do_those_of_killed_workers(cast: Cast) -> None:
    long_ago = timezone.now() - timedelta(days=40)
    job = tasks.make_templates(None, actor=cast.officer, kind=tasks.Kind.INFRASTRUCTURE)
    assert work_off() == ["done"]
    DBTaskResult.objects.update(finished_at=long_ago, started_at=long_ago)
    tasks.make_templates(None, actor=cast.officer, kind=tasks.Kind.INFRASTRUCTURE)
    killed = DBTaskResult.objects.ready().get()
    killed.claim("killed")
    DBTaskResult.objects.filter(pk=killed.pk).update(started_at=long_ago)
    assert prune() == 0
    assert [ticket.pk for ticket in DBTaskResult.objects.all()] == [killed.pk], "its job still waits: the sweep looks at it"
    Job.objects.filter(state="waiting").update(state="done", finished_at=long_ago)
    Job.objects.filter(pk=job.pk).update(finished_at=long_ago)
    assert prune() == 2
    assert not DBTaskResult.objects.exists()


def test_where_there_is_nothing_to_forget_nothing_is_written(cast: Cast, django_assert_num_queries: Any) -> None:
    ended(made_upload(cast.unit), "done", 1)
    with django_assert_num_queries(3):
        assert prune() == 0


def test_the_sweep_does_it_by_itself(cast: Cast) -> None:
    ended(made_upload(cast.unit), "done", 31)
    call_command("sweep", stdout=io.StringIO())
    assert not Job.objects.exists()
