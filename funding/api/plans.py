"""Finance plans, rolling plans and dossiers written by machines: by the forms of their pages, each together with the rows below it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from accounts.api.writing import text_of
from funding.models import FinancePlan, RollingPlan
from funding.services.finance import begin_plan, superseded
from projects.api.below import Below, RowsWithBelow
from projects.api.kinds import WRITTEN, by_code
from projects.api.rows import Rows, Written, by_column
from projects.api.views import serve_rows
from projects.models import Classification, Project, Source

_OF_PROJECT = {"project_uid": ("project", by_column(Project, "uid"))}
_OF_SOURCE = {"source_code": ("source", by_code(Classification.Scheme.FINANCE))}


@dataclass(frozen=True)
class FinanceRows(RowsWithBelow):
    """A version of a project's plan: the first is entered here, the next one is begun by the verb `revise`."""

    def write(self, request: Any, obj: FinancePlan | None, given: Mapping[str, Any], seen: int | None = None) -> Written:
        """:raises Refused: for a version that is no longer in force."""
        if obj is not None and not obj.is_current:
            raise superseded(obj)
        return super().write(request, obj, given, seen)

    def save(self, form: Any, source: Source, user: Any, *, is_new: bool) -> dict[str, Any]:
        if is_new:
            begin_plan(form.instance)
        return super().save(form, source, user, is_new=is_new)


def plan_of_year(value: Any) -> int | None:
    """The rolling plan of a base year."""
    text = text_of(value) or ""
    years = RollingPlan.objects.filter(base_year=int(text)) if text.isascii() and text.isdigit() and len(text) == 4 else RollingPlan.objects.none()
    return years.values_list("pk", flat=True).first()


_LINE = {"source_code": "central", "planned_wan": 3000, "capital_wan": 3000, "secured_wan": 1000, "secured_doc": "青发改〔2020〕30号"}
_OF = {"project_uid": "P-000012"}
_FINANCE_LINES = Rows("finance-lines", aliases=_OF_SOURCE, beside=(), example=_LINE)
_ROLLING_LINES = Rows("rolling-lines", aliases=_OF_SOURCE, beside=(), example={"source_code": "central", "first_wan": 500, "second_wan": 800})
_PAPERS = Rows("dossier-papers", beside=(), example={"kind": "legal", "firm": "山东某律师事务所", "issued_on": "2020-03-20", "opinion": "合法合规"})
_INCOMES = Rows("income-sources", beside=(), example={"name": "停车收费", "amount_wan": 8000})
PLANS: dict[str, Rows] = {
    one.resource: one
    for one in (
        FinanceRows(
            "finance-plans",
            aliases=_OF_PROJECT,
            own={"reason": "plan_reason"},
            below=(Below(_FINANCE_LINES, is_judged=True),),
            example={**_OF, "doc_no": "青发改〔2020〕12号", "finance-lines": [{**_LINE, "secured_on": "2020-03-20"}]},
        ),
        Rows("rolling-plans", related=(), is_citys=True, example={"base_year": 2021, "doc_no": "青发改〔2020〕40号", "note": "首次编制"}),
        RowsWithBelow(
            "rolling-entries",
            aliases={**_OF_PROJECT, "base_year": ("plan", plan_of_year)},
            related=("project__unit", "plan"),
            below=(Below(_ROLLING_LINES, is_judged=True),),
            example={**_OF, "base_year": 2021, "first_content": "桩基施工", "rolling-lines": [dict(_ROLLING_LINES.example)]},
        ),
        RowsWithBelow(
            "dossiers",
            aliases={**_OF_PROJECT, "negative_item_code": ("negative_item", by_code(Classification.Scheme.NEGATIVE))},
            below=(Below(_PAPERS), Below(_INCOMES, is_judged=True)),
            example={
                **_OF,
                "income_wan": 8000,
                "cost_wan": 3000,
                "coverage": 1.3,
                "coverage_method": "all",
                "coverage_on": "2020-03-20",
                "dossier-papers": [dict(_PAPERS.example)],
                "income-sources": [dict(_INCOMES.example)],
            },
        ),
    )
}
WRITTEN |= PLANS
for _name in PLANS:
    serve_rows(_name)
