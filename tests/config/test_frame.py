"""The frame of every page: who may enter, what the rail offers, a strict content policy, both languages, the refusals."""

from __future__ import annotations

import re

import pytest
from django.contrib import admin
from django.template import loader
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts.roles import Role
from config.server import refusal_page
from tests.exchange.cast import made_upload
from tests.factories import make_code, make_entry, make_list, make_month, make_plan, make_project, make_user, make_version

pytestmark = pytest.mark.django_db
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>|\sstyle=|<style|\son(?:click|load|change|submit|error)=|javascript:", re.IGNORECASE
)


def addresses():
    """Every page of the admin that can be opened without more than an id."""
    found = [reverse("admin:index"), reverse("admin:password_change"), reverse("admin:projects_lists_joint")]
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        found += [reverse(f"{name}_changelist"), reverse(f"{name}_add")]
        row = model._default_manager.first()
        for page in ("change", "history", "delete", "page"):
            if row is None:
                continue
            try:
                found.append(reverse(f"{name}_{page}", args=[row.pk]))
            except NoReverseMatch:
                assert page == "page"
    return found


@pytest.fixture
def furnished(cast):
    project = make_project(unit=cast.unit_a)
    make_code(project, "2020-370202-48-01-000001")
    make_plan(project, 10)
    make_month(project, done_ytd_wan=2)
    make_entry(make_version(make_list(), declared_count=3), project)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_page_holds_inline_script_or_style(cast, signed_in, furnished, language):
    root = make_user("root", is_superuser=True)
    client = signed_in(root)
    client.cookies["django_language"] = language
    for address in addresses():
        response = client.get(address)
        assert response.status_code in (200, 403), (address, response.status_code)
        assert INLINE.findall(response.content.decode()) == [], address
        policy = response.headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "style-src 'self'" in policy
        assert "unsafe" not in policy


def test_signing_in_needs_a_post_not_the_staff_mark(cast, client):
    make_user("nobody", is_staff=True)
    for name, enters in (("owner", True), ("nobody", False)):
        browser = Client(REMOTE_ADDR="10.0.0.7")
        browser.post(reverse("admin:login"), {"username": name, "password": "long-enough-2020", "next": reverse("admin:index")})
        response = browser.get(reverse("admin:index"))
        assert (response.status_code == 200) is enters, name


def test_wrong_password_is_refused_in_words(cast, client):
    response = client.post(reverse("admin:login"), {"username": "owner", "password": "wrong"})
    assert response.status_code == 200
    assert 'class="errornote"' in response.content.decode()


def rail_of(response):
    return {group.key: [str(entry.label) for entry in group.entries] for group in response.context["frame"].rail}


@pytest.mark.parametrize(
    "role,groups",
    [
        (Role.CITY_ADMINISTRATOR, {"overview", "projects", "reporting", "funding", "reports", "data", "system"}),
        (Role.SECURITY_ADMINISTRATOR, {"overview", "data", "system"}),
        (Role.AUDITOR, {"overview", "system"}),
    ],
)
def test_rail_offers_what_the_role_may_open(cast, signed_in, role, groups):
    client = signed_in(make_user("somebody", role))
    rail = rail_of(client.get(reverse("admin:index")))
    assert set(rail) == groups
    if role is Role.SECURITY_ADMINISTRATOR:
        assert rail["system"] == ["用户与岗位", "权限说明"]
    if role is Role.AUDITOR:
        assert rail["system"] == ["操作日志"]


def test_every_entry_of_the_rail_opens(cast, signed_in):
    for user in (cast.owner, cast.city, cast.reviewer, make_user("audit", Role.AUDITOR), make_user("sec", Role.SECURITY_ADMINISTRATOR)):
        client = signed_in(user)
        for group in client.get(reverse("admin:index")).context["frame"].rail:
            for entry in group.entries:
                assert client.get(entry.url).status_code == 200, (user.username, entry.url)


def test_current_entry_is_marked_on_the_pages_below_it(cast, signed_in):
    version = make_version(make_list())
    frame = signed_in(cast.city).get(reverse("admin:projects_listversion_page", args=[version.pk])).context["frame"]
    assert [str(entry.label) for group in frame.rail for entry in group.entries if entry.current] == ["项目清单"]


def test_top_bar_tells_scope_month_and_moment(cast, signed_in):
    make_month(make_project(unit=cast.unit_a), 5, done_ytd_wan=1)
    client = signed_in(cast.owner)
    text = re.sub(r"\s+", "", client.get(reverse("admin:index")).content.decode())
    assert "<b>市南</b>" in text
    assert "2020年5月·截至今日" in text
    client.post(reverse("set-moment"), {"month": "2020-05", "known": "2020-07-10"})
    assert "2020年5月·按2020年7月10日掌握" in re.sub(r"\s+", "", client.get(reverse("admin:index")).content.decode())


@pytest.mark.parametrize("known", ["2999-01-01", "yesterday", "2020-02-30"])
def test_a_day_to_come_or_none_is_today(cast, signed_in, known):
    client = signed_in(cast.owner)
    client.post(reverse("set-moment"), {"month": "2020-05", "known": known})
    assert client.get(reverse("admin:index")).context["frame"].clocks.moment.known is None


def test_setting_the_moment_leads_back_within_the_site_only(cast, signed_in):
    client = signed_in(cast.owner)
    address = reverse("set-moment")
    assert client.post(address, {"next": "/admin/projects/project/?unit=1"})["Location"] == "/admin/projects/project/?unit=1"
    assert client.post(address, {"next": "//elsewhere.example/"})["Location"] == reverse("admin:index")
    assert client.get(address).status_code == 405


def test_missing_page_is_told_in_the_frame(cast, signed_in):
    response = signed_in(cast.owner).get("/admin/projects/project/424242/")
    assert response.status_code == 404
    assert "不在您的数据范围内" in response.content.decode()
    assert 'class="rail"' in response.content.decode()


def test_address_of_a_button_is_told_in_the_frame(cast, signed_in):
    client = signed_in(cast.owner)
    upload = made_upload(cast.unit_a)
    for address, way_on in (
        (reverse("set-moment"), 'href="/"'),
        (reverse("exchange:choose", args=[upload.public_id]), f'href="/uploads/{upload.public_id}/"'),
    ):
        response = client.get(address)
        assert (response.status_code, response["Allow"]) == (405, "POST")
        page = response.content.decode()
        assert "这个网址不能直接打开" in page
        assert 'class="rail"' in page
        assert way_on in page
        assert client.get(address, headers={"accept": "application/json"}).content == b""


def test_page_without_permission_is_told_in_the_frame(cast, signed_in):
    response = signed_in(cast.owner).get(reverse("admin:accounts_user_changelist"))
    assert response.status_code == 403
    assert "数据没有改动" in response.content.decode()


def test_signed_out_reader_is_asked_to_sign_in(client):
    response = client.get(reverse("admin:projects_project_changelist"))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("admin:login"))


def test_overview_says_what_to_do_when_there_is_nothing(cast, signed_in):
    text = signed_in(cast.city).get(reverse("admin:index")).content.decode()
    assert "从这里开始" in text
    assert "建清单和版本" in text


def test_overview_tells_the_month_and_what_waits(cast, signed_in):
    done = make_project(unit=cast.unit_a)
    make_plan(done, 100)
    make_month(done, done_month_wan=10, done_ytd_wan=25)
    make_project(unit=cast.unit_a, stage="build")
    make_project(unit=cast.unit_a, stage="prep")
    make_project(unit=cast.unit_b, stage="build")
    context = signed_in(cast.owner).get(reverse("admin:index")).context
    assert (context["figures"].count, str(context["figures"].rate), context["todo"]["missing"]) == (3, "0.25", 2)
    assert signed_in(cast.city).get(reverse("admin:index")).context["figures"].count == 4


def test_overview_of_somebody_without_business_scope_shows_no_figure(cast, signed_in):
    make_project("秘密工程", cast.unit_a)
    response = signed_in(make_user("audit", Role.AUDITOR)).get(reverse("admin:index"))
    assert response.context["business"] is False
    assert "查看全部项目" not in response.content.decode()


@pytest.mark.parametrize(
    "address, status, said",
    [
        ("/nowhere/", 404, "没有这个页面"),
        ("/admin/projects/project/?name__contains=x", 400, "不能识别"),
        ("/reports/city/?period=2020-13", 400, "月份应写作"),
    ],
)
def test_refusals_stand_in_our_frame_with_a_way_back(cast, signed_in, address, status, said):
    response = signed_in(cast.city).get(address)
    text = response.content.decode()
    assert (response.status_code, said in text, text.count("<h1")) == (status, True, 1)
    assert "重大项目投资管理" in text
    assert re.search(r'class="button[^"]*" href="/', text)
    assert INLINE.findall(text) == []


def test_a_form_without_its_token_is_refused_in_words(cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.city, backend="accounts.backends.RoleBackend")
    response = client.post(reverse("set-moment"), {"month": "2020-06"})
    assert response.status_code == 403
    assert "这次提交没有生效" in response.content.decode()


def test_a_failure_of_ours_needs_neither_database_nor_person():
    text = loader.render_to_string("500.html")
    assert "系统出错" in text
    assert 'href="/"' in text
    assert INLINE.findall(text) == []


def test_too_long_an_address_is_answered_in_our_frame():
    answer = refusal_page("414 URI Too Long")
    head, _, page = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 414 URI Too Long\r\n")
    assert f"Content-Length: {len(page)}".encode() in head
    assert "网址太长" in page.decode()


def test_robots_are_sent_away_and_the_icon_is_found(client):
    robots = client.get("/robots.txt")
    assert (robots.status_code, robots.content) == (200, b"User-agent: *\nDisallow: /\n")
    icon = client.get("/favicon.ico")
    assert icon.status_code == 302
    assert icon["Location"].endswith("frame/mark.svg")
