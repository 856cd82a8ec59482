"""Pinned cuts: a state of all figures under a name, read the same for ever after."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.models.progress import ReportingPeriod
from projects.models.tracking import Door


class Cut(models.Model):
    """A named state: of every table that keeps its past, the greatest number that was written and visible at one moment.

    One that names a moment of the past (`as_of`) holds what was known then, and needs no numbers.
    Until it was taken (`projects.services.cuts`) it is owed: the lock of a month owes one in its own transaction.
    """

    scope_path = ""

    name = models.CharField(_("名称"), max_length=60, unique=True)
    made_at = models.DateTimeField(_("定格时间"), null=True, blank=True)
    as_of = models.DateTimeField(_("所定的时刻"), null=True, blank=True, help_text=_("空：定格那一刻；有值：定的是过去这一刻所掌握的数"))
    asked_at = models.DateTimeField(_("提出时间"), auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("定格人"), null=True, blank=True, related_name="+")
    door = models.CharField(_("入口"), max_length=10, choices=Door.choices, default=Door.ADMIN)
    reason = models.CharField(_("说明"), max_length=300, blank=True)
    period = models.ForeignKey(ReportingPeriod, models.PROTECT, verbose_name=_("锁定的填报期"), null=True, blank=True, related_name="cuts")
    seq = models.BigIntegerField(
        _("变更序号"), null=True, blank=True, help_text=_("定格那一刻变更序列的最大序号；从它之后接着读，就是定格以后的改动")
    )
    boundaries = models.JSONField(_("各表界线"), default=dict, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("数据定格")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> Cut | datetime:
        """What rows are asked with: the moment where it names one, else itself."""
        return self.as_of or self

    def last_of(self, model: type[models.Model]) -> int:
        """The greatest number of a table's lines that belongs to this state; 0 for a table that came later."""
        return int(self.boundaries.get(model._meta.label_lower, 0))


def kept_tables() -> dict[type[models.Model], tuple[type[models.Model], str]]:
    """Every model whose past is kept → the table that keeps it and the column that numbers its lines, in one fixed order.

    The past of a tracked model is its history; of one that only grows (`append_only`) its own rows.
    """
    found: dict[type[models.Model], tuple[Any, str]] = {}
    for model in sorted(apps.get_models(), key=lambda one: one._meta.db_table):
        if hasattr(model, "history"):
            found[model] = (model.history.model, "history_id")
        elif getattr(model, "append_only", False):
            found[model] = (model, "id")
    return found
