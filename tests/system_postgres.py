"""Starts a private server of the system's own PostgreSQL (Debian: 15), which is what a city is likely to run in production."""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name) if folder.parent.name.isdecimal() else 0)
_OTHER_USERS = ("postgres", "nobody")  # PostgreSQL refuses to run as root


def newest() -> Path | None:
    """The programs of the newest PostgreSQL that the system has."""
    return next((folder for folder in reversed(FOLDERS) if (folder / "initdb").exists()), None)


def start_server() -> str:
    """Start it in a folder of its own, listening on a socket only, and give its address; it stops with this process."""
    programs = newest()
    if programs is None:
        raise RuntimeError("no PostgreSQL under /usr/lib/postgresql: install the package `postgresql`, or use PIPELINE_TEST_DB=postgresql")
    folder = Path(tempfile.mkdtemp(prefix="pipeline-system-pg-", dir="/tmp"))  # the path of a socket must be short
    as_other: list[str] = []
    if os.geteuid() == 0:
        user = next(pwd.getpwnam(name) for name in _OTHER_USERS if name in {entry.pw_name for entry in pwd.getpwall()})
        os.chown(folder, user.pw_uid, user.pw_gid)
        as_other = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]

    def run(program: str, *arguments: str) -> None:
        # `pg_ctl` leaves its streams to the server it starts, so they must not be pipes that somebody waits for.
        with (folder / "log").open("ab") as log:
            subprocess.run([*as_other, str(programs / program), *arguments], check=True, stdout=log, stderr=log, cwd="/")

    data = str(folder / "data")
    run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
    run("pg_ctl", "-D", data, "-w", "-o", f"-k {folder} -c listen_addresses='' -c fsync=off", "start")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(run, "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    run("createdb", "-h", str(folder), "-U", "postgres", "pipeline")
    return f"postgresql://postgres@/pipeline?host={folder}"
