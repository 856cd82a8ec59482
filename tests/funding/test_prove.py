"""`manage.py prove`: clean, and with a fault it names the row and leaves with 1."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from funding.ledger import Step
from funding.models import Bond, FundAccount
from funding.proof_words import WORDS
from funding.proofs import prove
from funding.services.striking import strike
from tests.factories import make_project
from tests.funding.money import SOURCE, give, make_bond, make_central, make_quota, of_bond, of_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def money():
    project = make_project("地铁1号线")
    quota = make_quota(60_000)
    key = of_bond(project, make_bond(50_000, quota, rate_percent=Decimal("3.37"), value_on=date(2020, 5, 11)))
    give(key, Step.ASSIGN, 30_000)
    give(key, Step.ARRIVE, 12_345)
    give(of_plan(project, make_central(800)), Step.ASSIGN, "700.5")


def said(*options: str) -> tuple[str, int]:
    out = StringIO()
    try:
        call_command("prove", *options, stdout=out)
    except CommandError as error:
        return out.getvalue(), error.returncode
    return out.getvalue(), 0


def test_a_clean_ledger_is_printed_sum_by_sum(money) -> None:
    text, code = said()
    assert code == 0
    for words in (
        "额度 60,000 = 已发行 50,000 + 未发行 10,000",
        "发行额 50,000 = 已分配 30,000 + 未分配 20,000",
        "下达 800 = 已分解 700.5 + 未分解 99.5",
    ):
        assert words in text
    assert "分配 30,000 = 已拨付 12,345 + 未拨付 17,655" in text
    assert "，0项不平" in text


def test_each_project_is_proven_over_all_its_funds(money) -> None:
    text, _code = said()
    assert "分配 30,700.5 = 专项债券 30,000 + 中央预算内 700.5 + 省级 0 + 市级 0 + 区市级 0 + 自筹 0" in text
    assert "分配 30,700.5 = 已拨付 12,345 + 未拨付 18,355.5" in text
    assert "拨付 12,345 = 已支出 0 + 未支出 12,345" in text


def test_a_fault_and_leaves_with_one(money) -> None:
    FundAccount.objects.filter(plan=None).update(arrived_wan=Decimal("12345.000001"))
    text, code = said()
    assert code == 1
    bad = [line for line in text.splitlines() if line.startswith("✕")]
    # The account itself, and what it makes wrong of its bond and its project.
    assert [line.split("：")[0] for line in bad] == [f"✕ {Bond.objects.get()}", "✕ 地铁1号线", f"✕ 地铁1号线 · {Bond.objects.get()}"]
    assert "拨付 12,345 = 已支出 0 + 未支出 12,345.000001" in bad[0]
    assert "拨付 12,345.000001 = 流水合计 12,345" in bad[2]


def test_json_says_the_same(money) -> None:
    text, code = said("--format", "json")
    rows = json.loads(text)
    assert code == 0
    assert len(rows) == len(list(prove()))
    assert {"kind": "quota", "whole": "60000", "parts": ["50000", "10000"]}.items() <= rows[0].items()


def test_every_sum_has_words(money) -> None:
    strike(Bond, make_bond(1).pk, source=SOURCE)
    assert {proof.code for proof in prove()} == set(WORDS)


def test_an_empty_ledger_is_clean() -> None:
    assert said() == ("核对0项，0项不平 / 0 sums, 0 do not hold\n", 0)


def test_proving_takes_the_same_queries_at_any_size(money, django_assert_num_queries) -> None:
    with django_assert_num_queries(15):
        first = len(list(prove()))
    bond = make_bond(1000)
    for _ in range(5):
        give(of_bond(make_project(), bond), Step.ASSIGN, 10)
    with django_assert_num_queries(15):
        assert len(list(prove())) > first
