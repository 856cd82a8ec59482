"""The page of a quota batch: what is left of it, how it burns down month by month, and the bonds that drew on it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from accounts.roles import Action
from accounts.scope import city_wide, for_user
from funding.admin.striking import struck_context
from funding.batches import BatchMonth, batch_course
from funding.course_chart import CourseChart, Series, course_chart
from funding.measures import Drawn
from funding.models import FundEntry, QuotaBatch


def quota_page(page: Any, request: HttpRequest, object_id: int) -> HttpResponse:
    if not page.has_view_permission(request):
        raise PermissionDenied
    batch: QuotaBatch | None = page.get_queryset(request).filter(pk=object_id).first()
    if batch is None:
        raise Http404(f"quotabatch {object_id}")
    course = batch_course(batch, for_user(FundEntry.objects.all(), request.user, Action.VIEW), timezone.localdate())
    may_change = page.has_change_permission(request, batch)
    draws = batch.draws.select_related("bond__issue", "bond__use_area", "by").order_by("drawn_on", "pk")
    context = {
        **page.admin_site.each_context(request),
        "title": str(batch),
        "head_line": gettext("这一批额度发行了多少、还剩多少，发行的钱分配、支出到哪一步"),
        "batch": batch,
        "drawn": Drawn(batch.amount_wan, batch.issued_wan),
        "now": course[-1] if course else None,
        "course": course,
        "chart": _chart(course),
        "draws": list(draws),
        "issue_url": reverse("admin:funding_bond_add") if may_change and batch.amount_wan > batch.issued_wan else "",
        "whole_city": city_wide(request.user, Action.VIEW),
        "may_change": may_change,
        **struck_context(page, request, batch),
        "opts": page.opts,
    }
    return TemplateResponse(request, "funding/quota.html", context)


def _chart(course: list[BatchMonth]) -> CourseChart | None:
    """Quota as outline, what was issued, allocated and spent as bars, what is left to issue as the line that burns down."""
    bars = (
        Series(gettext("累计发行"), "actual", [month.issued_wan for month in course]),
        Series(gettext("累计分配"), "arrived", [month.allocated_wan for month in course]),
        Series(gettext("累计支出"), "spent", [month.paid_wan for month in course]),
    )
    left = Series(gettext("未发行"), "left", [month.left_wan for month in course])
    return course_chart(
        [_label(month, course[0]) for month in course], bars, Series(gettext("额度"), "plan", [month.quota_wan for month in course]), left
    )


def _label(month: BatchMonth, first: BatchMonth) -> str:
    """The month's number; with its year where a year begins, or where months are left out."""
    told = {"year": month.month.year % 100, "month": month.month.month}
    return gettext("%(year)02d.%(month)s") % told if month == first or month.month.month in (1, 12) else gettext("%(month)s月") % told
