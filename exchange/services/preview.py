"""The stored plan in the words of a page: old → new for each column of each row, some rows at a time.

Only the parts of the plan that the page needs are unpacked, so that the fiftieth page of 100,000 rows costs as much as the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.words import about
from exchange.funds import ACCOUNT, STEP_OF, Target
from exchange.merge import conflicts_of, kept_of
from exchange.models import Upload, UploadPart
from exchange.plan import SLOTS, Action, PlannedRow, Value
from exchange.services.conflicts import choice_key
from exchange.services.parts import read_part
from exchange.services.proposing import count_proposals, is_direct, is_proposed
from exchange.services.reviewing import VOIDS, VOIDS_SUBMITTED, voids_review
from exchange.services.rough import was_rough
from exchange.sheets import Kind
from funding.models import FundAccount
from funding.services.words import account_label
from projects.models import AnnualPlan, Entry, LocationShare, MonthReport, Project, ProjectCode
from projects.values import fen_to_wan

PAGE = 50
_BATCH = 20  # parts unpacked at a time
_LONG = 24  # characters from which a value takes a line of its own
_WHOLE = 1000  # characters of a text that are shown; the file has all of it
_NOTHING = "—"  # the record is not there yet
_MODELS: Mapping[str, type[models.Model]] = {
    "project": Project,
    "code": ProjectCode,
    "location": LocationShare,
    "annual": AnnualPlan,
    "month": MonthReport,
    "entry": Entry,
    ACCOUNT: FundAccount,
}
_MONEY = {(slot.table, slot.column) for slots in SLOTS.values() for slot in slots.values() if slot.is_money}
_MONEY |= {(ACCOUNT, column) for column in STEP_OF}


class Show(StrEnum):
    """Which rows of the plan are asked for."""

    CONFLICT = "conflict"
    CHANGED = "changed"
    CREATE = "create"
    CHANGE = "change"
    HELD = "held"
    SAME = "same"
    KEPT = "kept"
    PROPOSED = "proposed"
    VOIDED = "voided"
    ALL = "all"


_ACTIONS: Mapping[Show, frozenset[Action]] = {
    Show.CHANGED: frozenset({Action.CREATE, Action.CHANGE}),
    Show.CREATE: frozenset({Action.CREATE}),
    Show.CHANGE: frozenset({Action.CHANGE}),
    Show.HELD: frozenset({Action.HELD}),
    Show.SAME: frozenset({Action.SAME}),
    Show.ALL: frozenset(Action),
}


_ANYWHERE = frozenset({Show.CONFLICT, Show.KEPT, Show.PROPOSED})  # rows of parts that change nothing may answer, too


def _answers(row: PlannedRow, show: Show, upload: Upload) -> bool:
    """Whether a planned row is among those asked for."""
    if show is Show.PROPOSED:
        return bool(count_proposals([row], direct=is_direct(upload)))
    if show is Show.VOIDED:
        return voids_review(row)
    if show is Show.CONFLICT:
        return bool(row.merge and row.merge[1])
    if show is Show.KEPT:
        return row.action is not Action.HELD and bool(row.merge and row.merge[0])
    return row.action in _ACTIONS[show]


@dataclass(frozen=True, slots=True)
class Line:
    """One column of one row: what it is called, what stands there now (None: the whole row is new), what will stand there."""

    label: str
    old: str | None
    new: str
    is_proposed: bool = False

    @property
    def is_long(self) -> bool:
        return max(len(self.old or ""), len(self.new)) > _LONG


@dataclass(frozen=True, slots=True)
class ConflictLine:
    """A cell that was changed here and in the file since the export: three values, and what was chosen by whom."""

    key: str
    label: str
    base: str
    ours: str
    theirs: str
    taken: str
    who: str


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A sheet row with what it does. `project_id` is None while the project is not stored."""

    sheet: str
    row: int
    name: str
    action: Action
    project_id: int | None
    lines: tuple[Line, ...]
    conflicts: tuple[ConflictLine, ...] = ()
    kept: tuple[Line, ...] = ()  # old: what the file says; new: what is stored and stays
    review: str = ""  # the words of the state that the month's report loses

    @property
    def is_waiting(self) -> bool:
        """Whether it says nothing but what was proposed before."""
        return self.action is Action.SAME and bool(self.lines)

    @property
    def is_proposal(self) -> bool:
        """Whether all that it does is to propose."""
        return self.action is Action.CHANGE and bool(self.lines) and all(line.is_proposed for line in self.lines)


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """Some rows of the plan, which page of how many it is, and how many rows the question has in all."""

    show: Show
    rows: tuple[PreviewRow, ...]
    number: int
    pages: int
    total: int

    @property
    def first(self) -> int:
        return (self.number - 1) * PAGE + 1 if self.total else 0

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1 if self.total else 0


def totals(upload: Upload) -> dict[Show, int]:
    """How many rows of the plan each question has."""
    counts = upload.counts
    each = {show: int(counts.get(show.value) or 0) for show in (Show.CREATE, Show.CHANGE, Show.HELD, Show.SAME)}
    proposed = int(counts.get("proposals") or 0) + int(counts.get("waiting") or 0)
    merged = {Show.CONFLICT: int(counts.get("with_conflicts") or 0), Show.KEPT: int(counts.get("with_kept") or 0)}
    voided = int(counts.get(VOIDS) or 0) + int(counts.get(VOIDS_SUBMITTED) or 0)
    every = sum(each.values()) + int(counts.get(Action.CONFLICT.value) or 0)
    return {Show.CHANGED: each[Show.CREATE] + each[Show.CHANGE], **each, **merged, Show.PROPOSED: proposed, Show.VOIDED: voided, Show.ALL: every}


def preview(upload: Upload, show: Show = Show.CHANGED, number: int = 1) -> PreviewPage:
    """Page `number` of the rows asked for; a number past the end gives the last page. A fixed number of queries for a page."""
    total = totals(upload)[show]
    pages = max(-(-total // PAGE), 1)
    number = min(max(number, 1), pages)
    planned = _planned(upload, show, (number - 1) * PAGE)
    names = _related_names(planned)
    stored = _stored_ids(upload, planned)
    rows = tuple(
        PreviewRow(
            row.sheet or "",
            row.row,
            row.name,
            row.action,
            row.project_id or stored.get(row.name),
            tuple(_lines(row, upload, names)),
            tuple(_conflicts(row, upload, names)),
            tuple(_kept(row, upload, names)),
            str(MonthReport.State(row.review).label) if voids_review(row) else "",
        )
        for row in planned
    )
    return PreviewPage(show, rows, number, pages, total)


def _planned(upload: Upload, show: Show, start: int) -> list[PlannedRow]:
    """Up to a page of planned rows from the `start`-th that answers the question."""
    skip, parts = _first_parts(upload, show, start)
    found: list[PlannedRow] = []
    for batch in (parts[at : at + _BATCH] for at in range(0, len(parts), _BATCH)):
        for part in UploadPart.objects.filter(pk__in=batch).order_by("number"):
            rows = [row for row in read_part(part) if _answers(row, show, upload)]
            found += rows[skip:]
            skip = max(skip - len(rows), 0)
            if len(found) >= PAGE:
                return found[:PAGE]
    return found


def _first_parts(upload: Upload, show: Show, start: int) -> tuple[int, list[int]]:
    """Ids of the parts that may hold the page, and how many answering rows to pass over in them.

    Parts know their rows and how many of those change something; where that answers the question, whole parts are passed over unread.
    """
    parts: list[int] = []
    for key, rows, changed in upload.parts.order_by("number").values_list("pk", "rows", "changed"):
        exact = {Show.ALL: rows, Show.CHANGED: changed}.get(show)
        possible = (
            exact
            if exact is not None
            else changed
            if show in (Show.CREATE, Show.CHANGE, Show.VOIDED)
            else rows
            if show in _ANYWHERE
            else rows - changed
        )
        if possible == 0:
            continue
        if exact is not None and not parts and start >= exact:
            start -= exact
            continue
        parts.append(key)
    return start, parts


def _field(table: str, column: str) -> models.Field[Any, Any] | None:
    model = _MODELS.get(table)
    if model is None:
        return None
    try:
        found: Any = model._meta.get_field(column)
    except FieldDoesNotExist:
        return None
    return found if isinstance(found, models.Field) else None


def _changes(rows: Sequence[PlannedRow]) -> Iterator[tuple[str, str, Value, Value]]:
    for row in rows:
        for intent in row.intents:
            for column, (old, new) in intent.changes.items():
                yield intent.table, column, old, new
        cells = [*(cell for _, cell in kept_of(row)), *(cell for conflict in conflicts_of(row) for cell in conflict.cells)]
        yield from ((cell.table, cell.column, cell.ours, cell.theirs) for cell in cells)
        for conflict in conflicts_of(row):
            yield from ((cell.table, cell.column, base, None) for cell, base in zip(conflict.cells, conflict.base or (), strict=False))


def _related_names(rows: Sequence[PlannedRow]) -> dict[tuple[type[models.Model], int], str]:
    """The words of every row that the plan points to by id: one query for each table pointed to."""
    ids: dict[type[models.Model], set[int]] = {}
    for table, column, old, new in _changes(rows):
        field = _field(table, column)
        if field is not None and field.is_relation and isinstance(field.related_model, type):
            ids.setdefault(field.related_model, set()).update(value for value in (old, new) if isinstance(value, int))
    return {(model, key): str(found) for model, keys in ids.items() for key, found in model._default_manager.in_bulk(keys).items()}


def _stored_ids(upload: Upload, rows: Sequence[PlannedRow]) -> dict[str, int]:
    """Project name → id for the projects that this upload made, once it is committed."""
    made = [row.name for row in rows if row.action is Action.CREATE and row.project_id is None]
    if upload.state != Upload.State.COMMITTED or not made:
        return {}
    history = Project.history.filter(upload_id=upload.pk, history_type="+", name__in=made)
    return {str(name): key for name, key in history.values_list("name", "id")}


def _lines(row: PlannedRow, upload: Upload, names: Mapping[tuple[type[models.Model], int], str]) -> Iterator[Line]:
    direct = is_direct(upload)
    for intent in row.intents:
        for column, (old, new) in intent.changes.items():
            if (intent.table, column, new) == ("project", "name", row.name) and intent.id is None:
                continue  # it heads the row
            was, now = was_rough(intent, column, row.rough), column in row.rough
            before = _said(intent.table, column, old, names, was) if intent.id is not None else None if row.action is Action.CREATE else _NOTHING
            label = _label(intent.table, column, upload, row.kind)
            if intent.table == ACCOUNT:
                label = f"{Target.unpack(row.fund or []).name} · {label}"
            proposed = is_proposed(row, intent, column, direct=direct)
            if proposed:
                label = (_("已申请待审核·%(label)s") if column in row.waits else _("变更申请·%(label)s")) % {"label": label}
            yield Line(label, before, _said(intent.table, column, new, names, now), proposed)


def _conflicts(row: PlannedRow, upload: Upload, names: Mapping[tuple[type[models.Model], int], str]) -> Iterator[ConflictLine]:
    for conflict in conflicts_of(row):
        # A cell that fills two columns (a sector: its words and its node) is shown by its words.
        at = next((place for place, cell in enumerate(conflict.cells) if cell.column.endswith("_text")), 0)
        cell, key = conflict.cells[at], choice_key(row, conflict.field)
        base = _words(cell.table, cell.column, conflict.base[at], names) if conflict.base is not None else _NOTHING
        ours, theirs = (_words(cell.table, cell.column, value, names) for value in (cell.ours, cell.theirs))
        who = str((upload.choices.get(key) or {}).get("who") or "") if conflict.taken else ""
        yield ConflictLine(key, _label(cell.table, cell.column, upload, row.kind), base, ours, theirs, conflict.taken, who)


def _kept(row: PlannedRow, upload: Upload, names: Mapping[tuple[type[models.Model], int], str]) -> Iterator[Line]:
    if row.action is Action.HELD:
        return
    for _field_name, cell in kept_of(row):
        theirs, ours = (_words(cell.table, cell.column, value, names) for value in (cell.theirs, cell.ours))
        yield Line(_label(cell.table, cell.column, upload, row.kind), theirs, ours)


def _label(table: str, column: str, upload: Upload, kind: str | None) -> str:
    """The column's own words; with the year for a year's plan, and marked as the list's where a list prints its own figure."""
    if table == ACCOUNT and column in STEP_OF:
        return account_label(column, is_plan=kind == Kind.CENTRAL.value)
    field = _field(table, column)
    label = str(getattr(field, "verbose_name", column))
    if table == "annual" and upload.counts.get("year"):
        return _("%(year)s年·%(label)s") % {"year": upload.counts["year"], "label": label}
    return _("清单·%(label)s") % {"label": label} if table == "entry" else label


def _said(table: str, column: str, value: Value, names: Mapping[tuple[type[models.Model], int], str], rough: bool) -> str:
    """A value in words; an amount that is only roughly known says so."""
    text = _words(table, column, value, names)
    return f"{about()}{text}" if rough and isinstance(value, int) and (table, column) in _MONEY else text


def _words(table: str, column: str, value: Value, names: Mapping[tuple[type[models.Model], int], str]) -> str:
    """A plan value as a person reads it."""
    if value is None or value == "":
        return pgettext("value", "空")
    if (table, column) in _MONEY and isinstance(value, int):
        return _number(fen_to_wan(value))
    field = _field(table, column)
    if field is not None and field.is_relation and isinstance(field.related_model, type):
        return names.get((field.related_model, value), f"#{value}") if isinstance(value, int) else _new_name(value)
    if isinstance(value, bool):
        return _("是") if value else _("否")
    text = str(dict(getattr(field, "flatchoices", None) or []).get(value, value))
    return text if len(text) <= _WHOLE else _("%(beginning)s……（共%(n)s字，这里只列开头）") % {"beginning": text[:_WHOLE], "n": len(text)}


def _number(amount: Decimal) -> str:
    """Every decimal that is there, so that a small change is never rounded out of sight; at least two where there are any."""
    text = format(amount, ",f").rstrip("0").rstrip(".") if amount % 1 else format(amount, ",.0f")
    whole, point, decimals = text.partition(".")
    return f"{whole}.{decimals.ljust(2, '0')}" if point else whole


def _new_name(mark: str) -> str:
    """An owner that the commit will store: the plan marks it "+credit code|name"."""
    name = mark.removeprefix("+").partition("|")[2] or mark
    return _("%(name)s（新登记单位）") % {"name": name}
