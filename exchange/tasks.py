"""Long work in the background: the verbs of `exchange.services` for whoever would wait too long for a page.

    small file → done in the request, under a lease all the same
    large file → a job waits; the queue (django-tasks) brings its number to a worker, which takes the lease and carries the verb out
    `sweep`    → jobs whose process is gone wait again, and are brought again; what ended long ago is forgotten
A second delivery finds nothing to take. A job that was done before its process died is found done, and ends so. Where the database stops
answering the job waits again, once; then it fails and says so.
"""

from __future__ import annotations

import logging
import zipfile
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django_tasks import TaskResultStatus, default_task_backend, task
from django_tasks.exceptions import TaskResultDoesNotExist

from accounts import scope
from accounts.roles import Action as May
from exchange.merge import Take
from exchange.models import Job, JobFile, Reversal, Upload
from exchange.services import leases, progress
from exchange.services.check import check
from exchange.services.commit import commit
from exchange.services.conflicts import choose_for
from exchange.services.faults import NotAllowedError, StateError, UploadError
from exchange.services.progress import DATABASE_AWAY, CancelledError, LeaseLostError, Watch
from exchange.services.pruning import prune
from exchange.services.template import make_template
from exchange.services.undo import redo, undo
from exchange.sheets import Kind
from projects.period import Period
from projects.services.cuts import take_owed
from projects.services.periods import lock_due
from projects.services.summing import fold
from projects.values import Month

logger = logging.getLogger(__name__)

# What a row of a project sheet takes in a file, by its ending: only to tell small from large before anything is read.
_BYTES_PER_ROW = {"xlsx": 200, "ods": 200, "xlsb": 200}
_BYTES_PER_PLAIN_ROW = 600
_TRIES_WITHOUT_DATABASE = 2


def estimated_rows(upload: Upload) -> int:
    ending = upload.filename.rpartition(".")[2].lower()
    return upload.size // _BYTES_PER_ROW.get(ending, _BYTES_PER_PLAIN_ROW)


def check_upload(upload: Upload, *, actor: Any) -> Job | None:
    """Check now, or in the background where the file is large: then the job that waits is answered."""
    return _do(Job.Verb.CHECK, upload, actor, "", estimated_rows(upload), {})


def choose_in_upload(upload: Upload, chosen: Mapping[str, Take], *, actor: Any, others: Take | None = None) -> Job | None:
    """Settle conflicts, and check the file anew with what was chosen: the rules judge the row as it will stand. An UploadError is raised."""
    choose_for(upload, chosen, actor=actor, others=others)
    job = check_upload(upload, actor=actor)
    upload.refresh_from_db()
    return job


def commit_upload(upload: Upload, *, actor: Any, reason: str = "", **choices: Any) -> Job | None:
    """Commit now, or in the background where the plan is large. An UploadError is raised as `commit` does, or told in the job.

    `choices` go to `commit` as they are; they must be JSON.
    """
    return _do(Job.Verb.COMMIT, upload, actor, reason, _planned_rows(upload), choices)


def _planned_rows(upload: Upload) -> int:
    """Rows that the upload creates or changes, or did."""
    return int(upload.counts.get("create") or 0) + int(upload.counts.get("change") or 0)


def reverse_upload(upload: Upload, kind: Reversal.Kind, *, actor: Any, reason: str = "", seen: str = "") -> Job | None:
    """Take back or bring back now, or in the background where the upload is large. `seen` is the mark of the plan that was shown."""
    verb = Job.Verb.REDO if kind == Reversal.Kind.REDO else Job.Verb.UNDO
    return _do(verb, upload, actor, reason, _planned_rows(upload), {"seen": seen})


def make_templates(period: Period | Month | None, *, actor: Any, kind: Kind = Kind.MONTHLY) -> Job:
    """The templates of every unit in the person's reach, in one archive; always in the background."""
    units = list(scope.units_for_user(actor, May.EXPORT).values_list("pk", flat=True))
    if not units:
        raise NotAllowedError("scope", "您没有可下载填报表的单位。", "There is no unit whose template you may download.")
    asked = {"period": str(period) if period else None, "kind": kind.value, "units": units}
    return _enqueue(Job.Verb.TEMPLATES, None, actor, "", len(units), parameters=asked)


def _do(verb: str, upload: Upload, actor: Any, reason: str, rows: int, choices: dict[str, Any]) -> Job | None:
    if rows >= settings.BACKGROUND_ROWS:
        return _enqueue(verb, upload, actor, reason, rows, parameters=choices)
    job = leases.open_job(verb, upload, actor=actor, reason=reason, parameters=choices, worker=f"web:{leases.process_name()}")
    try:
        VERBS[verb](job, Watch(job))
    except LeaseLostError:  # it took so long that a worker went on with it
        return Job.objects.get(pk=job.pk)
    except DATABASE_AWAY as error:
        _cut_off(job, error)
        return Job.objects.get(pk=job.pk)
    finally:
        leases.drop(job)
    return None


def _enqueue(verb: str, upload: Upload | None, actor: Any, reason: str, rows: int, **values: Any) -> Job:
    with transaction.atomic():
        job = leases.open_job(verb, upload, actor=actor, reason=reason, rows_total=rows, **values)
        _bring(job)
    return job


def _bring(job: Job) -> None:
    """Put the job's number into the queue, in the transaction that made it wait."""
    result = run.enqueue(job.pk)
    Job.objects.filter(pk=job.pk).update(ticket=str(result.id), queued_at=timezone.now())


@task
def run(number: int) -> str:
    """What a worker of the queue calls."""
    return carry_out(number, leases.process_name())


def carry_out(number: int, worker: str) -> str:
    """Take the job and do it; the state it ended in. A job that is not waiting is left alone."""
    job = leases.take(number, worker)
    if job is None:
        return "not waiting"
    watch = Watch(job)
    with progress.beating(progress.job_key(job.pk), watch):
        return _carried(job, watch)


def _carried(job: Job, watch: Watch) -> str:
    try:
        words = _done_before(job) or VERBS[job.verb](job, watch)
    except CancelledError:
        leases.end_cancelled(job)
        return Job.State.CANCELLED.value
    except LeaseLostError:
        return "lease lost"
    except UploadError as refusal:
        leases.end(job, Job.State.REFUSED, (refusal.zh, refusal.en))
        return Job.State.REFUSED.value
    except DATABASE_AWAY as error:
        return _cut_off(job, error)
    leases.end(job, Job.State.DONE, words)
    return Job.State.DONE.value


def _cut_off(job: Job, error: Exception) -> str:
    """The database stopped answering in the midst of the work. As after a kill the job waits again, but once only; its state then."""
    logger.warning("job %s (%s of upload %s): the database did not answer: %s", job.pk, job.verb, job.upload_id, error)
    if not connection.in_atomic_block:  # a caller's transaction is not ours to end
        connection.close_if_unusable_or_obsolete()
    stored = Job.objects.select_related("upload").get(pk=job.pk)
    if (stored.worker, stored.attempts) != (job.worker, job.attempts):
        return "lease lost"
    _bring_again(stored, why=leases.NO_ANSWER, tries=_TRIES_WITHOUT_DATABASE)
    return str(Job.objects.values_list("state", flat=True).get(pk=job.pk))


def _bring_again(job: Job, **given: Any) -> bool:
    """Let the job wait again; if it may not be tried again, end it: done, where its process died only before it could say so."""
    with transaction.atomic():
        words = _done_before(job) if leases.is_last_try(job, given.get("tries")) else None
        if words is not None:
            leases.end(job, Job.State.DONE, words)
        elif leases.release(job, **given):
            _bring(job)
            return True
    return False


def _done_before(job: Job) -> leases.Words | None:
    """What came of the upload, if a process did the work and died before it could say so."""
    upload = job.upload
    if upload is None:
        return None
    if job.verb in (Job.Verb.UNDO, Job.Verb.REDO):
        made = upload.reversals.filter(kind=job.verb, at__gte=job.created_at).order_by("-number").first()
        return (made.outcome, made.outcome_en) if made is not None else None
    at = upload.committed_at if job.verb == Job.Verb.COMMIT else upload.checked_at
    is_done = at is not None and at >= job.created_at and (job.verb == Job.Verb.COMMIT or upload.state != Upload.State.RECEIVED)
    return (upload.outcome, upload.outcome_en) if is_done else None


def _check(job: Job, watch: Watch) -> leases.Words:
    upload = check(_upload(job, May.UPLOAD), actor=job.actor, watch=watch)
    return upload.outcome, upload.outcome_en


def _commit(job: Job, watch: Watch) -> leases.Words:
    upload = commit(_upload(job, May.UPLOAD), actor=job.actor, reason=job.reason, watch=watch, **job.parameters)
    return upload.outcome, upload.outcome_en


def _reverse(job: Job, watch: Watch) -> leases.Words:
    verb = redo if job.verb == Job.Verb.REDO else undo
    upload = verb(_upload(job, May.UNDO), actor=job.actor, reason=job.reason, seen=job.parameters["seen"], watch=watch)
    return upload.outcome, upload.outcome_en


def _upload(job: Job, action: May) -> Upload:
    """The upload of the job, if its person may still do this for that unit: posts may have changed while it waited."""
    upload = job.upload
    if upload is None or job.actor is None or not scope.reaches(job.actor, action, upload.unit_id):
        raise NotAllowedError("role", "您的岗位不能对该上传做这项操作。", "Your post may not do this with this upload.")
    return upload


def _templates(job: Job, watch: Watch) -> leases.Words:
    period, kind = job.parameters.get("period"), Kind(job.parameters["kind"])
    out = BytesIO()
    made, empty = 0, 0
    units = list(scope.units_for_user(job.actor, May.EXPORT).filter(pk__in=job.parameters["units"]).select_related("division"))
    watch.expect(len(units))
    with zipfile.ZipFile(out, "w") as archive:  # the workbooks in it are packed already
        for number, unit in enumerate(units, 1):
            try:
                template = make_template(unit, Period.parse(period) if period else None, actor=job.actor, kind=kind)
                archive.writestr(template.filename, template.content)
                made += 1
            except StateError:
                empty += 1  # a unit without projects has nothing to fill in
            watch.step(number)
    with transaction.atomic():
        watch.step(len(units))
        name = f"{period or timezone.localdate().year}_填报表_{made}个单位.zip"
        JobFile.objects.update_or_create(job=job, defaults={"filename": name, "content": out.getvalue()})
    return (
        f"已生成{made}个单位的填报表" + (f"，{empty}个单位没有项目。" if empty else "。"),
        f"Templates of {made} units; {empty} units have no projects.",
    )


Doing = Callable[[Job, Watch], leases.Words]
VERBS: dict[str, Doing] = {
    Job.Verb.CHECK: _check,
    Job.Verb.COMMIT: _commit,
    Job.Verb.TEMPLATES: _templates,
    Job.Verb.UNDO: _reverse,
    Job.Verb.REDO: _reverse,
}


def sweep(now: datetime | None = None) -> list[Job]:
    """Bring again what lost its process, or was lost on the way to one. Answers the jobs that wait again.

    Months whose planned day has come are locked on the way, and the kept month totals brought up to what was written: a worker is the one
    process that is always about.
    """
    moment = now or timezone.now()
    lock_due(today=timezone.localdate(moment))
    take_owed()
    again = []
    for job in Job.objects.select_related("upload").filter(state=Job.State.RUNNING, lease_until__lt=moment):
        if leases.is_lost(job, moment) and _bring_again(job):
            again.append(job)
    for job in Job.objects.filter(state=Job.State.WAITING, queued_at__lt=moment - progress.lease_time()):
        if _is_astray(job, moment):
            with transaction.atomic():
                if Job.objects.filter(pk=job.pk, state=Job.State.WAITING, ticket=job.ticket).update(queued_at=moment):
                    _bring(job)
                    again.append(job)
    _forget_the_dead(moment)
    prune(moment)
    fold()
    for job in again:
        logger.warning("job %s (%s of upload %s) lost its process, waits again", job.pk, job.verb, job.upload_id)
    return again


def _is_astray(job: Job, now: datetime) -> bool:
    """Whether a waiting job stands in the queue no longer: its process died between the queue and the lease."""
    try:
        ticket = default_task_backend.get_result(job.ticket)
    except TaskResultDoesNotExist:
        return True
    if ticket.status == TaskResultStatus.READY:
        return False
    return ticket.started_at is None or ticket.started_at < now - progress.lease_time()


def _forget_the_dead(now: datetime) -> None:
    """Pulses silent for a day are of processes that are no more."""
    day = progress.lease_time() + timedelta(days=1)
    progress.forget(key for key, beat in progress.pulses().read("").items() if beat.at < now - day)
