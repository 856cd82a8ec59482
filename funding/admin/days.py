"""Days that forms of funds may not be changed to: after the first money of a bond or plan, or before the quota that a bond draws on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from funding.asking import YEARS
from funding.models import Bond, BondIssue, CentralPlan, FundEntry, QuotaBatch, QuotaDraw
from funding.services.words import begins_on

MOST_BATCHES = 999


def check_numbers(form: Any) -> None:
    """A year is one that pages can be asked for, a batch one that a document can have: a slip of the finger would stand in every list."""
    year, number = form.cleaned_data.get("year"), form.cleaned_data.get("number")
    if year is not None and year not in YEARS:
        form.add_error("year", _("年份应在%(least)s至%(most)s之间，读到%(value)s") % {"least": YEARS[0], "most": YEARS[-1], "value": year})
    if number is not None and not 1 <= number <= MOST_BATCHES:
        form.add_error("number", _("批次应在1至%(most)s之间，读到%(value)s") % {"most": MOST_BATCHES, "value": number})


def check_plan_day(form: Any, plan: CentralPlan) -> None:
    """A plan is given in its own year, or in advance in the year before."""
    if plan.given_on is not None and plan.given_on.year not in (plan.year - 1, plan.year) and {"given_on", "year"} & set(form.changed_data):
        form.add_error("given_on", _("%(year)s年的投资计划应在当年下达，提前下达的在上一年；请核对年份和下达日期") % {"year": plan.year})


def check_days(form: Any, fund: Bond | CentralPlan, names: Sequence[str]) -> None:
    """The day from which a fund's money may move stays before what has moved."""
    changed = [name for name in names if name in form.changed_data]
    if not (fund.pk and changed):
        return
    begins, first = begins_on(fund), _first_moved(fund)
    if begins is not None and first is not None and first < begins:
        words = _("%(fund)s最早的一笔资金流水在%(first)s，这个日期不能晚于它；日期没有错的，请先冲销那笔流水")
        form.add_error(changed[0], words % {"fund": fund, "first": f"{first:%Y-%m-%d}"})
    elif isinstance(fund, Bond):
        _check_draws(form, [fund], changed[0])


def _first_moved(fund: Bond | CentralPlan) -> date | None:
    """The day of its first entry that was not taken back."""
    mine = {"account__bond": fund} if isinstance(fund, Bond) else {"account__plan": fund}
    standing = FundEntry.objects.filter(**mine, reverses=None, reversed_by=None)
    first: date | None = standing.order_by("happened_on").values_list("happened_on", flat=True).first()
    return first


def _check_draws(form: Any, bonds: Iterable[Bond], name: str) -> None:
    """A bond is not issued before the quota that it draws on was given."""
    for bond in bonds:
        begins = bond.issued_on
        draws = QuotaDraw.objects.filter(bond=bond, batch__given_on__gt=begins).select_related("batch") if begins is not None else ()
        for draw in draws:
            words = _("%(bond)s使用的%(batch)s于%(given)s下达，发行不能早于它；请核对两个日期")
            form.add_error(name, words % {"bond": bond, "batch": draw.batch, "given": f"{draw.batch.given_on:%Y-%m-%d}"})
            return


def check_issue(form: Any, issue: BondIssue) -> None:
    """The same for the bonds of a tender that have no day of their own; and its year is that of the quota they drew on."""
    if not issue.pk:
        return
    bonds = list(issue.bonds.all())
    for bond in bonds:
        bond.issue = issue
    if "year" in form.changed_data and issue.bonds.exists():
        form.add_error("year", _("这一批的债券已使用当年额度，年份不能再改"))
    if "tender_on" in form.changed_data:
        for bond in bonds:
            if not form.errors:
                check_days(form, bond, ("tender_on",))


def check_given(form: Any, batch: QuotaBatch) -> None:
    """Quota is given in its own year, in advance also in the year before, and before anything is issued under it."""
    first = (
        QuotaDraw.objects.filter(batch=batch, bond__struck_at=None).order_by("drawn_on").values_list("drawn_on", flat=True).first()
        if batch.pk
        else None
    )
    if first is not None and "year" in form.changed_data:
        form.add_error("year", _("这批额度已有债券使用，年份不能再改"))
    given = batch.given_on
    if given is None:
        return
    years = (batch.year - 1, batch.year) if batch.is_advance else (batch.year,)
    if given.year not in years:
        words = _("%(year)s年的额度应在当年下达，提前下达的可在上一年；请核对年份、下达日期和“提前下达”")
        form.add_error("given_on", words % {"year": batch.year})
    elif first is not None and given > first and "given_on" in form.changed_data:
        form.add_error("given_on", _("这批额度在%(first)s已有债券使用，下达日期不能晚于它") % {"first": f"{first:%Y-%m-%d}"})
