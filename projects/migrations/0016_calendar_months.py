"""The months from 2000 to 2060 as a view that stands on no table, so that no later migration is held back by it."""

from django.db import migrations, models

COLUMNS = """
    y * 100 + m AS id, y AS year, (m + 5) / 6 AS half_of_year, (m + 2) / 3 AS quarter, m AS month,
    y || '年' || m || '月' AS label,
    y || '年' || CASE WHEN m <= 6 THEN '上半年' ELSE '下半年' END AS half_label,
    y || '年第' || (CASE (m + 2) / 3 WHEN 1 THEN '一' WHEN 2 THEN '二' WHEN 3 THEN '三' ELSE '四' END) || '季度' AS quarter_label
"""
POSTGRESQL = f"""
CREATE VIEW projects_calendarmonth AS SELECT {COLUMNS},
    make_date(y, m, 1) AS first_day, (make_date(y, m, 1) + interval '1 month' - interval '1 day')::date AS last_day,
    extract(day FROM make_date(y, m, 1) + interval '1 month' - interval '1 day')::integer AS days
FROM generate_series(2000, 2060) y CROSS JOIN generate_series(1, 12) m
"""
SQLITE = f"""
CREATE VIEW projects_calendarmonth AS WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < 61 * 12 - 1),
months AS (SELECT 2000 + n / 12 AS y, n % 12 + 1 AS m FROM numbers)
SELECT {COLUMNS},
    printf('%04d-%02d-01', y, m) AS first_day, date(printf('%04d-%02d-01', y, m), '+1 month', '-1 day') AS last_day,
    CAST(strftime('%d', date(printf('%04d-%02d-01', y, m), '+1 month', '-1 day')) AS integer) AS days
FROM months
"""


def make(apps, schema_editor):
    schema_editor.execute(POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE, params=None)


def remove(apps, schema_editor):
    schema_editor.execute("DROP VIEW projects_calendarmonth")


class Migration(migrations.Migration):
    dependencies = [("projects", "0015_follow_changes")]

    operations = [
        migrations.RunPython(make, remove),
        migrations.CreateModel(
            name="CalendarMonth",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年份")),
                ("half_of_year", models.PositiveSmallIntegerField(verbose_name="半年")),
                ("quarter", models.PositiveSmallIntegerField(verbose_name="季度")),
                ("month", models.PositiveSmallIntegerField(verbose_name="月份")),
                ("label", models.CharField(max_length=20, verbose_name="年月")),
                ("half_label", models.CharField(max_length=20, verbose_name="半年名称")),
                ("quarter_label", models.CharField(max_length=20, verbose_name="季度名称")),
                ("first_day", models.DateField(verbose_name="月初")),
                ("last_day", models.DateField(verbose_name="月末")),
                ("days", models.PositiveSmallIntegerField(verbose_name="天数")),
            ],
            options={
                "verbose_name": "月历",
                "verbose_name_plural": "月历",
                "db_table": "projects_calendarmonth",
                "ordering": ["id"],
                "managed": False,
            },
        ),
    ]
