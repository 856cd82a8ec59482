"""Month totals that are kept (`MonthFact`, `MonthSum`), and why what is read from them is never wrong.

Three levels hold the same figures: the plain rows worked out of the records (`projects.monthly`), a fact for each project and month, and
sums of the facts. Triggers mark, inside the transaction of every write and through whichever door it comes, which projects a write may
have changed. A reader adds: the sums, less the facts of the marked projects, plus their plain rows. That equals the plain aggregate

    since sums = facts          only `fold` and `rebuild` write either, both in one transaction, one at a time;
    and facts = plain rows      of every project without a mark.

and so it does before, during and after folding, in the writer's own transaction and in any other. `fold` takes marks, works the marked
projects out again and moves the sums by the difference: it makes reading quick and changes no answer. It takes exactly the marks that its
first statement sees, with the writes behind them; whatever is written while it works has a mark of its own that stays. Two folds would
write the same sums, so a second one leaves at once (a lock that is tried, not waited for), and since a fold writes nothing that a writer
touches, neither can keep the other waiting: no deadlock, nothing lost. Writers only append marks, so two uploads do not meet here at all.

Each answer is one statement: what it adds up is of one snapshot, also while others commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import add
from typing import Any

from django.db import connection
from django.db.models import Q

from projects.models import MonthFact, SummedMonth
from projects.monthly import FACT_COLUMNS, KEYS, SUMS, Scope, Sql, added_up, facts_of_month, marked_ids
from projects.values import Month

_FINEST = frozenset({"unit_id", "sector_id"})  # what tells nearly every kept row of a month from every other
BY_PROJECT = (*KEYS, "stage")  # keys of what is read from the facts, which know the stage


def kept_months() -> list[Month]:
    """The months of which totals are kept. One query."""
    return [Month.from_index(at) for at in SummedMonth.objects.order_by("at").values_list("at", flat=True)]


def told(
    months: Sequence[Month], keys: Sequence[str], columns: Sequence[str], where: Sql | None = None, *, by_project: bool = False
) -> list[tuple[Any, ...]]:
    """Kept months added up by some keys of `KEYS` (of `BY_PROJECT`, read from the facts): the keys, then columns of `MonthSum`.

    Amounts are whole 分. One statement, or two while there are marks. Whoever asks has made sure that the months are kept; without keys
    there is one row, and its amounts are None where nothing was found.
    """
    asked = tuple(dict.fromkeys(("n", *columns)))
    put = _as_kept if not by_project and set(keys) >= _FINEST else _grouped
    # By its greatest number a mark is found at once; an EXISTS would wade through all that was folded and not yet vacuumed away.
    last = "CASE WHEN (SELECT MAX(id) FROM projects_summarymark) IS NULL THEN 0 ELSE 1 END"
    rows = ask(put(kept(months, asked, by_project=by_project), keys, columns, where, last))
    marked = rows[0][-1] if rows else ask(Sql(f"SELECT {last}"))[0][0]
    if marked:
        rows = ask(put(corrected(months, asked, by_project=by_project), keys, columns, where, "0"))
    return _added_up(rows, len(keys), len(keys) + columns.index("n")) if put is _as_kept else [row[:-1] for row in rows]


def _grouped(rows: Sql, keys: Sequence[str], columns: Sequence[str], where: Sql | None, last: str) -> Sql:
    asked = ", ".join([*keys, *(f"CAST(SUM({column}) AS bigint)" for column in columns), last])
    condition = where or Sql("1 = 1")
    group = f" GROUP BY {', '.join(keys)} HAVING SUM(n) <> 0" if keys else ""
    return Sql(f"SELECT {asked} FROM ({rows.text}) told WHERE {condition.text}{group}", (*rows.params, *condition.params))  # noqa: S608


def _as_kept(rows: Sql, keys: Sequence[str], columns: Sequence[str], where: Sql | None, last: str) -> Sql:
    """Row by row. By unit and sector hardly two rows are of one key, and to group them takes the database ten times as long as to read them."""
    condition = where or Sql("1 = 1")
    text = f"SELECT {', '.join((*keys, *columns, last))} FROM ({rows.text}) told WHERE {condition.text}"  # noqa: S608 -- our own names
    return Sql(text, (*rows.params, *condition.params))


def _added_up(rows: Iterable[tuple[Any, ...]], start: int, count: int) -> list[tuple[Any, ...]]:
    """Rows of one key added up, without the last column; what no project is behind any more is left out."""
    told = list(rows)
    found = dict(zip((row[:start] for row in told), told, strict=True))
    if len(found) < len(told):
        found = {}
        for row in told:
            key = row[:start]
            found[key] = (*key, *map(add, found[key][start:], row[start:])) if key in found else row
    return [row[:-1] for row in found.values() if row[count]]


def kept(months: Sequence[Month], columns: Iterable[str] = SUMS, *, by_project: bool = False) -> Sql:
    """What is kept of some months: keys, then columns of `MonthSum`."""
    at = ", ".join(str(month.index) for month in months)
    if by_project:  # fact by fact: they are added up once, by what is asked
        amounts = ", ".join(f"{SUMS[name]} AS {name}" for name in columns)
        return Sql(f"SELECT {', '.join(BY_PROJECT)}, {amounts} FROM projects_monthfact WHERE at IN ({at})")  # noqa: S608 -- our own names
    return Sql(f"SELECT {', '.join((*KEYS, *columns))} FROM projects_monthsum WHERE at IN ({at})")  # noqa: S608 -- our own names


def corrected(months: Sequence[Month], columns: Iterable[str] = SUMS, *, by_project: bool = False) -> Sql:
    """What is kept of some months, less what is kept of marked projects, plus what these count for now."""
    keys = BY_PROJECT if by_project else KEYS
    parts = [kept(months, columns, by_project=by_project)]
    for month in months:
        parts.append(added_up(stored_facts(month, Q(project_id__in=marked_ids(month))), keys, sign=-1, columns=columns))
        parts.append(added_up(_named(facts_of_month(month, Scope.MARKED)), keys, columns=columns))
    return Sql(" UNION ALL ".join(part.text for part in parts), tuple(value for part in parts for value in part.params))


def plain(month: Month, *, by_project: bool = False, sign: int = 1) -> Sql:
    """The plain aggregate of a month, from the records alone."""
    return added_up(_named(facts_of_month(month)), BY_PROJECT if by_project else KEYS, sign=sign)


def stored_facts(month: Month, which: Q) -> Sql:
    """Facts as they are kept."""
    text, params = MonthFact.objects.filter(which, at=month.index).values_list(*FACT_COLUMNS).query.sql_with_params()
    return Sql(f"({text}) stored", tuple(params))


def _named(facts: Sql) -> Sql:
    return Sql(f"{facts.text} worked", facts.params)


def ask(statement: Sql) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement.text, statement.params)
        return list(cursor.fetchall())


@dataclass(frozen=True, slots=True)
class Difference:
    """Keys whose kept totals are not the plain aggregate: the keys, then each column of `MonthSum` kept less plain."""

    month: Month
    by_project: bool
    row: tuple[Any, ...]


def differences(months: Iterable[Month]) -> list[Difference]:
    """Where what readers are told of kept months is not the plain aggregate: in the sums, and in the facts with their stage."""
    return [found for month in months for by_project in (False, True) for found in _compared(month, by_project=by_project)]


def _compared(month: Month, *, by_project: bool) -> list[Difference]:
    """One statement, so that both sides are of one snapshot."""
    keys = ", ".join(BY_PROJECT if by_project else KEYS)
    read, right = corrected([month], by_project=by_project), plain(month, by_project=by_project, sign=-1)
    columns = ", ".join(f"CAST(SUM({name}) AS bigint)" for name in SUMS)
    apart = " OR ".join(f"SUM({name}) <> 0" for name in SUMS)
    text = f"SELECT {keys}, {columns} FROM ({read.text} UNION ALL {right.text}) sides GROUP BY {keys} HAVING {apart}"  # noqa: S608
    return [Difference(month, by_project, row) for row in ask(Sql(text, (*read.params, *right.params)))]
