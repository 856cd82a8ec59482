"""How forms of money say what the rules find: what blocks stands at its field, what is doubtful asks for a reason; and the year's fields."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts.words import listed
from funding.lookups import use_areas
from funding.models import Bond
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
    form.findings = tuple(findings)
    for finding in findings:
        if finding.severity is Severity.BLOCKS:
            form.add_error(finding.field if finding.field in form.fields and at is None else at, said_words(finding, language))
    doubtful = [said_words(finding, language) for finding in findings if finding.severity is Severity.REASON]
    if doubtful and not str(form.data.get(reason, "")).strip():
        form.add_error(reason, reason_asked(doubtful))


class InstalmentForm(forms.ModelForm):  # type: ignore[type-arg]
    """The year from which principal is paid back is asked of a bond that is paid back in instalments, and of no other."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "first_instalment" in self.fields:
            self.fields["first_instalment"].required = False

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if "first_instalment" not in self.fields or "first_instalment" in self.errors:
            return data
        first, years = data.get("first_instalment"), data.get("years")
        if data.get("repayment") != Bond.Repayment.INSTALMENTS:
            data["first_instalment"] = first or Bond._meta.get_field("first_instalment").get_default()
        elif first is None:
            self.add_error("first_instalment", _("分年还本的，须填写自第几年起还本"))
        elif years and not 1 <= first <= years:
            self.add_error("first_instalment", gettext("须在第1年至第%(years)s年之间，现为第%(first)s年") % {"years": years, "first": first})
        return data


def offer_every_area(field: Any, years: Iterable[int], chosen: int | None) -> None:
    """Show the fields of all these years, each once, under the years whose list it is on; those of the chosen year stand first.

    Where another year's is sent, the rules say so.
    """
    field.queryset = Classification.objects.filter(scheme__in=AREA_SCHEMES)
    held: dict[tuple[int, str], list[int]] = {}
    for year in sorted(set(years), reverse=True):
        for row in use_areas(year):
            held.setdefault((row.pk, row.name), []).append(year)
    groups: dict[tuple[int, ...], list[tuple[int, str]]] = {}
    for choice, its in held.items():
        groups.setdefault(tuple(sorted(its)), []).append(choice)
    order = sorted(groups, key=lambda its: (chosen not in its, -its[-1], -len(its)))
    named = [(gettext("%(years)s年目录") % {"years": listed(its)}, groups[its]) for its in order]
    field.choices = [("", field.empty_label), *(named[0][1] if len(named) == 1 else named)]


def offer_areas(field: Any, year: int, current: Classification | None = None) -> None:
    """Show the year's list of fields, and what is chosen already. Another year's is not shown; where it is sent, the rules say so."""
    field.queryset = Classification.objects.filter(scheme__in=AREA_SCHEMES)
    rows = list(use_areas(year))
    if current is not None and current not in rows:
        rows.append(current)
    field.choices = [("", field.empty_label), *((row.pk, row.name) for row in rows)]
