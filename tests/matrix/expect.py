"""Derives the answer for a person from an entry and the table of roles.

Out of reach is 404 and in reach but not allowed is 403. Who may see no row of a kind at all gets 403 whatever the address names.
"""

from __future__ import annotations

from accounts.roles import Action
from tests.matrix.people import Person, Place
from tests.matrix.surfaces import Page, Reach, Rows, Want


def _door(person: Person) -> Want | None:
    return None if person.enters else Want.LOGIN


def _sees_some(entry: Rows, person: Person) -> bool:
    return person.city_wide(entry.view) if entry.reach is Reach.CITY else person.may(entry.view)


def _sees(entry: Rows, person: Person, place: Place) -> bool:
    if entry.reach is Reach.OPEN:
        return person.may(entry.view)
    return person.city_wide(entry.view) if entry.reach is Reach.CITY else person.reaches(entry.view, place)


def _by_unit(entry: Rows) -> bool:
    return entry.reach is Reach.UNIT and not entry.kept_by_city


def _does(entry: Rows, person: Person, action: Action | None, place: Place) -> bool:
    """Rows of no unit are the whole city's: written by its posts."""
    return action is not None and person.reaches(action, place if _by_unit(entry) else Place.CITY)


def listed(entry: Rows, person: Person) -> Want:
    return _door(person) or (Want.OPEN if _sees_some(entry, person) else Want.REFUSED)


def row_page(entry: Rows, person: Person, place: Place, action: Action | None) -> Want:
    """A page of one row: to see it with `entry.view`, to write it with another action."""
    if door := _door(person):
        return door
    if not _sees_some(entry, person):
        return Want.REFUSED
    if not _sees(entry, person, place):
        return Want.HIDDEN
    return Want.OPEN if action is entry.view or _does(entry, person, action, place) else Want.REFUSED


def _adds_some(entry: Rows, person: Person) -> bool:
    if entry.add is None:
        return False
    return person.may(entry.add) if _by_unit(entry) or entry.add_is_open else person.city_wide(entry.add)


def add_page(entry: Rows, person: Person) -> Want:
    return _door(person) or (Want.OPEN if _adds_some(entry, person) else Want.REFUSED)


def added(entry: Rows, person: Person, place: Place) -> Want:
    """A new row for a place: the form offers no other unit's projects, and says so when they are sent all the same."""
    want = add_page(entry, person)
    if want is not Want.OPEN or entry.add_is_open or not _by_unit(entry):
        return want
    return Want.OPEN if person.reaches(entry.add, place) else Want.UNTAKEN


def acts(entry: Rows, person: Person, place: Place, action: Action | None) -> bool:
    """Whether an action over chosen rows does anything to one of `place`: who may not is not offered it, or finds the row untouched."""
    return person.enters and _sees(entry, person, place) and _does(entry, person, action, place)


def page(entry: Page, person: Person, place: Place) -> Want | None:
    """A view of our own; None where any answer will do that tells and writes nothing foreign."""
    if entry.expect is not None:
        return entry.expect(person, place)
    if entry.public:
        return entry.done
    if not (person.enters if entry.in_admin else person.is_known):
        return Want.LOGIN
    if entry.needs is None:
        return entry.done
    return _row_of_page(entry, person, place) if entry.row and not entry.row_is_open else _rowless(entry, person, place)


def _row_of_page(entry: Page, person: Person, place: Place) -> Want:
    if not person.may(entry.sees):
        return entry.closed
    if not person.reaches(entry.sees, place):
        return Want.HIDDEN
    return entry.done if person.reaches(entry.needs, place) else entry.refused


def _rowless(entry: Page, person: Person, place: Place) -> Want:
    if not (person.city_wide(entry.needs) if entry.wide else person.may(entry.needs)):
        return entry.closed
    if entry.foreign is not None and not person.reaches(entry.needs, place):
        return entry.foreign
    return entry.done
