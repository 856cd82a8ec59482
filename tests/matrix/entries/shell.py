"""Management commands: they need no post, only the server; those that speak for a person with --user keep to that person's reach."""

from __future__ import annotations

from tests.matrix.surfaces import Shell

COMMANDS = (
    Shell("start", "brings the embedded product up; whoever starts it owns it"),
    Shell("load_reference", "writes reference data from files of the server"),
    Shell("rebuild_summary", "works kept totals out anew from the records; prints ids and sums to whoever has the server"),
    Shell("compact_changes", "drops overtaken lines of the change sequence; prints their count"),
    Shell("export_oc4ids", "writes what is public of the projects of whoever is named with --user"),
    Shell("figures", "prints the headline figures of whoever is named with --user"),
    Shell("city_table", "prints the table of whoever is named with --user"),
    Shell("monthly_book", "writes the tables of whoever is named with --user"),
    Shell("worker", "carries out jobs, each with the reach of the person who asked, which is asked again then"),
    Shell("sweep", "brings again jobs that lost their process; changes nothing else"),
    Shell("template", "writes the template of whoever is named with --user"),
    Shell("remind", "chases the units that owe a month; for a timer of the server"),
    Shell("worker", "takes up waiting work; every piece of it asks the posts of who ordered it"),
    Shell("sweep", "brings lost work again; for a timer of the server"),
    Shell("undo", "takes an upload back as whoever is named with --user"),
    Shell("prove", "adds the ledger up again; reads only"),
    Shell("funds_check", "prints the clocks and rules of money; reads only"),
    Shell("bi_role", "gives and takes database logins; asks for the server and a database account that may create roles"),
    Shell("migrate", "Django's own; makes the BI views anew"),
    Shell("intake", "uploads as whoever is named with --user"),
)

# Commands of libraries: for whoever has the server.
LIBRARIES = frozenset({"axes", "simple_history", "rest_framework", "django_tasks_db", "drf_spectacular"})
