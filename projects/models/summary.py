"""Month totals that are kept: what each project counts for in a month, the sums of it, and the marks of what has changed since.

Machinery, not records: all of it follows from the tracked tables and can be made anew (`projects.summary`, which alone writes here but
for the marks; those are set by triggers of the database, whoever writes). Money is in whole 分, keys are plain numbers.
"""

from __future__ import annotations

from typing import Any

from django.db import models


def _fen() -> Any:
    return models.BigIntegerField(null=True)


def _sum() -> Any:
    return models.BigIntegerField(default=0)


def _number() -> Any:
    return models.IntegerField(default=0)


class SummaryMark(models.Model):
    """What a write may have changed: a project (in a year, in a period), all projects of a list, or, where nothing is named, everything."""

    project_id = models.BigIntegerField(null=True)
    period_id = models.BigIntegerField(null=True)
    list_id = models.BigIntegerField(null=True)
    year = models.IntegerField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "summary marks"

    def __str__(self) -> str:
        return f"{self.project_id}/{self.period_id}/{self.list_id}/{self.year}"


class SummedMonth(models.Model):
    """A month (`Month.index`) of which the totals are kept."""

    at = models.IntegerField(primary_key=True)

    class Meta:
        verbose_name = verbose_name_plural = "summed months"

    def __str__(self) -> str:
        return str(self.at)


class MonthFact(models.Model):
    """A project in a month: where it stands and what it counts for; the columns that end in `_ok` as if only approved reports had come.

    `standing`: 1 on a list of infrastructure in effect, 2 on one of emerging industries, 4 on no list at all and not withdrawn; added up.
    """

    pk = models.CompositePrimaryKey("at", "project_id")
    at = models.IntegerField()
    project_id = models.BigIntegerField()
    unit_id = models.BigIntegerField()
    kind = models.CharField(max_length=16)
    sector_id = models.BigIntegerField()  # 0 for none
    stage = models.CharField(max_length=12)
    standing = models.SmallIntegerField()
    total = _fen()
    total_rough = models.SmallIntegerField()
    plan = _fen()
    month = _fen()
    ytd = _fen()
    cum = _fen()
    rough = models.SmallIntegerField()
    month_ok = _fen()
    ytd_ok = _fen()
    cum_ok = _fen()
    rough_ok = models.SmallIntegerField()
    # How far it has come by the month's end, by its dates: 1 or 0.
    to_start = models.SmallIntegerField(default=0)
    begun = models.SmallIntegerField(default=0)
    started = models.SmallIntegerField(default=0)
    going_on = models.SmallIntegerField(default=0)
    finished = models.SmallIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = "month facts"

    def __str__(self) -> str:
        return f"{self.project_id}@{self.at}"


class MonthSum(models.Model):
    """The projects of a month that share unit, kind, sector and standing: how many, each amount's sum, how many have it, how many roughly."""

    pk = models.CompositePrimaryKey("at", "unit_id", "kind", "sector_id", "standing")
    at = models.IntegerField()
    unit_id = models.BigIntegerField()
    kind = models.CharField(max_length=16)
    sector_id = models.BigIntegerField()
    standing = models.SmallIntegerField()
    n = _number()
    total = _sum()
    total_n = _number()
    total_rough = _number()
    plan = _sum()
    plan_n = _number()
    month = _sum()
    month_n = _number()
    month_rough = _number()
    ytd = _sum()
    ytd_n = _number()
    ytd_rough = _number()
    cum = _sum()
    cum_n = _number()
    cum_rough = _number()
    own_plan = _sum()  # the plan of those that reported a year to date
    own_plan_n = _number()
    month_ok = _sum()
    month_ok_n = _number()
    month_ok_rough = _number()
    ytd_ok = _sum()
    ytd_ok_n = _number()
    ytd_ok_rough = _number()
    cum_ok = _sum()
    cum_ok_n = _number()
    cum_ok_rough = _number()
    own_plan_ok = _sum()
    own_plan_ok_n = _number()
    to_start = _number()  # planned to start this year
    begun = _number()  # of these: those that did
    started = _number()  # began this year and go on
    going_on = _number()  # began before and go on
    finished = _number()

    class Meta:
        verbose_name = verbose_name_plural = "month sums"

    def __str__(self) -> str:
        return f"{self.unit_id}@{self.at}"
