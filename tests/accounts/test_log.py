"""What the log keeps of refusals: that somebody was told no, without a trace; of our own faults the trace stays."""

from __future__ import annotations

import logging
import sys

import pytest
from django.urls import reverse

from accounts.log import AnswersAlone


def record(status: int | None) -> logging.LogRecord:
    try:
        raise PermissionError("no")
    except PermissionError:
        made = logging.LogRecord("django.request", logging.WARNING, __file__, 1, "Forbidden (Permission denied): %s", ("/x/",), sys.exc_info())
    if status is not None:
        made.status_code = status
    return made


@pytest.mark.parametrize("status,traced", [(403, False), (404, False), (500, True), (None, True)])
def test_only_faults_of_ours_leave_a_trace(status: int | None, traced: bool) -> None:
    one = record(status)
    assert AnswersAlone().filter(one), "the line itself is always kept"
    assert ("PermissionError" in logging.Formatter().format(one)) is traced


@pytest.mark.django_db
def test_a_refused_page_logs_one_line(cast, signed_in, settings) -> None:
    assert settings.LOGGING["handlers"]["console"]["filters"] == ["answers"]
    assert signed_in(cast.owner).get(reverse("admin:funding_proof")).status_code == 403
