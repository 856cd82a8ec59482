"""Uploads: the file as it came, what was found in it, what it would change, and what became of it."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import ReportingUnit
from projects.models import ListVersion, ReportingPeriod


def new_public_id() -> str:
    """An address part that can't be guessed (128 bits)."""
    return secrets.token_hex(16)


class Upload(models.Model):
    """One file somebody sent. Its page is permanent, and says the truth about what happened."""

    scope_path = "unit"

    class State(models.TextChoices):
        RECEIVED = "received", _("已接收")
        CHECKED = "checked", _("已检查")
        COMMITTED = "committed", _("已提交")
        UNDONE = "undone", _("已撤销")
        REFUSED = "refused", _("未接收")
        FAILED = "failed", _("失败")

    public_id = models.CharField(_("编号"), max_length=32, unique=True, default=new_public_id, editable=False)
    filename = models.CharField(_("文件名"), max_length=255)
    sha256 = models.CharField(_("校验值"), max_length=64, db_index=True)
    size = models.PositiveIntegerField(_("大小（字节）"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("上传人"), null=True, related_name="uploads")
    unit = models.ForeignKey(ReportingUnit, models.PROTECT, verbose_name=_("填报单位"), null=True, blank=True, related_name="uploads")
    period = models.ForeignKey(ReportingPeriod, models.PROTECT, verbose_name=_("填报期"), null=True, blank=True, related_name="uploads")
    list_version = models.ForeignKey(ListVersion, models.PROTECT, verbose_name=_("清单版本"), null=True, blank=True, related_name="uploads")
    kind = models.CharField(_("类别"), max_length=24, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.RECEIVED, db_index=True)
    counts = models.JSONField(_("计数"), default=dict, blank=True)
    sheets = models.JSONField(_("工作表"), default=list, blank=True)
    findings = models.JSONField(_("检查结果"), default=list, blank=True)
    reason = models.TextField(_("说明"), blank=True)
    outcome = models.TextField(_("结果"), blank=True)
    outcome_en = models.TextField(_("结果（英文）"), blank=True)
    created_at = models.DateTimeField(_("接收时间"), auto_now_add=True)
    checked_at = models.DateTimeField(_("检查时间"), null=True, blank=True)
    committed_at = models.DateTimeField(_("提交时间"), null=True, blank=True)
    committed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("提交人"), null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("撤销人"), null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = _("上传")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"#{self.pk} {self.filename}"


class UploadFile(models.Model):
    """The bytes as they came, kept in the database so that upload, data and backup are one."""

    scope_path = "upload__unit"

    upload = models.OneToOneField(Upload, models.PROTECT, primary_key=True, related_name="file")
    content = models.BinaryField()

    class Meta:
        verbose_name = verbose_name_plural = _("原始文件")

    def __str__(self) -> str:
        return f"file of {self.upload_id}"


class UploadPart(models.Model):
    """A part of the stored plan: some hundred rows, compressed. The commit executes these and nothing else."""

    scope_path = "upload__unit"

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    rows = models.PositiveIntegerField()
    changed = models.PositiveIntegerField(default=0)
    payload = models.BinaryField()

    class Meta:
        verbose_name = verbose_name_plural = _("变更计划分段")
        ordering = ["upload", "number"]
        constraints = [models.UniqueConstraint(fields=["upload", "number"], name="upload_part_once")]

    def __str__(self) -> str:
        return f"part {self.number} of {self.upload_id}"
