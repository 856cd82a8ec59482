"""A database of one's own for processes that are killed, or that crowd: a copy of the test database, made in a moment, dropped at the end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from django.db import connection
from psycopg import sql

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def private_database(folder: Path) -> Iterator[str]:
    """The address of a copy of the test database as it stands: migrated, and empty between tests."""
    name = str(connection.settings_dict["NAME"])
    assert "memory" in name or "test" in name, f"{name} is no test database"
    if connection.vendor == "sqlite":
        path = folder / "private.sqlite3"
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(path)])
        yield f"sqlite:///{path}"
        return
    name = f"private_{uuid.uuid4().hex[:12]}"
    given = connection.settings_dict
    connection.close()  # a template must have no other session
    with _server(given) as server:
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(given["NAME"])))
        try:
            host, port = given["HOST"], given["PORT"]
            place = f"/{name}?host={quote(host, safe='')}" if host.startswith("/") else f"{host}:{port}/{name}"
            secret = f":{quote(given['PASSWORD'])}" if given["PASSWORD"] else ""
            yield f"postgresql://{quote(given['USER'])}{secret}@{place}" + (f"&port={port}" if host.startswith("/") and port else "")
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _server(given: dict[str, Any]) -> psycopg.Connection[Any]:
    options = {"host": given["HOST"], "port": given["PORT"], "user": given["USER"], "password": given["PASSWORD"]}
    return psycopg.connect(dbname="postgres", autocommit=True, **{name: value for name, value in options.items() if value})


def run_privately(module: str, address: str, folder: Path, *arguments: str, **environment: str) -> Any:
    """Run a module of the tests with that database, and answer the JSON that it prints last."""
    env = {
        **os.environ,
        "DATABASE_URL": address,
        "PIPELINE_DATA_DIR": str(folder),
        "PIPELINE_EMBEDDED": "1",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        **environment,
    }
    done = subprocess.run([sys.executable, "-m", module, *arguments], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-6000:]}"
    return json.loads(done.stdout.splitlines()[-1])
