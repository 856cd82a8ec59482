"""The arithmetic of one row: what its own figures and dates must satisfy among themselves. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from exchange.cells import CellValue
from exchange.cells.amounts import plain
from exchange.sheets import Kind
from projects.findings import Finding, Severity
from projects.values import PartialDate

_CENT = Decimal("0.011")
_ZERO = Decimal(0)
# Figures a hundredfold apart speak of a slip of the unit, not of a plan too large.
SLIP = Decimal(100)


@dataclass(frozen=True, slots=True)
class RowFault:
    """A finding of a row check; `slip` names the fields whose unit may be the true cause."""

    finding: Finding
    slip: tuple[str, ...] = ()


Values = dict[str, CellValue]
RowCheck = Callable[[Values, Decimal], Sequence[RowFault]]


def _amount(values: Values, name: str) -> Decimal | None:
    value = values.get(name)
    return value if type(value) is Decimal else None


def _over(finding: Finding, value: Decimal, total: Decimal) -> RowFault:
    """A figure above the total; far above it the unit of one of them may have slipped."""
    return RowFault(finding, (finding.field or "", "total_wan") if value / total >= SLIP else ())


def _completed(name: str, done: Decimal, total: Decimal) -> Finding:
    params = {"cum": plain(done), "total": plain(total), "share": f"{done / total:.1%}"}
    return Finding("completed_over_total", Severity.BLOCKS, name, params)


def _check_dates(values: Values, tolerance: Decimal) -> Sequence[RowFault]:
    planned_start, planned_finish = values.get("planned_start"), values.get("planned_finish")
    actual_start, actual_finish = values.get("actual_start"), values.get("actual_finish")
    fault = _order("planned_finish", planned_start if planned_start is not None else actual_start, planned_finish)
    if fault is None and actual_finish is not None:
        fault = _order("actual_finish", actual_start if actual_start is not None else planned_start, actual_finish)
    return () if fault is None else [fault]


def _order(name: str, start: CellValue, finish: CellValue) -> RowFault | None:
    # Years decide nearly always; days are worked out only where they do not.
    if not isinstance(start, PartialDate) or not isinstance(finish, PartialDate) or finish.year > start.year:
        return None
    if not finish.surely_before(start):
        return None
    return RowFault(Finding("finish_before_start", Severity.BLOCKS, name, {"start": str(start), "finish": str(finish)}))


def _check_month(values: Values, tolerance: Decimal) -> Sequence[RowFault]:
    month, ytd = _amount(values, "done_month_wan"), _amount(values, "done_ytd_wan")
    if month is None or ytd is None or month <= ytd + _CENT:
        return ()
    return [RowFault(Finding("ytd_below_month", Severity.BLOCKS, "done_ytd_wan", {"month": plain(month), "ytd": plain(ytd)}))]


def _check_total(values: Values, tolerance: Decimal) -> Sequence[RowFault]:
    total = _amount(values, "total_wan")
    if total is None or total <= 0:
        return ()
    plan, highest = _amount(values, "plan_wan"), total + _CENT
    faults: list[RowFault] = []
    if plan is not None and plan > highest:
        faults.append(_over(Finding("plan_over_total", Severity.REASON, "plan_wan", {"plan": plain(plan), "total": plain(total)}), plan, total))
    cumulative = _amount(values, "cum_total_wan")
    if cumulative is not None and cumulative > highest:
        faults.append(_over(_completed("cum_total_wan", cumulative, total), cumulative, total))
        return faults
    prior, ytd = _amount(values, "cum_prior_wan") or _ZERO, _amount(values, "done_ytd_wan") or _ZERO
    done = prior + ytd
    if done > highest:
        faults.append(_over(_completed("done_ytd_wan" if ytd else "cum_prior_wan", done, total), done, total))
    return faults


def _check_cumulative(values: Values, tolerance: Decimal) -> Sequence[RowFault]:
    cumulative, prior, ytd = _amount(values, "cum_total_wan"), _amount(values, "cum_prior_wan"), _amount(values, "done_ytd_wan")
    if cumulative is None or prior is None or ytd is None or abs(cumulative - prior - ytd) <= tolerance:
        return ()
    expected = prior + ytd
    params = {"cum": cumulative, "prior": prior, "ytd": ytd, "expected": expected, "off": cumulative - expected}
    shown = {name: plain(value) for name, value in params.items()}
    return [RowFault(Finding("cum_mismatch", Severity.REASON, "cum_total_wan", shown))]


def _check_sources(parts: tuple[str, ...]) -> RowCheck:
    """Make the check that the sources of money make up the total; blank parts make it impossible."""

    def check(values: Values, tolerance: Decimal) -> Sequence[RowFault]:
        total = _amount(values, "total_wan")
        known = [amount for name in parts if (amount := _amount(values, name)) is not None]
        if total is None or len(known) < len(parts):
            return ()
        found = sum(known, _ZERO)
        if abs(found - total) <= tolerance:
            return ()
        off = f"{abs(found - total) / total * 100:.1f}" if total else "—"
        slip = ("total_wan", *parts) if max(found, total) >= SLIP * max(min(found, total), _CENT) else ()
        params = {"sources": plain(found), "total": plain(total), "off": off}
        return [RowFault(Finding("sum_mismatch", Severity.BLOCKS, "total_wan", params), slip)]

    return check


def _check_limit(prior_field: str, this_field: str, limit_field: str) -> RowCheck:
    """Make the check that what was given before and now stays within what is needed."""

    def check(values: Values, tolerance: Decimal) -> Sequence[RowFault]:
        prior, this, limit = _amount(values, prior_field), _amount(values, this_field), _amount(values, limit_field)
        given = (prior or _ZERO) + (this or _ZERO)
        if limit is None or given <= limit + _CENT:
            return ()
        slip = (this_field, limit_field) if limit > 0 and given / limit >= SLIP else ()
        return [RowFault(Finding("over_limit", Severity.BLOCKS, this_field, {"given": plain(given), "limit": plain(limit)}), slip)]

    return check


_COMMON: tuple[RowCheck, ...] = (_check_dates, _check_total)
ROW_CHECKS: dict[Kind, tuple[RowCheck, ...]] = {
    Kind.INFRASTRUCTURE: (*_COMMON, _check_cumulative),
    Kind.EMERGING: (*_COMMON, _check_cumulative),
    Kind.MONTHLY: (*_COMMON, _check_month, _check_cumulative),
    Kind.BOND: (
        *_COMMON,
        _check_sources(("capital_wan", "bond_need_wan", "other_financing_wan")),
        _check_limit("bond_prior_wan", "bond_this_wan", "bond_need_wan"),
    ),
    Kind.CENTRAL: (
        *_COMMON,
        _check_sources(("central_total_wan", "prov_match_wan", "city_match_wan", "self_raised_wan")),
        _check_limit("central_prior_wan", "central_this_wan", "central_total_wan"),
    ),
}
