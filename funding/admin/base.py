"""The base of this app's pages: books of the whole city, lists with their sums, rows that the ledger alone writes."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q, Sum
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import scope
from accounts.roles import Action
from accounts.scoped_admin import ScopeGuard
from accounts.words import about
from funding.measures import exact_text
from funding.models import Bond, CentralPlan
from funding.models.accounts import FundSource
from projects.admin.base import PlainAdmin, TrackedAdmin
from projects.admin.changelist import SumCell
from projects.admin.filters import ChipChangeList, ChipFilter
from projects.admin.forms import RevisedForm
from projects.naming import document_number

# Column of a list → what its cell in the totals row adds up: a column of the model, or the difference of two.
Summed = dict[str, tuple[str, ...]]


class SumChangeList(ChipChangeList):
    """A list with a totals row over all rows that the filters leave, from one query."""

    sum_cells: list[SumCell]

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        summed = self._summed
        names = {name for columns in summed.values() for name in columns}
        # Without order and joins of the page: an ordering by a column that is not summed would split the sum.
        page: Any = self.model_admin
        rows = page.model._base_manager.filter(pk__in=self.queryset.order_by().values("pk"))
        found = rows.order_by().aggregate(**{f"sum_{name}": Sum(name, filter=getattr(page, "sum_filter", None)) for name in names}) if names else {}
        self._rough = bool(page.approximate) and rows.filter(is_approximate=True).exists()
        self.sum_cells = [self._cell(place, name, found) for place, name in enumerate(self._shown())]

    @property
    def _summed(self) -> Summed:
        page: Any = self.model_admin
        return page.summed  # type: ignore[no-any-return]

    def _shown(self) -> list[str]:
        return [str(name) for name in self.list_display if name != "action_checkbox"]

    def _cell(self, place: int, name: str, found: dict[str, Any]) -> SumCell:
        if place == 0:
            return SumCell(name, gettext("合计 %(n)s 条") % {"n": self.result_count})
        columns = self._summed.get(name)
        if columns is None:
            return SumCell(name)
        first, *others = (found[f"sum_{column}"] or Decimal(0) for column in columns)
        rough = self._rough and "amount_wan" in columns
        return SumCell(name, exact_text(first - sum(others, Decimal(0)), approx=rough, about=about()), True)


class CityBooks(ScopeGuard):
    """Read by whoever may view, written by posts of the whole city alone: what a fund is, no unit decides."""

    def _allows_shared(self, user: Any, verb: str, action: Action) -> bool:
        return verb == "view" or scope.city_wide(user, action)


class FundAdmin(CityBooks, TrackedAdmin):
    """A fund of the city: tracked, with a page of its own beside its form."""

    form = RevisedForm
    summed: ClassVar[Summed] = {}
    sum_filter: ClassVar[Q | None] = None  # which of the rows that a sum reaches through a relation count
    approximate = False  # whether rows say that their amount is only known roughly; then their sum says so too
    page_name = ""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChipChangeList]:
        return SumChangeList

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None) -> Any:
        shown = {"page_url": reverse(self.page_name, args=[object_id])} if self.page_name and object_id and object_id.isdecimal() else {}
        return super().changeform_view(request, object_id, form_url, {**shown, **(extra_context or {})})

    def linked(self, row: Any) -> Any:
        """The name of a row, leading to its page."""
        return format_html('<a class="name" href="{}">{}</a>', reverse(self.page_name, args=[row.pk]), row)


class KeptForm(RevisedForm):
    """A fund whose row carries a sum of the ledger: what it has given is read again under lock, and its amount never falls below it."""

    kept: ClassVar[str] = ""
    too_small: ClassVar[Any] = ""

    def clean_doc_no(self) -> str:
        """One document has one number, however its brackets were typed."""
        return document_number(self.cleaned_data["doc_no"])

    def _post_clean(self) -> None:
        super()._post_clean()
        if self.cleaned_data.get("amount_wan") == 0 and "amount_wan" in self.changed_data:
            self.add_error("amount_wan", _("金额应大于0"))
        if not (self.instance.pk and self.real_changes):
            return
        held = type(self.instance)._default_manager.select_for_update().values_list(self.kept, flat=True).get(pk=self.instance.pk)
        # The row is saved whole: the sum must be the one of now, not the one of when the page was opened.
        setattr(self.instance, self.kept, held)
        amount = self.cleaned_data.get("amount_wan")
        if amount is not None and amount < held:
            self.add_error("amount_wan", str(self.too_small) % {"held": exact_text(held)})


class PostedAdmin(PlainAdmin):
    """Rows that the ledger alone writes: a list that is filtered and summed, and a page that only shows."""

    summed: ClassVar[Summed] = {}
    sum_filter: ClassVar[Q | None] = None  # which of the rows that a sum reaches through a relation count
    approximate = False
    list_display_links = None

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChipChangeList]:
        return SumChangeList

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        self.reached(request, object_id)
        if request.method == "POST":
            raise PermissionDenied
        return super().change_view(request, object_id, form_url, extra_context)


class FundFilter(ChipFilter):
    """The bond or plan of an account; `before` is the way from the row to the account."""

    model: ClassVar[type[Bond] | type[CentralPlan]]

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        return [(str(row.pk), str(row)) for row in self.model._default_manager.all()]

    def condition(self, value: str) -> Q:
        return Q(**{self.column: int(value)})


class BondFilter(FundFilter):
    title = _("债券")
    parameter_name = "bond"
    column = "bond"
    model = Bond


class PlanFilter(FundFilter):
    title = _("投资计划")
    parameter_name = "plan"
    column = "plan"
    model = CentralPlan


class SourceFilter(ChipFilter):
    title = _("资金来源")
    parameter_name = "source"
    column = "source"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        return FundSource.choices

    def condition(self, value: str) -> Q:
        return Q(**{self.column: value})


def money_column(name: str, title: Any) -> Any:
    """A column of exact money, summed in the totals row under the same name."""

    @admin.display(description=title, ordering=name)
    def show(page: Any, row: Any) -> str:
        return exact_text(getattr(row, name))

    return show


def left_column(whole: str, taken: str, title: Any) -> Any:
    """What is left of a whole."""

    @admin.display(description=title)
    def show(page: Any, row: Any) -> str:
        return exact_text(getattr(row, whole) - getattr(row, taken), approx=getattr(row, "is_approximate", False), about=about())

    return show


def synthetic_tag(row: Any) -> SafeString | str:
    """A row that is invented says so wherever it stands."""
    return format_html('<span class="tag soft">{}</span>', gettext("示例")) if row.is_synthetic else ""
