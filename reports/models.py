"""Who reads the star from outside: PostgreSQL logins, each of a unit or of the whole city."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import ReportingUnit


class BiLogin(models.Model):
    """A database login of a BI tool. The views themselves ask this table whose rows it reads; without a unit it reads the whole city."""

    name = models.CharField(_("登录名"), max_length=63, unique=True)
    unit = models.ForeignKey(ReportingUnit, models.PROTECT, verbose_name=_("填报单位"), null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(_("建立时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("BI 数据库登录")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
