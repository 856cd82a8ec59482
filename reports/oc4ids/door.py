"""`/open/oc4ids.json`: the open data for everybody, where the city turned it on. No sign-in, no session, nothing asked of the database
but whether what is kept may still be served.

The package is made at most once in so many minutes, and anew at once when anything was closed or opened since: the name of the kept file
is made of the state of all that says what is public.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import time
from typing import BinaryIO

from django.conf import settings
from django.db.models import Max
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.views.decorators.http import require_safe

from accounts import audit
from projects.models import DisclosureRule, OpenCode, Project, ProjectDisclosure
from reports.oc4ids.export import Outcome, export_file

log = logging.getLogger(__name__)
_MARK = 24  # signs of the digest that stand in the file's name
_UNFIT = "failed"
_TRIES = 3


@require_safe
def open_data(request: HttpRequest) -> HttpResponseBase:
    """What is public, as OC4IDS; 304 to whoever has it already, 503 while it can not be made."""
    if not settings.OC4IDS_PUBLIC:
        raise Http404("open data is turned off")
    file = _opened()
    if file is None:
        told = "公开数据暂时不能提供，请稍后再来。\nThe open data can not be served at the moment; please come again later.\n"
        retry = {"Retry-After": str(60 * settings.OC4IDS_MINUTES), "Cache-Control": "no-store"}
        return HttpResponse(told, status=503, content_type="text/plain; charset=utf-8", headers=retry)
    made = os.fstat(file.fileno())
    etag = quote_etag(f"{made.st_mtime_ns:x}-{made.st_size:x}")
    answer: HttpResponseBase | None = get_conditional_response(request, etag, int(made.st_mtime))
    if answer is None:
        answer = FileResponse(file, content_type="application/json", filename="oc4ids.json")
    else:
        file.close()
    answer.headers["ETag"] = etag
    answer.headers["Last-Modified"] = http_date(int(made.st_mtime))
    # Asked again every time: what is closed today must not come out of a cache tomorrow.
    answer.headers["Cache-Control"] = "public, no-cache"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def _opened() -> BinaryIO | None:
    """The kept package, open: what another process does to the folder from here on does not reach it."""
    for _try in range(_TRIES):
        kept = current()
        if kept is None:
            return None
        try:
            return kept.open("rb")
        except FileNotFoundError:  # what is public changed this very moment, and another process made it anew
            continue
    return None


def current() -> Path | None:
    """The kept package of what is public now, made where there is none or it is too old; None where it can not be made."""
    folder = Path(settings.DATA_DIR) / "oc4ids"
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / f"{_state()}.json"
    if _is_fresh(kept):
        return kept
    if _is_fresh(kept.with_suffix(f".{_UNFIT}")):
        return None
    with _alone(folder, wait=not kept.exists()) as mine:
        if mine and not _is_fresh(kept):
            _make(kept)
    return kept if kept.exists() else None


def _state() -> str:
    """The state of all that decides what is public, and of what stands around it. Three queries."""
    newest = [model.history.aggregate(newest=Max("history_id"))["newest"] for model in (DisclosureRule, ProjectDisclosure, OpenCode)]
    told = [*newest, settings.OC4IDS_PREFIX, settings.OC4IDS_PUBLISHER, settings.OC4IDS_URI]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:_MARK]


def _is_fresh(path: Path) -> bool:
    try:
        return time() - path.stat().st_mtime < 60 * settings.OC4IDS_MINUTES
    except FileNotFoundError:
        return False


@contextmanager
def _alone(folder: Path, *, wait: bool) -> Iterator[bool]:
    """One process at a time makes the package; who has an older one that may be served does not wait for it."""
    with (folder / "lock").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True


def _make(kept: Path) -> None:
    """Make it; what was kept of an earlier state goes. One that does not stand is not tried again for a while, and nothing is served then."""
    outcome = export_file(kept, Project.objects.all())
    for other in kept.parent.glob("*.*"):
        if other.suffix in (".json", f".{_UNFIT}") and other != kept:
            other.unlink(missing_ok=True)
    if outcome.stands:
        audit.record("report.export", report="oc4ids", door="public", projects=outcome.written, sha256=outcome.sha256)
    else:
        kept.unlink(missing_ok=True)
        kept.with_suffix(f".{_UNFIT}").touch()
        _say(outcome)


def _say(outcome: Outcome) -> None:
    for fault in outcome.faults[:20]:
        log.error("open data: %s", fault)
    log.error("open data is not served: %s faults", len(outcome.faults) + outcome.more_faults)
