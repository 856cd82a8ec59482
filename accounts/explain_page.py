"""“您看不到/不能改，因为…”: an administrator names a person and a page or a row, and reads why. And the page of a refusal, which says it at once.

Whoever asks learns no row's words by it that they may not read: a row is named by its number alone.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts import scope
from accounts.explain import VERBS, Deed, Verdict, asking, deed_at, explain, post_words, row_deed, row_kinds, row_of
from accounts.explain_query import explain_address, query_of
from accounts.models import User
from accounts.navigation import NavItem, register
from accounts.roles import Action


def may_explain(user: Any) -> bool:
    """The city administrator and the security administrator: who answers clerks that call, and who can give them a post."""
    return scope.city_wide(user, Action.REFERENCE) or scope.city_wide(user, Action.USERS)


register(NavItem("system", _("权限说明"), "explain", may_explain, 15))


class AskForm(forms.Form):
    """Whom it is about, and what: an address as the clerk sees it, or a kind of record with its number and a verb."""

    who = forms.CharField(label=_("谁"), max_length=150, help_text=_("用户名或姓名"), widget=forms.TextInput(attrs={"list": "people"}))
    address = forms.CharField(label=_("页面网址"), required=False, max_length=500, help_text=_("对方看不到或改不了的那一页的网址，整段粘贴"))
    kind = forms.ChoiceField(label=_("或者：哪类记录"), required=False)
    number = forms.CharField(label=_("编号"), required=False, max_length=40, help_text=_("记录网址里的数字；留空是问列表"))
    verb = forms.ChoiceField(label=_("想做什么"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "ask-%s", **kwargs})
        kind, verb = self.fields["kind"], self.fields["verb"]
        assert isinstance(kind, forms.ChoiceField)
        assert isinstance(verb, forms.ChoiceField)
        kind.choices = [("", _("按网址")), *row_kinds()]
        verb.choices = [("", _("按网址")), *((key, label) for key, label in VERBS.items() if key != "do")]

    def clean_who(self) -> User:
        text = self.cleaned_data["who"].strip()
        found = User.objects.filter(Q(username=text) | Q(display_name=text)).order_by("-is_active", "id").first()
        if found is None:
            raise forms.ValidationError(_("没有“%(name)s”这个用户名或姓名"), params={"name": text[:40]})
        return found

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        asked = self._by_address(data) if data.get("address") else self._by_kind(data)
        if asked is None and not self.errors:
            where = "address" if data.get("address") else "kind"
            self.add_error(where, _("不认识这个网址，请整段复制浏览器地址栏的内容") if data.get("address") else _("请粘贴网址，或选择一类记录"))
        data["asked"] = asked
        return data

    def _by_address(self, data: dict[str, Any]) -> tuple[Deed, str] | None:
        path = urlsplit(data["address"].strip()).path
        found = deed_at(path)
        verb = data.get("verb")
        if found is None or not verb or found[0].page is None or verb == found[0].verb:
            return found
        deed = row_deed(found[0].page.model._meta.label_lower, verb)
        return (deed, found[1]) if deed is not None else None

    def _by_kind(self, data: dict[str, Any]) -> tuple[Deed, str] | None:
        deed = row_deed(data.get("kind") or "", data.get("verb") or "view")
        return (deed, data.get("number", "").strip()) if deed is not None else None


@login_required
@require_safe
def explain_page(request: HttpRequest) -> HttpResponse:
    """The question on top, the answer below it."""
    if not may_explain(request.user):
        raise PermissionDenied
    form = AskForm(request.GET if "who" in request.GET else None)
    context: dict[str, Any] = {
        "form": form,
        "title": _("权限说明"),
        "people": User.objects.order_by("username").values_list("username", "display_name"),
    }
    if form.is_bound and form.is_valid():
        deed, number = form.cleaned_data["asked"]
        context |= _answer(request, form.cleaned_data, deed, number)
    return render(request, "accounts/explain.html", context)


def _answer(request: HttpRequest, asked: dict[str, Any], deed: Deed, number: str) -> dict[str, Any]:
    obj, who = row_of(deed, number), asked["who"]
    told, parts = explain_address(who, deed, obj, query_of(asked.get("address") or ""))
    return {
        "who": who,
        "parts": parts,
        "posts": post_words(who),
        "told": told,
        "is_open": told.verdict is Verdict.OPEN,
        "is_empty": any(part.ok is False for part in parts),
        "deed": deed,
        "verb": VERBS[deed.verb],
        "number": number,
        "name": str(obj) if obj is not None and _may_read(request.user, deed, obj) else "",
    }


def _may_read(user: Any, deed: Deed, obj: Any) -> bool:
    """Whether the asking administrator may read the row's own words."""
    page = admin.site._registry.get(type(obj))
    if page is not None:
        request = asking(user)
        return page.has_view_permission(request) and page.get_queryset(request).filter(pk=obj.pk).exists()
    return scope.for_user(type(obj)._base_manager.filter(pk=obj.pk), user, deed.sees).exists()


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The page of a refusal: which permission was lacking, and who can give it. What was asked for is read from the address."""
    asked = deed_at(request.path, request.method or "GET") if getattr(request, "user", None) is not None else None
    told = explain(request.user, asked[0], row_of(*asked)) if asked is not None and request.user.is_authenticated else None
    context = {"lacking": told.lacking if told else "", "advice": told.advice if told else ""}
    return render(request, "403.html", context, status=403)
