"""What the project form and page show of proposals: decided values are read there, and changed by a proposal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.roles import Action
from accounts.scope import reaches
from projects.admin.forms import RevisedForm
from projects.measures import wan_text
from projects.models import Entry, Project
from projects.panels import Panel, add_panel
from projects.proposals import COLUMNS, as_text, decided
from projects.services.proposal_words import changes_word, lists_of

_PRINTED = {"total_wan": "total_closed", "is_approx": "approx_closed"}


class ClosedColumns:
    """For the project form: columns that hold something decided are not edited there."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        names = super().get_readonly_fields(request, obj)  # type: ignore[misc]
        if obj is None:
            return names
        return (*names, *(name for name in COLUMNS if name in self._closed(obj)), *_PRINTED.values())

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is only read is printed as everywhere: grouped, without idle zeros."""
        found = super().get_fieldsets(request, obj)  # type: ignore[misc]
        if obj is None:
            return found
        printed = {name: shown for name, shown in _PRINTED.items() if name in self._closed(obj)}
        return [(title, {**given, "fields": [printed.get(name, name) for name in given["fields"]]}) for title, given in found]

    def _closed(self, obj: Any) -> frozenset[str]:
        return decided({name: as_text(getattr(obj, name)) for name in COLUMNS})

    @admin.display(description=_("总投资（万元）"))
    def total_closed(self, obj: Any) -> str:
        return wan_text(obj.total_wan, grouped=True)

    @admin.display(description=_("总投资为约数"))
    def approx_closed(self, obj: Any) -> str:
        return gettext("是") if obj.is_approx else gettext("否")


class ClosedCodes:
    """For the rows of codes: what is there stays; a first code, or one of a part, is added."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)  # type: ignore[misc]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return list(self.shown)  # type: ignore[attr-defined]


def context(request: HttpRequest, project: Project) -> Mapping[str, Any]:
    """The panel of the project page: what waits, what was settled, and the way to propose."""
    rows = list(project.proposals.select_related("by", "settled_by")[:10])
    may_propose = reaches(request.user, Action.EDIT, project.unit_id)
    lists = lists_of(rows)
    return {
        "rows": [{"proposal": row, "words": changes_word(row, lists)} for row in rows],
        "propose_url": reverse("admin:projects_proposal_make", args=[project.pk]) if may_propose else "",
    }


add_panel(Panel("proposals", _("变更申请"), "projects/proposals_panel.html", context, order=50))


class EntryForm(RevisedForm):
    """A list that stands on a document is kept by hand; into any other a project comes by proposal."""

    class Meta:
        model = Entry
        fields = ("version", "project", "position", "sector", "total_wan")

    def clean_version(self) -> Any:
        version = self.cleaned_data["version"]
        if self.instance._state.adding and not version.doc_no:
            raise ValidationError(_("这一版清单没有文号；请先为它填写文号，或在项目页“提出变更”，由另一人审核后列入"))
        return version


class DocumentedEntries:
    """For the page of list entries: which project stands on which version is not edited, and goes with a document only."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        names = super().get_readonly_fields(request, obj)  # type: ignore[misc]
        return names if obj is None else (*names, "version", "project")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed: bool = super().has_delete_permission(request, obj)  # type: ignore[misc]
        return allowed and (obj is None or bool(obj.version.doc_no))
