"""Taking back what an upload posted to the ledger: by reversing entries, account by account; what money has moved on from stays and is named."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from exchange.services.commit import commit
from exchange.services.faults import MovedError, NotAllowedError
from exchange.services.inverse import inversion_of
from exchange.services.undo import mark_of, redo, undo
from exchange.services.undo_words import kept_places, place_lines
from funding.ledger import Step
from funding.models import FundAccount, FundEntry
from funding.proofs import faults
from funding.services.bonds import adjust_use
from funding.services.ledger import reverse
from projects.models import Project, Source
from reports.money import money
from tests.conftest import Cast
from tests.exchange.funds import BONDS, CENTRAL, FIRST, ISSUED, JUNE, SECOND, checked, held, issue, ledger, plan, sent
from tests.exchange.test_intake_services import LIST
from tests.factories import make_project, make_sector
from tests.funding.money import give, of_bond

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(cast: Cast) -> Cast:
    make_sector("轨道交通")
    return cast


@pytest.fixture
def projects(people: Cast) -> dict[str, Project]:
    return {name: make_project(name, people.unit_a, stage="build", actual_start="2020-05") for name in (FIRST, SECOND)}


def by(people: Cast, reason: str = "核对") -> Source:
    return Source("admin", people.city.pk, reason=reason)


def by_day() -> dict[tuple[str, str, date], Any]:
    """What entries add up to by project, step and day, nothing left out but nothings."""
    found: dict[tuple[str, str, date], Any] = {}
    for name, step, day, amount in FundEntry.objects.values_list("account__project__name", "step", "happened_on", "amount_wan"):
        found[(name, step, day)] = found.get((name, step, day), 0) + amount
    return {place: amount for place, amount in found.items() if amount}


def test_all_entries_are_reversed_and_no_day_remembers_them(people: Cast, projects) -> None:
    bonds, paper = issue(), plan()
    upload = sent({"专项债券": BONDS, "中央": CENTRAL}, people.city)
    count = FundEntry.objects.count()
    undo(upload, actor=people.city, reason="报错了")
    assert (upload.state, by_day()) == ("undone", {})
    assert (held(FIRST, bonds[10]), held(FIRST, paper)) == ((0, 0, 0, 0), (0, 0, 0, 0))
    assert (FundEntry.objects.count(), FundEntry.objects.exclude(reverses=None).count()) == (2 * count, count)
    assert f"资金流水冲销、补记{count}笔" in upload.outcome
    assert faults() == []
    bonds[10].refresh_from_db()
    assert bonds[10].assigned_wan == 0


def test_undo_and_redo_any_number_of_times(people: Cast, projects) -> None:
    bonds = issue()
    sent(BONDS, people.city)
    less = sent(BONDS.replace("| 1700 | 1400", "| 1650 | 1200"), people.city)
    after = by_day()
    for _ in range(3):
        undo(less, actor=people.city)
        assert (held(FIRST, bonds[10]), less.state) == ((1700, 1400, 1400, 0), "undone")
        assert by_day()[(FIRST, "assign", ISSUED)] == 1700
        redo(less, actor=people.city)
        assert (held(FIRST, bonds[10]), less.state, by_day()) == ((1650, 1400, 1200, 0), "committed", after)
        assert faults() == []


def test_what_is_posted_again_still_names_upload_and_row(people: Cast, projects) -> None:
    issue()
    upload = sent({"第五批": BONDS}, people.city)
    for _ in range(2):
        undo(upload, actor=people.city)
        redo(upload, actor=people.city)
    told = set(FundEntry.objects.values_list("account__project__name", "doc_no"))
    assert told == {(FIRST, f"上传#{upload.pk} 第五批!第4行"), (SECOND, f"上传#{upload.pk} 第五批!第5行")}


def test_the_preview_tells_account_by_account_what_goes_back(people: Cast, projects) -> None:
    bonds = issue()
    upload = sent(BONDS, people.city)
    plan_of_undo = inversion_of(upload)
    lines = place_lines(upload, plan_of_undo.items)
    assert [(line.sheet, line.row, line.project, line.field, line.now, line.target) for line in lines] == [
        ("Sheet1", 4, FIRST, f"{bonds[10]}·分配（万元）", "1,700", "0"),
        ("Sheet1", 4, FIRST, f"{bonds[10]}·拨付到位（万元）", "1,400", "0"),
        ("Sheet1", 4, FIRST, f"{bonds[10]}·支出（万元）", "1,400", "0"),
        ("Sheet1", 5, SECOND, f"{bonds[15]}·分配（万元）", "900", "0"),
    ]


def test_an_account_that_money_moved_on_from_stays_and_says_who(people: Cast, projects) -> None:
    bonds = issue()
    upload = sent(BONDS, people.city)
    give(of_bond(projects[SECOND], bonds[15]), Step.ARRIVE, 200, date(2020, 7, 1), by(people))
    (kept,) = kept_places(upload, inversion_of(upload))
    assert (kept.project, kept.field, kept.why, kept.by) == (SECOND, f"{bonds[15]}·分配（万元）", "posted", people.city.display_name)
    assert "已分配的0万元" in kept.cause
    undo(upload, actor=people.city)
    assert (upload.state, held(FIRST, bonds[10])[0], held(SECOND, bonds[15])[:2]) == ("partly", 0, (900, 200))
    assert "1处所在资金账户此后被李敏" in upload.outcome
    assert faults() == []
    reverse([FundEntry.objects.get(step="arrive", amount_wan=200).pk], source=by(people))
    undo(upload, actor=people.city)
    assert (upload.state, held(SECOND, bonds[15])[:2]) == ("undone", (0, 0))
    redo(upload, actor=people.city)
    assert (held(FIRST, bonds[10])[0], held(SECOND, bonds[15])[0]) == (1700, 900)
    assert faults() == []


def test_what_was_adjusted_since_stays(people: Cast, projects) -> None:
    bonds = issue()
    upload = sent(BONDS, people.city)
    ends = {"taken_from": projects[SECOND].pk, "given_to": projects[FIRST].pk, "doc_no": "鲁财债〔2020〕31号", "approved_on": date(2020, 7, 1)}
    adjust_use(bond_id=bonds[15].pk, amount_wan=100, source=by(people), **ends)
    undo(upload, actor=people.city)
    assert (upload.state, held(SECOND, bonds[15])[0], held(FIRST, bonds[10])[0]) == ("partly", 800, 0)
    assert faults() == []


def test_an_entry_that_was_reversed_by_hand_is_named_and_the_others_go(people: Cast, projects) -> None:
    bonds = issue()
    upload = sent(BONDS, people.city)
    reverse([FundEntry.objects.get(upload_id=upload.pk, step="pay").pk], source=by(people))
    (kept,) = kept_places(upload, inversion_of(upload))
    assert (kept.field, kept.why, kept.by) == (f"{bonds[10]}·支出（万元）", "reversed", people.city.display_name)
    undo(upload, actor=people.city)
    assert (upload.state, held(FIRST, bonds[10])) == ("partly", (0, 0, 0, 0))
    redo(upload, actor=people.city)
    assert held(FIRST, bonds[10]) == (1700, 1400, 0, 0), "what somebody else reversed is not brought back"
    assert faults() == []


def test_what_a_correction_took_away_comes_back_only_while_the_bond_has_it(people: Cast, projects) -> None:
    bonds = issue(2, {10: (1700, "3.37"), 15: (4000, "3.82")})
    sent(BONDS, people.city)
    less = sent(BONDS.replace("| 1700 | 1400", "| 1500 | 1400"), people.city)
    give(of_bond(make_project("别的项目", people.unit_b), bonds[10]), Step.ASSIGN, 150, JUNE, by(people))
    (kept,) = kept_places(less, inversion_of(less))
    assert (kept.why, kept.cause) == ("posted", f"{bonds[10]}只剩50万元未分配，本次要分配200万元。")
    before = ledger()
    with pytest.raises(MovedError, match="没有一处可以恢复"):
        undo(less, actor=people.city)
    assert ledger() == before


def test_a_posting_after_the_preview_is_not_run_over(people: Cast, projects) -> None:
    bonds = issue()
    upload = sent(BONDS, people.city)
    seen = mark_of(inversion_of(upload))
    give(of_bond(projects[SECOND], bonds[15]), Step.ASSIGN, 5, JUNE, by(people))
    before = ledger()
    with pytest.raises(MovedError):
        undo(upload, actor=people.city, seen=seen)
    assert ledger() == before


def test_a_project_that_came_with_its_money_stays_for_its_entries(people: Cast) -> None:
    bonds = issue()
    upload = sent({"项目清单": LIST, "专项债券": BONDS}, people.city)
    undo(upload, actor=people.city)
    assert (upload.state, held(FIRST, bonds[10])[0]) == ("partly", 0)
    assert set(Project.objects.values_list("name", flat=True)) == {FIRST, SECOND}, "posted entries are never deleted, nor what they stand on"
    assert "项目资金账户" in "".join(each["cause"] for each in upload.reversals.get().kept)


def test_the_ledger_is_taken_back_by_the_city_alone(people: Cast, projects) -> None:
    issue()
    upload = checked(BONDS, people.owner, unit=people.unit_a)
    commit(upload, actor=people.city, reason="区里报来")
    before = ledger()
    with pytest.raises(NotAllowedError, match="由市级岗位撤回"):
        undo(upload, actor=people.owner)
    assert ledger() == before
    undo(upload, actor=people.city)
    assert upload.state == "undone"


def test_accounts_emptied_by_an_undo_are_no_rows_of_zero(people: Cast, projects, signed_in) -> None:
    bonds, _paper = issue(), plan()
    upload = sent({"专项债券": BONDS, "中央": CENTRAL}, people.city)
    client = signed_in(people.city)
    lists, fund = "/admin/funding/fundaccount/", f"/admin/funding/bond/{bonds[10].pk}/"
    project_tab = f"/admin/projects/project/{projects[FIRST].pk}/"

    def tables() -> list[int]:
        found = {table.name: table for table in money(people.city, 2020, JUNE).tables}
        return [len(found[name].rows) - 1 for name in ("units", "projects")]

    assert (client.get(lists).context["cl"].result_count, len(client.get(fund).context["accounts"]), tables()) == (4, 1, [1, 2])
    undo(upload, actor=people.city, reason="报错了")
    assert (client.get(lists).context["cl"].result_count, len(client.get(fund).context["accounts"]), tables()) == (0, 0, [0, 0])
    assert client.get(project_tab).status_code == 200
    assert FundAccount.objects.count() == 4, "their entries are their history"
    assert client.get(f"/admin/funding/fundentry/?upload_id={upload.pk}").context["cl"].result_count == FundEntry.objects.count()
    redo(upload, actor=people.city)
    assert (client.get(lists).context["cl"].result_count, tables()) == (4, [1, 2])
