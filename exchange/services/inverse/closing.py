"""The end of the inverse plan: plan versions follow the figures they record, emptied rows go, what can't be stored is taken out."""

from __future__ import annotations

from typing import Any

from exchange.services.inverse.hanging import hanging
from exchange.services.inverse.items import Item, Model, Why, first_change
from exchange.services.inverse.obstacles import PLANNED, missing_targets, plan_versions
from exchange.services.inverse.traces import Trace
from exchange.services.inverse.work import Work
from projects.models import PlanVersion, Project


def close(work: Work) -> None:
    _emptied(work)
    _missing(work)
    _plan_versions(work)


def _emptied(work: Work) -> None:
    """Rows in which nothing would be left go, where nothing hangs on them."""
    by_model: dict[Model, list[tuple[Trace, dict[str, Any]]]] = {}
    for trace, values in work.emptied:
        by_model.setdefault(trace.model, []).append((trace, values))
    for model, rows in by_model.items():
        hung = hanging(model, [trace.id for trace, _ in rows], work.own)
        for trace, values in rows:
            if trace.id in hung:
                work.plan.updates.setdefault(model, []).append((trace, values))
            else:
                work.delete(trace)


def _missing(work: Work) -> None:
    """A cell that pointed to a record which is no longer stored stays as it is; a row that would come back so comes without it."""
    for model, rows in [*work.plan.updates.items(), *work.plan.inserts.items()]:
        for column in [one for one in model._meta.concrete_fields if one.is_relation and one.related_model not in work.traces]:
            name = column.attname
            gone = missing_targets(model, name, {values[name] for _, values in rows if values.get(name) is not None})
            for trace, values in rows if gone else ():
                if values.get(name) in gone:
                    _take_out(work, trace, values, name)
    for model in work.plan.updates:
        work.plan.updates[model] = [(trace, values) for trace, values in work.plan.updates[model] if values]


def _take_out(work: Work, trace: Trace, values: dict[str, Any], name: str) -> None:
    item = next((one for one in work.plan.items if one.trace is trace and one.column == name), None)
    if item is not None:
        item.why = Why.MISSING
    elif trace.now is None:
        work.plan.items.append(Item(trace, name, None, Why.MISSING))
    if trace.now is None:
        values[name] = None
    else:
        del values[name]


def _plan_versions(work: Work) -> None:
    """A project whose planned figures go back loses the versions that recorded them, or gets one that records the return."""
    own: dict[int, list[Trace]] = {}
    for trace in work.open_rows(PlanVersion):
        if trace.project_id in work.returning:
            if work.is_unmade(trace):
                work.insert(trace)
        else:
            own.setdefault(trace.project_id, []).append(trace)
    changed = {trace.id: (trace, values) for trace, values in work.plan.updates.get(Project, []) if set(values) & set(PLANNED)}
    staying = {item.trace.id for item in work.plan.staying if item.trace.model is Project and item.column in PLANNED}
    stored = plan_versions(changed)
    for key, (project, values) in changed.items():
        after = tuple(values.get(name, project.value(name)) for name in PLANNED)
        standing, is_settled = _settle(work, own.get(key, []), stored.get(key, []), after)
        if is_settled and key not in staying:
            continue
        if not standing or standing[0][2] != after:
            work.plan.replanned[key] = {"number": (standing[0][0] if standing else 0) + 1, **dict(zip(PLANNED, after, strict=True))}


Versions = list[tuple[int, int, tuple[Any, ...]]]


def _settle(work: Work, own: list[Trace], standing: Versions, after: tuple[Any, ...]) -> tuple[Versions, bool]:
    """Delete the upload's own newest versions, bring back those that were deleted; what stands then, and whether all of ours are done."""
    made = {trace.id: trace for trace in own if work.is_made(trace)}
    while standing and standing[0][1] in made and first_change(made[standing[0][1]]) is None:
        work.delete(made.pop(standing[0][1]))
        standing = standing[1:]
    back = sorted((trace for trace in own if work.is_unmade(trace)), key=lambda trace: int(trace.last_known("number")))
    left = len(back)
    for trace in back:
        number = int(trace.last_known("number"))
        if number == (standing[0][0] if standing else 0) + 1:
            work.insert(trace)
            standing = [(number, trace.id, tuple(trace.last_known(name) for name in PLANNED)), *standing]
            left -= 1
    return standing, not made and not left and (not back or standing[0][2] == after)
