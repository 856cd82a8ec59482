"""Rows below a row, written in one body as they stand on one page: `{"finance-lines": [{"source_code": "bond", "planned_wan": 100}]}`.

An item with `id` and `revision` changes the row that it names, one without is a new row, one with `delete` takes its row off; rows that
are not named stay as they are. The form set is the page's own, so what it says of all rows together is said here too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.forms.formsets import DELETION_FIELD_NAME
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.api.errors import ApiError, Fault, fault
from accounts.api.reading import one_of, read_question, rows_of
from accounts.api.resources import RESOURCES
from accounts.api.writing import MOST, stale
from projects.admin.conflicts import put
from projects.api.rows import Rows
from projects.findings import Severity
from projects.models import Source

DELETE = "delete"
# What an item may hold beside columns.
OF_ITEM = ("id", "revision", DELETE)


@dataclass(frozen=True)
class Below:
    """Rows that hang on another and stand on its page. `is_judged`: the rules read them together with it, also where none was sent."""

    rows: Rows
    is_judged: bool = False

    @property
    def name(self) -> str:
        """As a reader is told them by `include`."""
        return self.rows.resource


@dataclass(slots=True)
class Laid:
    """The form set of a page as the body would have filled it. `items`: by the prefix of a row's form, its place in the body and what it says."""

    below: Below
    inline: Any
    made: Any
    request: Any
    items: dict[str, tuple[int, Mapping[str, Any]]] = field(default_factory=dict)
    bound: Any = None

    def bind(self, form: Any) -> bool:
        """Give the rows to the parent as it was filled; whether all of them may be stored."""
        rows = self.inline.get_queryset(self.request)
        self.bound = self.made(form.data, instance=form.instance, prefix=self.made.get_default_prefix(), queryset=rows)
        if not self.inline.has_change_permission(self.request, form.instance if form.instance.pk else None):
            for row in self.bound.initial_forms:  # only read on the page: nothing of theirs is sent
                row._errors, row.cleaned_data = {}, row.initial
        for row in self.bound.extra_forms:
            row.empty_permitted = row.prefix not in self.items
        return bool(self.bound.is_valid())

    def live(self) -> Iterator[Any]:
        """The forms of rows that are to stay or to come."""
        return (row for row in self.bound.forms if not (self.bound.can_delete and self.bound._should_delete_form(row)))

    def moved(self) -> list[str]:
        changed = {name for row in self.bound.forms if row.has_changed() for name in getattr(row, "real_changes", row.changed_data)}
        return [f"{self.bound.prefix}.{name}" for name in sorted(changed)]


@dataclass(frozen=True)
class RowsWithBelow(Rows):
    """A row that is written together with rows below it."""

    below: tuple[Below, ...] = ()

    def save(self, form: Any, source: Source, user: Any, *, is_new: bool) -> dict[str, Any]:
        told = super().save(form, source, user, is_new=is_new)
        self.save_below(form)
        return told

    def save_below(self, form: Any) -> None:
        for laid in form.laid:
            laid.bound.save()

    def filled(self, page: Any, request: Any, obj: Any, given: Mapping[str, Any]) -> Any:
        names = {one.name for one in self.below}
        form = super().filled(page, request, obj, {name: value for name, value in given.items() if name not in names})
        form.laid = [self._laid(one, page, request, obj, form, given) for one in self.below if one.is_judged or one.name in given]
        return form

    def is_good(self, form: Any) -> bool:
        good = super().is_good(form)
        return all([good, *(laid.bind(form) for laid in form.laid)])

    def moved(self, form: Any) -> list[str]:
        return [*super().moved(form), *(name for laid in form.laid for name in laid.moved())]

    def answer(self, obj: Any, given: Mapping[str, Any], user: Any) -> dict[str, Any]:
        """The rows below as they stand now, of the kinds that were sent or judged."""
        names = [one.name for one in self.below if one.is_judged or one.name in given]
        if not names:
            return {}
        question = read_question(RESOURCES[self.resource], QueryDict(f"include={','.join(names)}"))
        found = one_of(question, rows_of(question, user), obj.pk, user) or {}
        return {name: found[name] for name in names if name in found}

    # --- From a body to a form set ---

    def _laid(self, one: Below, page: Any, request: Any, obj: Any, form: Any, given: Mapping[str, Any]) -> Laid:
        """:raises ApiError: with the place of each item that can't be read, or 412 for one that moved."""
        inline = next(row for row in page.get_inline_instances(request, obj) if row.model is one.rows.model)
        made = inline.get_formset(request, obj)
        blank = made(instance=obj, prefix=made.get_default_prefix(), queryset=inline.get_queryset(request))
        items = items_of(one.name, given.get(one.name, []))
        new = [item for item in items if "id" not in item]
        may_change = inline.has_change_permission(request, obj)
        if (new and not inline.has_add_permission(request, obj)) or (len(new) < len(items) and not may_change):
            raise ApiError(400, "invalid", _("提交的内容有误"), [fault(f"/{one.name}", "closed", _("已有的行在这里不能改动，或不能新增"))])
        offered = len(blank.initial_extra or ())
        blank.extra = offered + len(new)
        self._put_stored(blank, form, may_change)
        laid = Laid(one, inline, made, request)
        fresh = iter(blank.extra_forms[offered:])
        stored = {row.instance.pk: row for row in blank.initial_forms}
        wrong: list[Fault] = []
        for place, item in enumerate(items):
            at = f"/{one.name}/{place}"
            row = stored.pop(item["id"], None) if "id" in item else next(fresh)
            if row is None:
                wrong.append(fault(f"{at}/id", "invalid_choice", _("没有这一行，或已写过一次")))
                continue
            laid.items[row.prefix] = (place, item)
            wrong += [{**told, "pointer": at + told["pointer"]} for told in _fill(one, row, item, blank)]
            if row.instance.pk and item["revision"] != row.instance.revision and not wrong:
                raise _moved(one, row.instance, at, request.user)
        if wrong:
            raise ApiError(400, "invalid", _("提交的内容有误"), wrong)
        return laid

    def _put_stored(self, blank: Any, form: Any, may_change: bool) -> None:
        """What the page would send of rows that nobody touched."""
        data = form.data
        for name, count in (("TOTAL", blank.total_form_count()), ("INITIAL", blank.initial_form_count()), ("MIN_NUM", 0), ("MAX_NUM", 1000)):
            data[f"{blank.prefix}-{name}_FORMS"] = str(count)
        for row in blank.forms:
            row.data = data
            for name, one in row.fields.items():
                if may_change or not row.instance.pk or one.widget.is_hidden:
                    put(row, one, row.add_prefix(name), row.get_initial_for_field(one, name))

    # --- What is wrong ---

    def faults(self, form: Any, given: Mapping[str, Any]) -> list[Fault]:
        found = super().faults(form, given)
        for laid in form.laid:
            if laid.bound is not None:
                found += self._faults_below(laid, given)
        return found

    def _faults_below(self, laid: Laid, given: Mapping[str, Any]) -> list[Fault]:
        head, found = f"/{laid.below.name}", []
        for row in (one for one in laid.live() if one.errors):
            place, item = laid.items.get(row.prefix, (None, {}))
            told = laid.below.rows.faults(row, {**item, "reason": given.get("reason")})
            found += [{**one, "pointer": head if place is None else f"{head}/{place}{one['pointer']}"} for one in told]
        return found + self._faults_together(laid, given)

    def _faults_together(self, laid: Laid, given: Mapping[str, Any]) -> list[Fault]:
        """What is said of all rows together, with the code of its rule."""
        head, has_reason = f"/{laid.below.name}", bool(self._reason(given))
        asked = [one for one in _judged(laid) if one.severity is Severity.BLOCKS or not has_reason]
        found = [{**self.of_finding(one, {}), "pointer": head} for one in asked]
        known = {one["message"] for one in found}
        wants_reason = bool(asked) and all(one.severity is Severity.REASON for one in asked)
        place, code = ("/reason", "reason_required") if wants_reason else (head, "")
        for error in laid.bound.non_form_errors().as_data():
            found += [fault(place, code or error.code or "invalid", words) for words in error.messages if words not in known]
        return found

    def hints(self, form: Any) -> list[Fault]:
        told = [{**self.of_finding(one, {}), "pointer": f"/{laid.below.name}"} for laid in form.laid for one in _judged(laid)]
        return [*super().hints(form), *told]

    def refuse_if_moved(self, form: Any, user: Any) -> None:
        super().refuse_if_moved(form, user)
        for laid in form.laid:
            for row in laid.bound.initial_forms if laid.bound is not None else ():
                if row.prefix in laid.items:
                    laid.below.rows.refuse_if_moved(row, user)


def _judged(laid: Laid) -> Any:
    return getattr(laid.bound, "judged", ())


def items_of(name: str, given: Any) -> list[dict[str, Any]]:
    """The items of a body.

    :raises ApiError: 400 for what is no list of objects, or says of a stored row not which state of it was seen.
    """
    if not isinstance(given, list) or len(given) > MOST:
        raise ApiError(
            400, "invalid", _("提交的内容有误"), [fault(f"/{name}", "type", _("应为数组，每项一个对象，至多 %(most)s 项") % {"most": MOST})]
        )
    wrong: list[Fault] = []
    for place, item in enumerate(given):
        wrong += [{**one, "pointer": f"/{name}/{place}{one['pointer']}"} for one in _wrong_item(item)]
    if wrong:
        raise ApiError(400, "invalid", _("提交的内容有误"), wrong)
    return given


def _wrong_item(item: Any) -> list[Fault]:
    if not isinstance(item, dict):
        return [fault("", "type", _("应为一个 JSON 对象：列名与值"))]
    wrong = [fault(f"/{name}", "type", _("应为整数")) for name in ("id", "revision") if name in item and type(item[name]) is not int]
    if "id" in item and "revision" not in item:
        wrong.append(fault("/revision", "precondition_required", _("修改须写明所见的修订号 revision，以免覆盖他人的改动")))
    if DELETE in item and (item[DELETE] is not True or "id" not in item):
        wrong.append(fault(f"/{DELETE}", "type", _('去掉一行写 id、revision 和 "delete": true')))
    return wrong


def _fill(one: Below, row: Any, item: Mapping[str, Any], blank: Any) -> list[Fault]:
    """Lay an item over the form of its row."""
    if DELETE in item:
        if not blank.can_delete:
            return [fault(f"/{DELETE}", "closed", _("这类行不去掉，只改动"))]
        row.data.setlist(row.add_prefix(DELETION_FIELD_NAME), ["on"])
        return []
    names = one.rows.names(row)
    return [told for name, value in item.items() if name not in OF_ITEM for told in one.rows.lay(row, names, name, value)]


def _moved(one: Below, obj: Any, at: str, user: Any) -> ApiError:
    error = stale(one.name, obj, user)
    error.faults = [fault(f"{at}/revision", "stale", str(error.detail))]
    return error
