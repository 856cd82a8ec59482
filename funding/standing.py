"""Whether a project has started or stands still, read from its row, as the rules on projects tell it."""

from __future__ import annotations

from datetime import date

from projects.models import Project
from projects.records import ProjectRecord, has_started
from projects.stages import Stage
from projects.values import PartialDate


def started_on(project: Project) -> date | None:
    """The first day on which it may have started; None where that is not told."""
    return PartialDate.parse(project.actual_start).first_day if project.actual_start else None


def started_by(project: Project, until: date) -> bool | None:
    """Whether it had started by a day; None where nothing says."""
    start = PartialDate.parse(project.actual_start) if project.actual_start else None
    return has_started(ProjectRecord(actual_start=start, stage=Stage(project.stage) if project.stage else None), until)


def is_suspended(project: Project) -> bool:
    return project.stage == Stage.SUSPENDED
