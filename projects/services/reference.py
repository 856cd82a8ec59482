"""Loads reference data from JSON: divisions, units, classifications, thresholds, stage fields, when months are due. Loading twice changes nothing.

Rows are matched by their natural key; a row that an officer changed since is brought back to the file's value only with `overwrite`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.db import models, transaction

from accounts.models import Division, ReportingUnit
from projects.models import Classification, DisclosureRule, Holiday, LightProfile, OpenCode, ReportingRule, StageField, Threshold

FILES = (
    *("divisions", "units", "classifications", "thresholds", "stage_fields"),
    *("holidays", "reporting_rules", "disclosure_rules", "open_codes", "light_profiles"),
)


def load_reference(folder: Path, *, overwrite: bool = False) -> dict[str, int]:
    """Load every file of `folder`; answers file → rows added or changed. All or nothing."""
    data = {name: json.loads((folder / f"{name}.json").read_text(encoding="utf-8")) for name in FILES if (folder / f"{name}.json").exists()}
    with transaction.atomic():
        return {name: _LOADERS[name](rows, overwrite) for name, rows in data.items()}


def _keep(model: type[models.Model], key: dict[str, Any], values: dict[str, Any], overwrite: bool) -> int:
    """Add the row, or bring it up to the file; 1 if anything was written."""
    found = model._default_manager.filter(**key).first()
    if found is None:
        model._default_manager.create(**key, **values)
        return 1
    changed = {name: value for name, value in values.items() if getattr(found, name) != value}
    if not changed or not overwrite:
        return 0
    for name, value in changed.items():
        setattr(found, name, value)
    found.save(update_fields=list(changed))
    return 1


def _plain(row: dict[str, Any], model: type[models.Model], leave: set[str]) -> dict[str, Any]:
    """The file's values that the model has columns for, blanks as the column's own blank."""
    names = {field.name: field for field in model._meta.concrete_fields}
    values = {}
    for name, value in row.items():
        if name in names and name not in leave:
            field = names[name]
            blank = "" if value is None and not field.null else value
            values[name] = field.to_python(blank) if blank not in ("", None) else blank
    return values


def _load_divisions(rows: list[dict[str, Any]], overwrite: bool) -> int:
    count = sum(_keep(Division, {"code": row["code"]}, _plain(row, Division, {"code", "successor"}), overwrite) for row in rows)
    by_code = {division.code: division for division in Division.objects.all()}
    for row in rows:
        successor = by_code.get(row.get("successor") or "")
        division = by_code[row["code"]]
        if successor is not None and division.successor_id is None:
            division.successor = successor
            division.save(update_fields=["successor"])
    return count


def _load_units(rows: list[dict[str, Any]], overwrite: bool) -> int:
    divisions = {division.code: division for division in Division.objects.all()}
    count = 0
    for row in rows:
        values = _plain(row, ReportingUnit, {"key", "division", "parent"})
        values["division"] = divisions.get(row.get("division") or "")
        count += _keep(ReportingUnit, {"key": row["key"]}, values, overwrite)
    by_key = {unit.key: unit for unit in ReportingUnit.objects.all()}
    for row in rows:
        parent = by_key.get(row.get("parent") or "")
        unit = by_key[row["key"]]
        if parent is not None and unit.parent_id is None:
            unit.parent = parent
            unit.save(update_fields=["parent"])
    return count


def _load_classifications(rows: list[dict[str, Any]], overwrite: bool) -> int:
    count = 0
    for row in rows:
        key = {"scheme": row["scheme"], "code": row["code"]}
        count += _keep(Classification, key, _plain(row, Classification, {"scheme", "code", "parent"}), overwrite)
    by_key = {(node.scheme, node.code): node for node in Classification.objects.all()}
    for row in rows:
        parent = by_key.get((row["scheme"], row.get("parent") or ""))
        node = by_key[(row["scheme"], row["code"])]
        if parent is not None and node.parent_id is None:
            node.parent = parent
            node.save(update_fields=["parent"])
    return count


def _load_thresholds(rows: list[dict[str, Any]], overwrite: bool) -> int:
    count = 0
    for row in rows:
        key = {"code": row["code"], "key": row.get("key") or "", "valid_from": row.get("valid_from")}
        count += _keep(Threshold, key, _plain(row, Threshold, set(key)), overwrite)
    return count


def _load_stage_fields(rows: list[dict[str, Any]], overwrite: bool) -> int:
    count = 0
    for row in rows:
        key = {"field": row["field"], "kind": row.get("kind") or "", "valid_from": row.get("valid_from")}
        values = _plain(row, StageField, set(key))
        values["stage"] = str(row["stage"]).lower()
        count += _keep(StageField, key, values, overwrite)
    return count


def _load_holidays(rows: list[dict[str, Any]], overwrite: bool) -> int:
    return sum(_keep(Holiday, {"date": row["date"]}, _plain(row, Holiday, {"date"}), overwrite) for row in rows)


def _load_reporting_rules(rows: list[dict[str, Any]], overwrite: bool) -> int:
    keys = ("year", "month", "half")
    return sum(_keep(ReportingRule, {name: row[name] for name in keys}, _plain(row, ReportingRule, set(keys)), overwrite) for row in rows)


def _load_disclosure_rules(rows: list[dict[str, Any]], overwrite: bool) -> int:
    return sum(_keep(DisclosureRule, {"item": row["item"]}, _plain(row, DisclosureRule, {"item"}), overwrite) for row in rows)


def _load_open_codes(rows: list[dict[str, Any]], overwrite: bool) -> int:
    """Those of classifications that are not in this city are left out."""
    nodes = {(node.scheme, node.code): node for node in Classification.objects.all()}
    count = 0
    for row in rows:
        node = nodes.get((row["scheme"], row["of"]))
        if node is not None:
            key = {"classification": node, "valid_from": row.get("valid_from")}
            count += _keep(OpenCode, key, _plain(row, OpenCode, {"classification", "valid_from"}), overwrite)
    return count


def _load_light_profiles(rows: list[dict[str, Any]], _overwrite: bool) -> int:
    """A version that is there stays as it was adopted: lights were made by it."""
    return sum(
        _keep(LightProfile, {"key": row["key"], "version": row["version"]}, _plain(row, LightProfile, {"key", "version"}), False) for row in rows
    )


_LOADERS = {
    "divisions": _load_divisions,
    "units": _load_units,
    "classifications": _load_classifications,
    "thresholds": _load_thresholds,
    "stage_fields": _load_stage_fields,
    "holidays": _load_holidays,
    "reporting_rules": _load_reporting_rules,
    "disclosure_rules": _load_disclosure_rules,
    "open_codes": _load_open_codes,
    "light_profiles": _load_light_profiles,
}
