"""What a reader must know of the city to understand a sheet: divisions, zones, industries, stage words. Pure.

The knowledge is data handed in by the caller (a parsed JSON file, or rows of the lookup tables); no list of places stands in code.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

_BLANKS = re.compile(r"[\s\u200b-\u200f\ufeff]+")


def folded(text: str) -> str:
    """Make texts comparable: compatibility forms unified, white space gone."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text))


class PlaceKind(StrEnum):
    DISTRICT = "district"
    RETIRED = "retired"
    ZONE = "zone"
    CITY = "city"


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """A name a form may use for a place: what it is called today, in which district it lies."""

    name: str
    kind: PlaceKind
    district: str | None  # one of the districts; None for the city as a whole
    written: str = ""


@dataclass(frozen=True)
class Reference:
    """The reference data of one city and year."""

    city: str
    region_prefix: str
    places: Mapping[str, KnownPlace]
    district_codes: Mapping[str, str]
    emerging: frozenset[str]
    sectors: frozenset[str]
    stages: frozenset[str]
    natures: frozenset[str]
    own_words: frozenset[str]  # what a sheet of the city's own projects is called
    vague: frozenset[str]  # aliases too common to be looked for inside a longer text
    earliest_year: int = 1980
    latest_year: int = 2060

    def place(self, text: str) -> KnownPlace | None:
        """Know a place by its exact name or alias, with or without the city's own name before it."""
        known = self.places.get(text)
        if known is not None:
            return known
        name = folded(text)
        found = self.places.get(name)
        if found is None and name.startswith(self.city) and len(name) > len(self.city):
            found = self.places.get(name[len(self.city) :])
        return found

    def place_leading(self, text: str) -> KnownPlace | None:
        """Know the place that a longer text begins with: 城阳区河套街道."""
        name = folded(text).removeprefix(self.city)
        return next((place for length in range(min(len(name), 24), 1, -1) if (place := self.places.get(name[:length])) is not None), None)

    def place_within(self, text: str) -> KnownPlace | None:
        """Find the one district or zone a title, sheet name or file name speaks of; two different ones are none."""
        name = folded(text)
        found: dict[str, KnownPlace] = {}
        for match in self._anywhere.finditer(name):
            known = self.places[match[0]]
            if known.district is not None:
                found.setdefault(known.name, known)
        return next(iter(found.values())) if len(found) == 1 else None

    @cached_property
    def _anywhere(self) -> re.Pattern[str]:
        # The longest name first; a two-character short name only where no longer place name goes on (市南, but not 城阳 in 城阳路).
        names = sorted(self.places.keys() - self.vague, key=len, reverse=True)
        return re.compile("|".join(re.escape(name) + (r"(?![路街道河镇村])" if len(name) == 2 else "") for name in names))


def reference_from(document: Mapping[str, Any]) -> Reference:
    """Build the reference from its parsed JSON form (fixtures/reference/intake.json)."""
    places: dict[str, KnownPlace] = {}

    def add(names: Sequence[str], name: str, kind: PlaceKind, district: str | None) -> None:
        for written in names:
            places.setdefault(folded(written), KnownPlace(name, kind, district, written))

    city = document["city"]
    add([city["name"], *city["words"]], city["name"], PlaceKind.CITY, None)
    for one in document["districts"]:
        add([one["name"], *one["aliases"]], one["name"], PlaceKind.DISTRICT, one["name"])
    for one in document["retired"]:
        add([one["name"], *one["aliases"]], one["successor"], PlaceKind.RETIRED, one["successor"])
    for one in document["zones"]:
        add([one["name"], *one["aliases"]], one["name"], PlaceKind.ZONE, one["district"])
    return Reference(
        city=city["name"],
        region_prefix=city["code"][:4],
        places=places,
        district_codes={one["name"]: one["code"] for one in document["districts"]},
        emerging=frozenset(document["emerging"]),
        sectors=frozenset(document["sectors"]),
        stages=frozenset(document["stages"]),
        natures=frozenset(document["natures"]),
        own_words=frozenset(city["own"]),
        vague=frozenset(folded(word) for word in document["vague"]),
        earliest_year=document["earliest_year"],
        latest_year=document["latest_year"],
    )
