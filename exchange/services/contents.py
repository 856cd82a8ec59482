"""What is stored about a project as the cells of a template hold it: written by the export, compared with by the merge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from exchange.layout import CellContent
from exchange.plan import SLOTS, Known, Slot, Value
from projects.models import Classification, LocationShare, Organisation
from projects.stages import Stage
from projects.values import fen_to_wan

_PART = 900
# Columns of the tables that another column of the sheet fills beside its own.
FIELDS_BEHIND: Mapping[str, tuple[str, ...]] = {"owner": ("owner", "uscc")}


@dataclass(slots=True)
class Names:
    """The words behind the ids of a set of projects: sectors, owners with their credit codes, divisions by project."""

    sectors: dict[int, str] = field(default_factory=dict)
    owners: dict[int, tuple[str, str]] = field(default_factory=dict)
    divisions: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, known: Iterable[Known], *, with_divisions: bool = False) -> Names:
        """A fixed number of queries for each 900 projects."""
        listed = list(known)
        names = cls(sectors=dict(Classification.objects.values_list("id", "name")))
        owners = sorted({owner for one in listed if isinstance(owner := one.project.values.get("owner_id"), int)})
        for start in range(0, len(owners), _PART):
            for key, name, code in Organisation.objects.filter(pk__in=owners[start : start + _PART]).values_list("id", "name", "uscc"):
                names.owners[key] = (name, code or "")
        ids = sorted(one.project.id for one in listed) if with_divisions else []
        for start in range(0, len(ids), _PART):
            rows = LocationShare.objects.filter(project__in=ids[start : start + _PART]).order_by("project_id", "share_percent", "-id")
            names.divisions |= dict(rows.values_list("project_id", "division__name"))  # the largest share is the last and stays
        return names


def content_of(name: str, kind: str, known: Known, names: Names) -> CellContent:
    """The cell of a field, from the rows of the tables; None for a blank."""
    project = known.project.values
    if name == "sector":
        return project.get("sector_text") or names.sectors.get(_id(project.get("sector_id")))
    if name in FIELDS_BEHIND["owner"]:
        owner = names.owners.get(_id(project.get("owner_id")))
        return None if owner is None else owner[0 if name == "owner" else 1] or None
    slot = SLOTS[kind][name]
    role = known.role(slot.table)
    return content_of_value(slot, role.values.get(slot.column) if role is not None else None)


def content_of_value(slot: Slot, value: Value) -> CellContent:
    """A plan value as a cell holds it."""
    if value is None or value == "":
        return None
    if slot.is_money:
        return fen_to_wan(int(value))
    if slot.column == "stage":
        return Stage(str(value)).zh
    if slot.column == "land_mu":
        return Decimal(str(value))
    return value


def _id(value: Value) -> int:
    return value if isinstance(value, int) else 0
