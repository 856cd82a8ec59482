"""Gives every stored reporting period the first line of its history; backwards, nil returns that were withdrawn go, as they did before."""

from django.db import migrations
from django.utils import timezone

_COLUMNS = ("id", "year", "month", "half", "opens_on", "due_on", "grace_until", "locks_on", "locked_at", "locked_by_id", "revision", "updated_at")


def begin(apps, schema_editor):
    period, line = (apps.get_model("projects", name) for name in ("ReportingPeriod", "HistoricalReportingPeriod"))
    now = timezone.now()
    rows = period.objects.order_by("id").values(*_COLUMNS)
    line.objects.bulk_create([line(**row, history_date=now, history_type="+", door="command") for row in rows], batch_size=500)


def forget(apps, schema_editor):
    apps.get_model("projects", "NilReturn").objects.exclude(withdrawn_at=None).delete()


class Migration(migrations.Migration):
    dependencies = [("projects", "0011_period_history_and_nil_withdrawals")]

    operations = [migrations.RunPython(begin, forget)]
