"""The pages on what is public: a change says why, an item of a project only gets stricter, a code is one of the standard's."""

from __future__ import annotations

from typing import Any

import pytest

from projects.models import Classification, DisclosureRule, OpenCode, ProjectDisclosure
from tests.conftest import Cast
from tests.factories import make_project, make_sector

pytestmark = pytest.mark.django_db
RULES, EXCEPTIONS, CODES = (f"/admin/projects/{name}/" for name in ("disclosurerule", "projectdisclosure", "opencode"))


def errors(answer: Any) -> str:
    assert answer.status_code == 200, "taken"
    return str(answer.context["errors"])


@pytest.fixture
def rule(db: Any) -> DisclosureRule:
    return DisclosureRule.objects.create(item="phone", level="closed", basis="第十五条")


def test_a_changed_level_says_why_and_leaves_its_history(cast: Cast, signed_in: Any, rule: DisclosureRule) -> None:
    client, page = signed_in(cast.city), f"{RULES}{rule.pk}/change/"
    sent = {"level": "request", "basis": "第二十七条", "source": "", "revision_seen": "1"}
    assert "请写明理由" in errors(client.post(page, sent))
    rule.refresh_from_db()
    assert rule.level == "closed"
    assert client.post(page, {**sent, "change_reason": "市发改委2020年6月会议"}).status_code == 302
    newest = rule.history.latest()
    assert (newest.level, newest.history_change_reason, newest.history_user) == ("request", "市发改委2020年6月会议", cast.city)


def test_a_basis_is_asked_for(cast: Cast, signed_in: Any, rule: DisclosureRule) -> None:
    sent = {"level": "closed", "basis": "", "source": "", "revision_seen": "1"}
    assert "basis" in signed_in(cast.city).post(f"{RULES}{rule.pk}/change/", sent).context["adminform"].form.errors


def test_rows_of_the_profile_neither_come_nor_go(cast: Cast, signed_in: Any, rule: DisclosureRule) -> None:
    client = signed_in(cast.city)
    assert client.get(f"{RULES}add/").status_code == 403
    assert client.post(f"{RULES}{rule.pk}/delete/", {"post": "yes"}).status_code == 403


def exception(project: Any, **given: str) -> dict[str, str]:
    return {"project": str(project.pk), "item": "project", "level": "closed", "basis": "第十四条", "reason": "密级批复", **given}


def test_the_city_closes_a_project_and_the_district_reads_it(cast: Cast, signed_in: Any) -> None:
    project = make_project(unit=cast.unit_a)
    assert signed_in(cast.owner).post(f"{EXCEPTIONS}add/", exception(project)).status_code == 403
    assert signed_in(cast.city).post(f"{EXCEPTIONS}add/", exception(project)).status_code == 302
    row = ProjectDisclosure.objects.get()
    assert project.name in signed_in(cast.owner).get(EXCEPTIONS).content.decode()
    assert project.name not in signed_in(cast.stranger).get(EXCEPTIONS).content.decode()
    assert signed_in(cast.city).post(f"{EXCEPTIONS}{row.pk}/delete/", {"post": "yes"}).status_code == 403


def test_an_item_gets_stricter_and_never_looser(cast: Cast, signed_in: Any, rule: DisclosureRule) -> None:
    project, client = make_project(unit=cast.unit_a), signed_in(cast.city)
    assert "单个项目只能更严" in errors(client.post(f"{EXCEPTIONS}add/", exception(project, item="phone", level="public")))
    # An item without a row is closed for all.
    assert "单个项目只能更严" in errors(client.post(f"{EXCEPTIONS}add/", exception(project, item="name", level="request")))
    assert not ProjectDisclosure.objects.exists()
    DisclosureRule.objects.create(item="name", level="public", basis="第二十条")
    assert client.post(f"{EXCEPTIONS}add/", exception(project, item="name", level="request")).status_code == 302


def test_a_level_that_changes_asks_for_a_new_reason(cast: Cast, signed_in: Any) -> None:
    row = ProjectDisclosure.objects.create(project=make_project(), basis="第十四条", reason="密级批复")
    client, page = signed_in(cast.city), f"{EXCEPTIONS}{row.pk}/change/"
    sent = {"level": "public", "basis": "第二十条", "reason": "密级批复", "revision_seen": "1"}
    assert "写这一次的理由" in errors(client.post(page, sent))
    assert client.post(page, {**sent, "reason": "解密通知〔2020〕3号"}).status_code == 302
    row.refresh_from_db()
    assert (row.level, row.history.count()) == ("public", 2)
    assert "解密通知〔2020〕3号" in client.get(f"/admin/projects/project/{row.project_id}/history/").content.decode()


@pytest.mark.parametrize(("scheme", "code"), [("infrastructure_sector", "transport.rail"), ("nature", "expansion")])
@pytest.mark.parametrize("wrong", ["", "rail", "transport.rail.x"])
def test_a_code_is_one_of_the_standard(cast: Cast, signed_in: Any, scheme: str, code: str, wrong: str) -> None:
    node, client = make_sector("新建", scheme=scheme), signed_in(cast.city)
    sent = {"classification": str(node.pk), "source": "", "valid_from": "2021", "valid_to": ""}
    assert client.post(f"{CODES}add/", {**sent, "code": wrong}).status_code == 200
    # What is a sector is no nature, and the other way round.
    other = "transport.rail" if scheme == Classification.Scheme.NATURE else "expansion"
    assert "OC4IDS没有代码" in errors(client.post(f"{CODES}add/", {**sent, "code": other}))
    assert not OpenCode.objects.exists()
    assert client.post(f"{CODES}add/", {**sent, "code": code}).status_code == 302
    assert "早于启用年份" in errors(client.post(f"{CODES}add/", {**sent, "code": code, "valid_from": "2023", "valid_to": "2022"}))
