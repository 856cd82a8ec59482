"""The page of an upload: what it shows, to whom, and what can be taken away from it."""

from __future__ import annotations

import csv
import io
import re
import secrets

import pytest
from openpyxl import load_workbook

from accounts.models import AuditEvent
from exchange.models import Upload
from exchange.plan import Action
from tests.exchange.cast import Cast, client_of, figures, finding, made_upload, make_cast, new_project, planned, project_list, sent

pytestmark = pytest.mark.django_db
READS = ("", "file/", "findings.json", "findings.xlsx", "findings.csv")
WRITES = ("check/", "commit/", "undo/")
PAGE_QUERIES = 10


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def text_of(response) -> str:
    """The words of a page, white space made one blank."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_a_finding_is_shown_with_place_value_reason_remedy_and_its_piece_of_the_sheet(cast: Cast) -> None:
    excerpt = {"columns": ["D", "E", "F"], "rows": [[36, ["甲", "100", "1"]], [37, ["乙", "一亿二", "2"]], [38, ["丙", "300", "3"]]]}
    upload = made_upload(cast.unit, findings=[finding(row=37, excerpt=excerpt)])
    page = client_of(cast.owner).get(f"/uploads/{upload.public_id}/").content.decode()
    assert 'data-copy="&#x27;月报&#x27;!E37"' in page
    for words in (">月报!E37</button>", "总投资（万元）", "一亿二", "读不成金额", "填写数字"):
        assert words in page
    assert re.findall(r'<td class="hit">(.*?)</td>', page) == ["一亿二"]
    assert re.findall(r'<th scope="col" class="hit">(.*?)</th>', page) == ["E"]


def test_findings_stand_in_three_groups_worst_first(cast: Cast) -> None:
    mixed = [finding(severity=severity, code=severity) for severity in ("error", "warning", "info")]
    page = client_of(cast.owner).get(f"/uploads/{made_upload(cast.unit, findings=mixed).public_id}/")
    assert [(group.severity, group.places, len(group.items)) for group in page.context["groups"]] == [
        ("error", 1, 1),
        ("warning", 1, 1),
        ("info", 1, 1),
    ]
    assert re.findall(r'data-group="(\w+)"', page.content.decode()) == ["error", "warning", "info"]


def test_a_folded_finding_names_its_rows(cast: Cast) -> None:
    folded = [finding(rows_text="第12–48、52行", count=38), finding(code="other", count=3)]
    page = client_of(cast.owner).get(f"/uploads/{made_upload(cast.unit, findings=folded).public_id}/")
    assert [item.fold for item in page.context["groups"][0].items] == ["第12–48、52行 同一问题，共38处", "同一问题共3处"]


@pytest.mark.parametrize(
    "place, chip",
    [
        ({}, "月报!E12"),
        ({"sheet": None}, "E12"),
        ({"col": None}, "月报!第12行"),
        ({"col": None, "row": None}, "月报"),
        ({"sheet": None, "col": None, "row": None}, ""),
    ],
)
def test_a_place_is_named_as_far_as_it_is_known(cast: Cast, place: dict, chip: str) -> None:
    page = client_of(cast.owner).get(f"/uploads/{made_upload(cast.unit, findings=[finding(**place)]).public_id}/")
    assert page.context["groups"][0].items[0].chip == chip


@pytest.mark.parametrize(
    "query, codes",
    [
        ("", ["a", "b", "c"]),
        ("?severity=warning", ["b"]),
        ("?sheet=清单", ["c"]),
        ("?text=第二", ["b"]),
        ("?text=E12", ["a", "b"]),
        ("?severity=error&sheet=清单", ["c"]),
        ("?severity=error&text=nothing", []),
        ("?severity=odd&sheet=&text=%20", ["a", "b", "c"]),
        ("?text=%00", []),
        ("?f=zz", ["a", "b", "c"]),
    ],
)
def test_findings_are_narrowed_without_javascript(cast: Cast, query: str, codes: list[str]) -> None:
    given = [finding("a"), finding("b", "warning", zh="第二个"), finding("c", sheet="清单", row=9)]
    page = client_of(cast.owner).get(f"/uploads/{made_upload(cast.unit, findings=given).public_id}/{query}")
    shown = [item.code for group in page.context["groups"] for item in group.items]
    assert sorted(shown) == codes


def test_very_many_findings_come_in_pages(cast: Cast) -> None:
    upload = made_upload(cast.unit, findings=[finding(f"code{number}", row=number + 1) for number in range(450)])
    client = client_of(cast.owner)
    lengths = [len(client.get(f"/uploads/{upload.public_id}/?f={number}").context["groups"][0].items) for number in (1, 2, 3)]
    assert lengths == [200, 200, 50]
    assert "450 条" in text_of(client.get(f"/uploads/{upload.public_id}/"))


def test_what_a_cell_holds_is_never_markup(cast: Cast) -> None:
    evil = "<img src=x onerror=alert(1)>\"'"
    excerpt = {"columns": ["E"], "rows": [[12, [evil]]]}
    column, skipped = {"col": "A", "heading": evil, "field": evil}, {"row": 1, "why": evil}
    upload = made_upload(
        cast.unit,
        findings=[finding(sheet=evil, raw=evil, zh=evil, heading=evil, excerpt=excerpt)],
        rows=[new_project(evil, 5, cast.unit)],
        filename=evil,
        sheets=[{"name": evil, "kind": evil, "read": True, "rows": 1, "columns": [column], "skipped": [skipped]}],
    )
    client = client_of(cast.owner)
    for address in (f"/uploads/{upload.public_id}/", "/uploads/"):
        assert "<img src=x" not in client.get(address).content.decode()


def test_sheets_are_described_with_columns_and_skipped_rows(cast: Cast) -> None:
    known = {"col": "E", "heading": "本月完成", "field": "done_month_wan", "label": "本月完成投资", "unit": "亿元"}
    unknown = {"col": "F", "heading": "杂", "field": None}
    read = {"name": "月报", "kind": "monthly_progress", "unit": "亿元", "header_rows": [3, 4], "rows": 38, "read": True, "reason": ""}
    unread = {"name": "说明", "kind": None, "unit": None, "header_rows": None, "rows": 0, "read": False, "reason": "奇怪"}
    sheets = [{**read, "columns": [known, unknown], "skipped": [{"row": 9, "why": "subtotal"}]}, {**unread, "columns": [], "skipped": []}]
    upload = made_upload(cast.unit, sheets=sheets)
    words = text_of(client_of(cast.owner).get(f"/uploads/{upload.public_id}/"))
    for expected in (
        "月度进展",
        "38 行 · 亿元 · 表头 3–4 · 2 栏 · 跳过 1 行",
        "本月完成投资",
        "未识别，不导入",
        "小计（已核对，不导入）",
        "未读取",
        "奇怪",
    ):
        assert expected in words


def test_the_same_file_committed_before_is_named(cast: Cast) -> None:
    first = made_upload(cast.unit, state="committed", committed_by=cast.officer)
    later = made_upload(cast.unit)
    words = text_of(client_of(cast.owner).get(f"/uploads/{later.public_id}/"))
    assert f"由 officer某 提交，见 #{first.pk}" in words
    assert "同一个文件" not in text_of(client_of(cast.owner).get(f"/uploads/{first.pk}/"))


def test_the_same_file_of_another_unit_is_not_named(cast: Cast) -> None:
    made_upload(cast.other, state="committed", filename="CANARY.xlsx")
    words = text_of(client_of(cast.owner).get(f"/uploads/{made_upload(cast.unit).public_id}/"))
    assert "同一个文件" not in words
    assert "CANARY" not in words


@pytest.mark.parametrize(
    "values, step, sentence",
    [
        ({}, 3, "将新增 1 个项目"),
        ({"findings": [finding()]}, 2, "还有1处阻断问题，整个文件都没有写入"),
        ({"findings": [finding(severity="warning")]}, 3, "有 1 处需说明的问题，请写明原因"),
        ({"kind": "bond_allocation"}, 3, "将新增 1 个项目"),
        ({"state": "committed", "outcome": "已入库：新增1个项目"}, 4, "已入库：新增1个项目"),
        ({"state": "undone", "outcome": "已撤回：删除新建的1条记录"}, 4, "已撤回：删除新建的1条记录"),
        ({"state": "refused", "outcome": "文件有密码"}, 2, "文件有密码"),
        ({"state": "failed", "outcome": "数据库没有空间"}, 2, "数据库没有空间"),
        ({"state": "received"}, 2, "文件已保存，尚未检查完"),
    ],
)
def test_the_page_says_where_things_stand(cast: Cast, values: dict, step: int, sentence: str) -> None:
    upload = made_upload(cast.unit, rows=[new_project("甲项目", 5, cast.unit)], **values)
    page = client_of(cast.owner).get(f"/uploads/{upload.public_id}/")
    assert [each.number for each in page.context["steps"] if each.is_current] == [step]
    assert sentence in text_of(page)


def test_a_blocked_file_offers_no_commit(cast: Cast) -> None:
    page = client_of(cast.owner).get(f"/uploads/{made_upload(cast.unit, findings=[finding()]).public_id}/").content.decode()
    assert "/commit/" not in page
    assert re.search(r'<button class="primary" type="button" disabled>', page)


def test_a_reviewer_reads_and_is_offered_nothing_to_change(cast: Cast) -> None:
    for state in ("checked", "committed"):
        upload = made_upload(cast.unit, rows=[new_project("甲项目", 5, cast.unit)], state=state)
        page = client_of(cast.reviewer).get(f"/uploads/{upload.public_id}/").content.decode()
        assert [verb for verb in WRITES if f'{upload.public_id}/{verb}"' in page] == []


def test_the_page_speaks_english(cast: Cast) -> None:
    upload = made_upload(cast.unit, findings=[finding(en="is no amount at all")], state="refused", outcome="坏了", outcome_en="The file is damaged.")
    client = client_of(cast.owner)
    page = client.get(f"/uploads/{upload.public_id}/", headers={"accept-language": "en"}).content.decode()
    assert "is no amount at all" in page
    assert "The file is damaged." in page


# --- who reaches it ---


@pytest.mark.parametrize("ending", READS)
def test_reading_is_for_who_sees_the_unit(cast: Cast, ending: str) -> None:
    upload = made_upload(cast.unit, filename="CANARY.xlsx", findings=[finding(raw="CANARY")])
    address = f"/uploads/{upload.public_id}/{ending}"
    assert [client_of(user).get(address).status_code for user in (cast.owner, cast.reviewer, cast.stranger)] == [200, 200, 404]
    foreign, random = client_of(cast.stranger).get(address), client_of(cast.stranger).get(f"/uploads/{secrets.token_hex(16)}/{ending}")
    assert text_of(foreign) == text_of(random)
    assert "CANARY" not in foreign.content.decode() + str(foreign.headers)


@pytest.mark.parametrize("ending", READS)
def test_city_uploads_are_seen_by_the_city(cast: Cast, ending: str) -> None:
    address = f"/uploads/{made_upload(None).public_id}/{ending}"
    assert [client_of(user).get(address).status_code for user in (cast.owner, cast.reviewer, cast.stranger)] == [404, 200, 404]


@pytest.mark.parametrize("verb", WRITES)
@pytest.mark.parametrize("state", ["checked", "committed"])
def test_writing_is_for_the_unit_itself_and_a_refusal_changes_nothing(cast: Cast, verb: str, state: str) -> None:
    upload = made_upload(cast.unit, rows=[new_project("甲项目", 5, cast.unit)], state=state)
    before = figures()
    address = f"/uploads/{upload.public_id}/{verb}"
    assert client_of(cast.stranger).post(address, {"reason": "x"}).status_code == 404
    assert client_of(cast.reviewer).post(address, {"reason": "x"}).status_code == 403
    assert client_of(cast.reviewer).post(address, {"reason": "x"}, headers={"accept": "application/json"}).json()["error"]["code"] == "role"
    assert figures() == before
    assert AuditEvent.objects.filter(actor=cast.reviewer, outcome="denied", object_id=str(upload.pk)).count() == 2


@pytest.mark.parametrize("ending", [*READS, *WRITES])
def test_nobody_comes_in_unsigned(cast: Cast, client, ending: str) -> None:
    address = f"/uploads/{made_upload(cast.unit).public_id}/{ending}"
    response = client.post(address) if ending in WRITES else client.get(address)
    assert response.status_code == (401 if ending.endswith(".json") else 302)


@pytest.mark.parametrize("ending", READS)
def test_pages_are_not_written_to(cast: Cast, ending: str) -> None:
    assert client_of(cast.owner).post(f"/uploads/{made_upload(cast.unit).public_id}/{ending}").status_code == 405


@pytest.mark.parametrize("verb", WRITES)
def test_verbs_are_not_read_and_need_their_token(cast: Cast, verb: str) -> None:
    upload = made_upload(cast.unit, state="committed" if verb == "undo/" else "checked")
    before = figures()
    address = f"/uploads/{upload.public_id}/{verb}"
    assert client_of(cast.owner).get(address).status_code == 405
    assert client_of(cast.owner, enforce_csrf_checks=True).post(address).status_code == 403
    assert figures() == before


@pytest.mark.parametrize("odd", ["x", "%00", "..%2f..", "1", "a" * 500, "%E4%B8%AD"])
def test_odd_addresses_lead_nowhere(cast: Cast, odd: str) -> None:
    assert client_of(cast.owner).get(f"/uploads/{odd}/").status_code == 404
    assert client_of(cast.owner).post(f"/uploads/{odd}/commit/").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_costs_the_same_for_one_row_and_three(cast: Cast, django_assert_num_queries, rows: int) -> None:
    upload = made_upload(
        cast.unit,
        rows=[new_project(f"项目{n}", n, cast.unit) for n in range(rows)],
        findings=[finding(severity="info") for _ in range(rows)],
        user=cast.owner,
    )
    client = client_of(cast.owner)
    with django_assert_num_queries(PAGE_QUERIES):
        client.get(f"/uploads/{upload.public_id}/")


# --- what is taken away ---


def test_the_original_is_given_back_byte_for_byte_and_never_shown_in_place(cast: Cast) -> None:
    client = client_of(cast.owner)
    content = project_list()
    client.post("/uploads/", {"file": sent(content, "崂山区 月报.xlsx")})
    upload = Upload.objects.get()
    response = client.get(f"/uploads/{upload.public_id}/file/")
    assert response.content == content
    assert response["Content-Type"] == "application/octet-stream"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''%E5%B4%82%E5%B1%B1%E5%8C%BA%20%E6%9C%88%E6%8A%A5.xlsx"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in response["Cache-Control"]
    assert AuditEvent.objects.filter(event="upload.download", actor=cast.owner, object_id=str(upload.pk)).count() == 1


def test_an_html_file_is_no_page(cast: Cast) -> None:
    upload = made_upload(cast.unit, filename="evil.html")
    response = client_of(cast.owner).get(f"/uploads/{upload.public_id}/file/")
    assert (response["Content-Type"], response["Content-Disposition"]) == ("application/octet-stream", 'attachment; filename="evil.html"')


def test_findings_as_json_hold_all_there_is(cast: Cast) -> None:
    given = [finding(), finding("b", "info")]
    upload = made_upload(cast.unit, findings=given)
    document = client_of(cast.owner).get(f"/uploads/{upload.public_id}/findings.json").json()
    assert document["findings"] == given
    assert (document["state"], document["counts"]["error"], document["unit"]) == ("checked", 1, "laoshan")


DANGEROUS = ["=cmd|'/c calc'!A1", "+1+1", "-2+3", "@SUM(1)", "\t=1", "＝1+1", "  =1"]


@pytest.mark.parametrize("raw", DANGEROUS)
def test_no_cell_of_a_download_runs(cast: Cast, raw: str) -> None:
    upload = made_upload(cast.unit, findings=[finding(raw=raw, sheet=raw, zh=raw, heading=raw, zh_fix=raw)])
    client = client_of(cast.owner)
    lines = list(csv.reader(io.StringIO(client.get(f"/uploads/{upload.public_id}/findings.csv").content.decode("utf-8-sig"))))
    assert [cell for cell in lines[1] if cell == "'" + raw] == ["'" + raw] * 5
    sheet = load_workbook(io.BytesIO(client.get(f"/uploads/{upload.public_id}/findings.xlsx").content)).active
    cells = [cell for cell in sheet[3] if cell.value == raw]
    assert (len(cells), {cell.data_type for cell in cells}) == (5, {"s"})


def test_downloads_say_the_same_as_the_page(cast: Cast) -> None:
    upload = made_upload(cast.unit, findings=[finding(row_end=48, count=37), finding("b", "warning")], filename="月报.xlsx")
    client = client_of(cast.owner)
    lines = list(csv.reader(io.StringIO(client.get(f"/uploads/{upload.public_id}/findings.csv").content.decode("utf-8-sig"))))
    assert lines[0] == ["级别", "工作表", "行", "至行", "列", "栏目", "读到的值", "问题", "怎么改", "处数", "代码"]
    assert lines[1] == ["阻断", "月报", "12", "48", "E", "总投资（万元）", "一亿二", "读不成金额", "填写数字", "37", "amount_text"]
    assert len(lines) == 3
    narrowed = client.get(f"/uploads/{upload.public_id}/findings.csv?severity=warning").content.decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(narrowed)))) == 2


def test_held_rows_are_named_and_point_to_the_findings(cast: Cast) -> None:
    upload = made_upload(cast.unit, findings=[finding()], rows=[planned("乙项目", 12, Action.HELD, cast.unit)])
    words = text_of(client_of(cast.owner).get(f"/uploads/{upload.public_id}/?show=held"))
    assert "乙项目 ■ 受阻 有阻断问题，见上方检查结果" in words


def test_a_text_of_many_pages_is_shown_by_its_beginning(cast: Cast) -> None:
    row = new_project("滨海公路", 7, cast.unit)
    row.intents[0].values["content"] = "路基土石方" * 3000
    upload = made_upload(cast.unit, rows=[row])
    page = text_of(client_of(cast.owner).get(f"/uploads/{upload.public_id}/"))
    assert page.count("路基土石方") == 200
    assert "共15000字，这里只列开头" in page


def test_the_record_of_uploads_is_named_as_its_link(cast: Cast) -> None:
    page = client_of(cast.officer).get("/admin/exchange/upload/").content.decode()
    assert re.search(r"<h1>\s*上传记录\s*</h1>", page)
