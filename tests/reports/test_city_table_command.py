"""`manage.py city_table` from a shell."""

from __future__ import annotations

import io
import json

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from tests.reports import build

pytestmark = pytest.mark.django_db


def run(*words):
    out = io.StringIO()
    call_command("city_table", *words, stdout=out)
    return out.getvalue()


@pytest.fixture
def unit():
    made = build.unit("a")
    build.project(made, plan=10000, months={"2020-06": (1000, 4000)})
    return made


def test_text_names_the_month_and_gives_the_figures(unit):
    lines = run("--period", "2020-06").splitlines()
    assert "青岛市2020年6月重大项目投资进展情况表（按单位）" in lines[0]
    (city,) = (line.split()[:9] for line in lines if line.startswith("全市"))
    assert city == ["全市", "1", "0", "0.01", "1.00", "0.10", "0.40", "40.00", "50.00"]


def test_without_a_period_the_newest_reported_month_is_shown(unit):
    assert json.loads(run("--format", "json"))["title"].startswith("青岛市2020年6月")


def test_json_holds_exact_values_by_sector(unit):
    document = json.loads(run("--period", "2020-06", "--by", "sector", "--format", "json"))
    assert document["report"] == "city_progress_by_sector"
    assert [(row["label"], row["values"]["ytd"]) for row in document["rows"]] == [
        ("全市", "4000.000000"),
        ("重大基础设施", "4000.000000"),
        ("未分领域", "4000.000000"),
    ]


def test_workbook_goes_to_a_file(unit, tmp_path):
    target = tmp_path / "city.xlsx"
    assert run("--period", "2020-06", "--format", "xlsx", "--output", str(target)) == f"{target}\n"
    assert openpyxl.load_workbook(target).sheetnames == ["进展情况", "项目明细"]


def test_user_sees_what_the_role_allows(unit):
    other = build.unit("b")
    build.project(other)
    build.person("officer", "district_officer", other)
    document = json.loads(run("--period", "2020-06", "--user", "officer", "--format", "json"))
    assert [row["label"] for row in document["rows"]] == ["合计", "b"]


@pytest.mark.parametrize(
    "words, said",
    [
        (["--period", "June"], "a month is written 2020-06"),
        (["--period", "2020-06", "--known", "yesterday"], "应写作 2020-07-10"),
        (["--period", "2020-06", "--known", "2999-01-01"], "还没有到"),
        (["--format", "xlsx", "--period", "2020-06"], "give --output FILE"),
        (["--user", "nobody"], "no such active user: nobody"),
        ([], "no month was reported yet"),
    ],
)
def test_refusals_say_what_is_wrong(words, said):
    with pytest.raises(CommandError, match=said):
        run(*words)
