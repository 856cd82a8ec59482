"""From now on a month locks itself on its planned day. One that was unlocked by hand after that day was meant to stay open: its day goes."""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.utils import timezone


def forget_days_that_were_overruled(apps: Any, schema_editor: Any) -> None:
    period_model, event_model = apps.get_model("projects", "ReportingPeriod"), apps.get_model("accounts", "AuditEvent")
    for period in period_model.objects.filter(locked_at=None, locks_on__lte=timezone.localdate()):
        unlocked = event_model.objects.filter(event="period.unlock", object_type="projects.reportingperiod", object_id=str(period.pk))
        if unlocked.filter(at__date__gte=period.locks_on).exists():
            period_model.objects.filter(pk=period.pk).update(locks_on=None)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("projects", "0006_project_tags_through_rows")]

    operations = [migrations.RunPython(forget_days_that_were_overruled, migrations.RunPython.noop)]
