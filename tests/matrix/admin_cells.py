"""The requests that the entry of an admin model stands for: its list with searches and filters, its forms, its history, its actions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from django.urls import reverse

from tests.matrix import expect
from tests.matrix.people import PEOPLE, Person, Place
from tests.matrix.run import Cell, Runner
from tests.matrix.surfaces import Reach, Rows, Want
from tests.projects.admin_pages import form_of

Wanted = Callable[[Person], Want | None]


def address(entry: Rows, verb: str, row: Any = None) -> str:
    return reverse(f"admin:{entry.model.replace('.', '_')}_{verb}", args=[row.pk] if row is not None else [])


def sent(runner: Runner, entry: Rows, url: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The page's form as its author would send it, so that everybody sends a form that could be taken."""
    runner.become(entry.author)
    page = runner.client.get(url)
    return form_of(page, **changes) if page.status_code == 200 else {**changes, "_save": "1"}


def cells_of(runner: Runner, entry: Rows) -> Iterator[Cell]:
    yield from _lists(runner, entry)
    yield from _adding(runner, entry)
    for place in runner.world.places(entry.row_name):
        yield from _row(runner, entry, place)
    yield from _deleting(runner, entry)
    yield from _actions(runner, entry)


def _lists(runner: Runner, entry: Rows) -> Iterator[Cell]:
    """The list as it opens, searched, filtered by each district, and asked for what no list should tell."""
    url, want = address(entry, "changelist"), partial(expect.listed, entry)
    yield Cell(f"{entry.model} list", url, want)
    kept = within(entry)
    for query in ({"q": entry.finds}, {"q": "2020-37021", "_facets": "True", "all": ""}):
        yield Cell(f"{entry.model} list searched", url, want, data=query, people=kept)
    other = {"unit": str(runner.world.units[Place.OTHER].pk), "o": "1.-2", "p": "1"}
    for query in (other, {"project__contact__startswith": "乙", "contact__contains": "密"}, {"_to_field": "contact"}):
        yield Cell(f"{entry.model} list probed", url, lambda person: None, data=query, people=kept)


def within(entry: Rows) -> tuple[Person, ...]:
    """Who gets into the list and may not read everything: to whom a search or a filter could tell something."""
    return tuple(person for person in PEOPLE if expect.listed(entry, person) is Want.OPEN and not person.city_wide(entry.view))


def _adding(runner: Runner, entry: Rows) -> Iterator[Cell]:
    url = address(entry, "add")
    yield Cell(f"{entry.model} add", url, partial(expect.add_page, entry))
    places = [Place.OWN, Place.OTHER] if entry.reach is Reach.UNIT and not entry.kept_by_city else [Place.CITY]
    for place in places:
        body = sent(runner, entry, url, entry.added(runner.world, place)) if entry.add else {"_save": "1"}
        want = partial(expect.added, entry, place=place)
        yield Cell(f"{entry.model} add", url, want, "POST", body, writes=True, place=place)


def _row(runner: Runner, entry: Rows, place: Place) -> Iterator[Cell]:
    row = runner.world.row(entry.row_name, place)
    seen: Wanted = partial(expect.row_page, entry, place=place, action=entry.view)
    url = address(entry, "change", row)
    yield Cell(f"{entry.model} form", url, seen, place=place)
    body = sent(runner, entry, url, entry.changed) if entry.change else {"_save": "1"}
    yield Cell(f"{entry.model} form", url, partial(expect.row_page, entry, place=place, action=entry.change), "POST", body, True, place)
    yield Cell(f"{entry.model} history", address(entry, "history", row), seen, place=place)
    old = address(entry, "changelist") + f"{row.pk}/"
    yield Cell(f"{entry.model} old address", old, lambda person: None, place=place, people=within(entry))


def _deleting(runner: Runner, entry: Rows) -> Iterator[Cell]:
    """A row of which nothing hangs, where there is one."""
    name = entry.spare or entry.row_name
    for place in runner.world.places(name):
        url = address(entry, "delete", runner.world.row(name, place))
        want: Wanted = partial(expect.row_page, entry, place=place, action=entry.delete)
        yield Cell(f"{entry.model} delete", url, want, place=place)
        yield Cell(f"{entry.model} delete", url, want, "POST", {"post": "yes"}, True, place)


def _actions(runner: Runner, entry: Rows) -> Iterator[Cell]:
    """An action over chosen rows does what it does to those in reach; whom the post does not allow it has no such action."""
    url = address(entry, "changelist")
    for name, action in entry.actions.items():
        for place in runner.world.places(entry.row_name):
            row = runner.world.row(entry.row_name, place)
            body = {"action": name, "_selected_action": str(row.pk), "index": "0", "post": "yes", "reason": "核对无误"}
            changes = partial(expect.acts, entry, place=place, action=action)
            yield Cell(f"{entry.model} action {name}", url, lambda person: None, "POST", body, place=place, changes=changes)


def type_ahead_cells(runner: Runner, app: str, model: str, field: str, remote: Rows) -> Iterator[Cell]:
    """Type-ahead of a field: open to whoever may see the kind that it offers; it offers what that list shows."""
    url = reverse("admin:autocomplete")
    asked = {"term": remote.finds, "app_label": app, "model_name": model, "field_name": field}
    yield Cell(f"type-ahead {app}.{model}.{field}", url, partial(expect.listed, remote), data=asked)
