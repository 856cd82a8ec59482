"""Rows written by machines through the form of their admin page: the same columns, choices, rules and questions, told with JSON pointers.

The form is the admin's own, made for this person and this row: what is closed there is closed here, who may be chosen there may be
chosen here. What is given is laid over what is stored, so that a PATCH is a page of which one field was changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.formsets import DELETION_FIELD_NAME
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts import audit
from accounts.api.errors import ApiError, Fault, fault
from accounts.api.resources import RESOURCES
from accounts.api.writing import refused_post, stale, text_of, unknown_name
from accounts.roles import Action
from accounts.scoped_admin import writable
from accounts.texts import TextFits
from projects.admin.conflicts import put
from projects.admin.forms import EXTRA, said_words
from projects.api.said import language, reason_fault
from projects.findings import Finding, Severity
from projects.models import Door, Source, changes_from

# What a body may hold beside columns.
BESIDE = ("reason",)
# How long texts beside columns may be.
_BESIDE_MOST = {"reason": 300, "doc_no": 60}


@dataclass(slots=True)
class Written:
    """A row that was stored, and what is said beside it."""

    obj: Any
    is_new: bool
    beside: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Rows:
    """How rows of a resource are written. `aliases`: a name of the body → (field of the form, how its value finds the row)."""

    resource: str
    aliases: Mapping[str, tuple[str, Callable[[Any], Any]]] = field(default_factory=dict)
    initial: Callable[[], Mapping[str, Any]] = dict
    places: Mapping[str, str] = field(default_factory=dict)  # field of a finding → name in the body
    own: Mapping[str, str] = field(default_factory=dict)  # column that is called like what goes beside → its name in the body
    beside: tuple[str, ...] = BESIDE
    needs: Action = Action.EDIT
    is_citys: bool = False  # written by posts of the whole city alone
    may_add: bool = True
    may_change: bool = True
    related: tuple[str, ...] = ("project__unit",)  # of a change, the row is read together with what its rules need
    more: Mapping[str, Any] = field(default_factory=dict)  # fields of the body that are neither columns nor texts, for the schema
    example: Mapping[str, Any] = field(default_factory=dict)  # what might be sent; the last column is what a change alters

    @property
    def model(self) -> type[models.Model]:
        return RESOURCES[self.resource].model

    # --- What a kind of row does its own way ---

    def save(self, form: Any, source: Source, user: Any, *, is_new: bool) -> dict[str, Any]:
        """Store the filled instance; answers what is to be said beside the row."""
        if is_new or form.real_changes:
            form.instance.save()
        return {}

    def is_good(self, form: Any) -> bool:
        """Whether all that was sent may be stored."""
        return bool(form.is_valid())

    def moved(self, form: Any) -> list[str]:
        """The names of what is changed of a stored row."""
        changed: list[str] = form.real_changes
        return changed

    def answer(self, obj: Any, given: Mapping[str, Any], user: Any) -> dict[str, Any]:
        """What is told beside the row that was stored."""
        return {}

    def form_class(self, page: Any, request: Any, obj: Any) -> Any:
        """The form that the person's page would show."""
        return page.get_form(request, obj, change=obj is not None)

    def more_data(self, given: Mapping[str, Any], form: Any) -> None:
        """Put into the form's data what its page would send beside the fields."""

    # --- The way of every row ---

    def write(self, request: Any, obj: Any, given: Mapping[str, Any], seen: int | None = None) -> Written:
        """Store a new row (`obj` None) or a change of one. Runs in the caller's transaction.

        :raises ApiError: 403, 412, or 400 with every fault at its place.
        """
        page: Any = admin.site.get_model_admin(self.model)
        django_request = getattr(request, "_request", request)
        is_new = obj is None
        if not (page.has_add_permission(django_request) if is_new else page.has_change_permission(django_request, obj)):
            raise refused_post()
        if not is_new and seen != obj.revision:
            raise stale(self.resource, obj, request.user)
        form = self.filled(page, django_request, obj, given)
        if not self.is_good(form):
            self._refuse(form, given, request.user)
        moved = [] if is_new else self.moved(form)
        if not is_new and not moved:
            return Written(obj, False, self.answer(obj, given, request.user))
        self._guard_after(form.instance, request.user, is_new=is_new)
        reason = self._reason(given)
        source = Source(Door.API, request.user.pk, None, reason)
        with changes_from(source):
            beside = self.save(form, source, request.user, is_new=is_new)
        verb = "add" if is_new else "change"
        told: dict[str, Any] = {} if is_new else {"changed": moved}
        audit.record(f"{self.model._meta.model_name}.{verb}", actor=request.user, obj=form.instance, name=str(form.instance)[:200], **told)
        return Written(form.instance, is_new, {**beside, **self.answer(form.instance, given, request.user), "findings": self.hints(form)})

    def _reason(self, given: Mapping[str, Any]) -> str:
        return (text_of(given.get("reason")) or "").strip()[:300]

    def filled(self, page: Any, request: Any, obj: Any, given: Mapping[str, Any]) -> Any:
        """The form with what is stored (or usual) in every field, and what was given laid over it."""
        form_class = self.form_class(page, request, obj)
        blank = form_class(instance=obj) if obj is not None else form_class(initial=dict(self.initial()))
        blank.data = QueryDict(mutable=True)
        for name, one in blank.fields.items():
            put(blank, one, blank.add_prefix(name), blank.get_initial_for_field(one, name))
        names = self.names(blank)
        wrong: list[Fault] = []
        for name, value in given.items():
            if name in self.beside:
                continue
            wrong += self.lay(blank, names, name, value)
        wrong += self._unfit_beside(given)
        if wrong:
            raise ApiError(400, "invalid", _("提交的内容有误"), wrong)
        blank.data["change_reason"] = self._reason(given)
        self.more_data(given, blank)
        return form_class(blank.data, instance=obj)

    def _unfit_beside(self, given: Mapping[str, Any]) -> list[Fault]:
        """What is wrong with the texts beside the columns, which no form looks at."""
        wrong: list[Fault] = []
        for name, most in _BESIDE_MOST.items():
            if name not in given or name not in self.beside:
                continue
            text = text_of(given[name])
            if text is None:
                wrong.append(fault(f"/{name}", "type", _("应为一个值，不是数组或对象")))
                continue
            try:
                TextFits(most)(text.strip())
            except ValidationError as error:
                wrong += [fault(f"/{name}", error.code or "invalid", words) for words in error.messages]
        return wrong

    def names(self, form: Any) -> dict[str, str]:
        """Name in the body → field of the form: as a reader is told them. What a page sends unseen, and files, are no columns."""
        shown = {name: one for name, one in form.fields.items() if name not in EXTRA and not _is_beside(name, one)}
        return {f"{name}_id" if isinstance(one, forms.ModelChoiceField) else self.own.get(name, name): name for name, one in shown.items()}

    def lay(self, form: Any, names: Mapping[str, str], name: str, value: Any) -> list[Fault]:
        """Put one value of the body into the form's data; what is wrong with it."""
        at = names.get(name)
        if name in self.aliases and self.aliases[name][0] in form.fields:
            at, find = self.aliases[name]
            value = find(value) if value not in (None, "") else None
            if value is None:
                return [fault(f"/{name}", "invalid_choice", _("没有这一项，或不能选用"))]
        if at is None:
            return [fault(f"/{name}", "unknown", unknown_name(name, [*names, *self.aliases, *self.beside]))]
        one = form.fields[at]
        if isinstance(one, forms.BooleanField) != isinstance(value, bool) and not (isinstance(one, forms.BooleanField) and value in ("", "on", None)):
            return [fault(f"/{name}", "type", _("应为 true 或 false") if isinstance(one, forms.BooleanField) else _("应为文字或数，不是 true/false"))]
        text = text_of(value)
        if text is None:
            return [fault(f"/{name}", "type", _("应为一个值，不是数组或对象"))]
        form.data.setlist(form.add_prefix(at), [text] if text or not isinstance(one, forms.BooleanField) else [])
        return []

    def _refuse(self, form: Any, given: Mapping[str, Any], user: Any) -> None:
        """:raises ApiError: with every fault of the form, or 412 where the row moved while it was looked at."""
        self.refuse_if_moved(form, user)
        found = self.faults(form, given)
        only_reason = all(one["pointer"] == "/reason" or one.get("severity") == Severity.REASON for one in found)
        if only_reason:
            raise ApiError(400, "reason_required", _("以下情况需要说明：请在 reason 中写明后再提交"), found)
        raise ApiError(400, "invalid", _("提交的内容有误，没有写入"), found)

    def refuse_if_moved(self, form: Any, user: Any) -> None:
        """:raises ApiError: 412 where the row is not any more what the form was made of."""
        obj = form.instance
        now = self.model._default_manager.filter(pk=obj.pk).first() if obj.pk else None
        if now is not None and now.revision != int(form.data.get(form.add_prefix("revision_seen")) or 0):  # type: ignore[attr-defined]
            raise stale(self.resource, now, user)

    def faults(self, form: Any, given: Mapping[str, Any]) -> list[Fault]:
        """What a form found wrong, each once: the findings of the rules with their code, then what else its fields say."""
        has_reason = bool(self._reason(given))
        asked = [
            one for one in getattr(form, "findings", ()) if one.severity is Severity.BLOCKS or (one.severity is Severity.REASON and not has_reason)
        ]
        back = {at: name for name, at in self.names(form).items()}
        back |= {at: name for name, (at, _find) in self.aliases.items() if name in given}
        found = [self.of_finding(one, back) for one in asked]
        told = {one["message"] for one in found}
        for at, errors in form.errors.as_data().items():
            if at == "change_reason" and not has_reason:
                found.append(reason_fault([text for error in errors for text in error.messages]))
                continue
            pointer = "/reason" if at == "change_reason" else "" if at == "__all__" else f"/{back.get(at, at)}"
            found += [fault(pointer, error.code or "invalid", text) for error in errors for text in error.messages if text not in told]
        return found

    def of_finding(self, finding: Finding, back: Mapping[str, str]) -> Fault:
        at = finding.field or ""
        name = self.places.get(at, back.get(at, at))
        return fault(f"/{name}" if name else "", finding.code, said_words(finding, language()), severity=finding.severity.value)

    def hints(self, form: Any) -> list[Fault]:
        """What the rules only remark on, and what was answered by the reason, told with what was stored."""
        back = {at: name for name, at in self.names(form).items()}
        return [self.of_finding(one, back) for one in getattr(form, "findings", ())]

    def _guard_after(self, obj: Any, user: Any, *, is_new: bool) -> None:
        """The row as it will be must lie within reach; one that could be of a unit and is of none is the whole city's."""
        if getattr(type(obj), "scope_path", None) and not writable(user, self.needs, obj):
            audit.record(f"{self.model._meta.model_name}.refused", actor=user, obj=obj if not is_new else None, outcome="denied")
            raise refused_post()


def _is_beside(name: str, one: forms.Field) -> bool:
    return one.widget.is_hidden or isinstance(one, forms.FileField) or name == DELETION_FIELD_NAME


def by_column(model: type[models.Model], column: str) -> Callable[[Any], Any]:
    """Finds the number of a row by a column of its own, such as a unit by its key."""

    def find(value: Any) -> Any:
        text = text_of(value)
        if not text or "\x00" in text:
            return None
        return model._default_manager.filter(**{column: text}).values_list("pk", flat=True).first()

    return find


def lines(findings: Sequence[Finding]) -> list[Fault]:
    """Findings of a project as faults at its columns."""
    return [fault(f"/{one.field}" if one.field else "", one.code, said_words(one, language()), severity=one.severity.value) for one in findings]
