"""Monitored indicators as table, page, workbook and sentences: the demo's published figures, both clocks, each reader's scope."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import ReportingUnit
from accounts.roles import Action
from config.demo import load_people
from config.indicators_demo import load_indicators
from projects.indicators import Definition, Kind, Reading
from projects.models import Indicator, IndicatorTarget, IndicatorValue
from projects.values import Month
from reports.indicator_words import span_words, value_words
from reports.indicators import indicator_table, sentence_table, watched
from reports.tables import Table
from reports.trend import step_of, trend
from tests.conftest import Cast

pytestmark = pytest.mark.django_db
JUNE = Month(2020, 6)
D = Decimal


@pytest.fixture
def demo(cast: Cast, settings: Any, tmp_path: Any) -> None:
    settings.DATA_DIR = tmp_path
    for key in ("laoshan", "jimo"):
        ReportingUnit.objects.get_or_create(key=key, defaults={"name": key, "short_name": key})
    load_people()
    assert load_indicators()
    assert not load_indicators()  # once


def table_of(user: Any, month: Month = JUNE, known: Any = None) -> Table:
    return indicator_table(watched(user, month, known), month, known)


def texts(table: Table) -> list[dict[str, str]]:
    return [{cell.column.key: cell.text for cell in table.cells(row)} for row in table.rows]


def test_the_demo_prints_the_published_figures(cast: Cast, demo: None) -> None:
    found = watched(cast.city, JUNE)
    assert [one.sentence for one in found] == [
        "2020年上半年，全市固定资产投资增长4%，较一季度提高1.3个百分点，高于全国7.1个百分点、高于全省2.7个百分点。",
        "2020年上半年，全市“四新”经济投资占比49.5%。",
        "2020年上半年，全市“四新”经济投资增长40.9%。",
    ]
    fai, share, growth = texts(indicator_table(found, JUNE))
    assert {name: fai[name] for name in ("value", "measure", "change", "gap", "nation", "above_nation", "province", "above_province", "target")} == {
        "value": "4",
        "measure": "%",
        "change": "+1.3",
        "gap": "百分点",
        "nation": "-3.1",
        "above_nation": "+7.1",
        "province": "1.3",
        "above_province": "+2.7",
        "target": "—",
    }
    assert (share["value"], share["change"], growth["value"]) == ("49.5", "—", "40.9")
    assert fai["source"].startswith("青岛市发展和改革委员会2020年上半年")


def test_an_earlier_month_tells_what_there_was(cast: Cast, demo: None) -> None:
    found = watched(cast.city, Month(2020, 5))
    assert [one.sentence for one in found] == ["2020年一季度，全市固定资产投资增长2.7%。", "", ""]
    assert [row["value"] for row in texts(indicator_table(found, Month(2020, 5)))] == ["2.7", "—", "—"]
    assert [one.sentence for one in watched(cast.city, Month(2021, 2))] == ["", "", ""]


def test_the_workbook_says_the_same(cast: Cast, demo: None, signed_in: Any) -> None:
    answer = signed_in(cast.city).get("/reports/indicators.xlsx", {"period": "2020-06"})
    book = load_workbook(BytesIO(answer.content))
    sheet = book["重要指标"]
    fai = next(row for row in sheet.iter_rows(values_only=True) if row[0] == "固定资产投资增速")
    assert fai[1:4] == ("2020年上半年", 4, "%")
    assert [one for one in fai if isinstance(one, int | float)] == [4, 1.3, -3.1, 7.1, 1.3, 2.7]
    said = [row[1] for row in book["逐项表述"].iter_rows(values_only=True) if row[0] == "固定资产投资增速"]
    assert said == [watched(cast.city, JUNE)[0].sentence]
    printed = sentence_table(watched(cast.city, JUNE), table_of(cast.city))
    assert [row.label for row in printed.rows] == [row.label for row in table_of(cast.city).rows]


# --- Words -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "measure", "value", "said"),
    [
        (Kind.GROWTH, "%", "4.0000", "增长4%"),
        (Kind.GROWTH, "%", "-3.1", "下降3.1%"),
        (Kind.GROWTH, "%", "0", "与上年同期持平"),
        (Kind.SHARE, "%", "49.5", "占比49.5%"),
        (Kind.POINTS, "百分点", "-2", "为-2个百分点"),
        (Kind.AMOUNT, "亿元", "387", "为387亿元"),
    ],
)
def test_the_kind_decides_the_words(kind: Kind, measure: str, value: str, said: str) -> None:
    assert value_words(Definition(kind, measure), D(value)) == said


@pytest.mark.parametrize(
    ("month", "cumulative", "said"),
    [(1, True, "1月"), (3, True, "一季度"), (5, True, "1—5月"), (6, True, "上半年"), (9, True, "前三季度"), (12, True, "全年"), (3, False, "3月")],
)
def test_what_a_figure_covers(month: int, cumulative: bool, said: str) -> None:
    assert span_words(Month(2020, month), cumulative=cumulative, with_year=False) == said


def put(cast: Cast, kind: str = "amount", measure: str = "亿元", unit: Any = None, **values: str) -> Indicator:
    """An indicator with figures `m3="20"`, and `target`."""
    made, _new = Indicator.objects.get_or_create(
        key=f"i-{kind}", defaults={"name": f"某{kind}", "subject": "某项", "kind": kind, "measure": measure, "bureau": "局"}
    )
    if target := values.pop("target", ""):
        IndicatorTarget.objects.create(indicator=made, unit=unit, year=2020, value=target, source="报告")
    for name, value in values.items():
        IndicatorValue.objects.create(indicator=made, unit=unit, year=2020, month=int(name[1:]), value=value, source="公报")
    return made


@pytest.mark.parametrize(
    ("kind", "measure", "figures", "said"),
    [
        ("amount", "亿元", {"m3": "20", "m6": "45", "target": "100"}, "为45亿元，比一季度增加25亿元，完成年度目标的45.0%，落后时序进度5.0个百分点。"),
        ("amount", "亿元", {"m6": "50", "target": "100"}, "为50亿元，完成年度目标的50.0%，与时序进度持平。"),
        ("amount", "亿元", {"m6": "60", "target": "100"}, "为60亿元，完成年度目标的60.0%，超过时序进度10.0个百分点。"),
        ("growth", "%", {"m3": "5", "m6": "4.5", "target": "6"}, "增长4.5%，较一季度回落0.5个百分点，低于年度目标1.5个百分点。"),
        ("growth", "%", {"m3": "6", "m6": "6", "target": "6"}, "增长6%，与一季度持平，与年度目标持平。"),
        ("share", "%", {"m6": "49.5", "target": "45"}, "占比49.5%，高于年度目标4.5个百分点。"),
    ],
)
def test_a_sentence_says_percent_and_points_rightly(cast: Cast, kind: str, measure: str, figures: dict[str, str], said: str) -> None:
    put(cast, kind, measure, **figures)
    (found,) = watched(cast.city, JUNE)
    assert found.sentence.removeprefix("2020年上半年，全市某项") == said


# --- Clocks, scope, queries --------------------------------------------------------------------------------------------------------


def backdate(row: Any, at: datetime) -> None:
    row.history.all().update(history_date=at)


def test_a_known_day_tells_what_was_known_then(cast: Cast) -> None:
    made = put(cast, "growth", "%", m6="4")
    row = IndicatorValue.objects.get()
    past = timezone.now() - timedelta(days=30)
    backdate(row, past), backdate(made, past)
    row.value = D("4.2")
    row.save()
    day = (timezone.now() - timedelta(days=10)).date()
    assert texts(table_of(cast.city))[0]["value"] == "4.2"
    assert texts(table_of(cast.city, JUNE, day))[0]["value"] == "4"
    assert table_of(cast.city, JUNE, day).rows[0].keys["row"] == str(row.pk)
    assert not watched(cast.city, JUNE, past.date() - timedelta(days=1))


def test_each_reads_the_city_and_its_own_unit(cast: Cast, signed_in: Any) -> None:
    put(cast, "growth", "%", m6="4")
    for unit, value in ((cast.unit_a, "5"), (cast.unit_b, "3")):
        put(cast, "growth", "%", unit, m6=value)
    for user, seen in ((cast.city, ["4", "5", "3"]), (cast.owner, ["4", "5"]), (cast.stranger, ["4", "3"])):
        assert [row["value"] for row in texts(table_of(user))] == seen
        assert [row["value"] for row in texts(indicator_table(watched(user, JUNE, None, Action.EXPORT), JUNE))] == seen
    client = signed_in(cast.owner)
    shown = client.get("/reports/indicators/", {"period": "2020-06"}).content.decode()
    assert f"某growth · {cast.unit_a.short_name}" in shown
    assert f"某growth · {cast.unit_b.short_name}" not in shown
    trends = "/reports/indicators/trend/"
    asked = {"period": "2020-06", "indicator": "i-growth"}
    assert client.get(trends, {**asked, "unit": cast.unit_a.key}).status_code == 200
    assert client.get(trends, {**asked, "unit": cast.unit_b.key}).status_code == 404
    assert client.get(trends, {**asked, "indicator": "none"}).status_code == 404
    assert client.get(trends, {**asked, "period": "2020-6x"}).status_code == 400


def test_pages_ask_the_same_few_questions(cast: Cast, signed_in: Any, django_assert_max_num_queries: Any) -> None:
    client = signed_in(cast.city)

    def asked(address: str) -> int:
        with django_assert_max_num_queries(40) as counted:
            assert client.get(address).status_code == 200
        return len(counted)

    put(cast, "growth", "%", m3="2", m6="4", target="5")
    addresses = [f"{reverse('reports:indicators')}?period=2020-06", f"{reverse('reports:indicator')}?period=2020-06&indicator=i-growth"]
    client.get(addresses[0])
    few = [asked(one) for one in addresses]
    for kind, measure in (("share", "%"), ("amount", "亿元")):
        put(cast, kind, measure, m1="1", m2="2", m3="2", m6="4", target="5")
    for unit in (cast.unit_a, cast.unit_b):
        put(cast, "growth", "%", unit, m1="1", m2="2", m3="2", m6="4", target="5")
    assert [asked(one) for one in addresses] == few


# --- The course --------------------------------------------------------------------------------------------------------------------


def test_a_course_is_drawn_in_order_of_time() -> None:
    readings = [Reading(Month(2020, month), D(value), D(-3)) for month, value in ((6, 4), (3, 2))]
    found = trend(readings, D(5), ("全市", "全省", "全国"))
    assert found is not None
    assert [one.name for one in found.lines] == ["全市", "全国"]
    assert [one.text for one in found.dots] == ["2", "4"]
    assert found.dots[0].x < found.dots[1].x
    assert found.dots[0].y > found.dots[1].y
    assert found.zero is not None
    assert found.target_y is not None
    assert found.target_y < found.dots[1].y < found.zero
    assert trend([], None, ("", "", "")) is None
    one = trend([Reading(JUNE, D(0))], None, ("全市", "", ""))
    assert one is not None
    assert len(one.dots) == 1


@pytest.mark.parametrize(("span", "step"), [(D(4), D(1)), (D("7.1"), D(2)), (D("0.3"), D("0.1")), (D(100), D(25))])
def test_lines_of_the_paper_stand_at_round_figures(span: Decimal, step: Decimal) -> None:
    assert step_of(span) == step
