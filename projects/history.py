"""What was changed, by whom, when, through which door; and what was known on a past day.

Every write of a tracked model leaves a full row of the values after it (`projects.models.tracking`, and the set-wise writers of
the upload). This room reads those rows: it compares each with the one before it and says which columns moved, old → new.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from projects.measures import plain_text
from projects.models import (
    AnnualPlan,
    Cut,
    Door,
    Entry,
    LocationShare,
    MonthReport,
    Obstacle,
    Permit,
    PlanVersion,
    Project,
    ProjectCode,
    ProjectDisclosure,
    ProjectTag,
)
from projects.models.disclosure import Disclosed

ADDED, CHANGED, REMOVED = "+", "~", "-"
# Columns that say nothing to a reader: they follow from the others, or from the fact that something was written.
_SILENT = frozenset({"id", "revision", "updated_at", "created_at", "name_key", "uid"})
# A state that can be asked for: up to a moment, a pinned cut, or (None) as it is now.
State = datetime | Cut | None
Labels = Mapping[tuple[type[models.Model], Any], str]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One column: its words, and its value before and after as a reader sees it."""

    name: str
    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Change:
    """One write of one row."""

    at: datetime
    kind: str
    actor: str
    door: str
    upload_id: int | None
    reason: str
    subject: str
    revision: int
    fields: Sequence[FieldChange]

    @property
    def verb(self) -> str:
        return {ADDED: _("新增"), CHANGED: _("修改"), REMOVED: _("删除")}[self.kind]


def as_of(model: type[models.Model], moment: datetime) -> models.QuerySet[Any]:
    """The rows of a tracked model as they were at `moment`, as instances of the model; what was deleted by then is not among them."""
    rows: models.QuerySet[Any] = model.history.as_of(moment)  # type: ignore[attr-defined]
    return rows


def rows_at(model: type[models.Model], until: State) -> models.QuerySet[Any]:
    """The rows of a tracked model as they are, as they were at a moment, or in a pinned cut: the newest line of history of each.

    All have the model's columns under the same names, so that one question serves both clocks. The key is `id`. Of a model that only
    grows: the rows that were there.
    """
    if until is None:
        return model._default_manager.all()
    if not hasattr(model, "history"):
        return model._default_manager.filter(pk__lte=until.last_of(model)) if isinstance(until, Cut) else model._default_manager.filter(at__lte=until)
    history: Any = _lines(model, until)
    newer = history.filter(id=models.OuterRef("id"), history_id__gt=models.OuterRef("history_id"))
    rows: models.QuerySet[Any] = history.filter(~models.Exists(newer)).exclude(history_type=REMOVED)
    # Of a model whose rows may be struck out: those that stood.
    stands: models.QuerySet[Any] = rows.filter(**getattr(model, "stands", {}))
    return stands


def rows_ever(model: type[models.Model], until: State) -> models.QuerySet[Any]:
    """As `rows_at`, and with them what was deleted or struck out by then, as it was last (`is_gone` tells which). Its last change is its end."""
    if not hasattr(model, "history"):
        return rows_at(model, until)
    history: Any = model.history.all() if until is None else _lines(model, until)
    newer = history.filter(id=models.OuterRef("id"), history_id__gt=models.OuterRef("history_id"))
    rows: models.QuerySet[Any] = history.filter(~models.Exists(newer))
    return rows


def is_gone(model: type[models.Model]) -> models.Case:
    """Of a row of `rows_ever`: whether it was deleted or struck out."""
    stands = getattr(model, "stands", {})
    gone = models.Q(history_type=REMOVED) | (~models.Q(**stands) if stands else models.Q(pk__in=[]))
    return models.Case(models.When(gone, then=models.Value(True)), default=models.Value(False))


def lines_until(model: type[models.Model], until: State) -> Any:
    """Every line of a model's history that was written by then: all writes, not the newest alone."""
    history: Any = model.history  # type: ignore[attr-defined]
    return history.all() if until is None else _lines(model, until)


def _lines(model: type[models.Model], until: datetime | Cut) -> Any:
    """The lines of history that were written by then.

    An index on the date or the number alone is of no use here, since nearly every line is older, and the database would take it all the
    same: an expression hides it, so that lines are found by the row or the project that they are asked for.
    """
    history: Any = model.history  # type: ignore[attr-defined]
    if isinstance(until, Cut):
        return history.alias(written=Coalesce("history_id", "history_id")).filter(written__lte=until.last_of(model))
    return history.alias(written=Coalesce("history_date", "history_date")).filter(written__lte=until)


def changes(obj: models.Model, limit: int = 200) -> list[Change]:
    """The newest writes of one row, newest first. Three queries, and one for each model that its columns point to."""
    model = type(obj)
    rows = _rows(model, pk=obj.pk)[: limit + 1]
    labels = _labels([(model, rows)])
    return _compare(model, rows, labels)[:limit]


def project_changes(project: Project, limit: int = 200, until: datetime | None = None) -> list[Change]:
    """The newest writes of a project and of all that hangs on it (up to a moment), newest first. A fixed number of queries."""
    found: list[tuple[type[models.Model], list[Any]]] = [(Project, _rows(Project, pk=project.pk))]
    found += [(model, _rows(model, project=project.pk)) for model in _SUBJECTS]
    labels = _labels(found)
    told = [change for model, rows in found for change in _compare(model, rows, labels) if until is None or change.at <= until]
    return sorted(told, key=lambda change: change.at, reverse=True)[:limit]


def changes_among(found: Sequence[tuple[type[models.Model], Mapping[str, Any]]], limit: int = 200) -> list[Change]:
    """The newest writes of rows of several tables that belong together, newest first: (table, columns of its rows), also of rows that are gone."""
    rows = [(model, _found(model, where)) for model, where in found]
    labels = _labels(rows)
    told = [change for model, own in rows for change in _compare(model, own, labels)]
    return sorted(told, key=lambda change: change.at, reverse=True)[:limit]


def changes_since(obj: models.Model, revision: int) -> list[Change]:
    """The writes that came after the row had `revision`, newest first."""
    rows = _rows(type(obj), pk=obj.pk)
    newer = sum(row.revision > revision for row in rows)
    # One row more: the newest that the reader had seen is what the others are compared with.
    compared = _compare(type(obj), rows[: newer + 1], _labels([(type(obj), rows)]))
    return [change for change in compared if change.revision > revision]


# --- Reading the rows --------------------------------------------------------------------------------------------------------------


def _rows(model: type[models.Model], *, pk: Any = None, project: Any = None) -> list[Any]:
    """History rows of one row, or of all rows of a project: row by row, each newest first."""
    return _found(model, {model._meta.pk.name: pk} if project is None else {"project_id": project})


def _found(model: type[models.Model], where: Mapping[str, Any]) -> list[Any]:
    rows = model.history.filter(**where).select_related("history_user")  # type: ignore[attr-defined]
    return list(rows.order_by(model._meta.pk.name, "-history_date", "-history_id"))


def _compare(model: type[models.Model], rows: Sequence[Any], labels: Labels) -> list[Change]:
    told = []
    for _key, group in groupby(rows, key=lambda row: row.id):
        own = list(group)
        for row, before in zip(own, [*own[1:], None], strict=True):
            change = _change(model, row, before, labels)
            # A write in which only silent columns moved (a project getting its number) tells a reader nothing.
            if change.fields or change.reason or change.kind != CHANGED:
                told.append(change)
    return told


def _change(model: type[models.Model], row: Any, before: Any, labels: Labels) -> Change:
    fields = [] if row.history_type == REMOVED else _moved(model, row, before, labels)
    return Change(
        at=row.history_date,
        kind=row.history_type,
        actor=str(row.history_user) if row.history_user else "",
        door=str(Door(row.door).label) if row.door in Door.values else row.door,
        upload_id=row.upload_id,
        reason=row.history_change_reason or "",
        subject=_subject(model, row, labels),
        revision=row.revision,
        fields=fields,
    )


def _kept(model: type[models.Model]) -> list[Any]:
    """The columns whose past the history keeps: sums of a ledger have theirs in its entries."""
    kept = {field.name for field in model.history.model.tracked_fields}  # type: ignore[attr-defined]
    return [field for field in model._meta.concrete_fields if field.name in kept]


def _moved(model: type[models.Model], row: Any, before: Any, labels: Labels) -> list[FieldChange]:
    """Columns that differ from the row before; for a new row, those that hold something."""
    told = []
    for field in _kept(model):
        if field.name in _SILENT or (field.name == "project" and model is not Project):
            continue
        new = getattr(row, field.attname)
        old = getattr(before, field.attname) if before is not None else None
        if before is None and (new is None or new == "" or new is False or (field.has_default() and new == field.get_default())):
            continue
        if before is not None and old == new:
            continue
        told.append(FieldChange(field.name, str(field.verbose_name), _shown(field, old, labels), _shown(field, new, labels)))
    return told


def _shown(field: Any, value: Any, labels: Labels) -> str:
    if value in (None, ""):
        return "—"
    if field.is_relation:
        return labels.get((field.related_model, value), f"#{value}")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    return plain_text(value) if isinstance(value, Decimal) else str(value)


def _labels(found: Iterable[tuple[type[models.Model], Sequence[Any]]]) -> dict[tuple[type[models.Model], Any], str]:
    """Words for every row that the history points to: one query for each model that is pointed to."""
    wanted: dict[type[models.Model], set[Any]] = {}
    for model, rows in found:
        for field in _kept(model):
            if field.is_relation and not (field.name == "project" and model is not Project):
                ids = {getattr(row, field.attname) for row in rows} - {None}
                wanted.setdefault(field.related_model, set()).update(ids)
    labels = {}
    for model, ids in wanted.items():
        rows_now = model._base_manager.filter(pk__in=ids)
        for row in rows_now.select_related("list") if hasattr(model, "list_id") else rows_now:
            labels[(model, row.pk)] = str(row)
    return labels


# What to call a row that hangs on a project, from its history row alone.
_SUBJECTS: Mapping[type[models.Model], Callable[[Any, Labels], str]] = {
    ProjectCode: lambda row, labels: str(row.code),
    ProjectTag: lambda row, labels: _pointed(ProjectTag, "tag", row, labels),
    LocationShare: lambda row, labels: _pointed(LocationShare, "division", row, labels),
    PlanVersion: lambda row, labels: _("第%(n)s版") % {"n": row.number},
    AnnualPlan: lambda row, labels: _("%(year)s年") % {"year": row.year} + (_("%(month)s月") % {"month": row.month} if row.month else ""),
    MonthReport: lambda row, labels: _pointed(MonthReport, "period", row, labels),
    Entry: lambda row, labels: _pointed(Entry, "version", row, labels),
    Permit: lambda row, labels: str(dict(Permit.Kind.choices).get(row.kind, row.kind)),
    Obstacle: lambda row, labels: str(row.text)[:20],
    ProjectDisclosure: lambda row, labels: str(dict(Disclosed.choices).get(row.item, row.item)),
}


def _pointed(model: type[models.Model], name: str, row: Any, labels: Labels) -> str:
    field: Any = model._meta.get_field(name)
    return labels.get((field.related_model, getattr(row, field.attname)), "")


def _subject(model: type[models.Model], row: Any, labels: Labels) -> str:
    words = _SUBJECTS.get(model)
    return str(model._meta.verbose_name) if words is None else f"{model._meta.verbose_name} {words(row, labels)}"
