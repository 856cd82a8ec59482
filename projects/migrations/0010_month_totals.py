"""Month totals that are kept, and the triggers that mark what a write may have changed, through whichever door it comes.

A trigger writes marks alone and reads nothing but the rows that were written: it waits for nobody, and a table that SQLite makes anew for
a later migration is not held back by a trigger of another. Such a migration loses the triggers of its table; a test says which, and the
migration then runs `install` of a copy of this file for it.
"""

from django.db import migrations, models

MARK = "INSERT INTO projects_summarymark (project_id, period_id, list_id, year)"
# Table → what a mark names, and the columns on which figures stand.
WATCHED = {
    "projects_project": ({"project_id": "id"}, ("unit_id", "kind", "sector_id", "stage", "total_wan", "is_approx")),
    "projects_annualplan": ({"project_id": "project_id", "year": "year"}, ("month", "plan_wan")),
    "projects_planversion": ({"project_id": "project_id"}, ("number", "is_baseline", "total_wan", "decided_on", "updated_at")),
    "projects_entry": ({"project_id": "project_id"}, ("version_id", "total_wan")),
    "projects_monthreport": (
        {"project_id": "project_id", "period_id": "period_id"},
        ("done_month_wan", "done_ytd_wan", "cum_total_wan", "is_approx", "state"),
    ),
    "projects_listversion": ({"list_id": "list_id"}, ("number", "as_of")),
    "projects_projectlist": ({"list_id": "id"}, ("year", "kind")),
    # A period that is moved or gone: everything may have changed.
    "projects_reportingperiod": ({}, ("year", "month", "half")),
}
NAMES = ("project_id", "period_id", "list_id", "year")


def marked(named, row):
    return ", ".join(f"{row}{named[name]}" if name in named else "NULL" for name in NAMES)


def postgresql(table, named, watched):
    """A trigger for each kind of statement: one insert of marks for all its rows, of an update for those that differ."""
    columns = ", ".join(dict.fromkeys(["id", *named.values(), *watched]))
    casts = ", ".join(f"NULL::{'integer' if name == 'year' else 'bigint'}" if name not in named else named[name] for name in NAMES)
    moved = f"((SELECT {columns} FROM fresh EXCEPT SELECT {columns} FROM gone) UNION ALL (SELECT {columns} FROM gone EXCEPT SELECT {columns} FROM fresh))"
    yield f"""
CREATE FUNCTION summary_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN {MARK} SELECT {casts} FROM fresh;
  ELSIF TG_OP = 'DELETE' THEN {MARK} SELECT {casts} FROM gone;
  ELSE {MARK} SELECT DISTINCT {casts} FROM {moved} moved;
  END IF;
  RETURN NULL;
END $$"""
    tables = {"INSERT": "NEW TABLE AS fresh", "DELETE": "OLD TABLE AS gone", "UPDATE": "OLD TABLE AS gone NEW TABLE AS fresh"}
    for event, seen in tables.items():
        if named or event != "INSERT":
            yield (
                f"CREATE TRIGGER summary_{event.lower()} AFTER {event} ON {table} "
                f"REFERENCING {seen} FOR EACH STATEMENT EXECUTE FUNCTION summary_{table}()"
            )


def sqlite(table, named, watched):
    """The same row by row."""
    if named:
        yield f"CREATE TRIGGER summary_insert_{table} AFTER INSERT ON {table} BEGIN {MARK} VALUES ({marked(named, 'NEW.')}); END"
    yield f"CREATE TRIGGER summary_delete_{table} AFTER DELETE ON {table} BEGIN {MARK} VALUES ({marked(named, 'OLD.')}); END"
    columns = list(dict.fromkeys(["id", *named.values(), *watched]))
    moved = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in columns)
    yield (
        f"CREATE TRIGGER summary_update_{table} AFTER UPDATE ON {table} WHEN {moved} "
        f"BEGIN {MARK} SELECT {marked(named, 'NEW.')} UNION SELECT {marked(named, 'OLD.')}; END"
    )


def install(apps, schema_editor):
    make = postgresql if schema_editor.connection.vendor == "postgresql" else sqlite
    for table, (named, watched) in WATCHED.items():
        for statement in make(table, named, watched):
            schema_editor.execute(statement, params=None)


def remove(apps, schema_editor):
    for table in WATCHED:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP FUNCTION IF EXISTS summary_{table}() CASCADE", params=None)
        else:
            for event in ("insert", "delete", "update"):
                schema_editor.execute(f"DROP TRIGGER IF EXISTS summary_{event}_{table}", params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('projects', '0009_finance_and_period_schemes'),
    ]

    operations = [
        migrations.CreateModel(
            name='MonthFact',
            fields=[
                ('pk', models.CompositePrimaryKey('at', 'project_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('at', models.IntegerField()),
                ('project_id', models.BigIntegerField()),
                ('unit_id', models.BigIntegerField()),
                ('kind', models.CharField(max_length=16)),
                ('sector_id', models.BigIntegerField()),
                ('stage', models.CharField(max_length=12)),
                ('standing', models.SmallIntegerField()),
                ('total', models.BigIntegerField(null=True)),
                ('total_rough', models.SmallIntegerField()),
                ('plan', models.BigIntegerField(null=True)),
                ('month', models.BigIntegerField(null=True)),
                ('ytd', models.BigIntegerField(null=True)),
                ('cum', models.BigIntegerField(null=True)),
                ('rough', models.SmallIntegerField()),
                ('month_ok', models.BigIntegerField(null=True)),
                ('ytd_ok', models.BigIntegerField(null=True)),
                ('cum_ok', models.BigIntegerField(null=True)),
                ('rough_ok', models.SmallIntegerField()),
            ],
            options={
                'verbose_name': 'month facts',
                'verbose_name_plural': 'month facts',
            },
        ),
        migrations.CreateModel(
            name='MonthSum',
            fields=[
                ('pk', models.CompositePrimaryKey('at', 'unit_id', 'kind', 'sector_id', 'standing', blank=True, editable=False, primary_key=True, serialize=False)),
                ('at', models.IntegerField()),
                ('unit_id', models.BigIntegerField()),
                ('kind', models.CharField(max_length=16)),
                ('sector_id', models.BigIntegerField()),
                ('standing', models.SmallIntegerField()),
                ('n', models.IntegerField(default=0)),
                ('total', models.BigIntegerField(default=0)),
                ('total_n', models.IntegerField(default=0)),
                ('total_rough', models.IntegerField(default=0)),
                ('plan', models.BigIntegerField(default=0)),
                ('plan_n', models.IntegerField(default=0)),
                ('month', models.BigIntegerField(default=0)),
                ('month_n', models.IntegerField(default=0)),
                ('month_rough', models.IntegerField(default=0)),
                ('ytd', models.BigIntegerField(default=0)),
                ('ytd_n', models.IntegerField(default=0)),
                ('ytd_rough', models.IntegerField(default=0)),
                ('cum', models.BigIntegerField(default=0)),
                ('cum_n', models.IntegerField(default=0)),
                ('cum_rough', models.IntegerField(default=0)),
                ('own_plan', models.BigIntegerField(default=0)),
                ('own_plan_n', models.IntegerField(default=0)),
                ('month_ok', models.BigIntegerField(default=0)),
                ('month_ok_n', models.IntegerField(default=0)),
                ('month_ok_rough', models.IntegerField(default=0)),
                ('ytd_ok', models.BigIntegerField(default=0)),
                ('ytd_ok_n', models.IntegerField(default=0)),
                ('ytd_ok_rough', models.IntegerField(default=0)),
                ('cum_ok', models.BigIntegerField(default=0)),
                ('cum_ok_n', models.IntegerField(default=0)),
                ('cum_ok_rough', models.IntegerField(default=0)),
                ('own_plan_ok', models.BigIntegerField(default=0)),
                ('own_plan_ok_n', models.IntegerField(default=0)),
            ],
            options={
                'verbose_name': 'month sums',
                'verbose_name_plural': 'month sums',
            },
        ),
        migrations.CreateModel(
            name='SummaryMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('project_id', models.BigIntegerField(null=True)),
                ('period_id', models.BigIntegerField(null=True)),
                ('list_id', models.BigIntegerField(null=True)),
                ('year', models.IntegerField(null=True)),
            ],
            options={
                'verbose_name': 'summary marks',
                'verbose_name_plural': 'summary marks',
            },
        ),
        migrations.CreateModel(
            name='SummedMonth',
            fields=[
                ('at', models.IntegerField(primary_key=True, serialize=False)),
            ],
            options={
                'verbose_name': 'summed months',
                'verbose_name_plural': 'summed months',
            },
        ),
        migrations.RunPython(install, remove),
    ]
