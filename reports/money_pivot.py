"""The ledger's money by any combination of source, unit, sector, kind, list, stage and month.

Sums are `funding.figures`', as on the money overview: of the bonds and central plans of the month's year, as they stood at its end. Where a
project stands, its month says, as in the pivot of progress, so that both can be laid side by side. All accounts are counted: what a
project got stays got when every list has dropped it, so by list there is a row for those too. Months are never added.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from funding.figures import flows_by_all, given_of_year, quota_of_year
from funding.measures import Drawn, Flow
from funding.models import FundEntry
from projects.counting import versions_in_effect
from projects.figures import with_places
from projects.history import rows_at
from projects.monthly import LIST_BITS, UNLISTED, places_of
from projects.period import FIRST_HALF
from projects.values import Month
from reports.dimensions import DROPPED
from reports.gathered import Told
from reports.money_measured import Holding, MoneyMeasure
from reports.pivot import Part
from reports.selection import NONE, Question, Reach, narrowed, select

MONEY_DIMENSIONS: tuple[str, ...] = ("unit", "sector", "kind", "list", "stage", "month", "source")
_PLACES = {"unit": 0, "kind": 1, "sector": 2, "stage": 3}
_STANDING = 4
_MIDDLE = 15  # the day up to which a first half of a month goes


class _City(NamedTuple):
    """What the city was given by the end of a month; asked only where a measure tells it."""

    quota: Drawn = Drawn()
    given: tuple[Any, bool] = (0, False)

    def holding(self, flows: Mapping[str, Flow]) -> Holding:
        return Holding(flows, self.quota, *self.given)


def money_part(reach: Reach, question: Question, by: Sequence[str], measures: Sequence[MoneyMeasure], months: Sequence[Month]) -> Part:
    """What the ledger says of some months. Three queries a month, and one where projects' places are asked."""
    rows: dict[tuple[Any, ...], Told] = {}
    wholes: dict[int, Told] = {}
    for month in months:
        of_month = replace(question, month=month)
        city = _city(of_month, measures)
        flows = _flows(reach, of_month, by)
        held: dict[tuple[Any, ...], dict[str, Flow]] = {}
        whole: dict[str, Flow] = {}
        for source, keys, flow in flows:
            _add(whole, source, flow)
            for key in keys:
                _add(held.setdefault((month.index, *key), {}), source, flow)
        if set(by) <= {"month"}:
            held = {(month.index, *(month.index for _name in by)): whole}
        rows |= {key: _told(measures, city.holding(found)) for key, found in held.items()}
        wholes[month.index] = _told(measures, city.holding(whole))
    nothing = _told(measures, Holding({}))
    return Part(rows, wholes, lambda _at: nothing)


def _add(held: dict[str, Flow], source: str, flow: Flow) -> None:
    held[source] = Flow.of((held[source], flow)) if source in held else flow


def _told(measures: Sequence[MoneyMeasure], held: Holding) -> Told:
    return Told({one.key: one.read(held) for one in measures}, frozenset(one.key for one in measures if one.is_rough(held)))


def _city(question: Question, measures: Sequence[MoneyMeasure]) -> _City:
    if not any(one.of_city for one in measures):
        return _City()
    year, until, state = question.month.year, last_day(question), question.moment.state
    return _City(quota_of_year(year, until, state), given_of_year(year, until, state))


def last_day(question: Question) -> date:
    """The day up to which money counts."""
    end = question.month.last_day
    return end.replace(day=_MIDDLE) if question.half == FIRST_HALF else end


def of_year(entries: QuerySet[FundEntry], year: int) -> QuerySet[FundEntry]:
    """The entries of the year's bonds and central plans, as the money overview counts them."""
    return entries.filter(Q(account__bond__issue__year=year) | Q(account__plan__year=year))


def entries_behind(reach: Reach, question: Question, source: str, steps: Sequence[str]) -> QuerySet[FundEntry]:
    """The postings that a figure of money adds up, in order of time: of a source (or of all) and of some steps. Three queries at most."""
    entries = _posted(reach, question).filter(step__in=steps, happened_on__lte=last_day(question))
    if source:
        entries = entries.filter(account__source=source)
    if not _is_of_all(question):
        projects = set(entries.order_by().values_list("account__project", flat=True))
        entries = entries.filter(account__project_id__among=sorted(_placed(reach, question, projects)))
    return entries.order_by("happened_on", "id")


def _posted(reach: Reach, question: Question) -> QuerySet[FundEntry]:
    entries: QuerySet[FundEntry] = of_year(rows_at(FundEntry, question.moment.state), question.month.year)
    return entries if reach.whole_city else entries.filter(account__project__in=reach.projects)


def _is_of_all(question: Question) -> bool:
    return question.whole and not (question.unit or question.sector or question.kind)


def _flows(reach: Reach, question: Question, by: Sequence[str]) -> list[tuple[str, list[tuple[Any, ...]], Flow]]:
    """Source, the rows that it belongs to, and what was moved; a project on two lists has two rows."""
    entries = _posted(reach, question)
    if set(by) <= {"month", "source"} and _is_of_all(question):
        found = flows_by_all(entries, ["account__source"], last_day(question))
        return [(source, [_key(by, question.month, source, None)], flow) for (source,), flow in found.items()]
    flows = flows_by_all(entries, ["account__project", "account__source"], last_day(question))
    places = _placed(reach, question, {project for project, _source in flows})
    told = []
    for (project, source), flow in flows.items():
        if project in places:
            place = places[project]
            lists = _lists(place[_STANDING], question) if "list" in by else [""]
            told.append((source, [_key(by, question.month, source, place, name) for name in lists], flow))
    return told


def _placed(reach: Reach, question: Question, projects: set[int]) -> dict[int, tuple[Any, ...]]:
    """Where these projects stand, as far as the question speaks of them."""
    moment = question.moment
    if question.whole:
        rows = narrowed(with_places(reach.projects, moment), question)
        versions = versions_in_effect(question.month, moment.state)
    else:
        selection = select(reach, question)
        rows, versions = selection.projects, list(selection.versions)
    return dict(places_of(rows.filter(pk__among=sorted(projects)), moment, [(one.pk, one.list.kind) for one in versions]))


def _lists(standing: int, question: Question) -> list[str]:
    """The rows of the dimension `list` that a project stands in."""
    if question.lists:
        return [question.lists]
    return [name for name, bit in {**LIST_BITS, NONE: UNLISTED}.items() if standing & bit] or [DROPPED]


def _key(by: Sequence[str], month: Month, source: str, place: tuple[Any, ...] | None, of_list: str = "") -> tuple[Any, ...]:
    beside = {"month": month.index, "source": source, "list": of_list}
    return tuple(beside[name] if name in beside else place[_PLACES[name]] if place is not None else None for name in by)
