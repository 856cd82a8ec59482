"""Uploads: the list and first step, the page of each, its verbs and its files."""

from __future__ import annotations

from typing import Any

from accounts.roles import Action
from exchange.services.inverse import inversion_of
from exchange.services.undo import mark_of
from tests.matrix.people import Place
from tests.matrix.surfaces import Page, Reach, Rows, Want
from tests.matrix.world import World, workbook


def public_id(row: Any) -> dict[str, str]:
    return {"public_id": row.public_id}


def number(row: Any) -> dict[str, int]:
    return {"number": row.pk}


def sent_file(world: World, place: Place) -> dict[str, Any]:
    """A workbook for the unit of the place; for the whole city no unit is named."""
    unit = world.units.get(place)
    return {"file": ("新表.xlsx", workbook(place)), **({"unit": unit.key} if unit else {})}


def of_upload(name: str, needs: Action = Action.VIEW, method: str = "GET", row: str = "upload", **more: Any) -> Page:
    """A page of one upload: to who may see none at all it does not exist either."""
    return Page(f"exchange:{name}", needs, method, row=row, kwargs=public_id, closed=Want.HIDDEN, **more)


def seen_undo(world: World, place: Place) -> dict[str, str]:
    """The mark of the preview goes with the confirmation."""
    return {"reason": "报错了", "seen": mark_of(inversion_of(world.rows["upload_done", place], redo=False))}


def own_job(name: str, method: str = "GET") -> Page:
    return Page(f"exchange:{name}", None, method, row="job_alone", kwargs=public_id, expect=lambda person, _place: hidden(person))


def hidden(person: Any) -> Want:
    return Want.HIDDEN if person.is_known else Want.LOGIN


def template_of(world: World, place: Place) -> dict[str, str]:
    return {"unit": world.units[place].key, "period": "2020-06"}


def unheard(_person: Any, _place: Place) -> None:
    """Nothing is held and nothing is to choose in the uploads of the matrix: any answer, so long as it tells and writes nothing foreign."""


ROWS = (
    Rows("exchange.upload", Reach.UNIT, finds="月报"),
    Rows("exchange.job", Reach.UNIT, finds="大表"),
    Rows("exchange.columnmapping", Reach.UNIT, change=Action.UPLOAD, changed={"revoke": "on"}, finds="标题"),
)
PAGES = (
    Page("exchange:list", Action.VIEW),
    Page("exchange:list", Action.VIEW, query=lambda world, _place: {"unit": world.units[Place.OTHER].key, "q": "月报"}),
    of_upload("upload"),
    of_upload("upload", row="upload_done"),
    of_upload("file"),
    of_upload("marked-xlsx"),
    of_upload("findings-json"),
    of_upload("findings-xlsx"),
    of_upload("findings-csv"),
    Page("upload-by-number", Action.VIEW, row="upload", kwargs=number, closed=Want.HIDDEN),
    of_upload("check", Action.UPLOAD, "POST"),
    of_upload("commit", Action.UPLOAD, "POST", data=lambda _world, _place: {"reason": "核对无误"}),
    of_upload("undo", Action.UNDO, "POST", row="upload_done", data=seen_undo),
    of_upload("upload", row="upload_busy"),
    of_upload("progress", row="upload_busy"),
    of_upload("cancel", Action.UPLOAD, "POST", row="upload_busy"),
    # Work that belongs to no upload is its own person's alone.
    own_job("job"),
    own_job("job-file"),
    own_job("job-cancel", "POST"),
    Page("exchange:templates-of-all", Action.EXPORT, "POST", data=lambda _world, _place: {"period": "2020-06", "kind": "monthly_progress"}),
    of_upload("conflicts-json"),
    of_upload("held", expect=unheard),
    of_upload("choose", Action.UPLOAD, "POST", expect=unheard),
    of_upload("undo-preview", Action.UNDO, row="upload_done"),
    of_upload("redo-preview", Action.UNDO, done=Want.STATE),
    of_upload("redo", Action.UNDO, "POST", done=Want.STATE),
    # The uploads of the matrix ask nothing: an answer finds no question.
    of_upload("columns", Action.UPLOAD, "POST", done=Want.STATE, data=lambda _world, _place: {"heading": "月报", "field": "remarks"}),
    Page("exchange:template", Action.EXPORT),
    Page("exchange:template-xlsx", Action.EXPORT, places=(Place.OWN, Place.OTHER), foreign=Want.INVALID, query=template_of),
    # Sending for another unit, or for the whole city, is an error at the field: the form offers only what may be chosen.
    Page("exchange:list", Action.UPLOAD, "POST", places=tuple(Place), data=sent_file, expect=lambda person, place: sends(person, place)),
)


def sends(person: Any, place: Place) -> Want:
    if not person.is_known:
        return Want.LOGIN
    if not person.may(Action.UPLOAD):
        return Want.REFUSED
    units = [unit for unit in (Place.OWN, Place.OTHER) if person.reaches(Action.UPLOAD, unit)]
    if place is Place.CITY and len(units) == 1 and not person.city_wide(Action.UPLOAD):
        return Want.OPEN  # who works in one unit need not name it
    return Want.OPEN if person.reaches(Action.UPLOAD, place) else Want.INVALID
