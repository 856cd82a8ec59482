"""The score of a month from what really happened, each point leading to its evidence; and a campaign as a workbook."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from exchange.models import Upload
from projects.models import Campaign, CampaignProject, Correction, LockException, MonthReport, NilReturn, Obstacle, ReviewEvent, Threshold
from projects.period import Period
from projects.quality import Mark
from projects.values import Month
from reports.quality import quality
from tests.factories import make_month, make_period, make_project, make_unit

pytestmark = pytest.mark.django_db
JUNE, TODAY = Month(2020, 6), date(2020, 7, 31)
AT = datetime(2020, 7, 12, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def weights(db):
    for key, value in (("unreported", 20), ("late", 10), ("late.most", 10), ("returned", 1), ("corrected", 2), ("unit_slip", 5), ("obstacle", 1)):
        Threshold.objects.create(code="quality", key=key, value=str(value), valid_from=date(2020, 1, 1))


def event(report, verb, before="draft", after="submitted", **values):
    return ReviewEvent.objects.create(report=report, verb=verb, from_state=before, to_state=after, at=AT, **values)


@pytest.fixture
def bad_month(cast, weights):
    """Unit A did everything that can be held against it."""
    period = make_period(2020, 6, due_on=date(2020, 7, 6), grace_until=date(2020, 7, 8))
    first, second = (make_project(f"工程{number}号", cast.unit_a, stage="build") for number in range(2))
    report, other = make_month(first, state="approved"), make_month(second, state="submitted")
    for one in (report, other):
        event(one, "submit", is_late=True)
    event(report, "return", "submitted", "returned", reason="数据有误")
    event(report, "void", "approved", "draft", by=cast.owner)
    event(report, "void", "approved", "draft", by=cast.city)
    event(other, "void", "submitted", "draft")
    Correction.objects.create(report=report, field="done_ytd_wan", published="600", value="700", reason="漏报", state="approved")
    Obstacle.objects.create(project=first, text="管线迁改", raised_on=date(2020, 5, 1), due_on=date(2020, 6, 15))
    Obstacle.objects.create(project=first, text="七月才到期", raised_on=date(2020, 5, 1), due_on=date(2020, 7, 15))
    findings = [{"code": "unit_suspect"}, {"code": "unit_suspect"}, {"code": "amount_text"}]
    Upload.objects.create(filename="6月月报.xlsx", sha256="0" * 64, size=1, unit=cast.unit_a, period=period, findings=findings)
    return period


def scored(found, unit):
    return next(one for row, one in zip(found.units, found.scores, strict=True) if row == unit)


def test_each_kind_is_found_once_with_its_points(cast, bad_month):
    found = scored(quality(cast.city, JUNE, today=TODAY), cast.unit_a)
    told = {one.mark: (len(one.evidence), one.points) for one in found.taken}
    assert told == {
        Mark.UNREPORTED: (0, 0),
        Mark.LATE: (1, 10),
        Mark.RETURNED: (1, 1),
        Mark.CORRECTED: (1, 2),
        Mark.UNIT_SLIP: (1, 5),
        Mark.OBSTACLE: (1, 1),
    }
    assert found.points == Decimal(81)


def test_a_month_never_handed_in_and_a_late_nil_return(cast, weights):
    period = make_period(2020, 6, due_on=date(2020, 7, 6), grace_until=date(2020, 7, 8))
    for unit in (cast.unit_a, cast.unit_b):
        make_project(unit=unit, stage="build")
    NilReturn.objects.create(unit=cast.unit_b, period=period, note="无变化", is_late=True)
    found = quality(cast.city, JUNE, today=TODAY)
    assert [scored(found, unit).points for unit in (cast.unit_a, cast.unit_b)] == [80, 90]
    before = quality(cast.city, JUNE, today=date(2020, 7, 8))
    assert scored(before, cast.unit_a).points == 100


def test_an_edit_the_city_let_the_unit_make_is_not_held_against_it(cast, bad_month):
    until = AT.replace(day=20)
    given = LockException.objects.create(unit=cast.unit_a, period=bad_month, until=until, reason="补报")
    LockException.objects.filter(pk=given.pk).update(granted_at=AT.replace(day=11))
    taken = {one.mark: len(one.evidence) for one in scored(quality(cast.city, JUNE, today=TODAY), cast.unit_a).taken}
    assert taken[Mark.CORRECTED] == 0


def test_the_same_rows_are_late_or_unreported_not_both(cast, weights):
    period = make_period(2020, 6, due_on=date(2020, 7, 6), grace_until=date(2020, 7, 8))
    report = make_month(make_project(unit=cast.unit_a, stage="build"), state="draft")
    event(report, "submit", is_late=True)

    def taken():
        return {one.mark for one in scored(quality(cast.city, JUNE, today=TODAY), cast.unit_a).taken if one.evidence}

    assert taken() == {Mark.LATE}
    other = make_month(make_project(unit=cast.unit_a, stage="build"), state="draft")
    assert taken() == {Mark.LATE, Mark.UNREPORTED}
    assert other.period == period


def test_a_report_is_late_once_by_its_first_hand_in(cast, weights):
    make_period(2020, 6, due_on=date(2020, 7, 6), grace_until=date(2020, 7, 8))
    late, in_time = (make_month(make_project(unit=cast.unit_a, stage="build"), state="submitted") for _ in range(2))
    for report, first_late in ((late, True), (in_time, False)):
        for day, verb, is_late in ((7, "submit", first_late), (15, "return", False), (20, "submit", True)):
            ReviewEvent.objects.filter(pk=event(report, verb, reason="误", is_late=is_late).pk).update(at=AT.replace(day=day))
    (found,) = scored(quality(cast.city, JUNE, today=TODAY), cast.unit_a).of(Mark.LATE).evidence
    assert (found.words, found.day) == ("逾期提交 1 条月度进展", date(2020, 7, 7))


@pytest.mark.parametrize("who", ["owner", "city", None])
def test_an_approved_report_that_a_later_sheet_changed_is_counted_whoever_sent_it(cast, weights, who):
    report = make_month(make_project(unit=cast.unit_a, stage="build"))
    sent = Upload.objects.create(filename="6月月报.xlsx", sha256="0" * 64, size=1, unit=cast.unit_a, period=report.period, committed_at=AT)
    given = {"by": who and getattr(cast, who), "upload_id": sent.pk}
    event(report, "void", "approved", "draft", **given)

    def taken():
        return len(scored(quality(cast.city, JUNE, today=TODAY), cast.unit_a).of(Mark.CORRECTED).evidence)

    assert taken() == 1
    Upload.objects.filter(pk=sent.pk).update(committed_at=AT.replace(day=1), undone_at=AT)
    assert taken() == (1 if who == "owner" else 0)


def test_a_month_that_was_never_opened_asks_for_nothing_and_scores_nothing(cast, signed_in, bad_month):
    client, asked = signed_in(cast.city), {"period": "2019-01"}
    page = client.get(reverse("reports:quality"), asked)
    assert {row.values.get("score") for row in page.context["page"].table.rows} == {None}
    for told in (page, client.get(reverse("reports:quality_unit"), {**asked, "unit": cast.unit_a.key})):
        assert "2019年1月没有设填报期，没有要求填报，不评分。" in told.content.decode()
        assert "得 100 分" not in told.content.decode()
    sheet = load_workbook(BytesIO(client.get(reverse("reports:quality_xlsx"), asked).content)).active
    assert [row[1] for row in sheet.iter_rows(values_only=True) if row[0] == "市南"] == ["—"]


def test_weights_of_another_year_do_not_count(cast, bad_month):
    Threshold.objects.filter(code="quality").update(valid_from=date(2021, 1, 1))
    found = quality(cast.city, JUNE, today=TODAY)
    assert (scored(found, cast.unit_a).points, found.weights) == (100, {})


def test_every_point_opens_its_evidence(cast, signed_in, bad_month):
    client = signed_in(cast.city)
    page = client.get(reverse("reports:quality"), {"period": "2020-06"}).content.decode()
    unit_url = reverse("reports:quality_unit", query={"period": "2020-06", "unit": cast.unit_a.key})
    assert f"{unit_url}#late".replace("&", "&amp;") in page
    detail = client.get(unit_url)
    words = detail.content.decode()
    assert [word for word in ("逾期提交 2 条", "数据有误", "审核后又改动", "6月月报.xlsx", "管线迁改") if word not in words] == []
    assert "七月才到期" not in words
    links = [one.url for mark in detail.context["marks"] for one in mark["taken"].evidence]
    assert [client.get(link).status_code for link in links] == [200] * len(links)


def test_a_unit_sees_its_own_score_alone(cast, signed_in, bad_month):
    client = signed_in(cast.stranger)
    page = client.get(reverse("reports:quality"), {"period": "2020-06"}).content.decode()
    assert "市南" not in page
    assert client.get(reverse("reports:quality_unit"), {"period": "2020-06", "unit": cast.unit_a.key}).status_code == 404


def test_the_workbook_says_what_the_page_says(cast, signed_in, bad_month):
    answer = signed_in(cast.city).get(reverse("reports:quality_xlsx"), {"period": "2020-06"})
    sheet = load_workbook(BytesIO(answer.content)).active
    rows = {row[0]: row[1:] for row in sheet.iter_rows(values_only=True)}
    assert rows["市南"] == (81, "—", -10, -1, -2, -5, -1)


# --- As it was known on a past day ---------------------------------------------------------------------------------------------------


def dated(*rows, at):
    """Move all that history says of these rows to a moment."""
    for row in rows:
        type(row).history.filter(id=row.pk).update(history_date=at)


@pytest.fixture
def late_month(cast, weights):
    """Unit A's project was under construction from the start; its report came on the 12th, late, and was returned on the 20th."""
    period = make_period(2020, 6, due_on=date(2020, 7, 6), grace_until=date(2020, 7, 8))
    project = make_project(unit=cast.unit_a, stage="build")
    report = make_month(project, state="submitted")
    dated(project, at=AT.replace(day=1))
    dated(report, at=AT)
    event(report, "submit", is_late=True)
    ReviewEvent.objects.filter(pk=event(report, "return", "submitted", "returned", reason="数据有误").pk).update(at=AT.replace(day=20))
    return period


@pytest.mark.parametrize("day,points", [(8, 100), (9, 80), (11, 80), (12, 90), (19, 90), (20, 89), (31, 89)])
def test_a_score_can_be_seen_again_as_it_was_known(cast, signed_in, late_month, day, points):
    known = date(2020, 7, day)
    assert scored(quality(cast.city, JUNE, known=known), cast.unit_a).points == points
    client, asked = signed_in(cast.city), {"period": "2020-06", "known": known.isoformat()}
    rows = client.get(reverse("reports:quality"), asked).context["page"].table.rows
    assert {row.label: row.values["score"] for row in rows}["市南"] == points
    book = load_workbook(BytesIO(client.get(reverse("reports:quality_xlsx"), asked).content)).active
    printed = list(book.iter_rows(values_only=True))
    assert next(row[1] for row in printed if row[0] == "市南") == points
    assert any(known.isoformat() in str(cell) for row in printed for cell in row if cell)


def test_links_and_the_unit_page_keep_the_day(cast, signed_in, late_month):
    client = signed_in(cast.city)
    page = client.get(reverse("reports:quality"), {"period": "2020-06", "known": "2020-07-09"}).content.decode()
    unit_url = reverse("reports:quality_unit", query={"period": "2020-06", "known": "2020-07-09", "unit": cast.unit_a.key})
    assert f"{unit_url}#unreported".replace("&", "&amp;") in page
    detail = client.get(unit_url)
    assert (detail.context["score"].points, detail.context["day"]) == (80, date(2020, 7, 9))
    assert "known=2020-07-09" in detail.context["back"]


def test_the_lock_of_a_month_takes_nothing_off_what_was_never_handed_in(cast, weights):
    period = make_period(2020, 6, due_on=date(2020, 7, 6), grace_until=date(2020, 7, 8))
    dated(make_project(unit=cast.unit_a, stage="build"), at=AT.replace(day=1))
    assert scored(quality(cast.city, JUNE, today=TODAY), cast.unit_a).points == 80
    period.locked_at = AT
    period.save()
    assert scored(quality(cast.city, JUNE, today=TODAY), cast.unit_a).points == 80


@pytest.mark.parametrize("name", ["quality", "quality_unit", "quality_xlsx"])
def test_a_month_that_can_not_be_read_is_said_to_be(cast, signed_in, name):
    assert signed_in(cast.city).get(reverse(f"reports:{name}"), {"period": "六月"}).status_code == 400


def test_the_page_costs_the_same_for_one_unit_and_for_three(cast, signed_in, bad_month):
    client, costs = signed_in(cast.city), []
    for number in range(3):
        make_month(make_project(unit=make_unit(f"丙{number}区"), stage="build"), state="submitted")
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse("reports:quality"), {"period": "2020-06"})
        costs.append(len(seen))
    assert costs[0] == costs[2]


# --- A campaign as a workbook ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("goal", ["invest", "start"])
def test_a_campaigns_workbook_says_what_its_page_says(cast, signed_in, goal):
    campaign = Campaign.objects.create(name="百日攻坚", begins_on=date(2020, 4, 1), ends_on=date(2020, 7, 9), goal=goal)
    for unit, done in ((cast.unit_a, 900), (cast.unit_b, 100)):
        project = make_project(unit=unit, actual_start="2020-05" if done == 900 else "")
        CampaignProject.objects.create(campaign=campaign, project=project, joined_on=date(2020, 4, 1), target_wan=Decimal(900))
        make_month(project, 5, done_ytd_wan=Decimal(done))
    client = signed_in(cast.city)
    page = client.get(reverse("admin:projects_campaign_page", args=[campaign.pk]), {"day": "2020-07-01"})
    url = reverse("reports:campaign_xlsx", query={"campaign": campaign.pk, "day": "2020-07-01"})
    assert [link.url for link in page.context["links"]] == [url]
    book = load_workbook(BytesIO(client.get(url).content))
    rows = {row[0]: row[1:6] for row in book.worksheets[0].iter_rows(values_only=True)}
    total = page.context["total"]
    assert rows["合计"] == (total.count, total.done, total.on_way, total.behind, total.without)
    assert rows["合计"] == ((2, 1, 0, 1, 0) if goal == "invest" else (2, 1, 1, 0, 0))
    assert len([row for row in book.worksheets[1].iter_rows(values_only=True) if row[1] in ("市南", "市北")]) == 2


def test_a_campaigns_workbook_refuses_a_day_that_is_none_as_its_page_does(cast, signed_in):
    campaign = Campaign.objects.create(name="百日攻坚", begins_on=date(2020, 4, 1), ends_on=date(2020, 7, 9))
    client = signed_in(cast.city)
    page = client.get(reverse("admin:projects_campaign_page", args=[campaign.pk]), {"day": "zz"})
    sheet = client.get(reverse("reports:campaign_xlsx"), {"campaign": campaign.pk, "day": "zz"})
    for answer in (page, sheet):
        assert (answer.status_code, "日期应写作 2020-07-10，读到“zz”" in answer.content.decode()) == (400, True)


def test_a_unit_takes_its_own_projects_out(cast, signed_in):
    campaign = Campaign.objects.create(name="百日攻坚", begins_on=date(2020, 4, 1), ends_on=date(2020, 7, 9))
    CampaignProject.objects.create(campaign=campaign, project=make_project("邻区机密工程", cast.unit_b), joined_on=date(2020, 4, 1))
    answer = signed_in(cast.owner).get(reverse("reports:campaign_xlsx"), {"campaign": campaign.pk})
    told = [cell for sheet in load_workbook(BytesIO(answer.content)) for row in sheet.iter_rows(values_only=True) for cell in row]
    assert "邻区机密工程" not in told


def test_a_month_in_halves_is_scored_together_and_by_its_halves(cast, weights, signed_in):
    """Of unit A the first half came late and the second never; a whole month left over beside the halves asks nobody for anything."""
    days = ((1, date(2020, 6, 18), date(2020, 6, 20)), (2, date(2020, 7, 3), date(2020, 7, 6)))
    first, _second = (make_period(2020, 6, half=half, due_on=due, grace_until=grace) for half, due, grace in days)
    project = make_project(unit=cast.unit_a, stage="build")
    event(MonthReport.objects.create(project=project, period=first, state="submitted"), "submit", is_late=True)
    make_period(2020, 6, due_on=date(2020, 7, 3))
    asked = {"2020-06": 70, "2020-06A": 90, "2020-06B": 80}
    found = {text: scored(quality(cast.city, Period.parse(text), today=TODAY), cast.unit_a).points for text in asked}
    assert found == asked
    client = signed_in(cast.city)
    page = client.get(reverse("reports:quality"), {"period": "2020-06B"})
    assert "2020年6月下半月填报质量评分表" in page.content.decode()
    assert [choice.label for choice in page.context["months"] if choice.chosen] == ["2020年6月下半月"]
    assert {"2020年6月", "2020年6月上半月", "2020年6月下半月"} <= {choice.label for choice in page.context["months"]}
    own = client.get(reverse("reports:quality_unit"), {"period": "2020-06B", "unit": cast.unit_a.key}).content.decode()
    assert "2020年6月下半月到期未提交" in own
    assert "逾期提交 1 条" not in own
