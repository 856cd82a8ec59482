"""What may be chosen above a report: the month, the projects, and what of them counts. Each choice is an address."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.http import Http404
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from projects.models import ListVersion, Project, ReportingPeriod
from projects.moment import Clocks
from projects.period import WHOLE, Period
from projects.values import Month
from reports.parameters import address_of
from reports.selection import KINDS, NONE, Question
from reports.words import period_text


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a choice above the table."""

    label: str
    href: str
    chosen: bool


def address(name: str, **params: str) -> str:
    return f"{reverse(name)}?{urlencode(params)}" if params else reverse(name)


def month_choices(clocks: Clocks, question: Question, page: str, **more: str) -> list[Choice]:
    return [
        Choice(period_text(one), address(page, **{**address_of(question), "period": str(one)}, **more), one == question.period)
        for one in periods_to_choose(clocks, question.period)
    ]


def periods_to_choose(clocks: Clocks, asked: Period) -> list[Period]:
    """The months that were opened, newest first, each with the halves that it is reported in; and what was asked for even if it was not."""
    halves = ReportingPeriod.objects.exclude(half=WHOLE).values_list("year", "month", "half")
    return sorted({*map(Period, clocks.months), asked, *(Period(Month(year, month), half) for year, month, half in halves)}, reverse=True)


def counted_choices(question: Question, page: str, **more: str) -> list[Choice]:
    """Everything that was reported, or only what was approved."""
    return [
        Choice(words, address(page, **address_of(replace(question, approved=approved)), **more), question.approved == approved)
        for approved, words in ((False, _("全部已报")), (True, _("只计已审核")))
    ]


def list_choices(question: Question, page: str, **more: str) -> list[Choice]:
    """All projects, one kind of list, what is on none, or one version of a list of the year. One query."""
    asked = {name: value for name, value in address_of(question).items() if name not in {"lists", "version"}}
    choices = [Choice(_("全部在册项目"), address(page, **asked, **more), question.whole)]
    labels = {**{kind: str(Project.Kind(kind).label) for kind in KINDS}, NONE: _("清单外项目")}
    choices += [Choice(label, address(page, **asked, **more, lists=key), question.lists == key) for key, label in labels.items()]
    versions = ListVersion.objects.filter(list__year=question.month.year).select_related("list").order_by("list__key", "number")
    choices += [Choice(str(version), address(page, **asked, **more, version=str(version.pk)), question.version == version.pk) for version in versions]
    if not any(choice.chosen for choice in choices):
        raise Http404
    return choices
