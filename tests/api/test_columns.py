"""Whatever column a list of the admin shows can be filtered by in the API, or stands here by name with why it can't."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin

from accounts.api.filters import filterset
from accounts.api.resources import RESOURCES

MARK = "a mark made of several columns, each of which is a filter"
SUMMED = "summed up for the page; at /api/v1/figures/ and in the rows that are summed"
NOT_FILTERED = {
    "lists": {"__str__": "the name with its year, which are filters"},
    "corrections": {"n_published": "kept as text: values of many kinds", "n_value": "kept as text: values of many kinds"},
    "light-notes": {"by": "people are no data of this door", "standing": "follows from withdraws, which is a filter"},
    "light-profiles": {
        "by": "people are no data of this door",
        **dict.fromkeys(("progress_words", "start_words", "payment_words", "statistics_words"), MARK),
    },
    "obstacles": {"text_words": "the text, cut short", "standing": "follows from the days, which are filters"},
    "projects": dict.fromkeys(("n_total", "n_plan", "n_ytd", "n_rate"), SUMMED),
    "proposals": {"what": "made of the changes, which are JSON", "proposer": "people are no data of this door"},
    "fund-accounts": {"fund": "bond or plan, which are filters", "n_idle": SUMMED},
    "fund-entries": {"fund": "bond or plan, which are filters", "reversed_words": "the column reverses is a filter"},
    "adjustments": {"from_name": "the name of taken_from, a filter", "to_name": "the name of given_to, a filter"},
    "bonds": {"n_left": SUMMED, "mark": MARK},
    "central-plans": {"n_left": SUMMED, "mark": MARK},
    "dossiers": {"plan": MARK, "finance": MARK, "legal": MARK, "mark": MARK},
    "finance-plans": {"n_planned": SUMMED, "n_secured": SUMMED, "mark": MARK},
    "quota-batches": {"n_left": SUMMED, "mark": MARK},
    "bond-issues": {"count_bonds": SUMMED, "n_amount": SUMMED, "mark": MARK},
    "rolling-plans": {"count_projects": SUMMED, "mark": MARK},
    "rolling-entries": dict.fromkeys(("n_first", "n_second", "n_third"), SUMMED),
    "units": {"alias_words": "JSON"},
    "uploads": {"n_rows": "in the counts, which are JSON", "n_errors": "in the counts, which are JSON", "page": "a link"},
}
LISTED = {name: page for name, one in RESOURCES.items() for model, page in admin.site._registry.items() if model is one.model and not one.only}


def order_of(page: Any, item: Any) -> str:
    """The path that a column shows."""
    name = item if isinstance(item, str) else item.__name__
    if name in {field.name for field in page.model._meta.get_fields()}:
        return name
    shown = item if callable(item) else getattr(page, name, None) or getattr(page.model, name, None)
    return str(getattr(shown, "admin_order_field", None) or "")


def unfiltered(resource: str) -> set[str]:
    """The shown columns whose path, or the row it begins at, no filter reads."""
    page: Any = LISTED[resource]
    read = {one.field_name for one in filterset(resource).base_filters.values()}
    roots = {path.split("__")[0].removesuffix("_id") for path in read if "__" in path or path.endswith("_id")}
    found = set()
    for item in page.list_display:
        path = order_of(page, item)
        if not path or (path not in read and path.split("__")[0] not in roots):
            found.add(item if isinstance(item, str) else item.__name__)
    return found


@pytest.mark.parametrize("resource", sorted(LISTED))
def test_every_column_of_a_list_is_a_filter(resource: str) -> None:
    assert unfiltered(resource) == set(NOT_FILTERED.get(resource, {}))


def test_no_exemption_is_of_a_list_that_is_none() -> None:
    assert set(NOT_FILTERED) <= set(LISTED)
