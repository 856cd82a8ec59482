"""Small makers of units, projects, lists and months for the report tests."""

from __future__ import annotations

import itertools
from datetime import date
from decimal import Decimal

from accounts.models import Membership, ReportingUnit, User
from projects.models import AnnualPlan, Classification, Entry, ListVersion, MonthReport, Project, ProjectList, ReportingPeriod
from projects.period import Period

_numbers = itertools.count(1)


def wan(amount):
    return None if amount is None else Decimal(str(amount))


def unit(key, name="", *, ranked=True, order=None, kind="district"):
    number = next(_numbers)
    return ReportingUnit.objects.create(
        key=key, name=name or f"{key}区", short_name=name or key, kind=kind, is_ranked=ranked, sort_order=number if order is None else order
    )


def sector(code, name="", scheme="infrastructure_sector"):
    return Classification.objects.create(scheme=scheme, code=code, name=name or code, sort_order=next(_numbers))


def period(text):
    """A month or, written 2020-06A, a half of it."""
    asked = Period.parse(text)
    return ReportingPeriod.objects.get_or_create(year=asked.month.year, month=asked.month.month, half=asked.half)[0]


def project(of, *, total=100, plan=None, months=None, kind="infrastructure", in_sector=None, year=2020, **values):
    """A project of a unit; `months` is {"2020-06": (month, year to date)}."""
    number = next(_numbers)
    name = values.pop("name", f"项目{number}")
    made = Project.objects.create(
        uid=f"P{number:08d}", name=name, name_key=name, kind=kind, unit=of, sector=in_sector, total_wan=wan(total), **values
    )
    if plan is not None:
        AnnualPlan.objects.create(project=made, year=year, plan_wan=wan(plan))
    for text, figures in (months or {}).items():
        report(made, text, *figures)
    return made


def report(of, text, month=None, ytd=None, **values):
    return MonthReport.objects.create(project=of, period=period(text), done_month_wan=wan(month), done_ytd_wan=wan(ytd), **values)


def listed(key, members, *, kind="infrastructure", year=2020, number=1, as_of=date(2020, 1, 13)):
    """A version of a list with these projects on it."""
    kept, _ = ProjectList.objects.get_or_create(key=key, defaults={"name": key, "year": year, "kind": kind})
    version = ListVersion.objects.create(list=kept, number=number, as_of=as_of)
    for position, member in enumerate(members, start=1):
        Entry.objects.create(version=version, project=member, position=position)
    return version


def person(name, role, of=None):
    made = User.objects.create_user(name, password="correct horse battery staple", is_staff=True)
    Membership.objects.create(user=made, role=role, unit=of)
    return made
