"""Filters of the project list: one value each, kept in the address, each choice with its count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.admin import SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts.roles import Action
from accounts.scope import units_for_user
from projects.counting import is_counted, versions_in_effect
from projects.models import Classification, Entry, ListVersion, Project, ReportingPeriod
from projects.moment import moment_of
from projects.stages import Stage

NONE = "none"
# Parameters of the frame itself: they choose the figures, not the rows.
FRAME_PARAMETERS = ("month", "known")


class ChipFilter(SimpleListFilter):
    """A filter whose value narrows a queryset by one condition; a value that is no choice finds nothing and breaks nothing."""

    # The column whose values are the choices; a filter without one counts by itself.
    column = ""

    @property
    def field_path(self) -> str:
        return str(self.parameter_name)

    def condition(self, value: str) -> Q:
        raise NotImplementedError

    def counts(self, queryset: QuerySet[Any]) -> dict[str, int]:
        """Choice → how many rows of `queryset` it finds; for a filter without a column."""
        raise NotImplementedError

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        known = {str(key) for key, _label in self.lookup_choices}
        if value is None:
            return queryset
        return queryset.filter(self.condition(value)) if value in known else queryset.none()

    def choices(self, changelist: Any) -> Any:
        """Every choice with its count over what the other filters leave; choices that would find nothing are left out."""
        counts = changelist.counts_of(self)
        everything = changelist.get_query_string(remove=[self.parameter_name])
        yield {"selected": self.value() is None, "query_string": everything, "display": _("全部"), "count": None}
        for key, label in self.lookup_choices:
            selected = self.value() == str(key)
            if str(key) in counts or selected:
                address = changelist.get_query_string({self.parameter_name: key})
                yield {"selected": selected, "query_string": address, "display": label, "count": counts.get(str(key), 0)}


class ChipChangeList(ChangeList):
    """A list whose filters are chips: it counts their choices, and lets the frame's own parameters pass.

    All filters with a column are counted from one grouped query, whatever is chosen in them.
    """

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self._request = request
        super().__init__(request, *args, **kwargs)
        for spec in self.filter_specs:
            if not isinstance(spec, ChipFilter):
                continue
            value = spec.value()
            if value is not None and value not in {str(key) for key, _label in spec.lookup_choices}:
                said = gettext("网址中“%(filter)s”没有“%(value)s”这一项，所以下面没有结果") % {"filter": spec.title, "value": value[:40]}
                messages.warning(request, said)

    def get_filters_params(self, params: Any = None) -> Any:
        found = super().get_filters_params(params)
        for name in FRAME_PARAMETERS:
            found.pop(name, None)
        return found

    def counts_of(self, spec: ChipFilter) -> dict[str, int]:
        """Choice → rows it would find, if it were chosen beside what is chosen in the other filters."""
        if not spec.column:
            return spec.counts(self._narrowed([other for other in self.filter_specs if other is not spec]))
        place = self._crossed.index(spec)
        others = [(at, other.value()) for at, other in enumerate(self._crossed) if other is not spec and other.value() is not None]
        counts: dict[str, int] = {}
        for *keys, n in self._cells:
            if all(keys[at] == value for at, value in others):
                counts[keys[place]] = counts.get(keys[place], 0) + n
        return counts

    @cached_property
    def _crossed(self) -> list[ChipFilter]:
        return [spec for spec in self.filter_specs if isinstance(spec, ChipFilter) and spec.column]

    @cached_property
    def _cells(self) -> list[tuple[Any, ...]]:
        """Rows by every combination of the columns' values: (value, …, count)."""
        rows = self._narrowed([spec for spec in self.filter_specs if spec not in self._crossed]).order_by()
        found = rows.values_list(*(spec.column for spec in self._crossed)).annotate(n=Count("pk", distinct=True))
        return [(*(NONE if key in (None, "") else str(key) for key in keys), n) for *keys, n in found]

    def _narrowed(self, specs: list[Any]) -> QuerySet[Any]:
        rows = self.root_queryset
        for spec in specs:
            narrowed = spec.queryset(self._request, rows)
            rows = rows if narrowed is None else narrowed
        rows, _many = self.model_admin.get_search_results(self._request, rows, self.query)
        return rows


class UnitFilter(ChipFilter):
    title = _("填报单位")
    parameter_name = "unit"
    column = "unit"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str]]:
        return [(str(pk), name) for pk, name in units_for_user(request.user, Action.VIEW).values_list("pk", "short_name")]

    def condition(self, value: str) -> Q:
        return Q(unit=int(value))


class KindFilter(ChipFilter):
    title = _("类别")
    parameter_name = "kind"
    column = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        return Project.Kind.choices

    def condition(self, value: str) -> Q:
        return Q(kind=value)


class SectorFilter(ChipFilter):
    title = _("领域")
    parameter_name = "sector"
    column = "sector"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        schemes = [Classification.Scheme.SECTOR, Classification.Scheme.SEI]
        nodes = Classification.objects.filter(scheme__in=schemes).values_list("pk", "name")
        return [*((str(pk), name) for pk, name in nodes), (NONE, _("未填领域"))]

    def condition(self, value: str) -> Q:
        return Q(sector=None) if value == NONE else Q(sector=int(value))


class StageFilter(ChipFilter):
    title = _("阶段")
    parameter_name = "stage"
    column = "stage"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        english = (get_language() or "zh").startswith("en")
        return [*((stage.value, stage.en if english else stage.zh) for stage in Stage), (NONE, _("未填阶段"))]

    def condition(self, value: str) -> Q:
        return Q(stage="") if value == NONE else Q(stage=value)


class VersionFilter(ChipFilter):
    title = _("清单")
    parameter_name = "version"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        versions = ListVersion.objects.select_related("list")
        return [*((str(version.pk), f"{version.list.name} v{version.number}") for version in versions), (NONE, _("不在任何清单"))]

    def condition(self, value: str) -> Q:
        if value == NONE:
            return ~Q(Exists(Entry.objects.filter(project=OuterRef("pk"))))
        return Q(Exists(Entry.objects.filter(project=OuterRef("pk"), version=int(value))))

    def counts(self, queryset: QuerySet[Any]) -> dict[str, int]:
        """Two queries: a project is on several versions, or on none."""
        mine = queryset.order_by().values("pk")
        entries = Entry.objects.filter(project__in=mine).order_by().values_list("version").annotate(n=Count("pk"))
        return {str(key): n for key, n in entries} | {NONE: queryset.filter(self.condition(NONE)).count()}


class ReportedFilter(ChipFilter):
    """Whether the described month counts a project, and whether it was reported: the choices behind "未报" of the overview and the city table."""

    title = _("本月填报")
    parameter_name = "report"

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        moment = moment_of(request)
        self._counted = is_counted(versions_in_effect(moment.month, moment.known_until), moment.known_until)
        super().__init__(request, *args, **kwargs)

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        return [("in", _("计入汇总")), ("no", _("未报")), ("yes", _("已报")), ("out", _("不计入汇总"))]

    def condition(self, value: str) -> Q:
        if value in ("in", "out"):
            return self._counted if value == "in" else ~self._counted
        return self._counted & Q(ytd_then__isnull=value == "no")

    def counts(self, queryset: QuerySet[Any]) -> dict[str, int]:
        rows = queryset.order_by().annotate(is_counted=ExpressionWrapper(self._counted, BooleanField()))
        told = {
            "in": Q(is_counted=True),
            "no": Q(is_counted=True, ytd_then=None),
            "yes": Q(is_counted=True, ytd_then__isnull=False),
            "out": Q(is_counted=False),
        }
        found = rows.aggregate(**{key: Count("pk", filter=condition) for key, condition in told.items()})
        return {key: n for key, n in found.items() if n}


class UnitOfProjectFilter(UnitFilter):
    """The unit of the project that a row hangs on."""

    column = "project__unit"

    def condition(self, value: str) -> Q:
        return Q(project__unit=int(value))


class YearFilter(ChipFilter):
    title = _("年份")
    parameter_name = "year"
    column = "year"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        years = model_admin.model._default_manager.order_by("-year").values_list("year", flat=True).distinct()
        return [(str(year), gettext("%(year)s年") % {"year": year}) for year in years]

    def condition(self, value: str) -> Q:
        return Q(year=int(value))


class PeriodFilter(ChipFilter):
    title = _("月份")
    parameter_name = "period"
    column = "period"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        return [(str(period.pk), str(period)) for period in ReportingPeriod.objects.all()]

    def condition(self, value: str) -> Q:
        return Q(period=int(value))


class StateFilter(ChipFilter):
    """The state of a row whose model has a `State`."""

    title = _("状态")
    parameter_name = "state"
    column = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        choices: Sequence[tuple[str, Any]] = model_admin.model.State.choices
        return choices

    def condition(self, value: str) -> Q:
        return Q(state=value)


class PermitKindFilter(ChipFilter):
    title = _("手续")
    parameter_name = "permit"
    column = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        choices: Sequence[tuple[str, Any]] = model_admin.model.Kind.choices
        return choices

    def condition(self, value: str) -> Q:
        return Q(kind=value)


class SchemeFilter(ChipFilter):
    title = _("体系")
    parameter_name = "scheme"
    column = "scheme"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        return Classification.Scheme.choices

    def condition(self, value: str) -> Q:
        return Q(scheme=value)
