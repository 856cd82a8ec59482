"""三年滚动投资计划: for three years from a base year on, what each project needs from each source; rolled forward every year."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from projects.models import Classification, Project
from projects.models.fields import PartialDateField, WanField
from projects.models.tracking import Revised, tracked

YEARS = 3


class RollingPlan(Revised):
    """The plan of a base year N: the years N, N+1 and N+2."""

    scope_path = ""

    base_year = models.PositiveSmallIntegerField(
        _("基年"), help_text=_("计划的第一年"), validators=[MinValueValidator(2000), MaxValueValidator(2100)]
    )
    doc_no = models.CharField(_("文号"), max_length=60, blank=True)
    decided_on = models.DateField(_("日期"), null=True, blank=True)
    note = models.CharField(_("说明"), max_length=300, blank=True)
    is_synthetic = models.BooleanField(_("示例数据"), default=False)

    history = tracked()

    class Meta:
        verbose_name = verbose_name_plural = _("三年滚动投资计划")
        ordering = ["-base_year"]
        constraints = [models.UniqueConstraint(fields=["base_year"], name="rolling_plan_once", violation_error_message=_("已有这一基年的滚动计划"))]

    def __str__(self) -> str:
        return gettext("%(first)s—%(last)s年滚动投资计划") % {"first": self.base_year, "last": self.years[-1]}

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(range(self.base_year, self.base_year + YEARS))


class RollingEntry(Revised):
    """A project in the plan of a base year, with what it is to build in each of the three years."""

    scope_path = "project__unit"

    plan = models.ForeignKey(RollingPlan, models.PROTECT, verbose_name=_("滚动计划"), related_name="entries")
    project = models.ForeignKey(Project, models.PROTECT, verbose_name=_("项目"), related_name="rolling_entries")
    total_wan = WanField(_("总投资（万元）"), null=True, blank=True, validators=[MinValueValidator(0)], help_text=_("新增时空着按项目填"))
    cum_prior_wan = WanField(
        _("截至上年底累计完成（万元）"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("基年的上一年年底；新增时空着按年度计划填"),
    )
    planned_start = PartialDateField(_("拟开工"))
    planned_finish = PartialDateField(_("拟竣工"))
    first_content = models.TextField(_("第一年建设内容"), blank=True)
    second_content = models.TextField(_("第二年建设内容"), blank=True)
    third_content = models.TextField(_("第三年建设内容"), blank=True)

    history = tracked()

    class Meta:
        verbose_name = verbose_name_plural = _("滚动计划项目")
        ordering = ["plan", "project__unit__sort_order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "project"], name="rolling_entry_once", violation_error_message=_("该项目已在这一期滚动计划中"))
        ]

    def __str__(self) -> str:
        return f"{self.project} {self.plan}"


class RollingLine(Revised):
    """What one source is to give in each of the three years; blank where nothing is planned."""

    scope_path = "entry__project__unit"

    entry = models.ForeignKey(RollingEntry, models.PROTECT, verbose_name=_("滚动计划项目"), related_name="lines")
    source = models.ForeignKey(Classification, models.PROTECT, verbose_name=_("资金来源"), related_name="+")
    first_wan = WanField(_("第一年（万元）"), null=True, blank=True, validators=[MinValueValidator(0)])
    second_wan = WanField(_("第二年（万元）"), null=True, blank=True, validators=[MinValueValidator(0)])
    third_wan = WanField(_("第三年（万元）"), null=True, blank=True, validators=[MinValueValidator(0)])

    history = tracked()

    class Meta:
        verbose_name = verbose_name_plural = _("分年资金")
        ordering = ["entry", "source__sort_order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "source"], name="rolling_line_once", violation_error_message=_("同一来源只填一行")),
            *(
                models.CheckConstraint(condition=Q(**{name: None}) | Q(**{f"{name}__gte": 0}), name=f"rolling_{name}_not_negative")
                for name in ("first_wan", "second_wan", "third_wan")
            ),
        ]

    def __str__(self) -> str:
        return str(self.source)
