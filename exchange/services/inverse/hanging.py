"""What hangs on rows that would go: found through every relation to their table, so that a table made later is not forgotten.

Each thing is told by what it is, who put it there and when, and where it can be looked at. Tracked rows know that from their history,
others from their columns `by` and `at`. History rows point too, but hold nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from exchange.services.inverse.traces import Origin, parts
from projects.models import Project

_LONGEST = 60

Places = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Hung:
    """The first thing that hangs on a row, in words; how many there are in all; and the rows on whose pages it is seen, nearest first."""

    words: str
    count: int
    by: Origin | None
    places: Places

    @property
    def cause(self) -> str:
        return f"{self.words}等{self.count}项" if self.count > 1 else self.words


def relations_to(model: type[models.Model]) -> Iterator[tuple[type[models.Model], Any]]:
    """Every table with a column that points to this one and holds it, with that column; whichever room it is of."""
    for relation in model._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one):
            column: Any = relation.field  # type: ignore[union-attr]
            if column.remote_field.field.db_constraint:
                yield relation.related_model, column  # type: ignore[misc]


def hanging(model: type[models.Model], ids: Sequence[int], own: Mapping[type[models.Model], set[int]]) -> dict[int, Hung]:
    """Of rows of a table those on which something hangs that is not among `own`. A query for each table that points to it."""
    first: dict[int, tuple[type[models.Model], int]] = {}
    counts: dict[int, int] = {}
    for other, column in relations_to(model):
        mine = own.get(other, set())
        rows = other._default_manager.filter(**{f"{column.name}__among": ids}).order_by("pk").values_list("pk", column.attname)
        for key, target in rows if ids else ():
            if key not in mine:
                first.setdefault(target, (other, key))
                counts[target] = counts.get(target, 0) + 1
    told = _told(first.values())
    found = {}
    for target, (other, key) in first.items():
        words, by, project_id = told[(other, key)]
        above = ((Project._meta.label_lower, project_id),) if project_id else ()
        found[target] = Hung(words, counts[target], by, ((other._meta.label_lower, key), (model._meta.label_lower, target), *above))
    return found


def _told(things: Iterable[tuple[type[models.Model], int]]) -> dict[tuple[type[models.Model], int], tuple[str, Origin | None, int | None]]:
    """What each thing is, who put it there, and of which project it is."""
    wanted: dict[type[models.Model], list[int]] = {}
    for model, key in things:
        wanted.setdefault(model, []).append(key)
    found: dict[tuple[type[models.Model], int], tuple[str, Origin | None, int | None]] = {}
    for model, keys in wanted.items():
        for part in parts(sorted(keys)):
            rows = model._default_manager.filter(pk__in=part).select_related()
            origins = origins_of(model, part)
            for row in rows:
                found[(model, row.pk)] = _words(row), origins.get(row.pk), getattr(row, "project_id", None)
    return found


def _words(row: models.Model) -> str:
    text = str(row)
    return f"{row._meta.verbose_name}“{text if len(text) <= _LONGEST else text[: _LONGEST - 1] + '…'}”"


def origins_of(model: type[models.Model], ids: Sequence[int]) -> dict[int, Origin]:
    """Who made some rows, when and through which door: from their history, else from their own columns."""
    if hasattr(model, "history"):
        made = model.history.filter(id__in=ids, history_type="+").order_by("history_id")
        rows = made.values_list("id", "history_user_id", "history_date", "door", "upload_id")
        return {key: Origin(*rest) for key, *rest in rows}
    names = {column.attname for column in model._meta.concrete_fields}
    if not {"by_id", "at"} <= names:
        return {}
    found = {}
    for row in model._default_manager.filter(pk__in=ids):
        door, upload_id = getattr(row, "door", ""), getattr(row, "upload_id", None)
        found[row.pk] = Origin(row.by_id, row.at, door, upload_id)  # type: ignore[attr-defined]
    return found
