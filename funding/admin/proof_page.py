"""账目核对: every sum of the ledger added up again while the page is drawn; what does not hold stands first."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.navigation import NavItem, register
from accounts.roles import Action
from accounts.scope import city_wide
from funding.measures import exact_text
from funding.proof_words import KINDS, in_words
from funding.proofs import Proof, prove


def may_prove(user: Any) -> bool:
    """The proof is of the whole city's books, account by account."""
    return city_wide(user, Action.VIEW)


register(NavItem("funding", _("账目核对"), "admin:funding_proof", may_prove, 90))

_PAGES = {
    "quota": "admin:funding_quotabatch_page",
    "bond": "admin:funding_bond_page",
    "plan": "admin:funding_centralplan_page",
    "project": "admin:projects_project_page",
    "account": "admin:funding_fundaccount_change",
}


def _row(proof: Proof) -> dict[str, Any]:
    return {
        "kind": KINDS[proof.kind],
        "name": proof.name,
        "url": reverse(_PAGES[proof.kind], args=[proof.key]),
        "words": in_words(proof),
        "holds": proof.holds,
        "off": exact_text(proof.off_wan),
    }


def proof_page(request: HttpRequest) -> HttpResponse:
    if not may_prove(request.user):
        raise PermissionDenied
    kind = request.GET.get("kind", "")
    if kind and kind not in KINDS:
        raise Http404(f"sums of {kind[:40]}")
    proofs = sorted(prove(), key=lambda proof: proof.holds)
    counts = Counter(proof.kind for proof in proofs)
    rows = [_row(proof) for proof in proofs if proof.kind == kind or not kind]
    failed = sum(not proof.holds for proof in proofs)
    context = {
        **admin.site.each_context(request),
        "title": gettext("账目核对"),
        "head_line": gettext("额度、发行、分配、拨付、支出逐项重新加总，一分不差才算平"),
        "rows": rows,
        "count": len(proofs),
        "failed": failed,
        "tabs": [{"kind": "", "label": gettext("全部"), "count": len(proofs)}]
        + [{"kind": name, "label": label, "count": counts[name]} for name, label in KINDS.items() if counts[name]],
        "kind": kind,
    }
    return TemplateResponse(request, "funding/proof.html", context)
