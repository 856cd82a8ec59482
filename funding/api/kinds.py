"""How quota, issues, bonds and central plans are registered by machines: by the forms of their pages. A bond is issued under its quota."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.api.errors import ApiError, Fault, fault
from accounts.api.writing import text_of
from funding.admin.issuing import DRAW, IssueForm
from funding.models import QuotaBatch
from funding.services.bonds import issue_bond
from projects.api.below import Below, RowsWithBelow
from projects.api.kinds import WRITTEN
from projects.api.rows import Rows, Written
from projects.api.said import refusal
from projects.api.views import serve_rows
from projects.models import Source
from projects.workflow import Refused

DRAWS = "draws"


@dataclass(frozen=True)
class BondRows(RowsWithBelow):
    """A bond with its codes. A new one says in `draws` how much it draws on which quota batch; its terms are changed like any row's."""

    def write(self, request: Any, obj: Any, given: Mapping[str, Any], seen: int | None = None) -> Written:
        """:raises ApiError: with the place of a draw as `/draws/7`."""
        spread = given if obj is not None else _spread(given)
        try:
            return super().write(request, obj, spread, seen)
        except ApiError as error:
            error.faults = [{**one, "pointer": one["pointer"].replace(f"/{DRAW}", f"/{DRAWS}/")} for one in error.faults]
            raise

    def form_class(self, page: Any, request: Any, obj: Any) -> Any:
        return IssueForm if obj is None else super().form_class(page, request, obj)

    def save(self, form: Any, source: Source, user: Any, *, is_new: bool) -> dict[str, Any]:
        if not is_new:
            return super().save(form, source, user, is_new=is_new)
        try:
            issue_bond(form.instance, form.draws(), source=source)
        except Refused as refused:
            told = refusal(refused)
            place = "/issue_id" if refused.code == "issue" else f"/{DRAWS}" if refused.code.startswith((DRAWS, "quota")) else ""
            raise ApiError(told.status, told.code, told.message, [fault(place, told.code, told.message)]) from None
        self.save_below(form)
        return {}


def _spread(given: Mapping[str, Any]) -> dict[str, Any]:
    """The draws as the form has them: a field for each batch."""
    found = {name: value for name, value in given.items() if name != DRAWS and not name.startswith(DRAW)}
    draws = given.get(DRAWS, {})
    wrong: list[Fault] = [fault(f"/{name}", "unknown", _("额度使用请写在 draws 里")) for name in given if name.startswith(DRAW)]
    if not isinstance(draws, dict):
        wrong.append(fault(f"/{DRAWS}", "type", _("应为对象：额度批次编号 → 万元")))
    else:
        left = {str(pk) for pk in QuotaBatch.objects.filter(amount_wan__gt=F("issued_wan")).values_list("pk", flat=True)}
        wrong += [fault(f"/{DRAWS}/{key}", "invalid_choice", _("没有这一批额度，或已用完")) for key in draws if key not in left]
        wrong += [fault(f"/{DRAWS}/{key}", "type", _("应为金额（万元）")) for key, value in draws.items() if text_of(value) in (None, "")]
    if wrong:
        raise ApiError(400, "invalid", _("提交的内容有误"), wrong)
    return {**found, **{f"{DRAW}{key}": value for key, value in draws.items()}}


def _area() -> Any:
    return serializers.IntegerField(required=False, allow_null=True, help_text="领域编号，见 /api/v1/classifications/")


_DRAWN = serializers.DictField(
    child=serializers.DecimalField(18, 6, coerce_to_string=False),
    required=False,
    help_text="新增债券：额度批次编号 → 使用额度（万元），合计等于发行额",
)
_BOND = {"issue_id": 3, "name": "2020年青岛市政府专项债券（九期）", "years": 10, "amount_wan": 50000, "draws": {"7": 50000}}
_CODE = {"market": "sse", "code": "160999"}
FUNDS: dict[str, Rows] = {
    one.resource: replace(one, related=(), is_citys=True)
    for one in (
        Rows("quota-batches", example={"year": 2020, "number": 2, "doc_no": "财预〔2020〕12号", "given_on": "2020-05-06", "amount_wan": 90000}),
        Rows("bond-issues", example={"year": 2020, "number": 3, "tender_on": "2020-05-10", "venue": "上海证券交易所"}),
        BondRows(
            "bonds",
            more={"use_area_id": _area(), DRAWS: _DRAWN},
            below=(Below(Rows("bond-codes", beside=(), example=_CODE)),),
            example={**_BOND, "bond-codes": [_CODE], "venue": "上海证券交易所"},
        ),
        Rows(
            "central-plans",
            more={"area_id": _area()},
            example={"year": 2020, "doc_no": "国发改投资〔2020〕1号", "programme": "保障性安居工程", "amount_wan": 6000, "given_on": "2020-04-01"},
        ),
    )
}
WRITTEN |= FUNDS
for _name in FUNDS:
    serve_rows(_name)
