"""The change sequence: one line for each row that was written or removed, numbered in the order in which the writes became visible."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Change(models.Model):
    """One line of the feed. Written by the database's own triggers alone (`accounts.migrations._triggers`), read by `accounts.changes`.

    `unit_id` is the unit to which the row belonged when it was written: who reads that unit alone is told by it. A row that goes
    from one unit to another leaves a tombstone for the first and an upsert for the second.
    """

    class Kind(models.TextChoices):
        UPSERT = "u", _("写入")
        TOMBSTONE = "d", _("移除")

    seq = models.BigAutoField(_("序号"), primary_key=True)
    table_name = models.CharField(_("表"), max_length=63)
    row_id = models.BigIntegerField(_("行编号"))
    kind = models.CharField(_("类别"), max_length=1, choices=Kind.choices)
    unit_id = models.BigIntegerField(_("填报单位编号"), null=True)
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("变更序列")
        ordering = ["seq"]

    def __str__(self) -> str:
        return f"{self.seq} {self.kind} {self.table_name} {self.row_id}"
