"""The gate and the second opinion: what is right passes both, every fault that the standard knows is caught and named."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from projects.disclosure import PROJECT_SECTORS, PROJECT_TYPES
from reports.oc4ids.gate import Fault, Gate
from reports.oc4ids.mapping import STATUS
from tests.reports.oc4ids.build import PREFIX, document, package
from tests.reports.oc4ids.second import Uncured, codelist, opinion


def faults(told: dict[str, Any]) -> list[Fault]:
    return Gate(PREFIX).project(told)


def spoiled(spoil: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    told = copy.deepcopy(document())
    spoil(told)
    return told


def observation(told: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = told["metrics"][0]["observations"][0]
    return found


def test_all_that_can_be_told_passes() -> None:
    assert faults(document()) == []
    told, schema = opinion(package(document()))
    assert schema.json_deref_error is None
    assert told["validation_errors"] == []
    assert told["data_only"] == []  # no additional field
    assert told["additional_closed_codelist_values"] == {}
    assert told["additional_checks"] == []
    assert told["conformance_checks"] == []


# (what is spoilt, path that is named, a word of the message)
SPOILT = {
    "status": (lambda told: told.update(status="在建"), "status", "在建"),
    "type": (lambda told: told.update(type="新建"), "type", "新建"),
    "milestone status": (lambda told: told["milestones"][0].update(status="done"), "milestones[0].status", "done"),
    "currency unknown": (lambda told: told["budget"]["amount"].update(currency="RMB"), "budget.amount.currency", "RMB"),
    "asset class": (lambda told: told["budget"]["finance"][0].update(assetClass=["bond"]), "budget.finance[0].assetClass[0]", "bond"),
    "no id": (lambda told: told.pop("id"), "(whole)", "'id' is a required property"),
    "location without id": (lambda told: told["locations"][0].pop("id"), "locations[0]", "'id' is a required property"),
    "observation without id": (lambda told: observation(told).pop("id"), "metrics[0].observations[0]", "'id' is a required property"),
    "half date": (lambda told: told["period"].update(startDate="2020-03"), "period.startDate", "date-time"),
    "date alone": (lambda told: told["period"].update(startDate="2020-03-01"), "period.startDate", "date-time"),
    "text amount": (lambda told: told["budget"]["amount"].update(amount="3543212500"), "budget.amount.amount", "number"),
    "no prefix": (lambda told: told.update(id="P-000001"), "id", "oc4ids-"),
    "another prefix": (lambda told: told.update(id="oc4ids-zzz999-P-1"), "id", PREFIX),
    "empty text": (lambda told: told.update(title=""), "title", ""),
    "blank text": (lambda told: told.update(title="　 "), "title", "blank"),
    "empty array": (lambda told: told.update(parties=[]), "parties", ""),
    "null": (lambda told: told.update(description=None), "description", ""),
    "no currency": (lambda told: observation(told)["value"].pop("currency"), "metrics[0].observations[0].value.amount", "currency"),
    "unknown organisation": (lambda told: told["publicAuthority"].update(id="org-8"), "publicAuthority.id", "org-8"),
    "unknown payer": (lambda told: told["transactions"][0]["payer"].update(id="org-9"), "transactions[0].payer.id", "org-9"),
    "unknown source": (
        lambda told: told["budget"]["finance"][0]["financingParty"].update(id="x"),
        "budget.finance[0].financingParty.id",
        "'x'",
    ),
}


@pytest.mark.parametrize("name", SPOILT)
def test_a_fault_is_named_by_project_and_path(name: str) -> None:
    spoil, path, word = SPOILT[name]
    told = spoiled(spoil)
    found = faults(told)
    assert {fault.project for fault in found} == {told.get("id") or "(no id)"}
    assert any(fault.path == path and word in fault.message for fault in found), [str(fault) for fault in found]


def test_an_id_is_used_once() -> None:
    gate = Gate(PREFIX)
    assert gate.project(document()) == []
    assert [(fault.path, fault.project) for fault in gate.project(document())] == [("id", "oc4ids-abc123-P-000001")]


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"version": "0.9.5"}, "version"),
        ({"publishedDate": "2020-07-10"}, "publishedDate"),
        ({"publisher": {}}, "publisher"),
        ({"publisher": {"name": " "}}, "publisher.name"),
        ({"uri": "no address"}, "uri"),
    ],
)
def test_a_fault_of_the_package_is_named(changed: dict[str, Any], path: str) -> None:
    head = {key: part for key, part in package().items() if key != "projects"}
    assert Gate(PREFIX).package(head) == []
    assert path in [fault.path for fault in Gate(PREFIX).package({**head, **changed})]


@pytest.mark.parametrize("prefix", ["oc4ids-ABC123", "oc4ids-abc12", "ocds-abc123", ""])
def test_a_prefix_has_its_form(prefix: str) -> None:
    head = {key: part for key, part in package().items() if key != "projects"}
    assert any("prefix" in fault.message for fault in Gate(prefix).package(head))


# --- The second opinion can see ------------------------------------------------------------------------------------------------------


def test_the_second_opinion_catches_a_wrong_status() -> None:
    told, schema = opinion(package(spoiled(lambda told: told.update(status="在建"))))
    assert schema.json_deref_error is None
    closed = told["additional_closed_codelist_values"]
    assert [(row["path"], sorted(row["values"])) for row in closed.values()] == [("projects", ["在建"])]


def test_the_second_opinion_catches_the_rest() -> None:
    told, _schema = opinion(package(spoiled(lambda told: told.update(foo="bar", sector=["unheardOf"]))))
    assert [row[1] for row in told["data_only"]] == ["foo"]
    assert "unheardOf" in json.dumps([sorted(row["values"]) for row in told["additional_open_codelist_values"].values()])
    for name in ("no id", "half date", "text amount"):
        told, _schema = opinion(package(spoiled(SPOILT[name][0])))
        assert told["validation_errors"], name
    twice, _schema = opinion(package(document(), document(name="同号另一个")))
    assert twice["validation_errors"]


def test_the_trap_would_be_seen() -> None:
    """As it is published the reference can not be opened offline: then a wrong status passes, and only this mark tells."""
    told, schema = opinion(package(spoiled(lambda told: told.update(status="在建"))), Uncured())
    assert schema.json_deref_error
    assert told["additional_closed_codelist_values"] == {}


# --- Our codes are the standard's ----------------------------------------------------------------------------------------------------


def test_codes_are_those_of_the_standard() -> None:
    assert set(PROJECT_TYPES) == set(codelist("projectType.csv"))
    assert set(PROJECT_SECTORS) == set(codelist("projectSector.csv"))
    assert set(STATUS.values()) <= set(codelist("projectStatus.csv"))
