"""Who walks through the matrix: each role once, the roles where they are easily mixed up, and those who are nobody here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from accounts.roles import GRANTS, Action, Role


class Place(StrEnum):
    """Where the object of a request belongs, seen from the persons of the first district."""

    OWN = "own"
    OTHER = "other"
    CITY = "city"  # rows of no unit


@dataclass(frozen=True, slots=True)
class Person:
    """Posts as (role, unit); a post without a unit is city-wide. `is_active` is Django's mark."""

    name: str
    posts: tuple[tuple[Role, Place | None], ...] = ()
    is_active: bool = True
    is_signed_in: bool = True

    @property
    def enters(self) -> bool:
        """Whether the site lets them in at all."""
        return self.is_known and bool(self.posts)

    @property
    def is_known(self) -> bool:
        return self.is_active and self.is_signed_in

    def may(self, action: Action | None) -> bool:
        """Whether some post grants the action, wherever."""
        return self.is_known and any(action in GRANTS[role].actions for role, _unit in self.posts)

    def reaches(self, action: Action | None, place: Place) -> bool:
        """Whether a post grants the action on rows of `place`."""
        return self.is_known and any(
            action in GRANTS[role].actions and ((unit is None and GRANTS[role].city_wide) or unit is place) for role, unit in self.posts
        )

    def city_wide(self, action: Action | None) -> bool:
        return self.reaches(action, Place.CITY)


def _one(role: Role) -> Person:
    return Person(role.value, ((role, None if GRANTS[role].city_wide else Place.OWN),))


PEOPLE: tuple[Person, ...] = (
    *(_one(role) for role in Role),
    # A city post bound to a unit counts in that unit only.
    Person("city_administrator_of_own", ((Role.CITY_ADMINISTRATOR, Place.OWN),)),
    # May edit here and read there: the pair that shows a check made of one row and used for another.
    Person("officer_here_reviewer_there", ((Role.DISTRICT_OFFICER, Place.OWN), (Role.DISTRICT_REVIEWER, Place.OTHER))),
    Person("stranger", ((Role.DISTRICT_OFFICER, Place.OTHER),)),
    Person("nobody"),
    Person("switched_off", ((Role.CITY_ADMINISTRATOR, None),), is_active=False),
    Person("anonymous", is_signed_in=False),
)
