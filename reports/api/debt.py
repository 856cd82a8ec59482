"""`/api/v1/debt-service/`: what each project bears of each bond in each year, exact to the 分, as the debt page reckons it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.renderers import BrowsableAPIRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.errors import wrong_parameters
from accounts.api.rendering import FastJSONRenderer
from accounts.api.schema import TAGS, refusals
from accounts.roles import Action
from accounts.scope import for_user
from funding.debts import UNASSIGNED, BondDebt, borne, debts, weights
from funding.models import Bond
from projects.models import Project
from projects.values import fen_to_wan

_TOLD = ("year", "bond_id", "format")
TAGS["debt-service"] = gettext_lazy("还本付息")
OF_PROJECT, OF_NOBODY, OUT_OF_REACH = "project", "unassigned", "out_of_reach"


class DebtRowSerializer(serializers.Serializer[Any]):
    """What a project pays of a bond in a year."""

    bond_id = serializers.IntegerField()
    bond_name = serializers.CharField()
    year = serializers.IntegerField()
    bearer = serializers.ChoiceField(choices=[OF_PROJECT, OF_NOBODY, OUT_OF_REACH], help_text="项目；尚未分配；范围外项目合计")
    project_id = serializers.IntegerField(allow_null=True)
    project_name = serializers.CharField(allow_null=True)
    interest_wan = serializers.FloatField()
    principal_wan = serializers.FloatField()
    total_wan = serializers.FloatField()


class DebtServiceSerializer(serializers.Serializer[Any]):
    """All of it."""

    results = DebtRowSerializer(many=True)
    unknown = serializers.ListField(child=serializers.IntegerField(), help_text="要素不全、算不出还本付息的债券编号")


class DebtServiceList(APIView):
    """Interest and principal by bond, project and year."""

    needs = Action.VIEW
    renderer_classes = [FastJSONRenderer, BrowsableAPIRenderer]

    @extend_schema(
        operation_id="debt-service",
        summary="还本付息",
        description="每只债券、每个项目、每年的利息与本金（万元，精确到分）。范围外的项目合为一行，不具名，合计不变。",
        tags=["debt-service"],
        parameters=[
            OpenApiParameter("year", {"type": "integer", "minimum": 1, "maximum": 9999}, description="只要这一年"),
            OpenApiParameter("bond_id", {"type": "integer", "minimum": 1, "maximum": 2**31}, description="只要这只债券"),
        ],
        responses={200: DebtServiceSerializer, **refusals()},
    )
    def get(self, request: Request) -> Response:
        asked = _read(request.query_params)
        bonds = Bond.objects.select_related("issue").order_by("issue__year", "issue__number", "years", "pk")
        chosen = list(bonds.filter(pk=asked["bond_id"]) if "bond_id" in asked else bonds)
        found = debts(chosen)
        rows = service_rows(found, request.user, asked.get("year"))
        return Response({"results": rows, "unknown": [debt.bond.pk for debt in found if not debt.payments]})


def service_rows(found: Iterable[BondDebt], user: Any, year: int | None = None) -> list[dict[str, Any]]:
    """Rows by bond, year and bearer; what lies beyond the reader's reach is one row without a name. Two queries."""
    listed = list(found)
    given = weights(debt.bond for debt in listed)
    wanted = sorted({key for part in given.values() for key in part if key > 0})
    names = dict(for_user(Project.objects.filter(pk__among=wanted), user, Action.VIEW).order_by("pk").values_list("pk", "name"))
    rows = []
    for debt in listed:
        sums: dict[tuple[int, int], list[int]] = {}
        for key, payments in borne(debt, given[debt.bond.pk]).items():
            bearer = key if key in names or key == UNASSIGNED else -1
            for payment in payments:
                if year in (None, payment.pays_on.year):
                    cell = sums.setdefault((payment.pays_on.year, bearer), [0, 0])
                    cell[0] += payment.interest_fen
                    cell[1] += payment.principal_fen
        rows += [_row(debt.bond, at, bearer, names, *cell) for (at, bearer), cell in sorted(sums.items()) if any(cell)]
    return rows


def _row(bond: Bond, year: int, bearer: int, names: dict[int, str], interest: int, principal: int) -> dict[str, Any]:
    of = OF_PROJECT if bearer > 0 else OF_NOBODY if bearer == UNASSIGNED else OUT_OF_REACH
    told = {"bond_id": bond.pk, "bond_name": str(bond), "year": year, "bearer": of}
    project = {"project_id": bearer if bearer > 0 else None, "project_name": names.get(bearer)}
    sums = {"interest_wan": interest, "principal_wan": principal, "total_wan": interest + principal}
    return {**told, **project, **{name: fen_to_wan(fen) for name, fen in sums.items()}}


def _read(told: QueryDict) -> dict[str, int]:
    wrong = {name: [_("没有这个参数；可用：%(names)s") % {"names": ", ".join(_TOLD)}] for name in told if name not in _TOLD}
    found = {}
    for name, most in (("year", 9999), ("bond_id", 2**31)):
        text = told.get(name, "")
        if text and not (text.isascii() and text.isdigit() and len(text) < 12 and 1 <= int(text) <= most):
            wrong[name] = [_("应为1至%(most)s的整数，读到“%(value)s”") % {"most": most, "value": text[:40]}]
        elif text:
            found[name] = int(text)
    if wrong:
        raise wrong_parameters(wrong)
    return found
