"""A sheet row and what is stored of its project → the frozen records that the rules read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from accounts.models import ReportingUnit
from exchange.parse import correction_note
from exchange.plan import Known, Value
from projects.earlier import past_of
from projects.period import Period
from projects.records import MonthRecord, ProjectRecord
from projects.stages import Stage, normalise
from projects.values import Month, PartialDate, fen_to_wan


def stage_of(text: Any) -> Stage | None:
    """The stage a list's word means; None for a blank or a word nobody knows."""
    return normalise(text) if isinstance(text, str) and text else None


class _Merged:
    """A field as it would stand after the row: the sheet's value if the sheet has the column, else the stored one."""

    __slots__ = ("known", "values")

    def __init__(self, values: Mapping[str, Any], known: Known | None) -> None:
        self.values = values
        self.known = known

    def _stored(self, table: str, column: str) -> Value:
        role = self.known.role(table) if self.known is not None else None
        return role.values.get(column) if role is not None else None

    def text(self, name: str, table: str = "project") -> str | None:
        value = self.values[name] if name in self.values else self._stored(table, name)
        return str(value) if value not in (None, "") else None

    def money(self, name: str, table: str = "project") -> Decimal | None:
        if name in self.values:
            value: Decimal | None = self.values[name]
            return value
        stored = self._stored(table, name)
        return fen_to_wan(stored) if isinstance(stored, int) else None

    def moment(self, name: str) -> PartialDate | None:
        if name in self.values:
            value: PartialDate | None = self.values[name]
            return value
        stored = self._stored("project", name)
        return PartialDate.parse(str(stored)) if stored else None


def project_record(
    values: Mapping[str, Any], known: Known | None, *, kind: str, unit: ReportingUnit | None, sector: str | None, with_sheet: bool = True
) -> ProjectRecord:
    """The project as it would stand after the row. `values` are the sheet's fields as read."""
    merged = _Merged(values, known)
    was = Stage(str(known.project.values["stage"])) if known is not None and known.project.values.get("stage") else None
    stage = stage_of(values.get("stage")) if values.get("stage") else was
    division = unit.division if unit is not None else None
    return ProjectRecord(
        name=merged.text("name"),
        kind=kind,
        stage=stage,
        identity=known.project.id if known is not None else None,
        code=merged.text("code", "code"),
        local_code=merged.text("local_code"),
        unit=unit.name if unit is not None else None,
        unit_division=division.code if division is not None else None,
        district=values.get("district"),
        sector=sector,
        owner=values.get("owner"),
        uscc=values.get("uscc"),
        content=merged.text("content"),
        planned_start=merged.moment("planned_start"),
        planned_finish=merged.moment("planned_finish"),
        actual_start=merged.moment("actual_start"),
        actual_finish=merged.moment("actual_finish"),
        total_wan=merged.money("total_wan"),
        cum_prior_wan=merged.money("cum_prior_wan", "annual"),
        plan_wan=merged.money("plan_wan", "annual"),
        cum_total_wan=merged.money("cum_total_wan", "month"),
        land_mu=values.get("land_mu"),
        start_delay_reason=values.get("problems"),  # 存在问题 told in the same row says why
        previous_stage=was if was is not None and stage is not None and was is not stage else None,
    )


def month_record(project: ProjectRecord, period: Period, values: Mapping[str, Any], earlier: Sequence[dict[str, Any]]) -> MonthRecord:
    """The month's report with the months before it."""
    told = [
        (
            Period(Month(row["period__year"], row["period__month"]), row["period__half"]),
            row["done_month_wan"],
            row["done_ytd_wan"],
            row["progress_text"] or None,
        )
        for row in earlier
    ]
    return MonthRecord(
        project=project,
        month=period.month,
        half=period.half,
        done_month_wan=values.get("done_month_wan"),
        done_ytd_wan=values.get("done_ytd_wan"),
        cum_total_wan=values.get("cum_total_wan"),
        progress_text=values.get("progress_text"),
        stated_rate_percent=values.get("progress_percent"),
        correction_note=correction_note(values),
        past=past_of(told, period),
    )
