"""Forms that refuse a stale page, run the rules, and ask for a reason where the rules or the record want one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.db import models
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts.numbers import ungrouped
from accounts.texts import TextField
from accounts.words import listed
from projects.admin.conflicts import Conflict, merge
from projects.findings import Finding, Severity, advice, message
from projects.history import changes_since
from projects.models import AnnualPlan, MonthReport, Project, ProjectCode
from projects.models.fields import WanField
from projects.naming import name_key
from projects.proposals import PLANNED
from projects.services.checks import check_annual_plan, check_code, check_month, check_project
from projects.services.halves import part_refusal
from projects.services.periods import require_writable
from projects.services.reviews import remarks_on
from projects.values import ProjectCode as CodeValue
from projects.values import normalise_code
from projects.workflow import Refused

CODE_CELL = re.compile(r"codes-\d+-code")
EXTRA = ("revision_seen", "change_reason")
# Why a project was stopped or withdrawn is told in the one column for the reason of its stage.
_AT = {"stop_reason": "stage_reason", "out_reason": "stage_reason"}


class RevisedForm(forms.ModelForm):  # type: ignore[type-arg]
    """Carries the revision that the person saw; a row that moved since is not overwritten."""

    # Not required: a missing mark is answered like a stale one, with a message that says what to do.
    revision_seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conflict: Conflict | None = None
        if "revision_seen" in self.fields and self.instance.pk:
            self.initial["revision_seen"] = self.instance.revision
            if self.is_bound:
                self.conflict = merge(self)

    def has_changed(self) -> bool:
        return bool(self.real_changes)

    @property
    def real_changes(self) -> list[str]:
        """Changed columns; the mark and the reason are not columns."""
        return [name for name in self.changed_data if name not in EXTRA]

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.instance.pk and self.real_changes:
            self._refuse_if_stale()

    def _refuse_if_stale(self) -> None:
        """Compare with the row as it is now, under lock, so that two people who save at once can't both pass."""
        model: type[models.Model] = type(self.instance)
        now = model._default_manager.order_by().select_for_update().filter(pk=self.instance.pk).values_list("revision", flat=True).first()
        if now == self.initial.get("revision_seen") and (self.conflict is None or self.conflict.is_settled):
            return
        told = "；".join(
            gettext("%(who)s 于 %(at)s 修改了 %(what)s")
            % {
                "who": change.actor or change.door,
                "at": f"{timezone.localtime(change.at):%m-%d %H:%M}",
                "what": listed(f"{field.label}（{field.old} → {field.new}）" for field in change.fields) or change.verb,
            }
            for change in (self.conflict.changes if self.conflict is not None else changes_since(self.instance, self.initial["revision_seen"])[:3])
        )
        self.add_error(
            None,
            gettext("打开本页之后，该记录已被改动，您的修改还没有保存。%(told)s。请看本页上方的三栏对照，逐项选择后再保存一次。")
            % {"told": told or gettext("内容已变")},
        )


class CheckedForm(RevisedForm):
    """Runs the rules of projects. What blocks stands at its field; what needs a reason asks for one, kept in the history."""

    change_reason = TextField(
        label=_("说明"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("规则要求说明的情况，或改动的依据（文号、来函）。写入变更历史。"),
    )
    findings: Sequence[Finding] = ()

    def run_rules(self) -> Sequence[Finding]:
        return ()

    def own_questions(self) -> list[str]:
        """What asks for a reason beside the rules, as sentences."""
        return []

    def _post_clean(self) -> None:
        # What the rules say of the row as stored was answered before; only what the change brings asks for a reason.
        before = {_key(finding) for finding in self.run_rules()} if self.instance.pk and self.real_changes else set()
        super()._post_clean()
        if self.errors or not (self.real_changes or self.instance._state.adding):
            return
        self.findings = [finding for finding in self.run_rules() if finding.severity is Severity.BLOCKS or _key(finding) not in before]
        language = get_language() or "zh"
        for finding in self.findings:
            if finding.severity is Severity.BLOCKS:
                self.add_error(self._place_of(finding), said_words(finding, language))
        doubtful = [said_words(finding, language) for finding in self.findings if finding.severity is Severity.REASON]
        self._ask_for_reason([*self.own_questions(), *doubtful])

    def hints(self) -> list[str]:
        """What the rules only remark on, once all is stored: what a row saved beside it has answered is not remarked on."""
        new = {_key(finding) for finding in self.findings if finding.severity is Severity.INFO}
        now = self.run_rules() if new else ()
        return [said_words(finding, get_language() or "zh") for finding in now if finding.severity is Severity.INFO and _key(finding) in new]

    def _place_of(self, finding: Finding) -> str | None:
        """The field at which a finding stands; None for the head of the form."""
        name = _AT.get(finding.field or "", finding.field)
        return name if name in self.fields else None

    def _ask_for_reason(self, doubtful: list[str]) -> None:
        # A row inside another form shares the one field for reasons, which stands there without a prefix.
        if not doubtful or self.data.get("change_reason", "").strip():
            return
        self.add_error("change_reason" if "change_reason" in self.fields else None, reason_asked(doubtful))


def reason_asked(doubtful: Sequence[str]) -> list[str]:
    """What a form says where something is doubtful and no reason was typed."""
    return [gettext("以下情况需要说明，填写后可以保存："), *doubtful]


def _key(finding: Finding) -> tuple[str, str | None, str]:
    return finding.code, finding.field, repr(sorted(finding.params.items()))


def said_words(finding: Finding, language: str) -> str:
    """A finding as a form says it: what is wrong, and what would be right."""
    fix = advice(finding, language)
    return message(finding, language) + (f"；{fix}" if fix else "")


FORM_FIELDS = (
    *("name", "kind", "unit", "sector", "nature", "approval_kind", "stage", "stage_reason"),
    *("content", "address", "land_mu", "local_code"),
    *("owner", "responsible_unit", "lead", "contact", "phone"),
    *("total_wan", "total_text", "is_approx", "planned_start", "planned_finish", "actual_start", "actual_finish", "stopped_on"),
    *("expected_output_wan", "expected_tax_wan", "remarks", "source"),
)


class ProjectForm(CheckedForm):
    by_city = False

    class Meta:
        model = Project
        fields = FORM_FIELDS
        widgets = {"content": forms.Textarea(attrs={"rows": 3}), "remarks": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The form is filled in place: what was stored must be read before it is.
        self._stage_before = self.instance.stage

    @property
    def real_changes(self) -> list[str]:
        """A new stage takes its own reason along, and leaves that of the stage before behind."""
        changed = super().real_changes
        return [*changed, "stage_reason"] if "stage" in changed and "stage_reason" not in changed else changed

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if {"stage", "stage_reason"} & set(self.changed_data) == {"stage"} and self.instance.pk:
            data["stage_reason"] = self.data.get("change_reason", "").strip()[:300]
        key = name_key(data.get("name") or "")
        twins = Project.objects.filter(unit=data.get("unit"), name_key=key).exclude(pk=self.instance.pk)
        if key and data.get("unit") and twins.exists():
            self.add_error("name", gettext("该单位已有同名项目"))
        return data

    def own_questions(self) -> list[str]:
        """A total or a date that was decided is not moved without a word on why; filling in a blank needs none."""
        moved = [str(self.fields[name].label) for name in PLANNED if name in self.real_changes and self.initial.get(name) not in (None, "")]
        if not (self.instance.pk and moved):
            return []
        return [gettext("调整%(fields)s，请写明原因和依据（文号）") % {"fields": listed(moved)}]

    def run_rules(self) -> Sequence[Finding]:
        typed = self._typed_code()
        reason = self.cleaned_data.get("change_reason") or ""
        said = check_project(self.instance, stage_before=self._stage_before, reason=reason, code=typed, by_city=self.by_city)
        # What is wrong with a code that was typed stands at its own row.
        return [finding for finding in said if typed is None or finding.field != "code"]

    def _typed_code(self) -> str | None:
        """The first code typed in the rows below, which are stored only after the project: a new project may need one to be stored."""
        rows = sorted(name for name in self.data if CODE_CELL.fullmatch(name))
        return next((normalise_code(text) for name in rows if (text := self.data[name].strip())), None)


class CodeForm(CheckedForm):
    """A code is normalised before it is judged: width, dashes, spaces."""

    class Meta:
        model = ProjectCode
        fields = ("code", "role", "superseded_by")

    def clean_code(self) -> str:
        return normalise_code(self.cleaned_data["code"])

    def run_rules(self) -> Sequence[Finding]:
        return check_code(self.instance) if self.instance.code and self.instance.project.unit_id else ()

    def save(self, commit: bool = True) -> Any:
        parsed = CodeValue.parse(self.instance.code)
        self.instance.form = parsed.form.value if parsed is not None else ProjectCode.Form.OLD
        return super().save(commit)


class AnnualPlanForm(CheckedForm):
    class Meta:
        model = AnnualPlan
        fields = ("project", "year", "month", "plan_wan", "cum_prior_wan", "goal")
        widgets = {"goal": forms.Textarea(attrs={"rows": 2})}

    def run_rules(self) -> Sequence[Finding]:
        return check_annual_plan(self.instance) if self.instance.year and self.instance.project.unit_id else ()


class MonthForm(CheckedForm):
    class Meta:
        model = MonthReport
        fields = (
            "project",
            "period",
            "done_month_wan",
            "done_ytd_wan",
            "cum_total_wan",
            "progress_percent",
            "progress_text",
            "problems",
            "is_approx",
        )
        widgets = {"progress_text": forms.Textarea(attrs={"rows": 2}), "problems": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._before = (self.instance.project.unit_id, self.instance.period_id) if self.instance.pk else None
        for name, remark in remarks_on(self.instance).items():
            if name in self.fields:
                self.fields[name].help_text = format_html('<span class="remark">■ {}：{}</span>', gettext("退回意见"), remark)

    def clean(self) -> dict[str, Any]:
        """The month is held until the row is written: nobody locks it meanwhile. Where the row came from counts as well as where it goes."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        project, period = data.get("project"), data.get("period")
        pairs = {(project.unit_id, period.pk)} if project and period else set()
        try:
            require_writable(pairs | ({self._before} if self._before else set()))
        except Refused as closed:
            self.add_error("period", closed.said(get_language() or "zh"))
        # What stands in a part of the month that is no longer reported may be mended there; nothing new is put into it.
        other_part = part_refusal(period.as_period) if period is not None and "period" in self.changed_data else None
        if other_part is not None:
            self.add_error("period", other_part.said(get_language() or "zh"))
        return data

    def run_rules(self) -> Sequence[Finding]:
        if not (self.instance.project_id and self.instance.period_id):
            return ()
        return check_month(self.instance, reason=self.cleaned_data.get("change_reason") or "")


class WanInput(forms.TextInput):
    """Money in a form: plain text with figures, no spinner that a wheel could turn; idle zeros are not shown."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "decimal", "class": "wan", **(attrs or {})})

    def format_value(self, value: Any) -> str | None:
        text: str | None = super().format_value(value)
        return text.rstrip("0").rstrip(".") if text and "." in text else text

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """What was copied from a page is taken with its groups."""
        typed = super().value_from_datadict(data, files, name)
        return ungrouped(typed) if isinstance(typed, str) else typed


WIDGETS: dict[type[models.Field[Any, Any]], dict[str, Any]] = {WanField: {"widget": WanInput}}
