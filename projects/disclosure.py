"""What of a project may be told to everybody: the items of the profile, how open each is, and what would give another away. Pure.

An item is public only if its own row says so, the project's row does not say otherwise, and everything that could be worked out from it
is public too. What no row speaks of is closed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Openness(StrEnum):
    """How open something is, from the most open to the least (政府信息公开条例: 主动公开, 依申请公开, 不予公开)."""

    PUBLIC = "public"
    REQUEST = "request"
    CLOSED = "closed"

    @property
    def rank(self) -> int:
        return list(Openness).index(self)

    @classmethod
    def strictest(cls, levels: Iterable[Openness]) -> Openness:
        return max(levels, key=lambda level: level.rank)


class Item(StrEnum):
    """What the profile speaks of: the project as a whole, and each kind of fact about it."""

    PROJECT = "project"
    NAME = "name"
    CODE = "code"
    LISTS = "lists"
    UNIT = "unit"
    OWNER = "owner"
    OWNER_CODE = "owner_code"
    RESPONSIBLE = "responsible"
    CONTACT = "contact"
    PHONE = "phone"
    SECTOR = "sector"
    NATURE = "nature"
    CONTENT = "content"
    LOCATION = "location"
    ADDRESS = "address"
    STATUS = "status"
    STOPS = "stops"
    TOTAL = "total"
    PLAN_DATES = "plan_dates"
    ACTUAL_DATES = "actual_dates"
    ANNUAL_PLAN = "annual_plan"
    GOAL = "goal"
    PROGRESS = "progress"
    PHYSICAL = "physical"
    PROGRESS_TEXT = "progress_text"
    PERMITS = "permits"
    OBSTACLES = "obstacles"
    FINANCE_PLAN = "finance_plan"
    BONDS = "bonds"
    CENTRAL = "central"
    PAYMENTS = "payments"
    COMPLETION = "completion"


# An item → what could be worked out from it, so that it is told only where these are told too: the sources of a finance plan add up
# to the total, and with the total public each is the total less the others; the plans of all years add up to it as well. A code holds
# the digits of a division, and a district's projects lie in it.
GIVES_AWAY: Mapping[Item, tuple[Item, ...]] = {
    Item.CODE: (Item.LOCATION,),
    Item.UNIT: (Item.LOCATION,),
    Item.OWNER_CODE: (Item.OWNER,),
    Item.ADDRESS: (Item.LOCATION,),
    Item.STOPS: (Item.STATUS,),
    Item.ACTUAL_DATES: (Item.STATUS,),
    Item.ANNUAL_PLAN: (Item.TOTAL,),
    Item.GOAL: (Item.ANNUAL_PLAN,),
    Item.PROGRESS_TEXT: (Item.PROGRESS, Item.PHYSICAL),
    Item.FINANCE_PLAN: (Item.TOTAL, Item.BONDS, Item.CENTRAL),
    Item.COMPLETION: (Item.STATUS, Item.ACTUAL_DATES, Item.PROGRESS),
}


# What the open standard knows (OC4IDS 0.9.5, projectType.csv and projectSector.csv); a test compares them with its own lists.
PROJECT_TYPES = ("construction", "rehabilitation", "replacement", "expansion", "decommissioning")
PROJECT_SECTORS = (
    *("education", "health"),
    *("energy", "energy.solar", "energy.wind", "energy.hydropower", "energy.biomass", "energy.geothermal"),
    *("communications", "waterAndWaste", "governance", "economy", "cultureSportsAndRecreation"),
    *("transport", "transport.air", "transport.water", "transport.rail", "transport.road", "transport.urban", "transport.lowCarbon"),
    *("socialHousing", "naturalResources", "naturalResources.floodProtection"),
)


@dataclass(frozen=True, slots=True)
class Profile:
    """The rows of the profile: item → how open it is for every project that says nothing else."""

    levels: Mapping[Item, Openness] = field(default_factory=dict)

    def of_project(self, own: Mapping[Item, Openness]) -> Openness:
        """How open the project itself is: its own row goes before the general one, either way."""
        return own.get(Item.PROJECT, self.levels.get(Item.PROJECT, Openness.CLOSED))

    def level(self, item: Item, own: Mapping[Item, Openness]) -> Openness:
        """A project's own row can only close what the profile opens."""
        general = self.levels.get(item, Openness.CLOSED)
        return Openness.strictest((general, own.get(item, general)))

    def public_items(self, own: Mapping[Item, Openness]) -> frozenset[Item]:
        """What may be told of a project; nothing at all of one that is not public itself."""
        if self.of_project(own) is not Openness.PUBLIC:
            return frozenset()
        opened = frozenset(item for item in Item if item is not Item.PROJECT and self.level(item, own) is Openness.PUBLIC)
        return frozenset(item for item in opened if _all_open(item, opened))


def _all_open(item: Item, opened: frozenset[Item]) -> bool:
    return item in opened and all(_all_open(other, opened) for other in GIVES_AWAY.get(item, ()))
