"""What commands that print figures are asked with: whose reach, which month, which moment. A mistake is told, never guessed around."""

from __future__ import annotations

from datetime import date

from django.core.management.base import CommandError

from accounts.models import User
from projects.models import Cut
from projects.period import Period
from reports import parameters
from reports.parameters import UnreadableError, read_known
from reports.selection import Reach, latest_month


def read_user(name: str | None) -> User | None:
    if name is None:
        return None
    found = User.objects.filter(username=name, is_active=True).first()
    if found is None:
        raise CommandError(f"no such active user: {name}")
    return found


def read_period(text: str | None, reach: Reach) -> Period:
    """The month, or a half of it; without one the newest that was reported."""
    if text is None:
        found = latest_month(reach)
        if found is None:
            raise CommandError("no month was reported yet: give --period YYYY-MM")
        return Period(found)
    try:
        return Period.parse(text)
    except ValueError:
        written = "月份应写作2020-06，半月写作2020-06A、2020-06B (a month is written 2020-06, its halves 2020-06A and 2020-06B)"
        raise CommandError(f"--period {text}: {written}") from None


def read_day(text: str) -> date | None:
    try:
        return read_known(text)
    except UnreadableError as error:
        raise CommandError(f"--known {text}: {error}") from None


def read_cut(name: str, known: str) -> Cut | None:
    try:
        return parameters.read_cut({"cut": name, "known": known})
    except UnreadableError as error:
        value, english = (name, "no cut of this name") if error.name == "cut" else (known, "give either --known or --cut")
        raise CommandError(f"--{error.name} {value}: {error} ({english})") from None
