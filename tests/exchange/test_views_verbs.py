"""Check again, commit, undo, through the page and as a script: one effect, honest answers, nothing by halves."""

from __future__ import annotations

import pytest

from exchange.models import Upload
from projects.models import Project, Source, changes_from
from tests.exchange.cast import Cast, client_of, figures, finding, list_version, made_upload, make_cast, project_list, seen_of, sent

pytestmark = pytest.mark.django_db
JSON = {"headers": {"accept": "application/json"}}
REASON = {"reason": "年初报送"}


@pytest.fixture
def cast() -> Cast:
    return make_cast(with_reference=True)


def upload_of(client, content: bytes, **given: str) -> Upload:
    assert client.post("/uploads/", {"file": sent(content), **given}).status_code == 303
    return Upload.objects.latest("pk")


def test_from_file_to_stored_rows_and_back(cast: Cast) -> None:
    client = client_of(cast.owner)
    upload = upload_of(client, project_list())
    address = f"/uploads/{upload.public_id}/"
    committed = client.post(address + "commit/", {"reason": "年初报送"})
    assert (committed.status_code, committed["Location"]) == (303, address + "#finish")
    page = client.get(address)
    assert "已入库：新增2个项目" in page.content.decode()
    assert sorted(row.project_id for row in page.context["preview"].rows) == sorted(Project.objects.values_list("pk", flat=True))
    upload.refresh_from_db()
    assert (upload.state, upload.reason, upload.committed_by) == ("committed", "年初报送", cast.owner)
    assert client.post(address + "undo/", {"reason": "报错了", "seen": seen_of(client, address)})["Location"] == address + "#finish"
    upload.refresh_from_db()
    assert (upload.state, upload.undone_by, Project.objects.count()) == ("undone", cast.owner, 0)
    assert upload.outcome in client.get(address).content.decode()


def test_the_second_click_has_no_second_effect(cast: Cast) -> None:
    client = client_of(cast.owner)
    address = f"/uploads/{upload_of(client, project_list()).public_id}/"
    client.post(address + "commit/", REASON)
    before = figures()
    again = client.post(address + "commit/", REASON)
    assert again.status_code == 409
    assert "该文件此前已经提交，这次操作没有重复写入" in again.content.decode()
    assert client.post(address + "commit/", REASON, **JSON).json()["error"]["code"] == "state"
    assert figures() == before
    client.post(address + "undo/", {"seen": seen_of(client, address)})
    before = figures()
    assert [client.post(address + verb).status_code for verb in ("undo/", "commit/", "check/")] == [409, 409, 409]
    assert figures() == before


def test_the_same_file_again_changes_nothing_and_says_so(cast: Cast) -> None:
    client = client_of(cast.owner)
    content = project_list()
    first = upload_of(client, content)
    client.post(f"/uploads/{first.public_id}/commit/", REASON)
    second = upload_of(client, content)
    page = client.get(f"/uploads/{second.public_id}/").content.decode()
    assert (second.counts["same"], second.counts["create"], second.counts["change"]) == (2, 0, 0)
    assert f'/uploads/{first.public_id}/">#{first.pk}</a>' in page
    assert "没有需要变更的内容：文件与库中数据一致" in page


def test_a_changed_figure_is_shown_old_and_new(cast: Cast) -> None:
    client = client_of(cast.owner)
    client.post(f"/uploads/{upload_of(client, project_list(12000)).public_id}/commit/", REASON)
    page = client.get(f"/uploads/{upload_of(client, project_list(12500.5)).public_id}/")
    (row,) = page.context["preview"].rows
    assert (row.name, row.sheet, row.row) == ("株洲路拓宽改造", "项目表", 4)
    assert [(line.label, line.old, line.new) for line in row.lines] == [("变更申请·总投资（万元）", "12,000", "12,500.50")]
    assert "将生成 1 条变更申请" in page.content.decode()
    page = client_of(cast.officer).get(
        f"/uploads/{upload_of(client_of(cast.officer), project_list(12500.5), list_version=list_version()).public_id}/"
    )
    assert ("总投资（万元）", "12,000", "12,500.50") in [(line.label, line.old, line.new) for line in page.context["preview"].rows[0].lines]
    assert "变更申请" not in str(page.context["preview"])


def test_a_list_in_which_only_decided_values_differ_says_what_comes_of_it(cast: Cast) -> None:
    client = client_of(cast.owner)
    client.post(f"/uploads/{upload_of(client, project_list(12000)).public_id}/commit/", REASON)
    addresses = [f"/uploads/{upload_of(client, project_list(12500)).public_id}/" for _ in range(2)]
    words = client.get(addresses[0]).content.decode()
    assert "其中 1 行除变更申请外没有要写入的内容" in words
    assert "其中 1 行的已定值只提出变更申请" in words
    assert [row.row for row in client.get(addresses[0] + "?show=proposed").context["preview"].rows] == [4]
    client.post(addresses[0] + "commit/", REASON)
    assert Project.objects.get(name="株洲路拓宽改造").total_wan == 12000
    client.post(addresses[1] + "check/")
    words = client.get(addresses[1]).content.decode()
    assert "1 行与库中不同的已定值此前已提出变更申请" in words
    assert "没有新的变更：与库中不同的值都已提出变更申请" in words
    assert "文件与库中数据一致" not in words
    assert "待审核</span>" in client.get(addresses[1] + "?show=same").content.decode()


def test_what_the_city_sent_for_a_list_a_district_sees_and_does_not_commit(cast: Cast) -> None:
    upload = upload_of(client_of(cast.officer), project_list(), unit=cast.unit.key, list_version=list_version())
    client, address = client_of(cast.owner), f"/uploads/{upload.public_id}/"
    assert "清单由市级岗位提交" in client.get(address).content.decode()
    before = figures()
    assert client.post(address + "commit/", REASON).status_code == 403
    assert figures() == before


def test_blocked_files_are_not_committed(cast: Cast) -> None:
    client = client_of(cast.owner)
    upload = upload_of(client, project_list("一亿二千万"))
    before = figures()
    assert upload.counts["error"] == 1
    response = client.post(f"/uploads/{upload.public_id}/commit/", {"reason": "没关系"})
    assert (response.status_code, "还有1处阻断问题" in response.content.decode()) == (409, True)
    assert figures() == before


def test_warnings_ask_for_a_reason_and_keep_what_was_typed(cast: Cast) -> None:
    client = client_of(cast.owner)
    upload = upload_of(client, project_list(1.2))
    before = figures()
    assert upload.counts["warning"] > 0
    address = f"/uploads/{upload.public_id}/commit/"
    assert [client.post(address, {"reason": text}).status_code for text in ("", "  \n", "x" * 501, "\x00")] == [409, 409, 400, 400]
    assert list(client.post(address, {"reason": "x" * 501}, **JSON).json()["errors"]) == ["reason"]
    assert "x" * 501 in client.post(address, {"reason": "x" * 501}).content.decode()
    assert figures() == before
    assert client.post(address, {"reason": "已核实"}).status_code == 303
    assert Project.history.filter(upload_id=upload.pk).exclude(history_change_reason="已核实").count() == 0


def test_rows_that_moved_are_named_and_a_new_check_helps(cast: Cast) -> None:
    client, version = client_of(cast.officer), list_version()
    client.post(f"/uploads/{upload_of(client, project_list(12000), list_version=version).public_id}/commit/", REASON)
    upload = upload_of(client, project_list(12500), list_version=version)
    with changes_from(Source(door="admin", actor_id=cast.officer.pk, reason="更正")):
        project = Project.objects.get(name="株洲路拓宽改造")
        project.content = "道路1.8公里"
        project.save()
    before = figures()
    address = f"/uploads/{upload.public_id}/"
    refused = client.post(address + "commit/", REASON)
    assert (refused.status_code, "株洲路拓宽改造" in refused.content.decode()) == (409, True)
    assert figures() == before
    assert client.post(address + "check/").status_code == 303
    assert client.post(address + "commit/", REASON, **JSON).json()["state"] == "committed"
    project.refresh_from_db()
    assert (project.total_wan, project.content) == (12500, "道路1.6公里")


def test_undo_leaves_what_was_changed_since(cast: Cast) -> None:
    client = client_of(cast.owner)
    upload = upload_of(client, project_list())
    address = f"/uploads/{upload.public_id}/"
    client.post(address + "commit/", {"reason": "年初报送"})
    with changes_from(Source(door="admin", actor_id=cast.officer.pk, reason="更正")):
        project = Project.objects.get(name="株洲路拓宽改造")
        project.content = "道路1.8公里"
        project.save()
    assert client.post(address + "undo/", {"seen": seen_of(client, address)})["Location"] == address + "#finish"
    assert [(project.name, project.content) for project in Project.objects.all()] == [("株洲路拓宽改造", "道路1.8公里")]
    page = client.get(address).content.decode()
    assert "部分撤回" in page
    assert "此后被officer某" in page


def test_scripts_get_the_upload_back(cast: Cast) -> None:
    client = client_of(cast.owner)
    address = f"/uploads/{upload_of(client, project_list()).public_id}/"
    assert [client.post(address + verb, REASON, **JSON).json()["state"] for verb in ("check/", "commit/")] == ["checked", "committed"]
    given = {**REASON, "seen": seen_of(client, address)}
    assert client.post(address + "undo/", given, **JSON).json()["state"] == "undone"


def test_an_owner_who_lost_the_unit_commits_nothing(cast: Cast) -> None:
    client = client_of(cast.owner)
    upload = upload_of(client, project_list())
    cast.owner.memberships.update(unit=cast.other)
    before = figures()
    assert client.post(f"/uploads/{upload.public_id}/commit/", REASON).status_code == 404
    assert figures() == before


def test_a_refused_check_leaves_the_former_page(cast: Cast) -> None:
    upload = made_upload(cast.unit, findings=[finding()], state="committed")
    before = figures()
    response = client_of(cast.owner).post(f"/uploads/{upload.public_id}/check/")
    assert (response.status_code, figures() == before) == (409, True)
