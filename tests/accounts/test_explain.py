"""The page that says why somebody can't, and the page of a refusal: true sentences, and no word that the asker may not read."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.explain import ACTION_WORDS, Verdict, deed_at, explain, row_kinds, row_of
from accounts.roles import Action, Role
from projects.models import Proposal
from tests.exchange.cast import made_upload
from tests.factories import make_month, make_period, make_project, make_user, set_periods

pytestmark = pytest.mark.django_db
PAGE = reverse("explain")


@pytest.fixture
def project(cast):
    return make_project("滨海路改造工程", cast.unit_a)


def told(user, path, method="GET"):
    deed, number = deed_at(path, method)
    return explain(user, deed, row_of(deed, number))


def form_of(project):
    return reverse("admin:projects_project_change", args=[project.pk])


def test_every_action_has_words():
    assert set(ACTION_WORDS) == set(Action)


def test_out_of_reach_names_the_unit_and_the_posts(cast, project):
    found = told(cast.stranger, form_of(project))
    assert (found.verdict, found.lacking) == (Verdict.HIDDEN, "记录属市南，而有“查看”权限的岗位是区市经办人（市北），不在其范围内")


def test_lacking_permission_names_who_has_it(cast, project):
    found = told(cast.reviewer, form_of(project), "POST")
    assert (found.verdict, found.lacking) == (Verdict.REFUSED, "所任岗位都没有“录入和修改”权限")
    assert found.advice == "有“录入和修改”权限的岗位：市级管理员、市级经办人、区市经办人。岗位由安全管理员在“用户与岗位”中安排。"


def test_own_project_is_open_and_says_by_which_post(cast, project):
    found = told(cast.owner, form_of(project), "POST")
    assert (found.verdict, found.lacking) == (Verdict.OPEN, "")
    assert found.steps[-1] == (True, "岗位区市经办人（市南）有“录入和修改”权限，记录属市南，在其范围内")


def test_what_a_page_offers_to_nobody_is_said(cast, project):
    found = told(cast.city, reverse("admin:projects_project_delete", args=[project.pk]))
    assert (found.verdict, found.lacking) == (Verdict.REFUSED, "“项目”在页面上对任何岗位都不提供“删除”")


def test_switched_off_and_without_post(cast, project):
    cast.owner.is_active = False
    assert told(cast.owner, form_of(project)).lacking == "账号已停用，不能登录"
    assert told(make_user("newcomer"), form_of(project)).lacking == "没有任何岗位，不能进入系统"


def test_a_locked_month_is_a_hindrance_and_no_lack_of_permission(cast, project):
    report = make_month(project, 6)
    page = reverse("admin:projects_monthreport_change", args=[report.pk])
    assert told(cast.owner, page, "POST").hindrances == ()
    period = make_period(2020, 6)
    period.locked_at = timezone.now()
    period.save()
    found = told(cast.owner, page, "POST")
    assert (found.verdict, len(found.hindrances)) == (Verdict.OPEN, 1)
    assert "2020年6月" in found.hindrances[0]


def test_what_a_lock_keeps_back_is_no_yes_in_the_headline(cast, signed_in, project):
    report = make_month(project, 6)
    asked = {"who": "owner", "kind": "projects.monthreport", "number": str(report.pk), "verb": "change"}
    client = signed_in(cast.city)
    assert '<span class="tag good">可以</span>' in client.get(PAGE, asked).content.decode()
    set_periods(locked_at=timezone.now())
    page = client.get(PAGE, asked).content.decode()
    assert '<span class="tag soft">暂不能</span>' in page.partition("</h2>")[0]
    assert '<span class="tag good">可以</span>' not in page


@pytest.mark.parametrize("address", ["/uploads/by-number/{pk}/", "/uploads/{public_id}/", "/uploads/{public_id}/choose/"])
def test_an_upload_of_the_whole_city_is_no_unit_s(cast, address):
    upload = made_upload(None)
    found = told(cast.owner, address.format(pk=upload.pk, public_id=upload.public_id))
    assert (found.verdict, found.lacking) == (
        Verdict.HIDDEN,
        "记录不属于某一个单位，由全市岗位管理；有“查看”权限的岗位是区市经办人（市南）",
    )
    assert told(cast.city, address.format(pk=upload.pk, public_id=upload.public_id)).verdict is Verdict.OPEN


def test_a_page_of_the_whole_city_names_only_posts_of_the_whole_city(cast):
    found = told(cast.owner, "/admin/funding/fundentry/proof/")
    assert found.verdict is Verdict.REFUSED
    assert found.lacking == "这一页是全市的，只对全市岗位开放；您的“查看”权限来自区市经办人（市南），只到本单位"
    assert "区市" not in found.advice
    assert "市级经办人" in found.advice


@pytest.mark.parametrize(("verb", "owner"), [("approve", Verdict.REFUSED), ("refuse", Verdict.REFUSED), ("withdraw", Verdict.OPEN)])
def test_the_verbs_of_a_proposal_are_known(cast, project, verb, owner):
    made = Proposal.objects.create(project=project, changes=[["total_wan", "1", "2"]], reason="概算调整", by=cast.owner)
    address = reverse(f"admin:projects_proposal_{verb}", args=[made.pk])
    assert [told(who, address).verdict for who in (cast.owner, cast.stranger)] == [owner, Verdict.HIDDEN]
    assert told(cast.owner, reverse("admin:projects_proposal_make", args=[project.pk])).verdict is Verdict.OPEN


def test_city_administrator_reads_the_reason_by_address(cast, signed_in, project):
    page = signed_in(cast.city).get(PAGE, {"who": "stranger", "address": f"http://testserver{form_of(project)}?_changelist_filters=q"})
    assert page.context["told"].lacking.startswith("记录属市南")
    assert "滨海路改造工程" in page.content.decode()


def test_security_administrator_reads_the_reason_without_the_name(cast, signed_in, project):
    client = signed_in(make_user("security", Role.SECURITY_ADMINISTRATOR))
    page = client.get(PAGE, {"who": "王海", "kind": "projects.project", "number": str(project.pk), "verb": "change"})
    assert page.context["told"].verdict is Verdict.HIDDEN
    assert "滨海路改造工程" not in page.content.decode()


@pytest.mark.parametrize(
    "asked,field",
    [
        ({"who": "没有这人", "kind": "projects.project"}, "who"),
        ({"who": "stranger", "address": "/no/such/"}, "address"),
        ({"who": "stranger"}, "kind"),
        ({"who": "stranger", "kind": "projects.nothing"}, "kind"),
    ],
)
def test_what_can_not_be_read_is_said_at_its_field(cast, signed_in, asked, field):
    page = signed_in(cast.city).get(PAGE, asked)
    assert (page.status_code, list(page.context["form"].errors)) == (200, [field])


@pytest.mark.parametrize("number", ["x", "-1", "９", "9" * 30, "\x00"])
def test_a_number_that_is_none_breaks_nothing(cast, signed_in, number):
    page = signed_in(cast.city).get(PAGE, {"who": "stranger", "kind": "projects.project", "number": number, "verb": "change"})
    assert page.status_code == 200


@pytest.mark.parametrize("name", ["owner", "stranger", "reviewer"])
def test_others_do_not_ask_about_people(cast, signed_in, name):
    assert signed_in(getattr(cast, name)).get(PAGE, {"who": "city"}).status_code == 403


def test_a_refusal_says_what_was_lacking_and_who_can_give_it(cast, signed_in):
    page = signed_in(cast.reviewer).get(reverse("admin:projects_project_add"))
    text = page.content.decode()
    assert page.status_code == 403
    assert "所任岗位都没有“录入和修改”权限" in text
    assert "岗位由安全管理员在“用户与岗位”中安排" in text


def test_a_page_out_of_reach_tells_nothing(cast, signed_in, project):
    page = signed_in(cast.stranger).get(form_of(project))
    assert (page.status_code, "市南" in page.content.decode()) == (404, False)


def test_every_page_that_an_admin_adds_for_a_row_is_known(cast, project, signed_in):
    report = make_month(project, 6)
    period = report.period
    names = {
        reverse("admin:projects_reportingperiod_page", args=[period.pk]): Verdict.OPEN,
        reverse("admin:projects_reportingperiod_remind", args=[period.pk]): Verdict.HIDDEN,
        reverse("admin:projects_month_unit", args=[cast.unit_a.pk, period.pk]): Verdict.OPEN,
        reverse("admin:projects_month_unit", args=[cast.unit_b.pk, period.pk]): Verdict.HIDDEN,
        reverse("admin:projects_monthreport_corrections", args=[report.pk]): Verdict.OPEN,
        reverse("admin:projects_returns"): Verdict.OPEN,
    }
    assert {path: told(cast.owner, path).verdict for path in names} == names
    page = signed_in(cast.city).get(PAGE, {"who": "owner", "address": f"http://testserver{next(iter(names))}"})
    assert "不认识这个网址" not in page.content.decode()


def test_kinds_of_record_are_those_of_the_books(cast, signed_in):
    labels = [str(label) for _key, label in row_kinds()]
    assert "月度进展" in labels
    assert [label for label in labels if label.isascii()] == []


# --- What stands behind the question mark --------------------------------------------------------------------------------------------


def parts_of(response):
    return [(part.ok, part.text) for part in response.context["parts"]]


def test_the_unit_in_the_query_is_looked_at_and_the_rest_is_named(cast, signed_in):
    address = f"http://testserver{reverse('reports:city')}?unit={cast.unit_a.key}&period=2020-06&by=unit"
    page = signed_in(cast.city).get(PAGE, {"who": "stranger", "address": address})
    assert page.context["told"].verdict is Verdict.OPEN
    told = parts_of(page)
    assert [ok for ok, _text in told] == [False, True, None]
    assert "打得开，但选不到内容" in page.content.decode()
    assert told[0][1].startswith("网址里选的是市南，而有“查看”权限的岗位是区市经办人（市北），不在其范围内")
    assert "by" in told[2][1]
    own = parts_of(signed_in(cast.city).get(PAGE, {"who": "owner", "address": address}))
    assert [ok for ok, _text in own] == [True, True, None]


def test_lists_name_the_unit_by_its_number_and_a_period_too(cast, signed_in):
    period = make_period(2020, 6)
    address = f"{reverse('admin:projects_monthreport_changelist')}?unit={cast.unit_a.pk}&period={period.pk}"
    told = parts_of(signed_in(cast.city).get(PAGE, {"who": "stranger", "address": address}))
    assert [ok for ok, _text in told] == [False, True]
    assert "2020年6月" in told[1][1]


def test_a_page_of_one_unit_is_not_there_for_whom_the_unit_is_not(cast, signed_in):
    address = f"{reverse('reports:quality_unit')}?unit={cast.unit_a.key}&period=2020-06"
    client = signed_in(cast.city)
    found = client.get(PAGE, {"who": "stranger", "address": address}).context["told"]
    assert found.verdict is Verdict.HIDDEN
    assert found.lacking.startswith("网址里选的是市南")
    assert client.get(PAGE, {"who": "owner", "address": address}).context["told"].verdict is Verdict.OPEN


@pytest.mark.parametrize("query", ["unit=nowhere", "unit=%00", "unit=９", "period=2020-13", "period=99999999", "month=x", "unit=" + "9" * 300])
def test_a_choice_that_is_none_is_said_and_breaks_nothing(cast, signed_in, query):
    for name in ("reports:city", "admin:projects_monthreport_changelist"):
        told = parts_of(signed_in(cast.city).get(PAGE, {"who": "owner", "address": f"{reverse(name)}?{query}"}))
        assert [ok for ok, _text in told] == [False]
        assert "不存在" in told[0][1]
