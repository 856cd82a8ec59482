"""The API, written: each row and verb at its address. A row out of reach is 404, one in reach refused to the post 403."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.roles import Action
from exchange.services.inverse import inversion_of
from exchange.services.undo import mark_of
from tests.matrix.entries.exchange import sends, sent_file
from tests.matrix.people import Person, Place
from tests.matrix.surfaces import Page, Want
from tests.matrix.world import World

WHY = "核对后更正"
_UNITS = (Place.OWN, Place.OTHER)


def new_project(world: World, place: Place) -> dict[str, Any]:
    sector = world.row("project", place).sector_id
    return {"name": "新建道路工程", "kind": "infrastructure", "unit_id": world.units[place].pk, "stage": "idea", "sector_id": sector, "reason": WHY}


def of_project(**values: Any) -> Any:
    return lambda world, place: {"project_id": world.row("project", place).pk, "reason": WHY, **values}


NEW: dict[str, Any] = {
    "projects": new_project,
    "months": of_project(period="2020-07", done_ytd_wan=11, progress_text="主体结构施工，完成百分之三十"),
    "obstacles": of_project(text="征地未完"),
    "annual-plans": of_project(year=2021, plan_wan=100),
    "permits": of_project(kind="design", state="in_hand", doc_no="新文号"),
}
# Resource → its row in the world, and what is changed of it.
CHANGED: dict[str, tuple[str, dict[str, Any]]] = {
    "projects": ("project", {"remarks": "改过"}),
    "months": ("monthreport", {"problems": "改过的问题"}),
    "obstacles": ("obstacle", {"text": "改过的卡点"}),
    "annual-plans": ("annualplan", {"goal": "改过"}),
    "permits": ("permit", {"doc_no": "改过"}),
}


def new_entry(world: World, place: Place) -> dict[str, Any]:
    """A project that is on no list yet, onto the version that stands on a document."""
    row = world.row("project_other", place)
    return {"project_id": row.pk, "version_id": world.row("listversion", Place.CITY).pk, "sector_id": row.sector_id, "reason": WHY}


def new_bond(world: World, _place: Place) -> dict[str, Any]:
    terms = {"issue_id": world.row("bondissue", Place.CITY).pk, "name": "新登记债券", "years": 10, "amount_wan": 5}
    return {**terms, "draws": {str(world.row("quotabatch", Place.CITY).pk): 5}, "reason": WHY}


PLAN = {"year": 2031, "doc_no": "国发改投资〔2031〕1号", "programme": "试", "manner": "direct", "allotment": "block", "amount_wan": 5, "reason": WHY}
# Of the whole city's books: what is new, the row in the world, and what is changed of it.
BOOKS: dict[str, tuple[Any, str, dict[str, Any]]] = {
    "quota-batches": ({"year": 2031, "number": 1, "amount_wan": 5, "reason": WHY}, "quotabatch", {"doc_no": "改过"}),
    "bond-issues": ({"year": 2031, "number": 1, "reason": WHY}, "bondissue", {"venue": "改过"}),
    "central-plans": (PLAN, "centralplan", {"programme": "改过"}),
    "bonds": (new_bond, "bond", {"venue": "改过"}),
}


def number(row: Any) -> dict[str, Any]:
    return {"pk": row.pk}


def seen(row: Any) -> dict[str, str]:
    return {"if-match": f'"{row.revision}"'}


def listed(body: Any) -> Any:
    return lambda world, place: [body(world, place)]


def body_of(data: dict[str, Any]) -> Any:
    return lambda _world, _place: data


def _rows() -> Iterator[Page]:
    for name, made in NEW.items():
        yield Page(f"api:{name}-list", Action.EDIT, "POST", places=_UNITS, foreign=Want.INVALID, data=made, json=True)
        yield Page(f"api:{name}-bulk", Action.EDIT, "POST", places=_UNITS, foreign=Want.INVALID, data=listed(made), json=True)
        row, changed = CHANGED[name]
        data = {**changed, "reason": WHY}
        yield Page(f"api:{name}-row", Action.EDIT, "PATCH", row=row, kwargs=number, data=body_of(data), json=True, headers=seen)


def _books() -> Iterator[Page]:
    for name, (made, row, changed) in BOOKS.items():
        new = made if callable(made) else body_of(made)
        yield Page(f"api:{name}-list", Action.EDIT, "POST", data=new, json=True, wide=True)
        yield Page(f"api:{name}-bulk", Action.EDIT, "POST", data=listed(new), json=True, wide=True)
        given: dict[str, Any] = {"row": row, "row_is_open": True, "wide": True, "json": True}
        yield Page(f"api:{name}-row", Action.EDIT, "PATCH", kwargs=number, data=body_of({**changed, "reason": WHY}), headers=seen, **given)


def verb(name: str, needs: Action, row: str, data: Any, **more: Any) -> Page:
    told = data if callable(data) else body_of(data)
    return Page(f"api:{name}", needs, "POST", row=row, kwargs=number, data=told, json=True, **more)


def ids_of(row: str) -> Any:
    return lambda world, place: {"ids": [world.row(row, place).pk], "reason": WHY, "even_open": True}


def many(name: str, needs: Action, row: str, *, wide: bool = False) -> Page:
    """Who may do it anywhere is answered; what is out of reach is left as it was."""

    def changes(person: Person, place: Place) -> bool:
        return person.city_wide(needs) if wide else person.reaches(needs, place)

    return Page(f"api:{name}", needs, "POST", places=_UNITS, data=ids_of(row), json=True, changes=changes)


def of_month(_row: Any) -> dict[str, Any]:
    return {"pk": _row.project_id, "period": "2020-06"}


def unit_and_month(**more: Any) -> Any:
    return lambda world, place: {"unit_key": world.units[place].key, "period": "2020-07", **more}


def says_nil(person: Person, place: Place) -> Want:
    if not person.is_known:
        return Want.LOGIN
    return Want.OPEN if person.reaches(Action.SUBMIT, place) else Want.REFUSED


def nobody_elses(person: Person, _place: Place) -> Want | None:
    return None if person.is_known else Want.LOGIN


def seen_undo(world: World, place: Place) -> dict[str, str]:
    return {"reason": "报错了", "seen": mark_of(inversion_of(world.rows["upload_done", place], redo=False))}


def wanted(world: World, place: Place) -> dict[str, Any]:
    return {"project_id": world.row("project", place).pk, "changes": {"total_wan": "777"}, "reason": WHY}


def corrected(world: World, place: Place) -> dict[str, Any]:
    return {"report_id": world.row("monthreport", place).pk, "values": {"done_ytd_wan": "11"}, "reason": WHY}


def on_row(needs: Action) -> Any:
    """The body names the row: as if the address did. The month stands open, so that nothing is there to correct."""

    def expect(person: Person, place: Place) -> Want:
        if not person.is_known:
            return Want.LOGIN
        if not person.may(needs):
            return Want.REFUSED
        if not person.reaches(Action.VIEW, place):
            return Want.HIDDEN
        return Want.OPEN if person.reaches(needs, place) else Want.REFUSED

    return expect


def not_locked(person: Person, place: Place) -> Want:
    found = on_row(Action.EDIT)(person, place)
    return Want.STATE if found is Want.OPEN else found


def pins(person: Person, _place: Place) -> Want:
    """Who locks or reviews in the whole city."""
    if not person.is_known:
        return Want.LOGIN
    return Want.OPEN if person.city_wide(Action.LOCK) or person.city_wide(Action.REVIEW) else Want.REFUSED


def explains(person: Person, place: Place) -> Want:
    """Who writes for the unit or hands its month in."""
    if not person.is_known:
        return Want.LOGIN
    if not person.may(Action.VIEW):
        return Want.REFUSED
    if not person.reaches(Action.VIEW, place):
        return Want.HIDDEN
    return Want.OPEN if any(person.reaches(action, place) for action in (Action.EDIT, Action.SUBMIT)) else Want.REFUSED


CYCLE = (
    Page("api:cuts-list", Action.LOCK, "POST", data=body_of({"name": "矩阵", "reason": WHY}), json=True, expect=pins),
    verb("month-submit", Action.SUBMIT, "monthreport", {}),
    verb("month-approve", Action.REVIEW, "month_submitted", {}),
    verb("month-return", Action.REVIEW, "month_submitted", {"reason": WHY}),
    many("months-submit", Action.SUBMIT, "monthreport"),
    many("months-approve", Action.REVIEW, "month_submitted", wide=True),
    many("months-return", Action.REVIEW, "month_submitted", wide=True),
    Page("api:project-month", Action.VIEW, row="monthreport", kwargs=of_month),
    Page(
        "api:project-month",
        Action.EDIT,
        "PUT",
        row="monthreport",
        kwargs=of_month,
        data=body_of({"problems": "改过的问题", "reason": WHY}),
        json=True,
        headers=seen,
    ),
    Page("api:nil-returns-list", Action.SUBMIT, "POST", places=_UNITS, data=unit_and_month(note="停工"), json=True, expect=says_nil),
    Page("api:nil-withdraw", Action.VIEW, "POST", fixed={"pk": 999_999_999}, done=Want.HIDDEN, json=True, data=body_of({})),
    Page("api:corrections-list", Action.EDIT, "POST", places=_UNITS, data=corrected, json=True, expect=not_locked),
    verb("correction-approve", Action.REVIEW, "correction", {}),
    verb("correction-refuse", Action.REVIEW, "correction", {"note": WHY}),
    Page(
        "api:period-lock",
        Action.LOCK,
        "POST",
        row="reportingperiod",
        row_is_open=True,
        kwargs=number,
        data=body_of({"reason": WHY}),
        json=True,
        wide=True,
    ),
    Page(
        "api:period-unlock",
        Action.LOCK,
        "POST",
        row="reportingperiod",
        row_is_open=True,
        kwargs=number,
        data=body_of({"reason": WHY}),
        json=True,
        wide=True,
        done=Want.STATE,
    ),
    Page(
        "api:lock-exceptions-list",
        Action.LOCK,
        "POST",
        data=lambda world, _place: {
            "unit_key": world.units[Place.OWN].key,
            "period": "2020-06",
            "reason": WHY,
            "until": (timezone.now() + timedelta(days=1)).isoformat(),
        },
        json=True,
        wide=True,
        done=Want.STATE,  # the month is open
    ),
    Page("api:exception-revoke", Action.LOCK, "POST", fixed={"pk": 999_999_999}, done=Want.HIDDEN, json=True, data=body_of({}), wide=True),
    Page("api:proposals-list", Action.EDIT, "POST", places=_UNITS, data=wanted, json=True, expect=on_row(Action.EDIT)),
    verb("proposal-approve", Action.APPROVE, "proposal", {"note": WHY, "doc_no": "青发改〔2020〕1号"}),
    verb("proposal-refuse", Action.APPROVE, "proposal", {"note": WHY}),
    verb("proposal-withdraw", Action.EDIT, "proposal", {}, expect=nobody_elses),
    Page(
        "api:light-notes-list",
        Action.EDIT,
        "POST",
        places=_UNITS,
        data=of_project(kind="explanation", month="2020-06"),
        json=True,
        expect=explains,
    ),
    verb("light-note-withdraw", Action.EDIT, "lightnote", {"reason": WHY}, expect=explains),
    Page(
        "api:light-profiles-list",
        Action.REFERENCE,
        "POST",
        data=body_of({"valid_from": "2033-01", "progress_by": "share", "progress_red": 40, "reason": WHY}),
        json=True,
        wide=True,
    ),
    verb("obstacle-resolve", Action.EDIT, "obstacle", {"resolution": "已签约"}),
    verb("obstacle-reopen", Action.EDIT, "obstacle", {"reason": WHY}, writes=False),
)
UPLOADS = (
    Page("api:uploads-list", Action.UPLOAD, "POST", places=_UNITS, data=sent_file, expect=lambda person, place: sends(person, place)),
    Page("api:upload-findings", Action.VIEW, row="upload", kwargs=number),
    Page("api:upload-work", Action.VIEW, row="upload_busy", kwargs=number),
    verb("upload-check", Action.UPLOAD, "upload", {}),
    verb("upload-commit", Action.UPLOAD, "upload", {"reason": "核对无误"}),
    verb("upload-undo", Action.UNDO, "upload_done", seen_undo),
    Page("api:upload-undo", Action.UNDO, row="upload_done", kwargs=number),
    verb("upload-redo", Action.UNDO, "upload", {}, done=Want.STATE),
    Page("api:upload-redo", Action.UNDO, row="upload", kwargs=number, done=Want.STATE),
    verb("upload-cancel", Action.UPLOAD, "upload_busy", {}),
)


def posted(world: World, _place: Place) -> dict[str, Any]:
    project = world.row("project", Place.OWN).pk
    return {"step": "assign", "project_id": project, "amount_wan": 7, "happened_on": "2020-06-01", "reason": WHY}


def moved(world: World, _place: Place) -> dict[str, Any]:
    ends = {"taken_from_id": world.row("project", Place.OWN).pk, "given_to_id": world.row("project_other", Place.OWN).pk}
    return {**ends, "amount_wan": 5, "doc_no": "青财债〔2020〕9号", "approved_on": "2020-06-20", "reason": WHY}


def keeps_books(person: Person, place: Place) -> Want:
    """Entries are read by unit and taken back by the whole city's posts."""
    if not person.is_known:
        return Want.LOGIN
    if not person.may(Action.VIEW):
        return Want.REFUSED
    if not person.reaches(Action.VIEW, place):
        return Want.HIDDEN
    return Want.OPEN if person.city_wide(Action.EDIT) else Want.REFUSED


OPEN = {"row_is_open": True, "wide": True}
FUNDS = (
    verb("bond-post", Action.EDIT, "bond", posted, **OPEN),
    verb("bond-adjust", Action.EDIT, "bond", moved, **OPEN),
    # The bond has no rate yet: the form offers no day.
    verb("bond-redeem", Action.EDIT, "bond", {"redeemed_on": "2025-05-20", "amount_wan": 1, "doc_no": "1"}, done=Want.INVALID, **OPEN),
    verb("central-plan-post", Action.EDIT, "centralplan", lambda world, place: {**posted(world, place), "source": "central"}, **OPEN),
    # An entry of an adjustment, so that both sides go together.
    Page(
        "api:fund-entry-reverse",
        Action.EDIT,
        "POST",
        row="useadjustment",
        kwargs=lambda row: {"pk": row.entries.first().pk},
        json=True,
        data=body_of({"reason": WHY}),
        expect=keeps_books,
    ),
    Page("api:redemption-reverse", Action.VIEW, "POST", fixed={"pk": 999_999_999}, done=Want.HIDDEN, json=True, data=body_of({"reason": WHY})),
)
ENTRIES = (
    Page("api:list-entries-list", Action.LISTS, "POST", places=_UNITS, foreign=Want.INVALID, data=new_entry, json=True),
    Page("api:list-entries-bulk", Action.LISTS, "POST", places=_UNITS, foreign=Want.INVALID, data=listed(new_entry), json=True),
    Page(
        "api:list-entries-row",
        Action.LISTS,
        "PATCH",
        "entry",
        kwargs=number,
        data=body_of({"position": 77, "reason": WHY}),
        json=True,
        headers=seen,
    ),
)
PAGES = (*_rows(), *_books(), *ENTRIES, *CYCLE, *UPLOADS, *FUNDS)
