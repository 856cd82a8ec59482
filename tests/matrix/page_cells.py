"""The requests that the entry of a page of our own stands for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from django.urls import reverse

from tests.matrix import expect
from tests.matrix.people import Place
from tests.matrix.run import Cell, Runner
from tests.matrix.surfaces import Page


def cells_of(runner: Runner, entry: Page) -> Iterator[Cell]:
    places = runner.world.places(entry.row) if entry.row else entry.places
    for place in places:
        want = partial(expect.page, entry, place=place)
        data = entry.query(runner.world, place) if entry.method == "GET" else entry.data(runner.world, place)
        headers = entry.headers(runner.world.row(entry.row, place) if entry.row else None)
        changes = partial(entry.changes, place=place) if entry.changes else None
        more = {"changes": changes, "json": entry.json, "headers": headers}
        yield Cell(entry.name, address(runner, entry, place), want, entry.method, data, entry.writes, place, **more)


def address(runner: Runner, entry: Page, place: Place) -> str:
    row = runner.world.row(entry.row, place) if entry.row else None
    return reverse(entry.name, kwargs=dict(entry.kwargs(row)) if entry.row else entry.fixed)


def undeclared(runner: Runner, entry: Page) -> Iterator[Cell]:
    """The same address under a method that no entry names: whatever is answered, nothing is written and nothing foreign is told."""
    for place in runner.world.places(entry.row) if entry.row else entry.places:
        yield Cell(
            f"{entry.name}, undeclared", address(runner, entry, place), lambda person: None, "POST" if entry.method == "GET" else "GET", place=place
        )
