"""Divisions, reporting units, people and what they are in which unit."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.roles import GRANTS, Action, Role, clash


class Division(models.Model):
    """An administrative division of GB/T 2260 (or the statistical code 3702 71), with the years it was valid."""

    class Level(models.TextChoices):
        PROVINCE = "province", _("省级")
        CITY = "city", _("地级")
        COUNTY = "county", _("县级")
        STATISTICAL = "statistical", _("统计用区划")

    code = models.CharField(_("代码"), max_length=6, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    short_name = models.CharField(_("简称"), max_length=30, blank=True)
    level = models.CharField(_("级别"), max_length=12, choices=Level.choices, default=Level.COUNTY)
    valid_from = models.DateField(_("启用"), null=True, blank=True)
    valid_to = models.DateField(_("停用"), null=True, blank=True)
    successor = models.ForeignKey("self", models.PROTECT, verbose_name=_("继任区划"), null=True, blank=True, related_name="predecessors")
    source = models.CharField(_("来源"), max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("行政区划")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.name}（{self.code}）"


class ReportingUnit(models.Model):
    """Who reports and is ranked: a district, a functional zone, a city bureau or a city-owned company."""

    class Kind(models.TextChoices):
        DISTRICT = "district", _("区市")
        ZONE = "zone", _("功能区")
        BUREAU = "bureau", _("市直部门")
        COMPANY = "company", _("市属国企")

    key = models.SlugField(_("标识"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=60, unique=True)
    short_name = models.CharField(_("简称"), max_length=30)
    kind = models.CharField(_("类别"), max_length=10, choices=Kind.choices)
    division = models.ForeignKey(Division, models.PROTECT, verbose_name=_("所在区划"), null=True, blank=True, related_name="units")
    parent = models.ForeignKey("self", models.PROTECT, verbose_name=_("上级单位"), null=True, blank=True, related_name="children")
    is_ranked = models.BooleanField(_("参加排名"), default=False)
    sort_order = models.PositiveIntegerField(_("表内顺序"), default=999)
    aliases = models.JSONField(_("别名"), default=list, blank=True)
    valid_from = models.PositiveSmallIntegerField(_("启用年份"), null=True, blank=True)
    valid_to = models.PositiveSmallIntegerField(_("停用年份"), null=True, blank=True)
    source = models.CharField(_("来源"), max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("填报单位")
        ordering = ["sort_order", "id"]

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A person who signs in. Never deleted (history names them): deactivated instead."""

    display_name = models.CharField(_("姓名"), max_length=60, blank=True)
    phone = models.CharField(_("电话"), max_length=30, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("用户")
        ordering = ["username"]

    def __str__(self) -> str:
        return self.display_name or self.username

    def get_full_name(self) -> str:
        return self.display_name or super().get_full_name()


# What the three administrators do has no unit: the people, the system and the event log are the whole city's.
_CITY_ONLY = frozenset({Action.SYSTEM, Action.USERS, Action.AUDIT})


def role_label(role: Role) -> str:
    """A role in the reader's language."""
    return GRANTS[role].en if (get_language() or "zh").startswith("en") else GRANTS[role].zh


_lazy_label = lazy(role_label, str)


def role_choices() -> list[tuple[str, Any]]:
    return [(role.value, _lazy_label(role)) for role in Role]


class Membership(models.Model):
    """What a person is, and where; without a unit only for city-wide roles."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("用户"), related_name="memberships")
    unit = models.ForeignKey(ReportingUnit, models.PROTECT, verbose_name=_("填报单位"), null=True, blank=True, related_name="memberships")
    role = models.CharField(_("角色"), max_length=30, choices=role_choices)

    class Meta:
        verbose_name = verbose_name_plural = _("岗位")
        constraints = [
            models.UniqueConstraint(fields=["user", "unit", "role"], name="membership_once", violation_error_message=_("该用户已有这个岗位")),
            models.UniqueConstraint(
                fields=["user", "role"], condition=models.Q(unit=None), name="membership_city_once", violation_error_message=_("该用户已有这个岗位")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.role_label()}" + (f" · {self.unit.short_name}" if self.unit else "")

    def role_label(self) -> str:
        return role_label(Role(self.role))

    def clean(self) -> None:
        super().clean()
        if self.role in set(Role) and not GRANTS[Role(self.role)].city_wide and self.unit_id is None:
            raise ValidationError({"unit": _("区市岗位必须选择填报单位")})
        if self.role in set(Role) and GRANTS[Role(self.role)].actions <= _CITY_ONLY and self.unit_id is not None:
            raise ValidationError({"unit": _("系统、安全、审计岗位管全市，不选填报单位")})
        if self.user_id:
            held = {Role(role) for role in Membership.objects.filter(user=self.user_id).exclude(pk=self.pk).values_list("role", flat=True)}
            pair = clash(held | {Role(self.role)})
            if pair:
                names = "、".join(sorted(GRANTS[role].zh for role in pair))
                raise ValidationError({"role": _("以下岗位不得由同一人担任：%(names)s") % {"names": names}})


class AuditEvent(models.Model):
    """One line of the append-only event log: sign-in, permission, export, command, upload, refused access."""

    at = models.DateTimeField(_("时间"), auto_now_add=True, db_index=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("操作人"), null=True, blank=True, related_name="+")
    actor_name = models.CharField(_("操作人姓名"), max_length=150, blank=True)
    event = models.CharField(_("事件"), max_length=60, db_index=True)
    object_type = models.CharField(_("对象类别"), max_length=60, blank=True)
    object_id = models.CharField(_("对象编号"), max_length=60, blank=True)
    outcome = models.CharField(_("结果"), max_length=20, default="ok")
    address = models.GenericIPAddressField(_("来源地址"), null=True, blank=True)
    detail = models.JSONField(_("详情"), default=dict, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("操作日志")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.event} {self.actor_name}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("the event log is append-only")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("the event log is append-only")
