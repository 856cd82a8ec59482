"""The city table, its workbook, and the projects behind its rows."""

from __future__ import annotations

from typing import Any

from accounts.roles import Action
from tests.matrix.people import Place
from tests.matrix.surfaces import Page, Want

JUNE = {"period": "2020-06"}


def asking(**query: str) -> Any:
    return lambda _world, _place: {**JUNE, **query}


PAGES = (
    Page("reports:index", Action.VIEW),
    *(Page("reports:city", Action.VIEW, query=asking(by=by)) for by in ("unit", "sector", "kind")),
    *(Page("reports:city_xlsx", Action.EXPORT, query=asking(by=by)) for by in ("unit", "sector", "kind")),
    Page("reports:monthly_xlsx", Action.EXPORT, query=asking()),
    Page("reports:dashboard", Action.VIEW, query=asking()),
    Page("reports:projects", Action.VIEW, query=asking()),
    *(Page("reports:figure", Action.VIEW, query=asking(measure=measure)) for measure in ("rate", "bond_paid_wan", "central_given_wan")),
    Page("reports:indicators", Action.VIEW, query=asking()),
    Page("reports:indicators_xlsx", Action.EXPORT, query=asking()),
    Page("reports:indicator", Action.VIEW, query=asking(indicator="fai")),
    Page(
        "reports:indicator",
        Action.VIEW,
        places=(Place.OWN, Place.OTHER),
        foreign=Want.HIDDEN,
        query=lambda world, place: {**JUNE, "indicator": "fai", "unit": world.units[place].key},
    ),
    Page("reports:timeline", Action.VIEW, row="project", kwargs=lambda row: {"uid": row.uid}),
    Page("reports:same_figures", Action.VIEW, query=asking()),
    *(Page("reports:lights", Action.VIEW, query=asking(by=by)) for by in ("project", "red", "unit", "sector")),
    Page("reports:lights_xlsx", Action.EXPORT, query=asking()),
    Page("reports:light_simulator", Action.VIEW, query=asking()),
    *(
        Page(
            f"reports:{name}",
            Action.VIEW,
            places=(Place.OWN, Place.OTHER),
            foreign=Want.HIDDEN,
            query=lambda world, place: {**JUNE, "unit": world.units[place].key},
        )
        for name in ("lights", "light_simulator")
    ),
    Page("reports:quality", Action.VIEW, query=asking()),
    Page("reports:quality_xlsx", Action.EXPORT, query=asking()),
    Page(
        "reports:quality_unit",
        Action.VIEW,
        places=(Place.OWN, Place.OTHER),
        foreign=Want.HIDDEN,
        query=lambda world, place: {**JUNE, "unit": world.units[place].key},
    ),
    Page("reports:money", Action.VIEW, query=lambda _world, _place: {"year": "2020"}),
    Page("reports:money_xlsx", Action.EXPORT, query=lambda _world, _place: {"year": "2020"}),
    *(Page(f"reports:{name}", Action.VIEW) for name in ("gap", "rolling", "reserve")),
    *(Page(f"reports:{name}_xlsx", Action.EXPORT) for name in ("gap", "rolling", "reserve")),
    *(
        Page(
            f"reports:{name}",
            Action.VIEW,
            places=(Place.OWN, Place.OTHER),
            foreign=Want.HIDDEN,
            query=lambda world, place: {"unit": world.units[place].key},
        )
        for name in ("gap", "rolling", "reserve")
    ),
    Page("reports:debt", Action.VIEW, query=lambda _world, _place: {"year": "2020"}),
    Page("reports:debt_xlsx", Action.EXPORT, query=lambda _world, _place: {"year": "2020"}),
    Page("reports:campaign_xlsx", Action.EXPORT, query=lambda world, _place: {"campaign": str(world.row("campaign", Place.CITY).pk)}),
    Page("reports:returns_xlsx", Action.EXPORT, query=lambda _world, _place: {"year": "2020"}),
    # A unit out of reach is no unit of the report: there is nothing behind it.
    Page(
        "reports:projects",
        Action.VIEW,
        places=(Place.OWN, Place.OTHER),
        foreign=Want.HIDDEN,
        query=lambda world, place: {**JUNE, "unit": world.units[place].key},
    ),
    Page(
        "reports:dashboard",
        Action.VIEW,
        places=(Place.OWN, Place.OTHER),
        foreign=Want.HIDDEN,
        query=lambda world, place: {**JUNE, "unit": world.units[place].key},
    ),
)
