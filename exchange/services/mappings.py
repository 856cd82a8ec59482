"""Headings that the reader doesn't know: asked once, remembered for the unit, applied at the next check, revocable.

A question is a column of a checked file; its answer a field, or not to read it. The reader gets the answers as data. An answer that
takes another's place revokes it, so that the history stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit, scope
from accounts.models import ReportingUnit
from accounts.roles import Action as May
from exchange.models import ColumnMapping, Upload
from exchange.parse.remembered import IGNORE, SENSES, Answer, heading_key
from exchange.services.faults import NotAllowedError, StateError
from exchange.services.reading import label_of
from exchange.sheets import COLUMNS, SHEETS, Kind

_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Question:
    """A heading that nobody knows, where it first stands, and what it may be."""

    kind: str
    heading: str
    key: str
    sheet: str
    column: str
    is_sense: bool  # the field is known, its sense is not: of the year or since the start
    guess: str
    sample: tuple[str, ...]
    choices: tuple[str, ...]


def answers_for(unit: ReportingUnit | None) -> tuple[Answer, ...]:
    """What is remembered for a unit: its own answers, and the city's where it has none. One query."""
    rows = ColumnMapping.objects.filter(revoked_at=None)
    rows = rows.filter(unit=None) if unit is None else rows.filter(unit=unit) | rows.filter(unit=None)
    found: dict[tuple[str, str], Answer] = {}
    for unit_id, kind, heading, field in rows.values_list("unit_id", "kind", "heading", "field"):
        if unit_id is not None or (kind, heading) not in found:
            found[(kind, heading)] = Answer(kind, heading, field)
    return tuple(found.values())


def questions_of(upload: Upload) -> list[Question]:
    """The headings of a checked file that wait for an answer, each once."""
    found: dict[tuple[str, str], Question] = {}
    for sheet in upload.sheets:
        kind = sheet.get("kind")
        columns = sheet.get("columns") or []
        if kind not in {one.value for one in Kind}:
            continue
        present = {column.get("field") for column in columns}
        for column in columns:
            if column.get("asked"):
                key = heading_key(str(column["heading"]))[:_LENGTH]
                found.setdefault((kind, key), _question(sheet, column, kind, key, present))
    return list(found.values())


def _question(sheet: Mapping[str, Any], column: Mapping[str, Any], kind: str, key: str, present: set[str | None]) -> Question:
    is_sense = column["asked"] == "ambiguous"
    guess = str(column.get("guess") or "")
    return Question(
        kind=kind,
        heading=str(column["heading"]),
        key=key,
        sheet=str(sheet.get("name") or ""),
        column=str(column.get("col") or ""),
        is_sense=is_sense,
        guess=guess,
        sample=tuple(column.get("sample") or ()),
        choices=SENSES if is_sense else _choices(Kind(kind), guess, present),
    )


def _choices(kind: Kind, guess: str, present: set[str | None]) -> tuple[str, ...]:
    """The fields a heading may be that no other column is: the likeliest first, then in the order of our own sheet, then of the others."""
    ordered = dict.fromkeys((guess, *(column.field for column in SHEETS[kind]), *COLUMNS))
    return tuple(name for name in ordered if name in COLUMNS and name not in present)


def answer(upload: Upload, given: Iterable[tuple[str, str]], *, actor: Any, whole_city: bool = False) -> list[ColumnMapping]:
    """Remember answers (heading as it stands in the file, field or `ignore`) for the upload's unit, or for the whole city.

    The file has to be checked again afterwards. An UploadError leaves everything as it was.
    """
    _check_scope(actor, None if whole_city else upload.unit_id)
    waiting = {question.heading: question for question in questions_of(upload)}
    made = []
    with transaction.atomic():
        Upload.objects.select_for_update().get(pk=upload.pk)
        for heading, field in given:
            question = waiting.get(heading)
            if question is None:
                raise StateError(
                    "heading", f"该文件没有待回答的标题“{heading[:40]}”。", f"No heading “{heading[:40]}” of this file waits for an answer."
                )
            if field != IGNORE and field not in question.choices:
                raise StateError(
                    "field", f"标题“{heading[:40]}”不能读作“{field[:40]}”。", f"The heading “{heading[:40]}” can't be read as “{field[:40]}”."
                )
            made.append(_remember(upload, question, field, actor, whole_city))
        if not made:
            raise StateError("nothing", "请至少回答一个标题。", "Answer at least one heading.")
    return made


def _remember(upload: Upload, question: Question, field: str, actor: Any, whole_city: bool) -> ColumnMapping:
    unit = None if whole_city else upload.unit
    by = actor if getattr(actor, "pk", None) else None
    former = ColumnMapping.objects.select_for_update().filter(unit=unit, kind=question.kind, heading=question.key, revoked_at=None)
    former.update(revoked_at=timezone.now(), revoked_by=by)
    made = ColumnMapping.objects.create(
        unit=unit, kind=question.kind, heading=question.key, written=question.heading[:_LENGTH], field=field, upload=upload, by=by
    )
    audit.record("mapping.remember", actor=actor, obj=made, heading=made.written, field=field, unit=unit.key if unit else None)
    return made


def revoke(mapping: ColumnMapping, *, actor: Any) -> ColumnMapping:
    """Forget an answer from the next check on. The row stays, with who revoked it and when."""
    _check_scope(actor, mapping.unit_id)
    with transaction.atomic():
        locked = ColumnMapping.objects.select_for_update().get(pk=mapping.pk)
        if locked.revoked_at is not None:
            raise StateError("revoked", "这条标题记忆已经作废。", "This answer was revoked already.")
        locked.revoked_at = timezone.now()
        locked.revoked_by = actor if getattr(actor, "pk", None) else None
        locked.save(update_fields=["revoked_at", "revoked_by"])
        audit.record("mapping.revoke", actor=actor, obj=locked, heading=locked.written, field=locked.field)
    mapping.refresh_from_db()
    return mapping


def _check_scope(actor: Any, unit_id: int | None) -> None:
    """For the own unit; for another one or for the whole city it takes a person of the city."""
    if actor is not None and not scope.reaches(actor, May.UPLOAD, unit_id):
        raise NotAllowedError(
            "scope", "您只能为自己的单位记住标题；全市适用的由市级人员回答。", "You may answer for your own unit only; the city answers for all."
        )


def field_words(field: str) -> str:
    """A field as the forms head it, or what ignoring is called."""
    return "不读取" if field == IGNORE else label_of(field)
