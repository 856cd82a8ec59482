"""Sending a file: who may, what is refused and where that is said, and that a refusal changes nothing."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from exchange.models import Upload, UploadFile
from projects.models import ReportingPeriod
from projects.values import Month
from tests.books import csv
from tests.exchange.cast import LIST as TABLE
from tests.exchange.cast import Cast, client_of, figures, made_upload, make_cast, project_list, sent

pytestmark = pytest.mark.django_db
LIST = "/uploads/"
LIST_QUERIES = 12
JSON = {"headers": {"accept": "application/json"}}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_a_clean_file_is_kept_checked_and_leads_to_its_page(cast: Cast) -> None:
    content = project_list()
    response = client_of(cast.owner).post(LIST, {"file": sent(content)})
    upload = Upload.objects.get()
    assert (response.status_code, response["Location"]) == (303, reverse("exchange:upload", args=[upload.public_id]))
    assert (upload.state, upload.unit, upload.user, upload.counts["create"], upload.counts["error"]) == ("checked", cast.unit, cast.owner, 2, 0)
    assert bytes(upload.file.content) == content
    assert figures()["Project"] == []


def test_a_script_is_answered_in_json(cast: Cast) -> None:
    response = client_of(cast.officer).post(LIST, {"file": sent(project_list()), "unit": "laoshan", "period": "2020-06"}, **JSON)
    upload = Upload.objects.get()
    document = response.json()
    assert response.status_code == 201
    wanted = {"id": upload.pk, "public_id": upload.public_id, "state": "checked", "unit": "laoshan", "period": "2020-06", "list_version": None}
    assert {name: document[name] for name in wanted} == wanted
    assert document["next"] == document["url"] == f"/uploads/{upload.public_id}/"
    assert document["counts"]["create"] == 2


def test_the_unit_may_be_given_by_key_name_or_short_name(cast: Cast) -> None:
    for given in ("laoshan", "崂山区", "崂山"):
        client_of(cast.officer).post(LIST, {"file": sent(b"x"), "unit": given})
    assert list(Upload.objects.values_list("unit__key", flat=True)) == ["laoshan"] * 3


def test_a_file_that_cannot_be_read_is_kept_and_its_page_says_why(cast: Cast) -> None:
    client = client_of(cast.owner)
    response = client.post(LIST, {"file": sent(b"%PDF-1.4 not a workbook", "通知.pdf")})
    upload = Upload.objects.get()
    page = client.get(response["Location"])
    assert (upload.state, UploadFile.objects.count(), page.status_code) == ("refused", 1, 200)
    assert upload.outcome
    assert upload.outcome in page.content.decode()
    assert client.post(LIST, {"file": sent(b"%PDF-1.4", "通知.pdf")}, **JSON).status_code == 422


@pytest.mark.parametrize(
    "data, field",
    [
        ({}, "file"),
        ({"file": ""}, "file"),
        ({"file": "not a file"}, "file"),
        ({"file": SimpleUploadedFile("空.xlsx", b"")}, "file"),
        ({"file": sent(b"x"), "unit": "nowhere"}, "unit"),
        ({"file": sent(b"x"), "unit": "chengyang"}, "unit"),
        ({"file": sent(b"x"), "unit": "\x00"}, "unit"),
        ({"file": sent(b"x"), "unit": "9" * 40}, "unit"),
        ({"file": sent(b"x"), "period": "2020-13"}, "period"),
        ({"file": sent(b"x"), "period": "六月"}, "period"),
        ({"file": sent(b"x"), "period": "9999-01"}, "period"),
        ({"file": sent(b"x"), "period": "1999-12"}, "period"),
        ({"file": sent(b"x"), "period": "\x00"}, "period"),
        ({"file": sent(b"x"), "list_version": "1"}, "list_version"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_stored(cast: Cast, data: dict, field: str) -> None:
    before = figures()
    client = client_of(cast.owner)
    answer = client.post(LIST, data, **JSON)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    for given in data.values():
        if isinstance(given, SimpleUploadedFile):
            given.seek(0)
    page = client.post(LIST, data)
    assert page.status_code == 400
    assert answer.json()["errors"][field][0] in page.content.decode().replace("&#x27;", "'")
    assert (figures(), UploadFile.objects.count()) == (before, 0)


def test_a_month_that_is_locked_or_has_not_begun_is_refused(cast: Cast) -> None:
    client = client_of(cast.owner)
    this_month = Month.of(timezone.localdate())
    ReportingPeriod.objects.create(year=2020, month=5, locked_at=timezone.now())
    ReportingPeriod.objects.create(year=2020, month=6)
    answers = [client.post(LIST, {"file": sent(b"x"), "period": str(month)}, **JSON) for month in (this_month, this_month.next, "2020-05", "2020-06")]
    assert [list(answer.json().get("errors", {})) for answer in answers] == [[], ["period"], ["period"], []]
    assert Upload.objects.count() == 2


@pytest.mark.parametrize("given", ["nolist/1", "/", "x/99999999999999999999", "\x00/1", "1"])
def test_a_list_version_that_is_none_is_refused(cast: Cast, given: str) -> None:
    answer = client_of(cast.officer).post(LIST, {"file": sent(b"x"), "list_version": given}, **JSON)
    assert (answer.status_code, list(answer.json()["errors"]), Upload.objects.count()) == (400, ["list_version"], 0)


@pytest.mark.parametrize("size", [1_000_001, 4_100_000])
def test_a_file_over_the_limit_is_dropped_on_the_way(cast: Cast, settings, size: int) -> None:
    settings.UPLOAD_MEGABYTES = 1
    client = client_of(cast.owner)
    answer = client.post(LIST, {"file": sent(b"x" * size)}, **JSON)
    assert (answer.status_code, list(answer.json()["errors"])) == (413, ["file"])
    page = client.post(LIST, {"file": sent(b"x" * size)})
    assert page.status_code == 413
    assert "1 MB" in page.content.decode()
    assert Upload.objects.count() == 0


def test_a_file_at_the_limit_is_taken(cast: Cast, settings) -> None:
    settings.UPLOAD_MEGABYTES = 1
    assert client_of(cast.owner).post(LIST, {"file": sent(b"x" * 1_000_000)}).status_code == 303
    assert Upload.objects.get().size == 1_000_000


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd.xlsx", "..\\..\\boot.xlsx", "a\r\nX-Evil: 1.xlsx", 'quo"te;.xlsx', "CON.xlsx", "\u202egpj.xlsx", "x" * 300 + ".xlsx",
        "a\x00b.xlsx", "<script>alert(1)</script>.xlsx", "a'b&c.xlsx", ".htaccess", "报表 （终稿）.xlsx", "a%0d%0ab.xlsx", "a|b?.xlsx", "  .xlsx",
    ],
)  # fmt: skip
def test_odd_names_are_shown_and_given_back_safely(cast: Cast, name: str) -> None:
    client = client_of(cast.owner)
    body = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name.replace(chr(34), "%22")}"\r\n\r\nhello\r\n--b--\r\n'
    response = client.post(LIST, body.encode(), content_type="multipart/form-data; boundary=b")
    assert response.status_code in {303, 400}
    for upload in Upload.objects.all():
        assert not re.search(r"[\x00-\x1f\u202a-\u202e/\\]", upload.filename)
        assert len(upload.filename) <= 255
        page = client.get(f"/uploads/{upload.public_id}/")
        assert "<script>alert" not in page.content.decode()
        download = client.get(f"/uploads/{upload.public_id}/file/")
        disposition = download["Content-Disposition"]
        assert disposition.startswith("attachment; filename")
        assert not re.search(r'[\r\n\x00<>|?]|"CON\.', disposition.removeprefix("attachment; "))
    assert Upload.objects.count() + (response.status_code == 400) == 1


def test_only_who_may_upload_can_send(cast: Cast) -> None:
    before = figures()
    client = client_of(cast.reviewer)
    assert client.post(LIST, {"file": sent(b"x")}).status_code == 403
    assert client.post(LIST, {"file": sent(b"x")}, **JSON).status_code == 403
    assert 'type="file"' not in client.get(LIST).content.decode()
    assert figures() == before
    assert AuditEvent.objects.filter(event="upload.refused", actor=cast.reviewer, outcome="denied").count() == 2


def test_a_stranger_at_the_door_is_sent_to_sign_in(client) -> None:
    assert client.get(LIST)["Location"] == "/admin/login/?next=/uploads/"
    assert client.post(LIST, {"file": sent(b"x")}).status_code == 302
    assert client.post(LIST, {"file": sent(b"x")}, **JSON).status_code == 401
    assert Upload.objects.count() == 0


def test_the_form_needs_its_token(cast: Cast) -> None:
    client = client_of(cast.owner, enforce_csrf_checks=True)
    assert client.post(LIST, {"file": sent(b"x")}).status_code == 403
    assert Upload.objects.count() == 0
    token = client.get(LIST).cookies["csrftoken"].value
    assert client.post(LIST, {"file": sent(b"x"), "csrfmiddlewaretoken": token}).status_code == 303
    assert Upload.objects.count() == 1


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example/", "javascript:alert(1)", "\\\\evil", "/\\evil", "evil", ""])
def test_next_leads_to_no_foreign_place(cast: Cast, wanted: str) -> None:
    response = client_of(cast.owner).post(LIST, {"file": sent(b"x"), "next": wanted})
    assert response["Location"] == f"/uploads/{Upload.objects.get().public_id}/"


def test_next_cannot_write_a_header(cast: Cast) -> None:
    response = client_of(cast.owner).post(LIST, {"file": sent(b"x"), "next": "/x\r\nSet-Cookie: a=b"})
    assert (response["Location"], "a" in response.cookies) == ("/x%0D%0ASet-Cookie:%20a=b", False)


def test_next_leads_on_within_the_product(cast: Cast) -> None:
    assert client_of(cast.owner).post(LIST, {"file": sent(b"x"), "next": "/reports/?month=2020-06"})["Location"] == "/reports/?month=2020-06"


def test_a_person_has_a_number_of_uploads_a_day(cast: Cast, settings) -> None:
    settings.UPLOADS_PER_DAY = 1
    assert client_of(cast.owner).post(LIST, {"file": sent(b"x")}).status_code == 303
    assert client_of(cast.owner).post(LIST, {"file": sent(b"y")}).status_code == 429
    assert client_of(cast.officer).post(LIST, {"file": sent(b"y")}).status_code == 303
    assert Upload.objects.count() == 2


def test_no_file_is_taken_when_the_disk_is_full_and_reading_goes_on(cast: Cast, settings, tmp_path) -> None:
    settings.DATA_DIR, settings.FREE_MEGABYTES = tmp_path, 10**12
    client = client_of(cast.owner)
    assert client.post(LIST, {"file": sent(b"x")}).status_code == 503
    assert (Upload.objects.count(), client.get(LIST).status_code) == (0, 200)


def test_floods_of_parts_are_turned_away(cast: Cast) -> None:
    client = client_of(cast.owner)
    assert client.post(LIST, {f"f{number}": sent(b"x") for number in range(200)}).status_code == 400
    assert client.post(LIST, b"--b\r\nrubbish", content_type="multipart/form-data; boundary=b").status_code == 400
    assert client.post(LIST, b"x=1", content_type="multipart/form-data").status_code == 400
    assert client.post(LIST, {"a": "b"}, content_type="application/json").status_code == 400
    assert Upload.objects.count() == 0


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_other_methods_are_refused(cast: Cast, method: str) -> None:
    assert getattr(client_of(cast.owner), method)(LIST).status_code == 405


# --- the list ---


def names_on(client, query: str = "") -> list[str]:
    page = client.get(LIST + query)
    assert page.status_code == 200
    return [upload.filename for upload in page.context["page"].object_list]


def test_everybody_sees_the_uploads_of_their_reach(cast: Cast) -> None:
    made_upload(cast.unit, filename="崂山.xlsx")
    made_upload(cast.other, filename="城阳.xlsx")
    made_upload(None, filename="全市.xlsx")
    assert names_on(client_of(cast.owner)) == ["崂山.xlsx"]
    assert names_on(client_of(cast.stranger)) == ["城阳.xlsx"]
    assert names_on(client_of(cast.reviewer)) == ["全市.xlsx", "城阳.xlsx", "崂山.xlsx"]
    assert "城阳" not in client_of(cast.owner).get(LIST).content.decode()


def test_a_person_without_a_post_sees_no_list(cast: Cast) -> None:
    cast.owner.memberships.all().delete()
    assert client_of(cast.owner).get(LIST).status_code == 403


@pytest.mark.parametrize(
    "query, found",
    [
        ("?state=committed", ["城阳.xlsx"]),
        ("?unit=laoshan", ["崂山.xlsx"]),
        ("?q=城", ["城阳.xlsx"]),
        ("?q=无", []),
        ("?state=nothing&unit=nobody&period=never&page=zzz", ["城阳.xlsx", "崂山.xlsx"]),
        ("?unit=%00&q=%00&period=%00&state=%00", ["城阳.xlsx", "崂山.xlsx"]),
        ("?period=2020-06", []),
        ("?owner__password__startswith=a", ["城阳.xlsx", "崂山.xlsx"]),
    ],
)
def test_the_list_is_narrowed_by_what_means_something(cast: Cast, query: str, found: list[str]) -> None:
    made_upload(cast.unit, filename="崂山.xlsx")
    made_upload(cast.other, filename="城阳.xlsx", state="committed")
    assert names_on(client_of(cast.reviewer), query) == found


def test_a_filter_tells_nothing_of_other_units(cast: Cast) -> None:
    made_upload(cast.other, filename="城阳.xlsx", state="committed")
    page = client_of(cast.owner).get(LIST + "?state=committed&unit=chengyang")
    assert (page.context["total"], list(page.context["page"].object_list), page.context["states"]) == (0, [], [])


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_one_row_and_three(cast: Cast, django_assert_num_queries, rows: int) -> None:
    for number in range(rows):
        made_upload(cast.unit, filename=f"{number}.xlsx", user=cast.owner)
    client = client_of(cast.officer)
    with django_assert_num_queries(LIST_QUERIES):
        client.get(LIST)


def test_district_forms_offer_the_own_unit_alone(cast: Cast) -> None:
    page = client_of(cast.owner).get(LIST).content.decode()
    assert re.findall(r'<option value="(\w+)"', page) == ["laoshan"]
    assert 'name="list_version"' not in page
    assert 'name="list_version"' in client_of(cast.officer).get(LIST).content.decode()


def test_answers_are_kept_out_of_caches(cast: Cast) -> None:
    assert "no-store" in client_of(cast.owner).get(LIST)["Cache-Control"]
    assert "private" in client_of(cast.owner).get(LIST)["Cache-Control"]


def test_a_text_file_under_a_workbook_s_name_is_told_above_the_preview(cast: Cast) -> None:
    client = client_of(cast.owner)
    client.post("/uploads/", {"file": sent(csv(TABLE.format(total=12000)), "崂山区项目表.xlsx")})
    page = client.get(f"/uploads/{Upload.objects.latest('pk').public_id}/").content.decode()
    note = page[page.index("data-renamed") :][:300]
    assert "文件名以 .xlsx 结尾，内容却是逗号分隔的文本（CSV），已按内容读取。请在 Excel 或 WPS 中打开，另存为 .xlsx 后上传" in note
    client.post("/uploads/", {"file": sent(csv(TABLE.format(total=12000)), "崂山区项目表.csv")})
    assert "data-renamed" not in client.get(f"/uploads/{Upload.objects.latest('pk').public_id}/").content.decode()
