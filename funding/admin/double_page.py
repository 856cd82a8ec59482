"""重复支持核对: projects that special bonds and the central budget both pay; the same cost item stands first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.navigation import NavItem, may, register
from accounts.roles import Action
from accounts.scope import city_wide, for_user
from accounts.scope import may as may_do
from funding.double import Verdict, worst
from funding.finance_figures import Doubled, doubled
from funding.models import FundEntry

register(NavItem("funding", _("重复支持核对"), "admin:funding_double", may(Action.VIEW), 92))

# What each verdict is called, how its tag looks, and what to do about it.
VERDICTS: Mapping[Verdict, dict[str, Any]] = {
    Verdict.SAME: {
        "tag": "bad",
        "sign": "✕",
        "word": _("同一内容重复支持"),
        "advice": _("同一费用或建设内容不能同时用专项债券和中央预算内投资；请核对两边文件，冲销或调整其中一边"),
    },
    Verdict.LOOK: {
        "tag": "soft",
        "sign": "▲",
        "word": _("需核对"),
        "advice": _("有分配没有写费用或建设内容项，无法判断是否重复；请冲销后重新分配并写明，或核对文件"),
    },
    Verdict.APART: {"tag": "good", "sign": "●", "word": _("内容不同"), "advice": _("两边都写明了内容，没有相同的")},
}


def _row(found: Doubled) -> dict[str, Any]:
    verdict = worst(found.pairs)
    return {
        "project": found.project,
        "verdict": VERDICTS[verdict] if verdict is not None else None,
        "pairs": [{"pair": pair, "verdict": VERDICTS[pair.verdict]} for pair in found.pairs],
    }


def double_page(request: HttpRequest) -> HttpResponse:
    if not may_do(request.user, Action.VIEW):
        raise PermissionDenied
    found = doubled(for_user(FundEntry.objects.all(), request.user, Action.VIEW))
    context = {
        **admin.site.each_context(request),
        "title": gettext("重复支持核对"),
        "head_line": gettext("同一项目既有专项债券又有中央预算内投资的，逐项比对费用或建设内容，同一内容不得重复安排"),
        "rows": [_row(one) for one in found],
        "same": sum(worst(one.pairs) is Verdict.SAME for one in found),
        "look": sum(worst(one.pairs) is Verdict.LOOK for one in found),
        "whole_city": city_wide(request.user, Action.VIEW),
    }
    return TemplateResponse(request, "funding/double.html", context)
