"""What is built: projects, lists, plans, months, and the lookups they stand on."""

from projects.models.calendar import CalendarMonth, Holiday, ReportingRule
from projects.models.campaigns import Campaign, CampaignProject
from projects.models.cuts import Cut
from projects.models.disclosure import DisclosureRule, OpenCode, ProjectDisclosure
from projects.models.indicators import Indicator, IndicatorTarget, IndicatorValue
from projects.models.lights import Colours, LightNote, LightProfile
from projects.models.lists import Entry, ListVersion, ProjectList
from projects.models.lookups import Classification, StageField, Threshold
from projects.models.permits import Obstacle, Permit
from projects.models.plans import AnnualPlan, PlanVersion
from projects.models.progress import Half, MonthReport, ReportingPeriod, in_time, unlocked, with_half
from projects.models.project import LocationShare, Organisation, Project, ProjectCode, ProjectTag
from projects.models.proposals import Proposal
from projects.models.reviews import Correction, LockException, NilReturn, Reminder, ReviewEvent
from projects.models.summary import MonthFact, MonthSum, SummaryMark, SummedMonth
from projects.models.tracking import Door, Source, changes_from

__all__ = [
    "AnnualPlan",
    "CalendarMonth",
    "Campaign",
    "CampaignProject",
    "Classification",
    "Colours",
    "Correction",
    "Cut",
    "DisclosureRule",
    "Door",
    "Entry",
    "Half",
    "Holiday",
    "Indicator",
    "IndicatorTarget",
    "IndicatorValue",
    "LightNote",
    "LightProfile",
    "ListVersion",
    "LocationShare",
    "LockException",
    "MonthFact",
    "MonthReport",
    "MonthSum",
    "NilReturn",
    "Obstacle",
    "OpenCode",
    "Organisation",
    "Permit",
    "PlanVersion",
    "Project",
    "ProjectCode",
    "ProjectDisclosure",
    "ProjectList",
    "ProjectTag",
    "Proposal",
    "Reminder",
    "ReportingPeriod",
    "ReportingRule",
    "ReviewEvent",
    "Source",
    "StageField",
    "SummaryMark",
    "SummedMonth",
    "Threshold",
    "changes_from",
    "in_time",
    "unlocked",
    "with_half",
]
