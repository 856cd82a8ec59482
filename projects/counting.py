"""Which projects a month's figures speak of: one answer for the overview, the city table and every later door.

Counted are the projects on a list in effect at the end of the month, and those on no list at all (unless withdrawn, 退库). A project
that every list has dropped is left out; one on two lists is counted once.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet

from projects.history import State, rows_at
from projects.models import Entry, ListVersion, Project
from projects.stages import Stage
from projects.values import Month


def versions_in_effect(month: Month, until: State = None) -> list[ListVersion]:
    """The version of each of the year's lists that is the newest at the end of the month; the first, where all are later. One query.

    With `until` only the versions that the database knew by then.
    """
    kept: dict[int, ListVersion] = {}
    found = ListVersion.objects.filter(list__year=month.year).select_related("list").order_by("list__key", "as_of", "number")
    if until is not None:
        found = found.filter(Exists(rows_at(ListVersion, until).filter(id=OuterRef("pk"))))
    for version in found:
        if version.list_id not in kept or version.as_of <= month.last_day:
            kept[version.list_id] = version
    kinds: list[str] = list(Project.Kind.values)
    return sorted(kept.values(), key=lambda version: kinds.index(version.list.kind))


def on_versions(versions: Sequence[ListVersion], until: State = None) -> Exists:
    """Whether a project stands on one of the versions."""
    return Exists(rows_at(Entry, until).filter(project_id=OuterRef("pk"), version_id__in=[version.pk for version in versions]))


def on_any_list(until: State = None) -> Exists:
    """Whether a project ever stood on a list, in any year."""
    return Exists(rows_at(Entry, until).filter(project_id=OuterRef("pk")))


def _withdrawn(until: State) -> Q:
    return Q(stage=Stage.OUT) if until is None else Q(Exists(rows_at(Project, until).filter(id=OuterRef("pk"), stage=Stage.OUT)))


def unlisted(projects: QuerySet[Project], until: State = None) -> QuerySet[Project]:
    """Projects on no list at all, but for those withdrawn."""
    return projects.filter(~on_any_list(until)).exclude(_withdrawn(until))


def is_counted(versions: Sequence[ListVersion], until: State = None) -> Q:
    """Whether figures speak of a project when no list is asked for, given the versions in effect."""
    return Q(on_versions(versions, until)) | (~Q(on_any_list(until)) & ~_withdrawn(until))


def counted(projects: QuerySet[Project], versions: Sequence[ListVersion], until: State = None) -> QuerySet[Project]:
    return projects.filter(is_counted(versions, until))
