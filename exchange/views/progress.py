"""How far the long work is: on the upload's page, as JSON for its script, and the button that cancels it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts import audit, scope
from accounts.roles import Action
from exchange.forms import PeriodField
from exchange.models import Job, JobFile, Upload
from exchange.services import leases, progress
from exchange.services.faults import UploadError
from exchange.sheets import Kind
from exchange.sheets.template import TEMPLATE_KINDS
from exchange.tasks import make_templates
from exchange.views.access import may_write, signed_in, upload_or_404, wants_json, wording
from exchange.views.documents import form_answer
from projects.attachments import attachment


class TemplatesForm(forms.Form):
    """Which templates are made for all units."""

    period = PeriodField(label=gettext_lazy("填报期"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("表类"), choices=[(kind.value, kind.value) for kind in TEMPLATE_KINDS], initial=Kind.MONTHLY.value)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("kind") == Kind.MONTHLY.value and given.get("period") is None and "period" not in self.errors:
            self.add_error("period", _("请选择填报期。"))
        return given


_LEAST_SECONDS = 2  # of work, before its rate says anything
_REVERSING = frozenset({Job.Verb.UNDO, Job.Verb.REDO})


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a job stands, in numbers and words."""

    job: Job
    rows_done: int
    is_worked_on: bool  # a process holds it and was heard of
    has_worker: bool  # somebody is there to take it
    seconds_left: int | None
    may_cancel: bool

    @property
    def rows_total(self) -> int:
        return max(self.job.rows_total, self.rows_done)

    @property
    def percent(self) -> int:
        return min(99, self.rows_done * 100 // self.rows_total) if self.rows_total else 0

    @property
    def is_written(self) -> bool:
        """Too late to cancel."""
        return leases.is_being_written(self.job)

    @property
    def title(self) -> str:
        if self.job.state == Job.State.WAITING:
            return _("等待%(verb)s") % {"verb": self.job.get_verb_display()}
        return _("正在%(verb)s") % {"verb": self.job.get_verb_display()}

    @property
    def words(self) -> str:
        """One honest sentence: how far, and for how long still."""
        if self.job.cancel_requested:
            return _("正在取消，当前这一段处理完就停下。")
        if self.job.state == Job.State.WAITING:
            return self._waiting_words()
        if not self.is_worked_on:
            return _("执行它的进程没有回应，很快会由另一个进程从头接着做；在那之前没有写入任何内容。")
        return "，".join([self._done_words(), *([self._left_words()] if self.seconds_left is not None else [])]) + "。"

    def _waiting_words(self) -> str:
        if not self.has_worker:
            return _("后台处理程序没有在运行。文件和任务都已保存，它启动后会自动开始；请联系系统管理员运行“manage.py worker”。")
        return _("前面的任务处理完就开始，可以关闭本页，稍后再来看。")

    def _done_words(self) -> str:
        if self.job.verb == Job.Verb.TEMPLATES:
            return _("已完成%(done)s个单位，共%(total)s个") % {"done": self.rows_done, "total": self.rows_total}
        if not self.rows_done:
            return self._first_words()
        if self.job.verb in _REVERSING:
            place = {"done": self.rows_done, "total": self.rows_total}
            return _("已恢复%(done)s处，共%(total)s处") % place if self.job.verb == Job.Verb.REDO else _("已撤回%(done)s处，共%(total)s处") % place
        if self.job.verb == Job.Verb.CHECK and self.rows_done >= self.job.rows_total:
            return _("已检查%(done)s行") % {"done": self.rows_done}
        if self.job.verb == Job.Verb.CHECK:
            return _("已检查%(done)s行，按文件大小估计约%(total)s行") % {"done": self.rows_done, "total": self.rows_total}
        return _("已写入%(done)s行，共%(total)s行") % {"done": self.rows_done, "total": self.rows_total}

    def _first_words(self) -> str:
        """Before there is anything to count."""
        if self.job.verb == Job.Verb.CHECK:
            return _("正在打开文件")
        return _("正在逐处核对此后有没有人改过，还没有写入") if self.job.verb in _REVERSING and not self.job.is_writing else _("正在写入")

    def _left_words(self) -> str:
        seconds = self.seconds_left or 0
        if seconds < 60:
            return ngettext("约剩%(n)s秒", "约剩%(n)s秒", seconds) % {"n": max(1, seconds)}
        return ngettext("约剩%(n)s分钟", "约剩%(n)s分钟", seconds // 60) % {"n": -(-seconds // 60)}


def standing(job: Job, user: Any) -> Standing:
    now = timezone.now()
    beat = progress.beat_of(job)
    done = max(job.rows_done, beat.rows_done if beat is not None else 0)
    return Standing(
        job,
        done,
        is_worked_on=job.state == Job.State.RUNNING and not leases.is_lost(job, now),
        has_worker=bool(progress.living_workers(now)),
        seconds_left=_seconds_left(job, done, (now - job.started_at).total_seconds()) if job.started_at else None,
        may_cancel=may_cancel(user, job) and not leases.is_being_written(job) and not job.cancel_requested,
    )


def _seconds_left(job: Job, done: int, elapsed: float) -> int | None:
    """By the rate so far; None while there is none to speak of, or the total was reached that had been estimated."""
    if job.state != Job.State.RUNNING or not done or done >= job.rows_total or elapsed < _LEAST_SECONDS:
        return None
    return round((job.rows_total - done) * elapsed / done)


def may_cancel(user: Any, job: Job) -> bool:
    """Who may do it may cancel it: of an upload whoever may send for its unit, or take back, else the person who asked."""
    if job.upload is not None:
        return may_write(user, job.upload, Action.UNDO if job.verb in _REVERSING else Action.UPLOAD)
    return bool(job.actor_id == user.pk)


def work_context(upload: Upload, user: Any) -> dict[str, Any]:
    """For the page of an upload: the job on its way, or how the last one ended if it came to nothing."""
    job = upload.jobs.select_related("upload", "cancelled_by").order_by("-pk").first()
    if job is None:
        return {"work": None, "ended": None}
    if job.is_active:
        return {"work": standing(job, user), "ended": None}
    done_at = (upload.checked_at, upload.committed_at, upload.reversals.aggregate(last=Max("at"))["last"])
    is_last = job.finished_at is not None and not any(at is not None and at > job.finished_at for at in done_at)
    came_to_nothing = job.state in (Job.State.REFUSED, Job.State.CANCELLED, Job.State.FAILED) and is_last
    # A cancelled or given up check stands in the upload's own words already.
    is_told = upload.state in (Upload.State.CANCELLED, Upload.State.FAILED)
    return {"work": None, "ended": Ended(job) if came_to_nothing and not is_told else None}


def job_on_its_way(upload: Upload) -> Job | None:
    return upload.jobs.filter(state__in=Job.ACTIVE).select_related("upload").first()


@dataclass(frozen=True, slots=True)
class Ended:
    """A job that came to nothing."""

    job: Job

    @property
    def words(self) -> str:
        return wording(self.job.outcome, self.job.outcome_en)


def work_document(job: Job, user: Any) -> dict[str, Any]:
    """A job as JSON."""
    now = standing(job, user)
    return {
        "job": job.public_id,
        "verb": job.verb,
        "state": job.state,
        "is_active": job.is_active,
        "rows_done": now.rows_done,
        "rows_total": now.rows_total,
        "percent": now.percent if job.is_active else 100,
        "seconds_left": now.seconds_left,
        "attempts": job.attempts,
        "has_worker": now.has_worker,
        "may_cancel": now.may_cancel,
        "title": now.title if job.is_active else job.get_state_display(),
        "words": now.words if job.is_active else wording(job.outcome, job.outcome_en),
        "outcome": {"zh": job.outcome, "en": job.outcome_en},
    }


@signed_in
@require_safe
def upload_progress(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """How far the work on an upload is. Reads only."""
    upload = upload_or_404(request, public_id)
    job = upload.jobs.select_related("upload").order_by("-pk").first()
    document = work_document(job, request.user) if job is not None else None
    return JsonResponse({"upload": upload.public_id, "state": upload.state, "work": document}, json_dumps_params={"ensure_ascii": False})


def job_or_404(request: HttpRequest, public_id: str) -> Job:
    """A job of one's own that belongs to no upload."""
    found = Job.objects.filter(public_id=public_id, upload=None, actor_id=request.user.pk).select_related("actor").first()
    if found is None:
        raise Http404("no such job")
    return found


@signed_in
@require_safe
def job_page(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The page of work that belongs to no upload: how far it is, and the file when it is done."""
    job = job_or_404(request, public_id)
    return _job_answer(job, request.user) if wants_json(request) else _render_job(request, job)


def _job_answer(job: Job, user: Any, status: int = 200, **more: Any) -> JsonResponse:
    return JsonResponse({"work": work_document(job, user), **more}, status=status, json_dumps_params={"ensure_ascii": False})


def _render_job(request: HttpRequest, job: Job, refusal: str = "", status: int = 200) -> HttpResponse:
    work = standing(job, request.user) if job.is_active else None
    file = JobFile.objects.filter(job=job).defer("content").first()
    context = {"title": job.get_verb_display(), "job": job, "work": work, "ended": Ended(job), "file": file, "refusal": refusal}
    return render(request, "exchange/job.html", context, status=status)


@signed_in
@require_POST
def start_templates(request: HttpRequest) -> HttpResponseBase:
    """The templates of all units in reach, for a month or as a list."""
    if not scope.may(request.user, Action.EXPORT):
        raise PermissionDenied
    form = TemplatesForm(request.POST)
    if not form.is_valid():
        return form_answer(form, 400)
    job = make_templates(form.cleaned_data["period"], actor=request.user, kind=Kind(form.cleaned_data["kind"]))
    address = reverse("exchange:job", args=[job.public_id])
    return _job_answer(job, request.user, 202, url=address) if wants_json(request) else HttpResponseRedirect(address, status=303)


@signed_in
@require_POST
def cancel_job(request: HttpRequest, public_id: str) -> HttpResponseBase:
    job = job_or_404(request, public_id)
    try:
        job = leases.cancel(job, actor=request.user)
    except UploadError as refusal:
        if wants_json(request):
            return _job_answer(job, request.user, 409, error={"code": refusal.code, "zh": refusal.zh, "en": refusal.en})
        return _render_job(request, job, wording(refusal.zh, refusal.en), 409)
    return _job_answer(job, request.user) if wants_json(request) else HttpResponseRedirect(reverse("exchange:job", args=[public_id]), status=303)


@signed_in
@require_safe
def job_file(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """What the job made. Posts may have changed since, so they are asked again."""
    job = job_or_404(request, public_id)
    file = JobFile.objects.filter(job=job).first()
    reached = set(scope.units_for_user(request.user, Action.EXPORT).values_list("pk", flat=True))
    if file is None or not reached.issuperset(job.parameters["units"]):
        raise Http404("no file")
    audit.record("job.download", actor=request.user, obj=file.job)
    return attachment(bytes(file.content), file.filename, "application/zip")
