"""The heading of a column: joined from a relation and its column without a word said twice, one of its kind in its table."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from accounts.api.fields import Field, Kind, fields, joined
from accounts.api.resources import RESOURCES, Resource
from reports.odata.figures import FIGURES

ALL = {**RESOURCES, FIGURES.name: FIGURES}
TWICE = re.compile(r"([^\d\s（）]{2,})\1")


@pytest.mark.parametrize(
    ("words", "heading"),
    [
        (("项目", "项目编号"), "项目编号"),
        (("账户", "项目", "项目名称"), "账户项目名称"),
        (("账户", "债券", "债券全称"), "账户债券全称"),
        (("清单版本", "清单", "标识"), "清单标识"),
        (("发行批次", "发行批次"), "发行批次"),
        (("滚动计划项目", "项目", "填报单位", "编号"), "滚动计划项目填报单位编号"),
        (("填报单位", "简称"), "填报单位简称"),
        (("Account", "Project", "Project number"), "Account project number"),
        (("Owner", "USCC"), "Owner USCC"),
        (("名称",), "名称"),
    ],
)
def test_no_word_is_said_twice(words: tuple[str, ...], heading: str) -> None:
    assert joined(words) == heading


@given(st.lists(st.text("甲乙丙丁", min_size=1, max_size=3), min_size=1, max_size=4))
def test_the_column_itself_is_always_said(words: list[str]) -> None:
    assert joined(words).endswith(words[-1])


@pytest.mark.parametrize("name", sorted(ALL))
def test_headings_of_a_table(name: str) -> None:
    resource = ALL[name]
    headings = [one.heading for one in resource.fields]
    assert [one for one, count in Counter(headings).items() if count > 1] == []
    assert [one for one in headings if TWICE.search(one)] == []


def keys(resource: Resource) -> list[Field]:
    return [one for one in resource.fields if one.kind is Kind.INTEGER and one.name.endswith("_id")]


@pytest.mark.parametrize("name", [name for name in sorted(ALL) if keys(ALL[name])])
def test_what_holds_the_number_of_a_row_says_so(name: str) -> None:
    for one in keys(ALL[name]):
        assert one.heading.endswith("编号"), (one.name, one.heading)
        assert str(one.note), one.name


def test_the_number_of_a_project_is_told_from_its_code() -> None:
    told = RESOURCES["months"].by_name
    assert (told["project_id"].heading, told["project_uid"].heading) == ("项目内部编号", "项目编号")
    assert RESOURCES["projects"].by_name["unit_id"].heading == "填报单位编号"


def test_english_words_stand_apart() -> None:
    with translation.override("en"):
        assert re.fullmatch(r"Reporting unit [a-z ]+", RESOURCES["projects"].by_name["unit_name"].heading)


def test_a_note_is_on_a_column() -> None:
    with pytest.raises(ValueError, match="no_such"):
        fields(RESOURCES["lists"].model, ["name"], {"no_such": "x"})
