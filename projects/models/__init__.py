"""What is built: projects, lists, plans, months, and the lookups they stand on."""

from projects.models.lists import Entry, ListVersion, ProjectList
from projects.models.lookups import Classification, StageField, Threshold
from projects.models.permits import Obstacle, Permit
from projects.models.plans import AnnualPlan, PlanVersion
from projects.models.progress import MonthReport, ReportingPeriod
from projects.models.project import LocationShare, Organisation, Project, ProjectCode
from projects.models.tracking import Door, Source, changes_from

__all__ = [
    "AnnualPlan",
    "Classification",
    "Door",
    "Entry",
    "ListVersion",
    "LocationShare",
    "MonthReport",
    "Obstacle",
    "Organisation",
    "Permit",
    "PlanVersion",
    "Project",
    "ProjectCode",
    "ProjectList",
    "ReportingPeriod",
    "Source",
    "StageField",
    "Threshold",
    "changes_from",
]
