"""Projects and all that hangs on them, lists, reference data, periods."""

from __future__ import annotations

from typing import Any

from accounts.roles import Action
from tests.matrix.people import Person, Place
from tests.matrix.surfaces import Page, Reach, Rows, Want
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


def of_indicator(**values: str) -> Any:
    """Of the place's unit, as who may write it would: the city."""
    return lambda world, place: {
        "indicator": str(world.row("indicator", Place.CITY).pk),
        "unit": str(world.units[place].pk),
        "change_reason": WHY,
        **values,
    }


def new_month(world: World, place: Place) -> dict[str, Any]:
    return {
        **of_project(done_ytd_wan="11", progress_text="主体结构施工，完成百分之三十")(world, place),
        "period": str(world.row("period_new", Place.CITY).pk),
    }


def new_entry(world: World, place: Place) -> dict[str, Any]:
    return {"version": str(world.row("listversion_after", Place.CITY).pk), "project": str(world.row("project", place).pk)}


def new_version(world: World, _place: Place) -> dict[str, Any]:
    return {"list": str(world.row("projectlist", Place.CITY).pk), "number": "9", "as_of": "2020-07-01"}


def new_open_code(world: World, _place: Place) -> dict[str, Any]:
    return {"classification": str(world.row("opencode", Place.CITY).classification_id), "code": "energy", "valid_from": "2031"}


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
    reference("holiday", {"name": "端午"}, "端", date="2033-10-01", name="国庆节"),
    reference("reportingrule", {"source": "改过"}, "", year="2034", due_day="6", month_offset="1", shift="later", grace_days="0", half="0"),
    # What is public: every item has its row from the start, and no row goes away again.
    Rows("projects.disclosurerule", Reach.OPEN, change=Action.REFERENCE, changed={"basis": "改过", "change_reason": WHY}, finds="条例"),
    Rows(
        "projects.opencode",
        Reach.OPEN,
        add=Action.REFERENCE,
        change=Action.REFERENCE,
        delete=Action.DELETE,
        changed={"source": "改过", "change_reason": WHY},
        finds="transport",
        added=lambda world, _place: {
            "classification": str(world.row("opencode", Place.CITY).classification_id),
            "code": "energy",
            "valid_from": "2031",
        },
    ),
    Rows(
        "projects.projectdisclosure",
        Reach.UNIT,
        add=Action.LISTS,
        change=Action.LISTS,
        changed={"reason": "改过", "change_reason": WHY},
        added=of_project(item="content", level="closed", basis="第十五条", reason=WHY),
    ),
    Rows(
        "projects.indicator",
        Reach.OPEN,
        add=Action.LISTS,
        change=Action.LISTS,
        changed={"definition": "改过", "change_reason": WHY},
        added=lambda _world, _place: {
            "key": "new",
            "name": "新指标",
            "subject": "新指标",
            "kind": "growth",
            "measure": "%",
            "better": "up",
            "every": "month",
            "bureau": "市统计局",
            "sort_order": "5",
        },
    ),
    Rows(
        "projects.indicatorvalue",
        Reach.UNIT,
        add=Action.LISTS,
        change=Action.LISTS,
        delete=Action.LISTS,
        changed={"note": "改过", "change_reason": WHY},
        added=of_indicator(year="2020", month="3", value="2.7", source="公报"),
    ),
    Rows(
        "projects.indicatortarget",
        Reach.UNIT,
        add=Action.LISTS,
        change=Action.LISTS,
        delete=Action.LISTS,
        changed={"note": "改过", "change_reason": WHY},
        added=of_indicator(year="2031", value="6", source="工作报告"),
    ),
    Rows("projects.proposal", Reach.UNIT),
    Rows("projects.correction", Reach.UNIT),
    Rows("projects.cut", Reach.OPEN),
    Rows("projects.lightprofile", Reach.OPEN),
    Rows("projects.lightnote", Reach.UNIT),
    Rows(
        "projects.campaign",
        Reach.OPEN,
        add=Action.LISTS,
        change=Action.LISTS,
        finds="攻坚",
        changed={"note": "改过"},
        added=lambda _world, _place: {"name": "秋季攻坚", "goal": "start", "begins_on": "2020-09-01", "ends_on": "2020-11-30"},
    ),
    reference("reportingperiod", {"due_on": "2020-01-05"}, "2020", year="2021", month="3"),
)


def verb_page(verb: str, needs: Action, row: str) -> tuple[Page, Page]:
    """Asking for the words, and doing it. Whose post gives no such verb is told so."""
    kwargs = {"row": row, "in_admin": True, "kwargs": lambda row: {"object_id": row.pk, "verb": verb}, "closed": Want.HIDDEN}
    name, words = "admin:projects_monthreport_move", {"reason": WHY, "cell-progress_text": WHY}
    send = Page(name, needs, "POST", data=lambda world, place: {**words, "seen": str(world.row(row, place).revision)}, **kwargs)
    return Page(name, needs, **kwargs), send


def of_proposal(name: str, needs: Action, **more: Any) -> Page:
    given = {"note": WHY, "doc_no": "青发改〔2020〕1号"}
    return Page(f"admin:projects_proposal_{name}", needs, "POST", row="proposal", in_admin=True, data=lambda _world, _place: given, **more)


def unit_month(row: Any) -> dict[str, int]:
    return {"unit_id": row.project.unit_id, "period_id": row.period_id}


def nobody_elses(person: Person, _place: Place) -> Want | None:
    """Only who made it takes it back: nobody of the matrix did."""
    return None if person.enters else Want.LOGIN


def locks(person: Person) -> Want:
    """Who may see months but not lock them is told so on the page, which stays as it was."""
    if not person.may(Action.VIEW):
        return Want.HIDDEN
    return Want.OPEN if person.city_wide(Action.LOCK) else Want.STATE


CYCLE: tuple[Page, ...] = (
    Page("admin:projects_returns", Action.VIEW, in_admin=True, closed=Want.HIDDEN),
    Page("admin:projects_month_unit", Action.VIEW, row="monthreport", in_admin=True, kwargs=unit_month, closed=Want.HIDDEN),
    Page(
        "admin:projects_month_unit",
        Action.REVIEW,
        "POST",
        row="month_submitted",
        in_admin=True,
        kwargs=unit_month,
        closed=Want.HIDDEN,
        data=lambda world, place: {"verb": "approve", "chosen": str(world.row("month_submitted", place).pk)},
    ),
    *verb_page("submit", Action.SUBMIT, "monthreport"),
    *verb_page("approve", Action.REVIEW, "month_submitted"),
    *verb_page("return", Action.REVIEW, "month_submitted"),
    Page("admin:projects_monthreport_corrections", Action.VIEW, row="monthreport", in_admin=True, closed=Want.HIDDEN),
    Page("admin:projects_reportingperiod_page", Action.VIEW, row="reportingperiod", row_is_open=True, in_admin=True, closed=Want.HIDDEN),
    Page(
        "admin:projects_reportingperiod_page",
        Action.LOCK,
        "POST",
        row="reportingperiod",
        row_is_open=True,
        in_admin=True,
        data=lambda _world, _place: {"verb": "lock", "reason": WHY},
        expect=lambda person, _place: Want.LOGIN if not person.enters else locks(person),
    ),
    Page(
        "admin:projects_reportingperiod_remind",
        Action.REMIND,
        "POST",
        row="reportingperiod",
        in_admin=True,
        closed=Want.HIDDEN,
        refused=Want.HIDDEN,
    ),
    Page("admin:projects_proposal_make", Action.EDIT, row="project", in_admin=True, kwargs=lambda row: {"project_id": row.pk}),
    of_proposal("approve", Action.APPROVE),
    of_proposal("refuse", Action.APPROVE),
    of_proposal("withdraw", Action.EDIT, expect=nobody_elses),
)


def pins(person: Person, _place: Place) -> Want:
    """Who locks or reviews in the whole city."""
    if not person.enters:
        return Want.LOGIN
    return Want.OPEN if person.city_wide(Action.LOCK) or person.city_wide(Action.REVIEW) else Want.REFUSED


def says(person: Person, place: Place) -> Want:
    """Who writes or hands in for the unit, and officers and reviewers of the city."""
    if not person.enters:
        return Want.LOGIN
    if not person.may(Action.VIEW):
        return Want.REFUSED
    if not person.reaches(Action.VIEW, place):
        return Want.HIDDEN
    wanted = (Action.EDIT, Action.SUBMIT)
    return Want.OPEN if any(person.reaches(action, place) for action in wanted) or person.city_wide(Action.REVIEW) else Want.REFUSED


def explains(person: Person, place: Place) -> Want:
    """The same without reviewers of the city, who override and do not explain."""
    found = says(person, place)
    return found if found is not Want.OPEN or any(person.reaches(action, place) for action in (Action.EDIT, Action.SUBMIT)) else Want.REFUSED


SAID = {"kind": "explanation", "month": "2020-06", "colour": "", "entered_on": "", "reason": WHY}
RULE = {"progress_by": "share", "progress_yellow": "20", "progress_red": "40", "slack": "green", "unit_by": "", "unit_red_months": "2"}


def lights(name: str, row: str, expect: Any, data: dict[str, str], **more: Any) -> tuple[Page, ...]:
    given: dict[str, Any] = {"row": row, "in_admin": True, **more}
    return (
        Page(f"admin:projects_{name}", Action.EDIT, expect=expect, **given),
        Page(f"admin:projects_{name}", Action.EDIT, "POST", expect=expect, data=lambda _world, _place: data, **given),
    )


LIGHTS: tuple[Page, ...] = (
    Page("admin:projects_lightnote_make", Action.EDIT, expect=says, row="project", in_admin=True, kwargs=lambda row: {"project_id": row.pk}),
    Page(
        "admin:projects_lightnote_make",
        Action.EDIT,
        "POST",
        expect=lambda person, place: explains_on_form(person, place),
        row="project",
        in_admin=True,
        kwargs=lambda row: {"project_id": row.pk},
        data=lambda _world, _place: SAID,
    ),
    *lights("lightnote_withdraw", "lightnote", explains, {"reason": WHY}),
    Page("admin:projects_lightprofile_adopt", Action.REFERENCE, in_admin=True, wide=True),
    Page(
        "admin:projects_lightprofile_adopt",
        Action.REFERENCE,
        "POST",
        in_admin=True,
        wide=True,
        data=lambda _world, _place: {**RULE, "valid_from": "2033-01", "reason": WHY},
    ),
)


def explains_on_form(person: Person, place: Place) -> Want:
    """A reviewer of the city gets the form, which does not offer an explanation."""
    found = explains(person, place)
    return Want.INVALID if found is Want.REFUSED and says(person, place) is Want.OPEN else found


PAGES = (
    *LIGHTS,
    Page("admin:projects_cut_make", Action.LOCK, in_admin=True, expect=pins),
    Page(
        "admin:projects_cut_make",
        Action.LOCK,
        "POST",
        in_admin=True,
        data=lambda _world, _place: {"name": "矩阵", "day": "", "reason": WHY},
        expect=pins,
    ),
    Page("admin:projects_project_page", Action.VIEW, row="project", in_admin=True),
    Page("admin:projects_campaign_page", Action.VIEW, row="campaign", row_is_open=True, in_admin=True),
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
    *CYCLE,
)
