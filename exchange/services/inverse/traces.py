"""What an upload wrote, row by row, with everything written to the same rows before and since. Read from history alone.

    history rows of the upload → the keys it wrote → for each key all its history, oldest first, and the row as it stands
    → for each column: the upload's own last move of it (from, to), whether that was a commit or a taking back, and who moved it since
A fixed number of queries for each five hundred rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from itertools import groupby
from typing import Any

from django.db import models

from exchange.models import Reversal, Upload
from exchange.services.progress import UNWATCHED, Unwatched
from projects.models import AnnualPlan, Entry, LocationShare, MonthReport, PlanVersion, Project, ProjectCode

# What an upload writes, those that hang on others first.
WRITTEN: tuple[type[models.Model], ...] = (Entry, MonthReport, AnnualPlan, PlanVersion, LocationShare, ProjectCode, Project)
_COUNTED = frozenset({"id", "revision", "updated_at"})  # each write moves these; they are no values
CHUNK = 500


class Absent(Enum):
    """The value of a column where the row does not exist."""

    ABSENT = "absent"


ABSENT = Absent.ABSENT
Values = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """Who made something, when, and through which door."""

    actor_id: int | None
    at: datetime
    door: str
    upload_id: int | None


@dataclass(frozen=True, slots=True)
class Write:
    """One history row: what stood in the row afterwards, or None where the row was deleted."""

    history_id: int
    upload_id: int | None
    actor_id: int | None
    at: datetime
    door: str
    revision: int
    values: Values | None
    kind: str
    reverses: bool  # it belongs to the taking back of its upload, not to a commit


@dataclass(frozen=True, slots=True)
class Move:
    """One change of one column: by which write, from what to what."""

    at: int  # place in the trace's writes
    old: Any
    new: Any


@dataclass(slots=True)
class Trace:
    """One row of a table: all writes of it, oldest first, and what stands there now (None: it is gone)."""

    model: type[models.Model]
    id: int
    upload_id: int
    writes: list[Write]
    revision: int | None = None
    now: Values | None = None
    _moves: tuple[dict[str, list[Move]], dict[str, Move]] | None = None

    def value(self, name: str) -> Any:
        """What stands in a column now."""
        return ABSENT if self.now is None else self.now[places_of(self.model)[name]]

    def last_known(self, name: str) -> Any:
        """What stands in a column now, or stood there when the row was last seen."""
        values = self.now
        if values is None:
            values = next((one.values for one in reversed(self.writes) if one.values is not None), None)
        return None if values is None else values[places_of(self.model)[name]]

    @property
    def project_id(self) -> int:
        return self.id if self.model is Project else int(self.last_known("project_id"))

    @property
    def month(self) -> tuple[int, int]:
        """The project and the period of a month's report."""
        return self.project_id, int(self.last_known("period_id"))

    def _moved(self) -> tuple[dict[str, list[Move]], dict[str, Move]]:
        if self._moves is None:
            self._moves = _moves(columns_of(self.model), self.writes, self.upload_id)
        return self._moves

    def moves(self, name: str) -> list[Move]:
        """All changes of a column, oldest first; a new row moves it from ABSENT, a deleted one to it."""
        return self._moved()[0].get(name, [])

    def own_moves(self) -> dict[str, Move]:
        """Of every column that the upload changed its last change."""
        return self._moved()[1]

    def own_move(self, name: str) -> Move | None:
        """The last change of a column that the upload made."""
        return self._moved()[1].get(name)

    def existence(self) -> Write | None:
        """The upload's last write that made the row or deleted it."""
        for write in reversed(self.writes):
            if write.upload_id == self.upload_id and write.kind != "~":
                return write
        return None

    def changed_by(self, name: str) -> Write | None:
        """Who gave a column the value that stands there, if that was told."""
        moves = self.moves(name)
        return self.writes[moves[-1].at] if moves else None


def _moves(names: tuple[str, ...], writes: Sequence[Write], upload_id: int) -> tuple[dict[str, list[Move]], dict[str, Move]]:
    """The changes of each column, and the last one of this upload: one walk over the writes, which mostly differ in few columns."""
    found: dict[str, list[Move]] = {}
    own: dict[str, Move] = {}
    absent = (ABSENT,) * len(names)
    before: Values = absent
    for at, write in enumerate(writes):
        after = absent if write.values is None else write.values
        if after != before:
            for name, old, new in zip(names, before, after, strict=True):
                if new is not old and new != old:
                    move = Move(at, old, new)
                    found.setdefault(name, []).append(move)
                    if write.upload_id == upload_id:
                        own[name] = move
        before = after
    return found, own


def columns_of(model: type[models.Model]) -> tuple[str, ...]:
    """The columns that hold values, as attributes."""
    return tuple(places_of(model))


@cache
def places_of(model: type[models.Model]) -> dict[str, int]:
    """Each column that holds values, with its place among them."""
    names = [column.attname for column in model._meta.concrete_fields if column.attname not in _COUNTED]
    return {name: at for at, name in enumerate(names)}


def traces(upload: Upload, watch: Unwatched = UNWATCHED) -> dict[type[models.Model], list[Trace]]:
    """All rows that the upload wrote, by table. Stops between two parts where `watch` ends the work."""
    return {model: list(_traces(model, upload.pk, watch)) for model in WRITTEN}


def parts(keys: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(keys), CHUNK):
        yield keys[start : start + CHUNK]


def _traces(model: type[models.Model], upload_id: int, watch: Unwatched) -> Iterator[Trace]:
    history = model.history  # type: ignore[attr-defined]
    keys = sorted(set(history.filter(upload_id=upload_id).values_list("id", flat=True)))
    names = columns_of(model)
    told = ("id", "history_id", "upload_id", "history_user_id", "history_date", "door", "revision", "history_type", *names)
    for part in parts(keys):
        watch.step(0)
        # The rows first: if one is written meanwhile, its revision is behind its history and the write is refused.
        now = {row[0]: row for row in model._default_manager.filter(pk__in=part).values_list("id", "revision", *names)}
        rows = list(history.filter(id__in=part).order_by("id", "history_id").values_list(*told))
        taken_back = _taken_back(model, {row[2] for row in rows if row[2] is not None})
        for key, group in groupby(rows, key=lambda row: row[0]):
            stands = now.get(key)
            writes = [_write(row, taken_back) for row in group]
            yield Trace(model, key, upload_id, writes, stands[1] if stands else None, tuple(stands[2:]) if stands else None)


def _write(row: Sequence[Any], taken_back: Mapping[int, Sequence[tuple[int, int]]]) -> Write:
    _key, history_id, upload_id, actor_id, at, door, revision, kind, *values = row
    reverses = any(first <= history_id <= last for first, last in taken_back.get(upload_id, ()))
    return Write(history_id, upload_id, actor_id, at, door, revision, None if kind == "-" else tuple(values), kind, reverses)


def _taken_back(model: type[models.Model], upload_ids: set[int]) -> dict[int, list[tuple[int, int]]]:
    """For each upload the stretches of the table's history that its undoings wrote."""
    found: dict[int, list[tuple[int, int]]] = {}
    for upload_id, spans in Reversal.objects.filter(upload__in=upload_ids, kind=Reversal.Kind.UNDO).values_list("upload_id", "spans"):
        if model._meta.model_name in spans:
            first, last = spans[model._meta.model_name]
            found.setdefault(upload_id, []).append((first, last))
    return found
