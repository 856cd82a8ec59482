"""How a rule says something: three words for the three severities, and plain numbers for the sentence. Pure."""

from __future__ import annotations

from typing import Any, TypeAlias

from projects.findings import Finding, Severity

# What a rule returns: nothing, one finding, or several. Params are texts and whole numbers, so that they can be stored as JSON.
Said: TypeAlias = Finding | tuple[Finding, ...] | None


def blocks(code: str, field: str | None, /, **params: Any) -> Finding:
    return Finding(code, Severity.BLOCKS, field, params)


def reason(code: str, field: str | None, /, **params: Any) -> Finding:
    return Finding(code, Severity.REASON, field, params)


def info(code: str, field: str | None, /, **params: Any) -> Finding:
    return Finding(code, Severity.INFO, field, params)
