"""How the state of a month's report is shown: a sign, a word and a colour, so that print and colour-blind eyes read it too."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from projects.models import MonthReport, ReportingPeriod
from projects.services.periods import exceptions_in_force
from projects.workflow import ASKED, MOVES, State, Verb

SIGNS: dict[str, tuple[str, str]] = {
    MonthReport.State.DRAFT: ("○", "tag"),
    MonthReport.State.SUBMITTED: ("●", "tag blue"),
    MonthReport.State.RETURNED: ("■", "tag bad"),
    MonthReport.State.APPROVED: ("✓", "tag good"),
}


def state_tag(report: MonthReport) -> SafeString:
    """The state, with the lock of the month beside it."""
    sign, style = SIGNS[report.state]
    tag = format_html('<span class="{}">{} {}</span>', style, sign, report.get_state_display())
    if not report.period.is_locked:
        return tag
    return format_html('{} <span class="tag">▣ {}</span>', tag, gettext("已锁定"))


def exception_words(unit_id: int, period: ReportingPeriod) -> str:
    """That the unit was let into the locked month, and until when; empty where it was not."""
    found = exceptions_in_force([period]).get((unit_id, period.pk))
    if found is None:
        return ""
    day = timezone.localtime(found.until)
    return gettext("已为%(unit)s临时解锁至 %(day)s：%(reason)s") % {
        "unit": found.unit.short_name,
        "day": f"{day:%Y-%m-%d %H:%M}",
        "reason": found.reason,
    }


def verb_words(verb: Verb) -> str:
    """A verb in the reader's language."""
    return verb.en if (get_language() or "zh").startswith("en") else verb.zh


def verbs_for(report: MonthReport, may: set[Verb], *, is_let_in: bool = False) -> list[Verb]:
    """The verbs a person may ask for, of those the report's state allows now. Whether it is somebody's own is said when it is asked.

    In a locked month there are none, unless the unit is let in by an exception.
    """
    if report.period.is_locked and not is_let_in:
        return []
    return [verb for verb in ASKED if verb in may and State(report.state) in MOVES[verb].before]


def links(pairs: list[tuple[str, Any]]) -> SafeString | str:
    return format_html_join(" · ", '<a href="{}">{}</a>', pairs) if pairs else "—"


def unreadable(request: HttpRequest, reason: str) -> HttpResponse:
    """The page for an address that names what is none: the sentence says which part and what would be right, as the reports do."""
    return render(request, "reports/unreadable.html", {"reason": reason}, status=400)
