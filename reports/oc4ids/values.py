"""How OC4IDS writes our values: money in yuan, days with the time of Beijing, and nothing that is blank. Pure."""

from __future__ import annotations

from datetime import date, timedelta, timezone
from decimal import Decimal
from typing import Any

from projects.values import PartialDate, wan_to_fen

Document = dict[str, Any]
BEIJING = timezone(timedelta(hours=8))
_FEN_PER_YUAN = 100


def filled(**members: Any) -> Document:
    """An object of the members that hold something; zero is something."""
    return {name: value for name, value in members.items() if value is not None and value != "" and value != [] and value != {}}


def yuan(amount_wan: Decimal) -> int | float:
    """万元 as a JSON number of yuan: whole where it is whole, else exact to the 分 (below ten thousand 亿元 a float prints every digit)."""
    fen = wan_to_fen(amount_wan)
    return fen // _FEN_PER_YUAN if fen % _FEN_PER_YUAN == 0 else fen / _FEN_PER_YUAN


def value(amount_wan: Decimal | None) -> Document | None:
    return None if amount_wan is None else {"amount": yuan(amount_wan), "currency": "CNY"}


def plain(number: Decimal) -> int | float:
    """A number that is no money, as JSON has them."""
    return int(number) if number == number.to_integral_value() else float(number)


def day(at: date | None) -> str | None:
    return None if at is None else f"{at.isoformat()}T00:00:00+08:00"


def first_day(text: str) -> str | None:
    """The first day that a partly known date may mean; None where nothing is given."""
    return day(PartialDate.parse(text).first_day) if text else None


def last_day(text: str) -> str | None:
    return day(PartialDate.parse(text).last_day) if text else None


def period(start: str | None, end: str | None) -> Document:
    return filled(startDate=start, endDate=end)


def year_period(year: int) -> Document:
    return period(day(date(year, 1, 1)), day(date(year, 12, 31)))


def roughly(text: str) -> str:
    """What is to be said of a date that is not known to the day."""
    if not text or PartialDate.parse(text).precision == "day":
        return ""
    return f"来源只写到{text}"
