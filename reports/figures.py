"""Every measure by any combination of dimensions: progress (`reports.pivot`) and money (`reports.money_pivot`) in one table.

What has no meaning together is refused with the reason, never answered with a blank or a figure of something else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from projects.values import Month
from reports.later_measured import LATER_MEASURES
from reports.measured import MEASURES, Figure, Measure
from reports.money_measured import MONEY_MEASURES, MoneyMeasure
from reports.money_pivot import money_part
from reports.pivot import DIMENSIONS, PivotError, laid_out, months_of, progress_part
from reports.pivot_rows import Pivot
from reports.selection import Question, Reach

# Only grows at its end: a measure's place is part of the number by which OData knows its rows.
FIGURES: Mapping[str, Figure] = {**MEASURES, **MONEY_MEASURES, **LATER_MEASURES}
SOURCE = "source"
ALL_DIMENSIONS: tuple[str, ...] = (*DIMENSIONS, SOURCE)


def figures(reach: Reach, question: Question, by: Sequence[str], measures: Sequence[str] = (), months: Sequence[Month] = ()) -> Pivot:
    """Answer the question's month (or several) by some dimensions; without measures, by all that have a meaning then.

    :raises PivotError: what is asked does not exist, or has no meaning together.
    """
    unknown = [name for name in by if name not in ALL_DIMENSIONS] + [name for name in measures if name not in FIGURES]
    if unknown:
        allowed = f"{'、'.join(ALL_DIMENSIONS)}；{'、'.join(FIGURES)}"
        raise PivotError(f"没有这样的维度或指标：{'、'.join(unknown)}。可用：{allowed}", f"no such dimension or measure: {', '.join(unknown)}")
    ways, chosen = tuple(dict.fromkeys(by)), [FIGURES[name] for name in measures or meaningful(by, question)]
    reasons = list(dict.fromkeys(reason for one in chosen for reason in why_not(one, ways, question)))
    if reasons:
        raise PivotError("；".join(zh for zh, _en in reasons), "; ".join(en for _zh, en in reasons))
    asked = months_of(question, ways, months)
    progress = tuple(one for one in chosen if isinstance(one, Measure))
    money = tuple(one for one in chosen if isinstance(one, MoneyMeasure))
    parts, kept = [], False
    if progress:
        part, kept = progress_part(reach, question, ways, progress, asked)
        parts.append(part)
    if money:
        parts.append(money_part(reach, question, ways, money, asked))
    return laid_out(ways, chosen, parts, kept)


def meaningful(by: Sequence[str], question: Question) -> tuple[str, ...]:
    """The measures that have a meaning by these dimensions, for this question."""
    return tuple(name for name, one in FIGURES.items() if not any(why_not(one, by, question)))


def why_not(one: Figure, by: Sequence[str], question: Question) -> Iterator[tuple[str, str]]:
    """Why a measure has no meaning by these dimensions, for this question."""
    if not isinstance(one, MoneyMeasure):
        if SOURCE in by:
            yield (
                f"“{one.zh}”（{one.key}）是项目按月填报的，填报时不分资金来源，不能按来源（source）分；请去掉这个指标，或去掉 source",
                f"{one.key} is reported by project and month without its source of money, and can't be told by source",
            )
        return
    if question.approved:
        yield (
            f"“{one.zh}”（{one.key}）出自资金台账，不经月报审核，没有“只计已审核”的数；请去掉这个指标，或去掉 approved",
            f"{one.key} comes from the ledger, which is not reviewed month by month: there is no figure of what is approved",
        )
    parts = [name for name in by if name != "month"] if one.of_city else []
    parts += [name for name in ("unit", "sector", "kind", "lists", "version") if one.of_city and getattr(question, name)]
    if parts:
        yield (
            f"“{one.zh}”（{one.key}）是下达给全市的，不落到项目，不能按 {'、'.join(dict.fromkeys(parts))} 分；请去掉这个指标，或去掉这些条件",
            f"{one.key} is given to the city as a whole and can't be told by {', '.join(dict.fromkeys(parts))}",
        )
