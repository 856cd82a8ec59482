"""Pages of the people, their posts, units, divisions, and the event log."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from axes.admin import AccessAttemptAdmin
from axes.models import AccessAttempt
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.admin import UserAdmin as StockUserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.events import codes_like, detail_words, event_words, object_names, object_words, outcome_words, place_names
from accounts.models import AuditEvent, Division, Membership, ReportingUnit, User
from accounts.navigation import NavItem, may, register
from accounts.roles import GRANTS, Action, Role, clash
from accounts.scoped_admin import LabelledFormSet, ScopedAdmin, ScopeGuard
from accounts.words import listed

admin.site.unregister(Group)
admin.site.unregister(AccessAttempt)

register(
    NavItem("system", _("用户与岗位"), "admin:accounts_user_changelist", may(Action.USERS), 10),
    NavItem("system", _("填报单位"), "admin:accounts_reportingunit_changelist", may(Action.VIEW), 20),
    NavItem("system", _("行政区划"), "admin:accounts_division_changelist", may(Action.VIEW), 30),
    NavItem("system", _("操作日志"), "admin:accounts_auditevent_changelist", may(Action.AUDIT), 90),
    NavItem("system", _("登录失败"), "admin:axes_accessattempt_changelist", may(Action.SYSTEM), 91),
)


class PostsFormSet(LabelledFormSet):
    """All posts of a person together: two that may not be one person's are refused also when both are new."""

    def clean(self) -> None:
        super().clean()
        held = {
            Role(form.cleaned_data["role"])
            for form in self.forms
            if form.cleaned_data and not form.cleaned_data.get("DELETE") and form.cleaned_data.get("role") in set(Role)
        }
        pair = clash(held)
        if pair:
            names = listed(GRANTS[role].zh for role in Role if role in pair)
            raise ValidationError(_("以下岗位不得由同一人担任：%(names)s"), params={"names": names})


class MembershipInline(ScopeGuard, admin.TabularInline):  # type: ignore[type-arg]
    """A person's posts; several are common, some pairs are refused by the model."""

    model = Membership
    formset = PostsFormSet
    extra = 0
    fields = ("role", "unit")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A post is taken away by whoever may give it; the person stays."""
        return self.has_change_permission(request, obj)

    def scoped_choices(self, field: Any, request: HttpRequest, queryset: Any) -> Any:
        """Whoever keeps the posts may name every unit; it is no business figure."""
        return ReportingUnit.objects.all()


@admin.register(User)
class UserAdmin(ScopedAdmin, StockUserAdmin):  # type: ignore[type-arg]
    """People. Never deleted: history names them, so they are switched off."""

    head_line = _("谁能进来、在哪个单位、担任什么岗位")
    list_display = ("username", "display_name", "posts", "phone", "is_active", "last_login")
    list_display_links = ("username",)
    list_filter = ("is_active", ("memberships__role", admin.ChoicesFieldListFilter))
    search_fields = ("username", "display_name", "phone")
    search_help_text = _("用户名、姓名、电话")
    filter_horizontal = ()
    inlines = (MembershipInline,)
    fieldsets = (
        (_("账号"), {"fields": ("username", "password", "is_active")}),
        (_("个人信息"), {"fields": ("display_name", "phone", "email")}),
        (_("时间"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((_("账号"), {"fields": ("username", "display_name", "usable_password", "password1", "password2")}),)
    readonly_fields = ("last_login", "date_joined")

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = User.objects.prefetch_related("memberships__unit").order_by("username")
        return rows if self.has_view_permission(request) else rows.none()

    def _allows(self, request: HttpRequest, verb: str, obj: Any = None) -> bool:
        """A superuser's account, which stands above the table of roles, is changed by superusers alone."""
        if verb != "view" and obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super()._allows(request, "change" if verb == "view" else verb, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup in {"is_active__exact", "memberships__role__exact"}

    @admin.display(description=_("岗位"))
    def posts(self, user: User) -> str:
        rows = ((post.role_label(), post.unit.short_name if post.unit else gettext("全市")) for post in user.memberships.all())
        held = format_html_join(" ", '<span class="tag">{} · {}</span>', rows)
        if user.is_superuser:
            return format_html('<span class="tag blue">{}</span> {}', gettext("超级用户"), held)
        return held or format_html('<span class="quiet-words">{}</span>', gettext("无岗位，不能进入"))

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """Posts are written out with their values: the event log is their only history."""
        told = super().construct_change_message(request, form, formsets, add)
        for formset in formsets or []:
            told += [f"+ {post}" for post in getattr(formset, "new_objects", [])]
            told += [f"~ {post}" for post, _changed in getattr(formset, "changed_objects", [])]
            told += [f"- {post}" for post in getattr(formset, "deleted_objects", [])]
        return told


@admin.register(ReportingUnit)
class ReportingUnitAdmin(ScopedAdmin):
    """Who reports and is ranked."""

    head_line = _("谁填报、谁排名、表内按什么顺序")
    list_display = ("name", "short_name", "kind", "division", "is_ranked", "sort_order", "alias_words")
    list_filter = ("kind", "is_ranked")
    search_fields = ("name", "short_name", "key")
    search_help_text = _("单位名称")
    autocomplete_fields = ("division", "parent")
    fieldsets = (
        (_("单位"), {"fields": ("name", "short_name", "key", "kind", "division", "parent")}),
        (_("排名与顺序"), {"fields": ("is_ranked", "sort_order", "valid_from", "valid_to")}),
        (_("识别"), {"fields": ("aliases", "source")}),
    )

    @admin.display(description=_("别名"))
    def alias_words(self, unit: ReportingUnit) -> str:
        return format_html('<span class="wraps">{}</span>', listed(unit.aliases) or "—")


@admin.register(Division)
class DivisionAdmin(ScopedAdmin):
    """Divisions with the years in which they were valid, and what came after them."""

    head_line = _("区划代码的启用、停用与继任：旧名也能识别到现在的区划")
    list_display = ("code", "name", "level", "valid_from", "valid_to", "successor")
    list_filter = ("level",)
    search_fields = ("code", "name", "short_name")
    search_help_text = _("代码、名称")
    autocomplete_fields = ("successor",)


class PersonFilter(admin.SimpleListFilter):
    """Who did it: everybody who did anything."""

    title = _("操作人")
    parameter_name = "who"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        acted = AuditEvent.objects.order_by().values("actor")
        return [(str(user.pk), str(user)) for user in User.objects.filter(pk__in=acted)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value()
        if value is None:
            return queryset
        return queryset.filter(actor=int(value)) if value.isascii() and value.isdigit() and len(value) < 19 else queryset.none()


class EventFilter(admin.SimpleListFilter):
    """What was done, among what happened so far."""

    title = _("事件")
    parameter_name = "event"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        codes = AuditEvent.objects.order_by().values_list("event", flat=True).distinct()
        return sorted(((code, event_words(code)) for code in codes), key=lambda choice: choice[1])

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset if self.value() is None else queryset.filter(event=self.value())


class DayFilter(admin.SimpleListFilter):
    """When: the last days, counted from the start of a day of the city's time."""

    title = _("时间")
    parameter_name = "days"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", _("今天")), ("7", _("近7天")), ("30", _("近30天")), ("365", _("近一年"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value()
        if value is None:
            return queryset
        if value not in dict(self.lookup_choices):
            return queryset.none()
        start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        return queryset.filter(at__gte=start - timedelta(days=int(value) - 1))


class OutcomeFilter(admin.SimpleListFilter):
    title = _("结果")
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        found = AuditEvent.objects.order_by().values_list("outcome", flat=True).distinct()
        return sorted((outcome, outcome_words(outcome)) for outcome in found)

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset if self.value() is None else queryset.filter(outcome=self.value())


class EventList(ChangeList):
    """Reads the names of all that the page's events were about, a query for each kind of thing."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = list(self.result_list)
        names, places = object_names(rows), place_names()
        for event in rows:
            event.told = (object_words(event, names), detail_words(event, places))
        self.result_list = rows


@admin.register(AuditEvent)
class AuditEventAdmin(ScopedAdmin):
    """The event log: read, never written here."""

    head_line = _("谁在什么时候做了什么，从哪里来；只增不改")
    list_display = ("when", "who", "what", "about", "outcome_told", "address", "beside")
    list_display_links = ("when",)
    list_filter = (PersonFilter, EventFilter, DayFilter, OutcomeFilter)
    search_fields = ("actor_name", "event", "object_id", "address")
    search_help_text = _("操作人、事件、对象编号、来源地址、日期（如 2026-11-23）")
    list_select_related = False
    fields = ("at", "who", "what", "about", "outcome_told", "address", "beside", "event", "object_type", "object_id", "detail")
    readonly_fields = ("who", "what", "about", "outcome_told", "beside")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return EventList

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """A day finds what happened on it; a word finds events by their code or by what they are called."""
        text = search_term.strip()
        try:
            return queryset.filter(at__date=date.fromisoformat(text)), False
        except ValueError:
            rows, many = super().get_search_results(request, queryset, search_term)
        codes = codes_like(text) if text else []
        return (rows | queryset.filter(event__in=codes) if codes else rows), many

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = AuditEvent.objects.all()
        return rows if self.has_view_permission(request) else rows.none()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._allows(request, "view", None)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_add_permission
    has_delete_permission = has_add_permission

    @admin.display(description=_("时间"), ordering="at")
    def when(self, event: AuditEvent) -> str:
        return f"{timezone.localtime(event.at):%Y-%m-%d %H:%M}"

    @admin.display(description=_("操作人"), ordering="actor_name")
    def who(self, event: AuditEvent) -> str:
        return event.actor_name or "—"

    @admin.display(description=_("事件"), ordering="event")
    def what(self, event: AuditEvent) -> str:
        return event_words(event.event)

    @admin.display(description=_("对象"), ordering="object_type")
    def about(self, event: AuditEvent) -> str:
        return format_html('<span class="wraps">{}</span>', self._told(event)[0])

    @admin.display(description=_("结果"), ordering="outcome")
    def outcome_told(self, event: AuditEvent) -> str:
        return outcome_words(event.outcome)

    @admin.display(description=_("详情"))
    def beside(self, event: AuditEvent) -> str:
        return format_html('<span class="wraps">{}</span>', self._told(event)[1] or "—")

    def _told(self, event: AuditEvent) -> tuple[str, str]:
        """The words of the page's list; of a single event they are made for it alone."""
        told: tuple[str, str] | None = getattr(event, "told", None)
        return told or (object_words(event, object_names([event])), detail_words(event, place_names()))


@admin.register(AccessAttempt)
class AttemptAdmin(AccessAttemptAdmin):
    """Failed sign-ins are read here. The library's action over many rows asks for no permission, and would delete some."""

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {}
