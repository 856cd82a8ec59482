"""What rules read: frozen records of a project, a month, a code, a permit, a list, a return, and the context they are judged in. Pure.

None is "not known" or "not reported"; zero is a figure. A record carries what its door knows: `permits` and `asked` tell a
rule what was not asked at all, so that a list sheet without permits is not told that permits are missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

from projects.period import WHOLE, Period
from projects.stages import DEFAULT_MOVES, DEFAULT_TABLE, STARTED, Moves, Stage, StageTable
from projects.values import Month, PartialDate
from projects.workflow import span_end


@dataclass(frozen=True, slots=True)
class PermitRecord:
    """A formality (前期手续); kinds and states are the stored words, e.g. `feasibility`, `held`."""

    kind: str
    state: str = "held"
    doc_no: str = ""
    issued_on: PartialDate | None = None
    expires_on: date | None = None
    label: str = ""  # as the reader calls it; the kind's own name if empty

    @property
    def is_held(self) -> bool:
        return self.state in ("held", "expired")


@dataclass(frozen=True, slots=True)
class CodeRecord:
    """One project code, primary or child, with what its rules compare it to."""

    code: str | None
    identity: int | None = None  # of the project
    unit: str | None = None
    unit_division: str | None = None
    approval_date: PartialDate | None = None


@dataclass(frozen=True, slots=True)
class ProjectRecord:
    """A project as it would stand after the change. Money in 万元."""

    name: str | None = None
    kind: str | None = None  # infrastructure | emerging
    stage: Stage | None = None
    identity: int | None = None  # None for a project that is new
    code: str | None = None
    local_code: str | None = None
    unit: str | None = None  # the reporting unit's name
    unit_division: str | None = None  # its GB/T 2260 code; None for bureaus and companies of the city
    district: str | None = None  # as read
    sector: str | None = None  # infrastructure sector, or SEI field of an emerging-industry project
    owner: str | None = None
    uscc: str | None = None
    content: str | None = None
    approval_kind: str | None = None  # approval | verification | filing; the first is government investment
    approval_date: PartialDate | None = None
    planned_start: PartialDate | None = None
    planned_finish: PartialDate | None = None
    actual_start: PartialDate | None = None
    actual_finish: PartialDate | None = None
    in_use_on: PartialDate | None = None
    total_wan: Decimal | None = None
    cum_prior_wan: Decimal | None = None
    plan_wan: Decimal | None = None
    cum_total_wan: Decimal | None = None  # latest known, since the start
    sources_wan: Decimal | None = None  # sum over the sources of finance
    capital_wan: Decimal | None = None
    capital_class: str | None = None  # key of the least capital ratio: rail, port, airport …
    estimate_wan: Decimal | None = None  # 可研估算
    budget_wan: Decimal | None = None  # 概算
    final_account_wan: Decimal | None = None
    land_mu: Decimal | None = None
    land_unit_known: bool = True
    land_before_mu: Decimal | None = None  # stored until now, or said in a second place
    permits: tuple[PermitRecord, ...] | None = None  # None: this door does not carry them
    previous_stage: Stage | None = None
    stage_reason: str | None = None
    stopped_on: PartialDate | None = None
    stop_reason: str | None = None
    out_reason: str | None = None
    out_document: str | None = None
    start_delay_reason: str | None = None

    @property
    def is_government(self) -> bool:
        return self.approval_kind == "approval"


@dataclass(frozen=True, slots=True)
class PastMonth:
    """What was reported for an earlier month; or for the first half of the very month, beside its second."""

    month: Month
    done_month_wan: Decimal | None = None
    done_ytd_wan: Decimal | None = None
    progress_text: str | None = None
    half: int = WHOLE

    def __str__(self) -> str:
        return str(Period(self.month, self.half))


@dataclass(frozen=True, slots=True)
class MonthRecord:
    """A project's report for a month, the project it is of, and the months before."""

    project: ProjectRecord
    month: Month
    done_month_wan: Decimal | None = None
    done_ytd_wan: Decimal | None = None
    cum_total_wan: Decimal | None = None
    progress_percent: Decimal | None = None  # physical progress
    progress_text: str | None = None
    stated_rate_percent: Decimal | None = None  # 占年度计划(%), as the sheet says
    correction_note: str | None = None
    past: tuple[PastMonth, ...] = ()  # oldest first: this year's months and the one before them, if reported
    half: int = WHOLE

    @property
    def previous(self) -> PastMonth | None:
        """The report of the month before, or beside a second half of its first, if there is one."""
        before = Period(self.month, self.half).previous
        return self.past[-1] if self.past and self.past[-1].month == before.month else None

    @property
    def months_past(self) -> tuple[PastMonth, ...]:
        """The earlier months, without the first half of the same."""
        return tuple(past for past in self.past if past.month != self.month)


@dataclass(frozen=True, slots=True)
class ListRecord:
    """A list version: what its document declares beside what its members add up to."""

    name: str
    count: int
    total_wan: Decimal | None
    declared_count: int | None = None
    declared_total_wan: Decimal | None = None
    approximate_count: int = 0  # members whose total is 约 or 近
    doc_no: str = ""
    note: str = ""  # a word on the approximate members
    tolerance_wan: Decimal | None = None  # half of the last place the document prints; None: the usual


@dataclass(frozen=True, slots=True)
class ReturnRecord:
    """A unit's whole return for a month: when it came, which projects it should speak of and which it does."""

    unit: str
    month: Month
    submitted_on: date
    due_on: date | None = None
    expected: Mapping[int, str] = field(default_factory=dict)  # active last month: identity → name
    reported: frozenset[int] = frozenset()
    grace_until: date | None = None  # until then it is not late yet


@dataclass(frozen=True, slots=True)
class CodeOwner:
    """The active project that a code belongs to."""

    identity: int
    name: str


@dataclass(frozen=True, slots=True)
class DivisionRecord:
    """A division with the time it was valid and the one that followed it."""

    code: str
    name: str
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str | None = None  # name


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Numbers that rules compare with; the field names are the codes of the year-scoped lookup rows."""

    name_min_length: int = 4
    name_max_length: int = 200
    old_code_last_day: date = date(2020, 10, 31)
    fai_floor_wan: Decimal = Decimal(500)
    large_total_wan: Decimal = Decimal(1_000_000)
    sources_tolerance_percent: Decimal = Decimal("0.5")
    sources_error_percent: Decimal = Decimal(5)
    month_tolerance_wan: Decimal = Decimal("0.01")
    total_tolerance_wan: Decimal = Decimal(1)
    list_tolerance_wan: Decimal = Decimal(50)
    idle_months: int = 2
    rate_tolerance_points: Decimal = Decimal("0.1")
    month_jump_factor: Decimal = Decimal(3)
    rate_high_percent: Decimal = Decimal(150)
    estimate_overrun_percent: Decimal = Decimal(10)
    done_cum_min_percent: Decimal = Decimal(80)
    progress_text_min_length: int = 10
    mu_per_hectare: Decimal = Decimal(15)
    earliest_year: int = 1980
    latest_year: int = 2060
    capital_ratio_min_percent: Mapping[str, Decimal] = field(default_factory=lambda: CAPITAL_RATIOS)
    sources: Mapping[str, str] = field(default_factory=lambda: THRESHOLD_SOURCES)

    @classmethod
    def from_rows(cls, rows: Iterable[tuple[str, str | None, str, str]]) -> Thresholds:
        """Build from the rows valid in a year: (code, key, value, source). Other rooms' codes pass by; what no row says stays usual."""
        kinds = {item.name: type(item.default) for item in fields(cls)}
        given: dict[str, Any] = {}
        ratios, sources = dict(CAPITAL_RATIOS), dict(THRESHOLD_SOURCES)
        for code, key, value, source in rows:
            if code == "capital_ratio_min_percent":
                ratios[key or "other_infrastructure"] = _read(code, value, Decimal)
            elif code in kinds and code != "sources":
                given[code] = _read(code, value, kinds[code])
            else:
                continue
            sources[f"{code}:{key}" if key else code] = source
        return cls(**given, capital_ratio_min_percent=ratios, sources=sources)


def _read(code: str, value: str, kind: type) -> Any:
    try:
        return date.fromisoformat(value) if kind is date else kind(Decimal(value))
    except (ValueError, InvalidOperation) as error:
        raise ValueError(f"threshold {code} cannot be {value!r}") from error


_PROPOSED = "本系统建议值，可由市级管理员按年调整"
CAPITAL_RATIOS: Mapping[str, Decimal] = MappingProxyType(
    {
        **dict.fromkeys(("rail", "railway", "highway", "road", "port", "other_infrastructure", "housing"), Decimal(20)),
        **dict.fromkeys(("airport", "real_estate"), Decimal(25)),
        "cement": Decimal(35),
        "steel_aluminium": Decimal(40),
    }
)
THRESHOLD_SOURCES: Mapping[str, str] = MappingProxyType(
    {
        **{item.name: _PROPOSED for item in fields(Thresholds) if item.name != "sources"},
        "old_code_last_day": "发改投资〔2020〕1439号：青岛列首批，2020年11月1日起用新代码",
        "fai_floor_wan": "固定资产投资统计起点（500万元及以上）",
        "estimate_overrun_percent": "政府投资条例（国务院令第712号）",
        "mu_per_hectare": "法定计量换算",
        "capital_ratio_min_percent": "国发〔2015〕51号、国发〔2019〕26号",
    }
)


@dataclass(frozen=True)
class Context:
    """What a record is judged in. One for many rows: it holds nothing of a single row."""

    plan_year: int
    today: date
    month: Month | None = None  # the month reported; None for a list or a form
    region_prefix: str = ""  # of the city's divisions, e.g. 3702; empty: any
    open_regions: frozenset[str] = frozenset()  # codes any unit may use: the city's own, statistical zones
    region_successors: Mapping[str, str] = field(default_factory=dict)  # retired division code → today's
    divisions: Mapping[str, DivisionRecord] | None = None  # by name, alias and code; None: not looked up
    codes_in_use: Mapping[str, CodeOwner] = field(default_factory=dict)
    thresholds: Thresholds = field(default_factory=Thresholds)
    stage_table: StageTable = DEFAULT_TABLE
    moves: Moves = field(default_factory=lambda: DEFAULT_MOVES)
    asked: frozenset[str] | None = None  # the fields this door carries; None: all
    by_city: bool = False  # the change is made by a city user
    half: int = WHOLE
    until: date = field(init=False)  # last day that may have happened: the end of the month or half reported, or today

    def __post_init__(self) -> None:
        object.__setattr__(self, "until", self.today if self.month is None else span_end(self.month, self.half))

    def asks(self, name: str) -> bool:
        return self.asked is None or name in self.asked


def has_started(project: ProjectRecord, until: date) -> bool | None:
    """Tell whether a project had started by a day: its actual start says so, else its stage; None if neither does."""
    start = project.actual_start
    if start is not None:
        return start.year < until.year or start.first_day <= until
    stage = project.stage
    if stage is None or stage in (Stage.SUSPENDED, Stage.OUT):
        return None
    return stage in STARTED
