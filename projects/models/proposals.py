"""Proposals: master data that matters is changed by one person's word and another's."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.models.project import Project
from projects.models.tracking import Door


class Proposal(models.Model):
    """What somebody wants changed of a stored project: each field before and after, on which document, why; and what became of it.

    Written by its own verbs alone (`projects.services.proposals`). `changes` is a list of [field, before, after] in exact texts.
    """

    scope_path = "project__unit"

    class State(models.TextChoices):
        OPEN = "open", _("待审核")
        APPROVED = "approved", _("已批准")
        REFUSED = "refused", _("未批准")
        WITHDRAWN = "withdrawn", _("已撤回")

    project = models.ForeignKey(Project, models.PROTECT, verbose_name=_("项目"), related_name="proposals")
    changes = models.JSONField(_("变更内容"), default=list)
    doc_no = models.CharField(_("文号"), max_length=60, blank=True)
    decided_on = models.DateField(_("文件日期"), null=True, blank=True)
    reason = models.CharField(_("原因"), max_length=300)
    door = models.CharField(_("入口"), max_length=10, choices=Door.choices, default=Door.ADMIN)
    upload_id = models.BigIntegerField(_("上传编号"), null=True, blank=True, db_index=True)
    place = models.CharField(_("出处"), max_length=120, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.OPEN, db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("提出人"), null=True, related_name="+")
    at = models.DateTimeField(_("提出时间"), auto_now_add=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("审核人"), null=True, blank=True, related_name="+")
    settled_at = models.DateTimeField(_("审核时间"), null=True, blank=True)
    note = models.CharField(_("审核说明"), max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("变更申请")
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="proposal_has_reason"),
            models.CheckConstraint(
                condition=models.Q(state="withdrawn") | models.Q(settled_by=None) | models.Q(by=None) | ~models.Q(settled_by=models.F("by")),
                name="proposal_two_persons",
            ),
            models.CheckConstraint(condition=~models.Q(state="refused") | ~models.Q(note=""), name="proposal_refusal_has_reason"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.project}"
