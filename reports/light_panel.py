"""The light on a project's own page: its parts in words, since when it is red, what is said beside it; and the light in the project list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import ReportingUnit
from accounts.roles import Action
from accounts.scope import for_user
from funding.clock_words import light_words
from projects.admin.lights import kinds_for
from projects.models import LightNote, Project
from projects.moment import Moment, moment_of
from projects.services.lights import may_say
from reports.light_facts import NoteRow, notes_of
from reports.light_rows import Lights, lights_of
from reports.light_tables import is_english, item_words, note_words, sentence
from reports.selection import Question, Reach
from reports.words import month_text


def _lights(request: HttpRequest, ids: Sequence[int], *, with_since: bool) -> Lights:
    mine = for_user(Project.objects.filter(pk__in=ids), request.user, Action.VIEW)
    moment = moment_of(request)
    question = Question(moment.month, known=moment.known, half=moment.half, approved=moment.approved, cut=moment.cut)
    return lights_of(Reach(mine, ReportingUnit.objects.none(), whole_city=False), question, with_since=with_since)


def light_panel(request: HttpRequest, project: Project) -> Mapping[str, Any] | None:
    """What the panel shows; None where figures do not speak of the project."""
    found = _lights(request, [project.pk], with_since=True)
    if not found.rows:
        return None
    row, moment = found.rows[0], moment_of(request)
    make = reverse("admin:projects_lightnote_make", args=[project.pk])
    return {
        "light": light_words(row.colour),
        "tone": row.colour.value,
        "sentence": sentence(row.light),
        "rule": found.profile.title,
        "since": month_text(row.since) if row.since else "",
        "parts": [
            {
                "item": item_words(part.item),
                "light": light_words(part.colour),
                "tone": part.colour.value,
                "words": part.en if is_english() else part.zh,
            }
            for part in row.light.parts
        ],
        "notes": _notes(request, project, moment),
        "verbs": [
            (label, f"{make}?{urlencode({'kind': kind, 'month': str(moment.month)})}") for kind, label in kinds_for(request.user, project.unit_id)
        ],
        "all_url": f"{reverse('reports:lights')}?{urlencode({'period': str(moment.month), 'unit': project.unit.key})}",
    }


def _notes(request: HttpRequest, project: Project, moment: Moment) -> list[dict[str, Any]]:
    """All that was said of the project, newest first; what was withdrawn says so."""
    told = notes_of([project.pk], moment.state).get(project.pk, [])
    return [_note(request, project, note) for note in reversed(told) if note.withdraws is None]


def _note(request: HttpRequest, project: Project, note: NoteRow) -> dict[str, Any]:
    may = note.withdrawn is None and may_say(request.user, note.kind, project.unit_id)
    return {
        "month": month_text(note.month),
        "kind": LightNote.Kind(note.kind).label,
        "words": note_words(note),
        "entered_on": note.entered_on,
        "is_statistics": note.kind == LightNote.Kind.STATISTICS,
        "rule": note.profile,
        "withdrawn": note_words(note.withdrawn) if note.withdrawn else "",
        "withdraw": reverse("admin:projects_lightnote_withdraw", args=[note.pk]) if may else "",
    }


def light_column(request: HttpRequest, projects: Sequence[Project]) -> Mapping[int, Any]:
    """The light of each project of one page of the list."""
    found = _lights(request, [project.pk for project in projects], with_since=False)
    return {row.pk: light_words(row.colour) for row in found.rows}
