"""Kills the database server itself, with all its processes, in the midst of the work: `python -m tests.exchange.powercut`.

A private PostgreSQL is started for it. At each point the process at work kills the server as a power cut would; it then finds nobody who
answers, and ends. The server is started again on the same files, recovers, and is looked at; then a worker comes along.
"""

from __future__ import annotations

import json
import os
import pwd
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import django
import psutil
import psycopg

from tests.exchange.killing import Point, Stage, set_trap, verdict
from tests.postgres import start_server

POINTS = (
    Point("within the check", "check", "exchange.services.check:store_part", nth=2),
    Point("first history of the commit stored", "commit", "exchange.bulk:_keep_history"),
    Point("all of the commit written, state not changed", "commit", "exchange.services.commit:_finish", "before"),
    Point("committed, before COMMIT", "commit", "accounts.audit:record", only="upload.commit"),
    Point("committed, job not ended", "commit", "exchange.services.leases:end", "before", stored=True),
    Point("first rows of the undo gone", "undo", "exchange.bulk:delete"),
    Point("undone, job not ended", "undo", "exchange.services.leases:end", "before", stored=True),
)
# While COMMIT is on its way nobody can say beforehand which way it goes: all or nothing, and the upload says which.
DURING_COMMIT = tuple(
    Point(f"{pause} ms before or after COMMIT", "commit", "accounts.audit:record", only="upload.commit") for pause in (0, 1, 2, 5, 10, 20)
)
CUT_OFF = 7  # how the process ends that found no database any more


class Server:
    """The private server: killed with all its processes, and started again just as it was."""

    def __init__(self, address: str) -> None:
        self.address = address
        with psycopg.connect(address) as session:
            row = session.execute("SHOW data_directory").fetchone()
        assert row is not None
        self.folder = Path(row[0])
        self.process = psutil.Process(int((self.folder / "postmaster.pid").read_text().splitlines()[0]))
        self.command, self.user = self.process.cmdline(), pwd.getpwnam(self.process.username())

    def kill(self) -> None:
        """First the postmaster, that he may end nothing in good order, then all whom he has started."""
        below = self.process.children(recursive=True)
        self.process.kill()
        for each in below:
            try:
                each.kill()
            except psutil.NoSuchProcess:
                continue

    def start(self) -> None:
        """On the same files, and wait until it has recovered and answers."""
        psutil.wait_procs([self.process])
        given = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        with (self.folder / "log").open("ab") as log:
            begun = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", start_new_session=True, **given)
        self.process = psutil.Process(begun.pid)
        while True:
            try:
                psycopg.connect(self.address).close()
            except psycopg.OperationalError:
                assert begun.poll() is None, (self.folder / "log").read_text(errors="replace")[-3000:]
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)  # at once, whoever is still connected
        psutil.wait_procs([self.process])


class PowerStage(Stage):
    """The same work, in which the server dies instead of the process."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self.server = server

    def trap(self, point: Point) -> None:
        pause = int(point.name.split()[0]) / 1000 if point in DURING_COMMIT else None
        set_trap(point, self.server.kill if pause is None else lambda: threading.Timer(pause, self.server.kill).start())

    def _live(self, point: Point, mark: str, upload: Any, delay: float | None) -> None:
        from exchange.services.progress import DATABASE_AWAY  # noqa: PLC0415 -- Django is set up by now

        try:
            super()._live(point, mark, upload, delay)
        except DATABASE_AWAY:
            os._exit(CUT_OFF)
        while psutil.pid_exists(self.server.process.pid) and self.server.process.status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.01)  # the work was done before the power went
        os._exit(CUT_OFF)

    def is_killed(self, status: int) -> bool:
        return os.waitstatus_to_exitcode(status) == CUT_OFF

    def revive(self) -> None:
        self.server.start()


def main() -> None:
    address = start_server()
    assert "host" in parse_qs(urlsplit(address).query), "the private server listens on a socket of its own"
    os.environ["DATABASE_URL"] = address
    django.setup()
    from exchange.services import check as checking  # noqa: PLC0415

    checking.PART_ROWS = 4  # several parts in a small file
    server = Server(address)
    try:
        stage = PowerStage(server)
        told = [stage.try_point(point) for point in (*POINTS, *DURING_COMMIT)]
    finally:
        server.stop()
    print(json.dumps([{**each, "verdict": verdict(each)} for each in told], ensure_ascii=False))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
