"""A project's stages: their names, the moves allowed between them, and which field each stage asks for. All of it data. Pure.

新开工 and 续建 are no stages: they are told from the actual start and the year looked at (`start_kind`), and never stored.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

from projects.findings import Severity
from projects.values import PartialDate


class Stage(StrEnum):
    """Where a project stands in its life; the value is what is stored."""

    IDEA = "idea"
    RESERVE = "reserve"
    PREP = "prep"
    PLANNED = "planned"
    BUILD = "build"
    SUSPENDED = "suspended"
    DONE = "done"
    OPERATE = "operate"
    CLOSED = "closed"
    OUT = "out"

    @classmethod
    def _missing_(cls, value: object) -> Stage | None:
        """Reference data may write the name in capitals."""
        return cls.__members__.get(value) if isinstance(value, str) else None

    @property
    def zh(self) -> str:
        return _LABELS[self][0]

    @property
    def en(self) -> str:
        return _LABELS[self][1]


_LABELS: Mapping[Stage, tuple[str, str]] = {
    Stage.IDEA: ("谋划", "Idea"),
    Stage.RESERVE: ("储备", "Reserve"),
    Stage.PREP: ("前期", "Preliminary work"),
    Stage.PLANNED: ("计划新开工", "Planned start"),
    Stage.BUILD: ("在建", "Under construction"),
    Stage.SUSPENDED: ("停缓建", "Suspended"),
    Stage.DONE: ("完工/竣工", "Completed"),
    Stage.OPERATE: ("投产/交付", "In use"),
    Stage.CLOSED: ("竣工决算", "Accounts closed"),
    Stage.OUT: ("退库", "Withdrawn"),
}

# The way a project goes when nothing happens to it; SUSPENDED and OUT lie beside it.
ROAD: tuple[Stage, ...] = (
    Stage.IDEA,
    Stage.RESERVE,
    Stage.PREP,
    Stage.PLANNED,
    Stage.BUILD,
    Stage.DONE,
    Stage.OPERATE,
    Stage.CLOSED,
)
NOT_STARTED: frozenset[Stage] = frozenset({Stage.IDEA, Stage.RESERVE, Stage.PREP, Stage.PLANNED})
STARTED: frozenset[Stage] = frozenset({Stage.BUILD, Stage.DONE, Stage.OPERATE, Stage.CLOSED})
FINISHED: frozenset[Stage] = frozenset({Stage.DONE, Stage.OPERATE, Stage.CLOSED})
ACTIVE: frozenset[Stage] = frozenset({Stage.PLANNED, Stage.BUILD})


# --- Moves -------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Move:
    """An allowed change of stage: whether a reason must be typed, whether the city alone may do it, and how officers call it."""

    source: Stage
    target: Stage
    zh: str = ""
    en: str = ""
    needs_reason: bool = False
    city_only: bool = False


MOVES: tuple[Move, ...] = (
    Move(Stage.IDEA, Stage.RESERVE, "入库", "Entered in the reserve"),
    Move(Stage.RESERVE, Stage.PREP, "启动前期", "Preliminary work begun"),
    Move(Stage.PREP, Stage.PLANNED, "列入年度计划", "Taken into the year's plan"),
    Move(Stage.PLANNED, Stage.PREP, "退回前期", "Back to preliminary work", needs_reason=True),
    Move(Stage.PREP, Stage.BUILD, "提前开工", "Early start"),
    Move(Stage.PLANNED, Stage.BUILD, "开工", "Start"),
    Move(Stage.BUILD, Stage.SUSPENDED, "停工", "Stopped"),
    Move(Stage.SUSPENDED, Stage.BUILD, "复工", "Resumed"),
    Move(Stage.BUILD, Stage.DONE, "竣工", "Completed"),
    Move(Stage.BUILD, Stage.OPERATE, "部分投产", "Partly in use"),
    Move(Stage.DONE, Stage.OPERATE, "投产", "Taken into use"),
    Move(Stage.DONE, Stage.BUILD, "退回在建", "Back under construction", needs_reason=True, city_only=True),
    Move(Stage.OPERATE, Stage.CLOSED, "决算销号", "Accounts closed"),
    *(Move(stage, Stage.OUT, "退库", "Withdrawn") for stage in (*ROAD[:5], Stage.SUSPENDED)),
)
Moves = Mapping[tuple[Stage, Stage], Move]


def moves_table(moves: Iterable[Move]) -> Moves:
    return {(move.source, move.target): move for move in moves}


DEFAULT_MOVES: Moves = moves_table(MOVES)


def next_stages(stage: Stage, moves: Moves = DEFAULT_MOVES) -> tuple[Move, ...]:
    """The moves open from a stage, in the order of the table."""
    return tuple(move for (source, _), move in moves.items() if source is stage)


# --- What each stage asks for ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Requirement:
    """A field, the stage from which it must be filled, and the last one that still asks for it (None: to the end)."""

    field: str
    since: Stage
    zh: str
    en: str
    severity: Severity = Severity.INFO
    until: Stage | None = None
    kind: str | None = None  # of project; None asks every kind
    entering: bool = False  # no project moves into its stages without it, a new one there says why; whatever is said of one that stands there

    @property
    def stages(self) -> frozenset[Stage]:
        """The stages that ask. A side stage's own row asks there alone; SUSPENDED else asks like PLANNED, OUT like IDEA."""
        if self.since not in ROAD:
            return frozenset({self.since})
        end = ROAD.index(self.until) + 1 if self.until else len(ROAD)
        asked = set(ROAD[ROAD.index(self.since) : end])
        asked |= {side for side, like in _ASKS_LIKE.items() if like in asked}
        return frozenset(asked)


_ASKS_LIKE = {Stage.SUSPENDED: Stage.PLANNED, Stage.OUT: Stage.IDEA}
_BLOCKS, _REASON = Severity.BLOCKS, Severity.REASON

REQUIREMENTS: tuple[Requirement, ...] = (
    Requirement("name", Stage.IDEA, "项目名称", "Project name", _BLOCKS),
    Requirement("unit", Stage.IDEA, "填报单位", "Reporting unit", _BLOCKS),
    Requirement("sector", Stage.IDEA, "行业领域", "Sector", _BLOCKS, kind="infrastructure"),
    Requirement("sector", Stage.IDEA, "产业分类", "SEI field", _BLOCKS, kind="emerging"),
    Requirement("total_wan", Stage.RESERVE, "总投资", "Total investment", _BLOCKS),
    Requirement("planned_start", Stage.RESERVE, "计划开工时间", "Planned start", until=Stage.PLANNED),
    Requirement("code", Stage.PLANNED, "项目代码", "Project code", _BLOCKS),
    Requirement("plan_wan", Stage.PLANNED, "年度计划投资", "Annual plan", until=Stage.BUILD),
    Requirement("owner", Stage.PLANNED, "建设单位", "Owner"),
    Requirement("planned_finish", Stage.PLANNED, "计划竣工时间", "Planned finish", until=Stage.BUILD),
    Requirement("content", Stage.PLANNED, "建设内容及规模", "Content and scale"),
    Requirement("actual_start", Stage.BUILD, "实际开工时间", "Actual start", entering=True),
    Requirement("stopped_on", Stage.SUSPENDED, "停工日期", "Stop date", _BLOCKS),
    Requirement("stop_reason", Stage.SUSPENDED, "停工原因", "Reason for stopping", _BLOCKS),
    Requirement("actual_finish", Stage.DONE, "竣工时间", "Completion date", _REASON),
    Requirement("in_use_on", Stage.OPERATE, "投产（交付）时间", "In-use date", _REASON),
    Requirement("final_account_wan", Stage.CLOSED, "竣工决算金额", "Final accounts amount", _REASON),
    Requirement("out_reason", Stage.OUT, "退出原因", "Reason for leaving", _BLOCKS),
    Requirement("out_document", Stage.OUT, "退出文号", "Document number", _REASON),
)


@dataclass(frozen=True)
class StageTable:
    """Requirements laid out by stage and kind of project, once for many rows."""

    rows: tuple[Requirement, ...] = REQUIREMENTS

    @cached_property
    def _by_stage(self) -> dict[tuple[Stage, str | None], tuple[Requirement, ...]]:
        kinds = {None, *(row.kind for row in self.rows)}
        spread = [(row, row.stages) for row in self.rows]
        return {
            (stage, kind): tuple(row for row, stages in spread if stage in stages and row.kind in (None, kind)) for stage in Stage for kind in kinds
        }

    def asked(self, stage: Stage, kind: str | None = None) -> tuple[Requirement, ...]:
        """What a stage asks of a project of this kind; a kind no row names is asked what every kind is."""
        table = self._by_stage
        found = table.get((stage, kind))
        return table[stage, None] if found is None else found

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any]]) -> StageTable:
        """Build from rows that officers edit: `field, stage, label, label_en, blocks, kind`; the rest is as in the default table.

        Of two rows for the same field and kind the later one counts.
        """
        read = {(row.field, row.kind): row for row in map(_requirement, rows)}
        return cls(tuple(read.values()))


def _requirement(row: Mapping[str, Any]) -> Requirement:
    kind = row.get("kind") or None
    usual = next((known for known in REQUIREMENTS if known.field == row["field"] and known.kind in (None, kind)), None)
    label = row.get("label") or (usual.zh if usual else row["field"])
    base = usual or Requirement(row["field"], Stage.IDEA, label, row.get("label_en") or label)
    severity = Severity.BLOCKS if row.get("blocks") else Severity.INFO if base.severity is Severity.BLOCKS else base.severity
    return replace(base, since=Stage(row["stage"]), zh=label, en=row.get("label_en") or base.en, severity=severity, kind=kind)


DEFAULT_TABLE = StageTable()


def missing_for(stage: Stage, record: Any, table: StageTable = DEFAULT_TABLE) -> tuple[Requirement, ...]:
    """Tell which fields a record would still need for a stage; its kind is read off the record. Zero is filled, an empty text is not."""
    return tuple(row for row in table.asked(stage, getattr(record, "kind", None)) if getattr(record, row.field, None) in (None, ""))


# --- 新开工 or 续建 ------------------------------------------------------------------------------------------------------------------


class StartKind(StrEnum):
    """What a project under construction is in the year looked at."""

    NEW = "new"
    CONTINUING = "continuing"

    @property
    def zh(self) -> str:
        return "新开工" if self is StartKind.NEW else "续建"

    @property
    def en(self) -> str:
        return "New start" if self is StartKind.NEW else "Continuing"


def start_kind(actual_start: PartialDate | None, plan_year: int) -> StartKind | None:
    """Tell 新开工 from 续建; None if not started by that year. A stopped project that resumes keeps its first start: 续建."""
    if actual_start is None or actual_start.year > plan_year:
        return None
    return StartKind.NEW if actual_start.year == plan_year else StartKind.CONTINUING


# --- Words found in lists ----------------------------------------------------------------------------------------------------------

_WORDS: Mapping[Stage, str] = {
    Stage.IDEA: "谋划 谋划中 谋划类 策划 策划包装 意向 意向阶段",
    Stage.RESERVE: "储备 储备类 储备库 入库 已入库 储备入库",
    Stage.PREP: "前期 前期工作 前期准备 前期推进 前期手续 重点前期 重点准备 准备 准备类 前期类 开展前期 办理前期手续",
    Stage.PLANNED: "计划新开工 计划开工 拟开工 拟新开工 拟建 待建 待开工 未开工 尚未开工 新开工计划 年内开工 计划年内开工",
    Stage.BUILD: "在建 建设 施工 开工 已开工 新开工 续建 开工建设 建设实施 实施 实施类 续建类 新开工类 在建类 重点建设 复工 已复工 开工在建",
    Stage.SUSPENDED: "停工 停建 缓建 停缓建 暂停 停滞 暂缓 已停工 停工缓建 停工/缓建 暂停建设 暂缓实施",
    Stage.DONE: "完工 竣工 完成 建成 竣工验收 完工/竣工 完工竣工 主体完工 完成建设 竣工完成 已建成 通过验收",
    Stage.OPERATE: "投产 交付 投产/交付 投产交付 交付使用 通车 投用 投入使用 运营 投入运营 建成投产 竣工投产 通车运营 试运营 试生产 投运",
    Stage.CLOSED: "竣工决算 决算 销号 已销号 决算完成 竣工财务决算",
    Stage.OUT: "退库 终止 调出 取消 退出 撤销 移出 出库 终止实施 取消建设 不再实施",
}
_BY_WORD: Mapping[str, Stage] = {word: stage for stage, words in _WORDS.items() for word in words.split()}
_BEFORE = ("已经", "已", "正在", "处于")
_AFTER = ("项目", "阶段", "状态", "工程", "建设中", "中", "类", "期")


def normalise(text: str) -> Stage | None:
    """Read a list's own word for a stage; None if it is none. 新开工 and 续建 are both under construction."""
    word = "".join(unicodedata.normalize("NFKC", text).split()).strip("()[]【】、,。.;:")
    return _BY_WORD.get(word) or _BY_WORD.get(_stripped(word)) or _BY_LABEL.get(word.lower())


def _stripped(word: str) -> str:
    """Drop the words that only surround: 已…, 正在…, …中, …项目. What is left must still be known."""
    for before in _BEFORE:
        if word.startswith(before):
            word = word[len(before) :]
            break
    for after in _AFTER:
        if word.endswith(after) and word.removesuffix(after) in _BY_WORD:
            return word.removesuffix(after)
    return word


_BY_LABEL: Mapping[str, Stage] = {name.lower().replace(" ", ""): stage for stage in Stage for name in (stage.zh, stage.en, stage.value)}
