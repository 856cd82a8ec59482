"""Places where higher apps show something of theirs on pages of this one: panels and columns.

An app fills these lists in its `AppConfig.ready()`, so that the arrows between apps never turn: this room knows nobody who does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest

from projects.models import Campaign, Project


@dataclass(frozen=True, slots=True)
class Panel:
    """A section of the project page: its heading, its template, and what the template shows (None leaves the section out)."""

    key: str
    title: Any
    template: str
    context: Callable[[HttpRequest, Project], Mapping[str, Any] | None]
    order: int = 100


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the project list: project id → what to print, for the rows of one page, in a fixed number of queries."""

    key: str
    title: Any
    values: Callable[[HttpRequest, Sequence[Project]], Mapping[int, Any]]
    order: int = 100


@dataclass(frozen=True, slots=True)
class DashboardPanel:
    """A section of the overview; `wide` takes the whole width."""

    key: str
    title: Any
    template: str
    context: Callable[[HttpRequest], Mapping[str, Any] | None]
    order: int = 100
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A way from a page of this app to one of a higher app."""

    label: Any
    url: str


ProjectLink = Callable[[HttpRequest, Project], Link | None]
CampaignLink = Callable[[HttpRequest, Campaign, date], Link | None]

_campaign_links: dict[str, CampaignLink] = {}
_project_links: dict[str, ProjectLink] = {}
_panels: dict[str, Panel] = {}
_columns: dict[str, Column] = {}
_dashboard: dict[str, DashboardPanel] = {}


def add_campaign_link(key: str, link: CampaignLink) -> None:
    _campaign_links[key] = link


def campaign_links(request: HttpRequest, campaign: Campaign, day: date) -> list[Link]:
    """Where else a campaign's figures of a day are shown."""
    return [link for make in _campaign_links.values() if (link := make(request, campaign, day)) is not None]


def add_project_link(key: str, link: ProjectLink) -> None:
    _project_links[key] = link


def project_links(request: HttpRequest, project: Project) -> list[Link]:
    """Where else a project is shown."""
    return [link for make in _project_links.values() if (link := make(request, project)) is not None]


def add_panel(panel: Panel) -> None:
    _panels[panel.key] = panel


def add_column(column: Column) -> None:
    _columns[column.key] = column


def add_dashboard_panel(panel: DashboardPanel) -> None:
    _dashboard[panel.key] = panel


def project_panels() -> list[Panel]:
    return sorted(_panels.values(), key=lambda panel: panel.order)


def project_columns() -> list[Column]:
    return sorted(_columns.values(), key=lambda column: column.order)


def dashboard_panels() -> list[DashboardPanel]:
    return sorted(_dashboard.values(), key=lambda panel: panel.order)
