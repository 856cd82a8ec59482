"""Whatever the running product offers has an entry in the matrix; what is new is named, with where its entry goes."""

from __future__ import annotations

from tests.matrix import discovery
from tests.matrix.entries import PAGES, ROWS, SHELL
from tests.matrix.entries.frame import MADE_BY_THE_SITE
from tests.matrix.entries.shell import LIBRARIES

HOW = "docs/developers.md, “A new surface”, says how"


def unnamed(found, known, where):
    """What has no entry, each with what to add and where."""
    return [f"{name}: add {where} ({HOW})" for name in sorted(found - known)]


def gone(found, known):
    return sorted(known - found)


def test_every_model_of_the_admin_has_its_rows():
    assert unnamed(discovery.model_labels(), set(ROWS), "a Rows(…) to ROWS of tests/matrix/entries/<room>.py") == []
    assert gone(discovery.model_labels(), set(ROWS)) == []


def test_every_address_has_its_page():
    known = {entry.name for entry in PAGES} | set(MADE_BY_THE_SITE)
    assert unnamed(discovery.own_addresses(), known, "a Page(…) to PAGES of tests/matrix/entries/<room>.py") == []
    assert gone(discovery.own_addresses(), known) == []


def test_every_action_over_chosen_rows_is_named():
    known = {(label, name) for label, entry in ROWS.items() for name in entry.actions}
    told = {f"{label} action {name}" for label, name in discovery.actions()}
    assert unnamed(told, {f"{label} action {name}" for label, name in known}, "it to `actions` of the model's Rows(…)") == []
    assert gone(discovery.actions(), known) == []


def test_every_command_is_named():
    found = discovery.commands()
    told = {name for name, app in found.items() if app not in LIBRARIES}
    assert unnamed(told, set(SHELL), "a Shell(…) to tests/matrix/entries/shell.py") == []
    assert gone(set(found), set(SHELL)) == []


def test_every_named_row_is_in_the_world_of_the_matrix(runner, db):
    names = (
        {entry.row_name for entry in ROWS.values()}
        | {entry.row for entry in PAGES if entry.row}
        | {entry.spare for entry in ROWS.values() if entry.spare}
    )
    assert [name for name in sorted(names) if not runner.world.places(name) and not name.startswith("axes_")] == []


def test_a_new_surface_would_be_told():
    told = unnamed({"exchange:list", "exchange:template"}, {"exchange:list"}, "a Page(…)")
    assert told == [f"exchange:template: add a Page(…) ({HOW})"]
