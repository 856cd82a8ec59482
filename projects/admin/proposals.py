"""Proposals: what waits for a second person, the page on which it is settled, and the page on which one is made."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts.navigation import NavItem, may, register
from accounts.roles import Action
from accounts.scope import for_user, reaches
from accounts.texts import TextField
from projects.admin.base import FoundByProject, PlainAdmin
from projects.admin.filters import ChipChangeList, StateFilter, UnitOfProjectFilter
from projects.admin.forms import WIDGETS
from projects.findings import advice, message
from projects.models import Project, Proposal
from projects.proposals import COLUMNS, LIST, OFF_LIST, ON_LIST, as_text, unpack
from projects.services.proposal_words import changes_word, field_word, lists_of, value_word
from projects.services.proposals import approve, current_versions, findings_of, propose, refuse, stale, values_of, withdraw
from projects.workflow import Refused

register(NavItem("projects", _("变更申请"), "admin:projects_proposal_changelist", may(Action.VIEW), 15))

PAGE = "admin:projects_proposal_change"


class ProposalForm(forms.ModelForm):  # type: ignore[type-arg]
    """The values wanted of a stored project, beside those it has; read and never saved."""

    code = TextField(label=_("项目代码"), max_length=40, required=False)
    doc_no = TextField(label=_("依据文号"), max_length=60, help_text=_("如 青发改投资〔2020〕12号；批准后写入计划版本"))
    decided_on = forms.DateField(label=_("文件日期"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    reason = TextField(label=_("变更原因"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

    class Meta:
        model = Project
        fields = COLUMNS
        widgets = {"total_wan": next(iter(WIDGETS.values()))["widget"]}

    def __init__(self, *args: Any, now: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        self.initial["code"] = now.get("code", "")
        for name in now:
            if name.startswith(LIST):
                self.fields[name] = forms.BooleanField(label=field_word(name), required=False)
                self.initial[name] = now[name] == ON_LIST

    def values(self) -> dict[str, str]:
        """What is wanted, as exact texts, of the fields that this page asks for."""
        data = self.cleaned_data
        wanted = {name: as_text(data[name]) for name in (*COLUMNS, "code")}
        return wanted | {name: ON_LIST if data[name] else OFF_LIST for name in self.now if name.startswith(LIST)}

    def rows(self) -> list[dict[str, Any]]:
        """Each field with the words of what is stored."""
        return [{"field": self[name], "now": value_word(name, value)} for name, value in self.now.items()]

    def clean(self) -> dict[str, Any]:
        """Each value as its column takes it."""
        for name in set(COLUMNS) & set(self.cleaned_data):
            try:
                column: Any = Project._meta.get_field(name)
                column.clean(self.cleaned_data[name], self.instance)
            except ValidationError as error:
                self.add_error(name, error)
        return self.cleaned_data

    def _post_clean(self) -> None:
        """The instance is not filled: what is proposed is judged by the service, on the row as it is stored then."""


class ProposalChangeList(ChipChangeList):
    """Reads the names of all lists on the page at once."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = list(self.result_list)
        lists = lists_of(rows)
        for row in rows:
            row._lists = lists
        self.result_list = rows


@admin.register(Proposal)
class ProposalAdmin(FoundByProject, PlainAdmin):
    head_line = _("总投资、计划起止、类别、代码、清单归属的变更：一人提出，另一人审核")
    list_display = ("project_name", "unit_name", "what", "doc_no", "proposer", "at", "state")
    list_display_links = ("project_name",)
    list_filter = (StateFilter, UnitOfProjectFilter)
    list_select_related = ("project__unit", "by")
    search_fields = ("project__name", "doc_no")
    search_help_text = _("项目名称、代码、文号")
    found_in = ("doc_no",)
    open_lookups = frozenset({"project__id__exact", "upload_id"})

    @admin.display(description=_("项目"), ordering="project__name")
    def project_name(self, row: Proposal) -> str:
        return row.project.name

    @admin.display(description=_("填报单位"), ordering="project__unit__sort_order")
    def unit_name(self, row: Proposal) -> str:
        return str(row.project.unit.short_name)

    @admin.display(description=_("变更内容"))
    def what(self, row: Proposal) -> str:
        return changes_word(row, getattr(row, "_lists", None))

    @admin.display(description=_("提出人"), ordering="by")
    def proposer(self, row: Proposal) -> str:
        """Who, and from which row of which upload."""
        if not row.upload_id:
            return str(row.by or "—")
        address = reverse("upload-by-number", args=[row.upload_id])
        word = gettext("上传 #%(n)s") % {"n": row.upload_id}
        return format_html('{}<div class="help"><a href="{}">{}</a> {}</div>', row.by or "—", address, word, row.place)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChipChangeList]:
        return ProposalChangeList

    def get_urls(self) -> Any:
        wrap = self.admin_site.admin_view
        verbs = (("approve", approve), ("refuse", refuse), ("withdraw", withdraw))
        own = [path(f"<int:object_id>/{name}/", wrap(partial(settle, self, verb)), name=f"projects_proposal_{name}") for name, verb in verbs]
        made = path("for/<int:project_id>/", wrap(partial(proposing_page, self)), name="projects_proposal_make")
        return [*own, made, *super().get_urls()]

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        """A proposal is never edited; its page shows it, and has the verbs."""
        proposal = self.reached(request, object_id)
        if request.method == "POST":
            raise PermissionDenied
        return proposal_page(self, request, proposal)


# --- One proposal ------------------------------------------------------------------------------------------------------------------


def _proposal(page: ProposalAdmin, request: HttpRequest, object_id: int) -> Proposal:
    found = page.get_queryset(request).filter(pk=object_id).select_related("project__unit", "by", "settled_by").first()
    if found is None:
        if not page.has_view_permission(request):
            raise PermissionDenied
        raise Http404(f"proposal {object_id}")
    proposal: Proposal = found
    return proposal


def proposal_page(page: ProposalAdmin, request: HttpRequest, proposal: Proposal, *, refusal: str = "", status: int = 200) -> HttpResponse:
    changes = unpack(proposal.changes)
    moved = {one.change.field: one.now for one in stale(proposal)}
    now = {name: value_word(name, value) for name, value in moved.items()}
    is_open = proposal.state == Proposal.State.OPEN
    language = get_language() or "zh"
    said = findings_of(proposal.project, changes, reason=proposal.reason) if is_open else []
    rows = [
        {"label": field_word(name), "before": value_word(name, one.before), "after": value_word(name, one.after), "now": now.get(name)}
        for one in changes
        for name in (one.field,)
    ]
    others = proposal.project.proposals.filter(state=Proposal.State.OPEN).exclude(pk=proposal.pk) if is_open else Proposal.objects.none()
    settles = is_open and reaches(request.user, Action.APPROVE, proposal.project.unit_id)
    context = {
        **page.admin_site.each_context(request),
        "title": gettext("变更申请 #%(n)s") % {"n": proposal.pk},
        "head_line": proposal.project.name,
        "proposal": proposal,
        "rows": rows,
        "is_stale": bool(moved),
        "findings": [f"{message(one, language)}{'；' if advice(one, language) else ''}{advice(one, language) or ''}" for one in said],
        "others": list(others),
        "may_settle": settles and proposal.by_id != request.user.pk,
        "is_own": settles and proposal.by_id == request.user.pk,
        "may_withdraw": is_open and proposal.by_id == request.user.pk,
        "refusal": refusal,
        "opts": page.opts,
    }
    return TemplateResponse(request, "projects/proposal.html", context, status=status)


def settle(page: ProposalAdmin, verb: Callable[..., Proposal], request: HttpRequest, object_id: int) -> HttpResponse:
    """Approve, refuse or take back. What can't be done is said on the proposal's page, and nothing is changed."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    proposal = _proposal(page, request, object_id)
    _refuse_strangers(request, verb, proposal)
    given = {"note": request.POST.get("note", "")}
    if verb is approve:
        given["doc_no"] = request.POST.get("doc_no", "")
    try:
        done = verb(proposal_id=object_id, actor=request.user, **given)
    except Refused as refused:
        return proposal_page(page, request, proposal, refusal=refused.said(get_language() or "zh"), status=409)
    messages.success(request, gettext("变更申请 #%(n)s：%(state)s") % {"n": done.pk, "state": done.get_state_display()})
    return redirect(PAGE, object_id)


def _refuse_strangers(request: HttpRequest, verb: Callable[..., Proposal], proposal: Proposal) -> None:
    """Whose post may never do this is told so at once; the service asks again under lock."""
    action = Action.EDIT if verb is withdraw else Action.APPROVE
    if not reaches(request.user, action, proposal.project.unit_id):
        raise PermissionDenied


# --- Proposing ---------------------------------------------------------------------------------------------------------------------


def proposing_page(page: ProposalAdmin, request: HttpRequest, project_id: int) -> HttpResponse:
    if not page.has_view_permission(request):
        raise PermissionDenied
    project = for_user(Project.objects.select_related("unit", "sector"), request.user, Action.VIEW).filter(pk=project_id).first()
    if project is None:
        raise Http404(f"project {project_id}")
    if not reaches(request.user, Action.EDIT, project.unit_id):
        raise PermissionDenied
    now = values_of(project, [version.pk for version in current_versions()])
    form = ProposalForm(request.POST or None, instance=project, now=now)
    if request.method == "POST" and form.is_valid():
        answer = _make(request, project, form)
        if answer is not None:
            return answer
    context = {
        **page.admin_site.each_context(request),
        "title": gettext("提出变更"),
        "head_line": project.name,
        "project": project,
        "form": form,
        "rows": form.rows(),
        "open": list(project.proposals.filter(state=Proposal.State.OPEN)),
        "project_url": reverse("admin:projects_project_page", args=[project.pk]),
        "opts": page.opts,
    }
    return TemplateResponse(request, "projects/propose.html", context)


def _make(request: HttpRequest, project: Project, form: ProposalForm) -> HttpResponse | None:
    data = form.cleaned_data
    try:
        made = propose(
            project_id=project.pk,
            after=form.values(),
            reason=data["reason"],
            actor=request.user,
            doc_no=data["doc_no"],
            decided_on=data["decided_on"],
        )
    except Refused as refused:
        form.add_error(None, refused.said(get_language() or "zh"))
        return None
    messages.success(request, gettext("已提出变更申请 #%(n)s，待市级审核；批准前现值不变。") % {"n": made.pk})
    return redirect(PAGE, made.pk)
