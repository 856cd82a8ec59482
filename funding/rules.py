"""The rules of money (domain.md, rules 16 and 51 to 66): one function each, run alike by forms, the check page and the upload. Pure.

A rule takes a frozen record and limits and says what it has to; it raises nothing and reads no clock and no database. What the ledger
holds by itself (51, 52, 59, 60, 63) is kept here for what comes through other doors, and as a second reckoning of what is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from funding import wording as wording  # every code a rule may say is worded once rules are imported
from funding.measures import exact_text
from funding.records import (
    APPROVAL,
    BLOCK,
    DIRECT_KINDS,
    PAPERS,
    AccountRecord,
    AdjustmentRecord,
    Areas,
    BondRecord,
    DossierRecord,
    Limits,
    PlanRecord,
    ShareRecord,
    YearRecord,
)
from funding.schedule import matures_on, months_after
from projects.findings import Finding
from projects.measures import number_text, plain_text
from projects.rules.money import capital_low, least_capital
from projects.rules.saying import Said, blocks, reason
from projects.workflow import Holidays, workdays_after, workdays_between

_HUNDRED = Decimal(100)
_MOVED_DAYS = 31  # by which a day is moved for holidays at most
_PAPER_WORDS = {"plan": ("实施方案", "project plan"), "finance": ("财务评估报告", "financial report"), "legal": ("法律意见书", "legal opinion")}
_FREQUENCIES = {1: ("按年", "yearly"), 2: ("按半年", "half-yearly")}
_MANNERS = {"direct": ("直接投资", "direct investment"), "capital": ("资本金注入", "capital injection")}
_APPROVALS = {"verification": ("核准", "verification"), "filing": ("备案", "filing")}


def said_by(*answers: Said) -> list[Finding]:
    """What several rules said, in their order."""
    found: list[Finding] = []
    for said in answers:
        if isinstance(said, Finding):
            found.append(said)
        elif said:
            found.extend(said)
    return found


def capital_enough(
    capital_wan: Decimal | None, total_wan: Decimal | None, sector: str | None, ratios: Mapping[str, Decimal], kind: str = "infrastructure"
) -> Said:
    """Rule 16: a finance plan's capital over its total is not below the least ratio of its sector (`Thresholds.capital_ratio_min_percent`)."""
    return capital_low(capital_wan, total_wan, least_capital(kind, sector, ratios))


# --- Bonds -------------------------------------------------------------------------------------------------------------------------


def issued_within_quota(year: YearRecord, limits: Limits) -> Said:
    """Rule 51: what was issued in a year is within its quota."""
    if year.issued_wan <= year.quota_wan:
        return None
    return blocks("bond_over_quota", "amount_wan", year=year.year, issued=exact_text(year.issued_wan), quota=exact_text(year.quota_wan))


def allocations_add_up(bond: BondRecord, limits: Limits) -> Said:
    """Rule 52: what projects got of a bond adds up to it."""
    if bond.assigned_wan == bond.amount_wan:
        return None
    return blocks("allocations_differ", "amount_wan", bond=bond.name, assigned=exact_text(bond.assigned_wan), amount=exact_text(bond.amount_wan))


def term_allowed(bond: BondRecord, limits: Limits) -> Said:
    """Rule 53: a bond's term is one of those allowed."""
    if bond.years is None or bond.years in limits.bond_terms_years:
        return None
    return blocks("bond_term", "years", years=bond.years, terms="、".join(map(str, limits.bond_terms_years)))


def coupon_usual(bond: BondRecord, limits: Limits) -> Said:
    """Rule 54: the coupon lies between the bounds, and interest is paid as often as is usual for the term."""
    least, most, rate = limits.coupon_min_percent, limits.coupon_max_percent, bond.rate_percent
    said: list[Finding] = []
    if rate is not None and not least <= rate <= most:
        said.append(reason("coupon_unusual", "rate_percent", rate=plain_text(rate), least=plain_text(least), most=plain_text(most)))
    usual = _usual_frequency(bond.years, limits)
    if usual is not None and bond.per_year is not None and bond.per_year != usual:
        zh, en = _FREQUENCIES[usual]
        said.append(reason("frequency_unusual", "per_year", years=bond.years, usual_zh=zh, usual_en=en))
    return tuple(said)


def _usual_frequency(years: int | None, limits: Limits) -> int | None:
    """Payments a year by convention; None between the two."""
    if years is None:
        return None
    if years <= limits.interest_yearly_max_term:
        return 1
    return 2 if years >= limits.interest_half_yearly_min_term else None


def use_area_listed(bond: BondRecord, areas: Areas) -> Said:
    """Rule 61: the field is in the year's list, where that year has one, and not in its negative list."""
    if bond.area is None:
        return None
    if bond.area in areas.forbidden:
        return reason("area_forbidden", "use_area", what=bond.name, year=bond.year, area=areas.forbidden[bond.area])
    if not areas.allowed or bond.area in areas.allowed:
        return None
    return reason("area_not_listed", "use_area", area=bond.area_name or bond.area, year=bond.year, listed="、".join(areas.allowed.values()))


def days_in_order(bond: BondRecord, limits: Limits) -> Said:
    """A bond's value day is not before its tender, neither is far from the year of its issue, and it matures when its term has passed."""
    tender, value = bond.tender_on, bond.value_on
    if tender is not None and value is not None and value < tender:
        return blocks("value_before_tender", "value_on", value=f"{value:%Y-%m-%d}", tender=f"{tender:%Y-%m-%d}")
    for name, day in (("tender_on", tender), ("value_on", value)):
        if day is not None and bond.year is not None and abs(day.year - bond.year) > 1:
            return blocks("bond_day_far", name, day=f"{day:%Y-%m-%d}", year=bond.year)
    return _maturity_fits(bond)


def _maturity_fits(bond: BondRecord) -> Said:
    """A stated maturity is the end of the term, but for a day that was moved for a holiday."""
    if bond.value_on is None or bond.matures_on is None or not bond.years or bond.value_on.year + bond.years > date.max.year:
        return None
    right = matures_on(bond.value_on, bond.years)
    if abs((bond.matures_on - right).days) <= _MOVED_DAYS:
        return None
    told = {"value": f"{bond.value_on:%Y-%m-%d}", "years": bond.years, "right": f"{right:%Y-%m-%d}", "found": f"{bond.matures_on:%Y-%m-%d}"}
    return blocks("maturity_not_term", "matures_on", **told)


def capital_share_within(year: YearRecord, limits: Limits) -> Said:
    """Rule 58: of a year's new special bonds no more is used as capital than the ceiling allows."""
    most = limits.bond_capital_share_max_percent
    over = year.capital_wan - year.issued_wan * most / _HUNDRED
    if over <= 0:
        return None
    share = number_text(year.capital_wan * _HUNDRED / year.issued_wan, 2) if year.issued_wan > 0 else "—"
    return reason("capital_share_high", "capital_wan", year=year.year, share=share, most=plain_text(most), over=exact_text(over))


def chain_held(account: AccountRecord, limits: Limits) -> Said:
    """Rule 59: no more is spent than was transferred, no more transferred than allocated."""
    return _chain(account, "spent_over_transferred")


def adjustment_documented(adjustment: AdjustmentRecord, limits: Limits) -> Said:
    """Rule 60: an adjustment of use has its approval document."""
    return None if adjustment.doc_no.strip() else blocks("adjustment_undocumented", "doc_no", amount=exact_text(adjustment.amount_wan))


def _chain(account: AccountRecord, code: str) -> Said:
    if account.paid_wan <= account.arrived_wan <= account.assigned_wan:
        return None
    names = ("assigned", "arrived", "paid")
    amounts = {name: exact_text(getattr(account, f"{name}_wan")) for name in names}
    return blocks(code, "amount_wan", project=account.project, fund=account.fund, **amounts)


# --- What a project shows for bond money -------------------------------------------------------------------------------------------


def coverage_above_one(dossier: DossierRecord, limits: Limits) -> Said:
    """Rule 55: income covers principal and interest."""
    coverage, least = dossier.coverage, limits.coverage_min
    if coverage is None or coverage >= least:
        return None
    return blocks("coverage_below_one", "coverage", project=dossier.project, coverage=plain_text(coverage), least=number_text(least, 1))


def coverage_advised(dossier: DossierRecord, limits: Limits) -> Said:
    """Rule 56: income covers principal and interest by as much as reviews ask for."""
    coverage, advised = dossier.coverage, limits.coverage_advised
    if coverage is None or not limits.coverage_min <= coverage < advised:
        return None
    return reason("coverage_low", "coverage", project=dossier.project, coverage=plain_text(coverage), advised=plain_text(advised))


def papers_complete(dossier: DossierRecord, limits: Limits) -> Said:
    """Rule 57: the plan and the two opinions are there when money is allocated."""
    lacking = [kind for kind in PAPERS if kind not in dossier.papers]
    if not lacking:
        return None
    names = [_PAPER_WORDS[kind] for kind in lacking]
    told = {"lacking_zh": "、".join(zh for zh, _en in names), "lacking_en": ", ".join(en for _zh, en in names)}
    return reason("papers_incomplete", "papers", project=dossier.project, **told)


def income_expected(dossier: DossierRecord, limits: Limits) -> Said:
    """Rule 62: a project with bond money expects some income."""
    if dossier.sources or (dossier.income_wan is not None and dossier.income_wan > 0):
        return None
    return reason("income_missing", "income_wan", project=dossier.project)


def bond_money_within(dossier: DossierRecord, limits: Limits) -> Said:
    """A project has no more of bonds than it costs, nor than its finance plan expects of them."""
    said: list[Finding] = []
    for code, most in (("money_over_total", dossier.total_wan), ("money_over_finance_plan", dossier.planned_wan)):
        if most is not None and dossier.given_wan > most:
            told = {"given": exact_text(dossier.given_wan), "most": exact_text(most), "over": exact_text(dossier.given_wan - most)}
            said.append(reason(code, "amount_wan", project=dossier.project, **told))
    return tuple(said)


def income_over_cost(dossier: DossierRecord) -> Said:
    """Expected income is not below the expected cost of running the project."""
    income, cost = dossier.income_wan, dossier.cost_wan
    if income is None or cost is None or income >= cost:
        return None
    return reason("income_below_cost", "income_wan", project=dossier.project, income=exact_text(income), cost=exact_text(cost))


def income_adds_up(dossier: DossierRecord) -> Said:
    """Expected income is what its sources come to, where each of them says how much."""
    income, listed = dossier.income_wan, dossier.sources_wan
    if income is None or listed is None or income == listed:
        return None
    told = {"income": exact_text(income), "listed": exact_text(listed), "gap": exact_text(abs(income - listed))}
    return reason("income_differs", "income_wan", project=dossier.project, **told)


def not_forbidden(dossier: DossierRecord, areas: Areas) -> Said:
    """Rule 61, of a project: it does not fall under the negative list, where that year has one."""
    if not dossier.negative_item or not areas.forbidden:
        return None
    return reason("area_forbidden", "negative_item", what=dossier.project, year=dossier.year, area=dossier.negative_item)


def fit_for_bonds(dossier: DossierRecord, limits: Limits, areas: Areas) -> list[Finding]:
    """All that is asked of a project when it gets bond money: rules 55, 56, 57, 61 and 62, and that it is not too much."""
    answers = (rule(dossier, limits) for rule in (coverage_above_one, coverage_advised, papers_complete, income_expected, bond_money_within))
    return said_by(*answers, not_forbidden(dossier, areas))


# --- Central budget ----------------------------------------------------------------------------------------------------------------


def central_order(account: AccountRecord, limits: Limits) -> Said:
    """Rule 63: paid ≤ arrived ≤ issued."""
    return _chain(account, "central_order")


def manner_fits_approval(share: ShareRecord, limits: Limits) -> Said:
    """Rule 64: direct investment and capital injection go to projects under the approval procedure (发改投资规〔2020〕518号)."""
    if share.manner not in DIRECT_KINDS or not share.approval_kind or share.approval_kind == APPROVAL:
        return None
    manner = _MANNERS[share.manner]
    approval = _APPROVALS.get(share.approval_kind, (share.approval_kind, share.approval_kind))
    told = {"manner_zh": manner[0], "manner_en": manner[1], "approval_zh": approval[0], "approval_en": approval[1]}
    return blocks("approval_required", "project", project=share.project, **told)


def decompose_limit(plan: PlanRecord, limits: Limits) -> int:
    """Working days within which a plan is to be decomposed."""
    return limits.central_decompose_days.get(plan.allotment, limits.central_decompose_days[BLOCK])


def decompose_by(plan: PlanRecord, limits: Limits, holidays: Holidays) -> date | None:
    """The last day for it; None where nobody knows when the plan came."""
    return None if plan.given_on is None else workdays_after(plan.given_on, decompose_limit(plan, limits), holidays)


def decomposed_in_time(plan: PlanRecord, limits: Limits, holidays: Holidays, until: date) -> Said:
    """Rule 65: a plan is decomposed to projects within so many working days."""
    due, left = decompose_by(plan, limits, holidays), plan.amount_wan - plan.decomposed_wan
    if due is None or plan.given_on is None or left <= 0 or until <= due:
        return None
    rest = exact_text(left, approx=plan.is_approximate)
    told = {"limit": decompose_limit(plan, limits), "days": workdays_between(plan.given_on, until, holidays), "left": rest}
    return reason("plan_not_decomposed", "given_on", plan=plan.name, **told)


def start_by(share: ShareRecord, limits: Limits) -> date | None:
    """The last day for a project under a plan to start."""
    return None if share.given_on is None else months_after(share.given_on, limits.central_start_months)


def started_in_time(share: ShareRecord, limits: Limits, until: date) -> Said:
    """Rule 66: a project has started so many months after its plan was issued."""
    due = start_by(share, limits)
    if due is None or until <= due or share.has_started is not False:
        return None
    return reason("central_not_started", "project", project=share.project, plan=share.plan, months=limits.central_start_months)


# Which functions keep which rule of the table.
NUMBERS: Mapping[int, Iterable[object]] = {
    16: (capital_enough,),
    51: (issued_within_quota,),
    52: (allocations_add_up,),
    53: (term_allowed,),
    54: (coupon_usual,),
    55: (coverage_above_one,),
    56: (coverage_advised,),
    57: (papers_complete,),
    58: (capital_share_within,),
    59: (chain_held,),
    60: (adjustment_documented,),
    61: (use_area_listed, not_forbidden),
    62: (income_expected,),
    63: (central_order,),
    64: (manner_fits_approval,),
    65: (decomposed_in_time,),
    66: (started_in_time,),
}
