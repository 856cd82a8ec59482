"""下载填报表: choose unit, month and kind of sheet, and take the unit's own projects home as a workbook to fill in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts import audit, scope
from accounts.roles import Action
from exchange.forms import PeriodField, UnitField, suggest_period
from exchange.services.faults import NotAllowedError, UploadError
from exchange.services.template import make_template
from exchange.services.template_notes import period_note
from exchange.sheets import Kind
from exchange.views.access import signed_in, wants_json, wording
from exchange.views.documents import form_answer
from exchange.views.files import XLSX
from projects.attachments import attachment

KINDS = (
    (Kind.MONTHLY.value, gettext_lazy("月度进展")),
    (Kind.INFRASTRUCTURE.value, gettext_lazy("重大基础设施项目清单")),
    (Kind.EMERGING.value, gettext_lazy("战略性新兴产业项目清单")),
    (Kind.BOND.value, gettext_lazy("专项债券资金")),
    (Kind.CENTRAL.value, gettext_lazy("中央预算内投资资金")),
)


class TemplateForm(forms.Form):
    """Whose template, for which month. A person of one unit need not choose it."""

    unit = UnitField(label=gettext_lazy("填报单位"), empty_label=gettext_lazy("请选择"), error_messages={"required": gettext_lazy("请选择填报单位")})
    period = PeriodField(label=gettext_lazy("填报期"), required=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("表类"),
        choices=KINDS,
        required=False,
        error_messages={"invalid_choice": gettext_lazy("没有“%(value)s”这种填报表")},
    )

    def __init__(self, user: Any, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, auto_id="template-%s", **kwargs)
        units = scope.units_for_user(user, Action.EXPORT)
        field = self.fields["unit"]
        assert isinstance(field, UnitField)
        field.queryset = units
        only = list(units[:2])
        self.only_unit = only[0] if len(only) == 1 else None
        if self.only_unit is not None:
            field.required = False
            field.empty_label = None
            self.initial.setdefault("unit", self.only_unit.key)
        self.suggested = suggest_period(self.fields["period"])
        self.initial.setdefault("period", str(self.suggested))
        self.initial.setdefault("kind", Kind.MONTHLY.value)

    def clean(self) -> dict[str, Any]:
        """The month open for reporting, and the month's sheet, where nothing else is asked."""
        cleaned = self.cleaned_data
        if "unit" in cleaned and cleaned["unit"] is None:
            cleaned["unit"] = self.only_unit
        if "period" in cleaned:
            cleaned["period"] = cleaned["period"] or self.suggested
        cleaned["kind"] = Kind(cleaned.get("kind") or Kind.MONTHLY.value)
        return cleaned


@signed_in
@require_safe
def template_page(request: HttpRequest) -> HttpResponseBase:
    """The form, with whatever the address names filled in."""
    if not scope.may(request.user, Action.EXPORT):
        return _page(request, TemplateForm(request.user), 403, _("您的岗位不能下载填报表。"))
    given = {name: request.GET[name] for name in ("unit", "period", "kind") if request.GET.get(name)}
    return _page(request, TemplateForm(request.user, initial=given))


@signed_in
@require_safe
def template_xlsx(request: HttpRequest) -> HttpResponseBase:
    """The workbook; with what is wrong where it can't be made."""
    if not scope.may(request.user, Action.EXPORT):
        audit.record("template.refused", actor=request.user, outcome="denied")
        return _page(request, TemplateForm(request.user), 403, _("您的岗位不能下载填报表。"))
    form = TemplateForm(request.user, request.GET)
    if not form.is_valid():
        return form_answer(form, 400) if wants_json(request) else _page(request, form, 400)
    asked = form.cleaned_data
    try:
        made = make_template(asked["unit"], asked["period"], actor=request.user, kind=asked["kind"], address=request.META.get("REMOTE_ADDR"))
    except UploadError as refusal:
        form.add_error(None, wording(refusal.zh, refusal.en))
        status = 403 if isinstance(refusal, NotAllowedError) else 409
        return form_answer(form, status) if wants_json(request) else _page(request, form, status)
    return attachment(made.content, made.filename, XLSX)


def _note(form: TemplateForm) -> str:
    """What is to be known of the month that the form is filled in with, before its sheet is taken."""
    if form.initial.get("kind") != Kind.MONTHLY.value and not form.is_bound:
        return ""
    try:
        field = form.fields["period"]
        asked = field.clean(form.data.get("period") if form.is_bound else form.initial["period"]) or form.suggested
    except ValidationError:
        return ""  # the field says what is wrong with it
    named = form.data.get("unit") if form.is_bound else form.initial.get("unit")
    try:
        unit = form.fields["unit"].clean(named) if named else form.only_unit
    except ValidationError:
        unit = form.only_unit
    return wording(*period_note(unit, asked))


def _page(request: HttpRequest, form: TemplateForm, status: int = 200, refusal: str = "") -> HttpResponse:
    context = {"title": _("下载填报表"), "form": form, "refusal": refusal, "may_download": not refusal, "note": "" if refusal else _note(form)}
    return render(request, "exchange/template.html", context, status=status)
