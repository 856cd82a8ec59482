"""The page of tokens: everybody keeps their own; the security administrator sees everybody's and can revoke any."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from ipaddress import ip_network
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import scope
from accounts.api.tokens import make_token, revoke_token
from accounts.models import ApiToken
from accounts.navigation import NavItem, register
from accounts.roles import Action
from accounts.texts import TextField

_YEAR = 365


def may_keep(user: Any) -> bool:
    """Whoever may read figures may let a program read them for them; the security administrator watches over it."""
    return scope.may(user, Action.VIEW) or scope.city_wide(user, Action.USERS)


register(NavItem("data", _("接口令牌"), "tokens", may_keep, 10))


class TokenForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new token: what for, until when, and how little it is to be able to do."""

    until = forms.DateField(
        label=_("有效期至"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), help_text=_("最长一年，到期重新建立")
    )
    addresses = TextField(
        label=_("只限地址"), required=False, widget=forms.Textarea(attrs={"rows": 2}), help_text=_("IP 地址或网段，每行一个；空为不限")
    )

    class Meta:
        model = ApiToken
        fields = ["name", "until", "unit", "can_write", "addresses"]

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        last = timezone.localdate() + timedelta(days=_YEAR)
        super().__init__(*args, **{"initial": {"until": last}, "auto_id": "token-%s", **kwargs})
        unit: Any = self.fields["unit"]
        unit.queryset = scope.units_for_user(user, Action.VIEW)
        unit.empty_label = _("本人的全部范围")
        if not any(scope.may(user, action) for action in Action if action not in (Action.VIEW, Action.EXPORT)):
            del self.fields["can_write"]

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        today = timezone.localdate()
        if not today <= until <= today + timedelta(days=_YEAR):
            raise forms.ValidationError(_("应在今天和一年以后之间"))
        return until

    def clean_addresses(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["addresses"].splitlines() if line.strip()]
        for line in lines:
            try:
                ip_network(line, strict=False)
            except ValueError:
                raise forms.ValidationError(_("“%(line)s”不是 IP 地址或网段"), params={"line": line[:50]}) from None
        return lines


def _visible(user: Any) -> QuerySet[ApiToken]:
    rows = ApiToken.objects.select_related("user", "unit", "revoked_by")
    return rows if scope.city_wide(user, Action.USERS) else rows.filter(user=user)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """The list and the form; after making one, its key, which is shown on this answer alone."""
    if not may_keep(request.user):
        raise PermissionDenied
    made, key = None, ""
    form = TokenForm(request.user, request.POST or None) if scope.may(request.user, Action.VIEW) else None
    if request.method == "POST":
        if form is None:
            raise PermissionDenied
        if form.is_valid():
            told = form.cleaned_data
            until = timezone.make_aware(datetime.combine(told["until"], time.max))
            made, key = make_token(
                user=request.user,  # type: ignore[arg-type]
                name=told["name"],
                expires_at=until,
                can_write=told.get("can_write", False),
                unit=told["unit"],
                addresses=told["addresses"],
            )
            form = TokenForm(request.user)
    whole = scope.city_wide(request.user, Action.USERS)
    context = {"title": _("接口令牌"), "form": form, "made": made, "key": key, "tokens": _visible(request.user), "whole": whole}
    return render(request, "accounts/tokens.html", context, status=400 if form is not None and form.errors else 200)


@login_required
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End a token of one's own, or anybody's for the security administrator."""
    if not may_keep(request.user):
        raise PermissionDenied
    token = _visible(request.user).filter(pk=pk).first()
    if token is None:
        raise Http404
    revoke_token(token=token, actor=request.user)
    return redirect("tokens")
