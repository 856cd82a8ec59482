"""The permanent page of an upload: what came, what was found, what it would change, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import scope
from accounts.roles import Action
from exchange.forms import ReasonForm
from exchange.models import Upload
from exchange.parse import FindingLog
from exchange.services.faults import StateError, UploadError
from exchange.services.guard import closed_since
from exchange.services.missing import NOT_IN_FILE
from exchange.services.preview import Show, preview, totals
from exchange.services.proposing import barrier
from exchange.views.access import may_write, signed_in, upload_or_404, visible_uploads, wording
from exchange.views.findings import PAGE, Wanted, grouped, sheet_names
from exchange.views.progress import work_context
from exchange.views.standing import standing_context
from projects.findings import WORDING, Finding, Severity, message

KINDS = {
    "infrastructure_list": gettext_lazy("重大基础设施项目清单"),
    "emerging_list": gettext_lazy("战略性新兴产业项目清单"),
    "monthly_progress": gettext_lazy("月度进展"),
    "bond_allocation": gettext_lazy("专项债券分配"),
    "central_budget": gettext_lazy("中央预算内投资"),
    "mixed": gettext_lazy("多类表格"),
    "unknown": gettext_lazy("未识别"),
}
SHOWS = {
    Show.CONFLICT: gettext_lazy("冲突"),
    Show.CHANGED: gettext_lazy("新增和变更"),
    Show.CREATE: gettext_lazy("新增"),
    Show.CHANGE: gettext_lazy("变更"),
    Show.PROPOSED: gettext_lazy("变更申请"),
    Show.VOIDED: gettext_lazy("退回草稿的月报"),
    Show.HELD: gettext_lazy("受阻"),
    Show.SAME: gettext_lazy("无变化"),
    Show.KEPT: gettext_lazy("保留库中新值"),
    Show.ALL: gettext_lazy("全部"),
}
# Why a row is no project, in the words of the page.
SKIPPED = {
    "cover": gettext_lazy("封面"),
    "title": gettext_lazy("标题"),
    "unit": gettext_lazy("单位行"),
    "header": gettext_lazy("表头"),
    "repeated_header": gettext_lazy("重复的表头"),
    "column_numbers": gettext_lazy("栏目编号"),
    "section": gettext_lazy("分类标题（其领域用于下面各行）"),
    "subtotal": gettext_lazy("小计（已核对，不导入）"),
    "total": gettext_lazy("合计（已核对，不导入）"),
    "note": gettext_lazy("注释"),
    "signature": gettext_lazy("落款"),
    "blank": gettext_lazy("空行"),
    "example": gettext_lazy("填报示例"),
    "stat_table": gettext_lazy("附带的统计表"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One of the four steps: where it stands on the page, and whether it is behind, at hand or ahead."""

    number: int
    title: str
    anchor: str
    is_done: bool
    is_current: bool


def kind_label(kind: str) -> str:
    return str(KINDS.get(kind, kind))


@signed_in
@require_safe
def upload_page(request: HttpRequest, public_id: str) -> HttpResponseBase:
    return render_page(request, upload_or_404(request, public_id))


def render_page(
    request: HttpRequest, upload: Upload, *, refusal: UploadError | None = None, form: ReasonForm | None = None, status: int = 200
) -> HttpResponse:
    """The whole page; with `refusal` it opens with why the last click had no effect."""
    work = work_context(upload, request.user)
    context = {
        "upload": upload,
        "title": upload.filename,
        "steps": steps(upload),
        "counts": upload.counts,
        "kind": kind_label(upload.kind) if upload.kind else "",
        "outcome": wording(upload.outcome, upload.outcome_en),
        "sheets": list(_sheets(upload)),
        "twin": _twin(request, upload),
        "refusal": _refusal_words(upload, refusal),
        "form": form if form is not None else ReasonForm(),
        "only_closed": only_closed(upload),
        "barrier": commit_barrier(upload, request.user),
        **work,
        "may_check": not work["work"] and upload.state in CHECKABLE and may_write(request.user, upload, Action.UPLOAD),
        **standing_context(upload, request.user),
        "may_upload": scope.may(request.user, Action.UPLOAD),
        **_findings_context(request, upload),
        **_preview_context(request, upload),
    }
    return render(request, "exchange/upload.html", context, status=status)


CHECKABLE = frozenset({Upload.State.RECEIVED, Upload.State.CHECKED, Upload.State.REFUSED, Upload.State.FAILED, Upload.State.CANCELLED})


def steps(upload: Upload) -> list[Step]:
    """The four steps, each behind, at hand or ahead."""
    words = ((_("选择文件"), "facts"), (_("检查结果"), "findings"), (_("预览变更"), "preview"), (_("完成"), "finish"))
    at = current_step(upload)
    return [
        Step(number, title, anchor, number < at or (upload.is_over and number == at), number == at) for number, (title, anchor) in enumerate(words, 1)
    ]


def current_step(upload: Upload) -> int:
    if upload.is_over:
        return 4
    return 3 if upload.state == Upload.State.CHECKED and not upload.counts.get("error") else 2


def commit_barrier(upload: Upload, user: Any) -> str:
    """Why the file can't be committed as it stands, in one honest sentence; empty where it can."""
    blocked = upload.counts.get("error") or 0
    if upload.state != Upload.State.CHECKED:
        return _("文件还没有通过检查，不能提交。")
    if only_closed(upload):
        return _("有%(count)s处会改变已锁定或未开放的月份，不能入库。确需改动，请市级管理员对本单位开放例外，再重新检查。") % {"count": blocked}
    if blocked:
        return _("还有%(count)s处阻断问题，整个文件都没有写入。请在 Excel 中改正后重新上传；改正前数据库保持原样。") % {"count": blocked}
    if upload.counts.get("conflict"):
        return _("有%(count)s行与导出后别人的修改冲突，请先在预览中逐项选择。") % {"count": upload.counts["conflict"]}
    if not may_write(user, upload, Action.UPLOAD):
        return _("您的岗位可以查看检查结果，提交由有上传权限的经办人完成。")
    refusal = barrier(upload, user)
    if refusal is not None:
        return wording(refusal.zh, refusal.en)
    closed = closed_since(upload)
    return _("%(why)s该文件是在这之前检查的，不能提交。") % {"why": closed.said(get_language() or "zh")} if closed is not None else ""


def only_closed(upload: Upload) -> bool:
    """Whether nothing blocks the file but that its month may not be written: there is nothing in it to correct."""
    return {finding.get("code") for finding in upload.findings if finding.get("severity") == Severity.BLOCKS.value} == {"period_closed"}


def _refusal_words(upload: Upload, refusal: UploadError | None) -> str:
    if refusal is None:
        return ""
    if isinstance(refusal, StateError) and upload.state == Upload.State.COMMITTED:
        return _("该文件此前已经提交，这次操作没有重复写入。")
    return wording(refusal.zh, refusal.en)


def _twin(request: HttpRequest, upload: Upload) -> Upload | None:
    """Another upload of the very same bytes that is committed, if this person may know of it."""
    same = visible_uploads(request.user).filter(sha256=upload.sha256, state=Upload.State.COMMITTED)
    return same.exclude(pk=upload.pk).order_by("-committed_at").first()


def _sheets(upload: Upload) -> Iterator[dict[str, Any]]:
    """Each sheet with the words of its kind; the service's own words for why one was not read."""
    for sheet in upload.sheets:
        yield {
            **sheet,
            "kind_label": kind_label(str(sheet.get("kind") or "")),
            "header": _span(sheet.get("header_rows") or []),
            "reason_words": _reason(str(sheet.get("reason") or ""), sheet.get("name")),
            "skipped_rows": [
                {"row": each.get("row"), "why": str(SKIPPED.get(each.get("why"), each.get("why")))} for each in sheet.get("skipped") or []
            ],
        }


def _span(rows: list[int]) -> str:
    """First and last row of a heading: 3–4, or 3."""
    return "–".join(str(row) for row in dict.fromkeys((rows[0], rows[-1]))) if rows else ""


def _reason(code: str, name: Any) -> str:
    """Why a sheet was not read: the sentence of the wording table."""
    return message(Finding(code, Severity.INFO, None, {"name": name or ""}), get_language() or "zh") if code in WORDING else code


def _findings_context(request: HttpRequest, upload: Upload) -> dict[str, Any]:
    wanted = Wanted.of(request.GET.dict())
    found = [finding for finding in upload.findings if wanted.takes(finding)] if wanted else upload.findings
    page = Paginator(found, PAGE).get_page(request.GET.get("f"))
    return {
        "wanted": wanted,
        "findings_page": page,
        "groups": grouped(list(page.object_list), {} if wanted else upload.counts),
        "most_listed": FindingLog.CAP,
        "finding_sheets": sheet_names(upload.findings),
        "findings_query": _query(request, "f"),
    }


def _preview_context(request: HttpRequest, upload: Upload) -> dict[str, Any]:
    usual = Show.CONFLICT if upload.counts.get("conflict") else Show.CHANGED
    show = next((show for show in Show if show.value == request.GET.get("show")), usual)
    number = request.GET.get("p", "")
    rows = totals(upload)
    return {
        "preview": preview(upload, show, int(number) if number.isascii() and number.isdigit() and len(number) < 9 else 1),
        "blank": pgettext("value", "空"),
        "renamed": _renamed(upload),
        "choosing": show is Show.CONFLICT and upload.state == Upload.State.CHECKED and may_write(request.user, upload, Action.UPLOAD),
        "shows": [(each.value, label, _counted(each, rows[each], upload)) for each, label in SHOWS.items()],
        "missing": [finding for finding in upload.findings if finding.get("code") in NOT_IN_FILE and not finding.get("row")],
        "preview_query": _query(request, "p"),
        "show_query": _query(request, "p", "show"),
    }


def _renamed(upload: Upload) -> dict[str, str]:
    """That the file is something else than its name says, what it is and how to send it; empty where name and content agree."""
    found = next((finding for finding in upload.findings if finding.get("code") == "renamed_format"), None)
    if found is None:
        return {}
    return {"words": wording(found["zh"], found["en"]), "advice": wording(found["zh_fix"], found["en_fix"])}


def _counted(show: Show, rows: int, upload: Upload) -> int | str:
    """How many rows a tab has; of conflicts also how many still wait for a choice."""
    if show is not Show.CONFLICT or not rows or upload.state != Upload.State.CHECKED:
        return rows
    return _("待选%(open)s，共%(all)s") % {"open": upload.counts.get("conflict") or 0, "all": rows}


def _query(request: HttpRequest, *without: str) -> str:
    query = request.GET.copy()
    for name in without:
        query.pop(name, None)
    return query.urlencode()
