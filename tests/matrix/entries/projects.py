"""Projects and all that hangs on them, lists, reference data, periods."""

from __future__ import annotations

from typing import Any

from accounts.roles import Action
from tests.matrix.people import Place
from tests.matrix.surfaces import Page, Reach, Rows
from tests.matrix.world import World

WHY = "核对后更正"


def new_project(world: World, place: Place) -> dict[str, Any]:
    unit = world.units[place]
    return {
        "name": "新建道路工程",
        "kind": "infrastructure",
        "unit": str(unit.pk),
        "stage": "idea",
        "sector": str(world.row("project", place).sector_id),
        "change_reason": WHY,
    }


def of_project(**values: str) -> Any:
    return lambda world, place: {"project": str(world.row("project", place).pk), "change_reason": WHY, **values}


def new_month(world: World, place: Place) -> dict[str, Any]:
    return {
        **of_project(done_ytd_wan="11", progress_text="主体结构施工，完成百分之三十")(world, place),
        "period": str(world.row("period_new", Place.CITY).pk),
    }


def new_entry(world: World, place: Place) -> dict[str, Any]:
    return {"version": str(world.row("listversion_after", Place.CITY).pk), "project": str(world.row("project", place).pk)}


def new_version(world: World, _place: Place) -> dict[str, Any]:
    return {"list": str(world.row("projectlist", Place.CITY).pk), "number": "9", "as_of": "2020-07-01"}


def hanging(model: str, changed: dict[str, str], **added: str) -> Rows:
    """Rows of a project, kept by whoever keeps the project."""
    return Rows(
        f"projects.{model}",
        Reach.UNIT,
        add=Action.EDIT,
        change=Action.EDIT,
        delete=Action.DELETE,
        changed={**changed, "change_reason": WHY},
        added=of_project(**added),
    )


def reference(model: str, changed: dict[str, str], finds: str, **added: str) -> Rows:
    """What every unit reads and the city keeps."""
    return Rows(
        f"projects.{model}",
        Reach.OPEN,
        add=Action.REFERENCE,
        change=Action.REFERENCE,
        delete=Action.DELETE,
        changed=changed,
        finds=finds,
        added=lambda _world, _place: added,
    )


ROWS = (
    Rows(
        "projects.project",
        Reach.UNIT,
        add=Action.EDIT,
        change=Action.EDIT,
        changed={"remarks": "改过", "change_reason": WHY},
        added=new_project,
    ),
    Rows(
        "projects.monthreport",
        Reach.UNIT,
        add=Action.EDIT,
        change=Action.EDIT,
        delete=Action.DELETE,
        changed={"progress_text": "改过", "change_reason": WHY},
        added=new_month,
    ),
    hanging("annualplan", {"goal": "改过"}, year="2021", plan_wan="5"),
    hanging("permit", {"issuer": "改过"}, kind="design", state="in_hand", doc_no="新文号"),
    hanging("obstacle", {"text": "改过"}, text="新卡点", raised_on="2020-06-01"),
    Rows("projects.planversion", Reach.UNIT, change=Action.EDIT, changed={"doc_no": "改过"}),
    Rows("projects.entry", Reach.UNIT, add=Action.LISTS, change=Action.LISTS, delete=Action.LISTS, changed={"position": "7"}, added=new_entry),
    Rows(
        "projects.projectlist",
        Reach.OPEN,
        add=Action.LISTS,
        change=Action.LISTS,
        delete=Action.LISTS,
        finds="清单",
        changed={"name": "改名清单"},
        added=lambda _world, _place: {"key": "new-2021", "name": "新清单", "year": "2021", "kind": "infrastructure"},
    ),
    Rows(
        "projects.listversion",
        Reach.OPEN,
        add=Action.LISTS,
        change=Action.LISTS,
        delete=Action.LISTS,
        finds="清单",
        spare="listversion_spare",
        changed={"note": "改过"},
        added=new_version,
    ),
    Rows(
        "projects.organisation",
        Reach.OPEN,
        add=Action.EDIT,
        add_is_open=True,
        change=Action.EDIT,
        delete=Action.DELETE,
        finds="集团",
        changed={"name": "城投集团有限公司"},
        added=lambda _world, _place: {"name": "新集团"},
    ),
    reference("classification", {"name": "试点示范"}, "道", scheme="tag", code="new", name="新标签", aliases="[]", sort_order="1"),
    reference("threshold", {"note": "改过"}, "a", code="new.limit", value="3"),
    reference("stagefield", {"label": "用地面积"}, "地", field="address", stage="build", kind="emerging"),
    reference("reportingperiod", {"due_on": "2020-01-05"}, "2020", year="2021", month="3"),
)

PAGES = (
    Page("admin:projects_project_page", Action.VIEW, row="project", in_admin=True),
    Page("admin:projects_lists_joint", Action.VIEW, in_admin=True),
    Page("admin:projects_lists_joint", Action.VIEW, in_admin=True, query=lambda world, _place: {"v": str(world.row("listversion", Place.CITY).pk)}),
    Page("admin:projects_listversion_page", Action.VIEW, row="listversion", row_is_open=True, in_admin=True),
    Page(
        "admin:projects_listversion_compare",
        Action.VIEW,
        row="listversion",
        row_is_open=True,
        in_admin=True,
        kwargs=lambda row: {"before_id": row.pk, "after_id": row.list.versions.get(number=2).pk},
    ),
)
