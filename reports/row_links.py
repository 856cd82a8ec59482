"""Where the rows of a table lead: to their projects, and to the uploads that their figures came with."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from accounts.roles import Action
from accounts.scope import for_user
from exchange.models import Upload
from projects.models import Project
from reports.tables import Row, Table


def row_links(request: HttpRequest, table: Table) -> Callable[[Row], dict[str, str]]:
    """A project leads to its own page; where its month came from an upload, to that upload, if the reader may see it. One query."""
    numbers = {row.keys["upload"] for row in table.rows if "upload" in row.keys}
    found = for_user(Upload.objects.filter(pk__in=numbers), request.user, Action.VIEW).values_list("pk", "public_id")
    uploads = {str(pk): reverse("exchange:upload", args=[public_id]) for pk, public_id in found}
    has_page = admin.site.is_registered(Project)

    def links(row: Row) -> dict[str, str]:
        if "project" not in row.keys:
            return {}
        own = reverse("admin:projects_project_change", args=[row.keys["project"]]) if has_page else ""
        return {"label": own, "origin": uploads.get(row.keys.get("upload", ""), "")}

    return links
