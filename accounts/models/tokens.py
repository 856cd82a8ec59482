"""Keys for machines: a token stands for its owner, with no more than it was given; and what was asked with it, minute by minute."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.people import ReportingUnit


class ApiToken(models.Model):
    """A key of one person. The key itself is shown once and never kept: only its SHA-256, which 256 random bits need no salt for."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("用户"), related_name="api_tokens")
    name = models.CharField(_("用途"), max_length=100, help_text=_("给哪个系统、哪张报表用，如“Power BI 月报”"))
    prefix = models.CharField(_("开头"), max_length=12, editable=False)
    digest = models.CharField(_("摘要"), max_length=64, unique=True, editable=False)
    can_write = models.BooleanField(_("可写入"), default=False, help_text=_("不勾选时只能读取和导出"))
    unit = models.ForeignKey(
        ReportingUnit, models.PROTECT, verbose_name=_("只限单位"), null=True, blank=True, related_name="+", help_text=_("空为本人的全部范围")
    )
    addresses = models.JSONField(
        _("只限地址"), default=list, blank=True, help_text=_("IP 地址或网段，每行一个，如 10.1.2.3 或 10.1.0.0/16；空为不限")
    )
    created_at = models.DateTimeField(_("建立时间"), auto_now_add=True)
    expires_at = models.DateTimeField(_("有效期至"))
    revoked_at = models.DateTimeField(_("作废时间"), null=True, blank=True, editable=False)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("作废人"), null=True, blank=True, editable=False, related_name="+"
    )
    last_used_at = models.DateTimeField(_("最近使用"), null=True, blank=True, editable=False)
    last_used_from = models.GenericIPAddressField(_("最近使用地址"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = _("接口令牌")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.name}（{self.prefix}…）"

    @property
    def is_live(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()


class ApiMinute(models.Model):
    """How often a caller asked in one minute: what the limit counts, on every host alike, and what a caller's use is told from."""

    caller = models.CharField(max_length=40)
    minute = models.BigIntegerField(db_index=True)
    calls = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("接口调用")
        constraints = [models.UniqueConstraint(fields=["caller", "minute"], name="api_minute_once")]

    def __str__(self) -> str:
        return f"{self.caller} {self.minute}: {self.calls}"


class KeptAnswer(models.Model):
    """The answer to a write that carried an Idempotency-Key: asked again with the same key and words, it is given again and not done again."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    address = models.CharField(max_length=300)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=b"")
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = _("已答复的写入")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="kept_answer_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.key}"
