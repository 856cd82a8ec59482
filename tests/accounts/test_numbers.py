"""Numbers as people type and paste them into forms."""

from __future__ import annotations

import pytest

from accounts.numbers import ungrouped


@pytest.mark.parametrize(
    ("typed", "taken"),
    [("12,782", "12782"), (" 1,234,567.89 ", "1234567.89"), ("１２，７８２", "12782"), ("-1,000", "-1000"), ("12782", "12782")],
)
def test_groups_of_three_are_taken(typed: str, taken: str) -> None:
    assert ungrouped(typed).strip() == taken


@pytest.mark.parametrize("typed", ["1,2782", "12,78", "1,5", ",782", "12,782,", "1,234.5,6", "很多", ""])
def test_what_may_mean_another_number_is_left_for_the_form_to_refuse(typed: str) -> None:
    assert ungrouped(typed) == typed
