"""The API: the list and the row of every declared resource, made from the register itself, so that a new one is never without."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from accounts.api.resources import RESOURCES, Resource
from accounts.models import Division, ReportingUnit
from accounts.roles import Action
from tests.matrix.surfaces import Page, Want

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
    "bonds": "bond",
    "quota-batches": "quotabatch",
    "uploads": "upload",
    "units": "reportingunit",
    "divisions": "division",
    "classifications": "classification",
}


def _is_open(resource: Resource) -> bool:
    return resource.model in (ReportingUnit, Division) or getattr(resource.model, "scope_path", None) == ""


def _number(row: Any) -> dict[str, Any]:
    return {"pk": row.pk}


def _pages() -> Iterator[Page]:
    for name, resource in RESOURCES.items():
        yield Page(f"api:{name}-list", Action.VIEW)
        if name in ROWS_OF:
            yield Page(f"api:{name}-row", Action.VIEW, row=ROWS_OF[name], row_is_open=_is_open(resource), kwargs=_number)
        else:
            yield Page(f"api:{name}-row", Action.VIEW, fixed={"pk": 999_999_999}, done=Want.HIDDEN)


PAGES = (Page("api:root", Action.VIEW), *_pages())
