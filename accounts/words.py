"""Putting words together in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def listed(words: Iterable[object]) -> str:
    """Several words as one: 甲、乙, or A, B."""
    return _("、").join(str(word) for word in words)


def about() -> str:
    """What stands before an amount that is only roughly known: 约12.00, or about 12.00."""
    return pgettext("before an amount", "约")
