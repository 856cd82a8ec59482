"""How a project goes: what was planned and what was done month by month, what was reached and what was not, how it ended. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date
from decimal import Decimal

from projects.disclosure import Item
from projects.measures import overall_progress, round_half_up
from projects.values import Month
from reports.oc4ids.records import Facts, Paper, Reported, Trouble, YearPlan
from reports.oc4ids.values import Document, day, filled, first_day, last_day, period, plain, roughly, value, year_period

_PERCENT = {"name": "percent", "id": "P1", "scheme": "UNCEFACT"}
_FINISHED = frozenset({"done", "operate", "closed"})
_MIDDLE = 15  # the last day of the first half of a month


def forecasts(facts: Facts, shown: Collection[Item]) -> list[Document]:
    """How much was to be done since the start by the end of each year and month. Less what was done before, it is the plan."""
    if not {Item.ANNUAL_PLAN, Item.TOTAL, Item.PROGRESS} <= set(shown):
        return []
    told = [observation for rows in _by_year(facts.plans) for observation in _curve(rows, facts.total_wan)]
    return [{"id": "financialProgress", "title": "计划完成投资", "observations": told}] if told else []


def _by_year(plans: Iterable[YearPlan]) -> list[list[YearPlan]]:
    found: dict[int, list[YearPlan]] = {}
    for row in plans:
        found.setdefault(row.year, []).append(row)
    return [sorted(found[year], key=lambda row: row.month or 13) for year in sorted(found)]


def _curve(rows: list[YearPlan], total_wan: Decimal | None) -> list[Document]:
    """The months of a year added up, then the year. Without the figure that the year begins with nothing can be said."""
    begun = next((row.cum_prior_wan for row in rows if row.month is None and row.cum_prior_wan is not None), None)
    if begun is None:
        return []
    told, so_far = [], begun
    for row in rows:
        if row.plan_wan is None:
            continue
        if row.month is None:
            told.append(_observed(f"plan-{row.year}", year_period(row.year), begun + row.plan_wan, total_wan))
            continue
        so_far += row.plan_wan
        month = Month(row.year, row.month)
        told.append(_observed(f"plan-{month}", period(day(month.first_day), day(month.last_day)), so_far, total_wan))
    return told


def _observed(key: str, when: Document, cum_wan: Decimal, total_wan: Decimal | None) -> Document:
    """An amount done, with its share of the whole where that is known and may be told."""
    rate = overall_progress(cum_wan, total_wan)
    percent = {} if rate is None else {"measure": plain(round_half_up(rate * 100)), "unit": _PERCENT}
    return {"id": key, **percent, "value": value(cum_wan), "period": when}


def metrics(facts: Facts, shown: Collection[Item]) -> list[Document]:
    rows = sorted(facts.months, key=lambda row: (row.year, row.month, row.half or 3))
    total = facts.total_wan if Item.TOTAL in shown else None
    money = [_observed(_key(row), _when(row), row.cum_total_wan, total) for row in rows if row.cum_total_wan is not None]
    works = [_works(row, shown) for row in rows if row.percent is not None]
    found = [
        ("financialProgress", "累计完成投资", money if Item.PROGRESS in shown else []),
        ("physicalProgress", "形象进度", works if Item.PHYSICAL in shown else []),
    ]
    return [{"id": key, "title": title, "observations": told} for key, title, told in found if told]


def _works(row: Reported, shown: Collection[Item]) -> Document:
    notes = row.text.strip() if Item.PROGRESS_TEXT in shown else None
    return filled(id=_key(row), measure=plain(row.percent or Decimal(0)), unit=_PERCENT, period=_when(row), notes=notes)


def _key(row: Reported) -> str:
    return f"{Month(row.year, row.month)}{('', 'A', 'B')[row.half]}"


def _when(row: Reported) -> Document:
    month = Month(row.year, row.month)
    start = month.first_day if row.half != 2 else date(row.year, row.month, _MIDDLE + 1)
    end = month.last_day if row.half != 1 else date(row.year, row.month, _MIDDLE)
    return period(day(start), day(end))


# --- Milestones --------------------------------------------------------------------------------------------------------------------


def milestones(facts: Facts, shown: Collection[Item]) -> list[Document]:
    planned, actual = Item.PLAN_DATES in shown, Item.ACTUAL_DATES in shown
    told = [
        _reached("commencement", "开工", first_day, facts.baseline.start if planned else "", facts.actual_start if actual else "", known=actual),
        _reached("completion", "竣工", last_day, facts.baseline.finish if planned else "", facts.actual_finish if actual else "", known=actual),
    ]
    rows = [row for row in told if row is not None]
    if Item.STOPS in shown and facts.stage == "suspended":
        rows.append(_stopped(facts, with_reason=Item.OBSTACLES in shown))
    if Item.PERMITS in shown:
        rows += [_paper(row) for row in facts.papers if row.state != "not_needed"]
    if Item.OBSTACLES in shown:
        rows += [_trouble(row) for row in facts.troubles]
    return rows


def _reached(code: str, title: str, as_day: Callable[[str], str | None], planned: str, actual: str, *, known: bool) -> Document | None:
    """A point on the way. Whether it was reached is told only where the actual dates are public; then its silence says that it was not."""
    if not planned and not actual:
        return None
    words = "；".join(text for text in (roughly(planned) and f"计划：{roughly(planned)}", roughly(actual) and f"实际：{roughly(actual)}") if text)
    status = ("met" if actual else "scheduled") if known else None
    return filled(
        id=code,
        title=title,
        type="delivery",
        code=code,
        description=words,
        dueDate=as_day(planned),
        dateMet=as_day(actual),
        status=status,
    )


def _stopped(facts: Facts, *, with_reason: bool) -> Document:
    """停工、缓建 has no status of its own in the standard."""
    since = f"自{facts.stopped_on}起停工、缓建" if facts.stopped_on else "停工、缓建"
    reason = facts.stage_reason.strip() if with_reason else ""
    return filled(
        id="suspension",
        title="停工、缓建",
        type="delivery",
        description=f"{since}：{reason}" if reason else since,
        status="notMet",
    )


_PAPER_STATUS = {"held": "met", "expired": "notMet", "in_hand": "scheduled", "not_begun": "scheduled"}


def _paper(row: Paper) -> Document:
    words = "，".join(text for text in (row.issuer.strip(), row.doc_no.strip()) if text)
    return filled(
        id=f"permit-{row.id}",
        title=row.title,
        type="approval",
        code="projectApproval" if row.kind in ("feasibility", "filing") else None,
        description=words,
        dateMet=day(row.issued_on) if row.state in ("held", "expired") else None,
        status=_PAPER_STATUS.get(row.state),
    )


def _trouble(row: Trouble) -> Document:
    words = f"{row.text.strip()}（{row.resolution.strip()}）" if row.resolution.strip() else row.text.strip()
    return filled(
        id=f"obstacle-{row.id}",
        title="存在问题",
        type="delivery",
        description=words,
        dueDate=day(row.due_on),
        dateMet=day(row.resolved_on),
        status="met" if row.resolved_on else "scheduled",
    )


# --- The end -----------------------------------------------------------------------------------------------------------------------


def completion(facts: Facts, shown: Collection[Item]) -> Document:
    """When it was finished, and what it cost once its accounts are closed."""
    if Item.COMPLETION not in shown or facts.stage not in _FINISHED:
        return {}
    done = [row for row in facts.months if row.cum_total_wan is not None]
    last = max(done, key=lambda row: (row.year, row.month, row.half or 3)).cum_total_wan if done and facts.stage == "closed" else None
    return filled(
        endDate=last_day(facts.actual_finish),
        endDateDetails=roughly(facts.actual_finish),
        finalValue=value(last),
        finalValueDetails="自开工累计完成投资" if last is not None else None,
    )
