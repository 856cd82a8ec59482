"""一案两书: the list of dossiers, their form with papers and income, their files, and which bond project lacks what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts import audit
from accounts.navigation import NavItem, may, register
from accounts.roles import Action
from accounts.scope import for_user
from accounts.words import listed
from funding.admin.base import SumChangeList, Summed, money_column, synthetic_tag
from funding.admin.dossier_forms import DossierForm, IncomeFormSet, PaperForm, findings_told
from funding.admin.dossier_page import standing_page
from funding.models import Dossier, DossierPaper, IncomeSource, PaperFile
from funding.records import PAPERS
from funding.services.dossiers import file_of, keep_file
from projects.admin.base import TrackedInline
from projects.admin.filters import ChipFilter, UnitOfProjectFilter
from projects.admin.months import OfProjectAdmin
from projects.attachments import attachment
from projects.history import Change, changes_among
from projects.measures import number_text
from projects.models import Classification, Door, Source

register(NavItem("funding", _("一案两书"), "admin:funding_dossier_changelist", may(Action.VIEW), 65, covers=("admin:funding_dossier_standing",)))


class PaperInline(TrackedInline):
    """The three papers stand ready to be filled in. A paper is not taken out: its files are kept."""

    model = DossierPaper
    form = PaperForm
    shown = ("kind", "title", "firm", "issued_on", "opinion", "stored")
    readonly_fields = ("stored",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        found = super().get_fields(request, obj)
        return [*found, "file", "lost"] if "revision_seen" in found else found

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        made = super().get_formset(request, obj, **kwargs)
        there = set(obj.papers.values_list("kind", flat=True)) if obj is not None else set()
        lacking = [{"kind": kind} for kind in PAPERS if kind not in there]

        class WithLacking(made):  # type: ignore[misc, valid-type]
            """Blank rows for what is not there yet; one that stays as it is offered is not stored."""

            extra = len(lacking)

            def __init__(self, *args: Any, **options: Any) -> None:
                super().__init__(*args, **{**options, "initial": lacking})

        return WithLacking

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("已存文件"))
    def stored(self, row: DossierPaper) -> Any:
        """The newest file, and how many came before it."""
        if row.pk is None:
            return "—"
        files = list(row.files.defer("content").order_by("-id"))
        if not files:
            return "—"
        newest = format_html('<a href="{}">{}</a>', file_url(files[0]), files[0].filename)
        older = format_html_join("", ' · <a href="{}">{}</a>', ((file_url(one), f"{one.at:%Y-%m-%d}") for one in files[1:6]))
        return format_html("{}{}", newest, older)


def file_url(file: PaperFile) -> str:
    return reverse("admin:funding_dossier_file", args=[file.pk])


class IncomeInline(TrackedInline):
    model = IncomeSource
    formset = IncomeFormSet
    shown = ("name", "amount_wan", "remarks")
    extra = 1

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A line of income is taken out by whoever may write it; its history stays."""
        return self.has_change_permission(request, obj)


class LackingFilter(ChipFilter):
    """Dossiers by the papers that have no file yet."""

    title = _("材料")
    parameter_name = "lacking"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        return [*((kind, _lacks(kind)) for kind in PAPERS), ("none", _("齐全"))]

    def condition(self, value: str) -> Q:
        if value == "none":
            return Q(*(has_paper(kind) for kind in PAPERS))
        return ~Q(has_paper(value))

    def counts(self, queryset: QuerySet[Any]) -> dict[str, int]:
        rows = queryset.order_by().annotate(**{f"has_{kind}": has_paper(kind) for kind in PAPERS})
        wanted = {kind: Count("pk", filter=Q(**{f"has_{kind}": False})) for kind in PAPERS}
        wanted["none"] = Count("pk", filter=Q(**{f"has_{kind}": True for kind in PAPERS}))
        return {key: n for key, n in rows.aggregate(**wanted).items() if n}


def _lacks(kind: str) -> str:
    return gettext("缺%(paper)s") % {"paper": DossierPaper.Kind(kind).label}


def has_paper(kind: str) -> Exists:
    return Exists(DossierPaper.objects.filter(dossier=OuterRef("pk"), kind=kind).exclude(sha256=""))


@admin.register(Dossier)
class DossierAdmin(OfProjectAdmin):
    head_line = _("专项债券项目的实施方案、财务评估报告、法律意见书，收入来源和本息覆盖倍数")
    form = DossierForm
    list_display = ("name", "unit_name", "plan", "finance", "legal", "n_coverage", "n_income", "n_cost", "built", "operated", "mark")
    list_display_links = ("name",)
    list_filter = (LackingFilter, UnitOfProjectFilter)
    inlines = (PaperInline, IncomeInline)
    change_list_template = "funding/dossier_list.html"
    change_form_template = "funding/dossier_form.html"
    summed: Summed = {"n_income": ("income_wan",), "n_cost": ("cost_wan",)}
    approximate = False
    sections = (
        (_("项目"), ("project",)),
        (_("收益与覆盖"), ("income_wan", "cost_wan", "coverage", "coverage_method", "coverage_on", "negative_item")),
        (_("建设期与运营期"), ("built_from", "built_to", "operated_from", "operated_to")),
        (_("来源"), ("remarks", "source", "is_synthetic")),
    )
    n_income = money_column("income_wan", _("预期收入（万元）"))
    n_cost = money_column("cost_wan", _("预期成本（万元）"))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[SumChangeList]:
        return SumChangeList

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("papers")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Whose dossier it is does not change."""
        return ("project",) if obj is not None else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A dossier stays with its project."""
        return False

    def scoped_choices(self, field: Any, request: HttpRequest, queryset: Any) -> Any:
        rows = super().scoped_choices(field, request, queryset)
        return rows.filter(scheme=Classification.Scheme.NEGATIVE) if field.name == "negative_item" else rows

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The negative list is chosen from; it is kept among the classifications."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "negative_item" and field is not None:
            field.widget.can_add_related = field.widget.can_change_related = field.widget.can_view_related = False
        return field

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """With the files that came along, each kept as it is."""
        super().save_formset(request, form, formset, change)
        source = Source(door=Door.ADMIN, actor_id=request.user.pk, reason=request.POST.get("change_reason", "").strip()[:300])
        for row in formset.forms:
            if getattr(row, "content", None) is not None:
                keep_file(row.instance, row.instance.filename, row.content, source=source)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """A browser does not send a file twice: a form that comes back says which have to be chosen again, at the head and at each field."""
        rows = [row for group in context["inline_admin_formsets"] for row in group.formset.forms if isinstance(row, PaperForm)]
        lost = [name for row in rows if context["errors"] and (name := row.say_lost() or row.lost_name)]
        if lost:
            messages.error(request, gettext("文件没有存下，改正后请在“材料”中重新选择：%(names)s") % {"names": listed(lost)})
        if context.get("original") is not None:
            stored = Dossier.objects.get(pk=context["original"].pk)  # the one at hand holds what was typed
            context["dossier_findings"] = findings_told(stored, list(stored.incomes.all()))
        return super().render_change_form(request, context, *args, **kwargs)

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """A file that was sent is noted as the column that names it."""
        return [name.replace("papers.file", "papers.filename") for name in super().construct_change_message(request, form, formsets, add)]

    def changes_of(self, obj: Any) -> list[Change]:
        """Of the dossier with its papers and its income, also of lines that are gone."""
        below = {"dossier_id": obj.pk}
        return changes_among([(Dossier, {"id": obj.pk}), (DossierPaper, below), (IncomeSource, below)])

    def get_urls(self) -> Any:
        wrap = self.admin_site.admin_view
        return [
            path("standing/", wrap(standing_page), name="funding_dossier_standing"),
            path("file/<int:object_id>/", wrap(paper_file), name="funding_dossier_file"),
            *super().get_urls(),
        ]

    @admin.display(description=_("实施方案"))
    def plan(self, row: Dossier) -> Any:
        return paper_tag(row, "plan")

    @admin.display(description=_("财务评估报告"))
    def finance(self, row: Dossier) -> Any:
        return paper_tag(row, "finance")

    @admin.display(description=_("法律意见书"))
    def legal(self, row: Dossier) -> Any:
        return paper_tag(row, "legal")

    @admin.display(description=_("本息覆盖倍数"), ordering="coverage")
    def n_coverage(self, row: Dossier) -> str:
        return number_text(row.coverage, 2)

    @admin.display(description=_("建设期"), ordering="built_from")
    def built(self, row: Dossier) -> str:
        return years_words(row.built_from, row.built_to)

    @admin.display(description=_("运营期"), ordering="operated_from")
    def operated(self, row: Dossier) -> str:
        return years_words(row.operated_from, row.operated_to)

    @admin.display(description=_("数据"))
    def mark(self, row: Dossier) -> Any:
        return synthetic_tag(row)


def years_words(first: int | None, last: int | None) -> str:
    return "—" if first is None and last is None else f"{first or '…'}—{last or '…'}"


def paper_tag(row: Dossier, kind: str) -> Any:
    """A paper as a mark: there, without its file, or lacking."""
    paper = next((one for one in row.papers.all() if one.kind == kind), None)
    if paper is None or not paper.sha256:
        return format_html('<span class="tag soft">{}</span>', gettext("缺文件") if paper is not None else gettext("缺"))
    return format_html('<span class="tag good" title="{}">✓ {}</span>', paper.firm, paper.issued_on or gettext("有"))


@require_safe
def paper_file(request: HttpRequest, object_id: int) -> HttpResponse:
    """The bytes as they came, for whoever may see the project. Who took them is noted."""
    found = file_of(for_user(PaperFile.objects.all(), request.user, Action.VIEW), object_id)
    if found is None:
        raise Http404(f"paper file {object_id}")
    audit.record("dossierpaper.download", actor=request.user, obj=found.paper, sha256=found.sha256, size=found.size)
    return attachment(bytes(found.content), found.filename, "application/octet-stream")
