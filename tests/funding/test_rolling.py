"""The rules of a rolling plan, on both sides of each edge, and what a year later leaves of it. Without a database."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funding.rolling import WORDS, RollingRecord, SourceYears, goes_on, judged, rolled
from projects.findings import Severity, advice, message
from projects.values import PartialDate

YEAR = 2021


def record(*amounts: tuple[int | None, ...], total: int | None = 100, prior: int | None = 10, finish: str = "", **valid: int) -> RollingRecord:
    lines = [SourceYears(f"来源{n}", tuple(None if one is None else Decimal(one) for one in row), **valid) for n, row in enumerate(amounts)]
    known = [None if one is None else Decimal(one) for one in (total, prior)]
    return RollingRecord(YEAR, known[0], known[1], PartialDate.parse(finish) if finish else None, lines)


def codes(one: RollingRecord) -> list[tuple[str, str]]:
    return [(finding.code, finding.severity.value) for finding in judged(one)]


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (record((30, 30, 30)), []),
        (
            record(
                (
                    30,
                    30,
                    30,
                ),
                (1, None, None),
            ),
            [("rolling_over_total", "error")],
        ),
        (record((30, 30, 30), total=None), []),
        (record((30, 30, 30), finish="2023-12"), []),
        (record((30, 30, 29), finish="2023-12"), [("rolling_under_total", "warning")]),
        (record((30, 30, 29), finish="2024-01"), []),
        (record((30, 30, 30), finish="2022"), [("rolling_after_finish", "error")]),
        (record((45, 45, None), finish="2022"), []),
        (record((30, 30, 30), valid_from=2021, valid_to=2023), []),
        (record((30, 30, 30), valid_from=2022), [("rolling_source_not_valid", "error")]),
        (record((30, 30, 30), valid_to=2022), [("rolling_source_not_valid", "error")]),
        (record((None, 30, 0), valid_from=2022, valid_to=2022), []),
        (record(), []),
    ],
)
def test_each_rule_at_its_edge(one: RollingRecord, said: list[tuple[str, str]]) -> None:
    assert codes(one) == said


def test_every_finding_names_what_was_found_and_what_would_be_right() -> None:
    found = [*judged(record((60, 60, 60), finish="2022", valid_to=2022)), *judged(record((1, None, None), finish="2021"))]
    assert {finding.code for finding in found} == set(WORDS)
    for finding in found:
        for language in ("zh", "en"):
            text = message(finding, language) + advice(finding, language)
            assert "{" not in text
            assert advice(finding, language)


def test_a_reason_is_asked_where_it_may_be_right_and_nothing_else() -> None:
    assert {finding.severity for finding in judged(record((1, None, None), finish="2021"))} == {Severity.REASON}


AMOUNT = st.one_of(st.none(), st.integers(0, 10**9).map(lambda fen: Decimal(fen).scaleb(-6)))
ROWS = st.lists(st.tuples(AMOUNT, AMOUNT, AMOUNT), max_size=6)


@given(ROWS, st.integers(0, 10**6))
def test_what_is_left_is_the_total_less_all_that_is_said(rows, total):
    one = RollingRecord(YEAR, Decimal(total), Decimal(7), None, [SourceYears("a", row) for row in rows])
    every = sum((amount for row in rows for amount in row if amount is not None), Decimal(0))
    assert one.planned_wan == sum(one.by_year.values(), Decimal(0)) == every
    assert one.left_wan == Decimal(total) - 7 - every
    assert ("rolling_over_total" in {finding.code for finding in judged(one)}) == (one.left_wan < 0)


@given(ROWS)
def test_rolling_forward_moves_the_first_year_into_what_is_done(rows):
    """Done + three years before = done with the first year + two years after: nothing is lost, nothing is invented."""
    before = RollingRecord(YEAR, None, Decimal(3), None, [SourceYears("a", row) for row in rows])
    prior = Decimal(3) + before.by_year[YEAR]
    after = RollingRecord(YEAR + 1, None, prior, None, [SourceYears("a", rolled(row)) for row in rows])
    assert after.reached_wan == before.reached_wan
    assert after.by_year[YEAR + 3] == 0
    assert [after.by_year[year] for year in (YEAR + 1, YEAR + 2)] == [before.by_year[year] for year in (YEAR + 1, YEAR + 2)]


@pytest.mark.parametrize(
    ("one", "on"),
    [
        (record((90, None, None), finish="2021-12"), False),
        (record((80, 10, None), finish="2021-12"), True),
        (record((90, None, None), finish="2022-01"), True),
        (record((90, None, None)), True),
        (record(finish="2020"), False),
    ],
)
def test_what_was_to_be_finished_does_not_go_on(one: RollingRecord, on: bool) -> None:
    assert goes_on(one) is on
