"""The addresses of the ledger's verbs."""

from __future__ import annotations

from django.urls import path

from funding.api import papers, posting, verbs
from funding.api.kinds import FUNDS
from funding.api.plans import PLANS
from projects.api.views import bulk_urls

urlpatterns = [
    *bulk_urls([*FUNDS, *PLANS]),
    path("finance-plans/<int:pk>/revise/", verbs.FinanceRevise.as_view(), name="finance-plan-revise"),
    path("rolling-plans/<int:pk>/roll/", verbs.RollingForward.as_view(), name="rolling-plan-roll"),
    *(path(f"{name}/<int:pk>/strike/", verbs.strike_of(name).as_view(), name=f"{name}-strike") for name in verbs.STRUCK),
    path("dossier-papers/<int:pk>/file/", papers.PaperSending.as_view(), name="dossier-paper-file"),
    path("bonds/<int:pk>/post/", posting.BOND_POST.as_view(), name="bond-post"),
    path("bonds/<int:pk>/adjust/", posting.BOND_ADJUST.as_view(), name="bond-adjust"),
    path("bonds/<int:pk>/redeem/", posting.BOND_REDEEM.as_view(), name="bond-redeem"),
    path("central-plans/<int:pk>/post/", posting.PLAN_POST.as_view(), name="central-plan-post"),
    path("fund-entries/<int:pk>/reverse/", posting.ENTRY_REVERSE.as_view(), name="fund-entry-reverse"),
    path("redemptions/<int:pk>/reverse/", posting.REDEMPTION_REVERSE.as_view(), name="redemption-reverse"),
]
