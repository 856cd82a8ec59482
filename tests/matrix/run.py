"""Sends one cell's request, takes it back, and says what was wrong with the answer."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.template import Template
from django.test import Client
from django.test.utils import _TestState
from django.urls import reverse

from accounts.explain import Explanation, Verdict, deed_at, row_of
from accounts.explain_query import explain_address
from accounts.models import AuditEvent
from accounts.roles import Action
from tests.matrix import state
from tests.matrix.people import PEOPLE, Person, Place
from tests.matrix.surfaces import Want
from tests.matrix.world import CODES, EVENT_WORD, FIGURES, SUMS, USER_WORD, WORDS, World
from tests.sampling import IS_SAMPLE, MATRIX, is_taken

_NUMBER_COMMA = re.compile(r"(?<=\d),(?=\d{3})")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
# What somebody may do to rows of a unit; each of these may write there.
_SCOPED_WRITES = tuple(action for action in Action if action not in (Action.VIEW, Action.EXPORT, Action.USERS, Action.SYSTEM, Action.AUDIT))


@dataclass(frozen=True)
class Cell:
    """One request that every person makes; `want` says how each is answered."""

    label: str
    url: str
    want: Callable[[Person], Want | None]  # None: any answer that writes nothing and tells nothing foreign
    method: str = "GET"
    data: Mapping[str, Any] = field(default_factory=dict)
    writes: bool = False  # a POST that is taken must have changed something
    place: Place = Place.CITY
    people: tuple[Person, ...] = PEOPLE  # whom to ask, where the answer of the others is known from another cell
    changes: Callable[[Person], bool] | None = None  # whose request changes something, where the answer looks the same for all
    json: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Tally:
    """How many cells were tested, and what was wrong in them."""

    cells: int = 0
    explained: int = 0
    holes: list[str] = field(default_factory=list)


def forbidden(person: Person) -> list[str]:
    """Words and figures that this person must never meet."""
    told: list[str] = []
    unseen = [place for place in (Place.OWN, Place.OTHER) if not person.reaches(Action.VIEW, place)]
    for place in unseen:
        # The event log names what was touched; the auditor reads names there and nothing else.
        told += [f"{WORDS[place]}联系人", f"{WORDS[place]}地址"] if person.city_wide(Action.AUDIT) else [WORDS[place]]
        told += [CODES[place][-6:], *FIGURES[place]]
    if unseen:
        told += SUMS
    if not person.city_wide(Action.VIEW) and not person.city_wide(Action.AUDIT):
        told.append(WORDS[Place.CITY])
    if not person.city_wide(Action.USERS):
        told.append(USER_WORD)
    if not person.city_wide(Action.AUDIT):
        told.append(EVENT_WORD)
    return told


def readable(response: Any) -> str:
    """Everything that an answer tells, in plain text: its head, its body, the parts of a workbook, escapes undone."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            body = b"\n".join(packed.read(name) for name in packed.namelist())
    head = "\n".join(f"{name}: {unquote(value)}" for name, value in response.items())
    text = f"{head}\n{body.decode('utf-8', 'replace')}"
    return _NUMBER_COMMA.sub("", _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text))


def outcome(response: Any) -> str:
    """The answer in the words of `Want`; anything else by its status."""
    status = response.status_code
    if status in (301, 302, 303):
        return Want.LOGIN if response["Location"].startswith(reverse("admin:login")) else Want.OPEN
    if status == 401:
        return Want.LOGIN
    if status == 200 and (_errors(response) or {}):
        return Want.UNTAKEN
    return Want.OPEN if status in (200, 201, 202) else str(status)


def _errors(response: Any) -> Any:
    """What a form that came back says."""
    context = getattr(response, "context_data", None) or {}
    if response.request["REQUEST_METHOD"] != "POST" or "adminform" not in context:
        return None
    told = dict(context["adminform"].form.errors)
    for formset in context.get("inline_admin_formsets") or []:
        told |= {formset.formset.prefix: formset.formset.errors} if any(formset.formset.errors) else {}
    return told


@contextmanager
def plain_templates() -> Iterator[None]:
    """Templates render as in earnest: the test runner's own way copies every context, thousands of times."""
    watched_render = Template._render
    Template._render = _TestState.saved_data.template_render
    try:
        yield
    finally:
        Template._render = watched_render


class Runner:
    """One browser for everybody; who is signed in changes with its cookie."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.client = Client(raise_request_exception=True)
        self.before = state.snapshot()
        self.tally = Tally()
        self.units = {unit.pk: place for place, unit in world.units.items()}
        self._forbidden = {person.name: forbidden(person) for person in PEOPLE}

    def become(self, person: str) -> None:
        self.client.cookies.clear()
        if person in self.world.sessions:
            self.client.cookies[settings.SESSION_COOKIE_NAME] = self.world.sessions[person]

    def send(self, cell: Cell) -> Any:
        """Files are made anew for each sending: a file is read once."""
        if cell.json:
            return self.client.generic(cell.method, cell.url, json.dumps(cell.data), "application/json", headers=cell.headers)
        data = {name: SimpleUploadedFile(*value) if isinstance(value, tuple) else value for name, value in cell.data.items()}
        return self.client.post(cell.url, data) if cell.method == "POST" else self.client.get(cell.url, data)

    def run(self, cells: list[Cell]) -> list[str]:
        """Every person makes every request. What was wrong, one line each."""
        told: list[str] = []
        for cell in cells:
            for person in cell.people:
                if IS_SAMPLE and not is_taken(f"{cell.label} {cell.method} {cell.place} {person.name}", MATRIX):
                    continue
                self.tally.cells += 1
                told += [f"{cell.label} {cell.method} {cell.url} [{cell.place}] {person.name}: {what}" for what in self._one(cell, person)]
        self.tally.holes += told
        return told

    def _one(self, cell: Cell, person: Person) -> list[str]:
        """One cell, taken back afterwards."""
        self.become(person.name)
        with transaction.atomic():
            explained = self._explained(cell, person) if cell.want(person) is not None else None
            with state.watched() as tables:
                response = self.send(cell)
            got, want = outcome(response), cell.want(person)
            told = [f"answered {got}, should be {want}" + _why(response)] if want is not None and got != want else []
            told += _disagreement(explained, got) if explained is not None else []
            text = readable(response)
            told += [f"tells the foreign word {word}" for word in self._forbidden[person.name] if word in text]
            taken = cell.changes(person) if cell.changes else cell.method != "GET" and got == Want.OPEN and cell.writes
            if cell.method != "GET" and (tables or taken):
                told += self._written(tables, person, taken)
            elif tables - state.PASSING:
                told.append(f"writes to {sorted(tables - state.PASSING)}")
            transaction.set_rollback(True)
        return told

    def _explained(self, cell: Cell, person: Person) -> Explanation | None:
        """What an administrator would read, asked before the request is made; None where the address is not explained."""
        found = deed_at(cell.url, cell.method)
        if found is None or person.name not in self.world.users:
            return None
        self.tally.explained += 1
        query = {name: str(value) for name, value in cell.data.items()} if cell.method == "GET" else {}
        return explain_address(self.world.users[person.name], found[0], row_of(*found), query)[0]

    def _written(self, tables: set[str], person: Person, taken: bool) -> list[str]:
        """Compare what is stored with what was: a refusal stores at most its own line in the log, a taken request only within reach."""
        changed = state.difference(self.before, state.snapshot(tables))
        events = changed.pop("accounts.AuditEvent", [])
        if taken:
            told = [] if changed else ["was taken, but nothing is stored"]
            return told + [f"wrote {label} {pk} out of reach" for label, pk in self._out_of_reach(changed, person)]
        told = [f"was refused, but wrote {sorted(changed)}"] if changed else []
        lines = AuditEvent.objects.filter(pk__in=[pk for pk, _old, _new in events])
        return told + [f"was refused, but the log says {line.event} {line.outcome}" for line in lines if line.outcome == "ok"]

    def _out_of_reach(self, changed: dict[str, Any], person: Person) -> list[tuple[str, Any]]:
        """Rows of a unit, as they were and as they are, in which this person may write nothing."""
        writable = {pk for pk, place in self.units.items() if any(person.reaches(action, place) for action in _SCOPED_WRITES)}
        found = []
        for label, rows in changed.items():
            for pk, old, new in rows:
                units = {side[0] for side in (old, new) if side is not None and side[0] is not None}
                if units - writable and not any(person.city_wide(action) for action in _SCOPED_WRITES):
                    found.append((label, pk))
        return found


def _disagreement(told: Explanation, got: str) -> list[str]:
    """The verdict is what the page answered, and the sentences say the same as the verdict."""
    agrees = told.verdict == (Want.OPEN if got in (Want.UNTAKEN, Want.INVALID) else got)
    speaks = (told.verdict is Verdict.OPEN) == (told.lacking == "")
    return [] if agrees and speaks else [f"answered {got}, but explained as {told.verdict}: {told.lacking}"]


def _why(response: Any) -> str:
    """What the form found wrong, so that a wrong entry of the matrix is told from a hole."""
    errors = _errors(response)
    return f" ({json.dumps(errors, ensure_ascii=False, default=str)[:300]})" if errors else ""
