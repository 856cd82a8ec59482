"""What a file asks by the API before it is committed, and units that are chased: the same services as the pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.models import AuditEvent
from accounts.roles import Role
from exchange.models import ColumnMapping, Upload
from projects.models import Project, Reminder
from tests.api.conftest import Caller
from tests.api.sending import building, pointers, send
from tests.conftest import Cast
from tests.exchange.cast import make_cast
from tests.exchange.excel import Excel
from tests.exchange.roundtrip import NAMES, begin, committed, edit, fill_june, sent, template
from tests.exchange.test_column_memory import ODD
from tests.exchange.test_column_memory import send as send_file
from tests.factories import make_period, make_user

pytestmark = pytest.mark.django_db
API = "/api/v1"


@pytest.fixture
def june(db: None) -> Any:
    made = make_cast(with_reference=True)
    begin(made)
    committed(sent(fill_june(Excel(template(made))).saved(), made), made)
    return made


def conflicting(june: Any) -> Upload:
    excel = Excel(template(june)).put(NAMES[0], 联系人="他们").put(NAMES[1], 形象进度="他们的进展")
    edit(NAMES[0], contact="我们")
    edit(NAMES[1], progress_text="我们的进展")
    return sent(excel.saved(), june)


def test_conflicts_are_told_and_settled(june: Any, calling: Caller) -> None:
    upload, client = conflicting(june), calling(june.owner, can_write=True)
    url = f"{API}/uploads/{upload.pk}/conflicts/"
    told = {one["name"]: one for one in client.get(url).json()["conflicts"]}
    contact = told[NAMES[0]]
    assert (contact["base"], contact["ours"], contact["theirs"], contact["taken"]) == ("张工", "我们", "他们", "")
    assert pointers(send(client, "POST", url, {"take": {"no-such": "ours"}})) == ["/take/no-such"]
    assert pointers(send(client, "POST", url, {"take": {contact["key"]: "mine"}})) == [f"/take/{contact['key']}"]
    assert send(client, "POST", url, {}).json()["code"] == "nothing_chosen"
    for who, status in ((june.reviewer, 403), (june.stranger, 404)):
        assert send(calling(who, can_write=True), "POST", url, {"others": "ours"}).status_code == status
    done = send(client, "POST", url, {"take": {contact["key"]: "theirs"}, "others": "ours"})
    assert (done.status_code, done.json()["state"], done.json()["counts"]["conflict"]) == (200, "checked", 0)
    assert AuditEvent.objects.filter(event="upload.choose").count() == 1
    assert send(client, "POST", f"{API}/uploads/{upload.pk}/commit/", {"reason": "六月"}).status_code == 200
    assert Project.objects.get(name=NAMES[0]).contact == "他们"
    assert send(client, "POST", url, {"others": "ours"}).status_code == 409


def test_headings_are_asked_and_answered(cast: Cast, calling: Caller, officer: Client) -> None:
    upload = send_file(ODD, cast.owner, cast.unit_a)
    url = f"{API}/uploads/{upload.pk}/columns/"
    (asked,) = officer.get(url).json()["questions"]
    assert asked["heading"] == "业内补叙"
    assert {"remarks", "ignore"} <= {one["field"] for one in asked["options"]}
    assert pointers(send(officer, "POST", url, {"answers": {}})) == ["/answers"]
    assert send(officer, "POST", url, {"answers": {"没有的标题": "remarks"}}).json()["code"] == "heading"
    assert send(officer, "POST", url, {"answers": {"业内补叙": "no_field"}}).json()["code"] == "field"
    for who, status in ((cast.reviewer, 403), (cast.stranger, 404)):
        assert send(calling(who, can_write=True), "POST", url, {"answers": {"业内补叙": "remarks"}}).status_code == status
    assert not ColumnMapping.objects.exists()
    assert send(officer, "POST", url, {"answers": {"业内补叙": "remarks"}}).status_code == 200
    made = ColumnMapping.objects.get()
    assert (made.field, made.unit, made.by) == ("remarks", cast.unit_a, cast.owner)
    assert officer.get(url).json()["questions"] == []
    assert send(officer, "POST", url, {"answers": {"业内补叙": "remarks"}}).status_code == 409


def test_units_that_owe_a_month_are_chased_once_a_day(cast: Cast, calling: Caller, officer: Client) -> None:
    period = make_period()
    building(cast)
    make_user("clerk", Role.DISTRICT_OFFICER, cast.unit_a, email="clerk@example.org")
    url, city = f"{API}/periods/{period.pk}/remind/", calling(cast.city, can_write=True)
    assert send(officer, "POST", url, {}).status_code == 403
    rehearsed = send(city, "POST", url, {"dry_run": True})
    told = {one["unit_key"]: one for one in rehearsed.json()["results"]}
    assert (rehearsed.status_code, told[cast.unit_a.key]["ok"], Reminder.objects.exists(), mail.outbox) == (200, True, False, [])
    first, second = (send(city, "POST", url, {}) for _ in range(2))
    assert [one["skipped"] for one in first.json()["results"] if one["unit_key"] == cast.unit_a.key] == [False]
    assert [one["skipped"] for one in second.json()["results"] if one["unit_key"] == cast.unit_a.key] == [True]
    assert [one.to for one in mail.outbox] == [["clerk@example.org"]]
