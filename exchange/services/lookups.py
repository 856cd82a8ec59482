"""Names on a sheet → rows of the lookup tables: units, sectors, organisations. Read once for a file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from accounts.models import ReportingUnit
from projects.models import Classification, Organisation
from projects.naming import name_key

_SCHEMES = {"infrastructure_list": Classification.Scheme.SECTOR, "emerging_list": Classification.Scheme.SEI}


@dataclass(slots=True)
class Lookups:
    """Units by every name they go by, and the two sector trees by name and alias."""

    units: dict[str, ReportingUnit] = field(default_factory=dict)
    by_id: dict[int, ReportingUnit] = field(default_factory=dict)
    sectors: dict[tuple[str, str], int] = field(default_factory=dict)
    sector_names: dict[int, str] = field(default_factory=dict)

    @classmethod
    def load(cls, year: int | None) -> Lookups:
        """Two queries. Names valid in `year` win over retired ones; an alias never hides another unit's own name."""
        found = cls()
        units = list(ReportingUnit.objects.select_related("division"))
        found.by_id = {unit.pk: unit for unit in units}
        for unit in units:
            for name in unit.aliases:
                found.units.setdefault(name_key(name), unit)
        for unit in units:
            found.units[name_key(unit.short_name)] = unit
        for unit in units:
            found.units[name_key(unit.name)] = unit
        for node in Classification.objects.filter(scheme__in=[Classification.Scheme.SECTOR, Classification.Scheme.SEI]):
            if year is not None and ((node.valid_from or 0) > year or (node.valid_to or 9999) < year):
                continue
            found.sector_names[node.pk] = node.name
            for name in (*node.aliases, node.name):
                found.sectors[(node.scheme, name_key(name))] = node.pk
        return found

    def unit(self, text: str | None) -> ReportingUnit | None:
        return self.units.get(name_key(text)) if text else None

    def unit_by_id(self, unit_id: int) -> ReportingUnit | None:
        return self.by_id.get(unit_id)

    def sector(self, kind: str, text: str | None) -> int | None:
        """The tree node a sector text names; a month sheet may name either tree."""
        if not text:
            return None
        schemes = [_SCHEMES[kind]] if kind in _SCHEMES else list(_SCHEMES.values())
        key = name_key(text)
        return next((self.sectors[(scheme, key)] for scheme in schemes if (scheme, key) in self.sectors), None)


def owner_ids(owners: Iterable[tuple[str | None, str]]) -> dict[tuple[str | None, str], int]:
    """(credit code, name) → id of the organisation stored, for those that are: by code, else by name."""
    wanted = set(owners)
    codes = sorted({code for code, _ in wanted if code})
    keys = sorted({name_key(name) for _, name in wanted})
    by_code = dict(Organisation.objects.filter(uscc__among=codes).values_list("uscc", "id"))
    by_key = dict(Organisation.objects.filter(name_key__among=keys).order_by("-id").values_list("name_key", "id"))
    ids = {}
    for code, name in wanted:
        found = by_code.get(code) if code else by_key.get(name_key(name))
        if found is not None:
            ids[(code, name)] = found
    return ids
