"""What taking an upload back, or bringing it back, would do: shown before anything is done, place by place."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View

from accounts.roles import Action
from exchange.forms import ReversalForm
from exchange.models import Reversal, Upload
from exchange.services.beside import beside
from exchange.services.faults import NotAllowedError, UploadError
from exchange.services.inverse import Inversion, inversion_of
from exchange.services.leases import require_free
from exchange.services.memory import without_collecting
from exchange.services.undo import check_reversible, check_scope, mark_of
from exchange.services.undo_words import kept_places, kept_words, place_lines, review_words, why_words
from exchange.views.access import may_write, signed_in, upload_or_404, wants_json, wording
from exchange.views.causes import cause_link
from exchange.views.documents import refusal_answer
from exchange.views.page import render_page
from projects.models import Project, Proposal
from projects.services.proposal_batches import states_of_upload

_PAGE = 50
_TABS = ("kept", "reverted")


@method_decorator(signed_in, name="dispatch")
class ReversalPage(View):
    """GET alone: counts, what stays and why, what goes back. The form below it carries the mark of what was shown."""

    http_method_names = ["get", "head"]
    kind = Reversal.Kind.UNDO

    def get(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        upload = upload_or_404(request, public_id)
        try:
            if not may_write(request.user, upload, Action.UNDO):
                raise NotAllowedError("role", "您的岗位不能对该上传做这项操作。", "Your post may not do this with this upload.")
            require_free(upload)
            check_reversible(upload, self.kind)
            check_scope(upload, request.user)
        except UploadError as refusal:
            status = 403 if isinstance(refusal, NotAllowedError) else 409
            return refusal_answer(refusal, status, upload) if wants_json(request) else render_page(request, upload, refusal=refusal, status=status)
        plan = _plan(upload, self.kind)
        if wants_json(request):
            return JsonResponse(self._document(upload, plan), json_dumps_params={"ensure_ascii": False})
        return render(request, "exchange/reversal.html", _context(request, upload, plan, self.kind))

    def _document(self, upload: Upload, plan: Inversion) -> dict[str, Any]:
        """The whole plan for a script: `seen` goes with the POST that carries it out."""
        with_it = beside(upload, self.kind, plan)
        return {
            "upload": upload.pk,
            "kind": self.kind.value,
            "seen": mark_of(plan),
            "places": len(plan.items),
            "reverted": len(plan.going),
            "proposals": with_it.proposals,
            "nil": with_it.nil,
            "reviews_restored": len(plan.restored),
            "reviews_lost": len(plan.unreviewed),
            "kept": [line.as_json() for line in kept_places(upload, plan)],
        }


def render_reversal(request: HttpRequest, upload: Upload, kind: Reversal.Kind, *, refusal: UploadError, form: Any, status: int) -> HttpResponse:
    """The preview as it stands now, in answer to a confirmation that can't be taken."""
    context = _context(request, upload, _plan(upload, kind), kind)
    given = {"refusal": wording(refusal.zh, refusal.en), "reason": form.cleaned_data["reason"], "preview_path": _preview_path(upload, kind)}
    return render(request, "exchange/reversal.html", {**context, **given}, status=status)


def _plan(upload: Upload, kind: Reversal.Kind) -> Inversion:
    """The plan as it stands, made within the request: of ten thousand new projects that takes some three seconds (`benchmarks.intake`)."""
    with without_collecting():
        return inversion_of(upload, redo=kind == Reversal.Kind.REDO)


def _preview_path(upload: Upload, kind: Reversal.Kind) -> str:
    return reverse(f"exchange:{kind.value}-preview", args=[upload.public_id])


def _context(request: HttpRequest, upload: Upload, plan: Inversion, kind: Reversal.Kind) -> dict[str, Any]:
    tab = request.GET.get("show", "")
    tab = tab if tab in _TABS else "kept" if plan.staying else "reverted"
    page = Paginator(plan.staying if tab == "kept" else plan.going, _PAGE).get_page(request.GET.get("page"))
    is_undo = kind == Reversal.Kind.UNDO
    with_it = beside(upload, kind, plan)
    return {
        "upload": upload,
        "proposals": with_it.proposals,
        "nil": with_it.nil,
        "reviews": wording(*review_words(len(plan.restored), len(plan.unreviewed))).lstrip("；; "),
        "loses_review": bool(plan.unreviewed),
        "approved": states_of_upload(upload.pk).get(Proposal.State.APPROVED, 0) if is_undo else 0,
        "is_undo": is_undo,
        "title": (_("撤回上传 #%(number)s") if is_undo else _("恢复上传 #%(number)s")) % {"number": upload.pk},
        "places": len(plan.items),
        "going": len(plan.going),
        "staying": len(plan.staying),
        "removed": len(plan.deletes.get(Project, [])),
        "restored": len(plan.inserts.get(Project, [])),
        "kept_words": wording(*kept_words(kept_places(upload, plan))),
        "may_go": bool(plan.going) or not plan.items,
        "tab": tab,
        "page": page,
        "lines": [_said(line.as_json()) for line in place_lines(upload, list(page.object_list))],
        "form": ReversalForm(initial={"seen": mark_of(plan)}),
    }


def _said(line: dict[str, Any]) -> dict[str, Any]:
    """A place line with why it stays, in the language of the page, and the address of what is in the way."""
    return {**line, "why_words": wording(*why_words(line)) if line["why"] else "", "link": cause_link(line)}


class UndoPage(ReversalPage):
    kind = Reversal.Kind.UNDO


class RedoPage(ReversalPage):
    kind = Reversal.Kind.REDO
