"""The gate before anything is written: the schema of the standard, and four checks of our own. Pure.

The vendored schema is read once; nothing is fetched. Every fault names its project and its path.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft4Validator, FormatChecker
from referencing import Registry, Resource
from rfc3339_validator import validate_rfc3339

FOLDER = Path(__file__).resolve().parent / "schema"
PROJECT, PACKAGE = "project-schema.json", "project-package-schema.json"
PREFIX = re.compile(r"oc4ids-[a-z0-9]{6}", re.ASCII)
_ID = re.compile(r"oc4ids-[a-z0-9]{6}.", re.ASCII)
# Members that name an organisation, which must be among the parties.
_REFERENCES = frozenset({"publicAuthority", "payer", "payee", "sourceParty", "financingParty"})
_LONGEST = 300
Step = str | int


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, in which project (blank: the package), and where in it."""

    project: str
    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.project or 'package'} {self.path}: {self.message}"


def formats() -> FormatChecker:
    """The formats that the schema names. Without them a half date passes unnoticed."""
    checker = FormatChecker(formats=())
    checker.checks("date-time")(lambda told: not isinstance(told, str) or bool(validate_rfc3339(told)))
    checker.checks("uri")(lambda told: not isinstance(told, str) or _is_uri(told))
    return checker


def _is_uri(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.scheme and (parts.netloc or parts.path)) and not re.search(r"\s", text)


@cache
def _schemas() -> Mapping[str, Any]:
    return {name: json.loads((FOLDER / name).read_text(encoding="utf-8")) for name in (PROJECT, PACKAGE)}


@cache
def _validator(name: str) -> Draft4Validator:
    registry: Registry[Any] = Registry().with_resources((schema["id"], Resource.from_contents(schema)) for schema in _schemas().values())
    return Draft4Validator(_schemas()[name], registry=registry, format_checker=formats())


class Gate:
    """Takes a package project by project. Ids are kept, since they may be used once; nothing else of a project is."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._ids: set[str] = set()

    def package(self, head: Mapping[str, Any]) -> list[Fault]:
        """Faults of the package around the projects."""
        whole = {**head, "projects": [{"id": f"{self._prefix}-x"}]}
        faults = [*_schema_faults(PACKAGE, whole, ""), *(Fault("", path, words) for path, words in blank(head))]
        if not PREFIX.fullmatch(self._prefix):
            faults.append(Fault("", "projects", f"the prefix {self._prefix!r} is not of the form oc4ids- and six lower-case letters or digits"))
        return faults

    def project(self, told: Mapping[str, Any]) -> list[Fault]:
        """Faults of one project."""
        key = str(told.get("id") or "(no id)")
        faults = [*_schema_faults(PROJECT, told, key), *(Fault(key, path, words) for check in CHECKS for path, words in check(told))]
        if _ID.match(key) and not key.startswith(f"{self._prefix}-"):
            faults.append(Fault(key, "id", f"does not begin with the prefix in use, {self._prefix}"))
        if key in self._ids:
            faults.append(Fault(key, "id", "is the id of another project of this package"))
        self._ids.add(key)
        return faults


def _schema_faults(name: str, told: Any, key: str) -> Iterator[Fault]:
    for error in _validator(name).iter_errors(told):
        yield Fault(key, _path(error.absolute_path), error.message[:_LONGEST])


def _path(steps: Any) -> str:
    told = ""
    for step in steps:
        told += f"[{step}]" if isinstance(step, int) else f".{step}" if told else step
    return told or "(whole)"


# --- Our own checks ----------------------------------------------------------------------------------------------------------------

Faults = Iterator[tuple[str, str]]


def prefix(told: Mapping[str, Any]) -> Faults:
    """A project's id begins with a prefix of the registered form."""
    key = told.get("id")
    if isinstance(key, str) and not _ID.match(key):
        yield "id", f"{key!r} does not begin with oc4ids-, six lower-case letters or digits, and a rest"


def blank(told: Mapping[str, Any]) -> Faults:
    """Nothing is blank: what is not known is not there."""
    for steps, node in _walk(told, ()):
        if node is None or (isinstance(node, str) and not node.strip()) or (isinstance(node, dict | list) and not node):
            yield _path(steps), "is blank: leave the member out"


def currency(told: Mapping[str, Any]) -> Faults:
    """An amount says in which money."""
    for steps, node in _walk(told, ()):
        if isinstance(node, dict) and _is_number(node.get("amount")) and not node.get("currency"):
            yield _path((*steps, "amount")), "has no currency"


def reference(told: Mapping[str, Any]) -> Faults:
    """An organisation that is named is among the parties."""
    rows = told.get("parties")
    parties = {row.get("id") for row in rows if isinstance(row, dict)} if isinstance(rows, list) else set()
    for steps, node in _walk(told, ()):
        if steps and steps[-1] in _REFERENCES and isinstance(node, dict) and node.get("id") not in parties:
            yield _path((*steps, "id")), f"{node.get('id')!r} is no id among the parties"


CHECKS: tuple[Callable[[Mapping[str, Any]], Faults], ...] = (prefix, blank, currency, reference)


def _is_number(node: Any) -> bool:
    return isinstance(node, int | float) and not isinstance(node, bool)


def _walk(node: Any, steps: tuple[Step, ...]) -> Iterator[tuple[tuple[Step, ...], Any]]:
    """Every node with the way to it."""
    yield steps, node
    if isinstance(node, dict):
        for key, part in node.items():
            yield from _walk(part, (*steps, key))
    elif isinstance(node, list):
        for place, part in enumerate(node):
            yield from _walk(part, (*steps, place))
