"""How forms of money say what the rules find: what blocks stands at its field, what is doubtful asks for a reason; and the year's fields."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import get_language

from funding.lookups import use_areas
from funding.records import Limits
from projects.admin.forms import reason_asked, said_words
from projects.admin.lookups import threshold_readers
from projects.findings import Finding, Severity
from projects.models import Classification

threshold_readers.append(lambda row: Limits.from_rows([row[:3]]))

# Where the field of a bond may come from: the lists of the years, and what older bonds were given.
AREA_SCHEMES = (Classification.Scheme.USE_AREA, Classification.Scheme.SECTOR)


def judge(form: Any, findings: Sequence[Finding], *, reason: str = "reason", at: str | None = None) -> None:
    """Put findings into a form: blocking ones as errors at their field (or at `at`), doubtful ones where no reason was typed."""
    language = get_language() or "zh"
    for finding in findings:
        if finding.severity is Severity.BLOCKS:
            form.add_error(finding.field if finding.field in form.fields and at is None else at, said_words(finding, language))
    doubtful = [said_words(finding, language) for finding in findings if finding.severity is Severity.REASON]
    if doubtful and not str(form.data.get(reason, "")).strip():
        form.add_error(reason, reason_asked(doubtful))


def offer_areas(field: Any, year: int, current: Classification | None = None) -> None:
    """Show the year's list of fields, and what is chosen already. Another year's is not shown; where it is sent, the rules say so."""
    field.queryset = Classification.objects.filter(scheme__in=AREA_SCHEMES)
    rows = list(use_areas(year))
    if current is not None and current not in rows:
        rows.append(current)
    field.choices = [("", field.empty_label), *((row.pk, row.name) for row in rows)]
