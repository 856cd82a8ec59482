"""The page of a report's late corrections: enter one beside the published figure, and settle what another entered."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from projects.admin.states import exception_words
from projects.findings import message
from projects.measures import number_text
from projects.models import Correction, MonthReport
from projects.services.corrections import (
    CORRECTABLE,
    figure_label,
    may_propose,
    may_settle,
    propose_corrections,
    questions_of,
    settle_correction,
    unfit_of,
)
from projects.services.periods import writable
from projects.workflow import Refused


def corrections_page(admin: Any, request: HttpRequest, object_id: int) -> HttpResponse:
    report = admin.get_queryset(request).filter(pk=object_id).select_related("project__unit", "period__locked_by").first()
    if report is None:
        raise Http404(f"month report {object_id}")
    refused, status = "", 200
    if request.method == "POST":
        try:
            _carry_out(request, report)
            return HttpResponseRedirect(reverse("admin:projects_monthreport_corrections", args=[report.pk]))
        except Refused as error:
            refused, status = error.said(get_language() or "zh"), 409
    return TemplateResponse(request, "admin/projects/cycle/corrections.html", _context(admin, request, report, refused), status=status)


def _carry_out(request: HttpRequest, report: MonthReport) -> None:
    given = request.POST
    asked = given.get("verb", "")
    if asked == "propose":
        typed = {name: given.get(name, "") for name in CORRECTABLE}
        made = propose_corrections(report_id=report.pk, values=typed, reason=given.get("reason", ""), actor=request.user)
        messages.success(request, gettext("已提交%(count)s处更正，待市级审核人审核；已公布的数不变。") % {"count": len(made)})
        return
    number = given.get("correction", "")
    own = report.corrections.filter(pk=int(number)).first() if number.isascii() and number.isdigit() else None
    if asked not in ("approve", "refuse") or own is None:
        raise Http404("no such correction of this report")
    done = settle_correction(correction_id=own.pk, approve=asked == "approve", actor=request.user, note=given.get("note", ""))
    words = gettext("已审核这条更正。") if len(done) == 1 else gettext("一起提出的%(count)s条更正已一并审核。") % {"count": len(done)}
    messages.success(request, words)


def corrections_of(report: MonthReport) -> list[dict[str, Any]]:
    """The corrections of a report, newest first, with the words of their figures."""
    rows = list(Correction.objects.filter(report=report).select_related("by", "settled_by", "report__project", "report__period"))
    return [{"row": row, "asked": _asked(row), "tag": correction_tag(row), **_beside(row, rows), **words_of(row)} for row in rows]


def _beside(row: Correction, rows: list[Correction]) -> dict[str, Any]:
    """Of one that waits and was proposed with others: what they are called, and whether it is the one at which all are settled."""
    if row.together is None or row.state != Correction.State.PROPOSED:
        return {"others": [], "leads": True, "count": 1}
    mates = [one for one in rows if one.together == row.together and one.state == Correction.State.PROPOSED]
    return {"others": [figure_label(one.field) for one in mates if one.pk != row.pk], "leads": row is mates[0], "count": len(mates)}


SIGNS: dict[str, tuple[str, str]] = {
    Correction.State.PROPOSED: ("○", "tag soft"),
    Correction.State.APPROVED: ("✓", "tag good"),
    Correction.State.REFUSED: ("✕", "tag bad"),
}


def correction_tag(row: Correction) -> SafeString:
    """The state as a sign, a word and a colour; of one that was overtaken, that it says nothing of the figure any more."""
    sign, style = SIGNS[row.state]
    if row.state != Correction.State.REFUSED and not row.stands_beside(row.report):
        words = gettext("公布的数后来另行修改，本条不再适用")
        return format_html('<span class="tag soft">{} {}</span><div class="remark">▲ {}</div>', sign, row.get_state_display(), words)
    return format_html('<span class="{}">{} {}</span>', style, sign, row.get_state_display())


def words_of(row: Correction) -> dict[str, Any]:
    """The figure's name, and both numbers as they are printed, with their unit."""
    numbers = {name: _printed(row.field, Decimal(text)) if text else "—" for name, text in (("old", row.published), ("new", row.value))}
    return {"label": figure_label(row.field), **numbers}


def _printed(field: str, value: Decimal) -> str:
    number = number_text(value, grouped=True)
    return f"{number}%" if field == "progress_percent" else gettext("%(number)s万元") % {"number": number}


def _asked(row: Correction) -> list[str]:
    """What the rules ask about a correction that waits."""
    if row.state != Correction.State.PROPOSED:
        return []
    return [message(finding, get_language() or "zh") for finding in questions_of(row)]


def _context(admin: Any, request: HttpRequest, report: MonthReport, refused: str) -> dict[str, Any]:
    figures = [
        {"name": name, "label": MonthReport._meta.get_field(name).verbose_name, "value": getattr(report, name), "typed": request.POST.get(name, "")}  # type: ignore[union-attr]
        for name in CORRECTABLE
    ]
    answer = writable(report.project.unit_id, report.period)
    let_in = exception_words(report.project.unit_id, report.period)
    standing = answer.code or ("excepted" if let_in else "open")
    return {
        **admin.admin_site.each_context(request),
        "title": gettext("更正：%(name)s") % {"name": report.project},
        "head_line": (
            gettext("%(month)s已公布的数不改动，更正列在旁边；一人提出，另一人审核")
            if standing == "locked"
            else gettext("%(month)s锁定期间提出的更正；一人提出，另一人审核")
        )
        % {"month": report.period},
        "report": report,
        "figures": figures,
        "corrections": corrections_of(report),
        "unfit": [message(finding, get_language() or "zh") for finding in unfit_of(report)],
        "standing": standing,
        "let_in": let_in,
        "not_open": answer.said(get_language() or "zh") if standing == "not_open" else "",
        "edits": bool(answer) and may_propose(request.user, report.project.unit_id),
        "may_propose": standing == "locked" and may_propose(request.user, report.project.unit_id),
        "may_settle": may_settle(request.user),
        "me": request.user.pk,
        "refused": refused,
        "given": request.POST,
        "opts": admin.opts,
    }
