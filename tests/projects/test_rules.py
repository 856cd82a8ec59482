"""The rules as a whole: complete, silent on an ordinary record, worded; and the rules on lists, returns and stage moves."""

from __future__ import annotations

import ast
import inspect
import json
from dataclasses import FrozenInstanceError, replace
from datetime import date
from pathlib import Path

import pytest

from projects import wording
from projects.findings import WORDING, Severity, message
from projects.records import CAPITAL_RATIOS, Thresholds
from projects.rules import CODE_RULES, LIST_RULES, MONTH_RULES, NUMBERS, OF_A_FILE, PROJECT_RULES, RETURN_RULES, lists, run, stage
from projects.stages import DEFAULT_TABLE, Stage, StageTable
from projects.values import Month, PartialDate
from tests.projects.rule_cases import CONTEXT, LIST, PROJECT, REPORT, RETURN, D, E, W, context, hear, project

TUPLES = (PROJECT_RULES, MONTH_RULES, LIST_RULES, RETURN_RULES)
# Kept beside the numbered rules, because the admin and the API must say them as the upload does.
UNNUMBERED = {"ytd_reported", "amounts_not_negative", "dates_plausible", "sheet_asks_enough"}


def test_every_rule_of_the_table_has_its_place():
    assert set(NUMBERS) | set(OF_A_FILE) == {*range(1, 51), 67, 68, 69}
    assert not set(NUMBERS) & set(OF_A_FILE)


def test_every_numbered_rule_runs_and_every_rule_that_runs_is_numbered():
    numbered = {rule for rules in NUMBERS.values() for rule in rules}
    running = {rule for rules in TUPLES for rule in rules}
    assert numbered <= running
    assert {rule.__name__ for rule in running - numbered} == UNNUMBERED
    assert set(CODE_RULES) <= set(PROJECT_RULES)


def test_every_rule_runs_once_and_says_which_it_is():
    for rules in TUPLES:
        assert len(set(rules)) == len(rules)
    for number, rules in NUMBERS.items():
        assert any(str(number) in (inspect.getdoc(rule) or "") for rule in rules), number


def test_ordinary_records_are_passed_in_silence():
    assert run(PROJECT_RULES, PROJECT, CONTEXT) == []
    assert run(MONTH_RULES, REPORT, CONTEXT) == []
    assert run(LIST_RULES, LIST, CONTEXT) == []
    assert run(RETURN_RULES, RETURN, CONTEXT) == []


def test_run_gathers_all_faults_in_order():
    said = run(PROJECT_RULES, project(name="路", total_wan=D(0), uscc="9137", plan_wan=D(-1)), CONTEXT)
    assert [finding.code for finding in said] == ["name_length", "uscc_format", "total_not_positive", "amount_negative"]


def test_records_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        PROJECT.name = "另一个项目"
    with pytest.raises(FrozenInstanceError):
        CONTEXT.plan_year = 2021


def _codes_said():
    """Every code that a rule's source may say: first arguments of blocks, reason and info, and the codes kept in tables."""
    said = set()
    for path in (Path(inspect.getfile(stage)).parent).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                said.add(node.value)
    return said & set(WORDING)


def test_rules_say_nothing_that_is_not_worded_and_word_nothing_that_is_not_said():
    tables = (wording.IDENTITY, wording.STAGE, wording.MONEY, wording.MONTHS, wording.DATES, wording.PERMITS, wording.LISTS)
    worded = {code for table in tables for code in table}
    assert worded - _codes_said() == {"uscc_missing"}  # said by readers of sheets that have the column


@pytest.mark.parametrize("code", sorted(WORDING))
def test_wording_is_there_in_both_languages(code):
    words = WORDING[code]
    assert any("\u4e00" <= sign <= "\u9fff" for sign in words.zh)
    assert any(sign.isascii() and sign.isalpha() for sign in words.en)
    assert bool(words.zh_fix) == bool(words.en_fix)


def test_kinds_of_the_intakes_json():
    assert len(wording.CORPUS_KINDS) == 46
    assert wording.KIND_SEVERITY["total_mismatch"] is Severity.BLOCKS
    assert wording.KIND_SEVERITY["cum_mismatch"] is Severity.REASON
    assert "code_check_digit" not in wording.CORPUS_KINDS


# --- Stage moves (38) and suspension (39) --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "before, after, by_city, why, heard",
    [
        pytest.param(Stage.PLANNED, Stage.BUILD, False, None, [], id="start"),
        pytest.param(Stage.PREP, Stage.BUILD, False, None, [], id="early start"),
        pytest.param(Stage.RESERVE, Stage.BUILD, False, None, [("stage_move", E, "stage")], id="start from the reserve"),
        pytest.param(Stage.BUILD, Stage.BUILD, False, None, [], id="no move"),
        pytest.param(None, Stage.BUILD, False, None, [], id="new project"),
        pytest.param(Stage.BUILD, None, False, None, [], id="stage emptied"),
        pytest.param(Stage.DONE, Stage.BUILD, True, "验收未通过", [], id="back, by the city with a reason"),
        pytest.param(Stage.DONE, Stage.BUILD, True, None, [("stage_move_reason", E, "stage_reason")], id="back, without a reason"),
        pytest.param(Stage.DONE, Stage.BUILD, False, "验收未通过", [("stage_move_city_only", E, "stage")], id="back, by a district"),
        pytest.param(Stage.PLANNED, Stage.PREP, False, "计划调整", [], id="back to preliminary work"),
        pytest.param(Stage.PLANNED, Stage.PREP, False, "", [("stage_move_reason", E, "stage_reason")], id="the same without a reason"),
        pytest.param(Stage.SUSPENDED, Stage.OUT, False, None, [], id="withdrawn while suspended"),
        pytest.param(Stage.DONE, Stage.OUT, False, None, [("stage_move", E, "stage")], id="withdrawn when completed"),
        pytest.param(Stage.OUT, Stage.PREP, True, "x", [("stage_move", E, "stage")], id="back from withdrawn"),
    ],
)
def test_rule_38_stage_move(before, after, by_city, why, heard):
    record = project(previous_stage=before, stage=after, stage_reason=why)
    assert hear(stage.stage_move, record, context(by_city=by_city)) == heard


def test_rule_38_sheet_without_a_reason_is_asked_for_one():
    record = project(previous_stage=Stage.PLANNED, stage=Stage.PREP)
    assert hear(stage.stage_move, record, context(asked=frozenset({"stage"}))) == [("stage_move_reason", W, "stage_reason")]


@pytest.mark.parametrize(
    "day, why, missing",
    [
        pytest.param(PartialDate(2020, 3), "资金未到位", [], id="both"),
        pytest.param(None, "资金未到位", ["stopped_on"], id="no date"),
        pytest.param(PartialDate(2020, 3), None, ["stop_reason"], id="no reason"),
        pytest.param(None, "", ["stopped_on", "stop_reason"], id="neither"),
    ],
)
def test_rule_39_suspension(day, why, missing):
    record = project(stage=Stage.SUSPENDED, stopped_on=day, stop_reason=why)
    assert hear(stage.required_for_stage, record) == [("suspension_unexplained", E, field) for field in missing]


@pytest.mark.parametrize(
    "values, asked, lacking",
    [
        pytest.param({"sector": None, "stage": None}, {"name", "total_wan"}, "“行业领域”、“项目阶段”", id="neither column"),
        pytest.param({"sector": None}, {"name", "stage"}, "“行业领域”", id="no sector"),
        pytest.param({"stage": None}, {"name", "stage"}, None, id="a column with a blank cell is the stage table's matter"),
        pytest.param({"sector": "交通", "stage": Stage.BUILD}, {"name"}, None, id="told by a section row"),
        pytest.param({"sector": None, "stage": None}, None, None, id="a form carries all"),
        pytest.param({"sector": None, "stage": None, "identity": 7}, {"name"}, None, id="known project"),
    ],
)
def test_sheet_without_a_needed_column_is_named_for_new_projects(values, asked, lacking):
    record = project(**{"sector": "交通", "identity": None, **values})
    said = stage.sheet_asks_enough(record, context(month=None, asked=None if asked is None else frozenset(asked)))
    assert (said and said.params["lacking_zh"]) == lacking


def test_month_sheet_needs_no_columns_of_a_new_project():
    record = project(sector=None, stage=None, identity=None)
    assert stage.sheet_asks_enough(record, context(asked=frozenset({"name"}), month=Month(2020, 6))) is None


def test_required_fields_are_not_asked_of_a_door_that_does_not_carry_them():
    record = project(code=None, total_wan=None, owner=None)
    assert hear(stage.required_for_stage, record, context(asked=frozenset({"name", "total_wan"}))) == [("required_missing", E, "total_wan")]


@pytest.mark.parametrize(
    "identity, before, carried, heard",
    [
        (7, Stage.PLANNED, True, E),
        (7, Stage.PREP, True, E),
        (7, None, True, Severity.INFO),  # standing there since before
        (7, Stage.DONE, True, Severity.INFO),  # its stage asked for the start already
        (7, Stage.PLANNED, False, None),  # a sheet without the column can't be blamed
        (None, None, True, W),  # entered as under construction: known, or why not
        (None, None, False, None),
    ],
)
def test_start_date_is_asked_for_on_the_way_into_construction(identity, before, carried, heard):
    record = project(identity=identity, stage=Stage.BUILD, previous_stage=before, actual_start=None)
    asked = None if carried else frozenset({"name", "stage"})
    found = [severity for _code, severity, field in hear(stage.required_for_stage, record, context(asked=asked)) if field == "actual_start"]
    assert found == ([] if heard is None else [heard])


# --- Lists (68, 69) and returns (42, 49) ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes, heard",
    [
        pytest.param({"total_wan": D("35400050")}, [], id="half a 0.01亿元 off"),
        pytest.param({"total_wan": D("35400050.01")}, [("list_differs", W, "total_wan")], id="more off"),
        pytest.param({"total_wan": D("35395000"), "tolerance_wan": D(5000)}, [], id="document prints whole 亿元"),
        pytest.param({"count": 150}, [("list_differs", W, "count")], id="one member short"),
        pytest.param({"total_wan": None}, [("list_differs", W, "total_wan")], id="nothing to compare with"),
        pytest.param({"count": 1, "declared_count": None, "declared_total_wan": None}, [], id="nothing declared"),
        pytest.param({"count": 150, "declared_total_wan": None}, [("list_differs", W, "count")], id="count alone declared"),
        pytest.param({"count": 150, "declared_count": None, "total_wan": D(1)}, [("list_differs", W, "total_wan")], id="total alone declared"),
    ],
)
def test_rule_68_list(changes, heard):
    assert hear(lists.list_adds_up, replace(LIST, **changes)) == heard


def test_rule_68_prints_what_the_list_page_prints():
    said = run(LIST_RULES, replace(LIST, count=150, total_wan=D(35_000_000)), CONTEXT)
    assert message(said[0]) == "清单“2020年重大基础设施项目”应为151个、3540.00亿元，现有150个、3500.00亿元"


@pytest.mark.parametrize(
    "count, note, heard",
    [
        pytest.param(1, "", [("total_approximate", W, "total_wan")], id="one"),
        pytest.param(1, "含约数1个", [], id="one, noted"),
        pytest.param(0, "", [], id="none"),
    ],
)
def test_rule_69_approximate(count, note, heard):
    assert hear(lists.approximations_noted, replace(LIST, approximate_count=count, note=note)) == heard


@pytest.mark.parametrize(
    "day, heard",
    [
        pytest.param(date(2020, 7, 10), [], id="on the due day"),
        pytest.param(date(2020, 7, 11), [("return_late", W, None)], id="a day late"),
    ],
)
def test_rule_42_late(day, heard):
    assert hear(lists.return_in_time, replace(RETURN, submitted_on=day)) == heard
    assert hear(lists.return_in_time, replace(RETURN, submitted_on=day, due_on=None)) == []


def test_rule_42_names_the_due_day_the_grace_and_the_day_from_which_it_is_late():
    late = replace(RETURN, submitted_on=date(2020, 7, 14), grace_until=date(2020, 7, 12))
    assert hear(lists.return_in_time, replace(late, submitted_on=date(2020, 7, 12))) == []
    (found,) = run((lists.return_in_time,), late, CONTEXT)
    assert message(found, "zh") == "黄岛区2020-06填报已逾期2天：截止日2020-07-10，宽限2天至2020-07-12，2020-07-13起算逾期"
    assert message(found, "en").endswith("2 days late: due 2020-07-10, 2 days of grace until 2020-07-12, late from 2020-07-13")
    (bare,) = run((lists.return_in_time,), replace(late, grace_until=None), CONTEXT)
    assert "截止日2020-07-10，没有宽限，2020-07-11起算逾期" in message(bare, "zh")


def test_rule_49_missing():
    expected = {7: "滨海大道改造工程", 8: "跨海大桥连接线"}
    assert hear(lists.nobody_missing, replace(RETURN, expected=expected)) == [("project_not_reported", W, "name")]
    assert hear(lists.nobody_missing, replace(RETURN, expected=expected, reported=frozenset({7, 8, 9}))) == []


# --- Thresholds ----------------------------------------------------------------------------------------------------------------------


def test_thresholds_come_from_rows_with_their_source():
    rows = [
        ("fai_floor_wan", "", "1000", "某文件"),
        ("old_code_last_day", None, "2020-12-31", "另一文件"),
        ("idle_months", "", "3", ""),
        ("capital_ratio_min_percent", "port", "25", "国发〔2015〕51号"),
        ("coverage_min", "", "1.0", "别处的阈值"),
    ]
    limits = Thresholds.from_rows(rows)
    assert (limits.fai_floor_wan, limits.old_code_last_day, limits.idle_months) == (D(1000), date(2020, 12, 31), 3)
    assert limits.capital_ratio_min_percent == {**CAPITAL_RATIOS, "port": D(25)}
    assert limits.sources["fai_floor_wan"] == "某文件"
    assert limits.sources["capital_ratio_min_percent:port"] == "国发〔2015〕51号"
    assert limits.large_total_wan == Thresholds().large_total_wan


def test_no_rows_give_the_usual_thresholds():
    assert Thresholds.from_rows([]) == Thresholds()


REFERENCE = Path(__file__).parents[2] / "fixtures" / "reference"


def _reference(name, year=2020):
    """Reference rows valid at the end of a year."""
    rows = json.loads((REFERENCE / name).read_text(encoding="utf-8"))
    return [row for row in rows if (row["valid_from"] or "") <= f"{year}-12-31" and (row["valid_to"] or "9999") >= f"{year}-12-31"]


def test_reference_thresholds_of_2020_are_the_usual_ones():
    rows = [(row["code"], row["key"], row["value"], row["source"]) for row in _reference("thresholds.json")]
    assert replace(Thresholds.from_rows(rows), sources={}) == replace(Thresholds(), sources={})


def test_reference_stage_fields_ask_for_the_same_as_the_usual_table():
    table = StageTable.from_rows(_reference("stage_fields.json"))
    for at in Stage:
        for kind in ("infrastructure", "emerging"):
            assert [(row.field, row.since) for row in table.asked(at, kind)] == [(row.field, row.since) for row in DEFAULT_TABLE.asked(at, kind)]


@pytest.mark.parametrize("code, value", [("fai_floor_wan", "五百"), ("old_code_last_day", "2020-13-01"), ("idle_months", "")])
def test_threshold_row_that_cannot_be_read_is_named(code, value):
    with pytest.raises(ValueError, match=code):
        Thresholds.from_rows([(code, None, value, "")])


def test_every_threshold_has_a_source():
    limits = Thresholds()
    names = {name for name in Thresholds.__dataclass_fields__ if name != "sources"}
    assert names <= set(limits.sources)
    assert all(limits.sources[name] for name in names)
