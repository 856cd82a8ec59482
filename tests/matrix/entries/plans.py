"""The API, written further: plans, dossiers, lists, campaigns, owners, and what is done with them by verbs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from accounts.roles import Action
from tests.matrix.entries.writing import OPEN, WHY, body_of, listed, number, seen, verb
from tests.matrix.people import Place
from tests.matrix.surfaces import Page, Want
from tests.matrix.world import World

_UNITS = (Place.OWN, Place.OTHER)


def of_other(**values: Any) -> Any:
    """For the project of the place that has nothing yet."""
    return lambda world, place: {"project_id": world.row("project_other", place).pk, "reason": WHY, **values}


def rolling_of_other(world: World, place: Place) -> dict[str, Any]:
    return {**of_other()(world, place), "plan_id": world.row("rollingplan", Place.CITY).pk, "cum_prior_wan": 0}


_CLOSED = of_other(item="content", level="closed", basis="第十五条", disclosure_reason="批示")
# Of units: what is new, the row in the world, and what is changed of it.
OF_UNITS: dict[str, tuple[Any, str, dict[str, Any]]] = {
    "finance-plans": (of_other(doc_no="新方案"), "financeplan", {"doc_no": "改过"}),
    "rolling-entries": (rolling_of_other, "rollingentry", {"second_content": "改过"}),
    "dossiers": (of_other(**{"income-sources": [{"name": "停车收费", "amount_wan": 5}]}), "dossier", {"remarks": "改过"}),
}


def new_version(world: World, _place: Place) -> dict[str, Any]:
    return {"list_id": world.row("projectlist", Place.CITY).pk, "number": 1, "as_of": "2019-01-02", "reason": WHY}


_LIST = {"key": "matrix-2031", "name": "矩阵清单", "year": 2031, "kind": "infrastructure", "reason": WHY}
_CAMPAIGN = {"name": "矩阵攻坚", "begins_on": "2020-04-01", "ends_on": "2020-07-09", "goal": "start", "reason": WHY}
_INDICATOR = {"key": "matrix", "name": "矩阵增速", "subject": "矩阵", "kind": "growth", "measure": "%", "bureau": "市统计局", "sort_order": 9}
_INDICATOR |= {"better": "up", "every": "month", "reason": WHY}


def new_target(world: World, _place: Place) -> dict[str, Any]:
    return {"indicator_id": world.row("indicator", Place.CITY).pk, "year": 2031, "value": 6, "source": "工作报告", "reason": WHY}


def new_value(world: World, _place: Place) -> dict[str, Any]:
    return {"indicator_id": world.row("indicator", Place.CITY).pk, "year": 2020, "month": 3, "value": 2.7, "source": "公报", "reason": WHY}


# Of the whole city: by which right, what is new, the row in the world, and what is changed of it.
OF_CITY: dict[str, tuple[Action, Any, str, dict[str, Any]]] = {
    "rolling-plans": (Action.EDIT, body_of({"base_year": 2035, "reason": WHY}), "rollingplan", {"note": "改过"}),
    "lists": (Action.LISTS, body_of(_LIST), "projectlist", {"name": "改过"}),
    "list-versions": (Action.LISTS, new_version, "listversion", {"note": "改过"}),
    "indicators": (Action.LISTS, body_of(_INDICATOR), "indicator", {"definition": "改过"}),
    "campaigns": (Action.LISTS, body_of(_CAMPAIGN), "campaign", {"note": "改过"}),
}


def _of_units() -> Iterator[Page]:
    for name, (new, row, changed) in OF_UNITS.items():
        data: dict[str, Any] = {"places": _UNITS, "foreign": Want.INVALID, "json": True}
        yield Page(f"api:{name}-list", Action.EDIT, "POST", data=new, **data)
        yield Page(f"api:{name}-bulk", Action.EDIT, "POST", data=listed(new), **data)
        yield _patch(name, Action.EDIT, row, changed)
    # What is open to the public is the city's to say, of any unit's project.
    told: dict[str, Any] = {"places": _UNITS, "foreign": Want.INVALID, "json": True}
    yield Page("api:project-disclosures-list", Action.LISTS, "POST", data=_CLOSED, **told)
    yield Page("api:project-disclosures-bulk", Action.LISTS, "POST", data=listed(_CLOSED), **told)
    yield _patch("project-disclosures", Action.LISTS, "projectdisclosure", {"basis": "改过"})
    yield _patch("plan-versions", Action.EDIT, "planversion", {"doc_no": "改过"})


def _patch(name: str, needs: Action, row: str, changed: dict[str, Any], **more: Any) -> Page:
    data = body_of({**changed, "reason": WHY})
    return Page(f"api:{name}-row", needs, "PATCH", row=row, kwargs=number, data=data, json=True, headers=seen, **more)


def _of_city() -> Iterator[Page]:
    for name, (needs, new, row, changed) in OF_CITY.items():
        yield Page(f"api:{name}-list", needs, "POST", data=new, json=True, wide=True)
        yield Page(f"api:{name}-bulk", needs, "POST", data=listed(new), json=True, wide=True)
        yield _patch(name, needs, row, changed, **OPEN)
    # Figures of a unit are read where the unit is; all of them are the city's to write.
    for name, new in (("indicator-targets", new_target), ("indicator-values", new_value)):
        yield Page(f"api:{name}-list", Action.LISTS, "POST", data=new, json=True, wide=True)
        yield Page(f"api:{name}-bulk", Action.LISTS, "POST", data=listed(new), json=True, wide=True)
        yield _patch(name, Action.LISTS, name.replace("-", "").removesuffix("s"), {"note": "改过"})


def new_file(_world: World, place: Place) -> dict[str, Any]:
    return {"file": ("方案.pdf", f"%PDF {place}".encode()), "reason": WHY}


VERBS = (
    verb("finance-plan-revise", Action.EDIT, "financeplan", {"reason": WHY}),
    verb("rolling-plan-roll", Action.EDIT, "rollingplan", {"reason": WHY}, **OPEN),
    verb("quota-batches-strike", Action.DELETE, "quotabatch_spare", {"reason": WHY}, **OPEN),
    verb("bond-issues-strike", Action.DELETE, "bondissue_spare", {"reason": WHY}, **OPEN),
    verb("bonds-strike", Action.DELETE, "bond_spare", {"reason": WHY}, **OPEN),
    verb("central-plans-strike", Action.DELETE, "centralplan_spare", {"reason": WHY}, **OPEN),
    Page("api:dossier-paper-file", Action.EDIT, "POST", row="paperfile", kwargs=lambda row: {"pk": row.paper_id}, data=new_file),
    # An owner is of no unit: whoever enters projects may enter one.
    Page("api:organisations-list", Action.EDIT, "POST", data=body_of({"name": "新业主", "reason": WHY}), json=True),
)
# The uploads of the matrix ask nothing: who may is told that there is no such question, or no such conflict.
ASKED = (
    Page("api:upload-conflicts", Action.VIEW, row="upload", kwargs=number),
    verb("upload-conflicts", Action.UPLOAD, "upload", {"others": "ours"}, done=Want.STATE),
    Page("api:upload-columns", Action.VIEW, row="upload", kwargs=number),
    verb("upload-columns", Action.UPLOAD, "upload", {"answers": {"月报": "remarks"}}, done=Want.STATE),
    verb("period-remind", Action.REMIND, "reportingperiod", {"dry_run": True}, writes=False, **OPEN),
)
PAGES = (*_of_units(), *_of_city(), *VERBS, *ASKED)
