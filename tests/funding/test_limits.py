"""A year's money is judged by the limits of its own year, however late one looks."""

from __future__ import annotations

from datetime import date

import pytest

from funding.lookups import limits_of, limits_on
from funding.models import FundEntry
from funding.watch import watch
from projects.models import Threshold

pytestmark = pytest.mark.django_db


@pytest.fixture
def ceilings(db: None) -> None:
    """Rule 58: 25 % for the bonds of 2020, 30 % from the end of 2024."""
    Threshold.objects.filter(code="bond_capital_share_max_percent").delete()
    for value, first, last in (("25", date(2020, 1, 1), date(2024, 12, 24)), ("30", date(2024, 12, 25), None)):
        Threshold.objects.create(code="bond_capital_share_max_percent", value=value, valid_from=first, valid_to=last)


@pytest.mark.parametrize(("year", "until", "day"), [(2020, date(2026, 11, 23), date(2020, 12, 31)), (2020, date(2020, 6, 30), date(2020, 6, 30))])
def test_limits_are_of_the_day_or_of_the_end_of_the_year(ceilings: None, year: int, until: date, day: date) -> None:
    assert limits_of(year, until) == limits_on(day)


def test_the_ceiling_of_capital_is_that_of_the_year(ceilings: None) -> None:
    assert watch(FundEntry.objects.all(), 2020, date(2026, 11, 23)).capital.ceiling_percent == 25
    assert watch(FundEntry.objects.all(), 2025, date(2026, 11, 23)).capital.ceiling_percent == 30
