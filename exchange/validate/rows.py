"""The arithmetic of one row: what its own figures and dates must satisfy among themselves. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from exchange.cells import CellValue
from exchange.cells.amounts import plain
from exchange.parse import ReadRow
from exchange.sheets import Kind
from projects.findings import Finding, Severity
from projects.values import PartialDate

_CENT = Decimal("0.011")
# Figures a hundredfold apart speak of a slip of the unit, not of a plan too large.
SLIP = Decimal(100)


@dataclass(frozen=True, slots=True)
class RowFault:
    """A finding of a row check; `slip` names the fields whose unit may be the true cause."""

    finding: Finding
    slip: tuple[str, ...] = ()


Values = dict[str, CellValue]


def _amount(values: Values, name: str) -> Decimal | None:
    value = values.get(name)
    return value if type(value) is Decimal else None


def _over(finding: Finding, value: Decimal, total: Decimal) -> RowFault:
    """A figure above the total; far above it the unit of one of them may have slipped."""
    return RowFault(finding, (finding.field or "", "total_wan") if value / total >= SLIP else ())


def _completed(name: str, done: Decimal, total: Decimal) -> Finding:
    params = {"cum": plain(done), "total": plain(total), "share": f"{done / total:.1%}"}
    return Finding("completed_over_total", Severity.BLOCKS, name, params)


def _check_dates(row: ReadRow, tolerance: Decimal) -> Iterator[RowFault]:
    values = row.values
    planned_start, planned_finish = values.get("planned_start"), values.get("planned_finish")
    actual_start, actual_finish = values.get("actual_start"), values.get("actual_finish")
    pairs = [("planned_finish", planned_start, planned_finish), ("actual_finish", actual_start, actual_finish)]
    if planned_start is None:
        pairs.append(("planned_finish", actual_start, planned_finish))
    if planned_finish is None:
        pairs.append(("actual_finish", planned_start, actual_finish))
    for name, start, finish in pairs:
        if isinstance(start, PartialDate) and isinstance(finish, PartialDate) and finish.surely_before(start):
            yield RowFault(Finding("finish_before_start", Severity.BLOCKS, name, {"start": str(start), "finish": str(finish)}))
            return


def _check_month(row: ReadRow, tolerance: Decimal) -> Iterator[RowFault]:
    month, ytd = _amount(row.values, "done_month_wan"), _amount(row.values, "done_ytd_wan")
    if month is not None and ytd is not None and month > ytd + _CENT:
        yield RowFault(Finding("ytd_below_month", Severity.BLOCKS, "done_ytd_wan", {"month": plain(month), "ytd": plain(ytd)}))


def _check_total(row: ReadRow, tolerance: Decimal) -> Iterator[RowFault]:
    values = row.values
    total = _amount(values, "total_wan")
    if total is None or total <= 0:
        return
    plan = _amount(values, "plan_wan")
    if plan is not None and plan > total + _CENT:
        yield _over(Finding("plan_over_total", Severity.REASON, "plan_wan", {"plan": plain(plan), "total": plain(total)}), plan, total)
    cumulative, prior, ytd = (_amount(values, name) for name in ("cum_total_wan", "cum_prior_wan", "done_ytd_wan"))
    if cumulative is not None and cumulative > total + _CENT:
        yield _over(_completed("cum_total_wan", cumulative, total), cumulative, total)
        return
    done = (prior or Decimal(0)) + (ytd or Decimal(0))
    if done > total + _CENT:
        yield _over(_completed("done_ytd_wan" if ytd else "cum_prior_wan", done, total), done, total)


def _check_cumulative(row: ReadRow, tolerance: Decimal) -> Iterator[RowFault]:
    cumulative, prior, ytd = (_amount(row.values, name) for name in ("cum_total_wan", "cum_prior_wan", "done_ytd_wan"))
    if cumulative is not None and prior is not None and ytd is not None and abs(cumulative - prior - ytd) > tolerance:
        expected = prior + ytd
        params = {
            "cum": plain(cumulative),
            "prior": plain(prior),
            "ytd": plain(ytd),
            "expected": plain(expected),
            "off": plain(cumulative - expected),
        }
        yield RowFault(Finding("cum_mismatch", Severity.REASON, "cum_total_wan", params))


def _check_sources(parts: tuple[str, ...]) -> Callable[[ReadRow, Decimal], Iterator[RowFault]]:
    """Make the check that the sources of money make up the total; blank parts make it impossible."""

    def check(row: ReadRow, tolerance: Decimal) -> Iterator[RowFault]:
        total = _amount(row.values, "total_wan")
        amounts = [_amount(row.values, name) for name in parts]
        known = [amount for amount in amounts if amount is not None]
        if total is None or len(known) < len(parts):
            return
        found = sum(known, Decimal(0))
        if abs(found - total) > tolerance:
            off = f"{abs(found - total) / total * 100:.1f}" if total else "—"
            params = {"sources": plain(found), "total": plain(total), "off": off}
            slip = ("total_wan", *parts) if max(found, total) >= SLIP * max(min(found, total), _CENT) else ()
            yield RowFault(Finding("sum_mismatch", Severity.BLOCKS, "total_wan", params), slip)

    return check


def _check_limit(prior_field: str, this_field: str, limit_field: str) -> Callable[[ReadRow, Decimal], Iterator[RowFault]]:
    """Make the check that what was given before and now stays within what is needed."""

    def check(row: ReadRow, tolerance: Decimal) -> Iterator[RowFault]:
        prior, this, limit = (_amount(row.values, name) for name in (prior_field, this_field, limit_field))
        if limit is None or (this is None and prior is None):
            return
        given = (prior or Decimal(0)) + (this or Decimal(0))
        if given > limit + _CENT:
            slip = (this_field, limit_field) if limit > 0 and given / limit >= SLIP else ()
            yield RowFault(Finding("over_limit", Severity.BLOCKS, this_field, {"given": plain(given), "limit": plain(limit)}), slip)

    return check


RowCheck = Callable[[ReadRow, Decimal], Iterator[RowFault]]
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
