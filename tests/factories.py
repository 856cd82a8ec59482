"""Rows for tests, made in the shortest way that is still a real row. No surprises: what is not given is the plainest lawful value."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from accounts.models import Division, Membership, ReportingUnit, User
from accounts.roles import Role
from projects.models import AnnualPlan, Classification, Entry, ListVersion, MonthReport, Project, ProjectCode, ProjectList, ReportingPeriod
from projects.naming import name_key
from projects.values import ProjectCode as CodeValue

_numbers = count(1)


def make_unit(name: str = "市南区", **values: Any) -> ReportingUnit:
    number = next(_numbers)
    given = {"key": f"unit-{number}", "short_name": name.removesuffix("区"), "kind": ReportingUnit.Kind.DISTRICT, "sort_order": number, **values}
    return ReportingUnit.objects.create(name=name, **given)


def make_division(code: str, name: str, **values: Any) -> Division:
    return Division.objects.create(code=code, name=name, **values)


def make_user(username: str, role: Role | None = None, unit: ReportingUnit | None = None, **values: Any) -> User:
    """A person with one post, or with none."""
    user = User.objects.create_user(username=username, password="long-enough-2020", **values)
    if role is not None:
        Membership.objects.create(user=user, role=role, unit=unit)
    return user


def make_sector(name: str = "轨道交通", scheme: str = Classification.Scheme.SECTOR) -> Classification:
    found = Classification.objects.filter(scheme=scheme, name=name).first()
    return found or Classification.objects.create(scheme=scheme, name=name, code=f"c{next(_numbers)}")


def make_project(name: str = "", unit: ReportingUnit | None = None, **values: Any) -> Project:
    """A preliminary-stage infrastructure project of 12 000 万元, complete enough for every rule of its stage."""
    number = next(_numbers)
    name = name or f"测试道路工程{number}"
    given = {
        "kind": Project.Kind.INFRASTRUCTURE,
        "stage": "prep",
        "total_wan": Decimal(12000),
        "planned_start": "2020-06",
        "content": "道路长三公里",
        **values,
    }
    given.setdefault("sector", make_sector())
    return Project.objects.create(uid=f"T-{number:06d}", name=name, name_key=name_key(name), unit=unit or make_unit(f"测试{number}区"), **given)


def make_code(project: Project, code: str, **values: Any) -> ProjectCode:
    parsed = CodeValue.parse(code)
    assert parsed is not None
    return ProjectCode.objects.create(project=project, code=parsed.text, form=parsed.form.value, **values)


def make_period(year: int = 2020, month: int = 6, **values: Any) -> ReportingPeriod:
    return ReportingPeriod.objects.get_or_create(year=year, month=month, half=values.pop("half", 0), defaults=values)[0]


def set_periods(**values: Any) -> None:
    """Give every stored period these values."""
    for period in ReportingPeriod.objects.all():
        for name, value in values.items():
            setattr(period, name, value)
        period.save()


def make_month(project: Project, month: int = 6, year: int = 2020, **values: Any) -> MonthReport:
    return MonthReport.objects.create(project=project, period=make_period(year, month), **values)


def make_plan(project: Project, plan_wan: Decimal | int, year: int = 2020, **values: Any) -> AnnualPlan:
    return AnnualPlan.objects.create(project=project, year=year, plan_wan=Decimal(plan_wan), **values)


def make_list(key: str = "infra-2020", year: int = 2020, **values: Any) -> ProjectList:
    given = {"name": f"清单{key}", "kind": Project.Kind.INFRASTRUCTURE, **values}
    return ProjectList.objects.get_or_create(key=key, year=year, defaults=given)[0]


def make_version(project_list: ProjectList, number: int = 1, as_of: date = date(2020, 1, 13), **values: Any) -> ListVersion:
    return ListVersion.objects.create(list=project_list, number=number, as_of=as_of, **values)


def make_entry(version: ListVersion, project: Project, **values: Any) -> Entry:
    return Entry.objects.create(version=version, project=project, **{"total_wan": project.total_wan, "sector": project.sector, **values})
