"""Which projects are furthest behind: those that most investment is missing of, against what should be done by now.

Who comes into question is read from the kept totals, which know every project's plan and year to date; of the few that do, and of all that
were written since the totals were last folded, the figures are read from the records, as every table reads them. So no old figure is shown,
and the cost does not grow with the number of projects. Where the kept totals can't answer, all are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import F

from projects.measures import difference, due, rate, schedule
from projects.monthly import marked_ids
from projects.period import FIRST_HALF
from projects.summary import ask
from reports.pivot import condition, is_kept
from reports.queries import ProjectRow, project_rows
from reports.selection import Question, Reach, Selection, select

_TOO_MANY = 500  # marked projects; with more of them (a list that was just uploaded) all projects are read once


@dataclass(frozen=True, slots=True)
class Behind:
    """A project that is behind: how much is missing, and by how many points."""

    row: ProjectRow
    rate: Decimal
    difference: Decimal
    missing_wan: Decimal


def furthest_behind(reach: Reach, question: Question, n: int) -> list[Behind]:
    """The `n` projects with the greatest shortfall; who reported nothing is not behind but unreported. Seven queries at most."""
    selection = select(reach, question)
    wanted = _candidates(reach, question, n)
    if wanted is None:
        wanted = _by_records(selection, n)
    if not wanted:
        return []
    rows = project_rows(replace(selection, projects=selection.projects.filter(pk__in=wanted)))
    return sorted((one for one in (_read(row, question) for row in rows) if one), key=lambda one: (-one.missing_wan, one.row.pk))[:n]


def _expected(question: Question) -> Decimal:
    return schedule(question.month.month, half=question.half == FIRST_HALF)


def _read(row: ProjectRow, question: Question) -> Behind | None:
    expected = _expected(question)
    done, wanted = rate(row.ytd_wan, row.plan_wan), due(row.plan_wan, expected)
    apart = difference(done, expected)
    if row.ytd_wan is None or done is None or wanted is None or apart is None or apart >= 0:
        return None
    return Behind(row, done, apart, wanted - row.ytd_wan)


def _candidates(reach: Reach, question: Question, n: int) -> set[int] | None:
    """Who may be among the first: by the kept totals, and whoever was written since. None where these can't say it."""
    if not is_kept(question, (question.month,)):
        return None
    marked = {pk for (pk,) in marked_ids(question.month)[: _TOO_MANY + 1] if pk is not None}
    if len(marked) > _TOO_MANY:
        return None
    where = condition(reach, question)
    done = "ytd_ok" if question.approved else "ytd"
    short = f"(plan * {question.month.month} - {done} * 12)"
    rows = ask(
        replace(
            where,
            text=(
                f"SELECT project_id FROM projects_monthfact WHERE at = {question.month.index} AND {where.text} "  # noqa: S608 -- our own names
                f"AND plan > 0 AND {done} IS NOT NULL AND {short} > 0 ORDER BY {short} DESC, project_id LIMIT {int(n) + len(marked)}"
            ),
        )
    )
    return marked.union(pk for (pk,) in rows)


def _by_records(selection: Selection, n: int) -> set[int]:
    """The same out of the records. One query over all of them."""
    expected = _expected(selection.question)
    rows: Sequence[tuple[int, Decimal, Decimal]] = [
        (pk, plan, ytd)
        for pk, plan, ytd in selection.projects.order_by().values_list("pk", F("plan_then"), F("ytd_then")).iterator(chunk_size=2000)
        if plan is not None and ytd is not None
    ]
    missing = sorted((((due(plan, expected) or 0) - ytd, pk) for pk, plan, ytd in rows), key=lambda one: (-one[0], one[1]))
    return {pk for short, pk in missing[:n] if short > 0}
