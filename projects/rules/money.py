"""Rules on a project's amounts and land. Pure. Money in 万元; a blank is not zero, so most rules say nothing of it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from projects.findings import Finding
from projects.measures import number_text, plain_text
from projects.records import Context, ProjectRecord
from projects.rules.saying import Said, blocks, reason
from projects.stages import ACTIVE, FINISHED

_HUNDRED = Decimal(100)


def total_positive(project: ProjectRecord, context: Context) -> Said:
    """Rule 12: total investment is above zero; what was done in earlier years is not below it."""
    total, prior = project.total_wan, project.cum_prior_wan
    if (total is None or total > 0) and (prior is None or prior >= 0):
        return None
    said: list[Finding] = []
    if total is not None and total <= 0:
        said.append(blocks("amount_negative", "total_wan", value=plain_text(total)) if total < 0 else blocks("total_not_positive", "total_wan"))
    if prior is not None and prior < 0:
        said.append(blocks("amount_negative", "cum_prior_wan", value=plain_text(prior)))
    return tuple(said)


def total_not_small(project: ProjectRecord, context: Context) -> Said:
    """Rule 13: a total below 500万元 is below what investment statistics count; often the unit is wrong."""
    total, floor = project.total_wan, context.thresholds.fai_floor_wan
    if total is None or total >= floor or total <= 0:
        return None
    return reason("total_small", "total_wan", total=plain_text(total), floor=plain_text(floor))


def total_not_large(project: ProjectRecord, context: Context) -> Said:
    """Rule 14: a total above 100亿元 is possible, but often the unit is wrong."""
    total, limit = project.total_wan, context.thresholds.large_total_wan
    if total is None or total <= limit:
        return None
    return reason("total_large", "total_wan", total=plain_text(total), limit=plain_text(limit))


def sources_add_up(project: ProjectRecord, context: Context) -> Said:
    """Rule 15: the sources of finance add up to the total: over 0.5 % off needs a reason, over 5 % blocks."""
    total, sources = project.total_wan, project.sources_wan
    if total is None or sources is None or total <= 0 or sources == total:
        return None
    off = abs(sources - total) * _HUNDRED / total
    limits = context.thresholds
    if off <= limits.sources_tolerance_percent:
        return None
    word = blocks if off > limits.sources_error_percent else reason
    return word("sum_mismatch", "total_wan", sources=plain_text(sources), total=plain_text(total), off=number_text(off, 2))


def capital_enough(project: ProjectRecord, context: Context) -> Said:
    """Rule 16: capital over total is not below the least ratio of the kind of project (国发〔2015〕51号, 国发〔2019〕26号)."""
    least = least_capital(project.kind, project.capital_class, context.thresholds.capital_ratio_min_percent)
    return capital_low(project.capital_wan, project.total_wan, least)


def least_capital(kind: str | None, sort: str | None, ratios: Mapping[str, Decimal]) -> Decimal | None:
    """The least capital ratio in percent: of the sort (a sector's code, airport, housing …) where one is set, of infrastructure else."""
    if sort is not None and sort in ratios:
        return ratios[sort]
    return ratios.get("other_infrastructure") if kind == "infrastructure" else None


def capital_low(capital: Decimal | None, total: Decimal | None, least: Decimal | None) -> Said:
    """What rule 16 says of a capital and a total, wherever they stand; nothing where one of them or the ratio is not known."""
    if total is None or capital is None or least is None or total <= 0 or capital * _HUNDRED >= least * total:
        return None
    return reason("capital_ratio_low", "capital_wan", ratio=number_text(capital * _HUNDRED / total, 2), least=plain_text(least))


def plan_fits(project: ProjectRecord, context: Context) -> Said:
    """Rule 17: the annual plan is not negative, and not more than is left to do."""
    plan, total, prior = project.plan_wan, project.total_wan, project.cum_prior_wan
    if plan is None:
        return None
    if plan < 0:
        return blocks("amount_negative", "plan_wan", value=plain_text(plan))
    if total is None or plan == 0:
        return None
    if plan > total:
        return reason("plan_over_total", "plan_wan", plan=plain_text(plan), total=plain_text(total))
    if prior is not None and plan > total - prior:
        return reason("plan_over_remaining", "plan_wan", plan=plain_text(plan), left=plain_text(max(total - prior, Decimal(0))))
    return None


def plan_not_zero(project: ProjectRecord, context: Context) -> Said:
    """Rule 18: a project under construction or planned to start has a plan for the year."""
    if project.plan_wan is None or project.plan_wan != 0 or project.stage not in ACTIVE:
        return None
    return reason("plan_zero", "plan_wan", stage_zh=project.stage.zh, stage_en=project.stage.en)


def budget_within_estimate(project: ProjectRecord, context: Context) -> Said:
    """Rule 36: a 概算 over the 可研估算 by more than 10 % is reported to the approver (政府投资条例)."""
    estimate, budget = project.estimate_wan, project.budget_wan
    if estimate is None or budget is None or estimate <= 0:
        return None
    over = (budget - estimate) * _HUNDRED / estimate
    limit = context.thresholds.estimate_overrun_percent
    if over <= limit:
        return None
    return reason(
        "budget_over_estimate",
        "budget_wan",
        budget=plain_text(budget),
        estimate=plain_text(estimate),
        over=number_text(over, 2),
        limit=plain_text(limit),
    )


def finished_is_built(project: ProjectRecord, context: Context) -> Said:
    """Rule 37: a finished project has done at least 80 % of its total."""
    total, done = project.total_wan, project.cum_total_wan
    if total is None or done is None or total <= 0 or project.stage not in FINISHED:
        return None
    least = context.thresholds.done_cum_min_percent
    if done * _HUNDRED >= least * total:
        return None
    return reason("done_below_total", "cum_total_wan", done=plain_text(done), share=number_text(done * _HUNDRED / total, 2), least=plain_text(least))


def land_plausible(project: ProjectRecord, context: Context) -> Said:
    """Rule 50: land is above zero, in a known unit, and not 15 times more or less than before (亩 taken for 公顷)."""
    land, before = project.land_mu, project.land_before_mu
    if land is None:
        return None
    if land <= 0:
        return reason("land_not_positive", "land_mu", land=plain_text(land))
    said: list[Finding] = []
    if not project.land_unit_known:
        said.append(reason("land_unit_unknown", "land_mu", land=plain_text(land)))
    if before is not None and before > 0 and land != before:
        factor = max(land, before) / min(land, before)
        if abs(factor / context.thresholds.mu_per_hectare - 1) <= _FACTOR_SLACK:
            said.append(reason("land_factor", "land_mu", land=plain_text(land), before=plain_text(before)))
    return tuple(said)


_FACTOR_SLACK = Decimal("0.01")  # areas are rounded when converted
