"""Verbs of projects: everything that changes a project, its lists, plans and months, with its history."""
