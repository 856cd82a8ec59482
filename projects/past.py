"""Rows of any table as they were known, at a moment or a pinned cut, together with what they point to as it was known then.

A column over a relation (`project__name`) would be read from the row as it is now, and a row that is gone would take its lines with it.
So where a path leads through a table that keeps its past, a value of that past stands in for it, under the same name: filters, order and
columns ask as they always do. It is worked out only where it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Case, F, Model, OuterRef, QuerySet, Subquery, When

from accounts.api.resources import Known
from projects.history import REMOVED, State, rows_at, rows_ever
from projects.models import Cut, ReportingPeriod

# What a period is called never changes; to ask for its past at every month would cost and tell nothing.
_SAME_FOR_EVER: frozenset[type[Model]] = frozenset({ReportingPeriod})


def past(model: type[Model], known: Known, paths: Iterable[str] = ()) -> QuerySet[Any]:
    """The rows as they were known, with what stands at these paths."""
    return past_at(model, state_of(known), paths, with_gone=known.with_gone)


def state_of(known: Known) -> State:
    found: State = known.cut.state if known.cut is not None else known.moment
    return found


def past_at(model: type[Model], state: State, paths: Iterable[str] = (), *, with_gone: bool = False) -> QuerySet[Any]:
    told = paths if state is not None or with_gone else ()
    found: dict[str, Any] = {path: _then(model, path, state, with_gone=with_gone) for path in told}
    if with_gone and hasattr(model, "history") and any(one.name == "updated_at" for one in model._meta.concrete_fields):
        found["updated_at"] = Case(When(history_type=REMOVED, then=F("history_date")), default=F("updated_at"))
    rows = rows_ever(model, state) if with_gone else rows_at(model, state)
    return stand_in(rows, {path: value for path, value in found.items() if value is not None})


def stand_in(rows: QuerySet[Any], values: Mapping[str, Any]) -> QuerySet[Any]:
    """Rows where each of these values stands for what the path would find."""
    made = rows._chain()  # type: ignore[attr-defined]
    for path, value in values.items():
        # `alias()` would refuse the name of a column; the query itself asks its annotations first.
        made.query.add_annotation(value, path, select=False)
    return made  # type: ignore[no-any-return]


def _then(model: type[Model], path: str, state: State, *, with_gone: bool = False) -> Subquery | None:
    """What the path found in that state; None where it leads through nothing that has a past."""
    steps = path.split("__")
    at: Any = model
    for number, step in enumerate(steps[:-1], 1):
        at = at._meta.get_field(step).related_model
        rest = "__".join(steps[number:])
        if hasattr(at, "history") and at not in _SAME_FOR_EVER and rest not in ("id", "pk"):
            rows = past_at(at, state, [rest], with_gone=with_gone).filter(id=OuterRef("__".join(steps[:number]) + "_id"))
            return Subquery(rows.annotate(then=F(rest)).values("then")[:1], output_field=_final(at, rest))
    return None


def _final(model: Any, path: str) -> Any:
    *steps, last = path.split("__")
    for step in steps:
        model = model._meta.get_field(step).related_model
    found = model._meta.get_field(last)
    return found.target_field if found.is_relation else found


def find_cut(name: str) -> Cut | None:
    """The cut of this name, once it was taken."""
    return Cut.objects.filter(name=name).exclude(made_at=None).first()
