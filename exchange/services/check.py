"""Reads, checks and plans a received file. Everything is stored before the page is shown; the commit then executes just that.

    open the file in a child process → rows in batches → what is stored about them → rules → planned rows, stored part by part
    → findings of the whole file, folded, worst first → the upload says checked; or refused, with the reason
A check may be run again: it starts from the stored file and replaces the former plan.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit, scope
from accounts.roles import Action as May
from exchange.funds import FUNDS
from exchange.models import Upload
from exchange.parse import Reading, ReadRow, read_workbook
from exchange.plan import Action, PlannedRow
from exchange.raw import Refusal
from exchange.services.closed import hold_closed
from exchange.services.commit import has_new_owner
from exchange.services.examine import examine
from exchange.services.excerpts import add_excerpts
from exchange.services.fund_book import FundBook
from exchange.services.fund_match import sheets_without_place
from exchange.services.fund_rows import examine_funds
from exchange.services.holding import HoldLog, store_held
from exchange.services.lookups import Lookups
from exchange.services.mappings import answers_for
from exchange.services.matching import note_coming
from exchange.services.memory import without_collecting
from exchange.services.merging import Base, adopt, base_findings, open_base
from exchange.services.missing import count_missing, list_findings, missing_findings, period_findings
from exchange.services.parts import store_part
from exchange.services.progress import DATABASE_AWAY, UNWATCHED, StoppedError, Unwatched
from exchange.services.proposing import applies_directly, count_proposals, mark_waiting
from exchange.services.reading import (
    add_said,
    book_findings,
    city_reference,
    described_sheets,
    each_month,
    judged_on,
    last_day_of,
    sender_place,
    shown_findings,
    take_back,
    year_for,
)
from exchange.services.reviewing import VOIDS, VOIDS_SUBMITTED, count_voided, mark_reviews
from exchange.services.setting import Seen, Setting
from exchange.services.snapshot import Frame
from exchange.sheets import Kind
from exchange.validate import validated_rows
from exchange.workbook import open_book, read_book
from projects.findings import Severity
from projects.models import ReportingPeriod
from projects.period import WHOLE, Period
from projects.services.context import build_context
from projects.services.periods import stored_period
from projects.values import Month
from projects.workflow import span_end

logger = logging.getLogger(__name__)

PART_ROWS = 2000
_HANDED_IN = (Action.CREATE, Action.CHANGE, Action.HELD)
EXCERPT_MEGABYTES = 8  # larger files are not walked a second time for excerpts


@dataclass(slots=True)
class _Run:
    """One check under way."""

    upload: Upload
    setting: Setting
    year: int
    today: date
    direct: bool  # whether lists change decided values at once
    seen: Seen = field(default_factory=Seen)
    counts: Counter[str] = field(default_factory=Counter)
    parts: int = 0
    watch: Unwatched = UNWATCHED
    held: HoldLog = field(default_factory=HoldLog)
    periods: dict[Period, ReportingPeriod] = field(default_factory=dict)
    funds: list[ReadRow] = field(default_factory=list)  # rows of fund sheets: looked at last, when the projects of the file are known

    def period_of(self, month: Month, said: int = WHOLE) -> Period:
        """The part of the month that is reported: the half that the file says, that was chosen, or that the template is of; else the whole."""
        if said:
            return Period(month, said)
        chosen = self.upload.period.as_period if self.upload.period is not None else self.setting.base.period
        return chosen if chosen is not None and chosen.month == month else Period(month)


def check(upload: Upload, *, actor: Any, today: date | None = None, watch: Unwatched = UNWATCHED) -> Upload:
    """Check the stored file. Never raises for what the file holds: a file that can't be read ends as refused, with the reason.

    StoppedError where `watch` ends the work; the upload then has no plan.
    """
    content = bytes(upload.file.content)
    try:
        return _check_in_parts(upload, content, actor, today or timezone.localdate(), watch)
    except (StoppedError, *DATABASE_AWAY):
        raise
    except Exception:  # whatever a file makes our own code do, the person gets a page that tells the truth, and we get the trace
        logger.exception("checking upload %s failed", upload.pk)
        return _fail(upload, watch)


@transaction.atomic
def _fail(upload: Upload, watch: Unwatched) -> Upload:
    """Nothing of the check was kept. The file is; it can be checked again once the fault is mended."""
    watch.step(0)
    upload.parts.all().delete()
    upload.refresh_from_db()
    upload.state = Upload.State.FAILED
    upload.outcome = f"检查时系统出错，没有写入任何内容，文件已保存。请把上传编号 #{upload.pk} 告诉系统管理员，修复后可重新检查。"
    upload.outcome_en = (
        f"The check failed through a fault of ours; nothing was written, the file is kept. Tell the administrator upload #{upload.pk}."
    )
    upload.checked_at = timezone.now()
    upload.save()
    return upload


def _check_in_parts(upload: Upload, content: bytes, actor: Any, today: date, watch: Unwatched) -> Upload:
    """The former plan goes, the new one comes part by part, and only the last step says that it is whole.

    Not one transaction: on SQLite nobody else could write for as long as a large file is read.
    """
    with without_collecting():
        with transaction.atomic():
            watch.step(0)
            upload.parts.all().delete()
            Upload.objects.filter(pk=upload.pk).update(state=Upload.State.RECEIVED)
        try:
            _check_file(upload, content, actor, today, watch)
        except Refusal as refusal:
            _refuse(upload, refusal)
        with transaction.atomic():
            watch.step(upload.counts.get("rows") or 0)
            if upload.state == Upload.State.REFUSED:
                upload.parts.all().delete()
            upload.checked_at = timezone.now()
            upload.save()
            audit.record("upload.check", actor=actor, obj=upload, outcome=upload.state, counts=upload.counts)
    return upload


def _refuse(upload: Upload, refusal: Refusal) -> None:
    upload.state = Upload.State.REFUSED
    upload.outcome = refusal.zh
    upload.outcome_en = refusal.en
    upload.counts = {"refused": refusal.code}
    upload.findings = []
    upload.sheets = []


def _check_file(upload: Upload, content: bytes, actor: Any, today: date, watch: Unwatched) -> None:
    expected = upload.period.as_month if upload.period else None
    with open_book(content, upload.filename) as book:
        base = open_base(book, upload)
        adopt(base, upload, actor)
        expected = expected or (base.period.month if base.period is not None else None)
        reading = read_workbook(book, city_reference(), expected, sender_place(upload.unit), answers_for(upload.unit))
        year = year_for(upload, reading, today)
        remarks = book_findings(book)
        day, direct = judged_on(upload, reading, year, today), applies_directly(upload, actor)
        run = _Run(upload, _setting(upload, actor, base), year, day, direct, watch=watch)
        batch: list[ReadRow] = []
        for row in validated_rows(reading):
            batch.append(row)
            if len(batch) >= PART_ROWS:
                _take(run, batch)
                batch = []
        _take(run, batch)
        _take_funds(run, reading, today)
    empty_month = reading.report_period if reading.kind == Kind.MONTHLY and not run.counts["rows"] else None
    for placed in missing_findings(run.seen, run.setting, upload, run.period_of(empty_month) if empty_month is not None else None):
        if placed.finding.code == "return_late" and not any(run.counts[action.value] for action in _HANDED_IN):
            continue  # a file that says what is stored already is not late
        run.seen.said.append(placed)
        run.counts["missing"] += count_missing(placed)
    run.seen.said += list_findings(run.seen, upload)
    run.seen.said += period_findings(run.seen, upload.period.as_period if upload.period else None)
    run.seen.said += base_findings(base, upload, run.seen.periods)
    take_back(reading, run.seen.forgiven)
    add_said(reading, [*remarks, *run.seen.said])
    _finish(run, reading, content)


def _setting(upload: Upload, actor: Any, base: Base) -> Setting:
    whole_city = actor is None or scope.city_wide(actor, May.UPLOAD)
    allowed = None if whole_city and upload.unit is None else ({upload.unit_id} if upload.unit_id else scope.unit_ids(actor, May.UPLOAD))
    posts = actor is None or scope.city_wide(actor, May.EDIT)
    return Setting(Lookups.load(None), upload.unit, allowed, upload.list_version_id, base=base, choices=upload.choices, posts=posts)


def _take(run: _Run, batch: list[ReadRow]) -> None:
    """Examine a batch: rows of one kind, month and set of columns at a time."""
    groups: dict[tuple[Any, ...], list[ReadRow]] = {}
    run.funds += [row for row in batch if row.kind in FUNDS]
    for row in (one for excel_row in batch if excel_row.kind not in FUNDS for one in each_month(excel_row)):
        month = row.period if row.kind == Kind.MONTHLY else None
        groups.setdefault((row.kind, month, row.half, id(row.table)), []).append(row)
    planned: list[PlannedRow] = []
    for (_, month, half, _), rows in groups.items():
        frame = Frame(month.year if month is not None else run.year, _period(run, month, half), run.setting.list_version_id)
        examined = examine(rows, frame, run.setting, _context(run, rows[0], frame), run.seen)
        hold_closed(rows, examined, frame.period, run.seen)
        run.held.note(rows)
        note_coming(rows, examined, run.seen)
        planned += examined
    mark_waiting(planned, direct=run.direct)
    mark_reviews(planned)
    run.counts.update(count_proposals(planned, direct=run.direct) + count_voided(planned))
    run.counts["rows"] += len(batch)
    _keep(run, planned)


def _take_funds(run: _Run, reading: Reading, today: date) -> None:
    """The rows of fund sheets, against the ledger and the projects that the file itself brings."""
    period = run.upload.period.as_period if run.upload.period is not None else run.setting.base.period
    if not run.funds:
        return
    day = span_end(period.month, period.half) if period is not None else last_day_of(reading, run.year)
    run.seen.forgiven += sheets_without_place(reading)
    book = FundBook.load(today, day, is_day_said=period is not None or reading.report_period is not None)
    for start in range(0, len(run.funds), PART_ROWS):
        rows = run.funds[start : start + PART_ROWS]
        planned = examine_funds(rows, run.year, run.setting, book, run.seen)
        run.held.note(rows)
        run.held.lean(planned, run.seen.coming)
        run.counts["fund_changes"] += sum(row.action is Action.CHANGE for row in planned)
        _keep(run, planned)


def _keep(run: _Run, planned: list[PlannedRow]) -> None:
    """Count some planned rows and store them as the next part of the plan."""
    for done in planned:
        run.counts[done.action.value] += 1
        if done.merge:
            run.counts["with_kept"] += bool(done.merge[0]) and done.action is not Action.HELD
            run.counts["with_conflicts"] += bool(done.merge[1])
        run.counts["new_owners"] += has_new_owner(done)
    with transaction.atomic():
        run.watch.step(run.counts["rows"])
        if planned:
            store_part(run.upload, run.parts, planned)
            run.parts += 1


def _period(run: _Run, month: Month | None, said: int) -> ReportingPeriod | None:
    """The stored period of a month, or one not stored yet: nothing is written for it before the commit."""
    if month is None:
        return None
    period = run.period_of(month, said)
    run.seen.periods.add(period)
    if period not in run.periods:
        run.periods[period] = stored_period(period) or ReportingPeriod(year=month.year, month=month.month, half=period.half)
    return run.periods[period]


def _context(run: _Run, row: ReadRow, frame: Frame) -> Any:
    asked = frozenset(row.table.by_field)
    key = (frame.year, frame.period.as_period if frame.period is not None else None, asked)
    if key not in run.setting.contexts:
        by_city = run.setting.allowed_units is None
        run.setting.contexts[key] = build_context(year=frame.year or run.year, today=run.today, month=key[1], asked=asked, by_city=by_city)
    return run.setting.contexts[key]


def _finish(run: _Run, reading: Reading, content: bytes) -> None:
    upload = run.upload
    findings = shown_findings(reading.findings)
    if any(finding["severity"] != "info" for finding in findings) and len(content) <= EXCERPT_MEGABYTES * 1024 * 1024:
        add_excerpts(read_book(content, upload.filename), findings)
    counts: dict[str, Any] = {action.value: run.counts[action.value] for action in Action}
    counts |= {name: run.counts[name] for name in ("rows", "missing", "new_owners", "fund_changes")}
    counts |= {"base": run.setting.base.state, "kept": run.seen.kept, "unfilled": run.seen.unfilled}
    counts |= {
        name: run.counts[name]
        for name in ("with_kept", "with_conflicts", "proposals", "only_proposals", "waiting", "decided", VOIDS, VOIDS_SUBMITTED)
    }
    counts["direct"] = run.direct
    counts |= {severity.value: reading.findings.severities()[severity] for severity in Severity}
    periods = sorted(run.seen.periods)
    counts["months"] = [str(period) for period in periods]
    counts |= {
        "year": periods[-1].month.year if periods else run.year,
        "month": periods[-1].month.month if periods else None,
        "dropped": reading.findings.unlisted.total(),
    }
    upload.counts = counts
    with transaction.atomic():
        run.watch.step(run.counts["rows"])
        store_held(upload, run.held, reading.findings)
    upload.kind = reading.kind
    upload.sheets = described_sheets(reading)
    upload.findings = findings
    upload.state = Upload.State.CHECKED
    upload.outcome = ""
    upload.outcome_en = ""
    if upload.period is None and len(periods) == 1 and run.periods[periods[0]].pk:
        upload.period = run.periods[periods[0]]
