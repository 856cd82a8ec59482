"""Every figure opens the rows behind it: they add up to it, are the reader's own, and stay what they were in a cut or on a past day."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from funding.ledger import Step
from projects.models import Cut, MonthReport
from projects.services.cuts import make_cut
from projects.values import Month
from reports.figures import FIGURES, meaningful
from reports.headlines import few, headlines, yi_said
from reports.pivot import pivot
from reports.rows_behind import behind
from reports.selection import Question, reach_of, whole_reach
from reports.tables import Kind, Level
from reports.traced import trace, trace_rows
from tests.factories import make_entry, make_list, make_month, make_plan, make_project, make_version
from tests.funding.money import give, make_bond, make_central, make_quota, of_bond, of_plan

pytestmark = pytest.mark.django_db
JUNE = Question(Month(2020, 6))
# Figures that are no sum of one column: they are reckoned from parts that have rows of their own.
COLUMNS = {"total_wan": "total", "plan_wan": "plan", "month_wan": "month", "ytd_wan": "ytd", "cum_wan": "cum_total"}


@pytest.fixture
def books(cast: Any) -> Any:
    version = make_version(make_list("infrastructure", 2020), as_of=date(2020, 1, 2))
    one = make_project("甲路", cast.unit_a, total_wan=Decimal("400000.5"))
    two = make_project("乙路", cast.unit_b, total_wan=Decimal(100_000))
    for project, ytd in ((one, Decimal("60000.25")), (two, None)):
        make_entry(version, project)
        make_plan(project, 120_000)
        if ytd is not None:
            make_month(project, 6, done_month_wan=Decimal(5_000), done_ytd_wan=ytd, cum_total_wan=ytd)
    batches = [make_quota(1_000_000, given_on=date(2020, 1, 3), number=101), make_quota(500_000, given_on=date(2020, 3, 3), number=102)]
    bond = of_bond(one, make_bond(1_000_000, batches[0], tender_on=date(2020, 5, 8)))
    central = of_plan(two, make_central(99_000, given_on=date(2020, 4, 1), is_approximate=True))
    for account, step, amount, day in (
        *((bond, Step.ASSIGN, 300_000, 9), (bond, Step.ARRIVE, 200_000, 10), (bond, Step.PAY, 100_000, 20)),
        *((central, Step.ASSIGN, 9_000, 9), (central, Step.ARRIVE, 8_000, 12), (central, Step.COMPLETE, 7_000, 13)),
    ):
        give(account, step, amount, date(2020, 6, day))
    return cast


def open_page(client: Any, figure: Any) -> Any:
    answer = client.get(figure.address)
    assert answer.status_code == 200, (figure.mark, answer.content.decode()[:400])
    return answer


def test_the_rows_behind_every_figure_add_up_to_it(books: Any, client: Any) -> None:
    client.force_login(books.city)
    found = trace(whole_reach(), JUNE)
    assert list(found) == list(meaningful((), JUNE))
    for key, figure in found.items():
        page = open_page(client, figure).context["page"]
        rows = behind(whole_reach(), figure).table.rows
        amounts = [row.values.get(COLUMNS.get(key, "amount")) for row in rows if row.level is Level.ROW] if figure.measure.kind is Kind.WAN else []
        if key in COLUMNS:
            assert sum(amount for amount in amounts if amount is not None) == figure.value, key
        elif getattr(figure.measure, "of_city", False) or len(getattr(figure.measure, "steps", ())) == 1:
            assert (sum(amounts, Decimal(0)), page.table.total.values["amount"]) == (figure.value, figure.value), key
        else:
            assert behind(whole_reach(), figure).parts or figure.measure.kind is Kind.COUNT or key in ("unreported_plan_wan", "schedule"), key


def test_a_figure_says_how_it_is_reckoned(books: Any, client: Any) -> None:
    client.force_login(books.city)
    rate = trace(whole_reach(), JUNE, ["rate"])["rate"]
    answer = open_page(client, rate)
    assert [one["title"] for one in answer.context["parts"]] == ["本年累计完成", "年度计划"]
    text = answer.content.decode()
    assert "rate@2020-06" in text
    assert "25.00%" in text
    for one in answer.context["parts"]:
        assert client.get(one["href"]).status_code == 200


def test_a_reader_sees_the_rows_of_the_own_unit_alone(books: Any, client: Any) -> None:
    client.force_login(books.owner)
    for key in ("ytd_wan", "central_assigned_wan"):
        figure = trace(reach_of(books.owner), JUNE, [key])[key]
        text = open_page(client, figure).content.decode()
        assert "乙路" not in text
    assert trace(reach_of(books.owner), JUNE, ["count"])["count"].value == 1


def test_a_cut_keeps_the_figure_and_its_rows(books: Any, client: Any) -> None:
    client.force_login(books.city)
    cut = make_cut(name="定格", actor=books.city)
    report = MonthReport.objects.get()
    report.done_ytd_wan = Decimal(70_000)
    report.save()
    held = trace(whole_reach(), Question(Month(2020, 6), cut=cut), ["ytd_wan"])["ytd_wan"]
    assert (held.mark, held.value) == ("ytd_wan@2020-06;cut=定格", Decimal("60000.25"))
    answer = open_page(client, held)
    assert answer.context["page"].table.total.values["ytd"] == Decimal("60000.25")
    assert "以后再看仍是这个数" in answer.content.decode()
    assert trace(whole_reach(), JUNE, ["ytd_wan"])["ytd_wan"].value == Decimal(70_000)


def test_a_figure_as_known_now_is_that_of_now_whatever_day_the_reader_looks_from(books: Any, client: Any) -> None:
    client.force_login(books.city)
    client.post(reverse("set-moment"), {"month": "2020-06", "known": "2020-07-10"})
    now = trace(whole_reach(), JUNE, ["ytd_wan"])["ytd_wan"]
    assert open_page(client, now).context["figure"].value == now.value == Decimal("60000.25")
    chosen = client.get(reverse("reports:figure"), {"measure": "ytd_wan", "period": "2020-06"})
    assert chosen.context["figure"].value is None, "without a moment of its own an address follows the reader's"


def test_every_mark_opens_its_figure(books: Any, client: Any) -> None:
    """Pasted from a document, whatever moment the reader looks at otherwise."""
    client.force_login(books.city)
    client.post(reverse("set-moment"), {"month": "2020-05", "known": "2020-06-10"})
    make_cut(name="定格-一.2", actor=books.city, reason="报送")
    cut = Cut.objects.get()
    for question in (JUNE, Question(Month(2020, 6), unit=books.unit_a.key), Question(Month(2020, 6), cut=cut)):
        for one in trace(whole_reach(), question, ["count", "ytd_wan", "rate"]).values():
            found = client.get(reverse("reports:figure"), {"mark": f" {one.mark} "}).context["figure"]
            assert (found.mark, found.value) == (one.mark, one.value)


def test_a_page_that_there_is_not_is_the_last(books: Any, client: Any) -> None:
    for number in range(120):
        make_project(f"路{number}", books.unit_a)
    client.force_login(books.city)
    address = trace(whole_reach(), JUNE, ["count"])["count"].address
    seen = [row.label for page in ("1", "99") for row in client.get(f"{address}&page={page}").context["page"].rows]
    assert len(seen) == len(set(seen)) == 122
    assert client.get(f"{address}&page=x").context["part"].number == 1


def test_rows_of_a_pivot_are_traced_one_by_one(books: Any, client: Any) -> None:
    client.force_login(books.city)
    found = trace_rows(pivot(whole_reach(), JUNE, ["unit"], ["ytd_wan", "rate"]), JUNE)
    assert [one["ytd_wan"].question.unit for one in found] == [books.unit_a.key, books.unit_b.key]
    for one in found:
        assert open_page(client, one["rate"]).context["figure"].value == one["rate"].value
    with pytest.raises(ValueError, match="stage"):
        trace_rows(pivot(whole_reach(), JUNE, ["stage"], ["ytd_wan"]), JUNE)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"measure": "speed"}, "没有“speed”这个指标"),
        ({"measure": "bond_quota_wan", "unit": "a"}, "是下达给全市的"),
        ({"measure": "rate", "period": "2020-13"}, "月份应写作 2020-06"),
        ({"mark": "rate"}, "标记应写作"),
        ({"mark": "rate@2020-06;laoshan"}, "标记应写作"),
        ({"mark": "speed@2020-06"}, "没有“speed”这个指标"),
        ({"measure": "rate", "cut": "无"}, "没有名为“无”的定格"),
        ({"measure": "rate", "cut": "无", "known": "2020-06-30"}, "只能用一个"),
    ],
)
def test_what_can_not_be_read_is_named(books: Any, client: Any, asked: dict[str, str], told: str) -> None:
    client.force_login(books.city)
    answer = client.get(reverse("reports:figure"), asked)
    assert (answer.status_code, told in answer.content.decode()) == (400, True)


@pytest.mark.parametrize("rows", [1, 40])
def test_a_page_takes_a_fixed_number_of_queries(books: Any, client: Any, rows: int, django_assert_max_num_queries: Any) -> None:
    for number in range(rows):
        make_month(make_project(f"路{number}", books.unit_a), 6, done_ytd_wan=Decimal(number))
    client.force_login(books.city)
    for key in ("rate", "bond_paid_wan", "central_given_wan"):
        address = trace(whole_reach(), JUNE, [key])[key].address
        client.get(address)
        with django_assert_max_num_queries(45):
            assert client.get(address).status_code == 200


# --- Headlines ---------------------------------------------------------------------------------------------------------------------


def sentences(question: Question = JUNE) -> dict[str, str]:
    return {one.key: one.sentence for one in headlines(whole_reach(), question)}


def test_sentences_adapt_to_what_there_is(books: Any) -> None:
    said = sentences()
    assert said["list_infrastructure"] == "梳理重大基础设施项目2个、总投资50亿元。"
    assert said["progress"].endswith("完成率25.0%，落后时序进度25.0个百分点。")
    assert said["bonds"] == "2020年下达新增专项债券额度二批次150亿元，前一批100亿元已发行完毕。"
    assert said["central"] == "2020年下达中央预算内投资近10亿元。"
    assert "list_emerging" not in said
    assert sentences(Question(Month(2020, 2)))["bonds"] == "2020年下达新增专项债券额度一批次100亿元，尚未发行。"
    assert sentences(Question(Month(2019, 2))) == {}


def test_the_level_year_and_the_month_without_reports_say_so(books: Any) -> None:
    assert sentences(Question(Month(2020, 5)))["progress"].endswith("尚无月报。")
    report = MonthReport.objects.get()
    report.done_ytd_wan = Decimal(120_000)
    report.save()
    assert sentences()["progress"].endswith("，与时序进度持平。")
    report.done_ytd_wan = Decimal(180_000)
    report.save()
    assert sentences()["progress"].endswith("，超过时序进度25.0个百分点。")


@pytest.mark.parametrize(
    ("wan", "approx", "said"),
    [
        (Decimal(99_000), True, "近10"),
        (Decimal(100_000), True, "约10"),
        (Decimal(91_000), True, "约9.1"),
        (Decimal(99_000), False, "9.9"),
        (Decimal(35_400_000), False, "3540"),
        (None, False, "—"),
    ],
)
def test_amounts_are_said_as_officials_say_them(wan: Decimal | None, approx: bool, said: str) -> None:
    assert yi_said(wan, approx=approx) == said


def test_small_counts_are_words() -> None:
    assert [few(count) for count in (4, 10, 11)] == ["四", "十", "11"]


def test_the_command_prints_sentences_with_marks_and_the_same_as_json(books: Any) -> None:
    out = StringIO()
    call_command("figures", period="2020-06", stdout=out)
    assert "    bond_issued_wan@2020-06 = 1,000,000 万元" in out.getvalue()
    told = StringIO()
    call_command("figures", period="2020-06", format_name="json", stdout=told)
    document = json.loads(told.getvalue())
    assert set(document) == {"period", "known", "cut", "headlines"}
    assert [one["sentence"] for one in document["headlines"]] == list(sentences().values())
    (central,) = document["headlines"][-1]["figures"]
    assert (central["measure"], Decimal(central["value"]), central["approx"]) == ("central_given_wan", Decimal(99_000), True)
    assert set(central) == {"measure", "value", "unit", "approx", "mark", "address"}
    assert FIGURES[central["measure"]].zh == "中央预算内下达"


def test_the_command_refuses_what_it_can_not_read(books: Any) -> None:
    for wrong in ({"period": "2020-6月"}, {"known": "昨天"}, {"cut": "无"}, {"user": "nobody"}):
        with pytest.raises(CommandError, match=next(iter(wrong.values())) if "known" not in wrong else "known"):
            call_command("figures", **{"period": "2020-06", **wrong}, stdout=StringIO())
