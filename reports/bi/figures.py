"""Figures laid flat in SQL: the lines of `reports.flat`, for PostgreSQL, always as known now.

The facts of a month are the very statement that `projects.monthly` puts in words, its month taken out and each month of the calendar put
in: it is put in words for two months that never were, and where the two differ stands the month. While nothing is marked, the kept sums
(which are those facts added up) answer instead. What is made of the sums is said here once more, in SQL; the tests hold each of it against
Python.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from projects.figures import with_figures, with_places
from projects.models import Project
from projects.moment import Moment
from projects.monthly import LIST_BITS, Sql, added_up, fact_rows
from projects.values import Month
from reports.bi.star import View, ViewColumn, flag, number, text, whole
from reports.figures import FIGURES
from reports.flat import UNITS
from reports.measured import Measure

_NEVER = (Month(1807, 11), Month(1803, 10))
_AMOUNTS = ("total", "plan", "month", "ytd", "cum", "own_plan")
_ROUGH = ("total", "month", "ytd", "cum")
_COUNTS = ("to_start", "begun", "started", "going_on", "finished")
_SUMS = ("n", *_COUNTS, *(name for amount in _AMOUNTS for name in (amount, f"{amount}_n")), *(f"{amount}_rough" for amount in _ROUGH))
_STEPS = {"assigned": "assign", "arrived": "arrive", "paid": "pay", "completed": "complete"}


def _ratio(part: str, of: str) -> str:
    """A ratio as `projects.measures.share` has it, with digits to spare."""
    return f"CASE WHEN {of} > 0 THEN {part}::numeric(60,30) / {of} END"


_RATE = _ratio("ytd_wan", "plan_wan")
_SCHEDULE = "((at % 12 + 1)::numeric(60,30) / 12)"
# Measure → what it is of the sums of a line, in 万元 and None where no project has it.
PROGRESS: dict[str, str] = {
    "count": "n",
    "total_wan": "total_wan",
    "plan_wan": "plan_wan",
    "month_wan": "month_wan",
    "ytd_wan": "ytd_wan",
    "cum_wan": "cum_wan",
    "not_reported": "n - ytd_n",
    "unreported_plan_wan": "CASE WHEN plan_wan IS NOT NULL THEN plan_wan - coalesce(own_plan_wan, 0) END",
    "rate": _RATE,
    "reported_rate": _ratio("ytd_wan", "own_plan_wan"),
    "schedule": f"CASE WHEN n > 0 THEN {_SCHEDULE} END",
    "difference": f"({_RATE} - {_SCHEDULE}) * 100",
    "schedule_ratio": f"({_RATE}) / {_SCHEDULE}",
    "progress": _ratio("cum_wan", "total_wan"),
}
LATER: dict[str, str] = {
    "due_wan": f"plan_wan * {_SCHEDULE}",
    "last_ytd_wan": "last_ytd_wan",
    "growth": f"({_ratio('ytd_wan', 'last_ytd_wan')}) - 1",
    "to_start": "to_start",
    "begun": "begun",
    "start_rate": _ratio("begun", "to_start"),
    "started": "started",
    "going_on": "going_on",
    "finished": "finished",
    "under_way_rate": _ratio("(started + going_on + finished)", "n"),
}
MONEY: dict[str, str] = {
    "bond_quota_wan": "quota_wan",
    "bond_issued_wan": "issued_wan",
    **{f"bond_{name}_wan": f"bond_{name}" for name in ("assigned", "arrived", "paid")},
    "central_given_wan": "given_wan",
    **{f"central_{name}_wan": f"central_{name}" for name in _STEPS},
    **{f"{name}_wan": f"all_{name}" for name in _STEPS},
    "waiting_wan": "all_assigned - all_arrived",
    "idle_wan": "all_arrived - all_paid",
    "paid_rate": _ratio("all_paid", "all_assigned"),
}
OF_CITY = ("bond_quota_wan", "bond_issued_wan", "central_given_wan")


# --- The facts of any month --------------------------------------------------------------------------------------------------------


def _facts() -> str:
    """The facts of the month `m`."""
    one, other = (_worded(month) for month in _NEVER)
    if one.text != other.text:
        raise ValueError("the statement of a month's facts depends on the month")
    places = zip(one.params, other.params, strict=True)
    return one.text % tuple(_literal(value) if value == beside else _of_month(value, beside) for value, beside in places)


def _worded(month: Month) -> Sql:
    """The statement, with versions that no list has: less than nothing, each kind its own, each month its own."""
    versions = [(-month.index * 10 - bit, kind) for kind, bit in LIST_BITS.items()]
    moment = Moment(month)
    found = fact_rows(with_places(with_figures(Project.objects.all(), moment), moment), moment, versions, both=False)
    # Joined tables are called after their month.
    return Sql(found.text.replace(f"report_of_{month.index}_", "report_of_m_").replace(f"plan_of_{month.year}", "plan_of_m"), found.params)


def _of_month(value: Any, beside: Any) -> str:
    """What stands for a value that the month decides."""
    told = {_meaning(value, _NEVER[0]), _meaning(beside, _NEVER[1])}
    if len(told) != 1:
        raise ValueError(f"a month's facts ask {value!r} and {beside!r}: what of the month is that?")
    return told.pop()


def _meaning(value: Any, month: Month) -> str:
    kinds = {-month.index * 10 - bit: kind for kind, bit in LIST_BITS.items()}
    if value in kinds:
        return f"SELECT e.version_id FROM in_effect e WHERE e.at = m.at AND e.kind = '{kinds[value]}'"  # noqa: S608 -- our own names
    known = {month.year: "m.year", month.month: "m.month", month.index: "m.at", month.last_day: "m.last_day", month.first_day: "m.first_day"}
    if value not in known:
        raise ValueError(f"a month's facts ask {value!r}: what of {month} is that?")
    return known[value]


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    return "'" + str(value).replace("'", "''") + "'"


# --- The lines ---------------------------------------------------------------------------------------------------------------------

_MONTHS = """SELECT t.year, t.month, t.year * 12 + t.month - 1 AS at, make_date(t.year, t.month, 1) AS first_day,
 (make_date(t.year, t.month, 1) + interval '1 month' - interval '1 day')::date AS last_day
 FROM projects_reportingperiod t WHERE EXISTS (SELECT 1 FROM projects_monthreport r WHERE r.period_id = t.id) GROUP BY t.year, t.month"""
_IN_EFFECT = """SELECT DISTINCT ON (m.at, v.list_id) m.at, v.id AS version_id, l.kind
 FROM months m JOIN projects_projectlist l ON l.year = m.year JOIN projects_listversion v ON v.list_id = l.id
 ORDER BY m.at, v.list_id, (v.as_of <= m.last_day) DESC, CASE WHEN v.as_of <= m.last_day THEN v.as_of END DESC,
 CASE WHEN v.as_of <= m.last_day THEN v.number END DESC, v.as_of, v.number"""
# Whether the kept sums do not say it: there are marks, or a month that nobody has folded yet.
_STALE = """SELECT (SELECT max(id) FROM projects_summarymark) IS NOT NULL
 OR EXISTS (SELECT 1 FROM months m WHERE NOT EXISTS (SELECT 1 FROM projects_summedmonth s WHERE s.at = m.at)) AS is_stale"""
_MONEY_ROWS = """FROM months m JOIN funding_fundentry f ON f.happened_on <= m.last_day JOIN funding_fundaccount a ON a.id = f.account_id
 JOIN projects_project p ON p.id = a.project_id LEFT JOIN funding_bond b ON b.id = a.bond_id LEFT JOIN funding_bondissue i ON i.id = b.issue_id
 LEFT JOIN funding_centralplan c ON c.id = a.plan_id WHERE i.year = m.year OR c.year = m.year GROUP BY GROUPING SETS ((m.at, p.unit_id), (m.at))"""
_CITY = """SELECT m.at, coalesce(q.quota, 0) AS quota, coalesce(d.issued, 0) AS issued, coalesce(c.given, 0) AS given,
 coalesce(c.is_rough, false) AS is_rough FROM months m
 LEFT JOIN LATERAL (SELECT sum(q.amount_wan) AS quota FROM funding_quotabatch q
  WHERE q.struck_at IS NULL AND q.year = m.year AND (q.given_on IS NULL OR q.given_on <= m.last_day)) q ON true
 LEFT JOIN LATERAL (SELECT sum(d.amount_wan) AS issued FROM funding_quotadraw d JOIN funding_quotabatch q ON q.id = d.batch_id
  WHERE q.struck_at IS NULL AND q.year = m.year AND (q.given_on IS NULL OR q.given_on <= m.last_day) AND d.drawn_on <= m.last_day) d ON true
 LEFT JOIN LATERAL (SELECT sum(c.amount_wan) AS given, bool_or(c.is_approximate) AS is_rough FROM funding_centralplan c
  WHERE c.struck_at IS NULL AND c.year = m.year AND (c.given_on IS NULL OR c.given_on <= m.last_day)) c ON true"""


def _wan(fen: str) -> str:
    return f"({fen} * 0.000001)"


def _money() -> str:
    columns = []
    for prefix, condition in (("bond", "a.source = 'bond' AND "), ("central", "a.source = 'central' AND "), ("all", "")):
        for name, step in _STEPS.items():
            columns.append(f"coalesce(sum(f.amount_wan) FILTER (WHERE {condition}f.step = '{step}'), 0) AS {prefix}_{name}")
    return f"SELECT m.at, p.unit_id, {', '.join(columns)} {_MONEY_ROWS}"


def _progress() -> str:
    """Sums by unit, and of the whole, from what is kept or from the facts."""
    sums = ", ".join(f"sum({name}) AS {name}" for name in _SUMS)
    columns = ", ".join(f"s.{name}" for name in _SUMS)
    kept = f"SELECT s.at, s.unit_id, {columns} FROM projects_monthsum s WHERE s.standing > 0 AND NOT (SELECT is_stale FROM stale)"  # noqa: S608
    facts = added_up(Sql(f"{_facts()} worked WHERE standing > 0"), ("at", "unit_id"), columns=_SUMS)
    plain = f"SELECT f.* FROM months m CROSS JOIN LATERAL ({facts.text}) f WHERE (SELECT is_stale FROM stale)"  # noqa: S608
    return f"SELECT at, unit_id, {sums} FROM ({kept} UNION ALL {plain}) parts GROUP BY GROUPING SETS ((at, unit_id), (at))"  # noqa: S608


def _gathered() -> str:
    """A line for each month and unit that has anything, and for the whole of each month."""
    keys = "SELECT at, unit_id FROM progress UNION SELECT at, unit_id FROM money UNION SELECT at, NULL FROM months"
    sums = [f"CASE WHEN g.{name}_n > 0 THEN {_wan(f'g.{name}')} END AS {name}_wan" for name in _AMOUNTS]
    rough = [f"coalesce(g.{name}_rough, 0) > 0 AS {name}_rough" for name in _ROUGH]
    money = [f"{_wan(f'coalesce(o.{prefix}_{name}, 0)')} AS {prefix}_{name}" for prefix in ("bond", "central", "all") for name in _STEPS]
    city = [f"{_wan(f'c.{name}')} AS {name}_wan" for name in ("quota", "issued", "given")]
    own = ["k.at", "k.unit_id", "coalesce(g.ytd_n, 0) AS ytd_n", *(f"coalesce(g.{name}, 0) AS {name}" for name in ("n", *_COUNTS))]
    listed = "EXISTS (SELECT 1 FROM in_effect e WHERE e.at = k.at{})"
    alike = f"{listed.format('')} = {listed.format(' - 12')}"  # both years' lists are here, or neither's
    own.append(f"CASE WHEN {alike} AND b.ytd_n > 0 AND (g.n > 0 OR k.unit_id IS NULL) THEN {_wan('b.ytd')} END AS last_ytd_wan")
    columns = [*own, *sums, *rough, *money, *city, "c.is_rough AS given_rough"]
    return (
        f"SELECT {', '.join(columns)} FROM ({keys}) k JOIN months m ON m.at = k.at JOIN city c ON c.at = k.at "  # noqa: S608
        "LEFT JOIN progress g ON g.at = k.at AND g.unit_id IS NOT DISTINCT FROM k.unit_id "
        "LEFT JOIN progress b ON b.at = k.at - 12 AND b.unit_id IS NOT DISTINCT FROM k.unit_id "
        "LEFT JOIN money o ON o.at = k.at AND o.unit_id IS NOT DISTINCT FROM k.unit_id"
    )


def _values() -> Iterator[str]:
    for key, one in FIGURES.items():
        rough = f"{one.rough}_rough" if isinstance(one, Measure) and one.rough else "given_rough" if key == "central_given_wan" else "false"
        of_city = "true" if key in OF_CITY else "false"
        yield f"('{key}', '{one.zh}', '{UNITS[one.kind]}', round(({ {**PROGRESS, **MONEY, **LATER}[key] })::numeric(60,30), 12), {rough}, {of_city})"


def source() -> str:
    """Where the view's rows come from."""
    parts = {"months": _MONTHS, "in_effect": _IN_EFFECT, "stale": _STALE, "progress": _progress(), "money": _money(), "city": _CITY}
    named = ", ".join(f"{name} AS ({told})" for name, told in {**parts, "gathered": _gathered()}.items())
    return (
        f"(WITH {named} SELECT h.at, h.unit_id, v.* FROM gathered h CROSS JOIN LATERAL (VALUES {', '.join(_values())}) "  # noqa: S608
        "v(measure, name, measured_in, value, is_approx, of_city) WHERE h.unit_id IS NULL OR NOT v.of_city) f "
        "LEFT JOIN accounts_reportingunit u ON u.id = f.unit_id WHERE true"
    )


COLUMNS: tuple[ViewColumn, ...] = (
    text("measure", "指标代码", "f.measure"),
    text("name", "指标", "f.name"),
    text("measured_in", "计量单位；1=100% 是比率，1 即百分之百", "f.measured_in"),
    text("year_month", "月份", "((f.at / 12)::text || '-' || lpad((f.at % 12 + 1)::text, 2, '0'))"),
    whole("year", "年份", "(f.at / 12)"),
    whole("month", "月", "(f.at % 12 + 1)"),
    whole("unit_id", "填报单位，见 bi_unit；空为全市合计，每个项目只计一次", "f.unit_id"),
    text("unit_key", "单位代码", "coalesce(u.key, '')"),
    number("value", "数值；空是没有报，不是0", "f.value"),
    flag("is_approx", "含约数", "f.is_approx"),
)
FIGURES_VIEW = View(
    "bi_figures",
    "指标（每个指标每个月每个单位一行，另有全市合计；与页面、Excel、接口同一个数；比率和各月不能相加）",
    COLUMNS,
    source,
    unit="f.unit_id",
    only="postgresql",
)
