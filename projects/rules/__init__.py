"""The rules: one function each, listed in tuples that the admin form, the API and the upload run alike. Pure.

A rule takes a frozen record and a context and returns findings; it raises nothing and reads no clock and no database.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias, TypeVar

from projects import wording as wording  # every code a rule may say is worded once rules are imported
from projects.findings import Finding
from projects.records import Context, ListRecord, MonthRecord, ProjectRecord, ReturnRecord
from projects.rules import dates, identity, lists, money, months, permits, stage
from projects.rules.identity import HasCode
from projects.rules.saying import Said

R = TypeVar("R")
Rule: TypeAlias = Callable[[R, Context], Said]

CODE_RULES: tuple[Rule[HasCode], ...] = (
    identity.code_form,
    identity.code_check_digit,
    identity.code_time,
    identity.code_unusual,
    identity.code_region,
    identity.code_unique,
)
PROJECT_RULES: tuple[Rule[ProjectRecord], ...] = (
    stage.required_for_stage,
    stage.sheet_asks_enough,
    stage.stage_move,
    identity.name_length,
    *CODE_RULES,
    identity.credit_code,
    identity.organisation_code,
    identity.district_known,
    money.total_positive,
    money.total_not_small,
    money.total_not_large,
    money.sources_add_up,
    money.capital_enough,
    money.plan_fits,
    money.plan_not_zero,
    money.budget_within_estimate,
    money.finished_is_built,
    money.land_plausible,
    dates.dates_plausible,
    dates.start_not_ahead,
    dates.start_after_approval,
    dates.finish_after_start,
    dates.start_in_time,
    permits.construction_permit,
    permits.permits_valid,
    permits.document_numbers,
    permits.feasibility_approved,
)
MONTH_RULES: tuple[Rule[MonthRecord], ...] = (
    months.ytd_reported,
    months.amounts_not_negative,
    months.ytd_not_falling,
    months.month_reconciles,
    months.january_is_its_year,
    months.cum_adds_up,
    months.cum_within_total,
    months.nothing_before_start,
    months.not_idle,
    months.stated_rate_fits,
    months.no_jump,
    months.rate_not_high,
    months.progress_told,
)
LIST_RULES: tuple[Rule[ListRecord], ...] = (lists.list_adds_up, lists.approximations_noted)
RETURN_RULES: tuple[Rule[ReturnRecord], ...] = (lists.return_in_time, lists.nobody_missing)

# Which functions keep which rule of the table.
NUMBERS: Mapping[int, tuple[Callable[..., Said], ...]] = {
    1: (identity.name_length, stage.required_for_stage),
    2: (identity.code_form,),
    3: (identity.code_check_digit,),
    4: (identity.code_time,),
    5: (identity.code_unusual,),
    6: (identity.code_region,),
    7: (identity.code_unique,),
    8: (stage.required_for_stage,),
    9: (identity.credit_code,),
    10: (identity.organisation_code,),
    11: (identity.district_known,),
    12: (money.total_positive, stage.required_for_stage),
    13: (money.total_not_small,),
    14: (money.total_not_large,),
    15: (money.sources_add_up,),
    16: (money.capital_enough,),
    17: (money.plan_fits,),
    18: (money.plan_not_zero,),
    19: (months.ytd_not_falling,),
    20: (months.month_reconciles,),
    21: (months.january_is_its_year,),
    22: (months.cum_adds_up,),
    23: (months.cum_within_total,),
    24: (months.nothing_before_start,),
    25: (months.not_idle,),
    26: (months.stated_rate_fits,),
    27: (months.no_jump,),
    28: (months.rate_not_high,),
    29: (dates.start_not_ahead,),
    30: (dates.start_after_approval,),
    31: (dates.finish_after_start,),
    32: (permits.construction_permit,),
    33: (permits.permits_valid,),
    34: (permits.document_numbers,),
    35: (permits.feasibility_approved,),
    36: (money.budget_within_estimate,),
    37: (money.finished_is_built, stage.required_for_stage),
    38: (stage.stage_move,),
    39: (stage.required_for_stage,),
    40: (months.progress_told,),
    41: (dates.start_in_time,),
    42: (lists.return_in_time,),
    49: (lists.nobody_missing,),
    50: (money.land_plausible,),
    67: (stage.required_for_stage,),
    68: (lists.list_adds_up,),
    69: (lists.approximations_noted,),
}
# Rules that hold of a file or sheet as a whole, and so live with its reader: the codes it says them with.
OF_A_FILE: Mapping[int, tuple[str, ...]] = {
    43: ("count_mismatch",),
    44: ("total_mismatch",),
    45: ("unit_missing",),
    46: ("formula_error",),
    47: ("duplicate_project", "code_duplicate"),
    48: ("date_ambiguous",),
}


def run(rules: Sequence[Rule[R]], record: R, context: Context) -> list[Finding]:
    """Run a tuple of rules over a record and gather everything they say, in the order of the tuple."""
    found: list[Finding] = []
    for rule in rules:
        said = rule(record, context)
        if not said:
            continue
        if isinstance(said, Finding):
            found.append(said)
        else:
            found.extend(said)
    return found
