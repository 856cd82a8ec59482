"""How each kind of row of this app is written: projects with their proposals and code, months with their review, obstacles, plans, permits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.api.errors import ApiError, Fault, fault
from accounts.api.writing import text_of
from accounts.models import Division, ReportingUnit
from accounts.numbers import say_what_fits
from accounts.roles import Action
from projects.admin.forms import CodeForm
from projects.api.below import Below, RowsWithBelow
from projects.api.rows import Rows, Written, by_column, lines
from projects.findings import Severity
from projects.models import Classification, Door, Project, ProjectCode, Proposal, Source, changes_from
from projects.period import FORM_ZH, Period
from projects.proposals import BESIDE_TOTAL, CODE, as_text, decided, wanted
from projects.services.keeping import change_project, enter_project, keep_month, place_project
from projects.services.periods import stored_period
from projects.services.proposals import findings_of, propose, values_of
from projects.values import normalise_code

_OF_PROJECT = {"project_uid": ("project", by_column(Project, "uid"))}


@dataclass(frozen=True)
class ProjectRows(RowsWithBelow):
    """A project. What was decided (total, planned dates, kind, code) is not overwritten: it becomes a proposal that another person settles."""

    def write(self, request: Any, obj: Any, given: Mapping[str, Any], seen: int | None = None) -> Written:
        closed = {} if obj is None else self._closed(obj, given)
        code = None if obj is not None and CODE in closed else self._code(given)
        plain = {name: value for name, value in given.items() if name not in closed and name != CODE}
        done = super().write(request, obj, {**plain, **({"_code": code} if code and obj is None else {})}, seen)
        if code:
            self._add_code(done.obj, code, given, request.user)
        if closed:
            made = self._propose(done.obj, closed, given, request.user)
            if made is not None:
                done.beside["proposal"] = made
        return done

    def save(self, form: Any, source: Source, user: Any, *, is_new: bool) -> dict[str, Any]:
        if is_new:
            enter_project(form.instance)
        elif form.real_changes:
            change_project(form.instance, form.real_changes, reason=source.reason)
        self.save_below(form)
        if is_new:  # where nobody said where it lies
            place_project(form.instance)
        return {}

    def more_data(self, given: Mapping[str, Any], form: Any) -> None:
        """The rules must know a code that is stored only after the project."""
        if given.get("_code"):
            form.data["codes-0-code"] = given["_code"]

    # --- What was decided ---

    def _closed(self, obj: Project, given: Mapping[str, Any]) -> dict[str, Any]:
        """What of the body is not written but proposed."""
        values = values_of(obj)
        names = decided(values) | ({CODE} if values[CODE] else set())
        return {name: value for name, value in given.items() if name in names}

    def _propose(self, obj: Project, closed: Mapping[str, Any], given: Mapping[str, Any], user: Any) -> dict[str, Any] | None:
        """:raises ApiError: 400 where the rules or the missing reason forbid it."""
        after = typed(closed)
        if set(after) & {"total_wan", *BESIDE_TOTAL}:  # what says how the total is to be read goes with it
            after = {**{name: as_text(getattr(obj, name)) for name in ("total_wan", *BESIDE_TOTAL)}, **after}
        now = values_of(obj)
        changes = wanted(now, after)
        if not changes:
            return None
        reason = self._reason(given)
        said = findings_of(obj, changes, reason=reason)
        broken = [one for one in said if one.severity is Severity.BLOCKS]
        if broken:
            raise ApiError(400, "invalid", _("提交的内容有误，没有写入"), lines(broken))
        if not reason:
            words = _("变更已定的内容须写明原因：请在 reason 中写明，另一人审核后生效")
            places: list[Fault] = [fault(f"/{one.field}", "decided", words, severity=Severity.REASON.value) for one in changes]
            raise ApiError(400, "reason_required", words, [fault("/reason", "reason_required", words), *places, *lines(said)])
        made = propose(
            project_id=obj.pk,
            after={one.field: one.after for one in changes},
            reason=reason,
            actor=user,
            doc_no=(text_of(given.get("doc_no")) or "").strip()[:60],
            decided_on=_day(given.get("decided_on")),
            door=Door.API,
        )
        return proposal_document(made)

    # --- The code ---

    def _code(self, given: Mapping[str, Any]) -> str | None:
        if CODE not in given:
            return None
        text = text_of(given[CODE])
        if text is None:
            raise ApiError(400, "invalid", _("提交的内容有误"), [fault("/code", "type", _("应为一个值，不是数组或对象"))])
        return normalise_code(text) or None

    def _add_code(self, project: Project, code: str, given: Mapping[str, Any], user: Any) -> None:
        """The first code of a project, by the form of its page."""
        data = {"code": code, "role": ProjectCode.Role.PRIMARY.value, "superseded_by": "", "change_reason": self._reason(given)}
        form = CodeForm(data, instance=ProjectCode(project=project))
        if not form.is_valid():
            raise ApiError(400, "invalid", _("提交的内容有误，没有写入"), _CODES.faults(form, given))
        with changes_from(Source(Door.API, user.pk, None, self._reason(given))):
            form.save()


def typed(closed: Mapping[str, Any], at: str = "") -> dict[str, str]:
    """Values of columns that proposals change, as exact texts, each as its column takes it.

    :raises ApiError: 400 with what is wrong, each at its place (`at` goes before the name).
    """
    found: dict[str, str] = {}
    wrong: list[Fault] = []
    for name, value in closed.items():
        text = text_of(value)
        if text is None:
            wrong.append(fault(f"{at}/{name}", "type", _("应为一个值，不是数组或对象")))
        elif name == CODE:
            found[name] = normalise_code(text)
        else:
            column: Any = Project._meta.get_field(name)
            try:
                read = say_what_fits(column.formfield(required=False), column).clean(text)
                column.clean(read, Project())
                found[name] = as_text(read)
            except ValidationError as error:
                wrong += [fault(f"{at}/{name}", getattr(error, "code", None) or "invalid", words) for words in error.messages]
    if wrong:
        raise ApiError(400, "invalid", _("提交的内容有误"), wrong)
    return found


def _day(value: Any) -> Any:
    text = text_of(value)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ApiError(400, "invalid", _("提交的内容有误"), [fault("/decided_on", "invalid", _("应为日期，如 2020-07-10"))]) from None


def proposal_document(proposal: Proposal) -> dict[str, Any]:
    """A proposal as the answer to a change tells it."""
    changes = [{"field": field, "before": before, "after": after} for field, before, after in proposal.changes]
    return {"id": proposal.pk, "project_id": proposal.project_id, "state": proposal.state, "reason": proposal.reason, "changes": changes}


@dataclass(frozen=True)
class MonthRows(Rows):
    """A month's report; one that was handed in or approved goes back to draft, and the answer says so."""

    def save(self, form: Any, source: Source, user: Any, *, is_new: bool) -> dict[str, Any]:
        kept = keep_month(form.instance, is_new=is_new, actor=user, door=source.door, reason=source.reason)
        return {"voided": kept.is_voided, "ended_nil": kept.ended_nil}


def period_number(value: Any) -> int | None:
    """The number of a stored month from `2020-06`; None where it is none or nobody opened it."""
    text = text_of(value)
    try:
        found = stored_period(Period.parse(text or ""))
    except ValueError:
        raise ApiError(400, "invalid", _("提交的内容有误"), [fault("/period", "invalid", _("应为 %(form)s") % {"form": FORM_ZH})]) from None
    return found.pk if found is not None else None


def _raised_today() -> dict[str, Any]:
    return {"raised_on": timezone.localdate()}


def by_code(*schemes: str) -> Callable[[Any], Any]:
    """Finds a classification by its code: of these schemes alone, since codes are said once in each."""

    def find(value: Any) -> Any:
        text = text_of(value)
        if not text or "\x00" in text:
            return None
        return Classification.objects.filter(scheme__in=schemes, code=text).values_list("pk", flat=True).first()

    return find


_TAGS = Rows("project-tags", aliases={"tag_code": ("tag", by_code(Classification.Scheme.TAG))}, beside=(), example={"tag_code": "lxyz-infra"})
_PLACES = Rows(
    "locations",
    aliases={"division_code": ("division", by_column(Division, "code"))},
    beside=(),
    example={"division_code": "370212", "share_percent": 60},
)
_CODES = Rows("project-codes", beside=(), example={"code": "2020-370212-48-01-000012", "role": "child"})
_OF = {"project_uid": "P-000012"}
PROJECTS = ProjectRows(
    "projects",
    aliases={"unit_key": ("unit", by_column(ReportingUnit, "key"))},
    beside=("reason", "code", "_code", "doc_no", "decided_on"),
    places={"stop_reason": "stage_reason", "out_reason": "stage_reason"},
    related=("unit", "sector", "owner"),
    below=(Below(_TAGS), Below(_PLACES), Below(_CODES)),
    example={"name": "株洲路拓宽改造工程", "kind": "infrastructure", "unit_key": "laoshan", "sector_id": 12, "stage": "prep", "remarks": "年初列入"},
)
MONTHS = MonthRows(
    "months",
    aliases={**_OF_PROJECT, "period": ("period", period_number)},
    example={**_OF, "period": "2020-06", "done_month_wan": 800, "done_ytd_wan": 4200, "progress_text": "主体结构施工过半"},
)
OBSTACLES = Rows(
    "obstacles",
    aliases={**_OF_PROJECT, "period": ("period", period_number), "owner_unit_key": ("owner_unit", by_column(ReportingUnit, "key"))},
    initial=_raised_today,
    example={**_OF, "raised_on": "2020-06-05", "text": "征迁滞后，三户未签约"},
)
ANNUAL_PLANS = Rows("annual-plans", aliases=_OF_PROJECT, example={**_OF, "year": 2020, "plan_wan": 5000})
# What was decided stays; its document, date and reason may be told later.
PLAN_VERSIONS = Rows("plan-versions", may_add=False, own={"reason": "plan_reason"}, example={"doc_no": "青发改〔2020〕12号"})
PERMITS = Rows("permits", aliases=_OF_PROJECT, example={**_OF, "kind": "land", "state": "in_hand", "doc_no": "青自然资〔2020〕8号"})
# A project comes onto a version that stands on a document; onto any other by proposal.
ENTRIES = Rows(
    "list-entries",
    aliases=_OF_PROJECT,
    needs=Action.LISTS,
    related=("project__unit", "version__list"),
    example={**_OF, "version_id": 3, "sector_id": 12, "total_wan": 12000.5, "position": 18},
)
WRITTEN: dict[str, Rows] = {one.resource: one for one in (PROJECTS, MONTHS, OBSTACLES, ANNUAL_PLANS, PLAN_VERSIONS, PERMITS, ENTRIES)}
# Those of this app; apps further up the chain add theirs to `WRITTEN`.
OWN = tuple(WRITTEN)
