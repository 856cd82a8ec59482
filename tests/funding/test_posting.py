"""Posting: what goes in, what is refused and with which words, and that nothing is ever edited."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import AuditEvent
from funding.ledger import Step
from funding.models import Bond, FundAccount, FundEntry, PostedRowError, QuotaBatch, QuotaDraw
from funding.proofs import faults
from funding.services.bonds import adjust_use, issue_bond
from funding.services.ledger import Key, Posting, post, reverse
from projects.models import Door, Source
from projects.workflow import Refused
from tests.factories import make_project, make_user
from tests.funding.money import DAY, SOURCE, give, held, make_bond, make_central, make_issue, make_quota, of_bond, of_plan

pytestmark = pytest.mark.django_db
A, B, P, C = Step.ASSIGN, Step.ARRIVE, Step.PAY, Step.COMPLETE


def refusal(verb, *args, **values) -> Refused:
    with pytest.raises(Refused) as said, transaction.atomic():
        verb(*args, **values)
    return said.value


def test_money_goes_from_quota_to_spend_and_every_sum_holds() -> None:
    quota, project = make_quota(50_000), make_project("地铁1号线")
    bond = make_bond(40_000, quota)
    key = of_bond(project, bond)
    give(key, A, 30_000, capital_wan=Decimal(6000))
    give(key, B, 20_000, date(2020, 6, 1))
    give(key, P, "12345.678901", date(2020, 6, 30))
    bond.refresh_from_db()
    quota.refresh_from_db()
    account = FundAccount.objects.get()
    assert (quota.issued_wan, bond.assigned_wan) == (40_000, 30_000)
    assert (account.assigned_wan, account.capital_wan, account.arrived_wan, account.paid_wan) == (30_000, 6000, 20_000, Decimal("12345.678901"))
    assert held(key) == account.balance
    assert faults() == []
    assert (bond.revision, Bond.history.count()) == (1, 1), "sums of the ledger are no changes of the bond"


@pytest.mark.parametrize(
    "step,amount,code,words",
    [
        (A, 20_001, "full", "只剩20,000万元未分配，本次要分配20,001万元"),
        (A, 0, "zero", "不能为0"),
        (A, -1, "negative", "冲销"),
        (B, 30_001, "chain", "拨付30,001万元，超过已分配的30,000万元"),
        (P, 20_001, "chain", "支出20,001万元，超过已拨付的20,000万元"),
        (C, 1, "step", "月度进展"),
    ],
)
def test_what_a_bond_can_not_give_is_refused_with_what_is_left(step: Step, amount: int, code: str, words: str) -> None:
    key = of_bond(make_project("地铁1号线"), make_bond(50_000))
    give(key, A, 30_000)
    if step is P:
        give(key, B, 20_000)
    before = list(FundEntry.objects.values()), list(FundAccount.objects.values())
    said = refusal(give, key, step, amount)
    assert (said.code, words in said.zh) == (code, True), said.zh
    assert (list(FundEntry.objects.values()), list(FundAccount.objects.values())) == before


def test_days_count_money_is_not_spent_before_it_came() -> None:
    key = of_bond(make_project("地铁1号线"), make_bond(50_000))
    give(key, A, 100, date(2020, 5, 10))
    assert refusal(give, key, B, 100, date(2020, 5, 9)).code == "chain"
    give(key, B, 100, date(2020, 5, 10))
    said = refusal(give, key, P, 50, date(2020, 5, 9))
    assert "2020-05-09" in said.zh
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert refusal(give, key, P, 50, tomorrow).code == "future"


def test_a_plan_gives_by_source_and_only_its_own_money_is_bounded_by_it() -> None:
    project, plan = make_project("棚户区改造"), make_central(1000)
    give(of_plan(project, plan), A, 1000)
    give(of_plan(project, plan, "city"), A, 5000)
    give(of_plan(project, plan), C, 1200)
    assert refusal(give, of_plan(make_project("冷链"), plan), A, 1).zh.endswith("只剩0万元未分解，本次要分解1万元。")
    assert refusal(give, of_plan(project, plan), P, 1).zh.count("到位") == 2
    plan.refresh_from_db()
    assert (plan.assigned_wan, faults()) == (1000, [])


def test_capital_is_part_of_what_is_assigned() -> None:
    key = of_bond(make_project(), make_bond())
    assert refusal(give, key, A, 10, capital_wan=Decimal(11)).code == "capital"
    give(key, A, 10, capital_wan=Decimal(10))
    assert refusal(give, key, B, 5, capital_wan=Decimal(1)).code == "capital"


def test_a_wrong_entry_is_answered_and_stays() -> None:
    key = of_bond(make_project(), make_bond())
    give(key, A, 100)
    wrong = give(key, B, 60)
    spent = give(key, P, 50)
    assert refusal(reverse, [wrong.pk], source=SOURCE).code == "chain", "it was spent"
    (back,) = reverse([spent.pk], source=SOURCE)
    reverse([wrong.pk], source=SOURCE)
    assert (back.amount_wan, back.happened_on, back.reverses_id) == (-50, DAY, spent.pk)
    assert held(key).assigned == 100_000_000
    assert held(key).arrived == held(key).paid == 0
    assert refusal(reverse, [wrong.pk], source=SOURCE).code == "reversed"
    assert refusal(reverse, [back.pk], source=SOURCE).code == "reversal"
    assert refusal(reverse, [0], source=SOURCE).code == "gone"
    assert refusal(reverse, [wrong.pk], source=Source(door=Door.ADMIN)).code == "reason"
    assert (FundEntry.objects.count(), faults()) == (5, [])


def test_money_that_truly_went_back_needs_a_document() -> None:
    key = of_bond(make_project(), make_bond())
    give(key, A, 100)
    give(key, B, 60)
    assert refusal(give, key, B, -20, date(2020, 7, 1)).code == "negative"
    give(key, B, -20, date(2020, 7, 1), doc_no="青财债〔2020〕9号")
    assert (held(key).arrived, faults()) == (40_000_000, [])


def test_an_adjustment_is_a_pair_with_its_document_and_never_takes_what_arrived() -> None:
    first, second, bond = make_project("一期"), make_project("二期"), make_bond()
    give(of_bond(first, bond), A, 100)
    give(of_bond(first, bond), B, 60)
    asked = {"bond_id": bond.pk, "taken_from": first.pk, "given_to": second.pk, "doc_no": "鲁财债〔2020〕31号", "approved_on": date(2020, 6, 1)}
    said = refusal(adjust_use, amount_wan=Decimal(41), source=SOURCE, **asked)
    assert (said.code, "只有40万元尚未拨付" in said.zh) == ("arrived", True)
    made = adjust_use(amount_wan=Decimal(40), source=SOURCE, **asked)
    assert sorted(entry.amount_wan for entry in made.entries.all()) == [-40, 40]
    assert refusal(give, of_bond(second, bond), B, 40, date(2020, 5, 31)).code == "chain", "never spent first"
    give(of_bond(second, bond), B, 40, date(2020, 6, 1))
    one = made.entries.first()
    assert refusal(reverse, [one.pk], source=SOURCE).code == "pair"
    for changes, code in (
        ({"doc_no": " "}, "document"),
        ({"given_to": first.pk}, "same"),
        ({"amount_wan": Decimal(0)}, "zero"),
        ({"given_to": 0}, "project"),
    ):
        assert refusal(adjust_use, **{"amount_wan": Decimal(1), "source": SOURCE, **asked, **changes}).code in {code, "arrived"}
    assert refusal(adjust_use, amount_wan=Decimal(1), source=Source(door=Door.ADMIN), **asked).code == "reason"
    assert faults() == []


def test_a_bond_draws_its_amount_on_quota_and_no_more_than_there_is() -> None:
    first, second = make_quota(100), make_quota(50)
    bond = {"issue": make_issue(), "years": 10, "value_on": date(2020, 9, 23)}
    assert refusal(issue_bond, Bond(name="甲", amount_wan=Decimal(150), **bond), {first.pk: Decimal(100)}, source=SOURCE).code == "draws"
    over = {first.pk: Decimal(101), second.pk: Decimal(49)}
    said = refusal(issue_bond, Bond(name="甲", amount_wan=Decimal(150), **bond), over, source=SOURCE)
    assert (said.code, "只剩100万元" in said.zh) == ("quota_full", True)
    made = issue_bond(Bond(name="甲", amount_wan=Decimal(150), **bond), {first.pk: Decimal(100), second.pk: Decimal(50)}, source=SOURCE)
    assert made.matures_on == date(2030, 9, 23)
    refinancing = Bond(name="乙", amount_wan=Decimal(70), purpose=Bond.Purpose.REFINANCING, **bond)
    assert refusal(issue_bond, refinancing, {first.pk: Decimal(70)}, source=SOURCE).code == "draws"
    issue_bond(refinancing, {}, source=SOURCE)
    assert [batch.issued_wan for batch in QuotaBatch.objects.order_by("pk")] == [100, 50]
    assert faults() == []


def test_nothing_posted_is_edited_or_deleted() -> None:
    entry = give(of_bond(make_project(), make_bond()), A, 100)
    draw = QuotaDraw.objects.get()
    for deed in (
        entry.save,
        entry.delete,
        draw.save,
        draw.delete,
        FundEntry.objects.all().delete,
        lambda: FundEntry.objects.update(amount_wan=1),
        lambda: FundEntry.objects.bulk_update([entry], ["amount_wan"]),
    ):
        with pytest.raises(PostedRowError):
            deed()


@pytest.mark.parametrize(
    "change",
    [
        {"arrived_wan": Decimal(101)},
        {"paid_wan": Decimal(1)},
        {"paid_wan": Decimal(-1)},
        {"capital_wan": Decimal(101)},
        {"completed_wan": Decimal(-1)},
        {"source": "city"},
        {"bond": None},
    ],
    ids=str,
)
def test_the_database_itself_holds_the_order(change) -> None:
    give(of_bond(make_project(), make_bond()), A, 100)
    with pytest.raises(IntegrityError), transaction.atomic():
        FundAccount.objects.update(**change)


def test_the_funds_own_rows_hold_their_sums_too() -> None:
    bond = make_bond(100)
    for rows, change in ((Bond, {"assigned_wan": Decimal(101)}), (QuotaBatch, {"issued_wan": Decimal(101)}), (Bond, {"years": 4})):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows._base_manager.update(**change)
    assert bond.assigned_wan == 0


def test_a_proof_fails_where_a_balance_was_tampered_with() -> None:
    key = of_bond(make_project("地铁1号线"), make_bond())
    give(key, A, 100)
    FundAccount.objects.update(assigned_wan=Decimal("100.000001"))
    found = {(proof.kind, proof.code, proof.off_wan) for proof in faults()}
    less, more = Decimal("-0.000001"), Decimal("0.000001")
    assert found == {("account", "entries_assign", less), ("bond", "accounts", more), ("project", "sources", more), ("project", "assigned", more)}


def test_posting_takes_the_same_number_of_queries_for_any_number_of_entries(django_assert_num_queries) -> None:
    bond, projects = make_bond(), [make_project() for _ in range(30)]
    counts = []
    for group in (projects[:2], projects[2:]):
        with django_assert_num_queries(11):
            made = post([Posting(of_bond(project, bond), A, Decimal(10), DAY) for project in group], source=SOURCE)
        counts.append(len(made))
    assert counts == [2, 28]


def test_who_posted_stands_on_the_entry_and_in_the_event_log() -> None:
    somebody = make_user("钱会")
    give(of_bond(make_project(), make_bond()), A, 5, by=Source(door=Door.API, actor_id=somebody.pk, upload_id=7, reason="补录"))
    entry = FundEntry.objects.get()
    assert (entry.by, entry.door, entry.upload_id, entry.reason) == (somebody, "api", 7, "补录")
    assert AuditEvent.objects.get(event="fund.post").actor == somebody


def test_what_is_not_there_is_refused() -> None:
    project, bond = make_project(), make_bond()
    assert refusal(give, Key(project.pk, 0), A, 1).code == "fund"
    assert refusal(give, Key(project.pk), A, 1).code == "fund"
    assert refusal(give, Key(0, bond.pk), A, 1).code == "project"
