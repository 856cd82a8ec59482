"""What hangs on projects, on the inverse plan: months, year plans, list entries and places; a project's codes all together."""

from __future__ import annotations

from django.utils.translation import get_language

from exchange.services.inverse.hanging import Hung, hanging
from exchange.services.inverse.items import BLANKABLE, Item, Model, Why, approval_since, first_change, hangs
from exchange.services.inverse.obstacles import closed_months, primary_codes
from exchange.services.inverse.traces import Origin, Trace, Write
from exchange.services.inverse.work import Work
from projects.models import MonthReport, ProjectCode


def decide_rows(work: Work, model: Model) -> None:
    """Made rows go, deleted ones come back, of others the cells; a row that can't go has its cells emptied where it has cells."""
    rows = work.open_rows(model)
    locked = closed_months(trace.month for trace in rows) if model is MonthReport else {}
    hung = hanging(model, [trace.id for trace in rows if work.is_made(trace)], work.own)
    gone = work.taken(model, [trace for trace in rows if work.is_unmade(trace)])
    for trace in rows:
        if model is MonthReport and trace.month in locked:
            work.stay(trace, Why.LOCKED, cause=locked[trace.month].said(get_language() or "zh"))
        elif (by := approval_since(trace)) is not None:
            work.stay(trace, Why.APPROVED, by=by)
        elif trace.id in hung and model not in BLANKABLE:
            work.plan.items.append(hangs(trace, hung[trace.id]))
        elif trace.id in gone:
            work.stay(trace, Why.TAKEN)
        else:
            _row(work, trace, may_go=trace.id not in hung)


def _row(work: Work, trace: Trace, *, may_go: bool) -> None:
    if trace.now is None:
        write = trace.existence()
        if work.is_unmade(trace):
            work.go(trace, spoken=trace.project_id not in work.returning)
        elif write is None or write.kind != "-":
            work.stay(trace, Why.GONE, by=trace.writes[-1])
        return
    changed = first_change(trace) if work.is_made(trace) else None
    if work.is_made(trace) and changed is None and may_go:
        work.go(trace)
    elif changed is None or trace.model in BLANKABLE:
        work.change(trace, work.cells(trace))
    else:
        work.plan.items.append(Item(trace, changed, None, Why.CHANGED, trace.changed_by(changed)))


def decide_codes(work: Work) -> None:
    """A project's codes go back together or not at all: one stands in another's place."""
    groups: dict[int, list[Trace]] = {}
    for trace in work.open_rows(ProjectCode):
        groups.setdefault(trace.project_id, []).append(trace)
    gone = work.taken(ProjectCode, [trace for codes in groups.values() for trace in codes if work.is_unmade(trace)])
    primary = primary_codes(groups)
    hung = hanging(ProjectCode, [trace.id for codes in groups.values() for trace in codes if work.is_made(trace)], work.own)
    for key, codes in groups.items():
        _project_codes(work, codes, gone, hung, primary.get(key, set()))


def _project_codes(work: Work, codes: list[Trace], gone: set[int], hung: dict[int, Hung], primary: set[int]) -> None:
    made = [trace for trace in codes if work.is_made(trace)]
    back = [trace for trace in codes if work.is_unmade(trace)]
    cells = {trace.id: work.cells(trace) for trace in codes if trace.now is not None and trace not in made}
    spoken = next(iter([*made, *back, *(trace for trace in codes if cells.get(trace.id))]), None)
    if spoken is None:
        return
    is_changed, by = _changed(made, [item for items in cells.values() for item in items])
    if is_changed:
        work.plan.items.append(Item(spoken, None, None, Why.CHANGED, by))
    elif any(trace.id in gone for trace in back) or _would_be_second(made, back, cells, primary):
        work.plan.items.append(Item(spoken, None, None, Why.TAKEN))
    elif any(trace.id in hung for trace in made):
        work.plan.items.append(hangs(spoken, next(hung[trace.id] for trace in made if trace.id in hung)))
    else:
        for trace in (*made, *back):
            work.go(trace, spoken=False)
        for trace in codes:
            work.change(trace, cells.get(trace.id, []))
        if spoken.project_id not in work.returning:
            work.plan.items.append(Item(spoken, None, None))


def _changed(made: list[Trace], items: list[Item]) -> tuple[bool, Write | Origin | None]:
    """Whether any of the codes was changed since, and by which write."""
    for trace in made:
        name = first_change(trace)
        if name is not None:
            return True, trace.changed_by(name)
    stays = next((item for item in items if item.why is not None), None)
    return stays is not None, stays.by if stays is not None else None


def _would_be_second(made: list[Trace], back: list[Trace], cells: dict[int, list[Item]], primary: set[int]) -> bool:
    """Whether a code would become a project's main code while another one is that."""
    leaving = {trace.id for trace in made} | {key for key, items in cells.items() if any(item.column == "role" for item in items)}
    restored = any(item.column == "role" and item.target == ProjectCode.Role.PRIMARY for items in cells.values() for item in items)
    return bool(primary - leaving) and (restored or any(trace.last_known("role") == ProjectCode.Role.PRIMARY for trace in back))
