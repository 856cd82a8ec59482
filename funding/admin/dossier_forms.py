"""Forms of a dossier: what can't be is refused at its field, and a file is looked at before anything is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from funding.admin.ruled import RuledFormSet, said
from funding.lookups import limits_on
from funding.models import Dossier, IncomeSource
from funding.records import ZERO, DossierRecord
from funding.rules import coverage_above_one, coverage_advised, income_adds_up, income_over_cost, said_by
from funding.services.dossiers import digest
from projects.admin.forms import CheckedForm, RevisedForm
from projects.attachments import shown_name
from projects.findings import Finding, Severity

ENDINGS = (".pdf", ".ofd", ".doc", ".docx", ".wps", ".xls", ".xlsx", ".et", ".jpg", ".jpeg", ".png", ".zip")


NO_FILE = {"empty": _("文件是空的（0 字节），请检查后重新选择"), "invalid": _("没有收到文件，请重新选择")}


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
        # Rule 55 blocks giving money, not writing down what a paper says: that takes a reason.
        return [replace(finding, severity=Severity.REASON) for finding in own_findings(self.instance)]


def own_findings(dossier: Dossier) -> list[Finding]:
    """What a dossier's own figures say."""
    limits = limits_on(dossier.coverage_on or timezone.localdate())
    record = DossierRecord(dossier.project.name, coverage=dossier.coverage, income_wan=dossier.income_wan, cost_wan=dossier.cost_wan)
    return said_by(coverage_above_one(record, limits), coverage_advised(record, limits), income_over_cost(record))


def income_findings(dossier: Dossier, rows: Sequence[IncomeSource]) -> list[Finding]:
    """The expected income beside what its sources come to."""
    if not (rows and dossier.project_id):
        return []
    amounts = [row.amount_wan for row in rows]
    whole = None if None in amounts else sum((amount for amount in amounts if amount is not None), ZERO)
    return said_by(income_adds_up(DossierRecord(dossier.project.name, income_wan=dossier.income_wan, sources_wan=whole)))


def findings_told(dossier: Dossier, incomes: Sequence[IncomeSource]) -> list[dict[str, str]]:
    """What is to be said of a dossier as it is, or was, in words for a page."""
    found = [*own_findings(dossier), *income_findings(dossier, incomes)]
    return [{"severity": finding.severity.value, "text": said(finding)} for finding in found]


class IncomeFormSet(RuledFormSet):
    beside = ()

    def findings(self, parent: Dossier, rows: Sequence[IncomeSource]) -> list[Finding]:
        return income_findings(parent, rows)


def refuse_file(name: str, size: int) -> None:
    """:raises ValidationError: for a file that is not kept: too large, or of a kind that is none of a paper's."""
    most = settings.PAPER_MEGABYTES
    if size > most * 1_000_000:
        told = {"size": f"{size / 1_000_000:.1f}", "most": most}
        raise ValidationError(_("文件有%(size)s MB，超过%(most)s MB；请压缩或拆分后再传"), code="too_large", params=told)
    if not shown_name(name).lower().endswith(ENDINGS):
        told = {"name": shown_name(name)[-40:], "endings": " ".join(ENDINGS)}
        raise ValidationError(_("不收“%(name)s”这种文件；可以上传：%(endings)s"), code="kind", params=told)


class PaperForm(RevisedForm):
    """A paper with its file, which is checked before anything is stored."""

    file = forms.FileField(
        label=_("上传文件"),
        required=False,
        error_messages=NO_FILE,
        widget=forms.FileInput(attrs={"accept": ",".join(ENDINGS)}),
    )
    # The name of a file that came with a form that could not be saved: a browser does not send it twice by itself.
    lost = forms.CharField(widget=forms.HiddenInput, required=False)
    content: bytes | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lost_name = ""
        if not self.is_bound:
            return
        key, sent = self.add_prefix("lost"), self.files.get(self.add_prefix("file"))
        self.lost_name = "" if sent else str(self.data.get(key, ""))[:255]
        # Should this form come back, it says so; once said, saving again without the file is the person's own decision.
        data: Any = self.data
        self.data = data = data.copy()
        data[key] = shown_name(sent.name or "") if sent else ""

    def has_changed(self) -> bool:
        return bool(self.lost_name) or super().has_changed()

    @property
    def real_changes(self) -> list[str]:
        return [name for name in super().real_changes if name != "lost"]

    def say_lost(self) -> str:
        """The file that came is not kept, because the form was not saved: said at its field. Its name; nothing where none came."""
        name = str(self.data.get(self.add_prefix("lost"), "")) if self.is_bound else ""
        if name:
            self.add_error("file", gettext("“%(name)s”还没有存下，请在这里重新选择") % {"name": name})
        return name

    def clean_file(self) -> Any:
        sent = self.cleaned_data.get("file")
        if not sent and self.lost_name:
            raise ValidationError(_("“%(name)s”上次没有存下，请重新选择；这次不上传的，再保存一次即可"), params={"name": self.lost_name})
        if sent:
            refuse_file(sent.name, sent.size)
        return sent or None

    def save(self, commit: bool = True) -> Any:
        sent = self.cleaned_data.get("file")
        if sent:
            self.content = sent.read()
            self.instance.filename, self.instance.sha256 = shown_name(sent.name), digest(self.content or b"")
        return super().save(commit)
