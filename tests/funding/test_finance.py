"""Planned, secured, arrived: the identities hold for any amounts, in any sum; versions are compared source by source. Without a database."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funding.finance import Backing, moved

AMOUNTS = st.integers(0, 10**12).map(lambda fen: Decimal(fen).scaleb(-6))


@st.composite
def backings(draw):
    planned = draw(AMOUNTS)
    share = draw(st.integers(0, 1000))
    secured = (planned * share / 1000).quantize(Decimal("0.000001"))
    return Backing.of(planned, min(secured, planned), draw(AMOUNTS), draw(st.sampled_from([Decimal(0), planned])))


@given(st.lists(backings(), max_size=8))
def test_the_parts_add_up_of_each_and_of_all(parts):
    for one in [*parts, Backing.total(parts)]:
        assert one.planned_wan == one.secured_wan + one.unsecured_wan
        assert one.secured_wan + one.early_wan == one.arrived_wan + one.waiting_wan
        assert min(one.unsecured_wan, one.waiting_wan, one.early_wan) >= 0
    whole = Backing.total(parts)
    assert whole.planned_wan == sum((one.planned_wan for one in parts), Decimal(0))
    assert whole.has_gap == any(one.has_gap for one in parts)


@given(st.lists(backings(), max_size=6), st.lists(backings(), max_size=6))
def test_sums_of_sums_are_the_sum(some, others):
    assert Backing.total([Backing.total(some), Backing.total(others)]) == Backing.total([*some, *others])


def test_money_that_came_early_hides_no_gap_of_another_source() -> None:
    early = Backing.of(Decimal(100), Decimal(40), Decimal(90))
    short = Backing.of(Decimal(100), Decimal(100), Decimal(60))
    whole = Backing.total([early, short])
    assert (whole.unsecured_wan, whole.waiting_wan, whole.early_wan) == (60, 40, 50)


def test_capital_over_the_total_is_not_known_without_one() -> None:
    one = Backing.of(Decimal(100), capital=Decimal(25))
    assert one.capital_ratio(Decimal(100)) == Decimal("0.25")
    assert one.capital_ratio(None) is None


@given(st.dictionaries(st.sampled_from("abcde"), AMOUNTS), st.dictionaries(st.sampled_from("abcde"), AMOUNTS))
def test_what_moved_is_what_the_sums_differ_by(before, after):
    found = moved(before, after)
    assert sum((one.difference_wan for one in found), Decimal(0)) == sum(after.values(), Decimal(0)) - sum(before.values(), Decimal(0))
    same = {key for key in before if before[key] == after.get(key)}
    assert {one.source for one in found} == (before.keys() | after.keys()) - same


@pytest.mark.parametrize("versions", [({}, {}), ({"own": Decimal(5)}, {"own": Decimal(5)})])
def test_nothing_moved_is_nothing(versions) -> None:
    assert moved(*versions) == []
