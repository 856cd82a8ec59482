"""How far long work is, and that its process lives.

The check writes its plan part by part, each part in a transaction of its own: `Watch.step` stands inside it, renews the lease there,
and ends the work of a process that has lost its lease or is told to stop. The commit is one transaction into which nobody sees:
there the process only says how far it is (`Watch.tell`), and a thread with a connection of its own writes that down as its pulse.
Work that reads long before it writes steps while it reads, and says with `Watch.write` that from now on it can't be stopped.
SQLite lets in one writer at a time, which is the commit itself; there the pulse is a small file beside the database.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.utils import timezone

from exchange.models import Job, Pulse

logger = logging.getLogger(__name__)

_LAST_BEAT_SECONDS = 5
WORKER = "worker"  # pulses of idle processes: worker:NAME
# The database did not answer: the connection was cut, the server restarted, or a lock waited too long. Nothing was stored.
DATABASE_AWAY = (OperationalError, InterfaceError)


class StoppedError(Exception):
    """The work may not go on. What it has stored so far counts for nothing."""


class LeaseLostError(StoppedError):
    """Another process has taken the work over."""


class CancelledError(StoppedError):
    """Somebody asked for the work to end."""


def lease_time() -> timedelta:
    return timedelta(seconds=settings.LEASE_SECONDS)


def beat_seconds(*, at_work: bool) -> float:
    """How often a process says that it lives: often enough that some lost beats cost nothing, and that a page has something to show."""
    return min(1.0 if at_work else 5.0, settings.LEASE_SECONDS / 6)


@dataclass(frozen=True, slots=True)
class Beat:
    """A pulse as last heard."""

    at: datetime
    rows_done: int = 0


class _TablePulses:
    """Pulses in a table: seen from every host."""

    def write(self, key: str, rows_done: int) -> None:
        Pulse.objects.update_or_create(key=key, defaults={"at": timezone.now(), "rows_done": rows_done})

    def drop(self, key: str) -> None:
        Pulse.objects.filter(key=key).delete()

    def read(self, start: str) -> dict[str, Beat]:
        found = Pulse.objects.filter(key__startswith=start).values_list("key", "at", "rows_done")
        return {key: Beat(at, done) for key, at, done in found}


class _FilePulses:
    """Pulses in files beside the embedded database, which has one host."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, key: str, rows_done: int) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        words = json.dumps({"key": key, "at": timezone.now().isoformat(), "rows_done": rows_done})
        with tempfile.NamedTemporaryFile("w", dir=self.folder, prefix=".", delete=False) as file:
            file.write(words)
        os.replace(file.name, self._path(key))

    def drop(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)

    def read(self, start: str) -> dict[str, Beat]:
        found = [_beat_in(path) for path in self.folder.glob(_file_name(start) + "*")] if self.folder.exists() else []
        return {key: beat for key, beat in filter(None, found) if key.startswith(start)}

    def _path(self, key: str) -> Path:
        return self.folder / _file_name(key)


def _file_name(key: str) -> str:
    return "".join(sign if sign.isalnum() or sign in "-." else "_" for sign in key)


def _beat_in(path: Path) -> tuple[str, Beat] | None:
    """The pulse in a file; None if it is dropped in this moment, or was cut off when the power went."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        return str(stored["key"]), Beat(datetime.fromisoformat(stored["at"]), int(stored["rows_done"]))
    except (OSError, ValueError, KeyError):
        return None


def pulses() -> _TablePulses | _FilePulses:
    """Where pulses are kept beside the database in use."""
    if connection.vendor != "sqlite":
        return _TablePulses()
    name = str(connection.settings_dict["NAME"])
    in_memory = name == ":memory:" or name.startswith("file:")
    return _FilePulses(Path(settings.DATA_DIR) / "pulse" if in_memory else Path(f"{name}-pulse"))


def job_key(job_id: int) -> str:
    return f"job:{job_id}:"


def beat_of(job: Job) -> Beat | None:
    return pulses().read(job_key(job.pk)).get(job_key(job.pk))


def is_fresh(beat: Beat | None, now: datetime) -> bool:
    return beat is not None and beat.at > now - lease_time()


def living_workers(now: datetime | None = None) -> list[str]:
    """Names of the worker processes that were heard of lately."""
    moment = now or timezone.now()
    return sorted(key.partition(":")[2] for key, beat in pulses().read(f"{WORKER}:").items() if is_fresh(beat, moment))


class Unwatched:
    """Work that nobody waits for on a page: a command, the demo year, a test."""

    def expect(self, rows: int) -> None: ...

    def step(self, rows: int) -> None: ...

    def write(self) -> None: ...

    def tell(self, rows: int) -> None: ...


class Watch(Unwatched):
    """Work done for a job: every step asks whether it is still this process's to do."""

    def __init__(self, job: Job) -> None:
        self._job_id = job.pk
        self._worker = job.worker
        self._attempt = job.attempts
        self.rows_done = 0

    def _mine(self) -> Any:
        return Job.objects.filter(pk=self._job_id, worker=self._worker, attempts=self._attempt, state=Job.State.RUNNING)

    def expect(self, rows: int) -> None:
        """So many rows there are to be done."""
        self._mine().update(rows_total=rows)

    def step(self, rows: int) -> None:
        """Rows done so far. To be asked inside the transaction that stores them: where this raises, nothing of the step is kept."""
        self.rows_done = rows
        changed = self._mine().update(rows_done=rows, lease_until=timezone.now() + lease_time())
        if not changed:
            raise LeaseLostError
        if self._mine().filter(cancel_requested=True).exists():
            raise CancelledError

    def write(self) -> None:
        """From now on it is written, in one transaction, and can't be cancelled. To be asked before that transaction begins."""
        changed = self._mine().filter(cancel_requested=False).update(is_writing=True, lease_until=timezone.now() + lease_time())
        if not changed:
            raise CancelledError if self._mine().exists() else LeaseLostError

    def tell(self, rows: int) -> None:
        """Rows done so far, in the midst of a transaction."""
        self.rows_done = rows


UNWATCHED = Unwatched()


@contextmanager
def beating(key: str, watch: Watch | None = None) -> Iterator[None]:
    """Say every second, from a thread with a connection of its own, that this process lives."""
    ended = threading.Event()
    thread = threading.Thread(target=_beat, args=(key, watch, ended), name=f"pulse {key}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(_LAST_BEAT_SECONDS)  # a pulse that hangs with its connection must not keep the work from being answered


def _beat(key: str, watch: Watch | None, ended: threading.Event) -> None:
    kept = pulses()
    try:
        while True:
            _quietly(kept.write, key, watch.rows_done if watch is not None else 0)
            if ended.wait(beat_seconds(at_work=watch is not None)):
                break
        _quietly(kept.drop, key)
    finally:
        connection.close()


def _quietly(act: Any, *arguments: Any) -> None:
    """A pulse that can't be written must not end the work: who misses it will ask again when the lease is over."""
    try:
        act(*arguments)
    except (DatabaseError, OSError) as error:
        logger.warning("pulse %s: %s", arguments[0], error)
        connection.close()


def forget(keys: Iterable[str]) -> None:
    """Drop pulses of processes that are no more."""
    for key in keys:
        pulses().drop(key)
