"""Takes a file in: kept with its SHA-256 before anything is read, so that nothing sent is ever lost."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import transaction

from accounts import audit, scope
from accounts.models import ReportingUnit
from accounts.roles import Action as May
from exchange.models import Upload, UploadFile
from exchange.services.faults import NotAllowedError
from projects.attachments import shown_name
from projects.models import Door, ListVersion, Source, changes_from
from projects.period import Period
from projects.services.periods import period_of
from projects.values import Month


def receive(
    content: bytes,
    filename: str,
    *,
    actor: Any,
    unit: ReportingUnit | None = None,
    period: Period | Month | None = None,
    list_version: ListVersion | None = None,
    kind: str = "",
) -> Upload:
    """Store the file and say who sent it, for which unit and month. NotAllowedError when the person may not upload there.

    The same bytes may come again: the check then finds nothing to change, and says where they came first.
    """
    _check_scope(actor, unit)
    _check_list(actor, list_version)
    with transaction.atomic():
        stored_period = None
        if period is not None:
            asked = Period.of(period)
            with changes_from(Source(Door.UPLOAD, getattr(actor, "pk", None))):
                stored_period = period_of(asked.month, asked.half)
        upload = Upload.objects.create(
            filename=shown_name(filename),
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            user=actor if getattr(actor, "pk", None) else None,
            unit=unit,
            period=stored_period,
            list_version=list_version,
            kind=kind,
        )
        UploadFile.objects.create(upload=upload, content=content)
        audit.record("upload.receive", actor=actor, obj=upload, sha256=upload.sha256, size=upload.size)
    return upload


def _check_scope(actor: Any, unit: ReportingUnit | None) -> None:
    """A person of the city may upload for any unit or for the whole city; others for their own unit."""
    if actor is None or scope.reaches(actor, May.UPLOAD, unit.pk if unit is not None else None):
        return
    if unit is None:
        raise NotAllowedError("scope", "请选择填报单位：您只能为自己的单位上传。", "Choose your unit: you may upload for your own unit only.")
    raise NotAllowedError("scope", "您不能为这个单位上传文件。", "You may not upload for this unit.")


def _check_list(actor: Any, list_version: ListVersion | None) -> None:
    """Which projects stand on a list is the city's to say."""
    if list_version is not None and actor is not None and not scope.city_wide(actor, May.UPLOAD):
        raise NotAllowedError("list", "只有市级岗位可以把文件列入清单版本。", "Only the city puts a file into a version of a list.")
