"""Which projects a table of money speaks of: narrowed to a unit, a kind, a sector, as the address says; and the choices above the table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.models import ReportingUnit
from accounts.words import listed
from projects.models import Classification, Project
from reports.choices import Choice
from reports.parameters import UnreadableError
from reports.selection import KINDS, NONE, Reach

_SCHEMES = (Classification.Scheme.SECTOR, Classification.Scheme.SEI)


@dataclass(frozen=True, slots=True)
class Narrow:
    """A unit by its key, a kind, a sector as scheme.code (or `none`); blank where not narrowed."""

    unit: str = ""
    kind: str = ""
    sector: str = ""

    @property
    def params(self) -> dict[str, str]:
        told = {"unit": self.unit, "kind": self.kind, "sector": self.sector}
        return {name: value for name, value in told.items() if value}

    def of(self, projects: QuerySet[Project]) -> QuerySet[Project]:
        if self.unit:
            projects = projects.filter(unit__key=self.unit)
        if self.kind:
            projects = projects.filter(kind=self.kind)
        if self.sector == NONE:
            return projects.filter(sector=None)
        if self.sector:
            scheme, _dot, code = self.sector.partition(".")
            projects = projects.filter(sector__scheme=scheme, sector__code=code)
        return projects


@dataclass(frozen=True, slots=True)
class Chip:
    """A choice above the table: what it chooses, and its options."""

    title: str
    choices: list[Choice]

    @property
    def chosen(self) -> str:
        return next((choice.label for choice in self.choices if choice.chosen), "")

    @property
    def is_on(self) -> bool:
        return not self.choices[0].chosen


def one_of(params: Mapping[str, str], name: str, allowed: Iterable[str], title: str) -> str:
    """A word of the address; blank where it is not given."""
    text = params.get(name, "")
    known = list(allowed)
    if text and text not in known:
        told = {"title": title, "value": text[:40], "right": listed(known)}
        raise UnreadableError(_("%(title)s没有“%(value)s”，应为 %(right)s") % told)
    return text


def read_narrow(params: Mapping[str, str], reach: Reach) -> Narrow:
    """What the address narrows to. A unit out of reach, like a sector that is none, has nothing behind it."""
    unit, sector = params.get("unit", ""), params.get("sector", "")
    if unit and not reach.units.filter(key=unit).exists():
        raise Http404(f"unit {unit}")
    if sector and sector != NONE:
        scheme, _dot, code = sector.partition(".")
        if not Classification.objects.filter(scheme__in=_SCHEMES).filter(scheme=scheme, code=code).exists():
            raise Http404(f"sector {sector}")
    return Narrow(unit, one_of(params, "kind", KINDS, _("类别")), sector)


def chip(title: str, page: str, asked: Mapping[str, str], name: str, options: Iterable[tuple[str, str]]) -> Chip:
    """One choice; `asked` is the whole question, of which it changes `name` alone."""
    now = asked.get(name, "")
    return Chip(title, [Choice(label, address(page, {**asked, name: value}), value == now) for value, label in options])


def address(page: str, params: Mapping[str, str]) -> str:
    told = {name: value for name, value in params.items() if value}
    return f"{reverse(page)}?{urlencode(told)}" if told else reverse(page)


def narrow_chips(page: str, asked: Mapping[str, str], reach: Reach) -> list[Chip]:
    """Unit, kind and sector. Two queries."""
    units: QuerySet[ReportingUnit] = reach.units
    every = ("", _("全部"))
    nodes = Classification.objects.filter(scheme__in=_SCHEMES).values_list("scheme", "code", "name")
    return [
        chip(_("填报单位"), page, asked, "unit", [every, *units.values_list("key", "short_name")]),
        chip(_("类别"), page, asked, "kind", [every, *((key, str(Project.Kind(key).label)) for key in KINDS)]),
        chip(_("领域"), page, asked, "sector", [every, *((f"{scheme}.{code}", name) for scheme, code, name in nodes), (NONE, _("未分领域"))]),
    ]
