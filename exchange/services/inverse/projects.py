"""Projects on the inverse plan: one that the upload made goes whole or stays whole; of the others the cells go back."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language

from exchange.services.inverse.hanging import Hung, hanging
from exchange.services.inverse.items import Item, Model, Why, approval_since, first_change, hangs
from exchange.services.inverse.obstacles import Months, alive, closed_months, taken
from exchange.services.inverse.traces import Trace
from exchange.services.inverse.work import Work
from projects.models import MonthReport, Project


def decide_projects(work: Work) -> None:
    _close_gone(work)
    _made(work)
    _returning(work)
    _cells(work)


def _close_gone(work: Work) -> None:
    """Rows of projects that somebody deleted since: said once for each project. Those that we deleted are dealt with below."""
    stored = alive(trace.project_id for rows in work.traces.values() for trace in rows)
    unmade = {trace.id for trace in work.traces[Project] if (write := trace.existence()) is not None and write.kind == "-"}
    models: tuple[Model, ...] = (Project, *work.traces)
    for model in models:
        for trace in work.traces[model]:
            key = trace.project_id
            if key in stored or key in work.closed:
                continue
            if key not in unmade:
                work.plan.items.append(Item(trace, None, None, Why.GONE, trace.writes[-1] if model is Project else None))
                work.closed.add(key)
            elif not work.redo:
                work.closed.add(key)


def _made(work: Work) -> None:
    made = [trace for trace in work.open_rows(Project) if work.is_made(trace)]
    children: dict[int, list[Trace]] = {trace.id: [] for trace in made}
    for model, rows in work.traces.items():
        for trace in rows if model is not Project else ():
            if trace.project_id in children:
                children[trace.project_id].append(trace)
    locked = closed_months(row.month for rows in children.values() for row in rows if row.model is MonthReport)
    hung = hanging(Project, list(children), work.own)
    below = _hanging_below(work, children)
    for trace in made:
        rows = children[trace.id]
        thing = hung.get(trace.id) or below.get(trace.id)
        trouble = _trouble(trace, rows, locked) or (hangs(trace, thing) if thing is not None else None)
        work.closed.add(trace.id)
        if trouble is not None:
            work.plan.items.append(trouble)
            continue
        work.plan.items.append(Item(trace, None, None))
        for row in (*rows, trace):
            if row.now is not None:
                work.delete(row)


def _trouble(project: Trace, children: list[Trace], locked: Months) -> Item | None:
    """Why a project that the upload made has to stay whole: something of it changed, a month locked or approved."""
    for row in (project, *children):
        if row.now is None:
            write = row.writes[-1]
            if write.upload_id != row.upload_id:
                return Item(project, None, None, Why.CHANGED, write, row.model._meta.label_lower)
            continue
        name = first_change(row)
        if name is not None:
            return Item(project, None, None, Why.CHANGED, row.changed_by(name), f"{row.model._meta.label_lower}:{name}")
        if row.model is MonthReport and row.month in locked:
            return Item(project, None, None, Why.LOCKED, None, locked[row.month].said(get_language() or "zh"))
        approved = approval_since(row)
        if approved is not None:
            return Item(project, None, None, Why.APPROVED, approved)
    return None


def _hanging_below(work: Work, children: dict[int, list[Trace]]) -> dict[int, Hung]:
    """For each project what hangs on the rows that the upload gave it."""
    owners: dict[Model, dict[int, int]] = {}
    for key, rows in children.items():
        for row in rows:
            owners.setdefault(row.model, {})[row.id] = key
    found: dict[int, Hung] = {}
    for model, keys in owners.items():
        for target, thing in hanging(model, sorted(keys), work.own).items():
            found.setdefault(keys[target], thing)
    return found


def _returning(work: Work) -> None:
    back = [trace for trace in work.open_rows(Project) if work.is_unmade(trace)]
    gone = work.taken(Project, back)
    for trace in back:
        if trace.id in gone:
            work.closed.add(trace.id)
            work.stay(trace, Why.TAKEN)
        else:
            work.returning.add(trace.id)
            work.go(trace)


def _cells(work: Work) -> None:
    decided = [(trace, work.cells(trace)) for trace in work.open_rows(Project) if trace.now is not None]
    wanted: dict[tuple[Any, ...], tuple[int, list[Item]]] = {}
    for trace, items in decided:
        key = next((item.target for item in items if item.column == "name_key" and item.why is None), None)
        if key is not None:
            wanted[(trace.value("unit_id"), key)] = trace.id, [item for item in items if item.column in {"name", "name_key"}]
    leaving = {trace.id for trace in work.plan.deletes.get(Project, [])}
    for place, holder in taken(Project, list(wanted)).items() if wanted else ():
        own, names = wanted[place]
        if holder not in leaving | {own}:
            for item in names:
                item.why = Why.TAKEN
    for trace, items in decided:
        work.change(trace, items)
