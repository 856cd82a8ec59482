"""Values: codes and their check characters, months, partly known dates, money and land."""

from datetime import date
from decimal import Decimal

import pytest

from projects.values import (
    CodeForm,
    CreditCode,
    LandUnit,
    MoneyUnit,
    Month,
    PartialDate,
    ProjectCode,
    date_from_serial,
    fen_to_wan,
    fold_dashes,
    normalise_code,
    to_mu,
    to_wan,
    wan_to_fen,
)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("2018-370285-29-03-000005", "2018-370285-29-03-000005"),
        (
            "２０１８－３７０２８５－２９－０３－０００００５",
            "2018-370285-29-03-000005",
        ),
        (" 2018—370285 —29–03−000005\n", "2018-370285-29-03-000005"),
        ("20183702852903000005", "2018-370285-29-03-000005"),
        ("2018-370285-2903-000005", "2018-370285-29-03-000005"),
        ("2018-37028-529-03-000005", "2018-37028-529-03-000005"),
        ("'2018-370285-29-03-000005", "2018-370285-29-03-000005"),
        ("青发改备2018", "青发改备2018"),
    ],
)
def test_code_is_normalised(written: str, code: str) -> None:
    assert normalise_code(written) == code


@pytest.mark.parametrize(
    ("text", "form", "year"),
    [
        ("2020-370202-54-01-000001", CodeForm.OLD, 2020),
        ("2011-370202-04-01-123458", CodeForm.NEW, 2020),
        ("2021-370202-04-01-123458", CodeForm.OLD, 2021),
        ("2112-370202-04-01-123458", CodeForm.NEW, 2021),
        ("2017-130000-01-01-00001", CodeForm.OLD, 2017),
    ],
)
def test_digits_three_and_four_decide_the_form(text: str, form: CodeForm, year: int) -> None:
    code = ProjectCode.parse(text)
    assert code is not None
    assert (code.form, code.year) == (form, year)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2013-370202-04-01-123458",
        "2014-370202-04-01-12345",
        "3020-370202-04-01-123458",
        "2020-37020-04-01-1234567",
    ],
)
def test_what_is_no_code(text: str) -> None:
    assert ProjectCode.parse(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "2305-371121-04-01-122324",
        "2509-320193-89-01-544060",
        "2111-522323-04-01-342068",
    ],
)
def test_check_digit_fits_public_codes(text: str) -> None:
    code = ProjectCode.parse(text)
    assert code is not None
    assert code.check_digit_fits
    assert code.month is not None
    wrong = ProjectCode.parse(text[:-1] + str((int(text[-1]) + 1) % 10))
    assert wrong is not None
    assert not wrong.check_digit_fits


def test_old_code_has_no_check_digit() -> None:
    code = ProjectCode.parse("2018-370285-29-03-000005")
    assert code is not None
    assert (
        code.expected_check_digit,
        code.check_digit_fits,
        code.region,
        code.month,
    ) == (None, True, "370285", None)


@pytest.mark.parametrize(
    "text",
    [
        "91350100M000100Y43",
        "91370200264574251E",
        "91370200MA3TE5T035",
        "91370282MA3T000252",
    ],
)
def test_credit_code_check_fits(text: str) -> None:
    code = CreditCode.parse(text)
    assert code is not None
    assert code.check_fits


def test_credit_code_names_the_character_it_should_end_with() -> None:
    code = CreditCode.parse("91350100M000100Y4Z".replace("Z", "4"))
    assert code is not None
    assert (code.check_fits, code.expected_check) == (False, "3")
    haier = CreditCode.parse("91370200264574251E")
    assert haier is not None
    assert haier.organisation_check_fits
    assert haier.region == "370200"


@pytest.mark.parametrize(
    "text",
    ["91350100M000100Y4Z", "9135010OM000100Y43", "91350100M000100Y4", "9.137E+17", ""],
)
def test_what_is_no_credit_code(text: str) -> None:
    assert CreditCode.parse(text) is None


def test_credit_code_is_repaired_only_when_the_check_then_fits() -> None:
    assert CreditCode.repair("9135O1OOMOOO1OOY43") == CreditCode("91350100M000100Y43")
    assert CreditCode.repair("9135O1OOMOOO1OOY44") is None
    assert CreditCode.normalise(" 91350100m000100y43 ") == "91350100M000100Y43"


def test_month_arithmetic_crosses_the_year() -> None:
    june = Month.parse("2020-06")
    assert str(june.plus(7)) == "2021-01"
    assert june.plus(-6) == Month(2019, 12)
    assert Month.from_index(june.index) == june
    assert (june.quarter, june.last_day, june.previous, june.next) == (
        2,
        date(2020, 6, 30),
        Month(2020, 5),
        Month(2020, 7),
    )
    assert sorted([Month(2020, 2), Month(2019, 12)]) == [
        Month(2019, 12),
        Month(2020, 2),
    ]


@pytest.mark.parametrize("text", ["2020-13", "2020-6", "2020", "", "2020-06-01"])
def test_what_is_no_month(text: str) -> None:
    with pytest.raises(ValueError, match="month"):
        Month.parse(text)


@pytest.mark.parametrize(
    ("text", "precision", "first", "last"),
    [
        ("2020", "year", date(2020, 1, 1), date(2020, 12, 31)),
        ("2020-02", "month", date(2020, 2, 1), date(2020, 2, 29)),
        ("2020-06-30", "day", date(2020, 6, 30), date(2020, 6, 30)),
        ("2020-Q2", "quarter", date(2020, 4, 1), date(2020, 6, 30)),
        ("2020-H1", "half", date(2020, 1, 1), date(2020, 6, 30)),
        ("2020-H2", "half", date(2020, 7, 1), date(2020, 12, 31)),
    ],
)
def test_partial_date_keeps_its_precision(text: str, precision: str, first: date, last: date) -> None:
    value = PartialDate.parse(text)
    assert (str(value), value.precision, value.first_day, value.last_day) == (
        text,
        precision,
        first,
        last,
    )


@pytest.mark.parametrize("text", ["", "20", "2020-13", "2020-02-30", "2020-Q5", "2020-H3", "2020-6", "0000"])
def test_what_is_no_partial_date(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        PartialDate.parse(text)


def test_partial_dates_compare_only_when_sure() -> None:
    assert PartialDate(2019).surely_before(PartialDate(2020, 1))
    assert not PartialDate(2020).surely_before(PartialDate(2020, 6))
    assert PartialDate(2020, 5).surely_before(date(2020, 6, 1))
    assert PartialDate(2020, 5) < PartialDate(2020, 6)


def test_parts_that_exclude_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="exclude"):
        PartialDate(2020, month=3, quarter=1)


@pytest.mark.parametrize(
    ("serial", "day"),
    [
        (43831, date(2020, 1, 1)),
        (43983.75, date(2020, 6, 1)),
        (61, date(1900, 3, 1)),
        (60, None),
        (-5, None),
        (2958466, None),
    ],
)
def test_excel_serial(serial: float, day: date | None) -> None:
    assert date_from_serial(serial) == day


@pytest.mark.parametrize(
    ("amount", "unit", "wan"),
    [
        ("3.5", MoneyUnit.YI, "35000"),
        ("123456.78", MoneyUnit.YUAN, "12.345678"),
        ("12", MoneyUnit.WAN, "12"),
        ("1.05", MoneyUnit.QIANWAN, "1050"),
    ],
)
def test_amounts_become_wan(amount: str, unit: MoneyUnit, wan: str) -> None:
    assert to_wan(Decimal(amount), unit) == Decimal(wan)


def test_fen_are_exact() -> None:
    assert wan_to_fen(Decimal("0.000001")) == 1
    assert wan_to_fen(Decimal("1234.5678905")) == 1_234_567_891
    assert fen_to_wan(1_234_567_891) == Decimal("1234.567891")
    assert fen_to_wan(wan_to_fen(Decimal("35400000"))) == Decimal("35400000")


@pytest.mark.parametrize(
    ("area", "unit", "mu"),
    [
        ("2", LandUnit.HECTARE, "30"),
        ("10000", LandUnit.SQUARE_METRE, "15"),
        ("1", LandUnit.SQUARE_KILOMETRE, "1500"),
    ],
)
def test_land_becomes_mu(area: str, unit: LandUnit, mu: str) -> None:
    assert to_mu(Decimal(area), unit) == Decimal(mu)


def test_the_numeral_one_is_a_dash_only_inside_a_code() -> None:
    assert normalise_code("2018一370285一29一03一000005") == "2018-370285-29-03-000005"
    assert fold_dashes("一季度－二季度") == "一季度-二季度"
