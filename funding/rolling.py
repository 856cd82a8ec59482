"""The three-year rolling plan of a project: what it adds up to, what is wrong with it, and how it goes on a year later. Pure.

done to the end of the year before + three years ≤ total investment
… = total investment, where the project is to be finished within the three years
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from funding.measures import exact_text
from projects.findings import Finding, Wording, add_wording
from projects.rules.saying import Said, blocks, reason
from projects.values import PartialDate

_ZERO = Decimal(0)
Amounts = tuple[Decimal | None, ...]  # of the years, in their order; None where nothing is planned


@dataclass(frozen=True, slots=True)
class SourceYears:
    """What a source gives year by year, and the years in which there is such a source."""

    source: str
    amounts_wan: Amounts
    valid_from: int | None = None
    valid_to: int | None = None

    def is_valid(self, year: int) -> bool:
        return (self.valid_from is None or year >= self.valid_from) and (self.valid_to is None or year <= self.valid_to)

    @property
    def span(self) -> str:
        return f"{self.valid_from or ''}—{self.valid_to or ''}"


@dataclass(frozen=True, slots=True)
class RollingRecord:
    """A project of a plan, as it would stand after the change."""

    base_year: int
    total_wan: Decimal | None
    cum_prior_wan: Decimal | None
    finish: PartialDate | None
    lines: Sequence[SourceYears] = ()

    @property
    def amounts_wan(self) -> Amounts:
        """What all sources give, year by year; None where nobody says anything."""
        return tuple(summed(line.amounts_wan for line in self.lines))

    @property
    def by_year(self) -> dict[int, Decimal]:
        """Year → what all sources give in it."""
        return {year: amount or _ZERO for year, amount in zip(self.years, self.amounts_wan, strict=True)}

    @property
    def years(self) -> tuple[int, ...]:
        length = max((len(line.amounts_wan) for line in self.lines), default=3)
        return tuple(range(self.base_year, self.base_year + length))

    @property
    def planned_wan(self) -> Decimal:
        return sum(self.by_year.values(), _ZERO)

    @property
    def reached_wan(self) -> Decimal:
        """What will be done at the end of the last year."""
        return (self.cum_prior_wan or _ZERO) + self.planned_wan

    @property
    def left_wan(self) -> Decimal | None:
        """What remains for later years; None where the total is not known."""
        return None if self.total_wan is None else self.total_wan - self.reached_wan


def summed(rows: Iterable[Amounts]) -> list[Decimal | None]:
    """Year by year; None where no row says anything."""
    told = [list(column) for column in zip(*rows, strict=True)] or [[None], [None], [None]]
    return [sum((amount for amount in column if amount is not None), _ZERO) if any(a is not None for a in column) else None for column in told]


def within_total(record: RollingRecord) -> Said:
    """What was done and what is planned is not more than the whole."""
    if record.total_wan is None or record.reached_wan <= record.total_wan:
        return None
    return blocks("rolling_over_total", "total_wan", **_parts(record), over=exact_text(record.reached_wan - record.total_wan))


def finished_in_full(record: RollingRecord) -> Said:
    """What is to be finished within the three years is planned to its end."""
    left, finish = record.left_wan, record.finish
    if left is None or left <= 0 or finish is None or finish.year > record.years[-1]:
        return None
    return reason("rolling_under_total", "total_wan", **_parts(record), finish=str(finish), short=exact_text(left))


def nothing_after_finish(record: RollingRecord) -> Said:
    """No money is planned for a year after the planned finish."""
    finish = record.finish
    if finish is None:
        return None
    late = [(year, amount) for year, amount in record.by_year.items() if year > finish.year and amount]
    return tuple(blocks("rolling_after_finish", "planned_finish", year=year, amount=exact_text(amount), finish=str(finish)) for year, amount in late)


def sources_valid(record: RollingRecord) -> Said:
    """A source gives only in years in which there is such a source."""
    return tuple(
        blocks("rolling_source_not_valid", None, source=line.source, year=year, span=line.span)
        for line in record.lines
        for year, amount in zip(record.years, line.amounts_wan, strict=True)
        if amount and not line.is_valid(year)
    )


def _parts(record: RollingRecord) -> dict[str, str]:
    told = {"prior": record.cum_prior_wan or _ZERO, "planned": record.planned_wan, "reached": record.reached_wan, "total": record.total_wan or _ZERO}
    return {name: exact_text(amount) for name, amount in told.items()}


ROLLING_RULES: tuple[Callable[[RollingRecord], Said], ...] = (within_total, finished_in_full, nothing_after_finish, sources_valid)


def judged(record: RollingRecord) -> list[Finding]:
    """Everything that the rules say of a project of a plan."""
    found: list[Finding] = []
    for rule in ROLLING_RULES:
        said = rule(record)
        found += [said] if isinstance(said, Finding) else said or ()
    return found


WORDS: Mapping[str, Wording] = {
    "rolling_over_total": Wording(
        "截至上年底累计{prior}万元加三年计划{planned}万元，共{reached}万元，超过总投资{total}万元（多{over}万元）",
        "Done {prior} plus three years' {planned} is {reached} 万元, {over} more than the total of {total}",
        "请核减分年计划，或先更新总投资",
        "Lower the years' amounts, or bring the total up to date first",
    ),
    "rolling_under_total": Wording(
        "拟{finish}竣工，三年内应安排完：累计{prior}万元加三年计划{planned}万元为{reached}万元，比总投资{total}万元少{short}万元",
        "To be finished in {finish}, so it should be planned in full: {prior} done plus {planned} is {reached} 万元, {short} short of {total}",
        "请补足分年计划，或说明原因",
        "Plan the rest, or say why not",
    ),
    "rolling_after_finish": Wording(
        "{year}年安排了{amount}万元，晚于拟竣工时间{finish}",
        "{amount} 万元 planned for {year}, after the planned finish {finish}",
        "请改到竣工之前的年份，或更正拟竣工时间",
        "Move it to an earlier year, or correct the planned finish",
    ),
    "rolling_source_not_valid": Wording(
        "“{source}”只在{span}年有，不能安排在{year}年",
        "“{source}” exists in {span} only, not in {year}",
        "请换一个资金来源，或由市级在“分类”中更正其启用、停用年份",
        "Choose another source, or have the city correct its years in the classification",
    ),
}
add_wording(WORDS)


# --- A year later ------------------------------------------------------------------------------------------------------------------


def rolled(amounts: Amounts) -> Amounts:
    """The first year falls away, a new last one is open."""
    return (*amounts[1:], None)


def goes_on(record: RollingRecord) -> bool:
    """Whether a project is in the next plan: unless it was to be finished by the end of the first year and nothing is planned after."""
    later = any(amount for year, amount in record.by_year.items() if year > record.base_year)
    return later or record.finish is None or record.finish.year > record.base_year
