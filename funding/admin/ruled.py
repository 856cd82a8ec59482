"""Rows that are judged together: a form with its rows runs the rules over what both would be, and asks for a reason where they want one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import get_language

from accounts.scoped_admin import LabelledFormSet
from projects.admin.base import TrackedInline
from projects.admin.forms import CheckedForm, reason_asked, said_words
from projects.findings import Finding, Severity
from projects.models import Classification

_BEGUN_WITH = 3  # rows


def said(finding: Finding) -> str:
    return said_words(finding, get_language() or "zh")


class ReasonForm(CheckedForm):
    """A form with the one field for reasons; what is judged is judged with its rows."""


class SourceInline(TrackedInline):
    """A row for each source of finance; a new form opens with some to fill."""

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return 0 if obj is not None else _BEGUN_WITH

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A source is taken off by whoever may put it on; its history stays."""
        return self.has_change_permission(request, obj)

    def scoped_choices(self, field: Any, request: HttpRequest, queryset: Any) -> Any:
        rows = super().scoped_choices(field, request, queryset)
        return rows.filter(scheme=Classification.Scheme.FINANCE) if field.name == "source" else rows

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "source" and field is not None:
            chosen_here(field)
        return field


def chosen_here(field: Any) -> None:
    """What is chosen here is made and looked at on its own page."""
    field.widget.can_add_related = field.widget.can_change_related = field.widget.can_view_related = False


class RuledFormSet(LabelledFormSet):
    """What blocks stands at the head of the rows. What needs a reason, and was not so before, asks for one."""

    beside: tuple[str, ...] = ("source",)  # what is read together with the rows
    judged: tuple[Finding, ...] = ()  # what was found, with its code

    def findings(self, parent: Any, rows: Sequence[Any]) -> list[Finding]:
        """What the rules say of the parent with these rows."""
        raise NotImplementedError

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        rows = [form.instance for form in self.forms if form not in self.deleted_forms and (form.has_changed() or form.instance.pk)]
        found = self.findings(self.instance, rows)
        before = {repr(finding) for finding in self._before()}
        wrong = [finding for finding in found if finding.severity is Severity.BLOCKS]
        doubtful = [finding for finding in found if finding.severity is Severity.REASON and repr(finding) not in before]
        self.judged = (*wrong, *doubtful)
        if wrong:
            raise ValidationError([said(finding) for finding in wrong])
        if doubtful and not self.data.get("change_reason", "").strip():
            raise ValidationError(reason_asked([said(finding) for finding in doubtful]))

    def _before(self) -> list[Finding]:
        """What the rules say of all as it is stored: that was answered before."""
        if not self.instance.pk:
            return []
        stored = type(self.instance)._default_manager.get(pk=self.instance.pk)
        # Read anew: the rows of this set hold what was typed.
        model: Any = self.model
        rows = model._default_manager.filter(**{self.fk.name: self.instance.pk})
        return self.findings(stored, list(rows.select_related(*self.beside) if self.beside else rows))
