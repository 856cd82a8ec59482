"""`/api/v1/figures/`: the measures that there are; `/api/v1/figures/{measures}/`: measures by any combination of dimensions.

The figures are `reports.figures`', so the same as on every page. Measures are named in the address (`month_wan,rate`, or `all`), the rest
is asked as the city table's address asks it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.renderers import BrowsableAPIRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import audit, scope
from accounts.api.errors import SAID, Answer, wrong_parameters
from accounts.api.negotiation import ByFormat
from accounts.api.rendering import FastJSONRenderer
from accounts.api.schema import TAGS, refusals
from accounts.roles import Action
from exchange.workbook import streams
from projects.values import Month
from reports.api.figure_questions import read_figures, read_measures
from reports.figures import ALL_DIMENSIONS, FIGURES, figures
from reports.flat import UNITS
from reports.measured import Figure
from reports.pivot import PivotError
from reports.pivot_rows import Pivot, PivotRow
from reports.selection import Question, reach_of
from reports.tables import Kind

WORDS = {
    "unit": gettext_lazy("单位"),
    "sector": gettext_lazy("领域"),
    "kind": gettext_lazy("类别"),
    "list": gettext_lazy("清单"),
    "stage": gettext_lazy("阶段"),
    "month": gettext_lazy("月份"),
    "source": gettext_lazy("资金来源"),
}
FILES = ("csv", "xlsx")
TAGS["figures"] = gettext_lazy("投资指标")


def _is_chinese() -> bool:
    return (get_language() or "zh").startswith("zh")


SAID[PivotError] = lambda error: Answer(400, "figures", error.zh if _is_chinese() else error.en)


def measure_told(one: Figure) -> dict[str, Any]:
    chinese = _is_chinese()
    return {
        "key": one.key,
        "name": one.zh if chinese else one.en,
        "unit": UNITS.get(one.kind, ""),
        "additive": one.additive,
        "how": one.how_zh if chinese else one.how_en,
    }


# --- Answers -----------------------------------------------------------------------------------------------------------------------


def _row(row: PivotRow) -> dict[str, Any]:
    return {"keys": row.keys, "labels": row.labels, "values": row.values, "approx": sorted(row.approx)}


def _body(found: Pivot, question: Question, months: Sequence[Month]) -> dict[str, Any]:
    return {
        "period": [str(month) for month in months] or [str(question.period)],
        "known": question.known.isoformat() if question.known else None,
        "cut": question.cut.name if question.cut else None,
        "by": list(found.by),
        "measures": [measure_told(one) for one in found.measures],
        "rows": [_row(row) for row in found.rows],
        "totals": [_row(row) for row in found.wholes],
    }


def _file(found: Pivot, form: streams.Form, dialect: streams.Dialect) -> Iterator[bytes]:
    """The rows as a file; for a person's eye the whole stands below them."""
    columns = [one for name in found.by for one in (streams.Column(name, f"{WORDS[name]}代码"), streams.Column(f"{name}_name", str(WORDS[name])))]
    columns += [
        streams.Column(
            one.key,
            one.zh if _is_chinese() else one.en,
            streams.Kind.INTEGER if one.kind is Kind.COUNT else streams.Kind.DECIMAL,
            UNITS.get(one.kind, ""),
        )
        for one in found.measures
    ]
    lines = [_line(found, row) for row in found.rows]
    if found.by and dialect is streams.Dialect.EXCEL:
        lines += [_line(found, row, _("合计")) for row in found.wholes]
    return streams.stream(form, columns, [lines], streams.Options(dialect=dialect, title=_("投资指标")))


def _line(found: Pivot, row: PivotRow, whole: str = "") -> streams.Row:
    keys = [text for name in found.by for text in (row.keys.get(name, ""), row.labels.get(name, whole))]
    return (*keys, *(row.values[one.key] for one in found.measures))


class MeasureSerializer(serializers.Serializer[Any]):
    """A measure."""

    key = serializers.CharField()
    name = serializers.CharField()
    unit = serializers.CharField(help_text="1=100% 是比率，1 即百分之百")
    additive = serializers.BooleanField(help_text="不同行（不含相同项目时）能否相加；任何指标都不能跨月相加")
    how = serializers.CharField()


class DimensionSerializer(serializers.Serializer[Any]):
    """A dimension."""

    key = serializers.CharField()
    name = serializers.CharField()


class CatalogueSerializer(serializers.Serializer[Any]):
    """What may be asked for."""

    measures = MeasureSerializer(many=True)
    dimensions = DimensionSerializer(many=True)


class FigureRowSerializer(serializers.Serializer[Any]):
    """A row."""

    keys = serializers.DictField(child=serializers.CharField())
    labels = serializers.DictField(child=serializers.CharField())
    values = serializers.DictField(child=serializers.FloatField(allow_null=True))
    approx = serializers.ListField(child=serializers.CharField(), help_text="含约数的指标")


class FiguresSerializer(serializers.Serializer[Any]):
    """Figures."""

    period = serializers.ListField(child=serializers.CharField())
    known = serializers.DateField(allow_null=True)
    cut = serializers.CharField(allow_null=True, help_text="所取的数据定格")
    by = serializers.ListField(child=serializers.CharField())
    measures = MeasureSerializer(many=True)
    rows = FigureRowSerializer(many=True)
    totals = FigureRowSerializer(many=True, help_text="每月一行合计，每个项目只计一次")


class FigureList(APIView):
    """What may be asked for."""

    needs = Action.VIEW
    renderer_classes = [FastJSONRenderer, BrowsableAPIRenderer]

    @extend_schema(
        summary="指标与维度",
        description="可以问的指标（代码、名称、单位、能否相加、怎样算）与维度。",
        tags=["figures"],
        responses={200: CatalogueSerializer, **refusals()},
        operation_id="figures",
    )
    def get(self, request: Request) -> Response:
        dimensions = [{"key": name, "name": str(WORDS[name])} for name in ALL_DIMENSIONS]
        return Response({"measures": [measure_told(one) for one in FIGURES.values()], "dimensions": dimensions})


def _asked(name: str, told: str, **more: Any) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.QUERY, description=told, **more)


class Figures(APIView):
    """Measures by dimensions, as JSON or as a file."""

    needs = Action.VIEW
    renderer_classes = [FastJSONRenderer, BrowsableAPIRenderer]
    content_negotiation_class = ByFormat

    @extend_schema(
        operation_id="figures-by",
        summary="按任意维度组合的指标",
        description=(
            "按维度的任意组合给出指标，与页面、Excel 同一个数；totals 每月一行，每个项目只计一次。也可取 csv、xlsx。"
            "没有意义的组合（如完成投资按资金来源）回答 400 并说明原因。"
        ),
        tags=["figures"],
        parameters=[
            OpenApiParameter(
                "measures", str, OpenApiParameter.PATH, description="指标，逗号分隔；all 为在所问维度下有意义的全部指标。见 /api/v1/figures/"
            ),
            _asked("by", "维度，逗号分隔：unit, sector, kind, list, stage, month, source（资金来源，只用于资金指标）"),
            _asked("period", "月份（2020-06）；分月时可写多个（2020-01,2020-02）或一年（2020）；不写为最近一个有月报的月份"),
            _asked("known", "掌握时点（2020-07-10）；不写为现在"),
            _asked("cut", "数据定格的名称；不与 known 同用"),
            _asked("approved", "1：只计已审核的月报", enum=["0", "1"]),
            _asked("version", "清单版本编号"),
            _asked("lists", "清单类别；none 为清单外"),
            _asked("kind", "项目类别"),
            _asked("unit", "单位代码（key）"),
            _asked("sector", "领域（体系.代码）；none 为未分领域"),
            _asked("format", "文件格式；不写为 JSON", enum=["json", *FILES]),
            _asked("dialect", "csv 的写法：excel 或 plain", enum=["excel", "plain"]),
        ],
        responses={200: FiguresSerializer, **refusals(404)},
    )
    def get(self, request: Request, measures: str) -> HttpResponseBase:
        told = request.query_params
        form, dialect = _form(told)
        chosen = read_measures(measures)
        if form in FILES and not scope.may(request.user, Action.EXPORT):
            raise PermissionDenied
        reach = reach_of(request.user, Action.EXPORT if form in FILES else Action.VIEW)
        question, by, months = read_figures(told, reach)
        found = figures(reach, question, by, chosen, months)
        if form not in FILES:
            return Response(_body(found, question, months))
        audit.record("report.export", actor=request.user, report="figures", form=form, filter=told.urlencode()[:2000], written=len(found.rows))
        made = b"".join(_file(found, streams.Form(form), dialect))
        name = content_disposition_header(True, f"{_('投资指标')}_{question.period}.{form}") or "attachment"
        return HttpResponse(made, content_type=streams.Form(form).media_type, headers={"Content-Disposition": name})


def _form(told: QueryDict) -> tuple[str, streams.Dialect]:
    form, dialect = told.get("format", "") or "json", told.get("dialect", "") or streams.Dialect.EXCEL.value
    if form not in ("json", "api", *FILES):
        raise wrong_parameters({"format": [_("应为 json、csv 或 xlsx，读到“%(value)s”") % {"value": form[:40]}]})
    if dialect not in list(streams.Dialect):
        raise wrong_parameters({"dialect": [_("应为 excel 或 plain，读到“%(value)s”") % {"value": dialect[:40]}]})
    return form, streams.Dialect(dialect)
