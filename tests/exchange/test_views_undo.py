"""The pages and scripts around an undo, a redo, and rows that are held: shown first, done once, told for ever."""

from __future__ import annotations

import io
import json
from typing import Any
from urllib.parse import unquote

import pytest
from django.core.management import CommandError, call_command

from exchange.models import Upload
from exchange.workbook import read_book
from projects.models import Project, Source, changes_from
from tests.exchange.cast import Cast, client_of, figures, list_version, made_upload, make_cast, project_list, seen_of, sent

pytestmark = pytest.mark.django_db
JSON = {"headers": {"accept": "application/json"}}
NAME, OTHER = "株洲路拓宽改造", "张村河综合整治"


@pytest.fixture
def cast() -> Cast:
    return make_cast(with_reference=True)


def committed(client: Any, content: bytes, list_version: str = "", **given: Any) -> Upload:
    assert client.post("/uploads/", {"file": sent(content), "list_version": list_version}).status_code == 303
    upload = Upload.objects.latest("pk")
    answered = client.post(f"/uploads/{upload.public_id}/commit/", {"reason": "x", **given})
    assert answered.status_code == 303, answered.content.decode()
    upload.refresh_from_db()
    return upload


def edit(cast: Cast, **values: Any) -> None:
    with changes_from(Source(door="admin", actor_id=cast.officer.pk, reason="更正")):
        project = Project.objects.get(name=NAME)
        for name, value in values.items():
            setattr(project, name, value)
        project.save()


def test_an_undo_is_shown_before_it_is_done(cast: Cast) -> None:
    client, version = client_of(cast.officer), list_version()
    committed(client, project_list(12000), list_version=version)
    upload = committed(client, project_list(12500), list_version=version)
    edit(cast, content="道路1.8公里")
    address = f"/uploads/{upload.public_id}/"
    page = client.get(address + "undo/preview/")
    words = page.content.decode()
    assert "2 处中可撤回 2 处" in words  # the project's total, and the one that the list prints
    assert "12,500" in words
    assert Project.objects.get(name=NAME).total_wan == 12500
    done = client.post(address + "undo/", {"reason": "报错了", "seen": page.context["form"].initial["seen"]})
    assert done.status_code == 303
    assert Project.objects.get(name=NAME).total_wan == 12000
    story = client.get(address).content.decode()
    assert "报错了" in story
    assert "已撤回：2处中2处恢复原值" in story
    assert "undo/preview/" not in story
    assert "redo/preview/" in story


def test_what_stays_is_named_on_the_preview_and_for_ever_on_the_page(cast: Cast) -> None:
    client = client_of(cast.owner)
    upload = committed(client, project_list())
    edit(cast, content="道路1.8公里")
    address = f"/uploads/{upload.public_id}/"
    page = client.get(address + "undo/preview/").content.decode()
    assert "2 处中可撤回 1 处" in page
    assert "此后被officer某于" in page
    assert "建设规模及主要内容" in page
    client.post(address + "undo/", {"seen": seen_of(client, address)})
    story = client.get(address).content.decode()
    assert "部分撤回" in story
    assert "保留的 1 处" in story
    assert "此后被officer某于" in story
    assert NAME in story


def test_a_preview_that_is_out_of_date_is_refused(cast: Cast) -> None:
    client = client_of(cast.owner)
    upload = committed(client, project_list())
    address = f"/uploads/{upload.public_id}/"
    seen = client.get(address + "undo/preview/", **JSON).json()["seen"]
    edit(cast, content="道路1.8公里")
    refused = client.post(address + "undo/", {"seen": seen}, **JSON)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "moved")
    assert Project.objects.count() == 2
    fresh = client.get(address + "undo/preview/", **JSON).json()
    assert (fresh["places"], fresh["reverted"], [line["why"] for line in fresh["kept"]]) == (2, 1, ["changed"])
    assert client.post(address + "undo/", {"seen": fresh["seen"]}, **JSON).json()["state"] == "partly"


@pytest.mark.parametrize("verb", ["undo", "redo"])
def test_what_nobody_looked_at_is_shown_and_not_done(cast: Cast, verb: str) -> None:
    client = client_of(cast.owner)
    address = f"/uploads/{committed(client, project_list()).public_id}/"
    if verb == "redo":
        client.post(address + "undo/", {"seen": seen_of(client, address)})
    before = figures()
    for given in ({"reason": "报错了"}, {"reason": "报错了", "seen": ""}):
        page = client.post(address + f"{verb}/", given)
        assert page.status_code == 409
        text = page.content.decode()
        assert "请先查看会发生的变化再确认" in text
        assert "报错了</textarea>" in text
        assert figures() == before
    assert client.post(address + f"{verb}/", **JSON).json()["error"]["code"] == "unseen"
    assert page.context["form"].initial["seen"] == seen_of(client, address, verb)
    assert client.post(address + f"{verb}/", {"seen": page.context["form"].initial["seen"]}).status_code == 303


def test_it_is_brought_back_the_same_way(cast: Cast) -> None:
    client = client_of(cast.owner)
    upload = committed(client, project_list())
    address = f"/uploads/{upload.public_id}/"
    assert client.get(address + "redo/preview/").status_code == 409
    client.post(address + "undo/", {"seen": seen_of(client, address)})
    assert Project.objects.count() == 0
    page = client.get(address + "redo/preview/")
    assert "2 处中可恢复 2 处" in page.content.decode()
    assert client.post(address + "redo/", {"seen": page.context["form"].initial["seen"]}).status_code == 303
    assert Project.objects.count() == 2
    assert client.post(address + "redo/", **JSON).status_code == 409


@pytest.mark.parametrize("ending", ["undo/preview/", "redo/preview/"])
def test_previews_are_for_who_may_undo(cast: Cast, ending: str) -> None:
    address = f"/uploads/{made_upload(cast.unit, state='committed').public_id}/{ending}"
    assert client_of(cast.stranger).get(address).status_code == 404
    assert client_of(cast.reviewer).get(address).status_code == 403
    assert client_of(cast.owner).post(address).status_code == 405


# --- rows that are held ---


def test_the_good_rows_are_offered_alone_and_the_held_ones_as_a_workbook(cast: Cast) -> None:
    client = client_of(cast.owner)
    client.post("/uploads/", {"file": sent(project_list("一亿二"))})
    upload = Upload.objects.latest("pk")
    address = f"/uploads/{upload.public_id}/"
    page = client.get(address).content.decode()
    assert "提交 1 行，扣留 1 行" in page
    found, offered = page.index('id="findings"'), page.index('href="#holding"')
    assert found < offered < page.index('class="bar finding-filter"'), "the choice is told at the head of the findings"
    assert '<section class="holding" id="holding"' in page, "and stands open where it is made"
    assert client.post(address + "commit/", {"reason": "x"}).status_code == 409
    assert Project.objects.count() == 0
    assert client.post(address + "commit/", {"reason": "x", "hold_bad_rows": "1"}).status_code == 303
    assert [project.name for project in Project.objects.all()] == [OTHER]
    page = client.get(address).content.decode()
    assert "提交1行，扣留1行" in page
    assert 'href="#holding"' not in page
    taken = client.get(address + "held.xlsx")
    assert unquote(taken.headers["Content-Disposition"]).endswith("崂山区项目表_扣留的行.xlsx")
    (sheet,) = read_book(taken.content, "x.xlsx").sheets
    assert [row[1] for row in sheet if len(row) > 2][1:] == [NAME]


def test_held_rows_are_for_who_sees_the_upload(cast: Cast) -> None:
    client = client_of(cast.owner)
    client.post("/uploads/", {"file": sent(project_list("一亿二"))})
    address = f"/uploads/{Upload.objects.latest('pk').public_id}/held.xlsx"
    assert client_of(cast.stranger).get(address).status_code == 404
    assert client_of(cast.reviewer).get(address).status_code == 200
    assert client.get(f"/uploads/{made_upload(cast.unit).public_id}/held.xlsx").status_code == 404


# --- from a shell ---


def run(*arguments: str) -> tuple[str, int]:
    out = io.StringIO()
    try:
        call_command("undo", *arguments, stdout=out)
    except SystemExit as stopped:
        return out.getvalue(), int(stopped.code or 0)
    return out.getvalue(), 0


def test_the_command_says_first_and_then_does(cast: Cast) -> None:
    upload = committed(client_of(cast.owner), project_list())
    edit(cast, content="道路1.8公里")
    said, status = run(str(upload.pk), "--dry-run")
    assert status == 1
    assert "2处中可撤回1处，保留1处（未写入任何内容）" in said
    assert "[保留] 项目表!4 株洲路拓宽改造" in said
    assert Project.objects.count() == 2
    said, status = run(f"#{upload.pk}", "--reason", "核实有误")
    assert (status, Project.objects.count()) == (1, 1)
    assert "已撤回：2处中1处恢复原值" in said
    upload.refresh_from_db()
    record = upload.reversals.get()
    assert (upload.state, record.door, record.reason) == ("partly", "command", "核实有误")
    document, status = run(upload.public_id, "--redo", "--reason", "无误", "--user", "officer", "--format", "json")
    assert (status, json.loads(document)["state"], Project.objects.count()) == (0, "committed", 2)


def test_the_command_refuses_in_words(cast: Cast) -> None:
    upload = committed(client_of(cast.owner), project_list())
    with pytest.raises(CommandError):
        run(str(upload.pk))
    with pytest.raises(CommandError):
        run("999999", "--dry-run")
    with pytest.raises(CommandError):
        run(str(upload.pk), "--dry-run", "--user", "nobody")
    said, status = run(str(upload.pk), "--reason", "x", "--user", "stranger")
    assert (status, Project.objects.count()) == (2, 2)
    assert "其他单位" in said
    said, status = run(str(upload.pk), "--redo", "--dry-run", "--format", "json")
    assert (status, json.loads(said)["refused"]) == (2, "state")


def test_intake_holds_bad_rows_when_told(cast: Cast, tmp_path: Any) -> None:
    path = tmp_path / "崂山区项目表.xlsx"
    path.write_bytes(project_list("一亿二"))
    out = io.StringIO()
    call_command("intake", str(path), "--unit", "崂山区", "--commit", "--hold-bad-rows", "--reason", "x", stdout=out)
    assert "提交1行，扣留1行" in out.getvalue()
    assert [project.name for project in Project.objects.all()] == [OTHER]
