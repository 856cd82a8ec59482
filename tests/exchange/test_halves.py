"""A month that is reported twice, by data alone: form, template, upload, commit, unit page, review, matrix, chasing and figures."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.models import AuditEvent
from exchange.models import Upload
from exchange.services.faults import StateError
from exchange.services.held_book import held_book
from exchange.services.template import make_template
from exchange.services.undo import redo, undo
from exchange.sheets.template import GREY
from projects.models import MonthReport, NilReturn, Project, Reminder, ReportingPeriod, ReportingRule
from projects.period import Period
from projects.returns import matrix, period_words
from projects.services.checks import check_month
from projects.services.halves import halves_in_use, part_refusal, parts_of
from projects.services.periods import lock_period, open_period, period_of
from projects.services.reminders import remind
from projects.services.reviews import last_approved, move_many, nil_return, withdraw_nil_return
from projects.workflow import Refused, Verb
from reports.catalogue import city
from reports.neutral import table_document
from reports.selection import Question, whole_reach
from tests.books import Sheet, xlsx
from tests.exchange.cast import Cast, client_of, make_cast, person
from tests.exchange.excel import Excel
from tests.exchange.roundtrip import JULY, JUNE, MAY, NAMES, begin, committed, sent
from tests.projects.admin_pages import errors_of, form_of

pytestmark = pytest.mark.django_db
FIRST, SECOND = Period(JUNE, 1), Period(JUNE, 2)
BY_HAND = f"""
    崂山区2020年6月重大基础设施项目进展情况
    单位：万元
    序号|项目名称|项目代码|本月完成投资|本年累计完成投资|形象进度
    1|{NAMES[0]}|2019-370212-48-01-000001|100|600|路基完成八成，管线迁改完成
"""


@pytest.fixture
def cast(db: None) -> Cast:
    """May was reported as a whole; two rules let June be reported in halves."""
    made = make_cast(with_reference=True)
    begin(made)
    ReportingRule.objects.create(year=2020, month=6, half=1, due_day=18, month_offset=0, shift="none")
    ReportingRule.objects.create(year=2020, month=6, half=2, due_day=3, shift="none")
    return made


def filled(cast: Cast, period: Period, month: int, ytd: int, text: str) -> Upload:
    """The template of the period with all five projects filled in, sent without saying which period."""
    excel = Excel(make_template(cast.unit, period, actor=cast.owner).content)
    for number, name in enumerate(NAMES, start=1):
        figures = {"本月完成投资": month * number, "本年累计完成投资": ytd * number, "自开工累计完成投资": (ytd + 300) * number}
        excel.put(name, **figures, 形象进度=f"{text}，完成{number}段")
    return sent(excel.saved(), cast)


@pytest.fixture
def both(cast: Cast) -> Cast:
    committed(filled(cast, FIRST, 40, 540, "上半月路基填筑"), cast)
    committed(filled(cast, SECOND, 80, 620, "下半月路面摊铺"), cast)
    return cast


def codes(upload: Upload) -> set[str]:
    return {finding["code"] for finding in upload.findings if finding["severity"] == "error"}


# --- Which months are reported in halves -------------------------------------------------------------------------------------------


def test_rules_or_stored_periods_say_it(cast: Cast) -> None:
    assert halves_in_use()
    assert [parts_of(month) for month in (MAY, JUNE, JULY)] == [(0,), (1, 2), (0,)]
    period_of(JULY, 1)
    assert parts_of(JULY) == (1, 2)  # whoever opened the first half means to report twice
    ReportingRule.objects.create(year=2021, half=1, due_day=18, month_offset=0)
    assert [parts_of(Period.parse(text).month) for text in ("2020-12", "2021-03")] == [(0,), (1, 2)]


def test_a_month_is_opened_as_a_whole_or_in_halves_never_both(cast: Cast) -> None:
    client = client_of(person("keeper", "city_administrator"))
    address = reverse("admin:projects_reportingperiod_add")

    def opened(month: int, half: int) -> str:
        answer = client.post(address, form_of(client.get(address), year="2020", month=str(month), half=str(half)))
        return "" if answer.status_code == 302 else errors_of(answer)["half"][0]

    assert "已按上、下半月填报" in opened(6, 0)  # by the rules alone
    assert [opened(6, 1), opened(6, 2)] == ["", ""]
    assert "已按上、下半月填报" in opened(6, 0)
    assert "已按整月填报" in opened(5, 1)
    ReportingRule.objects.all().delete()
    assert opened(8, 0) == ""
    assert "已按整月填报" in opened(8, 2)


def test_a_whole_file_never_overrides_halves(both: Cast) -> None:
    period_of(JUNE)  # stored beside them before this was refused
    assert parts_of(JUNE) == (1, 2)
    assert "period_part" in codes(sent(xlsx(Sheet("进展", BY_HAND)), both, period=Period(JUNE)))
    period_of(MAY, 1)
    assert parts_of(MAY) == (0,)  # whose reports are of the whole month


def test_a_single_report_into_a_whole_month_left_over_is_answered(both: Cast) -> None:
    """Stored beside the halves before this was refused: neither a report nor 本月无变化 goes there, and nobody is asked for it."""
    whole = period_of(JUNE)
    project = Project.objects.get(name=NAMES[0])
    client = client_of(both.officer)
    address = f"{reverse('admin:projects_monthreport_add')}?project={project.pk}&period={whole.pk}"
    answer = client.post(address, form_of(client.get(address), project=str(project.pk), period=str(whole.pk), done_ytd_wan="700"))
    assert "2020年6月分上、下半月填报，填报期请选2020-06A（上半月）或2020-06B（下半月）" in errors_of(answer)["period"][0]
    assert not MonthReport.objects.filter(period=whole).exists()
    with pytest.raises(Refused, match="分上、下半月填报"):
        nil_return(unit_id=both.other.pk, period_id=whole.pk, actor=None, note="停工")
    assert [str(span) for span in matrix([both.unit], 2020, months=[6]).spans] == ["2020-06A", "2020-06B"]


def test_what_was_opened_since_the_check_is_asked_at_the_commit(cast: Cast) -> None:
    upload = sent(xlsx(Sheet("进展", BY_HAND.replace("6月重大", "7月重大"))), cast)
    period_of(JULY, 1)
    with pytest.raises(StateError, match="分上、下半月填报"):
        committed(upload, cast)
    assert not MonthReport.objects.filter(period__month=7).exists()


def test_the_other_part_is_refused_with_what_to_choose(cast: Cast) -> None:
    whole, half = part_refusal(Period(JUNE)), part_refusal(Period(MAY, 1))
    assert whole is not None
    assert half is not None
    assert "请选2020-06A（上半月）或2020-06B（下半月）" in whole.zh
    assert "请选2020-05" in half.zh
    with pytest.raises(StateError, match="分上、下半月填报"):
        make_template(cast.unit, JUNE, actor=cast.owner)


# --- Template and back -------------------------------------------------------------------------------------------------------------


def test_a_half_goes_out_and_comes_back_to_its_own_period(both: Cast) -> None:
    stored = MonthReport.objects.filter(project__name=NAMES[1], period__month=6).order_by("period__half")
    assert [(str(row.period), row.done_month_wan, row.done_ytd_wan) for row in stored] == [
        ("2020年6月上半月", 80, 1080),
        ("2020年6月下半月", 160, 1240),
    ]
    assert not ReportingPeriod.objects.filter(month=6, half=0).exists()
    upload = Upload.objects.latest("pk")
    assert (str(upload.period), upload.counts["months"]) == ("2020年6月下半月", ["2020-06B"])


def test_the_grey_values_are_of_the_half_before(both: Cast) -> None:
    excel = Excel(make_template(both.unit, SECOND, actor=both.owner).content)
    assert excel.cell(NAMES[1], f"{GREY}上次填报").value == "2020-06A 草稿"
    assert excel.cell(NAMES[1], "本年累计完成投资").value == 1240
    assert "2020年6月下半月" in str(excel.sheet.cell(1, 1).value)
    july = Excel(make_template(both.unit, JULY, actor=both.owner).content)
    assert [july.cell(NAMES[1], f"{GREY}{words}").value for words in ("上次填报", "上次本年累计完成投资")] == ["2020-06B 草稿", 1240]


def test_the_second_half_is_held_against_the_first(cast: Cast) -> None:
    committed(filled(cast, FIRST, 40, 540, "上半月路基填筑"), cast)
    fallen = filled(cast, SECOND, 10, 530, "下半月路面摊铺")
    assert codes(fallen) == {"ytd_decreased"}
    assert "2020-06A" in next(finding["zh"] for finding in fallen.findings if finding["code"] == "ytd_decreased")
    assert codes(filled(cast, SECOND, 10, 620, "下半月路面摊铺")) == {"month_not_reconciled"}
    # The first half was held against May, whose year to date was 500.
    assert codes(filled(cast, FIRST, 10, 540, "上半月路基填筑")) == {"month_not_reconciled"}


def test_a_first_half_is_judged_by_its_fifteenth(cast: Cast) -> None:
    header = "序号|项目名称|本月完成投资|本年累计完成投资|实际开工时间"
    for half, day, expected in ((1, "2020-06-20", True), (1, "2020-06-15", False), (2, "2020-06-20", False)):
        table = f"""
            崂山区2020年6月{"上下"[half - 1]}半月重大基础设施项目进展情况
            单位：万元
            {header}
            1|{NAMES[0]}|40|540|{day}
        """
        found = {finding["code"] for finding in sent(xlsx(Sheet("进展", table)), cast).findings}
        assert ("start_after_report" in found) is expected
    project = Project.objects.get(name=NAMES[0])
    project.actual_start = "2020-06-20"
    for half, expected in ((1, True), (2, False)):
        report = MonthReport(project=project, period=period_of(JUNE, half), done_month_wan=Decimal(40), done_ytd_wan=Decimal(540))
        heard = {finding.code for finding in check_month(report)}
        assert ("investment_before_start" in heard) is expected, heard


def test_figures_take_back_what_was_said_unchanged(cast: Cast) -> None:
    first = period_of(JUNE, 1)
    for unit in (cast.unit, cast.other):
        nil_return(unit_id=unit.pk, period_id=first.pk, actor=None, note="全部停工")
    committed(filled(cast, FIRST, 40, 540, "上半月路基填筑"), cast)
    assert list(NilReturn.objects.standing().values_list("unit", flat=True)) == [cast.other.pk]
    event = AuditEvent.objects.get(event="month.nil_withdraw")
    assert (event.detail["note"], event.detail["period"], event.actor) == ("全部停工", "2020-06A", cast.owner)
    page = client_of(cast.officer).get(reverse("admin:projects_month_unit", args=[cast.unit.pk, first.pk])).content.decode()
    assert "全部停工" not in page


def test_undo_lets_stand_again_what_was_said_unchanged(cast: Cast) -> None:
    first = period_of(JUNE, 1)

    def said() -> list[tuple[str, int | None]]:
        return list(NilReturn.objects.standing().values_list("note", "by"))

    nil_return(unit_id=cast.unit.pk, period_id=first.pk, actor=None, note="全部停工")
    before = NilReturn.objects.values("at", "is_late", "by", "note").get()
    upload = filled(cast, FIRST, 40, 540, "上半月路基填筑")
    committed(upload, cast)
    later = filled(cast, FIRST, 50, 550, "上半月路基填筑")
    committed(later, cast)
    undo(upload, actor=cast.owner)
    assert said() == []  # the later file's figures stand
    page = client_of(cast.owner).get(reverse("exchange:undo-preview", args=[later.public_id])).content.decode()
    assert "1 个单位原来报的“本月无变化”恢复有效" in page
    undo(later, actor=cast.owner)
    assert not MonthReport.objects.filter(period=first).exists()
    assert said() == [("全部停工", None)]
    assert NilReturn.objects.values("at", "is_late", "by", "note").get() == before
    assert "1个单位原报的“本月无变化”恢复有效" in later.outcome
    assert AuditEvent.objects.get(event="month.nil_again").actor == cast.owner
    redo(later, actor=cast.owner)
    assert said() == []
    assert "1个单位的“本月无变化”随之撤回" in later.outcome


def test_of_what_was_said_twice_the_newest_stands_again(cast: Cast) -> None:
    first = period_of(JUNE, 1)
    nil_return(unit_id=cast.unit.pk, period_id=first.pk, actor=None, note="全部停工")
    upload = filled(cast, FIRST, 40, 540, "上半月路基填筑")
    committed(upload, cast)
    undo(upload, actor=cast.owner)
    withdraw_nil_return(unit_id=cast.unit.pk, period_id=first.pk, actor=None)
    redo(upload, actor=cast.owner)
    undo(upload, actor=cast.owner)
    assert not NilReturn.objects.standing().exists()  # a person took it back, and no upload
    nil_return(unit_id=cast.unit.pk, period_id=first.pk, actor=None, note="仍旧停工")
    redo(upload, actor=cast.owner)
    assert not NilReturn.objects.standing().exists()
    undo(upload, actor=cast.owner)
    assert list(NilReturn.objects.standing().values_list("note", flat=True)) == ["仍旧停工"]


def test_july_is_held_against_the_newest_half(both: Cast) -> None:
    assert not codes(filled(both, Period(JULY), 30, 650, "七月附属工程施工"))
    assert codes(filled(both, Period(JULY), 30, 600, "七月附属工程施工")) == {"ytd_decreased"}


def test_a_file_made_by_hand_says_no_half_and_is_asked(cast: Cast) -> None:
    book = xlsx(Sheet("进展", BY_HAND))
    asked = sent(book, cast, name="进展.xlsx")
    assert codes(asked) == {"period_part"}
    assert "分上、下半月填报" in next(finding["zh"] for finding in asked.findings if finding["code"] == "period_part")
    chosen = sent(book, cast, name="进展.xlsx", period=SECOND)
    assert "period_part" not in codes(chosen)
    committed(chosen, cast)
    assert MonthReport.objects.get(period__month=6).period.half == 2


@pytest.mark.parametrize(
    ("sheet", "title", "name"),
    [
        ("进展", "2020年6月上半月重大", "进展.xlsx"),
        ("进展", "2020年6月（上半月）重大", "进展.xlsx"),
        ("进展", "2020年6月重大", "进展2020年6月上半月.xlsx"),
        ("进展", "2020年6月重大", "进展_2020-06A.xlsx"),
        ("上半月", "2020年6月重大", "进展.xlsx"),
    ],
)
def test_the_half_a_file_says_is_taken_and_another_choice_blocks(cast: Cast, sheet: str, title: str, name: str) -> None:
    book = xlsx(Sheet(sheet, BY_HAND.replace("2020年6月重大", title)))
    other = sent(book, cast, name=name, period=SECOND)
    assert "period_differs" in codes(other)
    found = next(finding["zh"] for finding in other.findings if finding["code"] == "period_differs")
    assert "2020-06A" in found
    assert "2020-06B" in found
    said = sent(book, cast, name=name)
    assert not codes(said) & {"period_part", "period_differs"}
    assert said.counts["months"] == ["2020-06A"]
    committed(said, cast)
    assert MonthReport.objects.get(period__month=6).period.half == 1


def test_a_half_is_not_stored_in_a_month_reported_as_a_whole(cast: Cast) -> None:
    book = xlsx(Sheet("进展", BY_HAND.replace("6月重大", "7月上半月重大")))
    assert {"period_differs", "period_part"} <= codes(sent(book, cast, period=Period(JULY)))
    assert "period_part" in codes(sent(book, cast))


def test_a_column_of_periods_says_the_half_of_each_row(cast: Cast) -> None:
    table = f"""
        崂山区重大基础设施项目进展情况
        单位：万元
        序号|项目名称|报告期|本月完成投资|本年累计完成投资
        1|{NAMES[0]}|2020年6月上半月|40|540
        2|{NAMES[0]}|2020-06B|60|600
    """
    upload = sent(xlsx(Sheet("进展", table)), cast)
    assert "date_unreadable" not in codes(upload)
    assert upload.counts["months"] == ["2020-06A", "2020-06B"]


def test_the_held_rows_go_back_to_their_half(cast: Cast) -> None:
    upload = sent(xlsx(Sheet("进展", BY_HAND.replace("|600|", "|六百几|"))), cast, period=SECOND)
    assert upload.counts["held"] == 1
    again = sent(held_book(upload), cast, name="改好.xlsx")
    assert again.counts["months"] == ["2020-06B"]


def test_a_template_of_one_half_is_not_taken_for_the_other(cast: Cast) -> None:
    content = make_template(cast.unit, FIRST, actor=cast.owner).content
    upload = sent(content, cast, period=SECOND)
    assert "template_other_period" in codes(upload)
    found = next(finding["zh"] for finding in upload.findings if finding["code"] == "template_other_period")
    assert "2020-06A" in found
    assert "2020-06B" in found


# --- Form and commands -------------------------------------------------------------------------------------------------------------


def test_the_form_offers_the_halves_and_refuses_the_whole(cast: Cast) -> None:
    for half in (1, 2):
        period_of(JUNE, half)
    client = client_of(cast.owner)
    page = client.get("/uploads/").content.decode()
    assert '<option value="2020-06A">2020年6月上半月</option>' in page
    book = xlsx(Sheet("进展", BY_HAND))

    def send(period: str) -> Any:
        file = SimpleUploadedFile("进展.xlsx", book)
        return client.post("/uploads/", {"file": file, "period": period}, HTTP_ACCEPT="application/json")

    refused = send("2020-06")
    assert (refused.status_code, "分上、下半月填报" in refused.content.decode()) == (400, True)
    assert "2020-06A" in send("六月").content.decode()
    assert send("2020-06B").status_code == 201
    assert Upload.objects.latest("pk").period == period_of(JUNE, 2)
    assert client.get("/uploads/", {"period": "2020-06B"}).context["chosen"]["period"] == SECOND


def test_the_template_page_and_command_take_a_half(cast: Cast, tmp_path: Path) -> None:
    answer = client_of(cast.owner).get("/uploads/template.xlsx", {"period": "2020-06A"})
    assert answer.status_code == 200
    target = tmp_path / "half.xlsx"
    call_command("template", "--unit", "崂山区", "--period", "2020-06B", "--output", str(target), stdout=StringIO())
    assert "2020年6月下半月" in str(Excel(target.read_bytes()).sheet.cell(1, 1).value)
    for wrong, words in (("2020-06C", "2020-06A"), ("2020-06", "分上、下半月填报")):
        with pytest.raises(CommandError, match=words):
            call_command("template", "--unit", "崂山区", "--period", wrong, "--output", str(target))


def test_the_intake_takes_a_half(cast: Cast, tmp_path: Path) -> None:
    book = tmp_path / "进展.xlsx"
    book.write_bytes(xlsx(Sheet("进展", BY_HAND)))
    out = StringIO()
    call_command("intake", str(book), "--unit", "崂山区", "--period", "2020-06A", "--commit", "--reason", "已核实", stdout=out)
    assert MonthReport.objects.get(period__month=6).period.half == 1
    with pytest.raises(CommandError, match="2020-06A（上半月）"):
        call_command("intake", str(book), "--unit", "崂山区", "--period", "2020-06")


# --- The cycle and the figures -----------------------------------------------------------------------------------------------------


def test_each_half_is_reviewed_locked_and_chased_by_itself(both: Cast) -> None:
    first, second = period_of(JUNE, 1), period_of(JUNE, 2)
    ids = list(MonthReport.objects.filter(period=first).values_list("pk", flat=True))
    move_many(verb=Verb.SUBMIT, report_ids=ids, actor=None)
    move_many(verb=Verb.APPROVE, report_ids=ids, actor=None, even_open=True)
    found = matrix([both.unit], 2020)
    assert [period_words(span) for span in found.spans][4:8] == ["5月", "6月上半月", "6月下半月", "7月"]
    cells = {period_words(cell.span): cell for _unit, row in found.rows for cell in row}
    assert [cells[name].standing.value for name in ("6月上半月", "6月下半月")] == ["approved", "draft"]
    both.owner.email = "chen@example.cn"
    both.owner.save()
    assert remind(period=first, units=[both.unit]) == []
    assert [sent.unit for sent in remind(period=second, units=[both.unit])] == [both.unit]
    assert [reminder.period for reminder in Reminder.objects.all()] == [second]
    assert ["2020年6月下半月" in message.subject for message in mail.outbox] == [True]
    last = last_approved(both.unit, second)
    assert {values["done_ytd_wan"] for values in last.values()} == {540, 1080, 1620, 2160, 2700}
    lock_period(period_id=first.pk, actor=None)
    held = filled(both, FIRST, 41, 541, "上半月路基填筑改")
    assert "period_closed" in codes(held)


def test_pages_speak_of_the_half(both: Cast) -> None:
    client = client_of(both.officer)
    second = period_of(JUNE, 2)
    unit_page = client.get(reverse("admin:projects_month_unit", args=[both.unit.pk, second.pk])).content.decode()
    assert "2020年6月下半月" in unit_page
    returns = client.get(reverse("admin:projects_returns"), {"year": "2020"}).content.decode()
    assert "6月上半月" in returns
    assert "6月下半月" in returns
    report = MonthReport.objects.filter(period=second).first()
    assert report is not None
    page = client.get(reverse("admin:projects_project_page", args=[report.project_id]), {"month": "2020-06"})
    assert [str(row["report"].period) for row in page.context["months"]][-2:] == ["2020年6月上半月", "2020年6月下半月"]
    assert page.context["figures"].ytd_wan == report.done_ytd_wan
    choices = [choice.label for choice in client.get(reverse("reports:city"), {"period": "2020-06"}).context["months"]]
    assert choices[:3] == ["2020年6月", "2020年6月下半月", "2020年6月上半月"]


def test_the_month_sums_its_halves_in_the_city_table(both: Cast) -> None:
    def row(half: int) -> tuple[Decimal, Decimal]:
        values = table_document(city(whole_reach(), Question(JUNE, half=half), "unit"))["rows"][0]["values"]
        return Decimal(values["month"]), Decimal(values["ytd"])

    assert [row(half) for half in (1, 2, 0)] == [(600, 8100), (1200, 9300), (1800, 9300)]


def test_an_edit_of_the_second_half_is_judged_beside_the_first(both: Cast) -> None:
    report = MonthReport.objects.get(project__name=NAMES[0], period__half=2)
    assert [finding.code for finding in check_month(report)] == []
    report.done_ytd_wan = Decimal(530)
    assert "ytd_decreased" in {finding.code for finding in check_month(report)}


def test_a_half_made_by_an_upload_has_its_due_day_everywhere(cast: Cast) -> None:
    committed(filled(cast, FIRST, 40, 540, "上半月路基填筑"), cast)
    first = ReportingPeriod.objects.get(month=6, half=1)
    assert str(first.due_on) == "2020-06-18"
    assert "2020年6月18日" in client_of(cast.officer).get(reverse("admin:projects_reportingperiod_changelist")).content.decode()
    cells = {period_words(cell.span): cell for _unit, row in matrix([cast.unit], 2020).rows for cell in row}
    assert cells["6月上半月"].is_overdue
    late = filled(cast, SECOND, 80, 620, "下半月路面摊铺")
    assert ("return_late", "2020-07-03") in {(finding["code"], finding["zh"][finding["zh"].find("2020-07-03") :][:10]) for finding in late.findings}


def test_a_rule_set_later_gives_its_day_to_what_was_reported(cast: Cast) -> None:
    ReportingRule.objects.all().delete()
    july, by_hand = period_of(JULY), period_of(Period.parse("2020-08").month)
    by_hand.due_on = date(2020, 9, 9)
    by_hand.save()
    client = client_of(person("keeper", "city_administrator"))
    address = reverse("admin:projects_reportingrule_add")
    assert client.post(address, form_of(client.get(address), year="2020", due_day="6", grace_days="1")).status_code == 302
    for period, day in ((july, date(2020, 8, 6)), (by_hand, date(2020, 9, 9))):
        period.refresh_from_db()
        assert period.due_on == day


def test_each_half_has_its_days(cast: Cast) -> None:
    days = [open_period(month=JUNE, half=half, actor=None).due_on for half in (1, 2)]
    assert [f"{day:%m-%d}" for day in days if day] == ["06-18", "07-03"]
