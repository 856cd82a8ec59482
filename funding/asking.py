"""The year and the day that a page of money is asked for: `?year=2020&until=2020-07-10`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from funding.figures import newest_year
from projects.moment import parse_day

YEARS = range(2000, 2100)  # that a page of money can be asked for, and so those that are registered


def year_and_day(asked: Mapping[str, str]) -> tuple[int, date]:
    """The day is today, and the year the newest with quota, where none is named. ValueError says in words what can't be read."""
    given, text = read_year(asked.get("year", "")), asked.get("until", "")
    until = parse_day(text) if text else timezone.localdate()
    if until is None:
        raise ValueError(_("日期应写作 2020-07-10，读到“%(value)s”") % {"value": text[:40]})
    return given or newest_year(until), until


def read_year(text: str) -> int | None:
    """A year of four digits; None where none is named. ValueError says in words what can't be read."""
    if text and not (text.isascii() and text.isdecimal() and len(text) == 4 and int(text) in YEARS):
        raise ValueError(_("年份应写作 2020，读到“%(value)s”") % {"value": text[:40]})
    return int(text) if text else None
