"""The reporting-quality score: a hundred less what things cost, as the thresholds say. Without a database."""

from __future__ import annotations

from decimal import Decimal

import pytest

from projects.quality import Evidence, Mark, Weight, read_weights, score

WEIGHTS = read_weights([("late", "10"), ("late.most", "10"), ("returned", "1"), ("returned.most", "3"), ("obstacle", "50")])


def held(*marks: Mark, unit_id: int = 1):
    return [Evidence(unit_id, mark, f"{mark} {number}", "/") for number, mark in enumerate(marks)]


@pytest.mark.parametrize(
    "marks,points",
    [
        ([], 100),
        ([Mark.RETURNED], 99),
        ([Mark.RETURNED] * 3, 97),
        ([Mark.RETURNED] * 4, 97),
        ([Mark.LATE, Mark.RETURNED], 89),
        ([Mark.OBSTACLE] * 3, 0),
        ([Mark.UNIT_SLIP], 100),
    ],
    ids=["nothing", "one", "up to the most", "beyond it", "two kinds", "never below nothing", "no weight set"],
)
def test_points_are_taken_as_the_weights_say(marks, points):
    assert score(1, held(*marks), WEIGHTS).points == points


def test_all_that_points_are_taken_for_is_kept_even_beyond_the_most():
    found = score(1, held(*[Mark.RETURNED] * 5), WEIGHTS)
    assert (len(found.of(Mark.RETURNED).evidence), found.of(Mark.RETURNED).points) == (5, Decimal(3))


def test_a_unit_answers_for_its_own():
    assert score(2, held(Mark.LATE), WEIGHTS).points == 100


def test_a_row_that_is_no_number_or_no_mark_is_passed_over():
    read = read_weights([("late", "十"), ("returned", "-1"), ("corrected", "nan"), ("obstacle", "2"), ("other", "5"), ("obstacle.most", "x")])
    assert read == {Mark.OBSTACLE: Weight(Decimal(2))}
