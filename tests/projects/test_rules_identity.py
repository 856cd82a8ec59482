"""Rules 1-11 and 67: name, codes, division; each on both sides of its edge."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from projects.findings import advice, message
from projects.records import CodeRecord
from projects.rules import CODE_RULES, identity, run, stage
from projects.stages import Stage
from projects.values import Month, PartialDate, ProjectCode
from tests.projects.rule_cases import CONTEXT, NEW_CODE, OLD_CODE, E, I, W, context, hear, project


@pytest.mark.parametrize(
    "name, heard",
    [
        pytest.param("道路工", [("name_length", E, "name")], id="3 characters"),
        pytest.param("道路工程", [], id="4 characters"),
        pytest.param(" 道路工 ", [("name_length", E, "name")], id="blanks do not count"),
        pytest.param("道" * 200, [], id="200 characters"),
        pytest.param("道" * 201, [("name_length", E, "name")], id="201 characters"),
        pytest.param(None, [], id="no name is another rule's word"),
    ],
)
def test_rule_1_name_length(name, heard):
    assert hear(identity.name_length, project(name=name)) == heard


@pytest.mark.parametrize("name", [None, ""])
def test_rule_1_name_required(name):
    assert hear(stage.required_for_stage, project(name=name)) == [("required_missing", E, "name")]


@pytest.mark.parametrize(
    "code, heard",
    [
        pytest.param(OLD_CODE, [], id="old form"),
        pytest.param(NEW_CODE, [], id="new form"),
        pytest.param("2019－370211—48–01 000123", [], id="strange dashes are read"),
        pytest.param("20193702114801000123", [], id="20 bare digits are read"),
        pytest.param("2019-370211-48-01-0001", [("code_format", E, "code")], id="serial of 4 digits"),
        pytest.param("2019-37021-48-01-000123", [("code_format", E, "code")], id="region of 5 digits"),
        pytest.param("正在办理", [("code_format", E, "code")], id="words"),
        pytest.param("2.02E+19", [("code_format", E, "code")], id="made a number by Excel"),
        pytest.param("2014-370211-48-01-000123", [], id="right shape, wrong time is rule 4"),
        pytest.param(None, [], id="none"),
    ],
)
def test_rule_2_code_form(code, heard):
    assert hear(identity.code_form, project(code=code)) == heard


@pytest.mark.parametrize(
    "code, heard",
    [
        pytest.param(NEW_CODE, [], id="fits"),
        pytest.param(NEW_CODE[:-1] + "9", [("code_check_digit", I, "code")], id="does not fit"),
        pytest.param(OLD_CODE, [], id="old codes have none"),
        pytest.param("正在办理", [], id="not a code"),
        pytest.param(None, [], id="none"),
    ],
)
def test_rule_3_check_digit_is_a_hint(code, heard):
    assert hear(identity.code_check_digit, project(code=code)) == heard


@pytest.mark.parametrize(
    "code, month, heard",
    [
        pytest.param(NEW_CODE, Month(2020, 11), [], id="got in the month reported"),
        pytest.param(NEW_CODE, Month(2020, 10), [("code_time", E, "code")], id="got a month later"),
        pytest.param(OLD_CODE, Month(2019, 1), [], id="old code of the year"),
        pytest.param(OLD_CODE, Month(2018, 12), [("code_time", E, "code")], id="old code of a later year"),
        pytest.param("2014-370211-48-01-000123", Month(2020, 6), [("code_time", E, "code")], id="month 14"),
        pytest.param("2013-370211-04-01-000018", Month(2020, 6), [("code_time", E, "code")], id="month 13"),
        pytest.param("2000-370211-04-01-000018", Month(2020, 6), [("code_time", E, "code")], id="month 00"),
        pytest.param("正在办理", Month(2020, 6), [], id="not a code"),
        pytest.param(None, Month(2020, 6), [], id="none"),
    ],
)
def test_rule_4_code_time(code, month, heard):
    assert hear(identity.code_time, project(code=code), context(month=month)) == heard


def test_rule_4_counts_to_today_where_no_month_is_reported():
    assert hear(identity.code_time, project(code=NEW_CODE), context(month=None)) == [("code_time", E, "code")]


@pytest.mark.parametrize(
    "code, approved, heard",
    [
        pytest.param(OLD_CODE, PartialDate(2020, 10, 31), [], id="approved on the last old day"),
        pytest.param(OLD_CODE, PartialDate(2020, 11, 1), [("code_unusual", W, "code")], id="approved a day later"),
        pytest.param(OLD_CODE, PartialDate(2020), [], id="approved some day of the year"),
        pytest.param(OLD_CODE, None, [], id="approval not known"),
        pytest.param("2017-370211-01-01-00001", None, [("code_unusual", W, "code")], id="serial of 5 digits"),
        pytest.param(NEW_CODE, PartialDate(2020, 11, 1), [], id="new code"),
        pytest.param(None, PartialDate(2020, 11, 1), [], id="none"),
    ],
)
def test_rule_5_code_unusual(code, approved, heard):
    assert hear(identity.code_unusual, project(code=code, approval_date=approved)) == heard


def _of_region(region):
    return f"2019-{region}-48-01-000123"


@pytest.mark.parametrize(
    "region, own, heard",
    [
        pytest.param("370211", "370211", [], id="the unit's own"),
        pytest.param("370202", "370211", [("code_region_unit", W, "code")], id="another district"),
        pytest.param("370200", "370211", [], id="the city's"),
        pytest.param("370271", "370211", [], id="statistical zone"),
        pytest.param("370282", "370215", [], id="retired code of the unit's division"),
        pytest.param("370282", "370211", [("code_region_unit", W, "code")], id="retired code of another"),
        pytest.param("370202", None, [], id="unit without a division"),
        pytest.param("370202", "370200", [], id="unit of the city"),
        pytest.param("370102", None, [("code_region", W, "code")], id="another city"),
        pytest.param("370302", "370211", [("code_region", W, "code")], id="next prefix"),
    ],
)
def test_rule_6_code_region(region, own, heard):
    assert hear(identity.code_region, project(code=_of_region(region), unit_division=own)) == heard


@pytest.mark.parametrize("code", [None, "正在办理"])
def test_rule_6_needs_a_code(code):
    assert hear(identity.code_region, project(code=code)) == []


@pytest.mark.parametrize(
    "code, who, heard",
    [
        pytest.param(OLD_CODE, 7, [], id="its own"),
        pytest.param(OLD_CODE, 8, [("code_duplicate", E, "code")], id="another project's"),
        pytest.param(OLD_CODE, None, [("code_duplicate", E, "code")], id="of a new project"),
        pytest.param(OLD_CODE.replace("-", ""), 8, [("code_duplicate", E, "code")], id="written without hyphens"),
        pytest.param("2019-370211-48-01-000124", 8, [], id="free"),
        pytest.param(None, 8, [], id="none"),
    ],
)
def test_rule_7_code_unique(code, who, heard):
    assert hear(identity.code_unique, project(code=code, identity=who)) == heard


def test_code_rules_judge_a_child_code_alike():
    child = CodeRecord("2019-370102-48-01-0001", identity=9)
    assert [finding.code for finding in run(CODE_RULES, child, CONTEXT)] == ["code_format"]


@pytest.mark.parametrize(
    "at, heard",
    [
        pytest.param(Stage.PREP, [], id="preliminary"),
        pytest.param(Stage.PLANNED, [("code_missing", E, "code")], id="planned"),
        pytest.param(Stage.BUILD, [("code_missing", E, "code")], id="under construction"),
        pytest.param(None, [], id="stage not known"),
    ],
)
def test_rule_8_code_required(at, heard):
    assert hear(stage.required_for_stage, project(code=None, stage=at)) == heard


@pytest.mark.parametrize(
    "uscc, heard",
    [
        pytest.param("91370200264574251E", [], id="fits"),
        pytest.param("91350100M000100Y43", [], id="printed example"),
        pytest.param("91350100M000100Y4Z", [("uscc_format", E, "uscc")], id="Z is no sign of the set"),
        pytest.param("91370200264574251F", [("uscc_check", E, "uscc")], id="wrong check character"),
        pytest.param("9137020026457425", [("uscc_format", E, "uscc")], id="16 characters"),
        pytest.param("9137O200264574251E", [("uscc_format", E, "uscc")], id="letter O"),
        pytest.param("９1370200264574251e", [], id="full width and lower case are read"),
        pytest.param(None, [], id="none"),
    ],
)
def test_rule_9_credit_code(uscc, heard):
    assert hear(identity.credit_code, project(uscc=uscc)) == heard


@pytest.mark.parametrize(
    "uscc, heard",
    [
        pytest.param("91370200264574251E", [], id="fits"),
        pytest.param("91370200264574252H", [("organisation_code_check", W, "uscc")], id="wrong 17th, right 18th"),
        pytest.param("91370200264574252E", [], id="wrong 18th is rule 9 alone"),
        pytest.param("9137", [], id="not a code"),
        pytest.param(None, [], id="none"),
    ],
)
def test_rule_10_organisation_code(uscc, heard):
    assert hear(identity.organisation_code, project(uscc=uscc)) == heard


@pytest.mark.parametrize(
    "district, year, heard",
    [
        pytest.param("黄岛区", 2020, [], id="known"),
        pytest.param("西海岸新区", 2020, [], id="alias"),
        pytest.param("市南区、黄岛区", 2020, [], id="two"),
        pytest.param("天河区", 2020, [("district_unknown", E, "district")], id="unknown"),
        pytest.param("市南区、天河区", 2020, [("district_unknown", E, "district")], id="one of two unknown"),
        pytest.param("胶南市", 2020, [("district_obsolete", W, "district")], id="retired"),
        pytest.param("即墨市", 2018, [("district_obsolete", W, "district")], id="the year after it went"),
        pytest.param("即墨市", 2017, [], id="the year it went"),
        pytest.param("旧区", 2020, [("district_unknown", E, "district")], id="retired without successor"),
        pytest.param("未来区", 2020, [("district_unknown", E, "district")], id="not yet"),
        pytest.param("未来区", 2021, [], id="from its first year"),
        pytest.param(None, 2020, [], id="none"),
    ],
)
def test_rule_11_district(district, year, heard):
    assert hear(identity.district_known, project(district=district), context(plan_year=year)) == heard


def test_rule_11_is_silent_without_a_table():
    assert hear(identity.district_known, project(district="天河区"), context(divisions=None)) == []


@pytest.mark.parametrize(
    "kind, sector, heard",
    [
        pytest.param("emerging", None, [("sei_missing", E, "sector")], id="emerging without field"),
        pytest.param("emerging", "新材料产业", [], id="emerging with field"),
        pytest.param("infrastructure", None, [("stage_field_missing", E, "sector")], id="infrastructure without sector"),
    ],
)
def test_rule_67_emerging_field(kind, sector, heard):
    assert hear(stage.required_for_stage, project(kind=kind, sector=sector)) == heard


def test_messages_name_what_was_found_and_what_would_be_right():
    said = run((identity.credit_code, identity.code_unique), project(uscc="91370200264574251F", identity=8), CONTEXT)
    assert [message(finding, "zh-hans") for finding in said] == [
        "统一社会信用代码91370200264574251F校验不通过：末位为F，应为E",
        f"项目代码{OLD_CODE}已被项目“滨海大道改造工程”使用",
    ]
    assert [message(finding, "en") for finding in said] == [
        "Unified social credit code 91370200264574251F fails its check: it ends in F, not E",
        f"Project code {OLD_CODE} already belongs to project “滨海大道改造工程”",
    ]
    assert advice(said[0]) == "请对照营业执照逐位核对"


@given(st.from_regex(r"(20|1|2\d)?\d{2}-\d{6}-\d{2}-\d{2}-\d{5,6}", fullmatch=True) | st.text(max_size=26))
@example("200𝟏-000000-00-00-000000")  # a digit that is one, but not of the keyboard
def test_reading_a_code_the_short_way_gives_what_the_long_way_gives(text):
    assert identity.read_code(text) == ProjectCode.parse(text)
