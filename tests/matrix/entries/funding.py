"""Quota, bonds, plans, and what the ledger posts: the city keeps the books, each unit reads what is its own."""

from __future__ import annotations

from typing import Any

from accounts.roles import Action
from tests.matrix.people import Place
from tests.matrix.surfaces import Page, Reach, Rows, Want
from tests.matrix.world import World


def new_bond(world: World, _place: Place) -> dict[str, Any]:
    return {
        "issue": str(world.row("bondissue", Place.CITY).pk),
        "name": "新登记债券",
        "years": "10",
        "amount_wan": "5",
        f"draw_{world.row('quotabatch', Place.CITY).pk}": "5",
    }


def posting(world: World, _place: Place) -> dict[str, Any]:
    project = str(world.row("project", Place.OWN).pk)
    return {
        "verb": "post",
        "step": "assign",
        "source": "central",
        "project": project,
        "amount_wan": "7",
        "happened_on": "2020-06-01",
        "reason": "核定",
    }


def new_dossier(world: World, place: Place) -> dict[str, Any]:
    """Of the district's second project, which has none yet."""
    return {"project": str(world.row("project_other", place).pk), "remarks": "新建"}


def books(model: str, changed: dict[str, str], finds: str, *, spare: str = "", **added: str) -> Rows:
    """What everybody reads and the posts of the whole city write; without a row to delete it is struck out instead."""
    return Rows(
        f"funding.{model}",
        Reach.OPEN,
        add=Action.EDIT,
        change=Action.EDIT,
        delete=Action.DELETE if spare else None,
        spare=spare,
        changed=changed,
        finds=finds,
        added=lambda _world, _place: added,
    )


def new_plan(world: World, place: Place) -> dict[str, Any]:
    """For a project that has none yet; the rows are left to a later save."""
    return {"project": str(world.row("project_other", place).pk), "doc_no": "青发改〔2020〕5号", "change_reason": "批复"}


def new_entry(world: World, place: Place) -> dict[str, Any]:
    return {"plan": str(world.row("rollingplan", Place.CITY).pk), "project": str(world.row("project_other", place).pk), "change_reason": "列入"}


ROWS = (
    Rows("funding.financeplan", Reach.UNIT, add=Action.EDIT, change=Action.EDIT, changed={"doc_no": "改过", "change_reason": "核对"}, added=new_plan),
    Rows("funding.rollingentry", Reach.UNIT, add=Action.EDIT, change=Action.EDIT, changed={"first_content": "改过"}, added=new_entry),
    books("rollingplan", {"doc_no": "改过"}, "滚动试号", spare="rollingplan_spare", base_year="2040"),
    books("quotabatch", {"doc_no": "改过"}, "试号", year="2031", number="1", amount_wan="5"),
    books("bondissue", {"doc_no": "改过"}, "滨海", year="2031", number="1"),
    books(
        "centralplan",
        {"programme": "改过"},
        "发改",
        year="2031",
        doc_no="国发改投资〔2031〕1号",
        manner="direct",
        allotment="block",
        amount_wan="5",
    ),
    Rows("funding.bond", Reach.OPEN, add=Action.EDIT, change=Action.EDIT, changed={"venue": "改过"}, added=new_bond),
    Rows("funding.fundaccount", Reach.UNIT),
    Rows("funding.fundentry", Reach.UNIT),
    Rows("funding.useadjustment", Reach.UNIT),
    Rows("funding.dossier", Reach.UNIT, add=Action.EDIT, change=Action.EDIT, changed={"remarks": "改过"}, added=new_dossier),
)


def fund(name: str, row: str) -> tuple[Page, Page]:
    """Read by whoever may view, with the accounts in reach; posted to by the whole city's posts."""
    given: dict[str, Any] = {"row": row, "row_is_open": True, "in_admin": True}
    return Page(name, Action.VIEW, **given), Page(name, Action.EDIT, "POST", wide=True, data=posting, **given)


def striking(model: str) -> tuple[Page, Page]:
    """Of a row without money."""
    given: dict[str, Any] = {"row": f"{model}_spare", "row_is_open": True, "in_admin": True, "wide": True}
    name = f"admin:funding_{model}_strike"
    return Page(name, Action.DELETE, **given), Page(name, Action.DELETE, "POST", data=lambda _world, _place: {"reason": "登记重复"}, **given)


PAGES = (
    *striking("quotabatch"),
    *striking("bondissue"),
    *striking("bond"),
    *striking("centralplan"),
    Page("admin:funding_quotabatch_page", Action.VIEW, row="quotabatch", row_is_open=True, in_admin=True),
    *fund("admin:funding_bond_page", "bond"),
    *fund("admin:funding_centralplan_page", "centralplan"),
    Page("admin:funding_dossier_standing", Action.VIEW, in_admin=True),
    Page("admin:funding_watch", Action.VIEW, in_admin=True),
    Page("admin:funding_dossier_file", Action.VIEW, row="paperfile", in_admin=True, closed=Want.HIDDEN),
    Page("admin:funding_proof", Action.VIEW, in_admin=True, wide=True),
    Page("admin:funding_double", Action.VIEW, in_admin=True),
    Page("admin:funding_financeplan_page", Action.VIEW, row="financeplan", in_admin=True),
    Page("admin:funding_financeplan_page", Action.EDIT, "POST", row="financeplan", in_admin=True, data=lambda _world, _place: {"reason": "调概"}),
    Page("admin:funding_rollingplan_page", Action.VIEW, row="rollingplan", row_is_open=True, in_admin=True),
    Page("admin:funding_rollingplan_page", Action.EDIT, "POST", row="rollingplan", row_is_open=True, in_admin=True, wide=True),
)
