"""Uploads: the file as it came, what was found in it, what it would change, and what became of it."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import ReportingUnit
from exchange.sheets import COLUMNS, column_of
from projects.models import Door, ListVersion, ReportingPeriod


def new_public_id() -> str:
    """An address part that can't be guessed (128 bits)."""
    return secrets.token_hex(16)


class Upload(models.Model):
    """One file somebody sent. Its page is permanent, and says the truth about what happened."""

    scope_path = "unit"

    class State(models.TextChoices):
        RECEIVED = "received", _("已接收")
        CHECKED = "checked", _("已检查")
        COMMITTED = "committed", _("已入库")
        PARTLY = "partly", _("部分撤回")
        UNDONE = "undone", _("已撤回")
        REFUSED = "refused", _("未接收")
        FAILED = "failed", _("失败")
        CANCELLED = "cancelled", _("检查已取消")

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
    # What was chosen in conflicts of a returned template: which value, of which two, by whom, when; see `exchange.services.conflicts`.
    choices = models.JSONField(_("冲突选择"), default=dict, blank=True)
    reason = models.TextField(_("说明"), blank=True)
    outcome = models.TextField(_("结果"), blank=True)
    outcome_en = models.TextField(_("结果（英文）"), blank=True)
    created_at = models.DateTimeField(_("接收时间"), auto_now_add=True)
    checked_at = models.DateTimeField(_("检查时间"), null=True, blank=True)
    committed_at = models.DateTimeField(_("提交时间"), null=True, blank=True)
    committed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("提交人"), null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("撤回人"), null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = _("上传")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"#{self.pk} {self.filename}"

    @property
    def is_over(self) -> bool:
        """It was committed, whatever became of it since."""
        return self.state in {self.State.COMMITTED, self.State.PARTLY, self.State.UNDONE}


class UploadFile(models.Model):
    """The bytes as they came, kept in the database so that upload, data and backup are one."""

    scope_path = "upload__unit"
    followed = False

    upload = models.OneToOneField(Upload, models.PROTECT, primary_key=True, related_name="file")
    content = models.BinaryField()

    class Meta:
        verbose_name = verbose_name_plural = _("原始文件")

    def __str__(self) -> str:
        return f"file of {self.upload_id}"


class UploadPart(models.Model):
    """A part of the stored plan: some hundred rows, compressed. The commit executes these and nothing else."""

    scope_path = "upload__unit"
    followed = False

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


class Reversal(models.Model):
    """One time an upload was taken back or brought back: who, when, why, how many places, and what stayed because it was changed since.

    Never changed afterwards. `spans` gives, for each table, the first and last history row this wrote: so what an upload's own writes
    did can be told from what took them back.
    """

    scope_path = "upload__unit"

    class Kind(models.TextChoices):
        UNDO = "undo", _("撤回")
        REDO = "redo", _("恢复")

    upload = models.ForeignKey(Upload, models.PROTECT, verbose_name=_("上传"), related_name="reversals")
    number = models.PositiveIntegerField(_("次序"))
    kind = models.CharField(_("动作"), max_length=4, choices=Kind.choices)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("经办人"), null=True, blank=True, related_name="+")
    door = models.CharField(_("入口"), max_length=10, choices=Door.choices, default=Door.UPLOAD)
    at = models.DateTimeField(_("时间"), auto_now_add=True)
    reason = models.TextField(_("原因"), blank=True)
    counts = models.JSONField(_("计数"), default=dict)
    kept = models.JSONField(_("保留的内容"), default=list, blank=True)
    spans = models.JSONField(_("历史范围"), default=dict)
    aside = models.JSONField(_("移出的变更申请"), default=list, blank=True)  # withdrawn proposals about projects that went, as they stood
    outcome = models.TextField(_("结果"), blank=True)
    outcome_en = models.TextField(_("结果（英文）"), blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("撤回与恢复")
        ordering = ["upload", "number"]
        constraints = [models.UniqueConstraint(fields=["upload", "number"], name="reversal_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.upload_id}"


class HeldRows(models.Model):
    """Rows that the check would leave out if the good rows alone were accepted, each with what is wrong; compressed."""

    scope_path = "upload__unit"
    followed = False

    upload = models.OneToOneField(Upload, models.CASCADE, primary_key=True, related_name="held_rows")
    rows = models.PositiveIntegerField()
    payload = models.BinaryField()

    class Meta:
        verbose_name = verbose_name_plural = _("扣留的行")

    def __str__(self) -> str:
        return f"{self.rows} rows of {self.upload_id}"


class ColumnMapping(models.Model):
    """What a unit means by a heading that the reader doesn't know: asked once, remembered, revocable. No unit: the whole city."""

    scope_path = "unit"

    unit = models.ForeignKey(ReportingUnit, models.PROTECT, verbose_name=_("填报单位"), null=True, blank=True, related_name="column_mappings")
    kind = models.CharField(_("表类"), max_length=24)
    heading = models.CharField(_("标题（归一）"), max_length=200)
    written = models.CharField(_("标题原文"), max_length=200)
    field = models.CharField(_("读作"), max_length=40)
    upload = models.ForeignKey(Upload, models.PROTECT, verbose_name=_("在哪次上传中回答"), null=True, blank=True, related_name="column_mappings")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("回答人"), null=True, blank=True, related_name="+")
    at = models.DateTimeField(_("回答时间"), auto_now_add=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("作废人"), null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField(_("作废时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("标题记忆")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "kind", "heading"], condition=models.Q(revoked_at=None, unit__isnull=False), name="column_mapping_once"
            ),
            models.UniqueConstraint(fields=["kind", "heading"], condition=models.Q(revoked_at=None, unit=None), name="column_mapping_city_once"),
        ]

    def __str__(self) -> str:
        return f"{self.written} → {column_of(self.field).header if self.field in COLUMNS else self.field}"


class Job(models.Model):
    """A piece of long work on its way: who asked, which process holds it and until when, how often it was tried, how far it is, how it ended.

    This row is the truth; the queue only brings its number to a worker. `lease_until` is renewed while the work goes on; within a
    commit, whose transaction nobody else sees into, the process says by its pulse that it lives.
    """

    scope_path = "unit"
    followed = False

    class Verb(models.TextChoices):
        CHECK = "check", _("检查")
        COMMIT = "commit", _("提交入库")
        TEMPLATES = "templates", _("生成填报表")
        UNDO = "undo", _("撤回")
        REDO = "redo", _("恢复")

    class State(models.TextChoices):
        WAITING = "waiting", _("排队中")
        RUNNING = "running", _("进行中")
        DONE = "done", _("已完成")
        REFUSED = "refused", _("未执行")
        CANCELLED = "cancelled", _("已取消")
        FAILED = "failed", _("失败")

    ACTIVE = (State.WAITING, State.RUNNING)

    public_id = models.CharField(_("编号"), max_length=32, unique=True, default=new_public_id, editable=False)
    verb = models.CharField(_("任务"), max_length=10, choices=Verb.choices)
    upload = models.ForeignKey(Upload, models.PROTECT, verbose_name=_("上传"), null=True, blank=True, related_name="jobs")
    unit = models.ForeignKey(ReportingUnit, models.PROTECT, verbose_name=_("填报单位"), null=True, blank=True, related_name="jobs")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("经办人"), null=True, blank=True, related_name="+")
    reason = models.TextField(_("说明"), blank=True)
    parameters = models.JSONField(_("参数"), default=dict, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.WAITING, db_index=True)
    worker = models.CharField(_("执行进程"), max_length=100, blank=True)
    lease_until = models.DateTimeField(_("租约至"), null=True, blank=True)
    attempts = models.PositiveIntegerField(_("次数"), default=0)
    ticket = models.CharField(_("队列号"), max_length=64, blank=True)
    rows_done = models.PositiveIntegerField(_("已处理行数"), default=0)
    rows_total = models.PositiveIntegerField(_("总行数"), default=0)
    is_writing = models.BooleanField(_("正在写入"), default=False)
    cancel_requested = models.BooleanField(_("要求取消"), default=False)
    cancelled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("取消人"), null=True, blank=True, related_name="+")
    outcome = models.TextField(_("结果"), blank=True)
    outcome_en = models.TextField(_("结果（英文）"), blank=True)
    created_at = models.DateTimeField(_("提出时间"), auto_now_add=True)
    queued_at = models.DateTimeField(_("入队时间"), null=True, blank=True)
    started_at = models.DateTimeField(_("开始时间"), null=True, blank=True)
    finished_at = models.DateTimeField(_("结束时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("后台任务")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["upload"], condition=models.Q(state__in=["waiting", "running"]), name="one_job_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"{self.get_verb_display()} #{self.pk}"

    @property
    def is_active(self) -> bool:
        return self.state in self.ACTIVE


class JobFile(models.Model):
    """What a job made to be fetched: a workbook, or several in one archive."""

    scope_path = "job__unit"
    followed = False

    job = models.OneToOneField(Job, models.CASCADE, primary_key=True, related_name="file")
    filename = models.CharField(_("文件名"), max_length=255)
    content = models.BinaryField()

    class Meta:
        verbose_name = verbose_name_plural = _("任务的文件")

    def __str__(self) -> str:
        return f"file of job {self.job_id}"


class Pulse(models.Model):
    """A process says that it lives, and how far its work is, outside the transaction of that work. SQLite, with its one writer, has files instead."""

    key = models.CharField(max_length=120, primary_key=True)
    at = models.DateTimeField()
    rows_done = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("进程的心跳")

    def __str__(self) -> str:
        return f"{self.key} {self.at:%H:%M:%S}"
