"""The API: the list and the row of every declared resource, made from the register itself, so that a new one is never without."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.api.resources import RESOURCES, Resource
from accounts.models import Division, ReportingUnit
from accounts.roles import Action
from tests.matrix.people import Person, Place
from tests.matrix.surfaces import Page, Want
from tests.matrix.world import World

# Resources of which the world holds a row, by the row's name there.
ROWS_OF = {
    "permits": "permit",
    "obstacles": "obstacle",
    "plan-versions": "planversion",
    "proposals": "proposal",
    "corrections": "correction",
    "projects": "project",
    "months": "monthreport",
    "campaigns": "campaign",
    "campaign-projects": "campaignproject",
    "finance-plans": "financeplan",
    "rolling-entries": "rollingentry",
    "dossiers": "dossier",
    "project-disclosures": "projectdisclosure",
    "indicators": "indicator",
    "indicator-targets": "indicatortarget",
    "indicator-values": "indicatorvalue",
    "rolling-plans": "rollingplan",
    "bonds": "bond",
    "quota-batches": "quotabatch",
    "uploads": "upload",
    "units": "reportingunit",
    "divisions": "division",
    "classifications": "classification",
    "cuts": "cut",
}


def _is_open(resource: Resource) -> bool:
    return resource.model in (ReportingUnit, Division) or getattr(resource.model, "scope_path", None) == ""


def _number(row: Any) -> dict[str, Any]:
    return {"pk": row.pk}


def _pages() -> Iterator[Page]:
    for name, resource in RESOURCES.items():
        yield Page(f"api:{name}-list", Action.VIEW)
        yield Page(f"api:{name}-stream", Action.EXPORT, fixed={"form": "ndjson"})
        if resource.past is not None:
            yield Page(f"api:{name}-history", Action.VIEW, fixed={"pk": 999_999_999}, done=Want.HIDDEN)
        if name in ROWS_OF:
            yield Page(f"api:{name}-row", Action.VIEW, row=ROWS_OF[name], row_is_open=_is_open(resource), kwargs=_number)
        else:
            yield Page(f"api:{name}-row", Action.VIEW, fixed={"pk": 999_999_999}, done=Want.HIDDEN)


def keeps_tokens(person: Person, _place: Place) -> Want:
    """Whoever may view has tokens of their own; the security administrator sees everybody's."""
    if not person.is_known:
        return Want.LOGIN
    return Want.OPEN if person.may(Action.VIEW) or person.city_wide(Action.USERS) else Want.REFUSED


def no_such_token(person: Person, place: Place) -> Want:
    answer = keeps_tokens(person, place)
    return Want.HIDDEN if answer is Want.OPEN else answer


def in_a_month(_world: World, _place: Place) -> dict[str, str]:
    return {"name": "矩阵", "until": (timezone.localdate() + timedelta(days=30)).isoformat(), "unit": "", "addresses": ""}


def in_june(_world: World, _place: Place) -> dict[str, str]:
    return {"period": "2020-06", "by": "unit"}


PAGES = (
    Page("tokens", None, expect=keeps_tokens),
    Page("tokens", Action.VIEW, method="POST", data=in_a_month),
    Page("token-revoke", None, method="POST", fixed={"pk": 999_999_999}, expect=no_such_token),
    Page("token-kit", Action.VIEW, fixed={"pk": 999_999_999}, done=Want.HIDDEN),
    Page("token-kit-file", Action.VIEW, fixed={"pk": 999_999_999, "name": "kit.zip"}, done=Want.HIDDEN),
    Page("api:root", Action.VIEW),
    Page("api:schema", Action.VIEW),
    Page("api:swagger", Action.VIEW),
    Page("api:redoc", Action.VIEW),
    Page("api:figures", Action.VIEW),
    Page("api:changes", Action.VIEW),
    Page("api:debt-service", Action.VIEW),
    Page("api:list-reconciliation", Action.VIEW, fixed={"pk": 999_999_999}, done=Want.HIDDEN),
    Page("api:figures-by", Action.VIEW, fixed={"measures": "all"}, query=in_june),
    *_pages(),
)
