"""Lights: the rules with their versions and the page that adopts a new one; what was said beside lights, and the pages that say and withdraw it."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts.navigation import NavItem, may, register
from accounts.roles import Action
from accounts.scope import for_user
from accounts.texts import TextField
from projects.admin.base import FoundByProject, PlainAdmin
from projects.measures import plain_text
from projects.models import Colours, LightNote, LightProfile, Project
from projects.moment import moment_of, read_month
from projects.services.lights import THRESHOLDS, adopt, earliest_month, may_adopt, may_explain, may_override, may_say, say, withdraw
from projects.values import Month
from projects.workflow import Refused

register(
    NavItem("system", _("亮灯规则"), "admin:projects_lightprofile_changelist", may(Action.VIEW), 55),
    NavItem("projects", _("灯旁说明"), "admin:projects_lightnote_changelist", may(Action.VIEW), 35),
)


# --- The rules ---------------------------------------------------------------------------------------------------------------------


class ThresholdsForm(forms.ModelForm):  # type: ignore[type-arg]
    """The thresholds of a version. Blank: that colour is never lit."""

    class Meta:
        model = LightProfile
        fields = THRESHOLDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("progress_yellow", "progress_red", "payment_yellow", "payment_red"):
            self.fields[name].min_value = 0  # type: ignore[attr-defined]
            self.fields[name].widget.attrs["min"] = "0"

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("progress_yellow", "progress_red", "payment_yellow", "payment_red"):
            if data.get(name) is not None and data[name] < 0:
                self.add_error(name, gettext("应为0或更大的数，读到%(value)s") % {"value": data[name]})
        return data


class AdoptForm(ThresholdsForm):
    """A new version: its thresholds, from which month, and why."""

    valid_from = TextField(label=_("自哪个月起"), max_length=7)
    reason = TextField(label=_("采用的理由"), max_length=500, help_text=_("写明依据，如会议纪要、文号"))

    class Meta(ThresholdsForm.Meta):
        fields = THRESHOLDS

    def clean_valid_from(self) -> Month:
        month = read_month(self.cleaned_data["valid_from"])
        if month is None:
            raise forms.ValidationError(_("月份应写作 2020-06，读到“%(value)s”"), params={"value": self.cleaned_data["valid_from"]})
        return month


def thresholds_of(row: LightProfile) -> dict[str, Any]:
    return {name: getattr(row, name) for name in THRESHOLDS}


def newest_own() -> LightProfile | None:
    """The version that a new one would follow."""
    return LightProfile.objects.filter(is_own=True).order_by("-version").first()


@admin.register(LightProfile)
class LightProfileAdmin(PlainAdmin):
    head_line = _("红黄绿灯按哪条规则亮：每一版自哪个月起、谁采用的、为什么；已亮过的月份不受新版影响")
    change_list_template = "projects/light_profiles.html"
    list_display = ("title", "own", "valid_from", "progress_words", "start_words", "payment_words", "statistics_words", "by", "reason", "source")
    list_display_links = None
    list_select_related = ("by",)
    search_fields = ("name", "reason", "source")
    search_help_text = _("名称、理由、来源")
    fields = ("key", "name", "version", "is_own", "valid_from", *THRESHOLDS, "source", "reason", "by", "at", "door")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> Any:
        return [path("adopt/", self.admin_site.admin_view(partial(_adopt_page, self)), name="projects_lightprofile_adopt"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return super().changelist_view(request, {"may_adopt": may_adopt(request.user), **(extra_context or {})})

    @admin.display(description=_("方案与版次"), ordering="name")
    def title(self, row: LightProfile) -> str:
        return format_html('<a href="{}">{}</a>', reverse("admin:projects_lightprofile_change", args=[row.pk]), row)

    @admin.display(description=_("用途"), ordering="is_own")
    def own(self, row: LightProfile) -> str:
        return gettext("本市采用") if row.is_own else gettext("只供比较")

    @admin.display(description=_("进度"))
    def progress_words(self, row: LightProfile) -> str:
        if not row.progress_by:
            return "—"
        unit = gettext("个百分点") if row.progress_by == LightProfile.ProgressBy.POINTS else gettext("%，按时序应完成计")
        told = (_bound_words(row.progress_yellow, at=row.progress_yellow_at), _bound_words(row.progress_red, at=row.progress_red_at))
        return gettext("落后：%(bounds)s（%(unit)s）") % {"bounds": _both(*told), "unit": unit}

    @admin.display(description=_("开工"))
    def start_words(self, row: LightProfile) -> str:
        words = _both(_bound_words(row.start_yellow, at=True), _bound_words(row.start_red, at=True))
        return gettext("应开未开：%(bounds)s（月）") % {"bounds": words} if words else "—"

    @admin.display(description=_("支付"))
    def payment_words(self, row: LightProfile) -> str:
        words = _both(_bound_words(row.payment_yellow), _bound_words(row.payment_red))
        return gettext("短于应支付：%(bounds)s（%%）") % {"bounds": words} if words else "—"

    @admin.display(description=_("纳统"))
    def statistics_words(self, row: LightProfile) -> str:
        words = _both(_bound_words(row.statistics_yellow, at=True), _bound_words(row.statistics_red))
        return gettext("开工后未纳统：%(bounds)s（月）") % {"bounds": words} if words else "—"


def _bound_words(value: Any, *, at: bool = False) -> str:
    return "" if value is None else f"{'≥' if at else '>'}{plain_text(value)}"


def _both(yellow: str, red: str) -> str:
    """Where each colour begins; what is never lit is not said."""
    words = ((yellow, gettext("黄")), (red, gettext("红")))
    return gettext("，").join(f"{word}{bound}" for bound, word in words if bound)


def _adopt_page(page: LightProfileAdmin, request: HttpRequest) -> HttpResponse:
    """Adopt a new version of the city's own rule; what the simulator was asked comes with the address."""
    if not may_adopt(request.user):
        raise PermissionDenied
    first, former = earliest_month(timezone.localdate()), newest_own()
    form = AdoptForm(request.POST) if request.method == "POST" else AdoptForm(initial={**_asked(request.GET, former), "valid_from": str(first)})
    status = 200
    if request.method == "POST":
        made = _adopted(form, request.user) if form.is_valid() else None
        if made is not None:
            told = {"name": str(made), "month": f"{made.valid_from:%Y-%m}"}
            messages.success(request, gettext("已采用%(name)s，自%(month)s起亮灯；此前的月份照原来的规则。") % told)
            return redirect("admin:projects_lightprofile_changelist")
        status = 400
    context = {
        **page.admin_site.each_context(request),
        "title": gettext("采用新的亮灯规则"),
        "head_line": gettext("最早自%(month)s起；已过去、已锁定的月份照原来的规则亮灯") % {"month": first},
        "form": form,
        "former": former,
        "opts": page.opts,
    }
    return TemplateResponse(request, "projects/light_adopt.html", context, status=status)


def _asked(params: QueryDict, former: LightProfile | None) -> dict[str, Any]:
    """What the address names, else what is in force."""
    known = thresholds_of(former) if former is not None else {}
    if "progress_by" not in params:
        return known
    return {name: params.get(name, "") for name in THRESHOLDS}


def _adopted(form: AdoptForm, user: Any) -> LightProfile | None:
    told = dict(form.cleaned_data)
    try:
        return adopt(valid_from=told.pop("valid_from"), reason=told.pop("reason"), thresholds=told, actor=user)
    except Refused as refused:
        place = refused.code if refused.code in form.fields else None
        form.add_error(place, refused.said(get_language() or "zh"))
    return None


# --- What is said ------------------------------------------------------------------------------------------------------------------


class NoteForm(forms.Form):
    """An override, an explanation, or the entry into the statistics."""

    kind = forms.ChoiceField(label=_("事项"))
    month = TextField(label=_("月份"), max_length=7, help_text=_("如 2020-06"))
    colour = forms.ChoiceField(
        label=_("改为"), required=False, choices=[("", "—"), *Colours.choices], help_text=_("只用于人工改灯；系统算出的灯不变，两者并列")
    )
    entered_on = forms.DateField(
        label=_("纳统日期"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("只用于纳统情况；空为尚未纳统"),
    )
    reason = TextField(label=_("理由或说明"), max_length=500, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, kinds: list[tuple[str, Any]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]

    def clean_month(self) -> Month:
        month = read_month(self.cleaned_data["month"])
        if month is None:
            raise forms.ValidationError(_("月份应写作 2020-06，读到“%(value)s”"), params={"value": self.cleaned_data["month"]})
        return month


class WithdrawForm(forms.Form):
    reason = TextField(label=_("撤回的理由"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


@admin.register(LightNote)
class LightNoteAdmin(FoundByProject, PlainAdmin):
    head_line = _("人工改灯、单位说明、纳统情况：谁、哪天、为什么；与系统算出的灯并列，不代替它")
    list_display = ("project", "month_words", "kind", "colour", "entered_on", "reason", "by", "at", "standing")
    list_display_links = None
    list_select_related = ("project", "by", "profile", "withdrawn_by")
    search_fields = ("project__name",)
    search_help_text = _("项目名称、代码")
    fields = ("project", "year", "month", "kind", "colour", "entered_on", "profile", "reason", "by", "at", "door", "withdraws")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> Any:
        wrap = self.admin_site.admin_view
        own = [
            path("for/<int:project_id>/", wrap(partial(_note_page, self)), name="projects_lightnote_make"),
            path("<int:object_id>/withdraw/", wrap(partial(_withdraw_page, self)), name="projects_lightnote_withdraw"),
        ]
        return [*own, *super().get_urls()]

    @admin.display(description=_("月份"), ordering="year")
    def month_words(self, row: LightNote) -> str:
        return f"{row.year}-{row.month:02d}"

    @admin.display(description=_("状态"))
    def standing(self, row: LightNote) -> str:
        if row.kind == LightNote.Kind.WITHDRAWAL:
            return gettext("撤回 #%(n)s") % {"n": row.withdraws_id}
        if hasattr(row, "withdrawn_by"):
            return gettext("已于%(day)s撤回") % {"day": f"{timezone.localtime(row.withdrawn_by.at):%Y-%m-%d}"}
        return format_html('<a href="{}">{}</a>', reverse("admin:projects_lightnote_withdraw", args=[row.pk]), gettext("撤回"))


def kinds_for(user: Any, unit_id: int) -> list[tuple[str, Any]]:
    """What the person may say of a project of this unit."""
    kinds: list[tuple[str, Any]] = []
    if may_override(user):
        kinds.append((LightNote.Kind.OVERRIDE.value, LightNote.Kind.OVERRIDE.label))
    if may_explain(user, unit_id):
        kinds += [(kind.value, kind.label) for kind in (LightNote.Kind.EXPLANATION, LightNote.Kind.STATISTICS)]
    return kinds


def _note_page(page: LightNoteAdmin, request: HttpRequest, project_id: int) -> HttpResponse:
    """Say something beside the light of a project's month."""
    project = for_user(Project.objects.select_related("unit"), request.user, Action.VIEW).filter(pk=project_id).first()
    if project is None:
        if not page.has_view_permission(request):
            raise PermissionDenied
        raise Http404(f"project {project_id}")
    kinds = kinds_for(request.user, project.unit_id)
    if not kinds:
        raise PermissionDenied
    asked = {"month": request.GET.get("month") or str(moment_of(request).month), "kind": request.GET.get("kind", "")}
    form = NoteForm(kinds, request.POST) if request.method == "POST" else NoteForm(kinds, initial=asked)
    if request.method == "POST" and form.is_valid() and _said(form, request.user, project):
        messages.success(request, gettext("已记下，与系统算出的灯并列显示；需要时可以撤回，记录都保留。"))
        return redirect(reverse("admin:projects_project_page", args=[project.pk]) + "#panel-lights")
    context = {
        **page.admin_site.each_context(request),
        "title": gettext("灯旁说明"),
        "head_line": project.name,
        "form": form,
        "back": reverse("admin:projects_project_page", args=[project.pk]) + "#panel-lights",
        "help": gettext("系统算出的灯照规则不变；这里写的与它并列，注明谁、哪天、为什么。"),
        "verb": gettext("记下"),
        "opts": page.opts,
    }
    return TemplateResponse(request, "projects/light_note.html", context, status=400 if form.errors else 200)


def _said(form: NoteForm, user: Any, project: Project) -> bool:
    try:
        say(project=project, actor=user, **form.cleaned_data)
    except Refused as refused:
        form.add_error(refused.code if refused.code in form.fields else None, refused.said(get_language() or "zh"))
        return False
    return True


def _withdraw_page(page: LightNoteAdmin, request: HttpRequest, object_id: int) -> HttpResponse:
    """Take back what was said."""
    note: LightNote = page.reached(request, str(object_id))
    if not may_say(request.user, note.kind, note.project.unit_id):
        raise PermissionDenied
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    back = reverse("admin:projects_project_page", args=[note.project_id]) + "#panel-lights"
    if request.method == "POST" and form.is_valid():
        try:
            withdraw(note=note, actor=request.user, reason=form.cleaned_data["reason"])
        except Refused as refused:
            form.add_error(None, refused.said(get_language() or "zh"))
        else:
            messages.success(request, gettext("已撤回；原来写的和撤回的记录都保留。"))
            return redirect(back)
    told = {"month": f"{note.year}-{note.month:02d}", "kind": note.get_kind_display(), "reason": note.reason}
    context = {
        **page.admin_site.each_context(request),
        "title": gettext("撤回灯旁说明"),
        "head_line": note.project.name,
        "form": form,
        "back": back,
        "help": gettext("撤回的是%(month)s的%(kind)s：%(reason)s") % told,
        "verb": gettext("撤回"),
        "opts": page.opts,
    }
    return TemplateResponse(request, "projects/light_note.html", context, status=400 if form.errors else 200)
