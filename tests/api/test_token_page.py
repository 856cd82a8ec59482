"""The page of tokens: shown once, one's own alone, revocable, watched by the security administrator."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.api.tokens import find_token, make_token
from accounts.models import ApiToken
from accounts.roles import Role
from tests.conftest import Cast
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def words(**more: Any) -> dict[str, Any]:
    return {"name": "月报", "until": (timezone.localdate() + timedelta(days=30)).isoformat(), "unit": "", "addresses": "", **more}


def test_the_key_is_shown_once(cast: Cast, signed_in: Any) -> None:
    page = signed_in(cast.owner)
    made = page.post("/tokens/", words(can_write="on", addresses="10.0.0.0/8\n192.168.1.7"))
    token = ApiToken.objects.get()
    key = made.context["key"]
    assert find_token(key) == token
    assert (token.user, token.can_write, token.addresses) == (cast.owner, True, ["10.0.0.0/8", "192.168.1.7/32"])
    assert key in made.content.decode()
    assert key not in page.get("/tokens/").content.decode()
    assert "no-store" in made["Cache-Control"]


@pytest.mark.parametrize(
    ("field", "value"), [("until", "2019-01-01"), ("until", "2999-01-01"), ("addresses", "büro"), ("name", ""), ("unit", "foreign")]
)
def test_a_wrong_word_makes_none(field: str, value: str, cast: Cast, signed_in: Any) -> None:
    value = str(cast.unit_b.pk) if value == "foreign" else value
    answer = signed_in(cast.owner).post("/tokens/", words(**{field: value}))
    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == [field]
    assert not ApiToken.objects.exists()


def test_who_only_reads_is_offered_no_writing(signed_in: Any) -> None:
    reader = make_user("bi", Role.BI_READER)
    signed_in(reader).post("/tokens/", words(can_write="on"))
    assert not ApiToken.objects.get().can_write


def test_ones_own_alone_are_seen_and_revoked(cast: Cast, signed_in: Any) -> None:
    token, _key = make_token(user=cast.owner, name="甲的令牌")
    assert "甲的令牌" not in signed_in(cast.stranger).get("/tokens/").content.decode()
    assert signed_in(cast.stranger).post(f"/tokens/{token.pk}/revoke/").status_code == 404
    token.refresh_from_db()
    assert token.is_live
    signed_in(cast.owner).post(f"/tokens/{token.pk}/revoke/")
    token.refresh_from_db()
    assert (token.is_live, token.revoked_by) == (False, cast.owner)


def test_the_security_administrator_sees_all_and_makes_none(cast: Cast, signed_in: Any) -> None:
    token, _key = make_token(user=cast.owner, name="甲的令牌")
    security = make_user("security", Role.SECURITY_ADMINISTRATOR)
    page = signed_in(security)
    assert "甲的令牌" in page.get("/tokens/").content.decode()
    assert page.post("/tokens/", words()).status_code == 403
    page.post(f"/tokens/{token.pk}/revoke/")
    token.refresh_from_db()
    assert not token.is_live
