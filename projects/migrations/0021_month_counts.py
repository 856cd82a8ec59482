"""Kept month totals count how far projects have come: planned to start, begun, started, going on, finished.

The dates of a project mark it from now on, as its stage did. What was kept before does not have the counts: it is dropped, months are
answered by the plain aggregate until the next fold keeps them anew.
"""

from importlib import import_module

from django.db import migrations, models

first = import_module("projects.migrations.0010_month_totals")
TABLE = "projects_project"
DATES = ("planned_start", "actual_start", "actual_finish")
COUNTS = ("to_start", "begun", "started", "going_on", "finished")


def forget(apps, schema_editor):
    for name in ("MonthFact", "MonthSum", "SummedMonth"):
        apps.get_model("projects", name).objects.all().delete()


def _set(schema_editor, watched):
    postgresql = schema_editor.connection.vendor == "postgresql"
    if postgresql:
        schema_editor.execute(f"DROP FUNCTION IF EXISTS summary_{TABLE}() CASCADE", params=None)
    else:
        for event in ("insert", "delete", "update"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS summary_{event}_{TABLE}", params=None)
    for statement in (first.postgresql if postgresql else first.sqlite)(TABLE, {"project_id": "id"}, watched):
        schema_editor.execute(statement, params=None)


def watch(apps, schema_editor):
    _set(schema_editor, (*first.WATCHED[TABLE][1], *DATES))


def unwatch(apps, schema_editor):
    _set(schema_editor, first.WATCHED[TABLE][1])


class Migration(migrations.Migration):
    dependencies = [("projects", "0020_corrections_together")]

    operations = [
        migrations.RunPython(forget, migrations.RunPython.noop),
        *(migrations.AddField("monthfact", name, models.SmallIntegerField(default=0)) for name in COUNTS),
        *(migrations.AddField("monthsum", name, models.IntegerField(default=0)) for name in COUNTS),
        migrations.RunPython(watch, unwatch),
    ]
