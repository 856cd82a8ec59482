"""What taking back means for the review of months: a state that fell with the figures comes back with them, or it must be asked for again.

It comes back only where the report would say exactly what had been handed in or approved, and nothing has moved its state since.
"""

from __future__ import annotations

from exchange.services.inverse.items import Why
from exchange.services.inverse.traces import Trace, columns_of
from exchange.services.inverse.work import Work
from projects.models import MonthReport
from projects.workflow import VOIDED, State


def decide_reviews(work: Work) -> None:
    """Sort the reports that the plan touches: to which a former state comes back, and which must be handed in anew. No queries."""
    changed = {trace.id: values for trace, values in work.plan.updates.get(MonthReport, [])}
    touched = {trace.id: trace for trace, _values in work.plan.updates.get(MonthReport, [])}
    stays = [item for item in work.plan.staying if item.trace.model is MonthReport and item.why is not Why.LOCKED]
    touched |= {item.trace.id: item.trace for item in stays if item.trace.now is not None}
    for key, trace in sorted(touched.items()):
        former = _fallen(trace, work.withdrawn | {trace.upload_id})
        values = changed.get(key, {})
        if former is not None and values and _says_again(trace, former, values):
            work.plan.restored[key] = str(_then(trace, former, "state"))
        elif (former is not None and trace.value("state") == State.DRAFT) or (values and trace.value("state") in VOIDED):
            work.plan.unreviewed.append(key)


def _fallen(trace: Trace, withdrawn: frozenset[int]) -> int | None:
    """The place of the write before the one in which an upload that is taken back took the review away; None where none did, or it moved since."""
    moves = trace.moves("state")
    if not moves or moves[-1].old not in VOIDED or moves[-1].new != State.DRAFT:
        return None
    return moves[-1].at - 1 if trace.writes[moves[-1].at].upload_id in withdrawn else None


def _then(trace: Trace, at: int, name: str) -> object:
    values = trace.writes[at].values or ()
    return dict(zip(columns_of(trace.model), values, strict=True))[name]


def _says_again(trace: Trace, at: int, values: dict[str, object]) -> bool:
    """Whether the report, with these values given back, says in every column what it said when it was reviewed."""
    return all(values.get(name, trace.value(name)) == _then(trace, at, name) for name in columns_of(trace.model) if name != "state")
