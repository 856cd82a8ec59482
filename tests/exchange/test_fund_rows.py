"""Rows of fund sheets by themselves: steps by heading, issues in words, which bond or plan, and the entries that lead where the row says."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.funds import BondFacts, Days, PlanFacts, Posted, balance_at, batch_of, broken_by, choose_bond, choose_plan, course_to, held_by, steps_of
from exchange.parse.context import until_of
from funding.ledger import Entry, Step
from projects.naming import document_key, document_number

MAY, JUNE, JULY = date(2020, 5, 8), date(2020, 6, 30), date(2020, 7, 10)
DAYS = Days(MAY, JUNE)
A, B, P, C = Step.ASSIGN, Step.ARRIVE, Step.PAY, Step.COMPLETE


@pytest.mark.parametrize(
    "text, found",
    [
        ("第二批", (None, 2)),
        ("2020年第二批新增专项债券项目安排表", (2020, 2)),
        ("第 12 批", (None, 12)),
        ("第十二批次", (None, 12)),
        ("２", (None, 2)),
        ("三", (None, 3)),
        ("2020第五次", (2020, 5)),
        ("提前批", (None, None)),
        ("", (None, None)),
        (None, (None, None)),
        ("第0批", (None, None)),
    ],
)
def test_an_issue_is_read_from_its_words(text, found) -> None:
    assert batch_of(text) == found


@pytest.mark.parametrize(
    "text, year, day",
    [
        ("执行情况表（截至6月底）", 2020, date(2020, 6, 30)),
        ("截止2020年2月", None, date(2020, 2, 29)),
        ("截至6月15日", 2020, date(2020, 6, 15)),
        ("截至6月31日", 2020, date(2020, 6, 30)),
        ("截至目前", 2020, None),
        ("截至6月底", None, None),
        ("截至13月底", 2020, None),
    ],
)
def test_a_title_says_up_to_which_day_it_stands(text, year, day) -> None:
    assert until_of([text], year) == day


@pytest.mark.parametrize(
    "kind, headings, steps",
    [
        (
            "bond_allocation",
            {"bond_this_wan": "本批安排情况/本次安排额度", "bond_spent_wan": "本批安排情况/已支出"},
            {"bond_this_wan": A, "bond_spent_wan": P},
        ),
        ("bond_allocation", {"bond_spent_wan": "已拨付"}, {"bond_spent_wan": B}),
        ("central_budget", {"central_paid_wan": "资金到位", "central_done_wan": "完成投资"}, {"central_paid_wan": B, "central_done_wan": C}),
        ("central_budget", {"central_paid_wan": "到位支付情况/支付"}, {"central_paid_wan": P}),
        ("central_budget", {"central_paid_wan": "累计到位", "central_spent_wan": "累计支付"}, {"central_paid_wan": B, "central_spent_wan": P}),
        ("central_budget", {"central_spent_wan": "支付情况/累计"}, {"central_spent_wan": P}),
        ("central_budget", {"central_paid_wan": "到位支付情况"}, {"central_paid_wan": B}),
        ("central_budget", {"total_wan": "总投资"}, {}),
    ],
)
def test_a_heading_says_which_step_it_is(kind, headings, steps) -> None:
    assert steps_of(kind, headings) == steps


TEN, FIFTEEN = BondFacts(1, "甲", 10, Decimal("3.37")), BondFacts(2, "乙", 15, Decimal("3.82"))
OTHER_TEN = BondFacts(3, "丙", 10, Decimal("3.4"))


@pytest.mark.parametrize(
    "bonds, term, rate, found",
    [
        ([TEN, FIFTEEN], 10, None, TEN),
        ([TEN, FIFTEEN], 15, "9.99", FIFTEEN),
        ([TEN, FIFTEEN], 20, "3.37", None),
        ([TEN, FIFTEEN], None, None, None),
        ([TEN], None, None, TEN),
        ([TEN, OTHER_TEN], 10, "3.40", OTHER_TEN),
        ([TEN, OTHER_TEN], 10, None, None),
        ([TEN, OTHER_TEN], 10, "3.5", None),
        ([TEN, OTHER_TEN], None, "3.4", None),
        ([], 10, None, None),
    ],
)
def test_a_bond_is_chosen_by_term_then_by_rate(bonds, term, rate, found) -> None:
    assert choose_bond(bonds, term, Decimal(rate) if rate else None) == found


WATER, ROADS = PlanFacts(1, "发改投资〔2020〕600号", "排水设施建设"), PlanFacts(2, "发改投资〔2020〕600号", "道路")
BARE, ELSEWHERE = PlanFacts(3, "鲁发改投资〔2020〕7号", ""), PlanFacts(4, "发改投资〔2020〕601号", "排水设施建设")


@pytest.mark.parametrize(
    "doc_no, programme, found",
    [
        ("发改投资[2020]第600号", "排水设施建设", WATER),
        ("发改投资（2020）0600号", "道 路", ROADS),
        ("发改投资【２０２０】600号", "水利", None),
        ("发改投资〔2020〕600号", None, None),
        ("鲁发改投资〔2020〕7", None, BARE),
        ("鲁发改投资〔2020〕7号", "道路", BARE),
        ("发改投资〔2020〕601号", None, ELSEWHERE),
        ("发改投资〔2020〕60号", "道路", None),
    ],
)
def test_a_plan_is_chosen_by_document_then_by_programme(doc_no, programme, found) -> None:
    assert choose_plan([WATER, ROADS, BARE, ELSEWHERE], doc_no, programme) == found


def test_a_document_number_is_one_however_its_brackets_are_written() -> None:
    assert len({document_key(text) for text in ("发改投资〔2020〕12号", "发改投资[2020]12号", "发改投资（2020） 第012号", "发改投资【2020】12")}) == 1
    assert document_number(" 鲁发改投资（2020）第012号") == "鲁发改投资〔2020〕12号"
    assert [document_number(text) for text in (" 会议纪要 3 ", "")] == ["会议纪要 3", ""]
    assert document_key("发改投资〔2020〕12号") != document_key("发改投资〔2021〕12号") != document_key("发改投资〔2020〕21号")


def entry(number: int, step: Step, amount: int, on: date = MAY, **values) -> Posted:
    return Posted(number, Entry(step, amount, on, values.pop("capital", 0)), **values)


def moves(course) -> list[tuple[Step, int, date, int | None]]:
    return [(change.step, change.amount_fen, change.on, change.reverses) for change in course.changes]


def test_a_new_account_is_assigned_on_the_day_of_the_bond_and_moves_on_the_day_of_the_sheet() -> None:
    course = course_to([], {A: 100, P: 60}, DAYS)
    assert moves(course) == [(A, 100, MAY, None), (B, 60, JUNE, None), (P, 60, JUNE, None)]
    assert course.with_transfer


def test_what_the_account_holds_already_is_nothing_to_post() -> None:
    posted = [entry(1, A, 100), entry(2, B, 60), entry(3, P, 60)]
    assert course_to(posted, {A: 100, P: 60}, DAYS).changes == []
    assert course_to([], {A: 0, P: 0}, DAYS).changes == [], "zero of nothing is nothing"
    assert course_to(posted, {}, DAYS).changes == [], "a blank says nothing"


def test_less_than_the_account_holds_reverses_the_newest_and_posts_the_rest_on_its_day() -> None:
    posted = [entry(1, A, 100), entry(2, A, 50, JUNE, capital=30)]
    assert moves(course_to(posted, {A: 120}, DAYS)) == [(A, -50, JUNE, 2), (A, 20, JUNE, None)]
    assert [change.capital_fen for change in course_to(posted, {A: 120}, DAYS).changes] == [-30, 20]
    assert moves(course_to(posted, {A: 0}, DAYS)) == [(A, -50, JUNE, 2), (A, -100, MAY, 1)]


def test_what_was_adjusted_is_not_taken_back_by_a_sheet() -> None:
    posted = [entry(1, A, 100), entry(2, A, -40, JULY, is_free=False, is_adjustment=True)]
    assert course_to(posted, {A: 100}, DAYS).changes == [], "on the day of the sheet it held 100"
    later = course_to(posted, {A: 30}, Days(MAY, JULY))
    assert (later.stuck, moves(later)) == (None, [(A, -100, MAY, 1), (A, 70, MAY, None)])
    only = [entry(1, A, 100, is_free=False)]
    assert (course_to(only, {A: 30}, DAYS).stuck, course_to(only, {A: 30}, DAYS).changes) == (A, [])


def test_money_of_later_days_is_not_that_of_the_sheet_and_is_told() -> None:
    posted = [entry(1, A, 100), entry(2, B, 60), entry(3, P, 20), entry(4, P, 30, JULY)]
    course = course_to(posted, {P: 25}, DAYS)
    assert (moves(course), course.later) == ([(P, 5, JUNE, None)], {P: 30})


AMOUNTS = st.integers(0, 6)
DAY = st.sampled_from([MAY, date(2020, 6, 1), JUNE, JULY])


@given(
    st.lists(st.tuples(st.sampled_from(list(Step)), st.integers(1, 5), DAY), max_size=6),
    st.dictionaries(st.sampled_from(list(Step)), AMOUNTS, max_size=4),
    DAY,
)
def test_after_the_entries_the_account_holds_what_was_stated_that_day(rows, stated, as_of) -> None:
    posted = [entry(number, step, amount, on) for number, (step, amount, on) in enumerate(rows)]
    course = course_to(posted, stated, Days(MAY, as_of))
    assert course.stuck is None, "every entry is free to be reversed"
    after = [*posted, *(Posted(100 + at, change.entry) for at, change in enumerate(course.changes))]
    assert {step: held_by(balance_at(after, as_of))[step] for step in stated} == stated
    again = course_to(after, stated, Days(MAY, as_of))
    assert [change for change in again.changes if change.step in stated and change.amount_fen > 0 and not course.changes] == []
    reversed_ids = [change.reverses for change in course.changes if change.reverses is not None]
    assert len(reversed_ids) == len(set(reversed_ids))


def test_a_chain_that_would_break_is_found_by_day() -> None:
    posted = [entry(1, A, 100), entry(2, B, 60, JULY)]
    assert broken_by(posted, course_to(posted, {A: 50}, DAYS).changes).step is B
    assert broken_by(posted, course_to(posted, {A: 60}, DAYS).changes) is None
