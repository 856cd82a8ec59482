"""Monitored indicators, their targets and figures: written by machines through the forms of their pages."""

from __future__ import annotations

from accounts.models import ReportingUnit
from accounts.roles import Action
from projects.api.kinds import WRITTEN
from projects.api.rows import Rows, by_column
from projects.api.views import serve_rows
from projects.models import Indicator

_ALIASES = {"indicator_key": ("indicator", by_column(Indicator, "key")), "unit_key": ("unit", by_column(ReportingUnit, "key"))}
_SOURCE = {"source": "2020年上半年国民经济运行情况", "doc_no": "青统〔2020〕18号"}
INDICATORS: dict[str, Rows] = {
    one.resource: one
    for one in (
        Rows(
            "indicators",
            needs=Action.LISTS,
            is_citys=True,
            related=(),
            example={
                "key": "retail-growth",
                "name": "社会消费品零售总额增速",
                "subject": "社会消费品零售总额",
                "kind": "growth",
                "measure": "%",
                "better": "up",
                "every": "month",
                "bureau": "市统计局",
                "sort_order": 40,
            },
        ),
        Rows(
            "indicator-targets",
            aliases=_ALIASES,
            needs=Action.LISTS,
            is_citys=True,
            related=("indicator",),
            example={"indicator_key": "fai-growth", "year": 2020, **_SOURCE, "value": 6},
        ),
        Rows(
            "indicator-values",
            aliases=_ALIASES,
            needs=Action.LISTS,
            is_citys=True,
            related=("indicator",),
            example={"indicator_key": "fai-growth", "year": 2020, "month": 6, **_SOURCE, "value": 4},
        ),
    )
}
WRITTEN |= INDICATORS
for _name in INDICATORS:
    serve_rows(_name)
