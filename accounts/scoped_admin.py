"""The base of every page of the admin: rows by scope, writes checked before and after, no lookup that is not asked for.

What a person may reach is `accounts.scope` alone. A row out of reach does not exist (404); a query string may name only what a
filter of the page names; what is changed is noted in the event log.
"""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.db import models
from django.forms import BaseForm, BaseInlineFormSet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.text import capfirst

from accounts import audit, scope
from accounts.models import Division, ReportingUnit
from accounts.numbers import say_what_fits
from accounts.roles import Action, action_for


def visible(queryset: models.QuerySet[Any], user: Any, action: Action = Action.VIEW) -> models.QuerySet[Any]:
    """Rows on which `user` may do `action`; units and divisions, which name places and hold no figures, by their own rule."""
    if queryset.model is ReportingUnit:
        return queryset.filter(pk__in=scope.units_for_user(user, action).values("pk"))
    if queryset.model is Division:
        return queryset if scope.may(user, Action.VIEW) or scope.may(user, Action.USERS) else queryset.none()
    return scope.for_user(queryset, user, action)


def unit_id_of(obj: Any) -> int | None:
    """The reporting unit that a row belongs to, by its model's `scope_path`; None where it belongs to no unit."""
    path: str | None = getattr(type(obj), "scope_path", None)
    if not path:
        return None
    *steps, last = path.split("__")
    for step in steps:
        obj = getattr(obj, step, None)
        if obj is None:
            return None
    unit_id: int | None = getattr(obj, f"{last}_id", None)
    return unit_id


def writable(user: Any, action: Action, obj: Any) -> bool:
    """Whether `user` may do `action` on this very row; rows of no unit are the whole city's."""
    return scope.reaches(user, action, unit_id_of(obj))


class ScopeGuard:
    """What pages and inlines share: permission per row, and choices that a person may reach."""

    opts: Any

    def _allows(self, request: HttpRequest, verb: str, obj: Any = None) -> bool:
        action = action_for(f"{verb}_{self.opts.model_name}")
        if scope.does_everything(request.user):
            return action is not None
        if action is None or not scope.may(request.user, action):
            return False
        if getattr(self.opts.model, "scope_path", None):
            return verb == "view" or obj is None or writable(request.user, action, obj)
        return self._allows_shared(request.user, verb, action)

    def _allows_shared(self, user: Any, verb: str, action: Action) -> bool:
        """Rows of no unit are everybody's: read by all who may view, written by the city's posts, so that no unit changes another's words.

        Whoever enters projects may add what a project needs, such as its owner; people and the event log are the whole city's even to read.
        """
        if verb == "view" and (hasattr(self.opts.model, "scope_path") or self.opts.model in (ReportingUnit, Division)):
            return True
        return scope.city_wide(user, action) or (verb == "add" and action is Action.EDIT)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Rows of a unit only within reach, also where they hang on a row that everybody may read."""
        rows: models.QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]
        return visible(rows, request.user) if getattr(self.opts.model, "scope_path", None) else rows

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._allows(request, "view", obj) or self._allows(request, "change", obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._allows(request, "add", obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._allows(request, "change", obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._allows(request, "delete", obj)

    def choice_action(self, field: models.Field[Any, Any]) -> Action:
        """What a person must be allowed to do with a row to choose it: to hang something on a project is to change it."""
        bound = getattr(field.related_model, "scope_path", None) or field.related_model is ReportingUnit
        return Action.EDIT if bound and getattr(self.opts.model, "scope_path", None) else Action.VIEW

    def scoped_choices(self, field: Any, request: HttpRequest, queryset: models.QuerySet[Any] | None) -> models.QuerySet[Any]:
        rows = queryset if queryset is not None else field.related_model._default_manager.all()
        return visible(rows, request.user, self.choice_action(field))

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A number says in our words what it takes, on the page and through the API, which fills in the page's own form."""
        return say_what_fits(super().formfield_for_dbfield(db_field, request, **kwargs), db_field)  # type: ignore[misc]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = self.scoped_choices(db_field, request, kwargs.get("queryset"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = self.scoped_choices(db_field, request, kwargs.get("queryset"))
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]


# Fields of a form that are no columns, and tell a reader of the log nothing.
_MARKS = frozenset({"revision_seen"})


class LabelledFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    """Rows in a table: the heading of a column is no label to a screen reader, so each cell carries its own."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        for field in form.fields.values():
            if field.label and not field.widget.is_hidden:
                # The widget of a foreign key stands inside another one, which draws the signs beside it.
                getattr(field.widget, "widget", field.widget).attrs.setdefault("aria-label", str(field.label))


class ScopedAdmin(ScopeGuard, admin.ModelAdmin):  # type: ignore[type-arg]
    """A page whose rows, choices and writes are those of the person's scope."""

    list_per_page = 50
    show_full_result_count = False
    list_select_related: ClassVar[Any] = True
    # Names a query string may hold beside the page's own filters, such as `project__id__exact` of a link from elsewhere.
    open_lookups: frozenset[str] = frozenset()
    head_line: Any = ""

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows if getattr(self.opts.model, "scope_path", None) else visible(rows, request.user)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Only what this page names; the stock rule lets any local field be probed."""
        return lookup in self.open_lookups or any(lookup == name or lookup == f"{name}__exact" for name in self._filter_names())

    def _filter_names(self) -> list[str]:
        """The parameter of each filter that has one of its own, the column of each that has not."""
        entries = [entry[0] if isinstance(entry, tuple) else entry for entry in self.list_filter]
        return [str(getattr(entry, "parameter_name", None) or entry) for entry in entries]

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> NoReturn:
        raise Http404(f"{opts.model_name} {object_id}")

    def reached(self, request: HttpRequest, object_id: str) -> Any:
        """The row at this address. Who may see no row of the kind is refused whatever it names; out of reach it does not exist."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return obj

    # The stock pages ask for the permission first, and would answer "not allowed" for a row that is out of reach.

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None) -> Any:
        if object_id is not None and request.method == "POST" and not self.has_change_permission(request):
            self.reached(request, object_id)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        self.reached(request, object_id)
        return super().delete_view(request, object_id, extra_context)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        self.reached(request, object_id)
        return super().history_view(request, object_id, extra_context)

    def guard_after(self, request: HttpRequest, obj: Any, change: bool) -> None:
        """Check the row as it will be: it must not leave the person's reach."""
        action = action_for(f"{'change' if change else 'add'}_{self.opts.model_name}")
        if action is None or (getattr(type(obj), "scope_path", None) and not writable(request.user, action, obj)):
            audit.record(f"{self.opts.model_name}.refused", actor=request.user, obj=obj, outcome="denied")
            raise PermissionDenied

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        self.guard_after(request, obj, change)
        super().save_model(request, obj, form, change)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> HttpResponse:
        """A form that comes back with errors says which of its fields are typed and not yet saved."""
        formsets = [group.formset for group in context["inline_admin_formsets"]]
        context["unsaved"] = _unsaved(context["adminform"].form, formsets) if context["errors"] else ""
        return super().render_change_form(request, context, *args, **kwargs)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        for obj in queryset:
            self.delete_model(request, obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """No action over many rows: deleting is done one by one, each with its reason."""
        return {}

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return super().changelist_view(
            request, {"title": capfirst(str(self.opts.verbose_name_plural)), "head_line": self.head_line, **(extra_context or {})}
        )

    # The stock admin keeps a log of its own; ours is the one event log.

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return audit.record(f"{self.opts.model_name}.add", actor=request.user, obj=obj, name=str(obj)[:200])

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return audit.record(f"{self.opts.model_name}.change", actor=request.user, obj=obj, name=str(obj)[:200], changed=message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        return [audit.record(f"{self.opts.model_name}.delete", actor=request.user, obj=obj, name=str(obj)[:200]) for obj in queryset]

    def log_deletion(self, request: HttpRequest, obj: Any, object_repr: str) -> Any:
        return audit.record(f"{self.opts.model_name}.delete", actor=request.user, obj=obj, name=object_repr[:200])

    def construct_change_message(self, request: HttpRequest, form: BaseForm, formsets: Any, add: bool = False) -> Any:
        """The names of the columns that were changed; their values are in the history of those models that have one."""
        changed = [name for name in getattr(form, "changed_data", []) if name not in _MARKS]
        for formset in formsets or []:
            # A row that the person may not change is not sent, and so looks changed to its form.
            moved = {name for child in formset.forms if child.has_changed() for name in child.changed_data if name not in _MARKS}
            changed += sorted(f"{formset.prefix}.{name}" for name in moved)
        return changed

    def has_history(self) -> bool:
        return hasattr(self.model, "history")


def _unsaved(form: Any, formsets: Any) -> str:
    """The names of the fields that differ from what is stored, as they stand in the page."""
    every = [form, *(row for formset in formsets for row in formset.forms)]
    return " ".join(one.add_prefix(name) for one in every for name in one.changed_data if name not in _MARKS)


def field_label(model: type[models.Model], name: str) -> str:
    """The words of a column, or its name where it has none."""
    try:
        return str(getattr(model._meta.get_field(name), "verbose_name", name))
    except FieldDoesNotExist:
        return name
