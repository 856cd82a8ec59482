"""Rows that are posted once and stay: no update, no deletion; a mistake is answered by a row that reverses it."""

from __future__ import annotations

from typing import Any, TypeVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.models import Door

M = TypeVar("M", bound=models.Model)


class PostedRowError(TypeError):
    """Somebody tried to change what was posted."""


class PostedQuerySet(models.QuerySet[M]):
    """Refuses to change or delete what was posted."""

    def update(self, **values: Any) -> int:
        raise PostedRowError(f"{self.model.__name__} rows are never edited: post one that reverses them")

    def bulk_update(self, objs: Any, *args: Any, **kwargs: Any) -> int:
        raise PostedRowError(f"{self.model.__name__} rows are never edited: post one that reverses them")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise PostedRowError(f"{self.model.__name__} rows are never deleted: post one that reverses them")


class Posted(models.Model):
    """Who posted a row, when, through which door and from which upload."""

    append_only = True

    at = models.DateTimeField(_("记账时间"), auto_now_add=True, db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("记账人"), null=True, blank=True, related_name="+")
    door = models.CharField(_("入口"), max_length=10, choices=Door.choices, default=Door.ADMIN)
    upload_id = models.BigIntegerField(_("上传编号"), null=True, blank=True, db_index=True)
    reason = models.CharField(_("说明"), max_length=300, blank=True)

    objects = PostedQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise PostedRowError(f"{type(self).__name__} {self.pk} is never edited: post one that reverses it")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise PostedRowError(f"{type(self).__name__} {self.pk} is never deleted: post one that reverses it")
