"""Lights 红黄绿灰: how a project or a unit stands by a published rule, in one sentence with its numbers. Pure.

A profile is data: the thresholds of one version of one city's rule. A light is the worst of its parts (start, progress, payment, entry into
the statistics); a part of which nothing is known, or that does not apply, is grey and says why. Grey never counts as green: a project
whose progress was not reported is grey unless another part is yellow or red. A stopped project is grey whatever else is known.

Amounts are 万元, rates exact ratios (1 = 100 %). Thresholds are compared with exact values, never with what is printed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import partial

from funding.clocks import Light as Colour
from funding.measures import exact_text
from projects.measures import difference, number_text, percent_text, points_text, rate, schedule_ratio
from projects.values import Month, PartialDate

Words = tuple[str, str]  # Chinese and English
_HUNDRED, _ZERO = Decimal(100), Decimal(0)
GRAVITY: dict[Colour, int] = {Colour.RED: 0, Colour.YELLOW: 1, Colour.GREEN: 2, Colour.GREY: 3}


class ProgressBy(StrEnum):
    """What a shortfall against the schedule is counted in."""

    NONE = ""
    POINTS = "points"  # percentage points of the annual plan
    SHARE = "share"  # percent of what the schedule asks for


class UnitBy(StrEnum):
    """What a unit's own light is made of."""

    NONE = ""
    GROWTH = "growth"
    MISSED = "missed"


class Item(StrEnum):
    """The parts of a project's light."""

    START = "start"
    PROGRESS = "progress"
    PAYMENT = "payment"
    STATISTICS = "statistics"
    STANDING = "standing"  # the project as a whole: stopped, or nothing to judge
    UNIT = "unit"

    @property
    def zh(self) -> str:
        return _ITEMS[self][0]

    @property
    def en(self) -> str:
        return _ITEMS[self][1]


_ITEMS = {
    Item.START: ("开工", "Start"),
    Item.PROGRESS: ("进度", "Progress"),
    Item.PAYMENT: ("支付", "Payment"),
    Item.STATISTICS: ("纳统", "Statistics entry"),
    Item.STANDING: ("状态", "Standing"),
    Item.UNIT: ("单位", "Unit"),
}


@dataclass(frozen=True, slots=True)
class Bound:
    """Where a colour begins: above a number, or at it where `at` says that the number itself belongs to it."""

    value: Decimal
    at: bool = False

    def reached(self, short: Decimal) -> bool:
        return short > self.value or (self.at and short == self.value)


@dataclass(frozen=True, slots=True)
class Profile:
    """One version of one rule. A bound that is not given never lights; a rule that names no bound of a part does not light that part."""

    key: str
    name: str
    version: int = 1
    progress_by: ProgressBy = ProgressBy.NONE
    progress_yellow: Bound | None = None
    progress_red: Bound | None = None
    slack: Colour = Colour.GREEN  # below schedule, but not yet yellow by the rule: what the published texts leave open
    start_yellow: int | None = None  # months that it is due and not started, the due month counted
    start_red: int | None = None
    payment_yellow: Bound | None = None  # percent short of what was to be paid by now
    payment_red: Bound | None = None
    statistics_yellow: int | None = None  # whole months after the start: from so many on
    statistics_red: int | None = None  # more than so many
    unit_by: UnitBy = UnitBy.NONE
    unit_red_months: int = 2

    @property
    def title(self) -> str:
        return f"{self.name} v{self.version}" if self.version else self.name


@dataclass(frozen=True, slots=True)
class Payment:
    """Money of one fund: given, paid, and the share that was to be paid by now. `short` is by how much of that it falls short."""

    name: str
    given_wan: Decimal
    paid_wan: Decimal
    expected: Decimal
    short: Decimal


@dataclass(frozen=True, slots=True)
class Entered:
    """What was said of the statistics: the day of entry, or None for "not yet"."""

    on: Month | None


@dataclass(frozen=True, slots=True)
class Inputs:
    """What is known of a project in a month. None is "not known"."""

    month: Month
    schedule: Decimal
    suspended: bool = False
    stopped_on: PartialDate | None = None
    started: bool | None = None
    started_on: PartialDate | None = None
    planned_start: PartialDate | None = None
    plan_wan: Decimal | None = None
    ytd_wan: Decimal | None = None
    payments: tuple[Payment, ...] = ()
    statistics: Entered | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a light: its colour and its sentence, without the full stop. `counts` is False where it does not apply or is not known.

    Its words are made when they are read: of ten thousand lights that are only counted nobody reads one.
    """

    item: Item
    colour: Colour
    words: Callable[[], Words] = field(compare=False, repr=False)
    counts: bool = True
    value: Decimal | None = None  # the number that was compared: months, points, or percent

    @property
    def zh(self) -> str:
        return self.words()[0]

    @property
    def en(self) -> str:
        return self.words()[1]


@dataclass(frozen=True, slots=True)
class Light:
    """A colour with the parts that made it, gravest first, and the profile that judged."""

    colour: Colour
    parts: tuple[Part, ...]
    profile: Profile

    @property
    def decisive(self) -> tuple[Part, ...]:
        """The parts that have the light's own colour; of a grey one what keeps it grey."""
        same = tuple(part for part in self.parts if part.colour is self.colour and (part.counts or self.colour is Colour.GREY))
        return same or self.parts[:1]

    @property
    def why_zh(self) -> str:
        """The reason alone, where the rule is said beside it."""
        return "；".join(part.zh for part in self.decisive) + "。"

    @property
    def why_en(self) -> str:
        return "; ".join(part.en for part in self.decisive) + "."

    @property
    def zh(self) -> str:
        """One sentence: the reason with its numbers, and the rule's version that judged."""
        return f"{self.why_zh[:-1]}（{self.profile.title}）。"

    @property
    def en(self) -> str:
        return f"{self.why_en[:-1]} ({self.profile.title})."

    @property
    def is_red(self) -> bool:
        return self.colour is Colour.RED

    def part(self, item: Item) -> Part | None:
        return next((part for part in self.parts if part.item is item), None)


def light(profile: Profile, inputs: Inputs) -> Light:
    """The light of a project: the worst of its parts."""
    if inputs.suspended:
        return Light(Colour.GREY, (_stopped(inputs),), profile)
    found = [part for part in (_start(profile, inputs), _progress(profile, inputs), _payment(profile, inputs), _statistics(profile, inputs)) if part]
    parts = tuple(sorted(found, key=lambda part: (GRAVITY[part.colour], not part.counts, part.item is not Item.PROGRESS)))
    return Light(_overall(profile, parts), parts or (_nothing(),), profile)


def _overall(profile: Profile, parts: Sequence[Part]) -> Colour:
    """Yellow and red stand; green only where progress was seen, as far as the rule looks at it."""
    gravest = worst(part.colour for part in parts if part.counts)
    if gravest is not Colour.GREEN or profile.progress_by is ProgressBy.NONE:
        return gravest
    return Colour.GREEN if any(part.item is Item.PROGRESS and part.counts for part in parts) else Colour.GREY


def worst(colours: Iterable[Colour]) -> Colour:
    """The gravest; grey where there is none."""
    return min(colours, key=lambda colour: GRAVITY[colour], default=Colour.GREY)


def zh_date(when: PartialDate | Month) -> str:
    """2020年6月30日, 2020年6月, 2020年二季度, 2020年上半年, 2020年: as precisely as it is known."""
    if isinstance(when, Month):
        return f"{when.year}年{when.month}月"
    if when.quarter is not None:
        return f"{when.year}年{'一二三四'[when.quarter - 1]}季度"
    if when.half is not None:
        return f"{when.year}年{'上下'[when.half - 1]}半年"
    return "".join(f"{number}{word}" for number, word in ((when.year, "年"), (when.month, "月"), (when.day, "日")) if number is not None)


def grey_part(item: Item, zh: str, en: str) -> Part:
    return Part(item, Colour.GREY, lambda: (zh, en), counts=False)


def _stopped(inputs: Inputs) -> Part:
    if inputs.stopped_on is None:
        return grey_part(Item.STANDING, "项目停缓建，不亮灯", "the project is suspended and has no light")
    day = str(inputs.stopped_on)
    return grey_part(Item.STANDING, f"项目自{zh_date(inputs.stopped_on)}停缓建，不亮灯", f"the project is suspended since {day} and has no light")


def _nothing() -> Part:
    return grey_part(Item.STANDING, "本规则对该项目没有可判定的内容", "the rule has nothing to judge of this project")


# --- Start -------------------------------------------------------------------------------------------------------------------------


def _start(profile: Profile, inputs: Inputs) -> Part | None:
    if profile.start_yellow is None and profile.start_red is None:
        return None
    if inputs.started:
        return Part(Item.START, Colour.GREEN, partial(_begun, inputs.started_on))
    due = inputs.planned_start
    if due is None:
        return grey_part(Item.START, "没有填计划开工时间，开工不计灯", "no planned start is given, so its start has no light")
    months = months_due(due, inputs.month)
    if months <= 0:
        return grey_part(Item.START, f"计划{zh_date(due)}开工，未到期", f"planned to start {due}, not due yet")
    colour = _by_months(months, profile.start_yellow, profile.start_red)
    return Part(Item.START, colour, partial(_overdue, due, inputs.month, months), value=Decimal(months))


def _begun(on: PartialDate | None) -> Words:
    return (f"已于{zh_date(on)}开工", f"started {on}") if on is not None else ("已开工", "started")


def _overdue(due: PartialDate, month: Month, months: int) -> Words:
    zh = f"计划{zh_date(due)}开工，至{zh_date(month)}末未开工，已连续{months}个月"
    return zh, f"planned to start {due}, not started by the end of {month}, {months} month(s) running"


def months_due(due: PartialDate, month: Month) -> int:
    """How many months it has been due at the end of a month, its own counted. A year or a quarter is due in its last month."""
    return month.index - Month.of(due.last_day).index + 1


def _by_months(months: int, yellow: int | None, red: int | None) -> Colour:
    if red is not None and months >= red:
        return Colour.RED
    return Colour.YELLOW if yellow is not None and months >= yellow else Colour.GREEN


# --- Progress ----------------------------------------------------------------------------------------------------------------------


def _progress(profile: Profile, inputs: Inputs) -> Part | None:
    if profile.progress_by is ProgressBy.NONE:
        return None
    if inputs.ytd_wan is None:
        zh = f"{zh_date(inputs.month)}没有报本年累计完成，进度不计灯"
        return grey_part(Item.PROGRESS, zh, f"no year to date was reported for {inputs.month}, so its progress has no light")
    done = rate(inputs.ytd_wan, inputs.plan_wan)
    if done is None:
        return grey_part(Item.PROGRESS, "没有年度计划，进度不计灯", "there is no plan of the year, so its progress has no light")
    short = shortfall(profile.progress_by, done, inputs.schedule)
    colour = _by_bounds(short, profile.progress_yellow, profile.progress_red, profile.slack)
    return Part(Item.PROGRESS, colour, partial(_progress_words, profile.progress_by, done, inputs.schedule, colour), value=short)


def shortfall(by: ProgressBy, done: Decimal, schedule: Decimal) -> Decimal:
    """By how much a rate is below the schedule, in points or in percent of the schedule; below zero where it is ahead."""
    if by is ProgressBy.POINTS:
        return (schedule - done) * _HUNDRED
    return (schedule - done) / schedule * _HUNDRED if schedule > 0 else _ZERO


def _by_bounds(short: Decimal, yellow: Bound | None, red: Bound | None, slack: Colour) -> Colour:
    if red is not None and red.reached(short):
        return Colour.RED
    if yellow is not None and yellow.reached(short):
        return Colour.YELLOW
    return slack if short > 0 else Colour.GREEN


def _progress_words(by: ProgressBy, done: Decimal, schedule: Decimal, colour: Colour) -> Words:
    points = difference(done, schedule) or _ZERO
    told = f"完成率{percent_text(done)}，时序{percent_text(schedule)}"
    said = f"rate {percent_text(done)} against schedule {percent_text(schedule)}"
    if points == 0:
        return f"{told}，与时序持平", f"{said}, on schedule"
    gap = points_text(abs(points)).lstrip("+")
    if points > 0:
        return f"{told}，超过时序{gap}个百分点", f"{said}, {gap} points ahead"
    zh, en = f"{told}，落后时序{gap}个百分点", f"{said}, {gap} points behind"
    if by is ProgressBy.SHARE:
        ratio = percent_text(schedule_ratio(done, schedule))
        return f"{zh}，为时序的{ratio}", f"{en}, {ratio} of the schedule"
    return (f"{zh}（略滞后）", f"{en} (slightly)") if colour is Colour.GREEN else (zh, en)


# --- Payment -----------------------------------------------------------------------------------------------------------------------


def _payment(profile: Profile, inputs: Inputs) -> Part | None:
    """The fund that is furthest behind."""
    if profile.payment_yellow is None and profile.payment_red is None:
        return None
    if not inputs.payments:
        return grey_part(Item.PAYMENT, "没有要按期支付的专项债券、中央预算内资金", "no bond or central money is to be paid")
    behind = max(inputs.payments, key=lambda one: one.short)
    short = behind.short * _HUNDRED
    colour = _by_bounds(short, profile.payment_yellow, profile.payment_red, Colour.GREEN)
    return Part(Item.PAYMENT, colour, partial(_payment_words, behind, short, inputs.month), value=short)


def _payment_words(behind: Payment, short: Decimal, month: Month) -> Words:
    paid = percent_text(behind.paid_wan / behind.given_wan)
    given, spent, due = exact_text(behind.given_wan), exact_text(behind.paid_wan), percent_text(behind.expected)
    zh = f"“{behind.name}”分配{given}万元，至{zh_date(month)}末应支付{due}，已支付{spent}万元（{paid}）"
    en = f"{behind.name}: of {given} (10k yuan) {due} was to be paid by the end of {month}, {spent} ({paid}) is"
    if short > 0:
        zh, en = f"{zh}，短于应支付{number_text(short)}%", f"{en}, {number_text(short)}% short of it"
    return zh, en


# --- Entry into the statistics -----------------------------------------------------------------------------------------------------


def _statistics(profile: Profile, inputs: Inputs) -> Part | None:
    if profile.statistics_yellow is None and profile.statistics_red is None:
        return None
    entered, start = inputs.statistics, inputs.started_on
    if not inputs.started:
        return grey_part(Item.STATISTICS, "未开工，不计纳统", "not started, so nothing to enter")
    if entered is not None and entered.on is not None and entered.on <= inputs.month:
        on = entered.on
        return Part(Item.STATISTICS, Colour.GREEN, lambda: (f"已于{zh_date(on)}纳统", f"in the statistics since {on}"))
    if entered is None:
        return grey_part(Item.STATISTICS, "没有登记纳统情况", "nothing was said of its entry into the statistics")
    if start is None:
        return grey_part(Item.STATISTICS, "未纳统，没有填实际开工时间，不计灯", "not in the statistics; no actual start is given, so it has no light")
    months = inputs.month.index - Month.of(start.last_day).index
    red = None if profile.statistics_red is None else profile.statistics_red + 1
    colour = _by_months(months, profile.statistics_yellow, red)
    return Part(Item.STATISTICS, colour, partial(_not_entered, start, inputs.month, max(months, 0)), value=Decimal(months))


def _not_entered(start: PartialDate, month: Month, gone: int) -> Words:
    zh = f"{zh_date(start)}开工，至{zh_date(month)}末满{gone}个月未纳统"
    return zh, f"started {start}, not in the statistics by the end of {month}, {gone} month(s) later"
