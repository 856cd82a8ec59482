"""Project lists and their versions: what was declared against what is there, two versions side by side, several counted once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.navigation import NavItem, may, register
from accounts.roles import Action
from accounts.scope import city_wide, for_user
from projects.admin.base import FoundByProject, TrackedAdmin
from projects.admin.closed import DocumentedEntries, EntryForm
from projects.measures import yi_text
from projects.models import Entry, ListVersion, ProjectList
from projects.querysets import compare, joint_total, reconcile, sectors_of

LIST_PAGES = ("admin:projects_listversion_changelist", "admin:projects_entry_changelist")
register(
    NavItem("projects", _("项目清单"), "admin:projects_projectlist_changelist", may(Action.VIEW), 20, covers=LIST_PAGES),
    NavItem("projects", _("清单合并去重"), "admin:projects_lists_joint", may(Action.VIEW), 25),
)


def versions_of(rows: Any) -> list[ListVersion]:
    return list(rows.select_related("list").order_by("-list__year", "list__key", "-number"))


@admin.register(ProjectList)
class ProjectListAdmin(TrackedAdmin):
    """The list of lists is a page of its own: each list with its versions, declared beside actual."""

    search_fields = ("name", "key")
    sections = ((_("清单"), ("name", "key", "year", "kind")),)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        if not self.has_view_permission(request):
            return super().changelist_view(request, extra_context)
        versions = versions_of(ListVersion.objects.all())
        checked = reconcile(versions, _entries(request))
        groups: dict[int, dict[str, Any]] = {row.pk: {"list": row, "versions": []} for row in ProjectList.objects.all()}
        for version in reversed(versions):
            rows = groups[version.list_id]["versions"]
            rows.insert(0, {"version": version, "check": checked[version.pk], "previous_id": rows[0]["version"].pk if rows else None})
        context = {
            **self.admin_site.each_context(request),
            "title": _("项目清单"),
            "head_line": _("每张清单各版公布的个数与总投资，和系统里实有的对不对得上"),
            "groups": list(groups.values()),
            "whole_city": city_wide(request.user, Action.VIEW),
            "has_add_permission": self.has_add_permission(request),
            "opts": self.opts,
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/projects/lists/lists.html", context)

    def get_urls(self) -> Any:
        wrap = self.admin_site.admin_view
        return [path("joint/", wrap(partial(joint_page, self)), name="projects_lists_joint"), *super().get_urls()]


@admin.register(ListVersion)
class ListVersionAdmin(TrackedAdmin):
    head_line = _("一份文件定下的一版清单")
    list_display = ("title_words", "number", "as_of", "doc_no", "declared_count", "n_declared")
    list_display_links = ("title_words",)
    list_select_related = ("list",)
    search_fields = ("list__name", "title", "doc_no")
    sections = (
        (_("清单版本"), ("list", "number", "as_of", "title", "doc_no")),
        (_("公布数"), ("declared_count", "declared_total_wan", "source", "note")),
    )
    autocomplete_fields = ("list",)

    @admin.display(description=_("清单"), ordering="list__name")
    def title_words(self, version: ListVersion) -> str:
        return format_html('<span class="name">{}</span>', version.list.name)

    @admin.display(description=_("公布总投资（亿元）"), ordering="declared_total_wan")
    def n_declared(self, version: ListVersion) -> str:
        return yi_text(version.declared_total_wan)

    def get_urls(self) -> Any:
        wrap = self.admin_site.admin_view
        return [
            path("<int:object_id>/", wrap(partial(version_page, self)), name="projects_listversion_page"),
            path("<int:before_id>/compare/<int:after_id>/", wrap(partial(compare_page, self)), name="projects_listversion_compare"),
            *super().get_urls(),
        ]

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None) -> Any:
        shown = {"page_url": reverse("admin:projects_listversion_page", args=[object_id])} if object_id and object_id.isdigit() else {}
        return super().changeform_view(request, object_id, form_url, {**shown, **(extra_context or {})})


@admin.register(Entry)
class EntryAdmin(DocumentedEntries, FoundByProject, TrackedAdmin):
    """A line of a list version; reached from the version's page."""

    form = EntryForm
    head_line = _("清单里的一行：项目、领域、该版印的总投资")
    list_display = ("project_name", "version", "position", "sector", "n_total")
    list_display_links = ("project_name",)
    list_select_related = ("project", "version__list", "sector")
    search_fields = ("project__name",)
    search_help_text = _("项目名称、代码、建设单位")
    autocomplete_fields = ("project", "version", "sector")
    open_lookups = frozenset({"version__id__exact", "project__id__exact"})
    sections = ((_("清单项目"), ("version", "project", "position", "sector", "total_wan")),)

    @admin.display(description=_("项目"), ordering="project__name")
    def project_name(self, entry: Entry) -> str:
        return format_html('<span class="name">{}</span>', entry.project.name)

    @admin.display(description=_("总投资（亿元）"), ordering="total_wan")
    def n_total(self, entry: Entry) -> str:
        return yi_text(entry.total_wan)


def _version(admin_page: Any, request: HttpRequest, version_id: int) -> ListVersion:
    if not admin_page.has_view_permission(request):
        raise PermissionDenied
    found = ListVersion.objects.select_related("list").filter(pk=version_id).first()
    if found is None:
        raise Http404(f"list version {version_id}")
    return found


def _entries(request: HttpRequest) -> QuerySet[Entry]:
    """The lines that the person may see: those of projects within reach."""
    return for_user(Entry.objects.all(), request.user, Action.VIEW)


def version_page(admin_page: Any, request: HttpRequest, object_id: int) -> HttpResponse:
    version = _version(admin_page, request, object_id)
    mine = _entries(request)
    entries = list(mine.filter(version=version).select_related("project__unit", "sector").order_by("position", "id"))
    others = versions_of(ListVersion.objects.filter(list=version.list).exclude(pk=version.pk))
    context = {
        **admin_page.admin_site.each_context(request),
        "title": version.list.name,
        "head_line": _("这一版公布多少、实有多少、差在哪个领域"),
        "version": version,
        "check": reconcile([version], mine)[version.pk],
        "sectors": sectors_of(version, mine),
        "entries": entries,
        "whole_city": city_wide(request.user, Action.VIEW),
        "others": others,
        "may_change": admin_page.has_change_permission(request, version),
        "opts": admin_page.opts,
    }
    return TemplateResponse(request, "admin/projects/lists/version.html", context)


def compare_page(admin_page: Any, request: HttpRequest, before_id: int, after_id: int) -> HttpResponse:
    before, after = _version(admin_page, request, before_id), _version(admin_page, request, after_id)
    found = compare(before, after, _entries(request))
    checked = reconcile([before, after], _entries(request))
    context = {
        **admin_page.admin_site.each_context(request),
        "title": _("两版清单比较"),
        "head_line": _("从前一版到后一版：调入、调出、金额或领域有变"),
        "before": before,
        "after": after,
        "before_check": checked[before.pk],
        "after_check": checked[after.pk],
        "comparison": found,
        "whole_city": city_wide(request.user, Action.VIEW),
        "versions": versions_of(ListVersion.objects.all()),
        "opts": admin_page.opts,
    }
    return TemplateResponse(request, "admin/projects/lists/compare.html", context)


def joint_page(admin_page: Any, request: HttpRequest) -> HttpResponse:
    """Several versions together: those asked for (`?v=1&v=2`), else the newest of each list of the newest year."""
    if not admin_page.has_view_permission(request):
        raise PermissionDenied
    versions = versions_of(ListVersion.objects.all())
    asked = {int(text) for text in request.GET.getlist("v") if text.isdigit()}
    chosen = [version for version in versions if version.pk in asked] if asked else _newest(versions)
    total = joint_total(chosen, _entries(request))
    checked = reconcile(chosen, _entries(request))
    context = {
        **admin_page.admin_site.each_context(request),
        "title": _("清单合并去重"),
        "head_line": _("几张清单放在一起共有多少项目：同一项目只算一次，并说明重复了几个"),
        "versions": versions,
        "chosen": chosen,
        "checks": [(version, checked[version.pk]) for version in chosen],
        "total": total,
        "whole_city": city_wide(request.user, Action.VIEW),
        "opts": admin_page.opts,
    }
    return TemplateResponse(request, "admin/projects/lists/joint.html", context)


def _newest(versions: Sequence[ListVersion]) -> list[ListVersion]:
    """The newest version of each list of the newest year; `versions` come newest first."""
    year = max((version.list.year for version in versions), default=0)
    kept: dict[int, ListVersion] = {}
    for version in versions:
        if version.list.year == year:
            kept.setdefault(version.list_id, version)
    return list(kept.values())
