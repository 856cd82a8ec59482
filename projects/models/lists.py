"""Project lists of a year, their versions with what the document declares, and the entries of each version."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from projects.models.fields import WanField
from projects.models.lookups import Classification
from projects.models.project import Project
from projects.models.tracking import Revised, tracked


class ProjectList(Revised):
    """A list that the city keeps for a year, e.g. 2020年重大基础设施项目."""

    scope_path = ""

    key = models.SlugField(_("标识"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=120)
    year = models.PositiveSmallIntegerField(_("年份"))
    kind = models.CharField(_("类别"), max_length=16, choices=Project.Kind.choices)

    history = tracked()

    class Meta:
        verbose_name = verbose_name_plural = _("项目清单")
        ordering = ["-year", "key"]

    def __str__(self) -> str:
        return self.name


class ListVersion(Revised):
    """A list as one document gave it: number, date, document, and the count and total that the document declares."""

    scope_path = ""

    list = models.ForeignKey(ProjectList, models.PROTECT, verbose_name=_("清单"), related_name="versions")
    number = models.PositiveSmallIntegerField(_("版次"))
    as_of = models.DateField(_("日期"))
    title = models.CharField(_("文件名称"), max_length=200, blank=True)
    doc_no = models.CharField(_("文号"), max_length=60, blank=True)
    declared_count = models.PositiveIntegerField(_("公布项目数"), null=True, blank=True)
    declared_total_wan = WanField(_("公布总投资（万元）"), null=True, blank=True)
    source = models.CharField(_("来源"), max_length=300, blank=True)
    note = models.CharField(_("说明"), max_length=300, blank=True)

    history = tracked()

    class Meta:
        verbose_name = verbose_name_plural = _("清单版本")
        ordering = ["list", "-number"]
        constraints = [models.UniqueConstraint(fields=["list", "number"], name="list_version_once", violation_error_message=_("该清单已有这一版次"))]

    def __str__(self) -> str:
        return gettext("%(name)s 第%(n)s版（%(day)s）") % {"name": self.list.name, "n": self.number, "day": f"{self.as_of:%Y-%m-%d}"}


class Entry(Revised):
    """A project on a version of a list, with the figures that version printed for it."""

    scope_path = "project__unit"

    version = models.ForeignKey(ListVersion, models.PROTECT, verbose_name=_("清单版本"), related_name="entries")
    project = models.ForeignKey(Project, models.PROTECT, verbose_name=_("项目"), related_name="entries")
    position = models.PositiveIntegerField(_("序号"), null=True, blank=True)
    sector = models.ForeignKey(Classification, models.PROTECT, verbose_name=_("领域"), null=True, blank=True, related_name="+")
    total_wan = WanField(_("总投资（万元）"), null=True, blank=True)

    history = tracked()

    class Meta:
        verbose_name = verbose_name_plural = _("清单项目")
        ordering = ["version", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["version", "project"], name="entry_once", violation_error_message=_("该项目已在这一版清单中"))]

    def __str__(self) -> str:
        return f"{self.version} · {self.project}"
