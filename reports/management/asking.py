"""What commands that print figures are asked with: whose reach, which month, which moment. A mistake is told, never guessed around."""

from __future__ import annotations

from datetime import date

from django.core.management.base import CommandError

from accounts.models import User
from projects.models import Cut
from projects.past import find_cut
from projects.period import Period
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
    if not name:
        return None
    if known:
        raise CommandError("--known 与 --cut 只能用一个 (give either --known or --cut)")
    found = find_cut(name)
    if found is None:
        raise CommandError(f"--cut {name}: 没有这个名称的定格 (no cut of this name)")
    return found
