"""Uploads as JSON, for scripts and for the page's own progress bar."""

from __future__ import annotations

from typing import Any

from django.http import JsonResponse
from django.urls import reverse

from exchange.models import Upload
from exchange.services.faults import UploadError

_PLAIN = {"ensure_ascii": False}
_ADDRESSES = {
    "url": "exchange:upload",
    "findings_url": "exchange:findings-json",
    "check_url": "exchange:check",
    "commit_url": "exchange:commit",
    "choose_url": "exchange:choose",
    "held_url": "exchange:held",
    "undo_url": "exchange:undo",
    "undo_preview_url": "exchange:undo-preview",
    "redo_url": "exchange:redo",
    "redo_preview_url": "exchange:redo-preview",
    "file_url": "exchange:file",
    "marked_url": "exchange:marked-xlsx",
    "progress_url": "exchange:progress",
    "cancel_url": "exchange:cancel",
}


def upload_document(upload: Upload) -> dict[str, Any]:
    """Everything about an upload but its findings."""
    version = upload.list_version
    return {
        "id": upload.pk,
        "public_id": upload.public_id,
        "filename": upload.filename,
        "sha256": upload.sha256,
        "size": upload.size,
        "state": upload.state,
        "kind": upload.kind,
        "unit": upload.unit.key if upload.unit else None,
        "period": str(upload.period.as_period) if upload.period else None,
        "list_version": f"{version.list.key}/{version.number}" if version else None,
        "user": upload.user.get_username() if upload.user else None,
        "counts": upload.counts,
        "sheets": upload.sheets,
        "outcome": {"zh": upload.outcome, "en": upload.outcome_en},
        "created_at": upload.created_at,
        "checked_at": upload.checked_at,
        "committed_at": upload.committed_at,
        "undone_at": upload.undone_at,
        **{name: reverse(view, args=[upload.public_id]) for name, view in _ADDRESSES.items()},
    }


def findings_document(upload: Upload) -> dict[str, Any]:
    return {**upload_document(upload), "findings": upload.findings}


def upload_answer(upload: Upload, *, status: int = 200, **extra: Any) -> JsonResponse:
    return JsonResponse({**upload_document(upload), **extra}, status=status, json_dumps_params=_PLAIN)


def refusal_answer(refusal: UploadError, status: int, upload: Upload | None = None) -> JsonResponse:
    document = upload_document(upload) if upload is not None else {}
    return JsonResponse({"error": {"code": refusal.code, "zh": refusal.zh, "en": refusal.en}, **document}, status=status, json_dumps_params=_PLAIN)


def form_answer(form: Any, status: int) -> JsonResponse:
    """What is wrong with each field of a form."""
    return JsonResponse(
        {"errors": {name: [str(each) for each in found] for name, found in form.errors.items()}}, status=status, json_dumps_params=_PLAIN
    )
