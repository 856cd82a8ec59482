"""Funds as they are registered: by mistake now and then. Such a row is struck out, never deleted: its history and postings stay."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.models.tracking import Revised, TrackedQuerySet

# What is true of a row that counts.
STANDS = models.Q(struck_at=None)


class StandingManager(models.Manager.from_queryset(TrackedQuerySet)):  # type: ignore[misc]
    """The rows that stand: those struck out are no funds."""

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(STANDS)


class Registered(Revised):
    """A row that may be struck out (`funding.services.striking`). What struck rows were called may be used again."""

    stands: ClassVar[dict[str, Any]] = {"struck_at": None}

    struck_at = models.DateTimeField(_("撤销登记时间"), null=True, blank=True, editable=False)

    objects: ClassVar[Any] = StandingManager()
    everything: ClassVar[Any] = TrackedQuerySet.as_manager()

    class Meta:
        abstract = True

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """Whether a row stands is in no form, and yet decides what must be unique."""
        super().validate_constraints({*(exclude or ())} - {"struck_at"})
