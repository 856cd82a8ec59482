"""Who does a piece of long work, and until when: a job is opened, taken by one process, renewed by its steps, and ended once.

waiting ──take──▶ running ──end──▶ done | refused | cancelled | failed
   ▲                 │
   └──── release ────┘   its process is gone: lease over, pulse silent; at most so many times, then failed
Each arrow is one guarded UPDATE: of two processes that try, one finds nothing to change.
"""

from __future__ import annotations

import os
import socket
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts import audit
from exchange.models import Job, Upload
from exchange.services import progress
from exchange.services.faults import StateError

Words = tuple[str, str]

GIVEN_UP: Words = (
    "任务已尝试{n}次，每次都中途中断（进程被终止或服务器重启）。没有写入任何内容，文件已保存。请把编号告诉系统管理员，排除原因后再试。",
    "Tried {n} times and cut off each time (a process killed or a server restarted). Nothing was written, the file is kept. Tell the administrator.",
)
NO_ANSWER: Words = (
    "任务已尝试{n}次，每次与数据库的连接都中断了。没有写入任何内容，文件已保存。请稍后再试；还是这样，请把编号告诉系统管理员检查数据库。",
    "Tried {n} times; each time the database stopped answering. Nothing was written, the file is kept. Try later; else tell the administrator.",
)
_NO_RESULT: dict[str, Any] = {"counts": {}, "findings": [], "sheets": []}
CANCELLED_PLAINLY = ("已取消，没有写入任何内容。", "Cancelled; nothing was written.")
CANCELLED_WORDS: dict[str, Words] = {
    Job.Verb.COMMIT: (
        "提交已取消，没有写入任何内容；检查结果还在，可以再次提交。",
        "The commit was cancelled; nothing was written. The check stands, you may commit again.",
    ),
    Job.Verb.UNDO: (
        "撤回已取消，没有写入任何内容；已入库的数据保持原样，可以再次撤回。",
        "The undo was cancelled; nothing was written. What was committed stands, you may undo it again.",
    ),
    Job.Verb.REDO: (
        "恢复已取消，没有写入任何内容；可以再次恢复。",
        "Bringing back was cancelled; nothing was written. You may do it again.",
    ),
}
# After it was written, the way to have it otherwise.
_AFTERWARDS: dict[str, Words] = {
    Job.Verb.UNDO: ("完成后可以恢复", "You may bring it back when it is done"),
}
_UNDO_AFTERWARDS: Words = ("完成后可以撤回", "You may undo it when it is done")


def process_name() -> str:
    """This process, as a person would look for it: host and number."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}"


def open_job(verb: str, upload: Upload | None, *, actor: Any, reason: str = "", worker: str = "", **values: Any) -> Job:
    """A new job: waiting, or held at once by `worker`. StateError when the upload has one on its way already."""
    now = timezone.now()
    held = {"state": Job.State.RUNNING, "worker": worker, "attempts": 1, "started_at": now, "lease_until": now + progress.lease_time()}
    given = {"unit": upload.unit if upload is not None else None, **values, **(held if worker else {})}
    if upload is not None:
        _clear_dead(upload)
    try:
        with transaction.atomic():
            return Job.objects.create(verb=verb, upload=upload, actor=actor if getattr(actor, "pk", None) else None, reason=reason, **given)
    except IntegrityError as clash:
        raise busy() from clash


def busy() -> StateError:
    return StateError("busy", "这个文件已有任务在处理，请等它完成或先取消。", "This file is being worked on already; wait for the end, or cancel it.")


def require_free(upload: Upload) -> None:
    """StateError while a job has the plan in hand, or is about to: nobody else may change it then."""
    if upload.jobs.filter(state__in=Job.ACTIVE).exists():
        raise busy()


def _clear_dead(upload: Upload) -> None:
    """Give up a job whose process is gone, so that a person who asks again need not wait for the sweep."""
    for job in upload.jobs.filter(state=Job.State.RUNNING, lease_until__lt=timezone.now()):
        if is_lost(job, timezone.now()):
            _held(job).update(
                state=Job.State.FAILED,
                finished_at=timezone.now(),
                outcome="执行它的进程已中断，之后有人重新发起。",
                outcome_en="Its process was gone; somebody asked anew.",
            )


def _held(job: Job) -> Any:
    """The job as long as it is what this process last saw of it."""
    return Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, worker=job.worker, attempts=job.attempts)


def take(job_id: int, worker: str) -> Job | None:
    """Take a waiting job; None when it is no longer waiting: done, cancelled, or another process was first."""
    now = timezone.now()
    taken = Job.objects.filter(pk=job_id, state=Job.State.WAITING).update(
        state=Job.State.RUNNING,
        worker=worker,
        attempts=F("attempts") + 1,
        started_at=now,
        lease_until=now + progress.lease_time(),
        rows_done=0,
        is_writing=False,
    )
    return Job.objects.select_related("upload", "actor", "unit").get(pk=job_id) if taken else None


def end(job: Job, state: str, words: Words = ("", "")) -> bool:
    """Say how the work ended; False when the job is no longer this process's to end."""
    ended = _held(job).update(state=state, outcome=words[0], outcome_en=words[1], finished_at=timezone.now(), lease_until=None)
    return bool(ended)


def drop(job: Job) -> None:
    """Forget a job that was answered in the request itself: what became of it stands in the upload and in the event log."""
    _held(job).delete()


def is_lost(job: Job, now: datetime) -> bool:
    """Whether the process of a running job is gone: its lease is over, and no pulse was heard of it for as long."""
    over = job.lease_until is None or job.lease_until < now
    return over and not progress.is_fresh(progress.beat_of(job), now)


def is_last_try(job: Job, tries: int | None = None) -> bool:
    """Whether the job was tried as often as it may be: `tries` times, if that is fewer than the usual number."""
    return job.attempts >= min(settings.JOB_ATTEMPTS, tries or settings.JOB_ATTEMPTS)


def release(job: Job, *, why: Words = GIVEN_UP, tries: int | None = None) -> bool:
    """Take a job from the process that lost it. True: it waits again. False: it ended here, or somebody else was first.

    `why` are the words it ends with when it was tried often enough; {n} in them is how often.
    """
    if job.cancel_requested:
        end_cancelled(job)
        return False
    if is_last_try(job, tries):
        give_up(job, why)
        return False
    freed = _held(job).update(state=Job.State.WAITING, worker="", lease_until=None)
    if freed:
        audit.record("job.released", obj=job, outcome="lost", worker=job.worker, attempts=job.attempts)
    return bool(freed)


def give_up(job: Job, why: Words = GIVEN_UP) -> None:
    """After so many tries: failed, told with the truth. A check leaves its upload failed too; any other verb leaves it as it is."""
    words = why[0].format(n=job.attempts), why[1].format(n=job.attempts)
    with transaction.atomic():
        if not end(job, Job.State.FAILED, words):
            return
        if job.verb == Job.Verb.CHECK and job.upload is not None:
            job.upload.parts.all().delete()
            Upload.objects.filter(pk=job.upload.pk).update(state=Upload.State.FAILED, **_NO_RESULT, outcome=words[0], outcome_en=words[1])
        audit.record("job.failed", obj=job, outcome="failed", attempts=job.attempts)


def is_being_written(job: Job) -> bool:
    """Whether it is too late to stop the job: it writes, all or nothing. A commit does so from its first moment on."""
    return job.state == Job.State.RUNNING and (job.is_writing or job.verb == Job.Verb.COMMIT)


def cancel(job: Job, *, actor: Any) -> Job:
    """Cancel what waits, ask what reads to stop. What is being written can't be stopped: it is all or nothing, and may be taken back after."""
    if job.state not in Job.ACTIVE or is_being_written(job):
        raise _too_late(job)  # asked by reading alone: who is writing lets nobody else write to SQLite
    words = CANCELLED_WORDS.get(job.verb, CANCELLED_PLAINLY)
    with transaction.atomic():
        waiting = Job.objects.filter(pk=job.pk, state=Job.State.WAITING).update(
            state=Job.State.CANCELLED, cancelled_by=actor, cancel_requested=True, finished_at=timezone.now(), outcome=words[0], outcome_en=words[1]
        )
        stoppable = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, is_writing=False).exclude(verb=Job.Verb.COMMIT)
        if waiting:
            _settle_cancelled(job)
        elif not stoppable.update(cancel_requested=True, cancelled_by=actor):
            job.refresh_from_db()
            raise _too_late(job)
        audit.record("job.cancel", actor=actor, obj=job, verb=job.verb)
    job.refresh_from_db()
    return job


def end_cancelled(job: Job) -> None:
    """The work was told to stop, and stops."""
    with transaction.atomic():
        if end(job, Job.State.CANCELLED, CANCELLED_WORDS.get(job.verb, CANCELLED_PLAINLY)):
            _settle_cancelled(job)


def _settle_cancelled(job: Job) -> None:
    """What a cancelled check leaves: no plan, the file, and the truth. What was checked before and not begun anew stays as it was."""
    if job.verb != Job.Verb.CHECK or job.upload is None:
        return
    unchecked = Upload.objects.filter(pk=job.upload.pk, state__in=(Upload.State.RECEIVED, Upload.State.CANCELLED))
    if unchecked.update(
        state=Upload.State.CANCELLED,
        **_NO_RESULT,
        outcome="检查已取消，没有写入任何内容；文件已保存，可以随时重新检查。",
        outcome_en="The check was cancelled; nothing was written. The file is kept and can be checked at any time.",
    ):
        job.upload.parts.all().delete()


def _too_late(job: Job) -> StateError:
    if job.state == Job.State.RUNNING:
        zh, en = _AFTERWARDS.get(job.verb, _UNDO_AFTERWARDS)
        return StateError(
            "writing",
            f"正在写入数据库，已不能取消；写入要么全部完成，要么一条也不写，{zh}。",
            f"It is being written and can't be cancelled any more: all or nothing. {en}.",
        )
    state = job.get_state_display()
    return StateError("ended", f"任务已结束（{state}），没有可取消的内容。", f"The job has ended ({job.state}); there is nothing to cancel.")
