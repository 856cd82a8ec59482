"""Headings nobody knows: asked once with a guess, remembered for the unit, applied and named at the next check, revocable."""

from __future__ import annotations

from typing import Any

import pytest

from exchange.models import ColumnMapping, Upload
from exchange.parse.remembered import Answer, guess_field, heading_key
from exchange.services.check import check
from exchange.services.commit import commit
from exchange.services.faults import NotAllowedError, StateError
from exchange.services.mappings import answer, answers_for, questions_of, revoke
from exchange.services.receive import receive
from exchange.sheets import SHEETS, Kind
from projects.models import MonthReport, Project
from tests.books import xlsx
from tests.conftest import Cast
from tests.exchange.tables import Read, sheet
from tests.exchange.test_intake_services import LIST, MONTH

ODD = LIST.replace("| 备注", "| 业内补叙")
OPEN = MONTH.replace("| 1-6月累计完成投资 |", "| 累计完成投资 |").replace("| 本月完成投资 ", "| 2020年6月份完成投资 ")


def send(table: str, actor: Any, unit: Any = None, **options: Any) -> Upload:
    return check(receive(xlsx(table), "清单.xlsx", actor=actor, unit=unit, **options), actor=actor)


def codes(upload: Upload, prefix: str) -> list[str]:
    return [finding["code"] for finding in upload.findings if finding["code"].startswith(prefix)]


def said(upload: Upload, code: str) -> list[str]:
    return [finding["zh"] for finding in upload.findings if finding["code"] == code]


# --- the reader, without a database ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "cells", "expected"),
    [
        ("总投资额度", [12000, 8000.5], "total_wan"),
        ("项目总投资额度", ["12000", "8,000"], "total_wan"),
        ("形象进展", ["路基完成", "管廊封顶"], "progress_text"),
        ("联系人员", ["张三", "李四"], "contact"),
        ("总投资额度", ["约定", "待定"], None),
        ("拟开工", ["2020年3月", "2021年5月"], "planned_start"),
        ("颜色", ["红", "绿"], None),
    ],
)
def test_a_guess_is_alike_in_words_and_in_values(heading: str, cells: list[Any], expected: str | None) -> None:
    assert guess_field(heading, cells, Kind.INFRASTRUCTURE, set()) == expected


def test_a_field_that_the_table_has_is_not_guessed() -> None:
    assert guess_field("总投资额度", [12000], Kind.INFRASTRUCTURE, {"total_wan"}) != "total_wan"


@pytest.mark.parametrize(
    ("one", "other"), [("2020年自筹额（万元）", "2021年自筹额（亿元）"), ("6月/自筹额", "7月/自筹额"), (" 业 内 补叙", "业内补叙")]
)
def test_a_heading_is_remembered_without_its_year_month_and_unit(one: str, other: str) -> None:
    assert heading_key(one) == heading_key(other)


def test_an_answer_never_goes_against_a_heading_that_is_known() -> None:
    reading = Read(sheet(LIST), answers=[Answer("infrastructure_list", heading_key("总投资"), "plan_wan")]).reading
    fields = {column.heading: column.field for column in reading.sheets[0].tables[0].columns}
    assert fields["总投资"] == "total_wan"


# --- the road ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_asked_once_then_remembered_for_the_unit(cast: Cast) -> None:
    upload = send(ODD, cast.owner, cast.unit_a)
    (question,) = questions_of(upload)
    assert (question.heading, question.column, question.is_sense, question.sample) == ("业内补叙", "M", False, ("首批",))
    assert "remarks" in question.choices
    assert "total_wan" not in question.choices, "a field that the sheet has already is not offered"
    answer(upload, [("业内补叙", "remarks")], actor=cast.owner)
    check(upload, actor=cast.owner)
    assert questions_of(upload) == []
    assert codes(upload, "column_unknown") == []
    assert said(upload, "column_recalled") == ["按记忆：标题“业内补叙”读作“备注”"]
    commit(upload, actor=cast.owner, reason="x")
    assert Project.objects.get(name="滨海大道改造工程").remarks == "首批"
    assert questions_of(send(ODD, cast.owner, cast.unit_a)) == []
    assert len(questions_of(send(ODD, cast.stranger, cast.unit_b))) == 1, "another unit is asked for itself"


@pytest.mark.django_db
def test_a_column_may_be_left_out_for_good(cast: Cast) -> None:
    upload = send(ODD, cast.owner, cast.unit_a)
    answer(upload, [("业内补叙", "ignore")], actor=cast.owner)
    check(upload, actor=cast.owner)
    assert said(upload, "column_recalled_ignored") == ["按记忆：标题“业内补叙”不读取"]
    assert questions_of(upload) == []


@pytest.mark.django_db
@pytest.mark.parametrize(("sense", "stored"), [("done_ytd_wan", (2100, None)), ("cum_total_wan", (None, 2100))])
def test_since_when_a_sum_runs_is_asked_and_not_guessed(cast: Cast, sense: str, stored: tuple[Any, Any]) -> None:
    commit(send(LIST, cast.owner, cast.unit_a), actor=cast.owner, reason="x")
    table = OPEN.replace("| 4000 |", "| |").replace("| 2000 |", "| |")
    upload = send(table, cast.owner, cast.unit_a)
    question = next(one for one in questions_of(upload) if one.is_sense)
    assert question.choices == ("done_ytd_wan", "cum_total_wan")
    answer(upload, [(question.heading, sense)], actor=cast.owner)
    check(upload, actor=cast.owner)
    assert codes(upload, "column_ambiguous") == []
    assert not [one for one in questions_of(upload) if one.is_sense]
    assert upload.counts["error"] == 0, upload.findings
    commit(upload, actor=cast.owner, reason="x")
    report = MonthReport.objects.get(project__name="滨海大道改造工程")
    assert (report.done_ytd_wan, report.cum_total_wan) == stored


@pytest.mark.django_db
def test_the_city_answers_for_all_and_a_units_own_answer_goes_first(cast: Cast) -> None:
    upload = send(ODD, cast.city, cast.unit_a)
    answer(upload, [("业内补叙", "remarks")], actor=cast.city, whole_city=True)
    other = send(ODD, cast.stranger, cast.unit_b)
    assert said(other, "column_recalled") == ["按记忆：标题“业内补叙”读作“备注”"]
    with pytest.raises(NotAllowedError):
        answer(other, [("业内补叙", "ignore")], actor=cast.stranger, whole_city=True)
    ColumnMapping.objects.create(unit=cast.unit_b, kind="infrastructure_list", heading="业内补叙", written="业内补叙", field="ignore")
    assert [one.field for one in answers_for(cast.unit_b)] == ["ignore"]
    assert [one.field for one in answers_for(cast.unit_a)] == ["remarks"]


@pytest.mark.django_db
def test_only_the_own_unit_answers(cast: Cast) -> None:
    upload = send(ODD, cast.owner, cast.unit_a)
    for actor in (cast.stranger, cast.reviewer):
        with pytest.raises(NotAllowedError):
            answer(upload, [("业内补叙", "remarks")], actor=actor)
    assert not ColumnMapping.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("given", [[("总投资", "remarks")], [("业内补叙", "total_wan")], [("业内补叙", "no_such_field")], []])
def test_what_was_not_asked_is_not_answered(cast: Cast, given: list[tuple[str, str]]) -> None:
    upload = send(ODD, cast.owner, cast.unit_a)
    with pytest.raises(StateError):
        answer(upload, given, actor=cast.owner)
    assert not ColumnMapping.objects.exists()


@pytest.mark.django_db
def test_a_revoked_answer_is_asked_again_and_its_history_stays(cast: Cast) -> None:
    upload = send(ODD, cast.owner, cast.unit_a)
    (mapping,) = answer(upload, [("业内补叙", "remarks")], actor=cast.owner)
    with pytest.raises(NotAllowedError):
        revoke(mapping, actor=cast.stranger)
    revoke(mapping, actor=cast.owner)
    with pytest.raises(StateError):
        revoke(mapping, actor=cast.owner)
    check(upload, actor=cast.owner)
    assert len(questions_of(upload)) == 1
    answer(upload, [("业内补叙", "ignore")], actor=cast.owner)
    rows = ColumnMapping.objects.order_by("id").values_list("field", "revoked_by__username", "by__username")
    assert list(rows) == [("remarks", "owner", "owner"), ("ignore", None, "owner")]


@pytest.mark.django_db
def test_a_new_answer_takes_the_place_of_the_former(cast: Cast) -> None:
    upload = send(ODD, cast.owner, cast.unit_a)
    for field in ("remarks", "ignore"):
        answer(upload, [("业内补叙", field)], actor=cast.owner)
    assert [(row.field, row.revoked_at is None) for row in ColumnMapping.objects.order_by("id")] == [("remarks", False), ("ignore", True)]


# --- the page ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_page_asks_and_remembers(cast: Cast, signed_in: Any) -> None:
    upload = send(ODD, cast.owner, cast.unit_a)
    address = f"/uploads/{upload.public_id}/"
    client = signed_in(cast.owner)
    page = client.get(address).content.decode()
    assert "业内补叙" in page
    assert f'action="{address}columns/"' in page
    answered = client.post(address + "columns/", {"heading": ["业内补叙"], "field": ["remarks"]})
    assert (answered.status_code, answered["Location"]) == (303, address + "#findings")
    assert "columns/" not in client.get(address).content.decode()
    assert ColumnMapping.objects.get().unit == cast.unit_a
    assert client.post(address + "columns/", {"heading": ["业内补叙"], "field": ["remarks"]}).status_code == 409
    assert signed_in(cast.stranger).post(address + "columns/", {"heading": ["业内补叙"], "field": ["remarks"]}).status_code == 404
    assert signed_in(cast.reviewer).post(address + "columns/", {"heading": ["业内补叙"], "field": ["remarks"]}).status_code == 403


@pytest.mark.django_db
def test_the_admin_lists_and_revokes(cast: Cast, signed_in: Any) -> None:
    upload = send(ODD, cast.owner, cast.unit_a)
    (mapping,) = answer(upload, [("业内补叙", "remarks")], actor=cast.owner)
    listed = "/admin/exchange/columnmapping/"
    one = f"{listed}{mapping.pk}/change/"
    assert "业内补叙" in signed_in(cast.owner).get(listed).content.decode()
    assert "业内补叙" not in signed_in(cast.stranger).get(listed).content.decode()
    assert signed_in(cast.stranger).post(one, {"revoke": "on"}).status_code == 404
    assert signed_in(cast.reviewer).post(one, {"revoke": "on"}).status_code == 403
    mapping.refresh_from_db()
    assert mapping.revoked_at is None
    assert signed_in(cast.owner).post(one, {"revoke": "on"}).status_code == 302
    mapping.refresh_from_db()
    assert mapping.revoked_by == cast.owner
    assert 'name="revoke"' not in signed_in(cast.owner).get(one).content.decode()
    assert signed_in(cast.owner).post(f"{listed}{mapping.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.django_db
def test_what_a_heading_may_be_goes_as_our_own_sheet_the_likeliest_first(cast: Cast) -> None:
    own = [column.field for column in SHEETS[Kind.INFRASTRUCTURE]]
    (plain,) = questions_of(send(ODD, cast.owner, cast.unit_a))
    ours = [field for field in plain.choices if field in own]
    assert not plain.guess
    assert ours == sorted(ours, key=own.index)
    assert list(plain.choices[: len(ours)]) == ours, "fields of other sheets come last"
    (alike,) = questions_of(send(LIST.replace("| 备注", "| 存在的困"), cast.owner, cast.unit_a))
    assert (alike.guess, alike.choices[0]) == ("problems", "problems")
    assert sorted(alike.choices) == sorted(plain.choices)
