"""Questions about projects and lists. Each takes a scoped queryset and answers in a fixed number of queries.

Sums are made by the database over whole 分 and are exact; what a month says of a project is `projects.figures`' answer.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from accounts.models import ReportingUnit
from projects.models import Entry, ListVersion, Project, ProjectCode
from projects.naming import name_key, spellings
from projects.values import normalise_code


def search(projects: QuerySet[Project], text: str) -> QuerySet[Project]:
    """Every word must be found in the name, a code, the reserve number, the owner or the unit, however its width, case and brackets are.

    A unit is found by its former names too. One query for the units; no joins, so no row comes twice.
    """
    words = text.split()
    units = _unit_names() if words else []
    for word in words:
        projects = projects.filter(_found(word, units))
    return projects


def search_rows(rows: QuerySet[Any], text: str, project: str, also: Sequence[str] = ()) -> QuerySet[Any]:
    """Rows that hang on a project, by the words that find the project; `also` names columns of their own to look in."""
    for word in text.split():
        found = Q(**{f"{project}__in": search(Project.objects.all(), word).values("pk")})
        for column in also:
            found |= _any_of(f"{column}__icontains", spellings(word))
        rows = rows.filter(found)
    return rows


def _found(word: str, units: list[tuple[int, str, frozenset[str]]]) -> Q:
    narrow = unicodedata.normalize("NFKC", word)
    coded = ProjectCode.objects.filter(project=OuterRef("pk"), code__icontains=normalise_code(narrow))
    found = Q(local_code__icontains=narrow) | Q(uid__iexact=narrow) | Exists(coded)
    keys = {key for spelling in spellings(word) if (key := name_key(spelling))}
    if not keys:  # a mark that is no part of a name
        return found | Q(name__icontains=word)
    in_unit = [pk for pk, short, names in units if any(key in short for key in keys) or keys & names]
    owner = _any_of("owner__name_key__contains", keys) | Q(owner__name__icontains=narrow)
    return found | _any_of("name_key__contains", keys) | owner | Q(unit__in=in_unit)


def _any_of(lookup: str, values: Iterable[str]) -> Q:
    """One of these values, of which there is one at least."""
    return reduce(or_, (Q(**{lookup: value}) for value in values))


def _unit_names() -> list[tuple[int, str, frozenset[str]]]:
    """Each unit with its short name, found by a part, and its full, other and former names, found whole."""
    rows = ReportingUnit.objects.values_list("pk", "short_name", "name", "aliases")
    return [(pk, name_key(short), frozenset(name_key(each) for each in (name, *aliases))) for pk, short, name, aliases in rows]


# --- Lists -------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What a version's document declares, against what its entries add up to. A difference is actual less declared."""

    declared_count: int | None
    declared_total_wan: Decimal | None
    count: int
    total_wan: Decimal
    without_total: int

    @property
    def count_difference(self) -> int | None:
        return None if self.declared_count is None else self.count - self.declared_count

    @property
    def total_difference_wan(self) -> Decimal | None:
        return None if self.declared_total_wan is None else self.total_wan - self.declared_total_wan

    @property
    def agrees(self) -> bool:
        """Both declared figures are met; what is not declared can't disagree."""
        return not self.count_difference and not self.total_difference_wan

    @property
    def is_declared(self) -> bool:
        return self.declared_count is not None or self.declared_total_wan is not None


def reconcile(versions: Iterable[ListVersion], entries: QuerySet[Entry]) -> dict[int, Reconciliation]:
    """Version id → its reconciliation with those of `entries` that stand on it. One query for any number of versions."""
    asked = list(versions)
    rows = (
        entries.filter(version__in=[version.pk for version in asked])
        .order_by()
        .values("version")
        .annotate(n=Count("pk"), total=Sum("total_wan"), known=Count("total_wan"))
    )
    found: dict[int, dict[str, Any]] = {row["version"]: dict(row) for row in rows}
    return {version.pk: _reconciled(version, found.get(version.pk, {"n": 0, "total": None, "known": 0})) for version in asked}


def _reconciled(version: ListVersion, row: dict[str, Any]) -> Reconciliation:
    declared: Any = version.declared_total_wan
    return Reconciliation(version.declared_count, declared, row["n"], row["total"] or Decimal(0), row["n"] - row["known"])


@dataclass(frozen=True, slots=True)
class SectorSum:
    name: str
    count: int
    total_wan: Decimal | None


def sectors_of(version: ListVersion, entries: QuerySet[Entry]) -> list[SectorSum]:
    """A version's rows among `entries` by sector, in the sectors' order; those without one come last. One query."""
    rows = (
        entries.filter(version=version)
        .order_by("sector__scheme", "sector__sort_order", "sector")
        .values("sector", "sector__name", "sector__scheme", "sector__sort_order")
        .annotate(n=Count("pk"), total=Sum("total_wan"))
    )
    found = [SectorSum(row["sector__name"] or "", row["n"], row["total"]) for row in rows]
    return sorted(found, key=lambda row: row.name == "")


@dataclass(frozen=True, slots=True)
class EntryChange:
    """An entry that is on both versions with other figures."""

    entry: Entry
    before: Entry

    @property
    def total_difference_wan(self) -> Decimal | None:
        if self.entry.total_wan is None or self.before.total_wan is None:
            return None
        difference: Decimal = self.entry.total_wan - self.before.total_wan
        return difference


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came, went and changed from one version to another."""

    came: Sequence[Entry]
    went: Sequence[Entry]
    changed: Sequence[EntryChange]
    unchanged: int

    @property
    def came_wan(self) -> Decimal:
        return _sum_wan(self.came)

    @property
    def went_wan(self) -> Decimal:
        return _sum_wan(self.went)

    @property
    def changed_wan(self) -> Decimal:
        return sum((change.total_difference_wan or Decimal(0) for change in self.changed), Decimal(0))


def _sum_wan(entries: Iterable[Entry]) -> Decimal:
    return sum((entry.total_wan or Decimal(0) for entry in entries), Decimal(0))


def compare(before: ListVersion, after: ListVersion, entries: QuerySet[Entry]) -> Comparison:
    """Compare two versions by project, as far as `entries` reach. Two queries."""
    entries = entries.select_related("project__unit", "sector")
    old = {entry.project_id: entry for entry in entries.filter(version=before)}
    new = {entry.project_id: entry for entry in entries.filter(version=after)}
    both = [EntryChange(entry, old[key]) for key, entry in new.items() if key in old]
    changed = [change for change in both if (change.entry.total_wan, change.entry.sector_id) != (change.before.total_wan, change.before.sector_id)]
    return Comparison(
        came=[entry for key, entry in new.items() if key not in old],
        went=[entry for key, entry in old.items() if key not in new],
        changed=changed,
        unchanged=len(both) - len(changed),
    )


@dataclass(frozen=True, slots=True)
class JointTotal:
    """Several versions together, each project once; and how many were on more than one. A shared project counts with its newest figure."""

    count: int
    total_wan: Decimal
    shared: Sequence[Entry]
    entries: int

    @property
    def shared_wan(self) -> Decimal:
        return _sum_wan(self.shared)


def joint_total(versions: Sequence[ListVersion], entries: QuerySet[Entry]) -> JointTotal:
    """Add the versions up, counting a project once. One query; versions of later date are the ones that speak for a shared project."""
    order = {version.pk: place for place, version in enumerate(sorted(versions, key=lambda version: (version.as_of, version.pk)))}
    rows = entries.filter(version__in=order).select_related("project__unit", "sector", "version__list")
    found = sorted(rows, key=lambda entry: order[entry.version_id])
    chosen = {entry.project_id: entry for entry in found}
    times: dict[int, int] = {}
    for entry in found:
        times[entry.project_id] = times.get(entry.project_id, 0) + 1
    shared = [entry for key, entry in chosen.items() if times[key] > 1]
    return JointTotal(len(chosen), _sum_wan(chosen.values()), shared, len(found))
