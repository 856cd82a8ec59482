"""The demo year's monitored indicators: `fixtures/demo/indicators.json`, once. All of it is public; what was worked out says from what."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.db import transaction

from accounts.models import User
from projects.models import Door, Indicator, IndicatorValue, Source, changes_from

FILE = settings.BASE_DIR / "fixtures" / "demo" / "indicators.json"


@transaction.atomic
def load_indicators(path: Path = FILE) -> bool:
    """Store the indicators and their figures once; answers whether there was anything to do."""
    told = json.loads(path.read_text(encoding="utf-8"))
    if Indicator.objects.filter(key__in=[row["key"] for row in told["indicators"]]).exists():
        return False
    actor = User.objects.get(username="officer")
    with changes_from(Source(Door.COMMAND, actor.pk, None, "2020年演示数据")):
        made = {row["key"]: Indicator.objects.create(**row) for row in told["indicators"]}
        for row in told["values"]:
            given = {name: Decimal(value) if name.endswith("value") else value for name, value in row.items()}
            IndicatorValue.objects.create(**{**given, "indicator": made[row["indicator"]]}, source=told["source"])
    return True
