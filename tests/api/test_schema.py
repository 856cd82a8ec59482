"""The schema: made without a warning, told in Chinese, and every list is in it with every filter."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator

from accounts.api.filters import filterset
from accounts.api.resources import RESOURCES
from tests.conftest import Cast


@pytest.fixture(scope="module")
def schema() -> Any:
    GENERATOR_STATS.reset()
    made = SchemaGenerator().get_schema(request=None, public=True)
    assert not GENERATOR_STATS
    return made


def test_it_is_valid_openapi_31(schema: Any) -> None:
    validate_schema(schema)
    assert schema["openapi"] == "3.1.0"


@pytest.mark.parametrize("name", sorted(RESOURCES))
def test_a_list_is_told_with_every_filter_and_its_errors(name: str, schema: Any) -> None:
    told = schema["paths"][f"/api/v1/{name}/"]["get"]
    assert {one["name"] for one in told["parameters"]} >= {*filterset(name).base_filters, "fields", "ordering", "cursor", "page_size"}
    assert all(one["description"].strip() for one in told["parameters"])
    assert {"200", "400", "401", "403", "406", "429"} <= set(told["responses"])


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["swagger", "redoc"])
def test_a_page_of_the_schema_takes_nothing_from_elsewhere(page: str, cast: Cast, signed_in: Any) -> None:
    assert Client().get(f"/api/v1/{page}/").status_code == 302
    answer = signed_in(cast.owner).get(f"/api/v1/{page}/")
    assert answer.status_code == 200
    assert b"//" not in answer.content.replace(b"http://testserver", b"")
    assert "script-src 'self'" in answer["Content-Security-Policy"]


def operations(schema: Any) -> dict[str, Any]:
    return {f"{method} {path}": one for path, methods in schema["paths"].items() for method, one in methods.items() if method != "parameters"}


def test_every_group_of_operations_has_a_chinese_title(schema: Any) -> None:
    titles = {one["name"]: one["x-displayName"] for one in schema["tags"]}
    used = {tag for one in operations(schema).values() for tag in one["tags"]}
    assert used <= set(titles)
    assert {"root", "changes", "debt-service", "figures"} <= used
    assert [name for name, title in titles.items() if not re.search("[一-鿿]", title)] == []


def test_reading_one_row_is_told_in_words(schema: Any) -> None:
    assert schema["paths"]["/api/v1/months/{id}/"]["get"]["summary"] == "月度进展：一行"
    assert [name for name, one in operations(schema).items() if "#" in one["summary"]] == []


def test_every_operation_is_told_in_chinese(schema: Any) -> None:
    untold = [
        name for name, one in operations(schema).items() if not all(re.search("[一-鿿]", one.get(part, "")) for part in ("summary", "description"))
    ]
    assert untold == []


def test_every_operation_has_examples_that_its_schema_takes(schema: Any) -> None:
    without, wrong = [], []
    for name, one in operations(schema).items():
        bodies = one.get("requestBody", {}).get("content", {})
        done = [media for status, answer in one["responses"].items() if status.startswith("2") for media in [answer.get("content", {})]]
        contents = [bodies, *done] if bodies and "multipart/form-data" not in bodies else done
        for content in contents:
            told = [(kind, media) for kind, media in content.items() if "example" in media or media.get("examples")]
            if not told:
                without.append(name)
            for kind, media in told:
                values = [media["example"]] if "example" in media else [shown["value"] for shown in media["examples"].values()]
                asked = {**media["schema"], "components": schema["components"]}
                wrong += [(name, error.message) for value in values if "json" in kind for error in Draft202012Validator(asked).iter_errors(value)]
    print(without, *wrong, sep="\n")
    assert (without, wrong) == ([], [])
