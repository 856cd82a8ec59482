"""A project that has everything, each value unlike any other, so that it can be looked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from projects.disclosure import Item, Openness, Profile
from projects.services.reference import load_reference
from reports.oc4ids.mapping import project_document
from reports.oc4ids.records import (
    Body,
    BondGiven,
    CentralGiven,
    Coded,
    Facts,
    Listed,
    Paid,
    Paper,
    Place,
    Planned,
    Reported,
    SourceLine,
    Trouble,
    YearPlan,
)

PREFIX = "oc4ids-abc123"
REFERENCE = Path(__file__).resolve().parents[3] / "fixtures" / "reference"
EVERYTHING = frozenset(Item) - {Item.PROJECT}

FACTS = Facts(
    uid="P-000001",
    name="滨海大道改造工程",
    stage="closed",
    updated_at=datetime(2020, 7, 8, 1, 2, 3, tzinfo=UTC),
    unit=Body("unit-x", "甲区"),
    owner=Body("org-7", "城投集团有限公司", "91370200MA3XXXXX17"),
    responsible="市住建局某处",
    contact="欧阳某某",
    phone="0532-85916789",
    lead="司马领导",
    sector=Coded("infrastructure_sector", "rail", "轨道交通", "transport.rail"),
    nature=Coded("nature", "new", "新建", "construction"),
    content="双向六车道，长三公里",
    address="某街道某路口",
    total_wan=Decimal("354321.25"),
    total_text="约35.4亿元",
    is_approx=True,
    actual_start="2019-04-05",
    actual_finish="2022-11-23",
    stopped_on="2020-05-06",
    stage_reason="资金未到位停下",
    baseline=Planned("2019-03", "2021-12"),
    codes=("2019-370202-48-01-000077",),
    listed=(Listed("infra-2020", "重大基础设施清单", 86),),
    places=(Place("370202", "乙区", Decimal(100)),),
    plans=(YearPlan(2020, None, Decimal(76543), Decimal(11111), "年底封顶"), YearPlan(2020, 6, Decimal(4567), None)),
    months=(Reported(2020, 5, 0, Decimal(22222), Decimal("41.25"), "桩基完成"), Reported(2020, 6, 0, Decimal(33333), Decimal(47), "主体过半")),
    papers=(Paper(3, "feasibility", "可研批复", "held", "青发改审〔2018〕9号", "市发改委", date(2018, 9, 9)),),
    troubles=(Trouble(4, "征地卡住", date(2020, 6, 1), date(2020, 8, 1)),),
    sources=(SourceLine("bond", "专项债券", Decimal(55555)), SourceLine("own", "企业自筹", Decimal(66666))),
    bonds=(BondGiven(9, "2020年第1次发行", "某市专项债券一期", Decimal(8888), Decimal("3.53"), date(2020, 1, 15), date(2035, 1, 15)),),
    central=(CentralGiven("发改投资〔2020〕77号", "保障性安居", 2020, Decimal(7777), date(2020, 3, 27)),),
    paid=(Paid(5, "bond", "专项债券", Decimal(1234), date(2020, 2, 14)), Paid(6, "central", "中央预算内", Decimal(2345), date(2020, 4, 15))),
)

# What must stand nowhere in the document once the item is closed.
SECRETS: dict[Item, tuple[str, ...]] = {
    Item.NAME: ("滨海大道改造工程",),
    Item.CODE: ("2019-370202-48-01-000077",),
    Item.LISTS: ("infra-2020", "重大基础设施清单"),
    Item.UNIT: ("unit-x", "甲区"),
    Item.OWNER: ("城投集团有限公司", "91370200MA3XXXXX17", "org-7"),
    Item.OWNER_CODE: ("91370200MA3XXXXX17",),
    Item.RESPONSIBLE: ("市住建局某处",),
    Item.CONTACT: ("欧阳某某",),
    Item.PHONE: ("85916789",),
    Item.SECTOR: ("轨道交通", "transport"),
    Item.NATURE: ('"construction"',),
    Item.CONTENT: ("双向六车道",),
    Item.LOCATION: ("370202", "乙区"),
    Item.ADDRESS: ("某街道某路口",),
    Item.STATUS: ('"maintenance"', '"implementation"', '"preparation"', "2022-11-23", "2019-04-05"),
    Item.STOPS: ("停工", "2020-05-06"),
    # The total; what it follows from: shares of it beside amounts, all sources, all years.
    Item.TOTAL: ("3543212500", "35.4", "finance-plan", '"year"'),
    Item.PLAN_DATES: ("2019-03", "2021-12"),
    Item.ACTUAL_DATES: ("2019-04-05", "2022-11-23"),
    Item.ANNUAL_PLAN: ("765430000", "876540000", "156780000", "年底封顶"),
    Item.GOAL: ("年底封顶",),
    Item.PROGRESS: ("222220000", "333330000", "876540000", "156780000"),
    Item.PHYSICAL: ("41.25", "physicalProgress"),
    Item.PROGRESS_TEXT: ("桩基完成", "主体过半"),
    Item.PERMITS: ("青发改审〔2018〕9号", "2018-09-09", "可研批复"),
    Item.OBSTACLES: ("征地卡住", "资金未到位停下", "2020-08-01"),
    Item.FINANCE_PLAN: ("555550000", "666660000", "企业自筹"),
    Item.BONDS: ("88880000", "某市专项债券一期", "12340000", "地方政府专项债券", "555550000"),
    Item.CENTRAL: ("77770000", "发改投资〔2020〕77号", "保障性安居", "23450000", "中央预算内"),
    Item.PAYMENTS: ("12340000", "23450000", "2020-02-14"),
    Item.COMPLETION: ("finalValue", '"completion": {"'),
}


def document(facts: Facts = FACTS, closed: frozenset[Item] = frozenset(), **changed: Any) -> dict[str, Any]:
    """The project with everything public but what is closed and what would give it away."""
    from_profile = shown(closed)
    return project_document(replace(facts, **changed), from_profile, PREFIX)


def shown(closed: frozenset[Item]) -> frozenset[Item]:
    """As the profile reckons it."""
    levels = {item: Openness.CLOSED if item in closed else Openness.PUBLIC for item in Item}
    return Profile(levels).public_items({})


def package(*projects: dict[str, Any]) -> dict[str, Any]:
    return {
        "uri": "https://example.invalid/open/oc4ids.json",
        "publishedDate": "2020-07-10T00:00:00+08:00",
        "version": "0.9",
        "publisher": {"name": "某市发展和改革委员会"},
        "projects": list(projects),
    }


def load_profile(folder: Path) -> None:
    """What the city begins with: classifications, their open codes, and what is public. The folder is an empty one."""
    for name in ("classifications", "disclosure_rules", "open_codes"):
        (folder / f"{name}.json").symlink_to(REFERENCE / f"{name}.json")
    load_reference(folder)
