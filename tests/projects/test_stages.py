"""Stages: their words, the moves between them, what each asks for, and 新开工 or 续建."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal

import pytest

from projects.findings import Severity
from projects.records import ProjectRecord
from projects.stages import (
    DEFAULT_MOVES,
    DEFAULT_TABLE,
    MOVES,
    REQUIREMENTS,
    ROAD,
    Requirement,
    Stage,
    StageTable,
    StartKind,
    missing_for,
    next_stages,
    normalise,
    start_kind,
)
from projects.values import PartialDate

S = Stage


def test_reference_data_may_write_the_name_in_capitals():
    assert Stage("IDEA") is Stage("idea") is S.IDEA
    with pytest.raises(ValueError, match="build it"):
        Stage("build it")


def test_labels():
    assert [stage.zh for stage in Stage] == [
        "谋划",
        "储备",
        "前期",
        "计划新开工",
        "在建",
        "停缓建",
        "完工/竣工",
        "投产/交付",
        "竣工决算",
        "退库",
    ]
    assert len({stage.en for stage in Stage}) == len(Stage)


ALLOWED = {
    S.IDEA: {S.RESERVE, S.OUT},
    S.RESERVE: {S.PREP, S.OUT},
    S.PREP: {S.PLANNED, S.BUILD, S.OUT},
    S.PLANNED: {S.PREP, S.BUILD, S.OUT},
    S.BUILD: {S.SUSPENDED, S.DONE, S.OPERATE, S.OUT},
    S.SUSPENDED: {S.BUILD, S.OUT},
    S.DONE: {S.OPERATE, S.BUILD},
    S.OPERATE: {S.CLOSED},
    S.CLOSED: set(),
    S.OUT: set(),
}


@pytest.mark.parametrize("stage", list(Stage), ids=lambda stage: stage.value)
def test_moves(stage):
    assert {move.target for move in next_stages(stage)} == ALLOWED[stage]


def test_every_move_is_named_and_stands_once():
    assert len(DEFAULT_MOVES) == len(MOVES)
    assert all(move.zh and move.en for move in MOVES)


def test_going_back_needs_a_reason_and_from_completed_the_city():
    careful = {(move.source, move.target): move.city_only for move in MOVES if move.needs_reason}
    assert careful == {(S.PLANNED, S.PREP): False, (S.DONE, S.BUILD): True}
    assert DEFAULT_MOVES[S.PREP, S.BUILD].zh == "提前开工"


def asked(stage, kind="infrastructure", table=DEFAULT_TABLE):
    return [row.field for row in table.asked(stage, kind)]


def test_each_stage_asks_for_what_the_one_before_asked_and_more():
    assert asked(S.IDEA) == ["name", "unit", "sector"]
    assert asked(S.RESERVE) == ["name", "unit", "sector", "total_wan", "planned_start"]
    assert asked(S.PREP) == asked(S.RESERVE)
    assert asked(S.PLANNED) == [*asked(S.PREP), "code", "plan_wan", "owner", "planned_finish", "content"]
    assert asked(S.BUILD) == ["name", "unit", "sector", "total_wan", "code", "plan_wan", "owner", "planned_finish", "content", "actual_start"]
    assert asked(S.DONE) == ["name", "unit", "sector", "total_wan", "code", "owner", "content", "actual_start", "actual_finish"]
    assert asked(S.OPERATE) == [*asked(S.DONE), "in_use_on"]
    assert asked(S.CLOSED) == [*asked(S.OPERATE), "final_account_wan"]


def test_side_stages_ask_for_their_own_reasons():
    assert asked(S.SUSPENDED) == [*asked(S.PLANNED), "stopped_on", "stop_reason"]
    assert asked(S.OUT) == [*asked(S.IDEA), "out_reason", "out_document"]


def test_kind_chooses_the_label_of_its_own_row():
    assert [row.zh for row in DEFAULT_TABLE.asked(S.IDEA, "emerging")] == ["项目名称", "填报单位", "产业分类"]
    assert [row.field for row in DEFAULT_TABLE.asked(S.IDEA, None)] == ["name", "unit"]
    assert DEFAULT_TABLE.asked(S.IDEA, "some other kind") == DEFAULT_TABLE.asked(S.IDEA, None)


def test_every_required_field_is_one_of_the_record():
    assert {row.field for row in REQUIREMENTS} <= {item.name for item in fields(ProjectRecord)}


def test_missing_tells_blank_from_zero():
    project = ProjectRecord(name="滨海大道", kind="infrastructure", unit="西海岸新区", sector="", total_wan=Decimal(0))
    assert [row.field for row in missing_for(S.RESERVE, project)] == ["sector", "planned_start"]


ROWS = [
    {"field": "name", "stage": "IDEA", "label": "名称", "label_en": "Name", "blocks": True, "kind": None},
    {"field": "owner", "stage": "PREP", "label": "业主", "label_en": "", "blocks": True, "kind": ""},
    {"field": "actual_finish", "stage": "DONE", "label": "竣工时间", "blocks": False},
    {"field": "content", "stage": "PLANNED", "label": "", "blocks": False},
    {"field": "address", "stage": "PLANNED", "label": "建设地点", "blocks": False},
    {"field": "plan_wan", "stage": "PLANNED", "label": "年度计划", "blocks": True},
]


def test_officers_rows_replace_the_table():
    table = StageTable.from_rows(ROWS)
    assert asked(S.IDEA, table=table) == ["name"]
    assert asked(S.PREP, table=table) == ["name", "owner"]
    assert asked(S.PLANNED, table=table) == ["name", "owner", "content", "address", "plan_wan"]
    assert asked(S.DONE, table=table) == ["name", "owner", "actual_finish", "content", "address"]
    by_field = {row.field: row for row in table.rows}
    assert by_field["owner"] == Requirement("owner", S.PREP, "业主", "Owner", Severity.BLOCKS)
    assert by_field["actual_finish"].severity is Severity.REASON
    assert by_field["content"].zh == "建设内容及规模"
    assert by_field["address"] == Requirement("address", S.PLANNED, "建设地点", "建设地点", Severity.INFO)


def test_later_row_of_the_same_field_counts():
    later = {"field": "owner", "stage": "BUILD", "label": "建设单位", "blocks": False, "kind": ""}
    table = StageTable.from_rows([*ROWS, later])
    assert "owner" not in asked(S.PREP, table=table)
    assert asked(S.BUILD, table=table).count("owner") == 1


def test_row_of_an_unknown_stage_is_refused():
    with pytest.raises(ValueError, match="LATER"):
        StageTable.from_rows([{"field": "name", "stage": "LATER", "label": "名称", "blocks": True}])


@pytest.mark.parametrize(
    "start, year, kind",
    [
        pytest.param("2020-01", 2020, StartKind.NEW, id="this year"),
        pytest.param("2019-12", 2020, StartKind.CONTINUING, id="last year"),
        pytest.param("2020-12", 2021, StartKind.CONTINUING, id="the same project a year on"),
        pytest.param("2021-01", 2020, None, id="next year"),
        pytest.param(None, 2020, None, id="not started"),
    ],
)
def test_start_kind(start, year, kind):
    assert start_kind(None if start is None else PartialDate.parse(start), year) is kind


def test_start_kind_labels():
    assert [(kind.zh, kind.en) for kind in StartKind] == [("新开工", "New start"), ("续建", "Continuing")]


@pytest.mark.parametrize(
    "words, stage",
    [
        ("谋划 谋划阶段 Idea", S.IDEA),
        ("储备 储备类 储备项目", S.RESERVE),
        ("前期 前期项目 前期工作 重点前期项目 前期类", S.PREP),
        ("未开工 拟开工 计划开工 计划新开工 拟新开工 待建", S.PLANNED),
        ("在建 续建 新开工 开工 已开工 正在施工 施工中 建设中 在建项目 ［在建］ 在\n建 BUILD", S.BUILD),
        ("停工 已停工 缓建 停缓建 停工/缓建 停工／缓建", S.SUSPENDED),
        ("竣工 完工 已竣工 已完工 完工/竣工 建成", S.DONE),
        ("投产 已投产 投产/交付 通车 投入使用", S.OPERATE),
        ("竣工决算 销号", S.CLOSED),
        ("退库 终止 调出", S.OUT),
    ],
)
def test_words_of_lists(words, stage):
    assert {word: normalise(word.replace("\\n", "\n")) for word in words.split(" ")} == dict.fromkeys(words.split(" "), stage)


@pytest.mark.parametrize("word", ["未知", "", " ", "中", "项目", "新建", "改扩建", "2020", "在建或停工"])
def test_words_that_are_no_stage(word):
    assert normalise(word) is None


def test_road_leaves_out_the_side_stages():
    assert set(Stage) - set(ROAD) == {S.SUSPENDED, S.OUT}
