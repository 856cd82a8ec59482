"""Uploads in the admin: found and read by who may, written by nobody."""

from __future__ import annotations

import pytest

from tests.exchange.cast import Cast, client_of, figures, made_upload, make_cast

pytestmark = pytest.mark.django_db
ADMIN = "/admin/exchange/upload/"
ADMIN_QUERIES = 9


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_the_list_holds_the_own_unit_and_leads_to_the_page(cast: Cast) -> None:
    own = made_upload(cast.unit, filename="崂山.xlsx")
    foreign = made_upload(cast.other, filename="CANARY.xlsx")
    page = client_of(cast.owner).get(ADMIN).content.decode()
    assert f"/uploads/{own.public_id}/" in page
    assert "CANARY" not in page
    assert foreign.public_id not in page


@pytest.mark.parametrize("query", ["?q=崂山", "?state__exact=checked", "?q=owner", "?q=%00x"])
def test_it_can_be_searched_and_filtered(cast: Cast, query: str) -> None:
    made_upload(cast.unit, filename="崂山.xlsx", user=cast.owner)
    assert client_of(cast.owner).get(ADMIN + query).status_code in {200, 302}


def test_nobody_adds_changes_or_deletes(cast: Cast) -> None:
    upload = made_upload(cast.unit)
    before = figures()
    for user in (cast.owner, cast.officer, cast.reviewer):
        client = client_of(user)
        assert client.get(f"{ADMIN}{upload.pk}/change/").status_code == 200
        refused = [f"{ADMIN}add/", f"{ADMIN}{upload.pk}/change/", f"{ADMIN}{upload.pk}/delete/"]
        assert [client.post(address, {"state": "committed", "filename": "x", "post": "yes"}).status_code for address in refused] == [403, 403, 403]
        client.post(ADMIN, {"action": "delete_selected", "_selected_action": [upload.pk], "post": "yes"})
    assert figures() == before


def test_a_foreign_upload_is_not_there(cast: Cast) -> None:
    upload = made_upload(cast.unit)
    assert client_of(cast.stranger).get(f"{ADMIN}{upload.pk}/change/").status_code == 404
    assert client_of(cast.stranger).get(f"{ADMIN}999999/change/").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_one_row_and_three(cast: Cast, django_assert_num_queries, rows: int) -> None:
    for number in range(rows):
        made_upload(cast.unit if number % 2 else cast.other, filename=f"{number}.xlsx", user=cast.owner)
    client = client_of(cast.officer)
    with django_assert_num_queries(ADMIN_QUERIES):
        client.get(ADMIN)
