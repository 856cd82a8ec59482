"""The history of a row together with that of the rows inside its form."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db import models

from projects.history import Change, changes


def changes_with_lines(obj: Any, model: type[models.Model], owner: str) -> list[Change]:
    """Newest first; each line is told by its source, also those that were taken off. Queries grow with the lines, which are few."""
    lines: Any = model.history  # type: ignore[attr-defined]
    told = list(changes(obj))
    for key, name in lines.filter(**{owner: obj.pk}).order_by().values_list("id", "source__name").distinct():
        told += [replace(change, subject=name) for change in changes(model(pk=key))]
    return sorted(told, key=lambda change: change.at, reverse=True)
