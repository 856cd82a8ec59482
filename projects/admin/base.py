"""The base of this app's pages: tracked rows, with their source, their history page and their guard against stale forms."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext

from accounts.scoped_admin import LabelledFormSet, ScopedAdmin, ScopeGuard
from projects.admin.conflicts import conflicts_in
from projects.admin.filters import ChipChangeList
from projects.admin.forms import EXTRA, WIDGETS, CheckedForm, RevisedForm
from projects.history import changes
from projects.models import Door, Source, changes_from
from projects.querysets import search_rows

_HINTS = 6  # told with one save


@contextmanager
def written_by(request: HttpRequest, beside: str = "") -> Iterator[None]:
    """What is written inside carries this door, this person, the reason typed in the form, and what is to be told beside it."""
    reason = "；".join(text for text in (request.POST.get("change_reason", "").strip()[:300], beside) if text)
    with changes_from(Source(door=Door.ADMIN, actor_id=request.user.pk, reason=reason)):
        yield


class PlainAdmin(ScopedAdmin):
    """A page of reference data: not tracked row by row, its changes go to the event log."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChipChangeList]:
        return ChipChangeList


class FoundByProject:
    """Rows that hang on a project, found by whatever finds the project, and by columns of their own.

    `search_fields` only says that there is something to search by.
    """

    project_path = "project"
    found_in: tuple[str, ...] = ()

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> tuple[QuerySet[Any], bool]:
        return search_rows(queryset, search_term, self.project_path, self.found_in), False


class TrackedAdmin(PlainAdmin):
    """A page of tracked rows."""

    form = RevisedForm
    formfield_overrides = WIDGETS
    sections: tuple[tuple[Any, tuple[str, ...]], ...] = ()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The page's sections; the mark of the revision rides along unseen, the reason stands last."""
        if not self.sections:
            return super().get_fieldsets(request, obj)
        names = [(title, {"fields": list(fields)}) for title, fields in self.sections]
        extra = [name for name in EXTRA if name in self.form.base_fields]
        if not self.has_change_permission(request, obj) and obj is not None:
            return names
        if "change_reason" in extra:
            names.append((gettext("说明"), {"fields": ["change_reason"]}))
        names[0][1]["fields"].append("revision_seen")
        return names

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None) -> Any:
        with written_by(request):
            return super().changeform_view(request, object_id, form_url, {"has_history": True, **(extra_context or {})})

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """With what others changed while this page was open, beside what was typed."""
        formsets = [group.formset for group in context["inline_admin_formsets"]]
        context["conflicts"] = conflicts_in(context["adminform"].form, formsets)
        return super().render_change_form(request, context, *args, **kwargs)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        with written_by(request):
            return super().delete_view(request, object_id, extra_context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """A form in which nothing was changed writes nothing."""
        if change and isinstance(form, RevisedForm) and not form.real_changes:
            return
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """With the hints that an upload of the same row would have listed."""
        super().save_related(request, form, formsets, change)
        hints = form.hints() if isinstance(form, CheckedForm) else []
        if hints:
            messages.info(request, gettext("已保存。还请留意：%(hints)s") % {"hints": " ".join(f"{text}。" for text in hints[:_HINTS])})

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        obj = self.reached(request, object_id)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("%(name)s：变更历史") % {"name": obj},
            "head_line": gettext("谁、什么时候、从哪个入口、把什么改成了什么"),
            "changes": self.changes_of(obj),
            "opts": self.opts,
            "original": obj,
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/projects/history.html", context)

    def changes_of(self, obj: Any) -> Any:
        return changes(obj)


class TrackedInline(ScopeGuard, admin.TabularInline):  # type: ignore[type-arg]
    """Rows that hang on a project, edited on its form; each guards its own revision."""

    form = RevisedForm
    formset = LabelledFormSet
    formfield_overrides = WIDGETS
    extra = 0
    shown: tuple[str, ...] = ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        writable = self.has_change_permission(request, obj) or self.has_add_permission(request, obj)
        return [*self.shown, "revision_seen"] if writable else list(self.shown)
