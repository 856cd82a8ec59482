"""Putting words together in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _


def listed(words: Iterable[object]) -> str:
    """Several words as one: 甲、乙, or A, B."""
    return _("、").join(str(word) for word in words)
