"""What a rule or a reader has to say of a value, and how that is worded. Pure.

A finding knows the field and the value, never the place: the admin form adds the form field, the API the JSON key, the upload
the sheet, row and column. The wording is one table keyed by code; it is never typed at the place of use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as made
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """How far a finding stops the value it speaks of."""

    BLOCKS = "error"  # 阻断: the row can't be stored
    REASON = "warning"  # 需说明: stored with a typed reason
    INFO = "info"  # 提示


SEVERITY_ORDER: Mapping[Severity, int] = {Severity.BLOCKS: 0, Severity.REASON: 1, Severity.INFO: 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to say: a code of the wording table, how grave, of which field, with the values the wording names."""

    code: str
    severity: Severity
    field: str | None = None
    params: Mapping[str, Any] = made(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wording:
    """What is wrong (with the value found) and what would be right, in both languages; `{names}` are the finding's params."""

    zh: str
    en: str
    zh_fix: str = ""
    en_fix: str = ""


class _Shown(dict[str, Any]):
    """Params for formatting: a missing one shows its own name instead of failing the page."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


WORDING: dict[str, Wording] = {}


def add_wording(table: Mapping[str, Wording]) -> None:
    """Add a room's own codes to the one table. A code said twice is a mistake: ValueError."""
    double = WORDING.keys() & table.keys()
    if double:
        raise ValueError(f"finding codes worded twice: {', '.join(sorted(double))}")
    WORDING.update(table)


def message(finding: Finding, language: str = "zh") -> str:
    """The sentence for a finding: what is wrong, in Chinese (`zh…`) or English."""
    wording = WORDING[finding.code]
    return (wording.zh if language.startswith("zh") else wording.en).format_map(_Shown(finding.params))


def advice(finding: Finding, language: str = "zh") -> str:
    """What would be right, or an empty string where the message says it already."""
    wording = WORDING[finding.code]
    return (wording.zh_fix if language.startswith("zh") else wording.en_fix).format_map(_Shown(finding.params))
