"""Rules on a project's dates. Pure. A date known to the month or year only is judged wrong only where every day it may mean is."""

from __future__ import annotations

from projects.findings import Finding
from projects.records import Context, ProjectRecord, has_started
from projects.rules.saying import Said, blocks, reason
from projects.values import PartialDate


def dates_plausible(project: ProjectRecord, context: Context) -> Said:
    """The four dates lie in years that a project of today can speak of."""
    least, most = context.thresholds.earliest_year, context.thresholds.latest_year
    said: list[Finding] = []
    for field in ("planned_start", "planned_finish", "actual_start", "actual_finish"):
        when: PartialDate | None = getattr(project, field)
        if when is not None and not least <= when.year <= most:
            said.append(blocks("date_out_of_range", field, value=str(when), least=int(least), most=int(most)))
    return tuple(said)


def start_not_ahead(project: ProjectRecord, context: Context) -> Said:
    """Rule 29: an actual start does not lie after the month reported (or after today)."""
    start = project.actual_start
    if start is None or start.year < context.until.year or start.first_day <= context.until:
        return None
    return blocks("start_after_report", "actual_start", start=str(start), until=str(context.until))


def start_after_approval(project: ProjectRecord, context: Context) -> Said:
    """Rule 30: a project starts after it was approved, verified or filed."""
    start, approved = project.actual_start, project.approval_date
    if start is None or approved is None or not _surely_before(start, approved):
        return None
    return reason("start_before_approval", "actual_start", start=str(start), approved=str(approved))


def finish_after_start(project: ProjectRecord, context: Context) -> Said:
    """Rule 31: the finish does not lie before the start, planned and actual each for itself."""
    start, finish = project.planned_start, project.planned_finish
    planned = start is not None and finish is not None and _surely_before(finish, start)
    begun, done = project.actual_start, project.actual_finish
    actual = begun is not None and done is not None and _surely_before(done, begun)
    if not planned and not actual:
        return None
    said = []
    if planned:
        said.append(blocks("finish_before_start", "planned_finish", start=str(start), finish=str(finish)))
    if actual:
        said.append(blocks("finish_before_start", "actual_finish", start=str(begun), finish=str(done)))
    return tuple(said)


def _surely_before(first: PartialDate, second: PartialDate) -> bool:
    """As `PartialDate.surely_before`; years, which mostly decide, are compared first."""
    if first.year != second.year:
        return first.year < second.year
    return first.surely_before(second)


def start_in_time(project: ProjectRecord, context: Context) -> Said:
    """Rule 41: a planned start that has passed without a start is explained."""
    planned = project.planned_start
    if planned is None or planned.year > context.until.year or project.start_delay_reason:
        return None
    if has_started(project, context.until) is not False:
        return None
    # The month reported is over, today is not.
    passed = planned.last_day < context.until or (context.month is not None and planned.last_day == context.until)
    return reason("start_overdue", "planned_start", planned=str(planned), until=str(context.until)) if passed else None
