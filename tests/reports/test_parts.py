"""What a figure counts: of a month that is reported in halves the newest half, of a half by itself its own; or only what was approved."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from projects.models import Correction, MonthReport, Project
from projects.period import Period
from projects.returns import States, states_of
from projects.values import Month
from reports.catalogue import city, detail
from reports.neutral import table_document
from reports.selection import Question, latest_month, whole_reach
from tests.reports import build

pytestmark = pytest.mark.django_db
JUNE, JULY = Month(2020, 6), Month(2020, 7)


@pytest.fixture
def halves(db):
    """May as a whole; June in halves by one project, in its first half alone by another; a third reported it as a whole."""
    unit = build.unit("a")
    both = build.project(unit, plan=1200, months={"2020-05": (100, 500), "2020-06A": (30, 530), "2020-06B": (50, 580)})
    first = build.project(unit, plan=1200, months={"2020-05": (10, 50), "2020-06A": (5, 55)})
    whole = build.project(unit, plan=1200, months={"2020-05": (10, 50), "2020-06": (20, 70)})
    return both, first, whole


def total(question, by="unit"):
    """The city row, and the same by the projects: they must agree."""
    row = table_document(city(whole_reach(), question, by))["rows"][0]["values"]
    of_projects = table_document(detail(whole_reach(), question))["rows"][0]["values"]
    for name in ("month", "ytd", "rate", "schedule"):
        assert of_projects[name] == row[name]
    return row


def wan(row, *names):
    return [None if row[name] is None else Decimal(row[name]) for name in names]


def asked(half=0, month=JUNE, **more):
    return Question(month, half=half, **more)


def test_a_period_is_written_and_ordered(db):
    texts = ["2020-05", "2020-06A", "2020-06B", "2020-06", "2020-07A"]
    periods = [Period.parse(text) for text in texts]
    assert sorted([*periods[2:], *periods[:2]]) == periods
    assert [str(period) for period in periods] == texts
    assert [str(period.previous) for period in periods] == ["2020-04", "2020-05", "2020-06A", "2020-05", "2020-06"]
    assert (periods[1].zh, periods[2].en) == ("2020年6月上半月", "2020-06 (second half)")
    for wrong in ("2020-06C", "2020-13A", "A", "", "2020-06AB", "2020-6A"):
        with pytest.raises(ValueError, match="month"):
            Period.parse(wrong)


def test_a_month_in_halves_stands_at_its_newest_half_and_sums_them(halves):
    row = total(asked())
    assert wan(row, "month", "ytd") == [30 + 50 + 5 + 20, 580 + 55 + 70]
    assert (row["not_reported"], row["schedule"]) == (0, "0.5")
    assert latest_month(whole_reach()) == JUNE


def test_a_half_by_itself_says_its_own(halves):
    row = total(asked(1))
    assert wan(row, "month", "ytd") == [35, 585]
    assert (row["not_reported"], Decimal(row["schedule"])) == (1, Decimal("5.5") / 12)
    row = total(asked(2))
    assert wan(row, "month", "ytd") == [50, 580]  # who said the first half alone has not reported the second
    assert row["not_reported"] == 2
    assert states_of(Project.objects.all(), Period(JUNE, 2)) == States(draft=1)
    table = city(whole_reach(), asked(1), "unit")
    assert "2020年6月上半月" in table.title
    assert table.lead.startswith("2020年6月上半月，“本月”指这半个月。")
    assert "时序进度＝5.5÷12" in table.notes[0]


def test_a_past_day_knows_its_halves(halves):
    both = halves[0]
    known = timezone.localdate() - timedelta(days=1)
    for model in (Project, MonthReport):
        model.history.update(history_date=timezone.now() - timedelta(days=3))
    MonthReport.history.filter(project_id=both.pk, period__half=2).update(history_date=timezone.now())
    assert wan(total(asked(known=known)), "month", "ytd") == [30 + 5 + 20, 530 + 55 + 70]
    assert wan(total(asked()), "ytd") == [705]


def test_the_month_after_compares_with_the_newest_half(halves):
    build.report(halves[0], "2020-07", 20, 600)
    table = table_document(city(whole_reach(), Question(JULY), "unit"))
    assert wan(table["rows"][0]["values"], "month", "ytd") == [20, 600]
    assert states_of(Project.objects.all(), Period(JUNE)) == States(draft=3)


# --- Approved only -----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def mixed(db):
    unit = build.unit("a")
    approved = build.project(unit, plan=1000)
    build.report(approved, "2020-06", 10, 400, state="approved")
    draft = build.project(unit, plan=1000, months={"2020-06": (20, 300)})
    return approved, draft


def test_what_is_not_approved_counts_as_not_reported(mixed):
    row = total(asked(approved=True))
    assert (row["count"], row["not_reported"], *wan(row, "month", "ytd", "plan")) == (2, 1, 10, 400, 2000)
    assert Decimal(row["rate"]) == Decimal("0.2")
    assert wan(total(asked()), "ytd") == [700]
    rows = table_document(detail(whole_reach(), asked(approved=True)))["rows"][-2:]
    assert [wan(row["values"], "ytd") for row in rows] == [[400], [None]]


def test_page_and_workbook_say_so_in_their_head(mixed, signed_in, cast):
    client = signed_in(cast.city)
    query = {"period": "2020-06", "approved": "1"}
    page = client.get(reverse("reports:city"), query)
    words = "只计已审核的月度进展，未审核的按未报计。"
    assert page.context["page"].table.lead.startswith(words)
    assert "另有1个项目未报或未审核" in page.context["page"].table.lead
    assert {"未审核", "其中未审核项目", "已审核项目完成率（%）"} <= {heading.text for row in page.context["page"].heading_rows for heading in row}
    assert not any("未报" in note for note in page.context["page"].table.notes)
    assert [choice.chosen for choice in page.context["counted"]] == [False, True]
    assert "approved=1" in page.context["download"]
    sheet = load_workbook(BytesIO(client.get(reverse("reports:city_xlsx"), query).content)).worksheets[0]
    texts = [str(cell.value) for row in sheet.iter_rows(max_row=4) for cell in row if cell.value]
    assert any(text.startswith(words) for text in texts)
    assert "（只计已审核）" in texts[0]
    row_url = page.context["page"].rows[0].href
    assert "approved=1" in row_url
    assert "只计已审核" in client.get(row_url).content.decode()


def test_a_switch_that_is_none_is_refused(signed_in, cast):
    answer = signed_in(cast.city).get(reverse("reports:city"), {"approved": "yes"})
    assert (answer.status_code, "approved=1，读到“yes”" in answer.content.decode()) == (400, True)


def test_the_command_counts_the_same(mixed, capsys):
    call_command("city_table", "--period", "2020-06", "--approved")
    assert "只计已审核的月度进展" in capsys.readouterr().out


def test_the_note_of_corrections_leads_to_them(mixed, signed_in, cast):
    client = signed_in(cast.city)
    assert client.get(reverse("reports:city"), {"period": "2020-06"}).context["corrections"] == ""
    report = MonthReport.objects.filter(project=mixed[0]).get()
    told = {"field": "done_ytd_wan", "published": "400", "value": "390", "reason": "统计口径"}
    Correction.objects.create(report=report, state="approved", settled_at=timezone.now(), **told)
    page = client.get(reverse("reports:city"), {"period": "2020-06"})
    url = page.context["corrections"]
    assert f"period={report.period_id}" in url
    assert url.replace("&", "&amp;") in page.content.decode()
    assert "390" in client.get(url).content.decode()
