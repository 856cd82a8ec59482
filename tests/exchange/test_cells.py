"""Readers of single cells: each way of writing a value, beside what must be read and said."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from exchange.cells import (
    CellReading,
    FieldReader,
    ReadContext,
    amount_reader,
    choice_reader,
    clean,
    credit_code_reader,
    date_reader,
    land_reader,
    local_code_reader,
    month_reader,
    name_reader,
    owner_reader,
    percent_reader,
    period_reader,
    place_reader,
    project_code_reader,
    rate_reader,
    term_reader,
    text_reader,
)
from exchange.cells.numerals import chinese_number
from exchange.raw import CellError, LongNumber, OverlongText, RawValue, Uncached
from projects.findings import message
from projects.values import LandUnit, MoneyUnit
from tests.exchange.tables import reference

CONTEXT = ReadContext(reference(), year=2020)
JUNE = datetime(2020, 6, 1)  # noqa: DTZ001 -- a cell of Excel knows no zone
LONG_AGO = datetime(1910, 1, 1)  # noqa: DTZ001 -- likewise


def _read(reader: FieldReader, raw: RawValue, percent: bool = False) -> tuple[str | None, str]:
    """The value as text and the codes said; every finding must have words."""
    result = reader(raw, percent)
    value: Any = result.value if isinstance(result, CellReading) else result
    findings = result.findings if isinstance(result, CellReading) else ()
    for finding in findings:
        assert "{" not in message(finding, "zh") + message(finding, "en")
    if isinstance(value, tuple):
        value = "~".join("" if one is None else str(one) for one in value)
    return (None if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)), " ".join(one.code for one in findings)


@pytest.mark.parametrize(
    ("raw", "value", "said"),
    [
        (15800, "15800", ""),
        (0, "0", ""),
        (4800.5, "4800.5", ""),
        (0.1 + 0.2, "0.3", ""),
        ("41,400.00", "41400.00", ""),
        ("41，400", "41400", ""),
        ("１８７００", "18700", ""),
        (" 6,040 ", "6040", ""),
        ("21800万元", "21800", ""),
        ("5.46亿元", "54600", ""),
        ("3亿2000万", "32000", ""),
        ("￥100万", "100", ""),
        ("5000元", "0.5", ""),
        ("约361000", "361000", "amount_approx"),
        ("近10亿元", "100000", "amount_approx"),
        ("3.5亿左右", "35000", "amount_approx"),
        ("10余亿元", "100000", "amount_approx"),
        ("15800（暂估）", "15800", "amount_approx"),
        ("15800（含征地）", "15800", "amount_with_note"),
        ("3000-5000", None, "amount_range"),
        ("3-5亿", None, "amount_range"),
        ("-46600", "-46600", "amount_negative"),
        (-120, "-120", "amount_negative"),
        ("(120)", "-120", "amount_negative"),
        ("待定", None, "amount_not_number"),
        ("暂无", None, "amount_not_number"),
        ("三千万", None, "amount_not_number"),
        ("5000+3000", None, "amount_not_number"),
        ("12%", None, "amount_not_number"),
        ("12.345,00", None, "amount_not_number"),
        ("12,34", None, "amount_not_number"),
        ("1,2345", "12345", ""),
        ("1.2亿美元", None, "amount_not_number"),
        (True, None, "amount_not_number"),
        (float("nan"), None, "amount_not_number"),
        (float("inf"), None, "amount_not_number"),
        (date(2020, 1, 1), None, "amount_not_number"),
        ("1e400", None, "amount_too_large"),
        (LongNumber("2.02E+19"), None, "amount_too_large"),
        (2e9, "2000000000", "unit_suspect"),
        (CellError("#DIV/0!"), None, "formula_error"),
        ("#REF!", None, "formula_error"),
        (Uncached.FORMULA, None, "formula_no_cache"),
        (OverlongText("1" * 10, 40000), None, "text_too_long"),
        ("无", None, "value_means_nothing"),
        *[(blank, None, "") for blank in (None, "", " ", "\u3000", "-", "—", "——", "/", "－", "\\", "\u200b")],
    ],
)
def test_amount_in_wan(raw: RawValue, value: str | None, said: str) -> None:
    read, codes = _read(amount_reader("total_wan", CONTEXT), raw)
    assert (None if read is None else Decimal(read), codes) == (None if value is None else Decimal(value), said)


def test_amount_takes_the_unit_of_its_column_unless_the_cell_names_one() -> None:
    in_yi = amount_reader("total_wan", ReadContext(reference(), MoneyUnit.YI))
    assert [in_yi(raw, False) for raw in (5.46, "11.47", 0.0001)] == [Decimal(54600), Decimal(114700), Decimal(1)]
    assert _read(in_yi, "21800万元") == ("21800", "")
    in_yuan = amount_reader("total_wan", ReadContext(reference(), MoneyUnit.YUAN))
    assert _read(in_yuan, 123456)[0] == "12.3456"


@pytest.mark.parametrize(
    ("raw", "value", "said"),
    [
        *[
            (text, "2020-06", "")
            for text in ("2020年6月", "2020年6月底", "2020年6月中旬", "2020.6", "2020.06", "2020-06", "2020/6", "202006", 202006, 2020.06)
        ],
        *[(text, "2020-06", "") for text in ("2020年 6 月", "2020年6月份", "二〇二〇年六月", "20年6月", "20.6", "预计2020年6月底前竣工")],
        *[(text, "2020-06", "") for text in ("06/2020", "Jun-20", "2020-Jun", "2020·6", "2020-6-", "2020年6月（已开工）", "2020、6")],
        *[(text, "2020-06-30", "") for text in ("2020/6/30", "2020年6月30日", "20200630", 20200630, "2020-06-30 00:00:00", "2020.06.30")],
        ("15/06/2020", "2020-06-15", ""),
        ("03/04/2020", None, "date_unreadable"),
        (JUNE, "2020-06-01", ""),
        (date(2020, 6, 1), "2020-06-01", ""),
        (43983, "2020-06-01", ""),
        (43983.75, "2020-06-01", ""),
        ("43983", "2020-06-01", ""),
        ("二〇一八年十一月", "2018-11", ""),
        ("09.10", "2009-10", ""),
        ("2019", "2019", ""),
        (2019, "2019", ""),
        ("2019年", "2019", ""),
        (2020.11, "2020-11", ""),
        (2020.1, "2020-01", "date_ambiguous"),
        ("2020.1", "2020-01", ""),
        ("6月", "2020-06", "date_imprecise"),
        ("上半年", "2020-H1", "date_imprecise"),
        ("2021年下半年", "2021-H2", "date_imprecise"),
        ("2020Q2", "2020-Q2", "date_imprecise"),
        ("二季度", "2020-Q2", "date_imprecise"),
        ("2020年第三季度", "2020-Q3", "date_imprecise"),
        ("2020年底", "2020", "date_imprecise"),
        ("年内开工", "2020", "date_imprecise"),
        *[
            (bad, None, "date_unreadable")
            for bad in ("2020.13", 2020.13, 202014, "2020年13月", "待定", "2020-02-30", True, time(8), 60, float("nan"))
        ],
        *[(far, None, "date_out_of_range") for far in (-5, 0, 2958466, 1e10, "2120年6月", "1900-01", LONG_AGO)],
        ("未开工", None, "value_means_nothing"),
        ("—", None, ""),
        (None, None, ""),
    ],
)
def test_date_with_its_precision(raw: RawValue, value: str | None, said: str) -> None:
    assert _read(date_reader("planned_start", CONTEXT), raw) == (value, said)


def test_bare_2020_1_is_october_where_the_column_pads_its_months() -> None:
    padded = date_reader("planned_start", ReadContext(reference(), padded_months=True))
    assert _read(padded, 2020.1) == ("2020-10", "date_ambiguous")
    assert _read(padded, "2020.1") == ("2020-10", "date_ambiguous")


def test_month_without_a_year_can_not_be_read_where_the_sheet_names_none() -> None:
    assert _read(date_reader("planned_start", ReadContext(reference())), "6月") == (None, "date_unreadable")


def test_report_month_may_be_bare() -> None:
    assert [_read(month_reader("period", CONTEXT), raw) for raw in ("6月", 6, "6月份", "2020年6月")] == [("2020-06", "")] * 4


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("2019-2022", "2019~2022"),
        ("2018-21", "2018~2021"),
        ("2019.3-2022.12", "2019-03~2022-12"),
        ("17.12-21.7", "2017-12~2021-07"),
        ("09.10-11.3", "2009-10~2011-03"),
        ("2019年3月至2022年12月", "2019-03~2022-12"),
        ("2019年3月～2022年", "2019-03~2022"),
        ("2020.05——2022.10", "2020-05~2022-10"),
        ("2019-03-2022-12", "2019-03~2022-12"),
        ("201903-202212", "2019-03~2022-12"),
        ("2019.5-12", "2019-05~2019-12"),
        ("2019、2020、2021", "2019~2021"),
        ("2010-", "2010~"),
        ("-2021", "~2021"),
        ("2019.03至今", "2019-03~"),
        ("2018年3月开工，2021年12月竣工", "2018-03~2021-12"),
        ("2018年3月起，2021年12月止", "2018-03~2021-12"),
        ("2018年3月起至2021年12月止", "2018-03~2021-12"),
        ("2020", "2020~2020"),
        (2020, "2020~2020"),
        (" 2019 - 2021 ", "2019~2021"),
    ],
)
def test_period_gives_start_and_finish(raw: RawValue, value: str) -> None:
    assert _read(period_reader("planned_start", "planned_finish", CONTEXT), raw) == (value, "")


@pytest.mark.parametrize(("raw", "said"), [("待定", "date_unreadable"), ("三年", "period_is_duration"), ("36个月", "period_is_duration"), ("—", "")])
def test_period_that_gives_no_dates(raw: str, said: str) -> None:
    assert _read(period_reader("planned_start", "planned_finish", CONTEXT), raw)[1] == said


@pytest.mark.parametrize(
    ("raw", "value", "said"),
    [
        ("2018-370212-44-02-093718", "2018-370212-44-02-093718", ""),
        ("2018－370285－78－01－038225", "2018-370285-78-01-038225", ""),
        ("20183702834602027016", "2018-370283-46-02-027016", ""),
        ("项目代码：2018-370283-46-02-027016", "2018-370283-46-02-027016", ""),
        ("2018-370283-77-03-0104", "2018-370283-77-03-0104", "code_format"),
        ("2018-370102-44-02-093718", "2018-370102-44-02-093718", "code_region"),
        ("2011-370211-04-01-000018", "2011-370211-04-01-000018", ""),
        ("2011-370211-04-01-000019", "2011-370211-04-01-000019", "code_check_digit"),
        ("2018-370212-44-02-093718、2018-370212-44-02-093719", "2018-370212-44-02-093718", "code_several"),
        (None, None, "code_blank"),
        ("-", None, "code_blank"),
        ("正在办理", None, "code_pending"),
        ("无", None, "code_pending"),
        (LongNumber("2.017370214480304e+19"), None, "code_precision_lost"),
        (2.017e19, None, "code_precision_lost"),
        (20183702834602027016, None, "code_precision_lost"),
        ("2.02E+19", None, "code_precision_lost"),
        (CellError("#N/A"), None, "formula_error"),
    ],
)
def test_project_code(raw: RawValue, value: str | None, said: str) -> None:
    assert _read(project_code_reader("code", CONTEXT), raw) == (value, said)


@pytest.mark.parametrize(
    ("raw", "value", "said"),
    [
        ("91370200MA3TE5T035", "91370200MA3TE5T035", ""),
        ("91370200ma3te5t035", "91370200MA3TE5T035", ""),
        ("91370200MA3TE5T036", "91370200MA3TE5T036", "uscc_check"),
        ("91370200MA3TE5T03", "91370200MA3TE5T03", "uscc_format"),
        ("9137O200MA3TE5T035", "9137O200MA3TE5T035", "uscc_format"),
        (9.137e17, None, "uscc_format"),
        (None, None, "uscc_missing"),
        ("待办理", None, "uscc_pending"),
    ],
)
def test_credit_code(raw: RawValue, value: str | None, said: str) -> None:
    assert _read(credit_code_reader(), raw) == (value, said)


def test_typing_damage_of_a_credit_code_is_named_with_the_likely_code() -> None:
    result = credit_code_reader()("9137O200MA3TE5T035", False)
    assert isinstance(result, CellReading)
    assert result.findings[0].params["guess"] == "91370200MA3TE5T035"


@pytest.mark.parametrize(
    ("raw", "value", "said"),
    [
        ("05954859855", "05954859855", ""),
        (5954859855, "5954859855", ""),
        (5954859855.0, "5954859855", ""),
        ("2.02E+11", None, "code_precision_lost"),
        ("/", None, ""),
    ],
)
def test_local_code(raw: RawValue, value: str | None, said: str) -> None:
    assert _read(local_code_reader(), raw) == (value, said)


@pytest.mark.parametrize(
    ("raw", "value", "said"),
    [
        ("市南", "市南区", ""),
        ("青岛市崂山区", "崂山区", ""),
        ("青岛西海岸新区", "黄岛区", ""),
        ("黄岛区（西海岸新区）", "黄岛区", ""),
        ("高新区", "高新区", ""),
        ("胶南市", "黄岛区", "district_obsolete"),
        ("四方区", "市北区", "district_obsolete"),
        ("即墨市", "即墨区", "district_obsolete"),
        ("370202", "市南区", ""),
        (370211, "黄岛区", ""),
        ("370281 胶州市", "胶州市", ""),
        ("山东省青岛市莱西市", "莱西市", ""),
        ("370102", None, "district_unknown"),
        ("城阳区河套街道", "城阳区", "district_from_text"),
        ("市南区、市北区", "市南区", "district_several"),
        ("青岛市", None, "district_unknown"),
        ("济南市", None, "district_unknown"),
        ("　", None, ""),
    ],
)
def test_place(raw: RawValue, value: str | None, said: str) -> None:
    assert _read(place_reader("district", CONTEXT), raw) == (value, said)


@pytest.mark.parametrize(
    ("raw", "percent", "value", "said"),
    [
        (3.23, False, "3.23", ""),
        (0.0323, True, "3.23", ""),
        ("3.23%", False, "3.23", ""),
        (0.0323, False, "3.23", "interest_suspect"),
        (32.3, False, "32.3", "interest_suspect"),
        ("待定", False, None, "amount_not_number"),
        (None, False, None, ""),
    ],
)
def test_interest_rate(raw: RawValue, percent: bool, value: str | None, said: str) -> None:
    read, codes = _read(rate_reader(), raw, percent)
    assert (None if read is None else Decimal(read), codes) == (None if value is None else Decimal(value), said)


def test_share_is_a_percentage_however_it_is_stored() -> None:
    percents = percent_reader("progress_percent", CONTEXT)
    fractions = percent_reader("progress_percent", ReadContext(reference(), fractions=True))
    read = [_read(percents, 35), _read(percents, 0.35, percent=True), _read(percents, "35%"), _read(fractions, 0.35)]
    assert [Decimal(value or "") for value, _ in read] == [Decimal(35)] * 4


@pytest.mark.parametrize(("raw", "value"), [(10, "10"), ("10年", "10"), ("15年期", "15"), (7.0, "7"), ("/", None)])
def test_term(raw: RawValue, value: str | None) -> None:
    assert _read(term_reader(), raw) == (value, "")


def test_land_comes_in_mu() -> None:
    assert _read(land_reader("land_mu", LandUnit.HECTARE), 2) == ("30.0000", "")
    assert _read(land_reader("land_mu", LandUnit.MU), "2公顷") == ("30.0000", "")
    assert _read(land_reader("land_mu", LandUnit.MU), "约一百亩") == (None, "land_unreadable")


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("　辽宁路 小学新建工程 ", "辽宁路小学新建工程"),
        ("新都心海\n上风电场", "新都心海上风电场"),
        ("Some  Project Name", "Some Project Name"),
        ("5G 基站", "5G 基站"),
        ("项 目 名 称", "项目名称"),
        ("a\u200bb\u202ec", "abc"),
        ("天\x00地\x0b", "天地"),
    ],
)
def test_text_is_cleaned(raw: str, value: str) -> None:
    assert clean(raw) == value


def test_name_loses_its_marks_and_keeps_them_apart() -> None:
    result = name_reader()("★▲泽屿产业园●", False)
    assert isinstance(result, CellReading)
    assert (result.value, result.also) == ("泽屿产业园", {"marks": "★▲●"})


def test_name_is_never_too_long_in_silence() -> None:
    assert _read(name_reader(), "长" * 501) == (None, "text_too_long")
    assert _read(text_reader("problems"), "x" * 32_767) == ("x" * 32_767, "")
    assert _read(text_reader("problems"), "\U0001f600" * 16_384) == (None, "text_too_long")  # Excel counts each twice


def test_person_far_from_the_unit_is_the_contact() -> None:
    result = owner_reader()("青岛甲公司" + " " * 30 + "张三", False)
    assert isinstance(result, CellReading)
    assert (result.value, result.also) == ("青岛甲公司", {"contact": "张三"})
    assert owner_reader()("青岛  甲公司", False) == "青岛甲公司"


def test_number_in_a_text_column_has_no_decimals() -> None:
    assert _read(text_reader("phone"), 13800001111.0) == ("13800001111", "")


@pytest.mark.parametrize(("raw", "said"), [("在建", ""), ("在建项目", ""), ("前期工作", ""), ("正在建设", ""), ("未知", "enum_unknown"), ("-", "")])
def test_stage_word(raw: str, said: str) -> None:
    assert _read(choice_reader("stage", reference().stages), raw)[1] == said


@pytest.mark.parametrize(
    ("text", "number"),
    [("三千万", 30_000_000), ("一百二十", 120), ("十五", 15), ("二〇一九", 2019), ("五亿三千万", 530_000_000), ("三点五", None), ("", None)],
)
def test_chinese_numeral(text: str, number: int | None) -> None:
    assert chinese_number(text) == number
