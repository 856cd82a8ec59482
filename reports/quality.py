"""What the reporting-quality score of a month stands on, gathered from reviews, returns, uploads and problems; and its table.

A fixed number of queries for any number of units. Only what the reader may reach is gathered, so that nobody meets another's evidence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership, ReportingUnit
from accounts.roles import Action
from accounts.scope import for_user, units_for_user
from exchange.models import Upload
from projects.measures import plain_text
from projects.models import LockException, NilReturn, Obstacle, ReportingPeriod, ReviewEvent, Threshold
from projects.moment import Moment
from projects.obstacles import is_overdue
from projects.period import WHOLE, Period
from projects.quality import CODE, MOST, Evidence, Mark, Score, Weight, read_weights, score
from projects.returns import Matrix, Standing, matrix
from projects.values import Month
from projects.workflow import State, Verb, span_end
from reports.standing_then import cells_at, late_drafts
from reports.tables import Column, Kind, Row, Table
from reports.words import period_text

MARKS: dict[Mark, Any] = {
    Mark.UNREPORTED: gettext_lazy("到期未报"),
    Mark.LATE: gettext_lazy("逾期提交"),
    Mark.RETURNED: gettext_lazy("被退回"),
    Mark.CORRECTED: gettext_lazy("审核后更改"),
    Mark.UNIT_SLIP: gettext_lazy("单位错误"),
    Mark.OBSTACLE: gettext_lazy("问题超期"),
}
NOT_ASKED = gettext_lazy("%(month)s没有设填报期，没有要求填报，不评分。")
# Findings of a file that say an amount was written in another unit than its column's.
SLIPS = frozenset({"unit_suspect", "unit_slip", "unit_missing"})


@dataclass(frozen=True, slots=True)
class Quality:
    """The scores of some units for a month or a half of one, what each kind of thing costs, and the day up to which it was looked at."""

    period: Period
    units: Sequence[ReportingUnit]
    scores: Sequence[Score]
    weights: dict[Mark, Weight]
    day: date
    is_asked: bool = True  # what no period was opened for asks for nothing, and so scores nothing


def quality(user: Any, period: Period | Month, *, known: date | None = None, today: date | None = None, action: Action = Action.VIEW) -> Quality:
    """Score the units of a reader that rank or reported, for a month as it stands today, or as it was known at the end of a day.

    A month that is reported in halves is scored for both together, or for the one half that is asked for. A month that is locked was
    handed in or not by its lock: what nobody can hand in any more stays held against the unit.
    """
    wanted = Period.of(period)
    month = wanted.month
    day = known or today or timezone.localdate()
    until = Moment(month, known).known_until
    asked = matrix(list(units_for_user(user, action)), month.year, today=day, months=[month.month])
    units = [unit for unit, _cells in asked.rows]
    weights = read_weights(_rows(month))
    if not any(_is_of(span, wanted) for span in asked.periods):
        return Quality(wanted, units, [score(unit.pk, (), weights) for unit in units], weights, day, is_asked=False)
    found = [*_unreported(asked, wanted, until), *_events(user, wanted, action, until), *_nil(user, wanted, action, until)]
    found += [*_slips(user, wanted, action, until), *_obstacles(user, min(day, span_end(month, wanted.half)), action)]
    return Quality(wanted, units, [score(unit.pk, found, weights) for unit in units], weights, day)


def _is_of(span: Period, wanted: Period) -> bool:
    """Whether something reported for `span` counts where `wanted` is asked for: of a whole month both halves do."""
    return span.month == wanted.month and wanted.half in (WHOLE, span.half)


def _in(wanted: Period, prefix: str = "period") -> Q:
    """Rows of the reporting periods that count."""
    found = Q(**{f"{prefix}__year": wanted.month.year, f"{prefix}__month": wanted.month.month})
    return found if wanted.half == WHOLE else found & Q(**{f"{prefix}__half": wanted.half})


def _rows(month: Month) -> list[tuple[str, str]]:
    """Weights in force at the end of the month; a later row of the same key comes last and so wins."""
    end = month.last_day
    rows = Threshold.objects.filter(Q(valid_from=None) | Q(valid_from__lte=end), Q(valid_to=None) | Q(valid_to__gte=end), code=CODE)
    return list(rows.order_by("valid_from", "id").values_list("key", "value"))


# --- What is held against a unit ---------------------------------------------------------------------------------------------------


def _unreported(asked: Matrix, wanted: Period, until: datetime | None) -> Iterator[Evidence]:
    """Months whose grace is over with something never handed in; what was handed in late and then changed counts as late alone."""
    for span, period in asked.periods.items():
        if _is_of(span, wanted):
            yield from _unreported_in(asked, span, period, until)


def _unreported_in(asked: Matrix, span: Period, period: ReportingPeriod, until: datetime | None) -> Iterator[Evidence]:
    locked_at = period.locked_at
    looked_at = locked_at if locked_at is not None and (until is None or locked_at <= until) else until
    cells = asked.cells_of(span) if looked_at is None else cells_at([unit for unit, _cells in asked.rows], period, looked_at)
    told_late = late_drafts(period, looked_at)
    for cell in cells:
        if not cell.is_overdue or cell.standing not in (Standing.NOT_STARTED, Standing.DRAFT):
            continue
        drafts = cell.states.get(State.DRAFT.value, 0)
        if (cell.expected or cell.reported) and (cell.missing or not drafts or drafts > told_late.get(cell.unit.pk, 0)):
            words = _("%(month)s到期未提交") % {"month": period_text(span)}
            url = reverse("admin:projects_month_unit", args=[cell.unit.pk, period.pk])
            yield Evidence(cell.unit.pk, Mark.UNREPORTED, words, url, period.grace_until or period.due_on)


def _by(name: str, until: datetime | None) -> Q:
    """What had happened by then."""
    return Q() if until is None else Q(**{f"{name}__lte": until})


def _events(user: Any, wanted: Period, action: Action, until: datetime | None) -> Iterator[Evidence]:
    """Handed in late (one for each day on which something was), sent back, changed after the approval by people of the unit itself or by a file.

    A report is late or not by when it was handed in first: to hand it in again after it came back is no second lateness. What the city
    changed is not held against the unit, unless by a sheet of the month, which says what units report whoever sends it; nor what was
    changed while the city had let the unit in.
    """
    told = Q(verb=Verb.SUBMIT.value, is_late=True) | Q(verb=Verb.RETURN.value) | Q(verb=Verb.VOID.value, from_state="approved")
    before = ReviewEvent.objects.filter(Q(at__lt=OuterRef("at")) | Q(at=OuterRef("at"), id__lt=OuterRef("id")), report=OuterRef("report"))
    rows = ReviewEvent.objects.filter(told, _by("at", until), _in(wanted, "report__period"))
    rows = rows.exclude(Q(verb=Verb.SUBMIT.value) & Q(Exists(before.filter(verb=Verb.SUBMIT.value))))
    events = list(for_user(rows, user, action).select_related("report__project").order_by("at", "id"))
    yield from _late([event for event in events if event.verb == Verb.SUBMIT.value])
    held = _Held.against([event for event in events if event.verb == Verb.VOID.value], wanted)
    for event in events:
        name, day = event.report.project.name, timezone.localdate(event.at)
        url = reverse("admin:projects_monthreport_change", args=[event.report_id]) + "#events"
        if event.verb == Verb.RETURN.value:
            words = _("%(name)s被退回：%(reason)s") % {"name": name, "reason": event.reason}
            yield Evidence(event.report.project.unit_id, Mark.RETURNED, words, url, day)
        elif event.verb == Verb.VOID.value and held.holds(event):
            yield Evidence(event.report.project.unit_id, Mark.CORRECTED, _("%(name)s审核后又改动") % {"name": name}, url, day)


def _late(events: Sequence[ReviewEvent]) -> Iterator[Evidence]:
    found: dict[tuple[int, date], tuple[int, int]] = {}
    for event in events:
        place = event.report.project.unit_id, timezone.localdate(event.at)
        period, n = found.get(place, (event.report.period_id, 0))
        found[place] = period, n + 1
    for (unit_id, day), (period, n) in found.items():
        url = reverse("admin:projects_month_unit", args=[unit_id, period])
        yield Evidence(unit_id, Mark.LATE, _("逾期提交 %(n)s 条月度进展") % {"n": n}, url, day)


@dataclass(frozen=True, slots=True)
class _Held:
    """Which changes after the approval are held against the unit."""

    own: set[tuple[int, int]]
    granted: dict[int, list[tuple[datetime, datetime]]]
    sheets: dict[int, datetime]  # uploads of month sheets → when they were committed

    @classmethod
    def against(cls, events: Sequence[ReviewEvent], wanted: Period) -> _Held:
        keys = {event.upload_id for event in events if event.upload_id is not None}
        sheets = Upload.objects.filter(pk__in=keys, list_version=None).values_list("pk", "committed_at")
        return cls(_own_people(), _granted(wanted), {pk: at for pk, at in sheets if at is not None})

    def holds(self, event: ReviewEvent) -> bool:
        unit_id = event.report.project.unit_id
        if any(since <= event.at <= until for since, until in self.granted.get(unit_id, ())):
            return False
        sent = self.sheets.get(event.upload_id) if event.upload_id is not None else None
        # What came later than the commit was the file taken back.
        return (event.by_id, unit_id) in self.own or (sent is not None and event.at <= sent)


def _nil(user: Any, wanted: Period, action: Action, until: datetime | None) -> Iterator[Evidence]:
    rows = NilReturn.objects.standing(until).filter(_in(wanted), is_late=True)
    for row in for_user(rows, user, action):
        url = reverse("admin:projects_month_unit", args=[row.unit_id, row.period_id])
        yield Evidence(row.unit_id, Mark.LATE, _("逾期报“本月无变化”"), url, timezone.localdate(row.at))


def _own_people() -> set[tuple[int, int]]:
    """Who has a post in which unit. One query."""
    return {(user, unit) for user, unit in Membership.objects.exclude(unit=None).values_list("user_id", "unit_id") if unit is not None}


def _granted(wanted: Period) -> dict[int, list[tuple[datetime, datetime]]]:
    """Unit → from when until when the city let it into the locked month. One query."""
    found: dict[int, list[tuple[datetime, datetime]]] = {}
    for row in LockException.objects.filter(_in(wanted)):
        found.setdefault(row.unit_id, []).append((row.granted_at, min(row.until, row.revoked_at or row.until)))
    return found


def _slips(user: Any, wanted: Period, action: Action, until: datetime | None) -> Iterator[Evidence]:
    """Files of the month in which amounts stood in the wrong unit; one for each file, however many cells."""
    rows = Upload.objects.filter(_by("created_at", until), _in(wanted)).exclude(unit=None)
    for row in for_user(rows, user, action).values("unit_id", "public_id", "filename", "findings", "created_at").order_by("pk"):
        n = sum(finding.get("code") in SLIPS for finding in row["findings"])
        if n:
            words = _("%(file)s：%(n)s 处疑为单位写错") % {"file": row["filename"], "n": n}
            url = reverse("exchange:upload", args=[row["public_id"]]) + "#findings"
            yield Evidence(row["unit_id"], Mark.UNIT_SLIP, words, url, timezone.localdate(row["created_at"]))


def _obstacles(user: Any, day: date, action: Action) -> Iterator[Evidence]:
    """Problems past their day at the end of what is scored."""
    rows = Obstacle.objects.filter(is_overdue(day), raised_on__lte=day)
    for row in for_user(rows, user, action).select_related("project"):
        words = _("%(name)s：%(text)s") % {"name": row.project.name, "text": str(row)}
        url = reverse("admin:projects_obstacle_change", args=[row.pk])
        yield Evidence(row.project.unit_id, Mark.OBSTACLE, words, url, row.due_on)


# --- The table ---------------------------------------------------------------------------------------------------------------------


def quality_table(found: Quality) -> Table:
    """A unit a row: its score, and what each kind of thing cost it."""
    columns = [Column("label", _("单位"), width=14), Column("score", _("得分"), Kind.NUMBER, places=1)]
    columns += [Column(mark.value, str(MARKS[mark]), Kind.NUMBER, _("扣分"), places=1) for mark in Mark]
    rows = []
    for unit, scored in zip(found.units, found.scores, strict=True):
        points = {one.mark.value: -one.points for one in scored.taken if one.evidence}
        points = {"score": scored.points, **points} if found.is_asked else {}
        rows.append(Row(unit.short_name, {"label": unit.short_name, **points}, keys={"unit": unit.key}))
    return Table(
        name="quality",
        title=_("%(city)s%(month)s填报质量评分表") % {"city": settings.CITY_NAME, "month": period_text(found.period)},
        unit_line=_("满分100分"),
        columns=columns,
        rows=rows,
        moment=_("截至%(day)s") % {"day": found.day.isoformat()},
        notes=[*([] if found.is_asked else [NOT_ASKED % {"month": period_text(found.period)}]), *_weight_notes(found.weights)],
    )


def _weight_notes(weights: dict[Mark, Weight]) -> Iterator[str]:
    """What each kind costs, as the thresholds say."""
    told = []
    for mark, weight in weights.items():
        words = _("%(mark)s每次扣%(each)s分") % {"mark": MARKS[mark], "each": plain_text(weight.each)}
        told.append(words + (_("，最多%(most)s分") % {"most": plain_text(weight.most)} if weight.most is not None else ""))
    if told:
        yield "；".join(told) + "。"
    without = [str(MARKS[mark]) for mark in Mark if mark not in weights]
    if without:
        yield _("未设扣分标准、只列不扣：%(marks)s（在“阈值”中以代码 %(code)s 设定，如 late、late%(most)s）。") % {
            "marks": "、".join(without),
            "code": CODE,
            "most": MOST,
        }
