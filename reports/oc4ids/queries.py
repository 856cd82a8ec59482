"""Reads projects for the open data in blocks: a fixed number of queries for the lookups, and a fixed number for each block.

With a known day the facts are those that the database held at its end. What is public is always what is public now: a project that was
closed since does not come out again by asking for an older day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import ReportingUnit
from projects.disclosure import Item, Openness, Profile
from projects.history import rows_at
from projects.models import (
    AnnualPlan,
    Classification,
    DisclosureRule,
    Entry,
    ListVersion,
    LocationShare,
    MonthReport,
    Obstacle,
    OpenCode,
    Permit,
    PlanVersion,
    Project,
    ProjectCode,
    ProjectDisclosure,
)
from reports.oc4ids.ledger import Money, money_of
from reports.oc4ids.records import Body, Coded, Facts, Listed, Paper, Place, Planned, Reported, Trouble, YearPlan

BLOCK = 500
_OWN = ("id", "uid", "name", "stage", "updated_at", "unit_id", "owner_id", "owner__name", "owner__uscc", "responsible_unit", "contact", "phone")
_REST = ("lead", "sector_id", "nature", "content", "address", "total_wan", "total_text", "is_approx", "planned_start", "planned_finish")
_DATES = ("actual_start", "actual_finish", "stopped_on", "stage_reason")


@dataclass(frozen=True, slots=True)
class Told:
    """A public project: its facts, and which of them may be told."""

    facts: Facts
    shown: frozenset[Item]


@dataclass(frozen=True, slots=True)
class Block:
    """Some projects, and how many beside them are not public."""

    told: Sequence[Told]
    closed: int


@dataclass(frozen=True, slots=True)
class Lookups:
    """What every block needs: how open things are, units, classifications with their open codes, the versions of lists in effect."""

    profile: Profile
    units: dict[int, Body]
    nodes: dict[int, Coded]
    natures: dict[str, Coded]
    versions: dict[int, tuple[str, str]]

    @classmethod
    def read(cls, until: datetime | None) -> Lookups:
        """Five queries."""
        codes = _open_codes((until or timezone.now()).year)
        nodes: dict[int, Coded] = {}
        natures: dict[str, Coded] = {}
        for row in Classification.objects.filter(scheme__in=[Classification.Scheme.SECTOR, Classification.Scheme.SEI, Classification.Scheme.NATURE]):
            nodes[row.pk] = coded = Coded(row.scheme, row.code, row.name, codes.get(row.pk, ""))
            if row.scheme == Classification.Scheme.NATURE:
                natures |= dict.fromkeys([row.name, *row.aliases], coded)
        units = {row.pk: Body(f"unit-{row.key}", row.name) for row in ReportingUnit.objects.all()}
        levels = {Item(item): Openness(level) for item, level in DisclosureRule.objects.values_list("item", "level")}
        return cls(Profile(levels), units, nodes, natures, _versions(until))


def _open_codes(year: int) -> dict[int, str]:
    """Classification → its code in a year; the one that began last goes before."""
    rows = OpenCode.objects.filter(Q(valid_from=None) | Q(valid_from__lte=year), Q(valid_to=None) | Q(valid_to__gte=year))
    ordered = sorted(rows.values_list("classification_id", "code", "valid_from"), key=lambda row: row[2] or 0)
    return {key: code for key, code, _since in ordered}


def _versions(until: datetime | None) -> dict[int, tuple[str, str]]:
    """The newest version of each list → the list's key and name."""
    rows = rows_at(ListVersion, until).order_by("as_of", "number").values_list("id", "list_id", "list__key", "list__name")
    newest = {list_id: (pk, key, name) for pk, list_id, key, name in rows}
    return {pk: (key, name) for pk, key, name in newest.values()}


def blocks(projects: QuerySet[Project], until: datetime | None) -> Iterator[Block]:
    """Every project, in the order of their ids, so many at a time."""
    lookups, last = Lookups.read(until), 0
    while ids := list(projects.order_by("pk").filter(pk__gt=last).values_list("pk", flat=True)[:BLOCK]):
        last = ids[-1]
        yield _block(ids, lookups, until)


def _block(ids: Sequence[int], lookups: Lookups, until: datetime | None) -> Block:
    own: dict[int, dict[Item, Openness]] = defaultdict(dict)
    for key, item, level in ProjectDisclosure.objects.filter(project__in=ids).values_list("project_id", "item", "level"):
        own[key][Item(item)] = Openness(level)
    public = [key for key in ids if lookups.profile.of_project(own.get(key, {})) is Openness.PUBLIC]
    found = list(rows_at(Project, until).filter(id__in=public).order_by("id").values(*_OWN, *_REST, *_DATES))
    keys = [row["id"] for row in found]
    hanging = _hanging(keys, lookups, until)
    money = money_of(keys, until)
    told = [Told(_facts(row, lookups, hanging, money.get(row["id"], Money())), lookups.profile.public_items(own.get(row["id"], {}))) for row in found]
    return Block(told, len(ids) - len(public))


def _facts(row: dict[str, Any], lookups: Lookups, hanging: dict[str, dict[int, list[Any]]], money: Money) -> Facts:
    key = row["id"]
    baseline = hanging["baseline"].get(key) or [Planned(row["planned_start"], row["planned_finish"])]
    owner = Body(f"org-{row['owner_id']}", row["owner__name"], row["owner__uscc"] or "") if row["owner_id"] else None
    same: dict[str, Any] = {
        name: row[name] for name in ("uid", "name", "stage", "updated_at", "contact", "phone", "lead", "content", "address", *_DATES)
    }
    hung: dict[str, Any] = {name: tuple(rows.get(key, ())) for name, rows in hanging.items() if name != "baseline"}
    return Facts(
        **same,
        unit=lookups.units[row["unit_id"]],
        owner=owner,
        responsible=row["responsible_unit"],
        sector=lookups.nodes.get(row["sector_id"]),
        nature=lookups.natures.get(row["nature"].strip()),
        total_wan=row["total_wan"],
        total_text=row["total_text"],
        is_approx=row["is_approx"],
        baseline=baseline[0],
        **hung,
        sources=money.sources,
        bonds=money.bonds,
        central=money.central,
        paid=money.paid,
    )


def _hanging(keys: Sequence[int], lookups: Lookups, until: datetime | None) -> dict[str, dict[int, list[Any]]]:
    """What hangs on the projects, by the name it has among the facts. Eight queries."""

    def rows(model: Any, *columns: str, order: Sequence[str] = ("id",), **only: Any) -> Iterable[tuple[Any, ...]]:
        found = rows_at(model, until).filter(project_id__in=keys, **only).order_by(*order)
        return found.values_list("project_id", *columns)

    listed = rows(Entry, "version_id", "position", version_id__in=list(lookups.versions))
    codes = rows(ProjectCode, "code", role__in=[ProjectCode.Role.PRIMARY, ProjectCode.Role.CHILD])
    places = rows(LocationShare, "division__code", "division__name", "share_percent", order=["division__code"])
    plans = rows(AnnualPlan, "year", "month", "plan_wan", "cum_prior_wan", "goal", order=["year", "month"])
    months = rows(
        MonthReport,
        *("period__year", "period__month", "period__half", "cum_total_wan", "progress_percent", "progress_text"),
        order=["period__year", "period__month", "period__half"],
        state=MonthReport.State.APPROVED,
    )
    permits = rows(Permit, "id", "kind", "state", "doc_no", "issuer", "issued_on")
    titles = {kind.value: str(kind.label) for kind in Permit.Kind}
    troubles = rows(Obstacle, "id", "text", "raised_on", "due_on", "resolved_on", "resolution")
    baseline = rows(PlanVersion, "planned_start", "planned_finish", is_baseline=True)
    return {
        "codes": _by_project((key, code) for key, code in codes),
        "listed": _by_project((key, Listed(*lookups.versions[version], position)) for key, version, position in listed),
        "places": _by_project((key, Place(*rest)) for key, *rest in places),
        "plans": _by_project((key, YearPlan(*rest)) for key, *rest in plans),
        "months": _by_project((key, Reported(*rest)) for key, *rest in months),
        "papers": _by_project((key, Paper(pk, kind, titles[kind], *rest)) for key, pk, kind, *rest in permits),
        "troubles": _by_project((key, Trouble(*rest)) for key, *rest in troubles),
        "baseline": _by_project((key, Planned(*rest)) for key, *rest in baseline),
    }


def _by_project(rows: Iterable[tuple[int, Any]]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for key, row in rows:
        found.setdefault(key, []).append(row)
    return found
