"""Rules on a month's report: the month, the year to date, the total since the start, the progress text. Pure. Money in 万元."""

from __future__ import annotations

from decimal import Decimal

from projects.findings import Finding
from projects.measures import number_text, percent_text, plain_text, rate
from projects.period import FIRST_HALF, SECOND_HALF, WHOLE
from projects.records import Context, MonthRecord, PastMonth, has_started
from projects.rules.saying import Said, blocks, reason
from projects.stages import FINISHED, NOT_STARTED, Stage

_HUNDRED = Decimal(100)
_ZERO = Decimal(0)
_MONTHS_FOR_AVERAGE = 2  # one earlier month is no average


def ytd_reported(report: MonthRecord, context: Context) -> Said:
    """The year to date is reported (zero is a report, a blank is not), unless the project has not started."""
    if report.done_ytd_wan is not None or not context.asks("done_ytd_wan") or has_started(report.project, context.until) is False:
        return None
    return blocks(
        "required_missing",
        "done_ytd_wan",
        field_zh="本年累计完成投资",
        field_en="Done this year",
        zero_zh="；确无完成投资的填0",
        zero_en="; write 0 if nothing was done",
        stage_zh=_stage(report).zh,
        stage_en=_stage(report).en,
    )


def _stage(report: MonthRecord) -> Stage:
    return report.project.stage or Stage.BUILD


def amounts_not_negative(report: MonthRecord, context: Context) -> Said:
    """Amounts are not negative; a month may be, if a note says what it corrects."""
    month, ytd, cum = report.done_month_wan, report.done_ytd_wan, report.cum_total_wan
    if (month is None or month >= 0) and (ytd is None or ytd >= 0) and (cum is None or cum >= 0):
        return None
    said: list[Finding] = []
    if month is not None and month < 0:
        said.append((reason if report.correction_note else blocks)("amount_negative", "done_month_wan", value=plain_text(month)))
    if ytd is not None and ytd < 0:
        said.append(blocks("amount_negative", "done_ytd_wan", value=plain_text(ytd)))
    if cum is not None and cum < 0:
        said.append(blocks("amount_negative", "cum_total_wan", value=plain_text(cum)))
    return tuple(said)


def ytd_not_falling(report: MonthRecord, context: Context) -> Said:
    """Rule 19: the year to date is not below that of an earlier month; a correction note turns the block into a reason."""
    ytd = report.done_ytd_wan
    if ytd is None:
        return None
    before = _last_ytd(report)
    if before is None or before.done_ytd_wan is None or ytd >= before.done_ytd_wan:
        return None
    word = reason if report.correction_note else blocks
    return word("ytd_decreased", "done_ytd_wan", ytd=plain_text(ytd), before=plain_text(before.done_ytd_wan), month=str(before))


def _last_ytd(report: MonthRecord) -> PastMonth | None:
    """The latest earlier month of the year that reported a year to date."""
    for past in reversed(report.past):
        if past.month.year != report.month.year:
            return None
        if past.done_ytd_wan is not None:
            return past
    return None


def month_reconciles(report: MonthRecord, context: Context) -> Said:
    """Rule 20: the month is the year to date less that of the month before; it is never more than the year to date."""
    month, ytd = report.done_month_wan, report.done_ytd_wan
    if month is None or ytd is None:
        return None
    slack = context.thresholds.month_tolerance_wan
    if month > ytd + slack:
        return blocks("ytd_below_month", "done_ytd_wan", ytd=plain_text(ytd), month=plain_text(month))
    before = report.previous
    if before is None or before.done_ytd_wan is None or before.month.year != report.month.year or ytd < before.done_ytd_wan:
        return None
    expected = ytd - before.done_ytd_wan
    if abs(month - expected) <= slack:
        return None
    return blocks(
        "month_not_reconciled",
        "done_month_wan",
        month=plain_text(month),
        expected=plain_text(expected),
        ytd=plain_text(ytd),
        before=plain_text(before.done_ytd_wan),
    )


def january_is_its_year(report: MonthRecord, context: Context) -> Said:
    """Rule 21: in January the year to date is the month. (A month above it is said by rule 20, and so is what a second half adds.)"""
    month, ytd = report.done_month_wan, report.done_ytd_wan
    if report.month.month != 1 or report.half == SECOND_HALF or month is None or ytd is None or ytd - month <= context.thresholds.month_tolerance_wan:
        return None
    return blocks("january_mismatch", "done_ytd_wan", ytd=plain_text(ytd), month=plain_text(month))


def cum_adds_up(report: MonthRecord, context: Context) -> Said:
    """Rule 22: since the start = to the end of last year + this year. Up to 1万元 off it may be rounding, and is said so."""
    cum, prior, ytd = report.cum_total_wan, report.project.cum_prior_wan, report.done_ytd_wan
    if cum is None or prior is None or ytd is None:
        return None
    off = abs(cum - (prior + ytd))
    limits = context.thresholds
    if off <= limits.month_tolerance_wan:
        return None
    code = "cum_mismatch" if off > limits.total_tolerance_wan else "cum_rounding"
    return reason(
        code,
        "cum_total_wan",
        cum=plain_text(cum),
        prior=plain_text(prior),
        ytd=plain_text(ytd),
        expected=plain_text(prior + ytd),
        off=plain_text(off),
    )


def cum_within_total(report: MonthRecord, context: Context) -> Said:
    """Rule 23: what was done since the start is not more than the total investment."""
    total, cum, field = report.project.total_wan, report.cum_total_wan, "cum_total_wan"
    if total is None or total <= 0:
        return None
    if cum is None:
        prior, ytd, field = report.project.cum_prior_wan, report.done_ytd_wan, "done_ytd_wan"
        if ytd is None:
            return None
        cum = ytd + (prior or _ZERO)
    if cum <= total:
        return None
    return reason("completed_over_total", field, cum=plain_text(cum), total=plain_text(total), share=percent_text(cum / total))


def nothing_before_start(report: MonthRecord, context: Context) -> Said:
    """Rule 24: a project that has not started reports no investment."""
    ytd = report.done_ytd_wan
    if ytd is None or ytd <= 0 or has_started(report.project, context.until) is not False:
        return None
    return blocks("investment_before_start", "done_ytd_wan", ytd=plain_text(ytd))


def not_idle(report: MonthRecord, context: Context) -> Said:
    """Rule 25: a started project does not report zero two months running. Half a month is none; its second half stands for both."""
    months, project, earlier = context.thresholds.idle_months, report.project, report.months_past
    if not _is_idle(report) or project.stage is Stage.SUSPENDED or project.stage in FINISHED or len(earlier) < months - 1:
        return None
    if report.half == FIRST_HALF or any(not _is_idle(past) for past in report.past if past.month == report.month):
        return None
    first = report.month
    for back, past in enumerate(reversed(earlier[len(earlier) - (months - 1) :]), start=1):
        if past.month.index != report.month.index - back or not _is_idle(past):
            return None
        first = past.month
    if has_started(project, first.last_day) is not True:
        return None
    return reason("idle_months", "done_month_wan", months=int(months), since=str(first))


def _is_idle(figures: MonthRecord | PastMonth) -> bool:
    return figures.done_month_wan == 0 or figures.done_ytd_wan == 0


def stated_rate_fits(report: MonthRecord, context: Context) -> Said:
    """Rule 26: the completion rate a sheet states is the one its figures give, within 0.1 point."""
    stated = report.stated_rate_percent
    if stated is None:
        return None
    computed = rate(report.done_ytd_wan, report.project.plan_wan)
    if computed is None or abs(stated - computed * _HUNDRED) <= context.thresholds.rate_tolerance_points:
        return None
    return reason("rate_suspect", "stated_rate_percent", stated=plain_text(stated), computed=number_text(computed * _HUNDRED, 2))


def no_jump(report: MonthRecord, context: Context) -> Said:
    """Rule 27: a month is not more than 3 times the average of the year's earlier months, counted from the first with investment.

    Half a month is held against half the average.
    """
    month = report.done_month_wan
    if month is None or month <= 0:
        return None
    year = report.month.year
    earlier = [past.done_month_wan for past in report.months_past if past.done_month_wan is not None and past.month.year == year]
    while earlier and earlier[0] == 0:  # before the start, or before work began after the Spring Festival: no measure of a usual month
        del earlier[0]
    if len(earlier) < _MONTHS_FOR_AVERAGE:
        return None
    average = sum(earlier, _ZERO) / len(earlier) / (1 if report.half == WHOLE else 2)
    factor = context.thresholds.month_jump_factor
    if average <= 0 or month <= factor * average:
        return None
    return reason("month_jump", "done_month_wan", month=plain_text(month), average=number_text(average, 2), factor=plain_text(factor))


def rate_not_high(report: MonthRecord, context: Context) -> Said:
    """Rule 28: a completion rate above 150 % is possible, but the annual plan may be wrong."""
    ytd, plan = report.done_ytd_wan, report.project.plan_wan
    if ytd is None or plan is None or plan <= 0:
        return None
    limit = context.thresholds.rate_high_percent
    if ytd * _HUNDRED <= limit * plan:
        return None
    return reason("rate_high", "done_ytd_wan", rate=percent_text(ytd / plan), limit=plain_text(limit))


def progress_told(report: MonthRecord, context: Context) -> Said:
    """Rule 40: under construction, the progress text says something, and not what it said last month."""
    text, stage = report.progress_text, report.project.stage
    if not text or stage in NOT_STARTED or stage in FINISHED or stage in (Stage.SUSPENDED, Stage.OUT):
        return None
    bare = "".join(text.split())
    least = context.thresholds.progress_text_min_length
    if len(bare) < least:
        return reason("progress_short", "progress_text", text=text, least=int(least))
    before = report.previous
    if before is None or not before.progress_text or "".join(before.progress_text.split()) != bare:
        return None
    return reason("progress_unchanged", "progress_text", text=text[:40], month=str(before))
