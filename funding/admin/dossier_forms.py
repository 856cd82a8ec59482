"""Forms of a dossier: what can't be is refused at its field, and a file is looked at before anything is stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from funding.lookups import limits_on
from funding.models import Dossier
from funding.records import DossierRecord
from funding.rules import coverage_above_one, coverage_advised, said_by
from funding.services.dossiers import digest
from projects.admin.forms import CheckedForm, RevisedForm
from projects.attachments import shown_name
from projects.findings import Finding

ENDINGS = (".pdf", ".ofd", ".doc", ".docx", ".wps", ".xls", ".xlsx", ".et", ".jpg", ".jpeg", ".png", ".zip")


class DossierForm(CheckedForm):
    """A coverage ratio is told with its method and day, and judged (rules 55, 56)."""

    class Meta:
        model = Dossier
        fields = (
            *("project", "income_wan", "cost_wan", "coverage", "coverage_method", "coverage_on"),
            *("built_from", "built_to", "operated_from", "operated_to", "negative_item", "remarks", "source", "is_synthetic"),
        )
        widgets = {"remarks": forms.Textarea(attrs={"rows": 2})}

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("coverage") is not None:
            for name, said in (("coverage_method", _("填写覆盖倍数时须选择口径")), ("coverage_on", _("填写覆盖倍数时须写明测算日期"))):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, said)
        if data.get("coverage_on") and data["coverage_on"] > timezone.localdate():
            day = {"day": data["coverage_on"], "today": timezone.localdate()}
            self.add_error("coverage_on", gettext("%(day)s 还没有到，今天是 %(today)s") % day)
        return data

    def run_rules(self) -> Sequence[Finding]:
        """A paper's own figures; what the project lacks beside them is asked when it gets money."""
        if not self.instance.project_id:
            return ()
        limits = limits_on(self.instance.coverage_on or timezone.localdate())
        record = DossierRecord(self.instance.project.name, coverage=self.instance.coverage)
        return said_by(coverage_above_one(record, limits), coverage_advised(record, limits))


class PaperForm(RevisedForm):
    """A paper with its file, which is checked before anything is stored."""

    file = forms.FileField(
        label=_("上传文件"),
        required=False,
        error_messages={"empty": _("文件是空的（0 字节），请检查后重新选择"), "invalid": _("没有收到文件，请重新选择")},
        widget=forms.FileInput(attrs={"accept": ",".join(ENDINGS)}),
    )
    content: bytes | None = None

    def clean_file(self) -> Any:
        sent = self.cleaned_data.get("file")
        if not sent:
            return None
        most = settings.PAPER_MEGABYTES
        if sent.size > most * 1_000_000:
            told = {"size": f"{sent.size / 1_000_000:.1f}", "most": most}
            raise ValidationError(_("文件有%(size)s MB，超过%(most)s MB；请压缩或拆分后再传"), params=told)
        if not shown_name(sent.name).lower().endswith(ENDINGS):
            told = {"name": shown_name(sent.name)[-40:], "endings": " ".join(ENDINGS)}
            raise ValidationError(_("不收“%(name)s”这种文件；可以上传：%(endings)s"), params=told)
        return sent

    def save(self, commit: bool = True) -> Any:
        sent = self.cleaned_data.get("file")
        if sent:
            self.content = sent.read()
            self.instance.filename, self.instance.sha256 = shown_name(sent.name), digest(self.content or b"")
        return super().save(commit)
