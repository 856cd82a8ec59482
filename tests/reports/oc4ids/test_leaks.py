"""What is closed stands nowhere: not in its own place, not in another's text, not in sums from which it follows."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projects.disclosure import GIVES_AWAY, Item, Openness, Profile
from reports.oc4ids.gate import Gate
from reports.oc4ids.mapping import project_document
from tests.reports.oc4ids.build import EVERYTHING, FACTS, PREFIX, SECRETS, document, shown

ALL = tuple(item for item in Item if item is not Item.PROJECT)


def text(told: object) -> str:
    return json.dumps(told, ensure_ascii=False)


def test_every_item_has_its_secrets() -> None:
    assert set(SECRETS) == set(ALL)


# What is only shown where something else is closed, or in another stage, is looked for there.
ELSEWHERE = {
    (Item.RESPONSIBLE, "市住建局某处"): {"owner": None},
    (Item.STOPS, "停工"): {"stage": "suspended"},
    (Item.STOPS, "2020-05-06"): {"stage": "suspended"},
    (Item.OBSTACLES, "资金未到位停下"): {"stage": "suspended"},
    (Item.STATUS, '"implementation"'): {"stage": "build"},
    (Item.STATUS, '"preparation"'): {"stage": "prep"},
}
# No goal is told yet; looked for all the same, so that nobody begins to tell it unnoticed.
NEVER = {(Item.ANNUAL_PLAN, "年底封顶"), (Item.GOAL, "年底封顶")}


@pytest.mark.parametrize(("item", "secret"), [(item, secret) for item in ALL for secret in SECRETS[item] if (item, secret) not in NEVER])
def test_a_secret_is_told_while_it_is_public(item: Item, secret: str) -> None:
    """Else its test below could not fail."""
    assert secret in text(document(**ELSEWHERE.get((item, secret), {})))


@pytest.mark.parametrize("stage", ["closed", "suspended", "build", "prep"])
@pytest.mark.parametrize("item", ALL)
def test_a_closed_item_stands_nowhere(item: Item, stage: str) -> None:
    for owner in (FACTS.owner, None):
        told = text(document(closed=frozenset({item}), stage=stage, owner=owner))
        assert [secret for secret in SECRETS[item] if secret in told] == []


@pytest.mark.parametrize("item", ALL)
def test_a_closed_item_is_not_told_by_other_texts(item: Item) -> None:
    """Every free text holds everything; what is left must hold nothing of the item."""
    words = "；".join(
        [
            *("滨海大道改造工程", "2019-370202-48-01-000077", "重大基础设施清单", "甲区", "城投集团有限公司", "91370200MA3XXXXX17", "市住建局某处"),
            *("欧阳某某", "电话0532-85916789", "双向六车道，长三公里", "乙区", "某街道某路口", "总投资354,321.25万元", "约35.4亿元"),
            *("2019年3月开工", "2021.12竣工", "实际2019年4月5日", "2022/11/23完", "年底封顶", "累计3.3333亿元", "桩基完成", "青发改审〔2018〕9号"),
            *("征地卡住", "2020年5月6日停", "自有55555万元", "某市专项债券一期", "发改投资〔2020〕77号", "付1234万元", "计划76543.00万元"),
        ]
    )
    textual = {
        *(Item.NAME, Item.CODE, Item.LISTS, Item.UNIT, Item.OWNER, Item.OWNER_CODE, Item.RESPONSIBLE, Item.CONTACT, Item.PHONE, Item.CONTENT),
        *(Item.LOCATION, Item.ADDRESS, Item.TOTAL, Item.PLAN_DATES, Item.ACTUAL_DATES, Item.STATUS, Item.GOAL, Item.PROGRESS, Item.PROGRESS_TEXT),
        *(Item.PHYSICAL, Item.PERMITS, Item.OBSTACLES, Item.STOPS, Item.FINANCE_PLAN, Item.BONDS, Item.CENTRAL, Item.PAYMENTS, Item.ANNUAL_PLAN),
    }
    told = text(document(closed=frozenset({item}), name=f"工程（{words}）", address=words))
    assert ("工程（" in told) == (item not in textual)


@pytest.mark.parametrize(
    ("written", "is_told"),
    [
        ("总投资35亿元", False),
        ("总投资 35.00 亿元", False),
        ("总投资350000万元", False),
        ("总投资350,000万", False),
        ("总投资3500000000元", False),
        ("年产350000万吨", True),
        ("总投资135亿元", True),
        ("总投资35.1亿元", True),
    ],
)
def test_an_amount_is_known_however_it_is_written(written: str, is_told: bool) -> None:
    told = document(closed=frozenset({Item.TOTAL}), total_wan=Decimal(350000), total_text="", content=written)
    assert ("description" in told) is is_told


@pytest.mark.parametrize("number", ["13900001234", "0532-85916789", "0532 85916789", "053285916789"])
def test_no_telephone_stands_in_a_text(number: str) -> None:
    """Also one that is not the contact's."""
    told = document(closed=frozenset({Item.PHONE}), phone="", content=f"详询{number}")
    assert "description" not in told
    assert "description" in document(phone="", content=f"详询{number}")


def test_who_leads_is_never_told() -> None:
    assert "司马领导" not in text(document())
    assert "description" not in document(content="由司马领导负责")


def test_a_share_beside_an_amount_tells_the_whole() -> None:
    told = document(closed=frozenset({Item.TOTAL}))
    money = next(row for row in told["metrics"] if row["id"] == "financialProgress")
    assert [("measure" in row, "value" in row) for row in money["observations"]] == [(False, True)] * 2
    assert "forecasts" not in told


@settings(deadline=None)
@given(st.frozensets(st.sampled_from(ALL)), st.sampled_from(["closed", "suspended", "build", "prep", "out"]))
def test_whatever_is_closed_the_rest_is_sound_and_tells_nothing_of_it(closed: frozenset[Item], stage: str) -> None:
    told = document(closed=closed, stage=stage)
    assert Gate(PREFIX).project(told) == []
    assert [secret for item in closed for secret in SECRETS[item] if secret in text(told)] == []


def test_nothing_is_told_of_nothing() -> None:
    assert set(project_document(FACTS, frozenset(), PREFIX)) == {"id", "updated", "language"}


# --- The profile -------------------------------------------------------------------------------------------------------------------


def test_an_item_without_a_row_is_closed() -> None:
    assert Profile({}).public_items({}) == frozenset()
    assert Profile({Item.PROJECT: Openness.PUBLIC, Item.NAME: Openness.PUBLIC}).public_items({}) == {Item.NAME}


def test_on_request_is_not_public() -> None:
    levels = dict.fromkeys(Item, Openness.PUBLIC) | {Item.NAME: Openness.REQUEST}
    assert Profile(levels).public_items({}) == EVERYTHING - {Item.NAME}


@pytest.mark.parametrize("level", [Openness.REQUEST, Openness.CLOSED])
def test_of_a_closed_project_nothing_is_public(level: Openness) -> None:
    everything = Profile(dict.fromkeys(Item, Openness.PUBLIC))
    assert everything.public_items({Item.PROJECT: level}) == frozenset()
    assert Profile({**everything.levels, Item.PROJECT: level}).public_items({}) == frozenset()
    assert Profile({**everything.levels, Item.PROJECT: level}).public_items({Item.PROJECT: Openness.PUBLIC}) == EVERYTHING


def test_a_project_closes_but_never_opens_an_item() -> None:
    levels = dict.fromkeys(Item, Openness.PUBLIC) | {Item.PHONE: Openness.CLOSED}
    assert Profile(levels).public_items({Item.PHONE: Openness.PUBLIC, Item.NAME: Openness.CLOSED}) == EVERYTHING - {Item.PHONE, Item.NAME}


def test_what_gives_something_away_goes_with_it() -> None:
    for item, others in GIVES_AWAY.items():
        for other in others:
            assert item not in shown(frozenset({other}))
    assert Item.GOAL not in shown(frozenset({Item.TOTAL}))  # by way of the annual plan
