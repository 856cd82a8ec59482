"""The whole demo year as open data: no fault by our own gate, none by libcoveoc4ids."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from projects.disclosure import Item
from projects.models import DisclosureRule, Project
from tests.reports.oc4ids.second import opinion

pytestmark = pytest.mark.django_db
# Schemes of our own, of which the standard's open lists know nothing.
OWN_SCHEMES = {"CN-PIPELINE-infrastructure_sector", "CN-PIPELINE-sei_field", "CN-PIPELINE-LIST", "CN-GBT2260"}


@pytest.fixture
def demo(db: Any, settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    call_command("start", no_serve=True, stdout=StringIO())


def test_the_demo_year_is_without_fault(demo: None, tmp_path: Path) -> None:
    assert Project.objects.count() == 301
    for everything in (False, True):
        if everything:
            open_all()
        path = tmp_path / "demo.json"
        call_command("export_oc4ids", output=str(path), stdout=StringIO(), stderr=StringIO())
        package = json.loads(path.read_text(encoding="utf-8"))
        assert len(package["projects"]) == 301
        told, schema = opinion(package)
        assert schema.json_deref_error is None
        assert told["validation_errors"] == []
        assert told["data_only"] == []
        assert told["additional_closed_codelist_values"] == {}
        assert told["additional_checks"] == []
        assert told["conformance_checks"] == []
        strange = {value for row in told["additional_open_codelist_values"].values() for value in row["values"]}
        assert strange <= OWN_SCHEMES
    assert {key for row in package["projects"] for key in row} >= {"forecasts", "metrics", "transactions", "milestones", "budget"}
    # And the second opinion is awake: what is wrong in one of the 301 is seen.
    package["projects"][150]["status"] = "在建"
    told, schema = opinion(package)
    assert schema.json_deref_error is None
    assert [sorted(row["values"]) for row in told["additional_closed_codelist_values"].values()] == [["在建"]]


def open_all() -> None:
    for rule in DisclosureRule.objects.exclude(item__in=[Item.CONTACT.value, Item.PHONE.value]):
        rule.level = "public"
        rule.save()
