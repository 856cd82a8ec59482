"""The admin's pages for projects, one module a noun. Importing them registers them."""

from projects.admin import lists, lookups, months, periods, permits, project, proposals

__all__ = ["lists", "lookups", "months", "periods", "permits", "project", "proposals"]
