"""The admin's pages for projects, one module a noun. Importing them registers them."""

from projects.admin import (
    campaigns,
    correction_list,
    cuts,
    disclosure,
    indicators,
    lights,
    lists,
    lookups,
    months,
    obstacles,
    periods,
    permits,
    project,
    proposals,
)

__all__ = [
    "campaigns",
    "correction_list",
    "cuts",
    "disclosure",
    "indicators",
    "lights",
    "lists",
    "lookups",
    "months",
    "obstacles",
    "periods",
    "permits",
    "project",
    "proposals",
]
