"""Fund sheets at every door: the upload page, the shell, and the example workbooks of the corpus where it is at hand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import ReportingUnit, User
from exchange.models import Upload
from exchange.services.commit import commit
from exchange.services.undo import undo
from funding.models import Bond, FundAccount, FundEntry
from funding.proofs import faults
from projects.models import Project
from projects.naming import name_key
from tests.books import Sheet, xlsx
from tests.conftest import Cast
from tests.exchange.cast import client_of, make_cast, seen_of
from tests.exchange.funds import BONDS, CENTRAL, FIRST, SECOND, checked, held, issue, ledger, plan, said, sent
from tests.exchange.test_corpus import CORPUS
from tests.exchange.test_intake_services import LIST
from tests.factories import make_project, make_sector
from tests.funding.money import make_central

pytestmark = pytest.mark.django_db
BOND_BOOK, CENTRAL_BOOK = (next((CORPUS / "examples").glob(f"{name}*.xlsx"), None) for name in ("A06", "A07"))


@pytest.fixture
def projects(cast: Cast) -> dict[str, Project]:
    make_sector("轨道交通")
    return {name: make_project(name, cast.unit_a, stage="build", actual_start="2020-05") for name in (FIRST, SECOND)}


# --- the page ---


def page_of(client: Any, content: bytes, name: str = "专项债券.xlsx", **fields: Any) -> Upload:
    response = client.post("/uploads/", {"file": SimpleUploadedFile(name, content), **fields})
    assert response.status_code == 303, response.content.decode()[:2000]
    return Upload.objects.latest("pk")


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_through_the_page_from_the_file_to_the_entry_and_back(cast: Cast, projects) -> None:
    bonds = issue()
    client = client_of(cast.city)
    upload = page_of(client, xlsx(BONDS))
    address = f"/uploads/{upload.public_id}/"
    words = text_of(client.get(address))
    assert f"{bonds[10]} · 分配（万元） — → 1,700" in words
    assert "2 行资金记入台账" in words
    assert "将新增 0 个项目，变更 2 行；要么全部写入，要么一条也不写。 其中 2 行记入资金台账。" in words
    assert client.post(f"{address}commit/", {"reason": "6月台账"}).status_code == 303
    assert (held(FIRST, bonds[10])[:3], faults()) == ((1700, 1400, 1400), [])
    done = client.get(address).content.decode()
    link = re.search(r'href="([^"]*fundentry[^"]*upload_id=\d+)"', done)
    assert link is not None
    assert "1,700" in text_of(client.get(link[1]))
    entry = FundEntry.objects.filter(upload_id=upload.pk, step="assign").earliest("id")
    shown = client.get(f"/admin/funding/fundentry/{entry.pk}/change/", follow=True).content.decode()
    assert f'href="/uploads/by-number/{upload.pk}/"' in shown, "where does this figure come from?"
    assert f"上传#{upload.pk} Sheet1!第4行" in shown
    assert client.post(f"{address}undo/", {"reason": "重报", "seen": seen_of(client, address)}).status_code == 303
    assert (Upload.objects.get(pk=upload.pk).state, held(FIRST, bonds[10])) == ("undone", (0, 0, 0, 0))
    assert client.post(f"{address}redo/", {"reason": "没错", "seen": seen_of(client, address, "redo")}).status_code == 303
    assert (held(FIRST, bonds[10])[0], faults()) == (1700, [])
    words = text_of(client.get(address))
    assert f"{FundEntry.objects.filter(upload_id=upload.pk).count()} 笔 ，含撤回的冲销和恢复的重记；提交时 4 笔" in words


def test_after_the_commit_the_money_pages_are_next(cast: Cast, projects) -> None:
    issue()
    upload = sent(BONDS, cast.city)
    page = client_of(cast.city).get(f"/uploads/{upload.public_id}/").content.decode()
    go_on = page.split('class="go-on"')[1].split("</p>")[0]
    assert f'href="/admin/funding/fundentry/?upload_id={upload.pk}"' in go_on
    assert f'href="{reverse("reports:money")}"' in go_on
    listed = sent(LIST, cast.city)
    go_on = client_of(cast.city).get(f"/uploads/{listed.public_id}/").content.decode().split('class="go-on"')[1].split("</p>")[0]
    assert "fundentry" not in go_on


def test_a_district_is_told_on_the_page_that_the_city_keeps_the_ledger(cast: Cast, projects) -> None:
    issue()
    owner, city = client_of(cast.owner), client_of(cast.city)
    upload = page_of(owner, xlsx(BONDS))
    address = f"/uploads/{upload.public_id}/"
    page = owner.get(address)
    assert "资金流水由市级岗位记账" in text_of(page)
    assert f'action="{address}commit/"' not in page.content.decode()
    before = ledger()
    assert owner.post(f"{address}commit/", {"reason": "x"}).status_code == 403
    assert ledger() == before
    assert city.post(f"{address}commit/", {"reason": "区里报来"}).status_code == 303
    assert FundEntry.objects.filter(upload_id=upload.pk).count() == 4
    assert owner.get(f"{address}undo/preview/").status_code == 403


def test_what_the_ledger_refuses_is_said_on_the_page(cast: Cast, projects) -> None:
    bonds = issue(2, {10: (1000, "3.37"), 15: (4000, "3.82")})
    client = client_of(cast.city)
    upload = page_of(client, xlsx(BONDS))
    words = text_of(client.get(f"/uploads/{upload.public_id}/"))
    assert f"{bonds[10]}只剩1,000万元未分配，本次要分配1,700万元。" in words
    assert client.post(f"/uploads/{upload.public_id}/commit/", {"reason": "x"}).status_code == 409
    assert not FundEntry.objects.exists()


# --- the shell ---


def run(*given: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command(*given, stdout=out)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_the_shell_commits_a_fund_sheet_and_the_ledger_is_proven(cast: Cast, projects, tmp_path: Path) -> None:
    bonds, paper = issue(), plan()
    path = tmp_path / "资金.xlsx"
    path.write_bytes(xlsx(Sheet("专项债券", BONDS), Sheet("中央", CENTRAL)))
    status, told = run("intake", str(path), "--commit", "--user", "city")
    assert (status, held(FIRST, bonds[10])[0], held(SECOND, paper)[0]) == (0, 1700, 400), told
    assert "记账8笔" in told
    assert run("prove")[0] == 0
    status, told = run("intake", str(path), "--commit", "--user", "owner", "--unit", "市南区")
    assert status == 0, "what is in the ledger already changes nothing"
    status, told = run("undo", str(Upload.objects.earliest("pk").pk), "--user", "city", "--reason", "重报")
    assert (status, held(FIRST, bonds[10])[0]) == (0, 0), told
    assert run("prove")[0] == 0


# --- the corpus ---

corpus = pytest.mark.parametrize("path", [path for path in (BOND_BOOK,) if path])


def truth(path: Path) -> list[dict[str, Any]]:
    rows = json.loads(path.with_suffix(".truth.json").read_text(encoding="utf-8"))["rows"]
    return [row["fields"] for row in rows]


def register(rows: list[dict[str, Any]]) -> User:
    """The rows' projects, each in its district; answers a city officer."""
    officer = make_cast(with_reference=True).officer
    units = {unit.division.name: unit for unit in ReportingUnit.objects.exclude(division=None).select_related("division").order_by("-sort_order")}
    for row in rows:
        make_project(row["name"], units[row["district"]], total_wan=Decimal(row["total_investment"] or 1000))
    return officer


def wan(value: Any) -> Decimal:
    return Decimal(str(value or 0))


def mended(path: Path, cells: dict[str, Any]) -> bytes:
    """The workbook with its faults corrected by hand."""
    book = load_workbook(path)
    for place, value in cells.items():
        book.worksheets[0][place] = value
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def by_name() -> dict[str, FundAccount]:
    return {name_key(account.project.name): account for account in FundAccount.objects.select_related("project", "bond", "plan")}


@corpus
def test_the_bond_example_goes_in_without_its_faulty_rows(db: Any, path: Path) -> None:
    rows = truth(path)
    officer = register(rows)
    amounts: dict[int, int] = {}
    for row in rows:
        amounts[int(row["term_years"])] = amounts.get(int(row["term_years"]), 0) + int(row["bond_this"])
    bonds = issue(2, {term: (amount, "3.10") for term, amount in amounts.items()})
    upload = checked(path.read_bytes(), officer, name=path.name)
    blocked = {row for code, _column, row in said(upload, "error") if code not in {"total_mismatch"}}
    upload = checked(mended(path, _without_total(path)), officer, name=path.name)
    assert {row for _code, _column, row in said(upload, "error")} <= blocked | {None}
    commit(upload, actor=officer, reason="按批次表", hold_bad_rows=bool(upload.counts["error"]))
    assert faults() == []
    accounts = by_name()
    good = [row for row in rows if name_key(row["name"]) in accounts]
    assert len(good) == len(rows) - len(blocked)
    for row in good:
        account = accounts[name_key(row["name"])]
        assert (account.bond, account.assigned_wan, account.paid_wan, account.arrived_wan) == (
            bonds[int(row["term_years"])],
            wan(row["bond_this"]),
            wan(row["bond_spent"]),
            wan(row["bond_spent"]),
        )
    undo(upload, actor=officer)
    assert {account.assigned_wan for account in FundAccount.objects.all()} == {0}
    assert faults() == []
    assert not Bond.objects.exclude(assigned_wan=0).exists()


def _without_total(path: Path) -> dict[str, Any]:
    """The 合计 row blanked, whose wrong sum belongs to no row."""
    sheet = load_workbook(path).worksheets[0]
    row = next(cells for cells in sheet.iter_rows() if any(cell.value == "合计" for cell in cells))
    return {cell.coordinate: None for cell in row}


def _clean(errors: list[tuple[str, str | None, int | None]]) -> Iterator[int]:
    return (row for _code, _column, row in errors if row is not None)


@pytest.mark.parametrize("path", [path for path in (CENTRAL_BOOK,) if path])
def test_the_central_example_goes_in_without_its_faulty_rows(db: Any, path: Path) -> None:
    rows = truth(path)
    officer = register(rows)
    plans = {row["name"]: make_central(200_000, doc_no=row["doc_no"], programme=row["program"]) for row in rows}
    upload = checked(path.read_bytes(), officer, name=path.name)
    blocked = set(_clean(said(upload, "error")))
    assert blocked
    commit(upload, actor=officer, reason="按调度表", hold_bad_rows=True)
    assert faults() == []
    accounts = by_name()
    assert len(accounts) == len(rows) - len(blocked)
    for row in rows:
        account = accounts.get(name_key(row["name"]))
        if account is not None:
            assert account.plan == plans[row["name"]]
            told = (account.assigned_wan, account.arrived_wan, account.completed_wan)
            assert told == (wan(row["central_this"]), wan(row["central_paid"]), wan(row["central_done"]))
    again = sent(path.read_bytes(), officer) if not said(upload, "error") else checked(path.read_bytes(), officer, name=path.name)
    assert again.counts["fund_changes"] == 0
