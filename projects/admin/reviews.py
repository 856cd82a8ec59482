"""Pages of the review: a unit's month with all its reports, and the page on which one report is handed in, returned or approved."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts import scope
from accounts.models import ReportingUnit
from accounts.roles import Action
from accounts.texts import TextField, TextFits
from projects.admin.corrections import words_of
from projects.admin.states import exception_words, verb_words, verbs_for
from projects.models import Correction, MonthReport, NilReturn, Project, ReportingPeriod, in_time
from projects.period import PARTS_UP_TO
from projects.services.checks import open_questions
from projects.services.edits import reworked
from projects.services.periods import deadline, writable
from projects.services.reviews import VALUES, Left, Outcome, may_move, move, move_many, nil_return, open_reasons, open_remarks, withdraw_nil_return
from projects.stages import Stage
from projects.workflow import ASKED, MOVES, Refused, Verb

MANY = (Verb.SUBMIT, Verb.APPROVE)
_REMARK = 300  # characters of a remark on a cell
_OUTCOME = "cycle_outcome"  # of the session: what the last move of many did


class ReasonForm(forms.Form):
    """The words that go with a move."""

    reason = TextField(label=_("说明"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Remarks on single cells are texts like any other."""
        for name in VALUES:
            try:
                TextFits(_REMARK)(self.data.get(f"cell-{name}", "").strip())
            except forms.ValidationError as error:
                self.add_error(None, error)
        return self.cleaned_data


def language() -> str:
    return get_language() or "zh"


def verbs_of(user: Any, unit_id: int) -> set[Verb]:
    return {verb for verb in ASKED if may_move(user, verb, unit_id)}


# --- One report --------------------------------------------------------------------------------------------------------------------


def move_page(admin: Any, request: HttpRequest, object_id: int, verb: str) -> HttpResponse:
    """Ask for the words, show what is judged, then do it."""
    report = _report(admin, request, object_id)
    asked = Verb(verb)
    unit_id = report.project.unit_id
    if not may_move(request.user, asked, unit_id):
        raise PermissionDenied
    form = ReasonForm(request.POST if request.method == "POST" else None, initial={"seen": report.revision})
    status = 200
    if request.method == "POST" and form.is_valid():
        done = _try_move(request, report, asked, form)
        if done is not None:
            return done
        status = 409
    return TemplateResponse(request, "admin/projects/cycle/move.html", _move_context(admin, request, report, asked, form), status=status)


def _report(admin: Any, request: HttpRequest, object_id: int) -> MonthReport:
    found: MonthReport | None = admin.get_queryset(request).filter(pk=object_id).select_related("project__unit", "period__locked_by").first()
    if found is None:
        raise Http404(f"month report {object_id}")
    return found


def _try_move(request: HttpRequest, report: MonthReport, verb: Verb, form: ReasonForm) -> HttpResponse | None:
    cells = {name: request.POST.get(f"cell-{name}", "") for name in VALUES} if verb is Verb.RETURN else {}
    # A form that lost its mark is answered like one that is behind.
    seen = form.cleaned_data["seen"] or 0
    try:
        move(verb=verb, report_id=report.pk, actor=request.user, seen=seen, reason=form.cleaned_data["reason"], cells=cells)
    except Refused as refused:
        form.add_error("reason" if refused.code == "reason" else None, refused.said(language()))
        return None
    messages.success(request, gettext("“%(name)s”%(month)s：%(verb)s") % {"name": report.project, "month": report.period, "verb": verb_words(verb)})
    return HttpResponseRedirect(unit_url(report.project.unit_id, report.period_id))


def _move_context(admin: Any, request: HttpRequest, report: MonthReport, verb: Verb, form: ReasonForm) -> dict[str, Any]:
    before = report.period.as_period.previous
    earlier = MonthReport.objects.filter(project=report.project, period__year=before.month.year, period__month=before.month.month)
    last = earlier.filter(period__half__in=PARTS_UP_TO[before.half]).order_by(*in_time("period__", newest=True)).first()
    rows = [
        {
            "name": name,
            "label": MonthReport._meta.get_field(name).verbose_name,  # type: ignore[union-attr]
            "value": getattr(report, name),
            "before": getattr(last, name) if last else None,
            "is_text": name in ("progress_text", "problems"),
            "remark": request.POST.get(f"cell-{name}", ""),
        }
        for name in VALUES
    ]
    at = 0 if language().startswith("zh") else 1
    asked = [words[at] for words in open_questions([report]).get(report.pk, [])] if verb in MANY else []
    return {
        **admin.admin_site.each_context(request),
        "title": f"{verb_words(verb)}：{report.project}",
        "head_line": f"{report.project.unit.short_name} · {report.period}",
        "report": report,
        "verb": verb,
        "verb_words": verb_words(verb),
        "needs_reason": MOVES[verb].needs_reason or (verb is Verb.APPROVE and bool(asked)),
        "asked": asked,
        "rows": rows,
        "form": form,
        "events": report.events.select_related("by"),
        "back": unit_url(report.project.unit_id, report.period_id),
        "opts": admin.opts,
    }


# --- A unit's month ----------------------------------------------------------------------------------------------------------------


def unit_url(unit_id: int, period_id: int) -> str:
    return reverse("admin:projects_month_unit", args=[unit_id, period_id])


def unit_page(admin: Any, request: HttpRequest, unit_id: int, period_id: int) -> HttpResponse:
    """All reports of a unit's month, with what may be done to them together."""
    unit = ReportingUnit.objects.filter(pk=unit_id).first()
    period = ReportingPeriod.objects.select_related("locked_by").filter(pk=period_id).first()
    if unit is None or period is None or not scope.reaches(request.user, Action.VIEW, unit.pk):
        raise Http404("no such month of a unit")
    if request.method == "POST":
        return _unit_post(admin, request, unit, period)
    if "outcome" in request.GET and (told := _outcome_page(admin, request, unit, period)) is not None:
        return told
    return TemplateResponse(request, "admin/projects/cycle/unit.html", _unit_context(admin, request, unit, period))


def _unit_post(admin: Any, request: HttpRequest, unit: ReportingUnit, period: ReportingPeriod) -> HttpResponse:
    asked = request.POST.get("verb", "")
    try:
        if asked == "nil":
            nil_return(unit_id=unit.pk, period_id=period.pk, actor=request.user, note=request.POST.get("note", ""))
            messages.success(request, gettext("%(unit)s %(month)s已报“本月无变化”") % {"unit": unit, "month": period})
            return HttpResponseRedirect(unit_url(unit.pk, period.pk))
        if asked == "nil_withdraw":
            withdraw_nil_return(unit_id=unit.pk, period_id=period.pk, actor=request.user)
            messages.success(request, gettext("%(unit)s %(month)s的“本月无变化”已撤回，须重新填报") % {"unit": unit, "month": period})
            return HttpResponseRedirect(unit_url(unit.pk, period.pk))
        if asked not in {verb.value for verb in MANY}:
            raise Http404("no such verb")
        if not may_move(request.user, Verb(asked), unit.pk):
            raise PermissionDenied
        return _move_chosen(request, unit, period, Verb(asked))
    except Refused as refused:
        context = _unit_context(admin, request, unit, period) | {"refused": refused.said(language())}
        return TemplateResponse(request, "admin/projects/cycle/unit.html", context, status=409)


def _move_chosen(request: HttpRequest, unit: ReportingUnit, period: ReportingPeriod, verb: Verb) -> HttpResponse:
    """The chosen rows of this very page; ids of other units' rows are not looked at."""
    own = MonthReport.objects.filter(project__unit=unit, period=period)
    chosen = {int(text) for text in request.POST.getlist("chosen") if text.isascii() and text.isdigit()}
    ids = [pk for pk in own.values_list("pk", flat=True) if pk in chosen]
    outcome = move_many(verb=verb, report_ids=ids, actor=request.user)
    request.session[_OUTCOME] = {
        "place": [unit.pk, period.pk],
        "verb": verb.value,
        "done": [report.pk for report in outcome.done],
        "left": [[left.report.pk, left.code, left.zh, left.en] for left in outcome.left],
    }
    return HttpResponseRedirect(f"{unit_url(unit.pk, period.pk)}?outcome=1")


def _outcome_page(admin: Any, request: HttpRequest, unit: ReportingUnit, period: ReportingPeriod) -> HttpResponse | None:
    """What the last move of many did to this month, as kept for whoever asked; loading it again does nothing again."""
    kept = request.session.get(_OUTCOME) or {}
    if kept.get("place") != [unit.pk, period.pk]:
        return None
    ids = [*kept["done"], *(row[0] for row in kept["left"])]
    reports = MonthReport.objects.filter(project__unit=unit, period=period).select_related("project").in_bulk(ids)
    verb = Verb(kept["verb"])
    left = [Left(reports[pk], code, zh, en) for pk, code, zh, en in kept["left"] if pk in reports]
    context = {
        **admin.admin_site.each_context(request),
        "title": f"{verb_words(verb)}：{unit.short_name} {period}",
        "head_line": gettext("做成了几条，留下了哪几条，为什么"),
        "outcome": Outcome(verb, done=[reports[pk] for pk in kept["done"] if pk in reports]),
        "left": [{"report": one.report, "why": one.said(language()), "is_open": one.code == "open"} for one in left],
        "verb": verb,
        "verb_words": verb_words(verb),
        "back": unit_url(unit.pk, period.pk),
        "opts": admin.opts,
    }
    return TemplateResponse(request, "admin/projects/cycle/outcome.html", context)


def _unit_context(admin: Any, request: HttpRequest, unit: ReportingUnit, period: ReportingPeriod) -> dict[str, Any]:
    verbs = verbs_of(request.user, unit.pk)
    remarks, reasons = open_remarks(unit, period), open_reasons(unit, period)
    corrected = Prefetch("corrections", Correction.objects.filter(state=Correction.State.APPROVED).order_by("settled_at"), to_attr="corrected")
    reports = MonthReport.objects.filter(project__unit=unit, period=period).select_related("project", "period").prefetch_related(corrected)
    answer = writable(unit.pk, period)
    ordered = reports.order_by("project__name")
    rows = [_row(report, verbs, remarks.get(report.pk, {}), reasons.get(report.pk, ""), bool(answer)) for report in ordered]
    changed = reworked([row["report"].pk for row in rows if row["report"].state == MonthReport.State.RETURNED])
    for row in rows:
        row["is_reworked"] = row["report"].pk in changed
    building = Project.objects.filter(unit=unit, stage=Stage.BUILD).exclude(months__period=period)
    nil = NilReturn.objects.standing().filter(unit=unit, period=period).select_related("by").first()
    due, grace = deadline(period)
    counts = {label: sum(row["report"].state == value for row in rows) for value, label in MonthReport.State.choices}
    return {
        **admin.admin_site.each_context(request),
        "title": f"{unit.name} {period}",
        "head_line": gettext("这个单位这个月的全部月度进展：报到哪一步、还差什么"),
        "unit": unit,
        "period": period,
        "rows": rows,
        "counts": {label: n for label, n in counts.items() if n},
        "reworked": len(changed) if answer else 0,
        "missing": list(building.order_by("name")) if nil is None else [],
        "due": due,
        "grace": grace if grace != due else None,
        "late_from": grace + timedelta(days=1) if grace else None,
        "closed": "" if answer else answer.said(language()),
        "many": [{"verb": verb.value, "words": verb_words(verb)} for verb in MANY if any(verb in row["verbs"] for row in rows)],
        "approves_many": any(Verb.APPROVE in row["verbs"] for row in rows),
        "to_choose": sum(row["may_choose"] for row in rows),
        "choose_none": request.GET.get("choose") == "none",
        "let_in": exception_words(unit.pk, period),
        "nil": nil,
        "may_nil": not rows and nil is None and bool(answer) and scope.reaches(request.user, Action.SUBMIT, unit.pk),
        "may_withdraw": nil is not None and bool(answer) and scope.reaches(request.user, Action.SUBMIT, unit.pk),
        "may_edit": bool(answer) and scope.reaches(request.user, Action.EDIT, unit.pk),
        "opts": admin.opts,
    }


def _row(report: MonthReport, verbs: set[Verb], remarks: dict[str, str], reason: str, is_let_in: bool) -> dict[str, Any]:
    labels = {name: MonthReport._meta.get_field(name).verbose_name for name in VALUES}  # type: ignore[union-attr]
    allowed = verbs_for(report, verbs, is_let_in=is_let_in)
    return {
        "report": report,
        "verbs": allowed,
        "may_choose": any(verb in MANY for verb in allowed),
        "moves": [{"url": move_url(report.pk, verb), "words": verb_words(verb)} for verb in allowed],
        "remarks": [(labels[name], text) for name, text in remarks.items() if name in labels],
        "reason": reason,
        "corrected": [words_of(item) for item in report.corrected if item.field in labels and item.stands_beside(report)],  # type: ignore[attr-defined]
    }


def move_url(report_id: int, verb: Verb) -> str:
    return reverse("admin:projects_monthreport_move", args=[report_id, verb.value])
