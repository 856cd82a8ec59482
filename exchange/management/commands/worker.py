"""`manage.py worker`: carries out what waits in the queue, says that it lives, and takes up what other workers lost. Any number, on any host."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, connection
from django_tasks_db.management.commands.db_worker import Worker

from exchange.services import leases, progress
from exchange.tasks import sweep

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Work off the queue: checks and commits of large files, templates of all units. Stop with SIGTERM; the job in hand is finished first."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--interval", type=float, default=1.0, help="seconds between two looks into an empty queue (default 1)")
        parser.add_argument("--batch", action="store_true", help="stop when the queue is empty")
        parser.add_argument("--with-parent", type=int, metavar="PID", help="stop when the process that started this one is gone")

    def handle(self, *args: Any, **options: Any) -> None:
        name = leases.process_name()
        worker = Worker(
            queue_names=["*"],
            interval=options["interval"],
            batch=options["batch"],
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=name[:64],
            excluded_queue_names=[],
        )
        worker.configure_signals()
        logging.getLogger("django_tasks").setLevel(logging.WARNING)
        self.stdout.write(f"后台处理进程 / worker {name}")
        if options["batch"]:
            sweep()
        with progress.beating(f"{progress.WORKER}:{name}"), watching(options["with_parent"]):
            self._work(worker, is_batch=options["batch"])

    def _work(self, worker: Worker, *, is_batch: bool) -> None:
        while worker.running:
            try:
                worker.run()
            except (DatabaseError, InterfaceError):  # the database is away, or a long commit of another process holds SQLite: it will be back
                logger.warning("worker: the database did not answer, trying again", exc_info=True)
                connection.close()
                time.sleep(worker.interval)
                continue
            if is_batch:
                return


@contextmanager
def watching(parent: int | None) -> Iterator[None]:
    """Beside the work: take up what lost its process, and end with the parent."""
    ended = threading.Event()
    thread = threading.Thread(target=_watch, args=(parent, ended), name="sweep", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _watch(parent: int | None, ended: threading.Event) -> None:
    due = 0.0
    while not ended.wait(1):
        if parent is not None and os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)
            return
        if time.monotonic() >= due:
            due = time.monotonic() + settings.LEASE_SECONDS / 4
            _sweep_quietly()


def _sweep_quietly() -> None:
    try:
        sweep()
    except (DatabaseError, InterfaceError):
        logger.warning("sweep: the database did not answer, trying again", exc_info=True)
    finally:
        connection.close()
