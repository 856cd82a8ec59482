"""History of every tracked row: who, when, through which door, from which upload; and a guard against writes that would skip it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

M = TypeVar("M", bound=models.Model)


class Door(models.TextChoices):
    """Through which door a change came."""

    ADMIN = "admin", _("页面操作")
    API = "api", _("接口")
    UPLOAD = "upload", _("上传")
    COMMAND = "command", _("命令")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a change comes from: the door, the person, the upload if there is one, and the reason if one was given."""

    door: str
    actor_id: int | None = None
    upload_id: int | None = None
    reason: str = ""


_source: ContextVar[Source | None] = ContextVar("change_source", default=None)


@contextmanager
def changes_from(source: Source) -> Iterator[None]:
    """Everything written inside carries this source in its history."""
    token = _source.set(source)
    try:
        yield
    finally:
        _source.reset(token)


class HistoryRow(models.Model):
    """What each history row carries beside the old values: the door and the upload."""

    door = models.CharField(_("入口"), max_length=10, choices=Door.choices, default=Door.ADMIN)
    upload_id = models.BigIntegerField(_("上传编号"), null=True, db_index=True)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        source = _source.get()
        if source is not None and self.pk is None:
            self.door = source.door
            self.upload_id = source.upload_id
            self.history_user_id = source.actor_id or getattr(self, "history_user_id", None)
            self.history_change_reason = source.reason or getattr(self, "history_change_reason", None)
        super().save(*args, **kwargs)


def tracked(*kept_elsewhere: str) -> HistoricalRecords:
    """The history of a model: `history = tracked()`, without the columns whose past is kept elsewhere (sums of a ledger)."""
    return HistoricalRecords(bases=[HistoryRow], cascade_delete_history=False, excluded_fields=list(kept_elsewhere))


class UntrackedWriteError(TypeError):
    """A set-wise write was tried that would leave no history."""


class TrackedQuerySet(models.QuerySet[M]):
    """Refuses the writes that pass history by; set-wise writes go through `projects.services`, which write it too."""

    def update(self, **values: Any) -> int:
        raise UntrackedWriteError(f"{self.model.__name__}.update() leaves no history: use a service")

    def bulk_create(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> list[M]:
        raise UntrackedWriteError(f"{self.model.__name__}.bulk_create() leaves no history: use a service")

    def bulk_update(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> int:
        raise UntrackedWriteError(f"{self.model.__name__}.bulk_update() leaves no history: use a service")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise UntrackedWriteError(f"{self.model.__name__} rows are deleted one by one, so that each leaves its history")


class Revised(models.Model):
    """A row that counts its own changes, so that a stale form or plan is refused instead of overwriting."""

    revision = models.PositiveIntegerField(_("修订号"), default=1, editable=False)
    updated_at = models.DateTimeField(_("更新时间"), auto_now=True)

    objects = TrackedQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save and count: each save of an existing row raises its revision by one."""
        if not self._state.adding:
            self.revision += 1
            fields = kwargs.get("update_fields")
            if fields is not None:
                kwargs["update_fields"] = {*fields, "revision", "updated_at"}
        super().save(*args, **kwargs)
