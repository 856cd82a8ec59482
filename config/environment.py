"""Settings from the environment, failing loudly: a wrong value says which variable, what was found and what would be right."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_YES = {"1", "true", "yes", "on"}
_NO = {"0", "false", "no", "off", ""}


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default)


def flag(name: str, default: bool = False) -> bool:
    value = os.environ.get(name)
    if value is None:
        return default
    if value.strip().lower() in _YES:
        return True
    if value.strip().lower() in _NO:
        return False
    raise ImproperlyConfigured(f"{name}={value!r}: give 1 or 0")


def number(name: str, default: int) -> int:
    value = os.environ.get(name)
    if value is None:
        return default
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name}={value!r}: give a whole number") from None


def words(name: str, default: str = "") -> list[str]:
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def database(url: str, embedded: Path) -> dict[str, object]:
    """Django's DATABASES entry for `url`; the embedded SQLite file when it is empty.

    `postgresql://user:password@host:5432/name?sslmode=require`; a socket folder goes in `?host=/run/postgresql`.
    """
    if not url:
        return sqlite(embedded)
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return sqlite(Path(unquote(parts.path)))
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(f"DATABASE_URL: scheme {parts.scheme!r} is not served; give postgresql://… or sqlite:///path")
    options: dict[str, object] = dict(parse_qsl(parts.query))
    host = options.pop("host", "") or parts.hostname or ""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": parts.port or "",
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        # Behind pgbouncer in transaction mode a server-side cursor dies with its transaction.
        "DISABLE_SERVER_SIDE_CURSORS": flag("DATABASE_BOUNCER"),
        "OPTIONS": options,
        "TEST": {"NAME": "test_pipeline"},
    }


def sqlite(path: Path) -> dict[str, object]:
    """SQLite as this product may use it: WAL, writers that wait instead of failing, foreign keys held."""
    return {
        "ENGINE": "config.sqlite",
        "NAME": path,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-65536",
        },
    }
