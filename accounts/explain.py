"""Why a person may see or do something, or not: the questions that the pages ask, asked again and told in sentences.

The verdict is the page's own (`has_change_permission`, its rows, `accounts.scope`), never a second reckoning; the sentence names the
first of these that said no. What stands in the way beside posts and units (a locked month, a state) is told by `hindrances`, which the
apps register; it does not change who may.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db import models
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import scope
from accounts.models import ReportingUnit, role_label
from accounts.roles import GRANTS, Action, Role, action_for
from accounts.scoped_admin import unit_id_of

ACTION_WORDS: dict[Action, Any] = {
    Action.VIEW: gettext_lazy("查看"),
    Action.EDIT: gettext_lazy("录入和修改"),
    Action.UPLOAD: gettext_lazy("上传和提交"),
    Action.UNDO: gettext_lazy("撤销上传"),
    Action.SUBMIT: gettext_lazy("报送月报"),
    Action.REVIEW: gettext_lazy("审核月报"),
    Action.APPROVE: gettext_lazy("批准主数据调整"),
    Action.LOCK: gettext_lazy("锁定填报期"),
    Action.REMIND: gettext_lazy("催报"),
    Action.LISTS: gettext_lazy("管理清单"),
    Action.REFERENCE: gettext_lazy("管理基础数据"),
    Action.DELETE: gettext_lazy("删除记录"),
    Action.EXPORT: gettext_lazy("导出"),
    Action.USERS: gettext_lazy("管理用户与岗位"),
    Action.SYSTEM: gettext_lazy("查看系统状态"),
    Action.AUDIT: gettext_lazy("查看操作日志"),
}
VERBS: dict[str, Any] = {
    "view": gettext_lazy("查看"),
    "add": gettext_lazy("新增"),
    "change": gettext_lazy("修改"),
    "delete": gettext_lazy("删除"),
    "do": gettext_lazy("办理"),
}


class Verdict(StrEnum):
    """How the page would answer."""

    OPEN = "open"
    REFUSED = "403"
    HIDDEN = "404"
    LOGIN = "login"


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that can be asked for: a verb on rows of the admin, or a view of its own.

    `action` is what it needs, `sees` what its row needs to exist for somebody; None as action: nobody is granted it. `foreign`: how the
    page answers where its query chooses a unit out of reach; open, it shows nothing of it.
    """

    label: Any
    verb: str
    action: Action | None
    model: type[models.Model] | None = None
    lookup: str = "pk"
    sees: Action = Action.VIEW
    closed: Verdict = Verdict.REFUSED
    foreign: Verdict = Verdict.OPEN
    page: Any = None  # the admin's page, for its own rows
    in_admin: bool = False
    whole_city: bool = False  # asked of posts of the whole city alone


@dataclass(frozen=True, slots=True)
class Explanation:
    """The verdict with the sentences that lead to it: (whether it speaks for, sentence)."""

    verdict: Verdict
    steps: tuple[tuple[bool, str], ...]
    hindrances: tuple[str, ...] = ()
    advice: str = ""

    @property
    def lacking(self) -> str:
        """The sentence that decided against; empty where none did."""
        return next((text for ok, text in self.steps if not ok), "")


_views: dict[tuple[str, str], Deed] = {}
# What beside posts and units stands in the way now: (person, deed, row) → sentences.
hindrances: list[Callable[[Any, Deed, Any], Iterable[str]]] = []


def register(url_name: str, deed: Deed, method: str = "GET") -> None:
    """Make a view of its own explainable."""
    _views[url_name, method] = deed


def row_deed(label: str, verb: str) -> Deed | None:
    """A verb on rows of a model that has pages in the admin, e.g. `projects.permit`, `change`."""
    page = next((page for model, page in admin.site._registry.items() if model._meta.label_lower == label), None)
    if page is None:
        return None
    name = page.opts.model_name
    sees = action_for(f"view_{name}") or Action.VIEW
    return Deed(page.opts.verbose_name, verb, action_for(f"{verb}_{name}"), page.model, sees=sees, page=page, in_admin=True)


def row_kinds() -> list[tuple[str, Any]]:
    """The kinds of our own rows that can be asked about, with their words; those of libraries have none in the reader's language."""
    own = ((model, page) for model, page in admin.site._registry.items() if model._meta.app_label in _OWN)
    return sorted(((model._meta.label_lower, page.opts.verbose_name) for model, page in own), key=lambda kind: str(kind[1]))


_OWN = frozenset({"accounts", "projects", "funding", "exchange"})
_ROW_PAGES = {"changelist": "view", "history": "view", "add": "add", "delete": "delete"}


def deed_at(path: str, method: str = "GET") -> tuple[Deed, str] | None:
    """What is asked for at an address, and the number of its row ("" without one); None for an address that is none of ours."""
    try:
        found = resolve(path)
    except Resolver404:
        return None
    number = str(next(iter(found.kwargs.values()), next(iter(found.args), "")))
    # An address of a button alone is asked about as what the button does: nobody opens it.
    own = _views.get((found.view_name, method)) or _views.get((found.view_name, "POST"))
    if own is not None:
        return own, number
    label, _bar, page = (found.url_name or "").rpartition("_")
    verb = ("view" if method == "GET" else "change") if page == "change" else _ROW_PAGES.get(page)
    deed = row_deed(label.replace("_", ".", 1), verb) if found.namespace == "admin" and verb else None
    return (deed, unquote(number)) if deed is not None else None


def row_of(deed: Deed, number: str) -> Any:
    """The row with this number, whoever asks; None where there is none or none is asked about."""
    if deed.model is None or not number:
        return None
    field = deed.model._meta.pk if deed.lookup == "pk" else deed.model._meta.get_field(deed.lookup)
    if isinstance(field, models.IntegerField | models.AutoField) and not (number.isascii() and number.isdigit() and len(number) < 18):
        return None
    return deed.model._base_manager.filter(**{deed.lookup: number}).first()


def asking(user: Any, method: str = "GET") -> HttpRequest:
    """A request that this person might make, to ask the pages with."""
    request = HttpRequest()
    request.method, request.user = method, user
    return request


def explain(user: Any, deed: Deed, obj: Any = None) -> Explanation:
    """How the page answers this person, and why."""
    steps = [_account(user)]
    entered = steps[0][0] and (not deed.in_admin or admin.site.has_permission(asking(user)))
    if not entered:
        return Explanation(Verdict.LOGIN, (*_failing(steps, _("没有任何岗位，不能进入系统")),), advice=_whom(None))
    verdict = _of_page(user, deed, obj) if deed.page is not None else _of_view(user, deed, obj)
    if verdict is Verdict.OPEN:
        steps += [(True, _for(user, deed.action or deed.sees, obj))]
        return Explanation(verdict, tuple(steps), _hindering(user, deed, obj))
    wanted = deed.sees if verdict is Verdict.HIDDEN or not scope.may(user, deed.sees) else deed.action
    return Explanation(verdict, (*steps, (False, _against(user, deed, wanted, obj))), advice=_whom(wanted, whole_city=deed.whole_city))


def _failing(steps: list[tuple[bool, str]], otherwise: str) -> list[tuple[bool, str]]:
    return steps if not steps[-1][0] else [*steps, (False, otherwise)]


def _of_page(user: Any, deed: Deed, obj: Any) -> Verdict:
    """The admin's page is asked as it asks itself: its rows, then its permission on the row."""
    page, request = deed.page, asking(user, "GET" if deed.verb == "view" else "POST")
    if deed.verb == "add":
        return Verdict.OPEN if page.has_add_permission(request) else Verdict.REFUSED
    if not page.has_view_permission(request):
        return Verdict.REFUSED
    if obj is None:
        return Verdict.OPEN if deed.verb == "view" else Verdict.HIDDEN
    if not page.get_queryset(request).filter(pk=obj.pk).exists():
        return Verdict.HIDDEN
    allowed = {"view": page.has_view_permission, "change": page.has_change_permission, "delete": page.has_delete_permission}[deed.verb]
    return Verdict.OPEN if allowed(request, obj) else Verdict.REFUSED


def _of_view(user: Any, deed: Deed, obj: Any) -> Verdict:
    """A view of its own asks the scope: first whether the row exists for the person, then whether the verb is theirs."""
    if deed.model is None or getattr(deed.model, "scope_path", None) == "":
        asked = scope.city_wide if deed.whole_city else scope.may
        return Verdict.OPEN if deed.action is not None and asked(user, deed.action) else deed.closed
    if not scope.may(user, deed.sees):
        return deed.closed
    if obj is None or not _in_sight(user, deed, obj):
        return Verdict.HIDDEN
    return Verdict.OPEN if deed.action is not None and scope.reaches(user, deed.action, _unit_of(obj)) else Verdict.REFUSED


def _unit_of(obj: Any) -> int | None:
    """The unit a row belongs to; a unit belongs to itself."""
    return int(obj.pk) if isinstance(obj, ReportingUnit) else unit_id_of(obj)


def _in_sight(user: Any, deed: Deed, obj: Any) -> bool:
    if isinstance(obj, ReportingUnit):
        return scope.reaches(user, deed.sees, obj.pk)
    return scope.for_user(type(obj)._base_manager.filter(pk=obj.pk), user, deed.sees).exists()


# --- Sentences ---------------------------------------------------------------------------------------------------------------------


def post_words(user: Any, action: Action | None = None) -> list[str]:
    """The person's posts with their units, or those that grant an action."""
    held = [post for post in scope.memberships(user) if action is None or action in GRANTS[Role(post.role)].actions]
    whole = _("全市")
    return [_("%(post)s（%(unit)s）") % {"post": post.role_label(), "unit": post.unit.short_name if post.unit else whole} for post in held]


def _account(user: Any) -> tuple[bool, str]:
    if not user.is_active:
        return False, _("账号已停用，不能登录")
    if user.is_superuser:
        return True, _("超级用户，不受岗位表限制")
    posts = post_words(user)
    return True, _("账号正常，岗位：%(posts)s") % {"posts": "、".join(posts) or _("无")}


def _unit_words(obj: Any) -> str:
    unit_id = unit_id_of(obj) if obj is not None else None
    return ReportingUnit.objects.get(pk=unit_id).short_name if unit_id else ""


def _for(user: Any, action: Action, obj: Any) -> str:
    unit = _unit_words(obj)
    told = _("岗位%(posts)s有“%(action)s”权限") % {"posts": "、".join(post_words(user, action)), "action": ACTION_WORDS[action]}
    return told + (_("，记录属%(unit)s，在其范围内") % {"unit": unit} if unit else "")


def _against(user: Any, deed: Deed, wanted: Action | None, obj: Any) -> str:
    """The first thing that said no: no post has the permission, the posts that have it lie elsewhere, or the page offers it to nobody."""
    page = {"kind": deed.label, "verb": VERBS[deed.verb]}
    if wanted is None:
        return _("“%(kind)s”在页面上对任何岗位都不提供“%(verb)s”") % page
    words = {"action": ACTION_WORDS[wanted], "posts": "、".join(post_words(user, wanted)), "unit": _unit_words(obj)}
    if not scope.may(user, wanted):
        return _("所任岗位都没有“%(action)s”权限") % words
    if obj is None and deed.model is not None and deed.verb != "add":
        return _("没有这条记录")
    if words["unit"] and not scope.reaches(user, wanted, unit_id_of(obj)):
        return _("记录属%(unit)s，而有“%(action)s”权限的岗位是%(posts)s，不在其范围内") % words
    of_no_unit = not words["unit"] and (obj is not None or not getattr(deed.model, "scope_path", None))
    if of_no_unit and not scope.city_wide(user, wanted):
        if deed.whole_city:
            return _("这一页是全市的，只对全市岗位开放；您的“%(action)s”权限来自%(posts)s，只到本单位") % words
        return _("记录不属于某一个单位，由全市岗位管理；有“%(action)s”权限的岗位是%(posts)s") % words
    return next(iter(_hindering(user, deed, obj)), _("“%(kind)s”在页面上对任何岗位都不提供“%(verb)s”") % page)


def _hindering(user: Any, deed: Deed, obj: Any) -> tuple[str, ...]:
    return tuple(text for hindrance in hindrances for text in hindrance(user, deed, obj))


def _whom(wanted: Action | None, *, whole_city: bool = False) -> str:
    """Who can give what is lacking: of what is the whole city's, posts of the whole city alone."""
    if wanted is None:
        return _("需要办理时，请联系安全管理员在“用户与岗位”中安排岗位。")
    names = "、".join(role_label(role) for role in Role if wanted in GRANTS[role].actions and (GRANTS[role].city_wide or not whole_city))
    return _("有“%(action)s”权限的岗位：%(names)s。岗位由安全管理员在“用户与岗位”中安排。") % {"action": ACTION_WORDS[wanted], "names": names}
