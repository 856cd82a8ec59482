"""What an entry of the matrix says: a surface, what it needs, and how its request is made. The answers follow from it (`expect`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from accounts.roles import Action
from tests.matrix.people import Person, Place
from tests.matrix.world import World


class Want(StrEnum):
    """How a request is answered."""

    OPEN = "open"  # shown, or done
    REFUSED = "403"  # in reach, but not by this post
    HIDDEN = "404"  # out of reach: as if it did not exist
    LOGIN = "login"  # sent to the door
    UNTAKEN = "form refused"  # the form comes back with what is wrong; nothing stored
    INVALID = "400"  # what was asked for can not be read or chosen
    NO_METHOD = "405"
    STATE = "409"  # not as things stand


class Reach(StrEnum):
    """How the rows of a page are reached."""

    UNIT = "unit"  # those of the person's units
    OPEN = "open"  # read by whoever may view anything, written by the whole city's posts alone
    CITY = "city"  # by posts of the whole city alone


Body = Callable[[World, Place], Any]


def nothing(_world: World, _place: Place) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class Rows:
    """The admin's pages of a model: list, add, change, delete, history, its searches and filters. An action of None: nobody may.

    `changed` is what the change form is sent back with, `added` what the add form is filled with for a place.
    """

    model: str  # label, e.g. "projects.permit"
    reach: Reach
    view: Action = Action.VIEW
    add: Action | None = None
    change: Action | None = None
    delete: Action | None = None
    row: str = ""  # the row in the world; the model's name where it is not given
    spare: str = ""  # the row that is deleted, where something hangs on the other
    changed: Mapping[str, str] = field(default_factory=dict)
    added: Body = nothing
    kept_by_city: bool = False  # read by unit, written by the whole city's posts alone
    add_is_open: bool = False  # of open rows: whoever may add anywhere may add one
    finds: str = "滨海"  # a word that the search of the list would find in every district
    author: str = "city_administrator"  # whose form is sent by everybody
    actions: Mapping[str, Action | None] = field(default_factory=dict)  # actions over chosen rows
    histories: bool = True  # whether the product keeps a history page of its own for it

    @property
    def row_name(self) -> str:
        return self.row or self.model.partition(".")[2]


@dataclass(frozen=True)
class Page:
    """A view of our own under one method. Its row, if it has one, exists for whoever reaches it by `sees`."""

    name: str  # of its address, e.g. "exchange:commit"
    needs: Action | None  # None: whoever is signed in
    method: str = "GET"
    row: str = ""
    row_is_open: bool = False  # whoever may `needs` anywhere reaches it
    kwargs: Callable[[Any], Mapping[str, Any]] = lambda row: {"object_id": row.pk}
    fixed: Mapping[str, Any] | None = None  # the parts of an address that is of no row of the world
    query: Callable[[World, Place], Mapping[str, Any]] = nothing
    data: Body = nothing
    sees: Action = Action.VIEW
    places: tuple[Place, ...] = (Place.CITY,)  # of a page without a row: for which places its request is made
    in_admin: bool = False  # behind the admin's door: without a post there is only the sign-in page
    closed: Want = Want.REFUSED  # what somebody gets to whom no row of this kind is open
    refused: Want = Want.REFUSED  # for a row in reach, to somebody whose post does not do this
    foreign: Want | None = None  # of a page without a row: the answer for a place out of reach
    public: bool = False  # no sign-in is asked for
    writes: bool = True  # whether a POST that is taken changes something stored
    wide: bool = False  # only posts of the whole city
    done: Want = Want.OPEN
    expect: Callable[[Person, Place], Want | None] | None = None  # where the answer follows from something else
    changes: Callable[[Person, Place], bool] | None = None  # whose request changes something, where the answer looks the same for all
    json: bool = False  # the body is JSON
    headers: Callable[[Any], Mapping[str, str]] = lambda row: {}  # what the request says of its row beside the body


@dataclass(frozen=True)
class Shell:
    """A management command: for whoever has the server, who needs no post; `asks` where it speaks for a person with --user."""

    name: str
    why: str
    asks: Callable[[World, Person, Place], tuple[list[str], Want]] | None = None
