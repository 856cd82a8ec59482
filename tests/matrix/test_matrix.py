"""Every cell of the permission matrix is answered as its entry and the table of roles say; nothing foreign is told or written."""

from __future__ import annotations

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from tests.matrix import admin_cells, discovery, page_cells
from tests.matrix.entries import PAGES, ROWS
from tests.matrix.people import Place
from tests.matrix.run import Cell
from tests.matrix.surfaces import Want

pytestmark = pytest.mark.django_db


def nothing_wrong(runner, cells):
    told = runner.run(list(cells))
    assert told == [], "\n".join(told)


NAMES = sorted({entry.name for entry in PAGES})


@pytest.mark.parametrize("label", sorted(ROWS))
def test_pages_of_rows(runner, label):
    nothing_wrong(runner, admin_cells.cells_of(runner, ROWS[label]))


@pytest.mark.parametrize("name", NAMES)
def test_own_page(runner, name):
    entries = [entry for entry in PAGES if entry.name == name]
    cells = [cell for entry in entries for cell in page_cells.cells_of(runner, entry)]
    if len({entry.method for entry in entries}) == 1:
        cells += page_cells.undeclared(runner, entries[0])
    nothing_wrong(runner, cells)


@pytest.mark.filterwarnings("ignore::django.core.paginator.UnorderedObjectListWarning")  # of a library's own table
@pytest.mark.parametrize("app,model,field,remote", discovery.type_ahead())
def test_type_ahead(runner, app, model, field, remote):
    nothing_wrong(runner, admin_cells.type_ahead_cells(runner, app, model, field, ROWS[remote]))


def test_lists_of_an_app(runner):
    """Pages that the site makes by itself: an app's models, a jump by content type, an address that is none."""
    apps = ("accounts", "projects", "funding", "exchange", "axes")
    cells = [Cell("app", reverse("admin:app_list", args=[app]), nothing_told) for app in apps]
    project = runner.world.row("project", Place.OTHER)
    kind = ContentType.objects.get_for_model(project)
    cells += [Cell("jump", reverse("admin:view_on_site", args=[kind.pk, project.pk]), nothing_told)]
    cells += [Cell("nowhere", "/admin/no-such/", lambda person: Want.HIDDEN if person.enters else Want.LOGIN)]
    nothing_wrong(runner, cells)


def nothing_told(_person):
    """Whatever is answered, nothing foreign is told."""
