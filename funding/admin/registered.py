"""Funds that may be struck out: lists show those that stand, a chip those struck out; a struck row is read, never written."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.scoped_admin import visible
from funding.admin.base import FundAdmin, synthetic_tag
from funding.admin.striking import may_strike, strike_page
from funding.models.registered import STANDS
from projects.admin.filters import ChipFilter

_STRUCK = "yes"


class StruckFilter(ChipFilter):
    """Those that stand, unless those struck out are asked for."""

    title = _("登记")
    parameter_name = "struck"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        return [(_STRUCK, _("已撤销登记"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(STANDS) if self.value() is None else super().queryset(request, queryset)

    def condition(self, value: str) -> Q:
        return ~STANDS

    def counts(self, queryset: QuerySet[Any]) -> dict[str, int]:
        count = queryset.exclude(STANDS).count()
        return {_STRUCK: count} if count else {}

    def choices(self, changelist: Any) -> Any:
        """What is chosen by nothing is what stands, not everything."""
        for choice in super().choices(changelist):
            yield {**choice, "display": _("有效")} if choice["count"] is None else choice


class RegisteredAdmin(FundAdmin):
    """Nothing is deleted: what was registered by mistake is struck out on a page of its own, with its reason."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return visible(self.model.everything.order_by(*self.model._meta.ordering), request.user)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> tuple[QuerySet[Any], bool]:
        """Whoever chooses a fund for something else chooses among those that stand."""
        rows = queryset.filter(STANDS) if "autocomplete" in request.path else queryset
        return super().get_search_results(request, rows, search_term)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and getattr(obj, "struck_at", None) is None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None) -> Any:
        shown = {"strike_url": self.strike_url(int(object_id))} if object_id and object_id.isdecimal() and may_strike(request.user) else {}
        return super().changeform_view(request, object_id, form_url, {**shown, **(extra_context or {})})

    def strike_url(self, pk: int) -> str:
        return reverse(f"admin:funding_{self.opts.model_name}_strike", args=[pk])

    def get_urls(self) -> Any:
        view = self.admin_site.admin_view(partial(strike_page, self))
        return [path("<int:object_id>/strike/", view, name=f"funding_{self.opts.model_name}_strike"), *super().get_urls()]


def state_tag(row: Any) -> SafeString | str:
    """That a row is struck out, or invented."""
    if row.struck_at is not None:
        return format_html('<span class="tag">{}</span>', gettext("已撤销登记"))
    return synthetic_tag(row)
