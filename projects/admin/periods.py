"""Reporting periods: their days, lock and exceptions on a page of their own; the rules and holidays their days follow from; who has reported."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from functools import partial
from itertools import pairwise
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts import scope
from accounts.models import ReportingUnit
from accounts.navigation import NavItem, may, register
from accounts.roles import Action
from accounts.texts import TextField
from projects.admin.base import PlainAdmin, TrackedAdmin
from projects.admin.filters import YearFilter
from projects.admin.forms import RevisedForm
from projects.admin.matrix import matrix_page, remind_units
from projects.history import changes
from projects.models import Half, Holiday, LockException, MonthReport, Reminder, ReportingPeriod, ReportingRule
from projects.moment import parse_day
from projects.period import Period
from projects.returns import Standing, matrix
from projects.services.halves import opening_refusal
from projects.services.periods import (
    LOCKED_ITSELF,
    dates_for,
    deadline,
    fill_due_days,
    grant_exception,
    lock_due,
    lock_period,
    revoke_exception,
    still_to_come,
    unlock_period,
)
from projects.values import Month
from projects.workflow import Refused

register(
    NavItem("reporting", _("谁没报"), "admin:projects_returns", may(Action.VIEW), 15),
    NavItem("reporting", _("填报期"), "admin:projects_reportingperiod_changelist", may(Action.VIEW), 40),
    NavItem("system", _("填报期规则"), "admin:projects_reportingrule_changelist", may(Action.VIEW), 70),
    NavItem("system", _("节假日"), "admin:projects_holiday_changelist", may(Action.VIEW), 71),
)


_CHANGES = 30  # shown on a period's own page; the page of its history has them all


class PeriodForm(RevisedForm):
    """Days left blank follow from the rule of the year."""

    change_reason = TextField(
        label=_("说明"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("为什么改日期、依据哪份通知。写入该填报期的变更记录。"),
    )

    class Meta:
        model = ReportingPeriod
        fields = ("year", "month", "half", "opens_on", "due_on", "grace_until", "locks_on")
        help_texts = {
            "due_on": _("留空则按填报期规则推算（含节假日顺延）"),
            "locks_on": _("到了这一天自动锁定；留空则不自动锁定"),
        }

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        days = {name: data[name] for name in ("opens_on", "due_on", "grace_until", "locks_on") if data.get(name)}
        for before, after in pairwise(days):
            if days[before] > days[after]:
                self.add_error(after, gettext("不应早于“%(name)s”%(day)s") % {"name": self.fields[before].label, "day": days[before]})
        if "locks_on" in self.changed_data and not self.instance.is_locked and days.get("locks_on") and still_to_come(days["locks_on"]) is None:
            self.add_error("locks_on", gettext("应晚于今天：到了这一天自动锁定；要现在就锁定，请在填报期页面锁定"))
        self._refuse_both(data)
        return data

    def _refuse_both(self, data: dict[str, Any]) -> None:
        """A month is reported as a whole or in halves, never both."""
        year, month = data.get("year"), data.get("month")
        if not year or not month or month not in range(1, 13) or not {"year", "month", "half"} & set(self.changed_data):
            return
        refused = opening_refusal(Period(Month(year, month), data.get("half") or Half.WHOLE), own=self.instance.pk)
        if refused is not None:
            self.add_error("half", refused.said(get_language() or "zh"))


@admin.register(ReportingPeriod)
class ReportingPeriodAdmin(TrackedAdmin):
    head_line = _("哪些月份要报，何时开放、截止、锁定")
    form = PeriodForm
    list_display = ("name_link", "opens_on", "due_on", "grace_until", "locks_on", "lock_words")
    list_display_links = None
    list_select_related = ("locked_by",)
    list_filter = (YearFilter,)
    search_fields = ("year",)
    search_help_text = _("年份")
    sections = (
        (_("填报期"), ("year", "month", "half")),
        (_("日期"), ("opens_on", "due_on", "grace_until", "locks_on")),
    )

    @admin.display(description=_("填报期"), ordering="year")
    def name_link(self, period: ReportingPeriod) -> str:
        return format_html('<a href="{}">{}</a>', reverse("admin:projects_reportingperiod_page", args=[period.pk]), period)

    @admin.display(description=_("锁定"), ordering="locked_at")
    def lock_words(self, period: ReportingPeriod) -> str:
        if not period.is_locked:
            return format_html('<span class="tag good">○ {}</span>', gettext("可填报"))
        words = f"{period.locked_since()} {LOCKED_ITSELF if period.locked_itself else period.locked_by or ''}"
        return format_html('<span class="tag">▣ {}</span> {}', gettext("已锁定"), words)

    def get_urls(self) -> Any:
        wrap = self.admin_site.admin_view
        return [
            path("returns/", wrap(partial(matrix_page, self)), name="projects_returns"),
            path("<int:object_id>/", wrap(partial(period_page, self)), name="projects_reportingperiod_page"),
            path("<int:object_id>/remind/", wrap(partial(remind_units, self)), name="projects_reportingperiod_remind"),
            *super().get_urls(),
        ]

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None) -> Any:
        shown = {"page_url": reverse("admin:projects_reportingperiod_page", args=[object_id])} if object_id and object_id.isdigit() else {}
        return super().changeform_view(request, object_id, form_url, {**shown, **(extra_context or {})})

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A month that has reports stays the month it is; one that is locked gets its next day when it is unlocked."""
        if obj is None:
            return ()
        return (*(("year", "month", "half") if obj.reports.exists() else ()), *(("locks_on",) if obj.is_locked else ()))

    def save_model(self, request: HttpRequest, obj: ReportingPeriod, form: Any, change: bool) -> None:
        if obj.pk:
            lock_due(only=obj.pk)  # another day is no way around the lock of the former one
            obj.refresh_from_db(fields=["locked_at", "locked_by", "revision"])
        if obj.due_on is None:
            found = dates_for(obj.as_month, obj.half)
            if found is not None:
                for name in ("opens_on", "due_on", "grace_until"):
                    setattr(obj, name, getattr(obj, name) or getattr(found, name))
                obj.locks_on = obj.locks_on or still_to_come(found.locks_on)
        super().save_model(request, obj, form, change)


@admin.register(ReportingRule)
class ReportingRuleAdmin(PlainAdmin):
    head_line = _("每月几号截止、遇节假日提前还是顺延、宽限几天、几号锁定；自该年起沿用，直到另有规则")
    list_display = ("__str__", "half", "due_day", "month_offset", "counts_workdays", "shift", "grace_days", "lock_day", "source")
    fieldsets = (
        (_("适用"), {"fields": ("year", "month", "half")}),
        (_("截止"), {"fields": ("due_day", "month_offset", "counts_workdays", "shift", "grace_days")}),
        (_("开放与锁定"), {"fields": ("opens_day", "lock_day", "source")}),
    )

    def save_model(self, request: HttpRequest, obj: ReportingRule, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        fill_due_days()  # of periods that were reported before anybody set a rule


@admin.register(Holiday)
class HolidayAdmin(PlainAdmin):
    head_line = _("放假的日子和调休上班的周末，截止日遇之顺延或提前")
    list_display = ("date", "name", "is_workday", "source")
    search_fields = ("name",)
    search_help_text = _("名称")


# --- A period's own page -----------------------------------------------------------------------------------------------------------


def period_page(page: Any, request: HttpRequest, object_id: int) -> HttpResponse:
    """What the month is at: its days, its reports by state, its lock and who is excepted from it."""
    period = page.get_queryset(request).filter(pk=object_id).select_related("locked_by").first()
    if period is None:
        raise Http404(f"period {object_id}")
    refused, status = "", 200
    if request.method == "POST":
        try:
            messages.success(request, _carry_out(request, period))
            return HttpResponseRedirect(reverse("admin:projects_reportingperiod_page", args=[period.pk]))
        except Refused as error:
            refused, status = error.said(get_language() or "zh"), 409
    return TemplateResponse(request, "admin/projects/cycle/period.html", _context(page, request, period, refused), status=status)


def _carry_out(request: HttpRequest, period: ReportingPeriod) -> str:
    """Do what the button says; answers what to tell."""
    given, actor = request.POST, request.user
    reason = given.get("reason", "")
    asked = given.get("verb", "")
    if asked == "lock":
        lock_period(period_id=period.pk, actor=actor, reason=reason)
        return gettext("%(month)s已锁定。") % {"month": period}
    if asked == "unlock":
        opened = unlock_period(period_id=period.pk, actor=actor, reason=reason, locks_on=_next_lock(given.get("locks_on", "")))
        if opened.locks_on is not None:
            return gettext("%(month)s已解锁，各单位都可以填报；%(day)s自动锁定。") % {"month": period, "day": opened.locks_on}
        return gettext("%(month)s已解锁，各单位都可以填报；不再自动锁定。") % {"month": period}
    if asked == "grant":
        unit_id, until = _unit_id(given.get("unit", "")), _until(given.get("until", ""))
        made = grant_exception(period_id=period.pk, unit_id=unit_id, until=until, actor=actor, reason=reason)
        return gettext("已为%(unit)s临时解锁%(month)s。") % {"unit": made.unit, "month": period}
    if asked == "revoke":
        number = given.get("exception", "")
        revoke_exception(exception_id=int(number) if number.isascii() and number.isdigit() else 0, actor=actor)
        return gettext("已收回临时解锁。")
    raise Http404("no such verb")


def _unreported(request: HttpRequest, period: ReportingPeriod) -> int:
    """How many units in reach have said nothing for the period, of those that the page of who has not reported lists."""
    found = matrix(list(scope.units_for_user(request.user, Action.VIEW)), period.year, months=[period.month])
    return sum(cell.standing is Standing.NOT_STARTED for cell in found.cells_of(period.as_period))


def _listed(exceptions: Iterable[LockException]) -> list[LockException]:
    """Each with whether it ended because a newer one took its place."""
    rows = list(exceptions)
    begun = {(row.unit_id, row.granted_at) for row in rows}
    for row in rows:
        row.is_replaced = (row.unit_id, row.revoked_at) in begun  # type: ignore[attr-defined]
    return rows


def _unit_id(key: str) -> int:
    found = ReportingUnit.objects.filter(key=key).first() if "\x00" not in key else None
    if found is None:
        raise Refused("unit", "请选择要临时解锁的单位。", "Choose the unit.")
    return found.pk


def _next_lock(text: str) -> date | None:
    """The day on which the month locks itself next; blank is none."""
    if not text:
        return None
    day = parse_day(text)
    if day is None:
        read = text[:20]
        raise Refused("locks_on", f"新的锁定日期应写作 2020-07-20，读到“{read}”。", f"Give the new day as 2020-07-20; “{read}” was read.")
    return day


def _until(text: str) -> datetime:
    """The end of a day, in the city's time."""
    try:
        day = datetime.fromisoformat(text).date()
    except ValueError:
        read = text[:20]
        raise Refused("until", f"请填写解锁到哪一天，如 2020-07-20，读到“{read}”。", f"Give the last day as 2020-07-20; “{read}” was read.") from None
    return timezone.make_aware(datetime.combine(day, time(23, 59, 59)))


def _context(page: Any, request: HttpRequest, period: ReportingPeriod, refused: str) -> dict[str, Any]:
    reports = scope.for_user(MonthReport.objects.filter(period=period), request.user, Action.VIEW)
    states = dict(reports.order_by().values_list("state").annotate(n=Count("pk")))
    exceptions = scope.for_user(LockException.objects.filter(period=period), request.user, Action.VIEW)
    reminders = scope.for_user(Reminder.objects.filter(period=period), request.user, Action.VIEW)
    due, grace = deadline(period)
    return {
        **page.admin_site.each_context(request),
        "title": str(period),
        "head_line": gettext("这个月何时截止、报到哪一步、锁没锁、谁被临时解锁"),
        "period": period,
        "states": [(label, states.get(value, 0)) for value, label in MonthReport.State.choices],
        "waiting": sum(n for state, n in states.items() if state != MonthReport.State.APPROVED),
        "reported": sum(states.values()),
        "unreported": _unreported(request, period),
        "due": due,
        "grace": grace,
        "exceptions": _listed(exceptions.select_related("unit", "granted_by", "revoked_by")),
        "reminders": reminders.select_related("unit")[:30],
        "now": timezone.now(),
        "next_lock": still_to_come(period.locks_on),
        "may_lock": scope.city_wide(request.user, Action.LOCK),
        "may_change": page.has_change_permission(request, period),
        "units": ReportingUnit.objects.all() if scope.city_wide(request.user, Action.LOCK) else (),
        "returns_url": f"{reverse('admin:projects_returns')}?year={period.year}",
        "changes": changes(period, _CHANGES),
        "refused": refused,
        "given": request.POST,
        "opts": page.opts,
    }
