"""Two people edit one row: what each field was when the page was opened, what this person typed, what is stored now.

What only the other changed is taken over into the page; what only this person changed stays; where both changed, the person picks, field
by field, and saves again. The page keeps the revision it was opened with, so a further change meanwhile is compared in the same way.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from projects.history import Change, changes_since
from projects.models.fields import WanField

PICK, SHOWN = "pick-", "shown-"
MINE, NOW = "mine", "now"


@dataclass(frozen=True, slots=True)
class Column:
    """One field of which the page and the database differ: three values in words, and whether the person has to pick."""

    label: str
    pick: str  # name of the choice in the form
    opened: str
    mine: str
    now: str
    is_clash: bool
    picked: str = ""
    is_theirs: bool = False  # only the other changed it


@dataclass(frozen=True, slots=True)
class Conflict:
    """A row that moved while its page was open."""

    title: str
    shown_name: str
    revision: int
    columns: tuple[Column, ...]
    changes: tuple[Change, ...]
    was_shown: bool

    @property
    def is_settled(self) -> bool:
        """The person saw the row as it is now, and picked wherever both had changed something."""
        return self.was_shown and all(column.picked in (MINE, NOW) for column in self.columns if column.is_clash)


def merge(form: Any) -> Conflict | None:
    """Compare a sent form with what is stored, if that moved; puts into the form's data what the other changed or the person picked."""
    instance = form.instance
    seen = _number(form.data.get(form.add_prefix("revision_seen")))
    if seen == instance.revision:
        return None
    opened = type(instance).history.filter(id=instance.pk, revision=seen).order_by("-history_id").first() if seen else None
    form.data = form.data.copy()
    found = [column for name, field in form.fields.items() if (column := _column(form, name, field, opened)) is not None]
    return Conflict(
        title=str(instance),
        shown_name=SHOWN + form.add_prefix("revision"),
        revision=instance.revision,
        columns=tuple(found),
        changes=tuple(changes_since(instance, seen or 0)[:3]),
        was_shown=_number(form.data.get(SHOWN + form.add_prefix("revision"))) == instance.revision,
    )


def _number(text: Any) -> int | None:
    return int(text) if text and str(text).isascii() and str(text).isdigit() and len(str(text)) < 10 else None


def _column(form: Any, name: str, field: forms.Field, opened: Any) -> Column | None:
    """Judge one field; None where page and database agree, or it is no column."""
    column = _model_field(form, name)
    if column is None:
        return None
    html = form.add_prefix(name)
    raw = field.widget.value_from_datadict(form.data, form.files, html)
    now = form.get_initial_for_field(field, name)
    if not field.has_changed(now, raw):
        return None
    is_known = opened is not None
    before = column.value_from_object(opened) if is_known else None
    mine_moved = not is_known or field.has_changed(before, raw)
    theirs_moved = not is_known or before != now
    picked = form.data.get(PICK + html, "") if mine_moved and theirs_moved else ""
    # Worded first: the data may be about to change.
    words = _words(field, column, before) if is_known else _("不详"), _words(field, column, raw), _words(field, column, now)
    if picked == NOW or not mine_moved:
        put(form, field, html, now)
    return Column(str(field.label), PICK + html, *words, mine_moved and theirs_moved, picked, not mine_moved)


def _model_field(form: Any, name: str) -> Any:
    return next((column for column in form._meta.model._meta.fields if column.name == name), None)


def put(form: Any, field: forms.Field, html: str, value: Any) -> None:
    """Write a stored value into the sent data, as its own widget would have sent it."""
    if isinstance(field, forms.BooleanField):
        form.data.setlist(html, ["on"] if value else [])
        return
    prepared = field.prepare_value(value)
    form.data.setlist(html, ["" if prepared is None else str(prepared)])


def _words(field: forms.Field, column: Any, value: Any) -> str:
    """A value in words, whether it is as stored or as typed."""
    if isinstance(field, forms.ModelChoiceField):
        return _named(field, value)
    if isinstance(field, forms.BooleanField):
        return _("是") if field.to_python(value) else _("否")
    if value in (None, ""):
        return _("空")
    if column.choices:
        return str(dict(column.flatchoices).get(value, value))
    if isinstance(column, WanField):
        text = str(value)
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)


def _named(field: Any, key: Any) -> str:
    """The name of a chosen row; of one that may not be chosen here, its number."""
    if key in (None, ""):
        return _("空")
    row = field.queryset.filter(pk=key).first() if str(key).isdigit() else None
    return str(row) if row is not None else f"#{key}"


def conflicts_in(form: Any, formsets: Iterable[Any]) -> list[Conflict]:
    """The open conflicts of a page: of its own row, and of the rows below it."""
    every = [form, *(row for formset in formsets for row in formset.forms)]
    return [conflict for one in every if (conflict := getattr(one, "conflict", None)) is not None and not conflict.is_settled and one.errors]
