"""docs/surfaces.toml says the truth: every address leads somewhere, every field, command, option and setting is there, none is left out."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from django.core.management import get_commands, load_command_class
from django.urls import Resolver404, resolve

from accounts.models import User
from config.demo import PEOPLE
from exchange.forms import CommitForm, ReversalForm, UploadForm
from exchange.models import Upload

ROOT = Path(__file__).resolve().parent.parent
SURFACES: dict[str, Any] = tomllib.loads((ROOT / "docs/surfaces.toml").read_text(encoding="utf-8"))
FILLED = {"{public_id}": "0" * 32, "{id}": "1", "{cut}": "2020-06"}


def addresses() -> list[str]:
    return [
        value
        for part in ("login", "upload", "reports", "open", "admin", "odata")
        for value in SURFACES[part].values()
        if isinstance(value, str) and value.startswith("/")
    ]


@pytest.mark.parametrize("template", addresses())
def test_address_leads_to_a_page(template: str) -> None:
    address = template
    for mark, value in FILLED.items():
        address = address.replace(mark, value)
    found = resolve(address)
    assert found.url_name, f"{address} falls through to the catch-all"


def test_a_made_up_address_leads_nowhere() -> None:
    with pytest.raises(Resolver404):
        resolve("/uploads/no/such/")


@pytest.mark.django_db
def test_form_fields_are_the_ones_named() -> None:
    assert list(UploadForm(User(username="x")).fields) == SURFACES["upload"]["fields"]
    assert list(CommitForm().fields) == SURFACES["upload"]["commit_fields"]
    assert list(ReversalForm().fields) == SURFACES["upload"]["undo_fields"]


def test_upload_states_are_the_ones_named() -> None:
    assert [state.value for state in Upload.State] == SURFACES["upload"]["states"]


def own_commands() -> set[str]:
    ours = {"accounts", "projects", "funding", "exchange", "reports", "config"}
    return {name for name, app in get_commands().items() if app in ours}


def test_every_command_of_ours_is_named() -> None:
    assert own_commands() == set(SURFACES["commands"])


@pytest.mark.parametrize("name", sorted(SURFACES["commands"]))
def test_command_has_exactly_these_options(name: str) -> None:
    command = load_command_class(get_commands()[name], name)
    parser = command.create_parser("manage.py", name)
    known = {"--version", "--verbosity", "--settings", "--pythonpath", "--traceback", "--no-color", "--force-color", "--skip-checks", "--help"}
    options = {option for action in parser._actions for option in action.option_strings if option.startswith("--")} - known
    assert options == set(SURFACES["commands"][name]["options"])


def test_settings_are_the_ones_read_and_the_readme_has_them_all() -> None:
    text = (ROOT / "config/settings.py").read_text() + (ROOT / "config/environment.py").read_text()
    read = set(re.findall(r'(?:environment\.)?(?:text|flag|number|words)\("([A-Z0-9_]+)"', text))
    assert read == set(SURFACES["settings"]["names"])
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in SURFACES["settings"]["names"] if f"`{name}`" not in readme] == []


def test_demo_people_are_the_ones_named() -> None:
    assert [name for name, *_ in PEOPLE] == SURFACES["login"]["demo_people"]
