"""People and months for the tests of the monthly cycle: two units, who fills in, hands in, approves and keeps the months."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import ReportingUnit, User
from accounts.roles import Role
from projects.models import MonthReport, ReportingPeriod, Source, changes_from
from projects.services.periods import lock_period
from projects.services.reviews import move
from projects.workflow import Verb
from tests.factories import make_month, make_period, make_project, make_unit, make_user

CITY_TIME = ZoneInfo("Asia/Shanghai")


def at(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=CITY_TIME)  # type: ignore[misc]


def ahead(days: int, hour: int = 0) -> datetime:
    """An hour of a day to come, in the city's time: an exception ends within a year."""
    return datetime.combine(datetime.now(CITY_TIME).date() + timedelta(days=days), time(hour), CITY_TIME)


@dataclass(frozen=True)
class Cycle:
    """`filler` and `submitter` of unit A, `outsider` who hands in for unit B; `checker` approves, `keeper` locks."""

    unit: ReportingUnit
    other: ReportingUnit
    filler: User
    submitter: User
    outsider: User
    checker: User
    officer: User
    keeper: User
    period: ReportingPeriod

    def report(
        self, *, unit: ReportingUnit | None = None, state: str = "draft", month: int = 6, by: User | None = None, **values: Any
    ) -> MonthReport:
        """A report written by the filler; for another state than draft it is moved there by the verbs themselves."""
        project = make_project(unit=unit or self.unit, stage="build", planned_start="2019-05", actual_start="2019-05")
        given = {"done_month_wan": 100, "done_ytd_wan": 500, "progress_text": "主体结构完成百分之三十，土方外运完成", **values}
        with changes_from(Source("admin", (by or self.filler).pk)):
            report = make_month(project, month, **given)
        for verb, actor in {"draft": (), "submitted": SUBMITTED, "approved": APPROVED, "returned": RETURNED}[state]:
            report = move(verb=verb, report_id=report.pk, actor=getattr(self, actor), reason="请核对")
        report.refresh_from_db()
        return report

    def locked(self) -> ReportingPeriod:
        return lock_period(period_id=self.period.pk, actor=self.keeper, reason="到期锁定", at=at(2020, 7, 10, 9))


SUBMITTED = ((Verb.SUBMIT, "officer"),)
APPROVED = (*SUBMITTED, (Verb.APPROVE, "checker"))
RETURNED = (*SUBMITTED, (Verb.RETURN, "checker"))


def make_cycle() -> Cycle:
    unit, other = make_unit("市南区"), make_unit("市北区")
    return Cycle(
        unit,
        other,
        make_user("filler", Role.DISTRICT_OFFICER, unit, display_name="陈填"),
        make_user("submitter", Role.DISTRICT_REVIEWER, unit, display_name="郑交"),
        make_user("outsider", Role.DISTRICT_REVIEWER, other, display_name="王外"),
        make_user("checker", Role.CITY_REVIEWER, display_name="赵核"),
        make_user("city-officer", Role.CITY_OFFICER, display_name="孙办"),
        make_user("keeper", Role.CITY_ADMINISTRATOR, display_name="李敏"),
        make_period(2020, 6),
    )
