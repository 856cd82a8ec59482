"""Carries an inverse plan out: rows that go, then cells, then rows that come back, then the ledger. Queries do not grow with the rows.

Runs in the caller's transaction; each row's revision is compared, and each leaves its history. After some rows it tells how many places
are done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from django.db import models

from exchange import bulk
from exchange.services.inverse import Inversion, Model, Trace
from exchange.services.inverse.traces import WRITTEN
from exchange.services.progress import UNWATCHED, Unwatched
from funding.services.ledger import Posting, post
from projects.models import MonthReport, PlanVersion, Source
from projects.services.batches import blank_row
from projects.services.voiding import tell_restored, tell_voided
from projects.values import fen_to_wan
from projects.workflow import VOIDED, State, after_edit

AT_ONCE = 2000  # rows of one statement: after each it is told how many places are done

Row = TypeVar("Row")


class _Teller:
    """Says after each statement how many of the plan's places it has brought."""

    def __init__(self, plan: Inversion, watch: Unwatched) -> None:
        self._places = Counter(id(item.trace) for item in plan.going)
        self._watch = watch
        self._done = 0

    def each(self, rows: Sequence[Row], trace_of: Callable[[Row], Trace]) -> Iterator[Sequence[Row]]:
        """Parts of the rows; when the next part is asked for, the one before is done."""
        for start in range(0, len(rows), AT_ONCE):
            part = rows[start : start + AT_ONCE]
            yield part
            self._done += sum(self._places.pop(id(trace_of(row)), 0) for row in part)
            self._watch.tell(self._done)


Valued = tuple[Trace, dict[str, Any]]


def execute(plan: Inversion, source: Source, watch: Unwatched = UNWATCHED) -> None:
    """Write the inverse plan."""
    states = _void(plan)
    restored = _restore(plan)
    teller = _Teller(plan, watch)
    for model in WRITTEN:
        for traces in teller.each(plan.deletes.get(model, []), lambda trace: trace):
            bulk.delete(model, [(trace.id, trace.revision or 0) for trace in traces], source=source)
    for model in WRITTEN:
        _update(model, plan.updates.get(model, []), source, teller)
    for model in reversed(WRITTEN):
        _insert(model, plan.inserts.get(model, []), source, teller)
    _replan(plan.replanned, source)
    tell_voided(states, source=source)
    tell_restored(restored, source=source)
    _post(plan, source)
    watch.tell(len(plan.going))


def _post(plan: Inversion, source: Source) -> None:
    """What goes back in the ledger: reversing entries, and entries posted again on the days they had."""
    post(
        [
            Posting(key, change.step, fen_to_wan(change.amount_fen), change.on, fen_to_wan(change.capital_fen), document, reverses_id=change.reverses)
            for key, change, document in plan.postings
        ],
        source=source,
    )


def _trace_of(row: Valued) -> Trace:
    return row[0]


def _void(plan: Inversion) -> dict[int, str]:
    """Reports that were handed in and lose a figure go back to draft, as after any edit. Report id → its state before."""
    states = {}
    for trace, values in plan.updates.get(MonthReport, []):
        state = str(trace.value("state"))
        if state in VOIDED and trace.id not in plan.restored:
            values["state"] = after_edit(State(state)).value
            states[trace.id] = state
    return states


def _restore(plan: Inversion) -> dict[int, tuple[str, str]]:
    """Reports that say again what was reviewed stand again where they stood, in the write that gives the figures back. Id → (from, to)."""
    states = {}
    for trace, values in plan.updates.get(MonthReport, []):
        if trace.id in plan.restored:
            values["state"] = plan.restored[trace.id]
            states[trace.id] = (str(trace.value("state")), plan.restored[trace.id])
    return states


def _stored(model: Model, name: str, value: Any) -> Any:
    column = next(one for one in model._meta.concrete_fields if one.attname == name)
    return bulk.as_column(column.get_prep_value(value))


def _columns(model: Model) -> dict[str, models.Field[Any, Any]]:
    return {one.attname: one for one in model._meta.concrete_fields}


def _update(model: Model, rows: Sequence[Valued], source: Source, teller: _Teller) -> None:
    """Rows that change the same columns together."""
    known = _columns(model)
    groups: dict[tuple[str, ...], list[Valued]] = {}
    for row in rows:
        groups.setdefault(tuple(row[1]), []).append(row)
    for names, group in groups.items():
        columns = [known[name] for name in names]
        for part in teller.each(group, _trace_of):
            given = [
                [trace.id, trace.revision, *(bulk.as_column(column.get_prep_value(values[column.attname])) for column in columns)]
                for trace, values in part
            ]
            bulk.update(model, [str(column.column) for column in columns], given, source=source)


def _insert(model: Model, rows: Sequence[Valued], source: Source, teller: _Teller) -> None:
    """Rows come back under their own ids, with a revision above all they had: an old form or plan can't take them for the former."""
    if not rows:
        return
    known = _columns(model)
    blank = blank_row(model, bulk)
    places = list(blank)
    for part in teller.each(sorted(rows, key=lambda row: row[0].id), _trace_of):
        full = []
        for trace, values in part:
            row = {**blank, **{str(known[name].column): bulk.as_column(known[name].get_prep_value(value)) for name, value in values.items()}}
            row["id"] = trace.id
            row["revision"] = max(write.revision for write in trace.writes) + 1
            full.append([row[place] for place in places])
        bulk.insert(model, places, full, source=source)


def _replan(replanned: dict[int, dict[str, Any]], source: Source) -> None:
    """A plan version for each project whose figures have moved under later versions."""
    if not replanned:
        return
    blank = blank_row(PlanVersion, bulk)
    ids = bulk.take_ids(PlanVersion, len(replanned))
    rows = []
    for key, (project_id, values) in zip(ids, sorted(replanned.items()), strict=True):
        stored = {name: _stored(PlanVersion, name, value) for name, value in values.items()}
        rows.append(list({**blank, "id": key, "project_id": project_id, "reason": source.reason[:300], **stored}.values()))
    bulk.insert(PlanVersion, list(blank), rows, source=source)
