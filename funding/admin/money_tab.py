"""The money of a project on its page: its sources in one bar, its accounts, money against works by month, what was moved in and out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.roles import Action
from accounts.scope import city_wide, for_user, unit_ids
from funding.course_chart import Series, Source, course_chart, sources_bar
from funding.figures import YearFlow, flow_by_month, flows_by
from funding.ledger import Step
from funding.measures import Flow
from funding.models import FundAccount, FundEntry, UseAdjustment
from projects.admin.page import months_of
from projects.models import Project
from projects.moment import Moment, moment_of
from projects.panels import Panel
from projects.values import Month

_NOTHING = Flow()


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account as the page shows it, with the way to the fund and to the entries behind each figure."""

    account: FundAccount
    flow: Flow
    fund_url: str
    links: Mapping[str, str]

    @property
    def fund(self) -> Any:
        return self.account.bond or self.account.plan


@dataclass(frozen=True, slots=True)
class MonthRow:
    """The end of a month: money since New Year beside works since New Year."""

    month: int
    flow: Flow
    done_wan: Any
    links: Mapping[str, str]


def money_tab(request: HttpRequest, project: Project) -> Mapping[str, Any] | None:
    """What the panel shows of the money in reach; None for whoever reaches none of it. A fixed number of queries."""
    moment = moment_of(request)
    entries = _known(for_user(FundEntry.objects.filter(account__project=project), request.user, Action.VIEW), moment)
    accounts = for_user(FundAccount.objects.filter(project=project), request.user, Action.VIEW)
    flows = flows_by(entries, "account")
    bonds_first = (F(column).asc(nulls_last=True) for column in ("bond__issue__year", "bond__issue__number", "bond"))
    shown = accounts.filter(pk__in=flows).select_related("bond__issue", "plan").order_by(*bonds_first, "plan", "source", "pk")
    rows = [_account_row(project, account, flows[account.pk]) for account in shown]
    year = moment.month.year
    course = flow_by_month(entries, year)
    months = _months(project, moment, course)
    return {
        "rows": rows,
        "total": _total(row.flow for row in rows),
        "total_links": _links(project),
        "bar": sources_bar(Source(_label(row), row.flow.assigned_wan, row.flow.arrived_wan, row.flow.paid_wan) for row in rows),
        "year": year,
        "before": course.before if course.before != _NOTHING else None,
        "before_links": _links(project, until=date(year - 1, 12, 31)),
        "months": months,
        "chart": _chart(months) if rows else None,
        "moved": _moved(request, project, moment),
        "accounts_url": f"{reverse('admin:funding_fundaccount_changelist')}?{urlencode({'project__id__exact': project.pk})}",
        "entries_url": f"{reverse('admin:funding_fundentry_changelist')}?{urlencode({'account__project__id__exact': project.pk})}",
    }


def _known(rows: QuerySet[Any], moment: Moment) -> QuerySet[Any]:
    """What had been posted by the end of the known day."""
    return rows if moment.known_until is None else rows.filter(at__lte=moment.known_until)


def _total(flows: Any) -> Flow:
    total = Flow()
    for flow in flows:
        total = Flow(*(getattr(total, name) + getattr(flow, name) for name in Flow.__slots__))
    return total


def _label(row: AccountRow) -> str:
    """A bond by its name; money of a plan by whose it is."""
    return str(row.fund) if row.account.bond_id else row.account.get_source_display()


def _links(project: Project, *, since: date | None = None, until: date | None = None, **fund: Any) -> dict[str, str]:
    """Step → the entries of the project that its figure adds up."""
    asked: dict[str, Any] = {"account__project__id__exact": project.pk, **fund}
    asked |= {name: day.isoformat() for name, day in (("happened_on__gte", since), ("happened_on__lte", until)) if day is not None}
    page = reverse("admin:funding_fundentry_changelist")
    return {f"{step.name.lower()}_url": f"{page}?{urlencode({**asked, 'step': step.value})}" for step in Step}


def _account_row(project: Project, account: FundAccount, flow: Flow) -> AccountRow:
    if account.bond_id is not None:
        return AccountRow(account, flow, reverse("admin:funding_bond_page", args=[account.bond_id]), _links(project, bond=account.bond_id))
    page = reverse("admin:funding_centralplan_page", args=[account.plan_id])
    return AccountRow(account, flow, page, _links(project, plan=account.plan_id, source=account.source))


def _months(project: Project, moment: Moment, course: YearFlow) -> list[MonthRow]:
    """Up to the month that the reader looks from: money is known every day, works where they were reported."""
    year = moment.month.year
    seen = moment.known or timezone.localdate()
    last = 12 if seen.year > year else seen.month if seen.year == year else 0
    done = {report.period.month: report.done_ytd_wan for report in months_of(project, moment)}
    return [
        MonthRow(month, course.months[month], done.get(month), _links(project, since=date(year, 1, 1), until=Month(year, month).last_day))
        for month in range(1, last + 1)
    ]


def _chart(months: list[MonthRow]) -> Any:
    labels = [gettext("%(month)s月") % {"month": month} for month in range(1, 13)]
    bars = (
        Series(gettext("累计完成投资"), "actual", [row.done_wan for row in months]),
        Series(gettext("累计到位资金"), "arrived", [row.flow.arrived_wan for row in months]),
        Series(gettext("累计支出资金"), "spent", [row.flow.paid_wan for row in months]),
    )
    return course_chart(labels, bars)


def _moved(request: HttpRequest, project: Project, moment: Moment) -> list[dict[str, Any]]:
    """Adjustments that touch the project; the other project is named to whoever reaches it. One query."""
    rows = _known(UseAdjustment.objects.filter(Q(taken_from=project) | Q(given_to=project)), moment)
    rows = rows.annotate(undone=Exists(_known(FundEntry.objects.filter(reverses__adjustment=OuterRef("pk")), moment)))
    units = None if city_wide(request.user, Action.VIEW) else unit_ids(request.user, Action.VIEW)
    told = []
    for row in rows.select_related("bond", "taken_from", "given_to").order_by("approved_on", "pk"):
        goes_out = row.taken_from_id == project.pk
        other = row.given_to if goes_out else row.taken_from
        told.append({"row": row, "goes_out": goes_out, "other": other if units is None or other.unit_id in units else None})
    return told


MONEY = Panel("money", _("资金"), "funding/money_tab.html", money_tab, order=20)
