"""撤销登记: what has no money behind it is struck out with its reason; what has says which entries come first; every sum holds on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from funding.ledger import Step
from funding.models import Bond, BondCode, BondIssue, CentralPlan, FundEntry, QuotaBatch, QuotaDraw
from funding.proofs import faults, prove
from funding.services.bonds import issue_bond
from funding.services.ledger import Key, Posting, post
from funding.services.ledger import reverse as take_back
from funding.services.striking import strike
from projects.history import rows_at
from projects.models import Door, Source
from projects.workflow import Refused
from tests.factories import make_project, make_user
from tests.funding.money import DAY, SOURCE, give, make_bond, make_central, make_issue, make_quota, of_bond, of_plan

pytestmark = pytest.mark.django_db
WHY = Source(door=Door.ADMIN, reason="重复登记")


def refusal(*asked: Any, source: Source = WHY) -> Refused:
    with pytest.raises(Refused) as said, transaction.atomic():
        strike(*asked, source=source)
    return said.value


def test_a_bond_gives_its_quota_back_and_its_name_and_codes_are_free_again() -> None:
    quota = make_quota(60_000)
    bond = make_bond(50_000, quota, name="2020年青岛市政府专项债券（一期）")
    BondCode.objects.create(bond=bond, market="sse", code="160001")
    person = make_user("city-one")
    strike(Bond, bond.pk, source=Source(door=Door.ADMIN, actor_id=person.pk, reason="与第3次发行重复"))
    quota.refresh_from_db()
    assert quota.issued_wan == 0
    assert [(draw.amount_wan, draw.reverses_id is not None) for draw in QuotaDraw.objects.order_by("pk")] == [(50_000, False), (-50_000, True)]
    line = bond.history.first()
    assert (line.struck_at is not None, line.history_change_reason, line.history_user) == (True, "与第3次发行重复", person)
    assert BondCode.history.filter(history_type="-", code="160001").count() == 1
    event = AuditEvent.objects.get(event="fund.strike")
    assert (event.object_id, event.actor_id) == (str(bond.pk), person.pk)
    again = make_bond(60_000, quota, name="2020年青岛市政府专项债券（一期）")
    BondCode.objects.create(bond=again, market="sse", code="160001")
    assert faults() == []
    assert [proof.parts_wan for proof in prove() if proof.code == "struck"] == [(0, 0, 0)]


def test_money_behind_a_bond_is_named_entry_by_entry_last_step_first() -> None:
    bond = make_bond(50_000)
    key = of_bond(make_project("地铁1号线"), bond)
    given = give(key, Step.ASSIGN, 30_000)
    came = give(key, Step.ARRIVE, 1_200)
    said = refusal(Bond, bond.pk)
    assert said.code == "held"
    assert f"#{came.pk} 拨付1,200万元（地铁1号线）、#{given.pk} 分配30,000万元（地铁1号线）" in said.zh
    take_back([came.pk, given.pk], source=WHY)
    strike(Bond, bond.pk, source=WHY)
    assert (Bond.objects.count(), Bond.everything.count(), FundEntry.objects.count(), faults()) == (0, 1, 4, [])


def test_a_batch_an_issue_and_a_plan_name_what_hangs_on_them() -> None:
    quota, issue, plan = make_quota(50_000), make_issue(), make_central(800)
    bond = make_bond(40_000, quota, issue=issue)
    entry = give(of_plan(make_project("甲路"), plan), Step.ASSIGN, 5)
    assert f"{bond}（40,000万元）" in refusal(QuotaBatch, quota.pk).zh
    assert str(bond) in refusal(BondIssue, issue.pk).zh
    assert f"#{entry.pk} 分解5万元（甲路）" in refusal(CentralPlan, plan.pk).zh
    strike(Bond, bond.pk, source=WHY)
    take_back([entry.pk], source=WHY)
    for model, row in ((QuotaBatch, quota), (BondIssue, issue), (CentralPlan, plan)):
        strike(model, row.pk, source=WHY)
        assert refusal(model, row.pk).code == "gone"
    assert faults() == []
    CentralPlan.objects.create(year=2020, doc_no=plan.doc_no, programme=plan.programme, amount_wan=Decimal(1))
    QuotaBatch.objects.create(year=quota.year, number=quota.number, amount_wan=Decimal(1))


def test_what_was_struck_is_on_no_later_day_but_was_there_before() -> None:
    issue, other = make_issue(), make_issue()
    before = timezone.now()
    strike(BondIssue, issue.pk, source=WHY)
    assert set(rows_at(BondIssue, timezone.now()).values_list("id", flat=True)) == {other.pk}
    assert set(rows_at(BondIssue, before).values_list("id", flat=True)) == {issue.pk, other.pk}


def test_without_a_reason_nothing_is_struck() -> None:
    plan = make_central(800)
    assert refusal(CentralPlan, plan.pk, source=Source(door=Door.ADMIN, reason=" ")).code == "reason"
    assert CentralPlan.objects.count() == 1


def test_nothing_is_posted_to_or_issued_under_what_was_struck() -> None:
    project, bond, plan, issue, quota = make_project(), make_bond(10), make_central(10), make_issue(), make_quota(10)
    for row in (bond, plan, issue, quota):
        strike(type(row), row.pk, source=WHY)
    for key in (of_bond(project, bond), of_plan(project, plan)):
        with pytest.raises(Refused, match="撤销登记"):
            post([Posting(key, Step.ASSIGN, Decimal(1), DAY)], source=SOURCE)
    new: dict[str, Any] = {"name": "新债", "years": 10, "amount_wan": Decimal(5)}
    with pytest.raises(Refused, match="撤销登记"):
        issue_bond(Bond(issue=issue, **new), {make_quota(5).pk: Decimal(5)}, source=SOURCE)
    with pytest.raises(Refused, match="没有这一批额度"):
        issue_bond(Bond(issue=make_issue(), **new), {quota.pk: Decimal(5)}, source=SOURCE)


def test_the_database_keeps_money_from_what_was_struck() -> None:
    bond = make_bond(10)
    give(Key(make_project().pk, bond.pk), Step.ASSIGN, 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Bond._base_manager.filter(pk=bond.pk).update(struck_at=timezone.now())


def page(name: str, *args: Any) -> str:
    return reverse(f"admin:funding_{name}", args=args)


def test_the_page_refuses_with_the_entries_then_strikes_and_says_so(cast, signed_in) -> None:
    bond = make_bond(500, name="登记错的债券", short_name="")
    entry = give(of_bond(make_project("甲路"), bond), Step.ASSIGN, 5)
    client = signed_in(cast.city)
    address = page("bond_strike", bond.pk)
    assert f"#{entry.pk} 分配5万元" in client.get(address).content.decode()
    assert client.post(address, {"reason": "错"}).status_code == 409
    take_back([entry.pk], source=WHY)
    assert client.post(address, {"reason": ""}).status_code == 400
    assert "撤销登记" in client.get(page("bond_page", bond.pk)).content.decode()
    done = client.post(address, {"reason": "登记错了"}, follow=True)
    assert (done.redirect_chain[-1][0], "已撤销登记：登记错的债券" in done.content.decode()) == (page("bond_changelist"), True)
    assert list(done.context["cl"].result_list) == []
    struck = client.get(page("bond_changelist"), {"struck": "yes"})
    assert (list(struck.context["cl"].result_list), "已撤销登记" in struck.content.decode()) == ([bond], True)
    shown = client.get(page("bond_page", bond.pk)).content.decode()
    assert ("登记错了" in shown, "记一笔" in shown, "编辑" in shown) == (True, False, False)
    posted = client.post(page("bond_page", bond.pk), {"verb": "post"})
    assert (posted.status_code, "登记错的债券已经撤销登记，不能再记账。" in posted.content.decode()) == (409, True)
    assert client.get(address).status_code == 200


def test_the_form_refuses_a_name_that_stands_and_takes_one_that_was_struck(cast, signed_in) -> None:
    plan = make_central(10, doc_no="发改投资〔2020〕1号")
    client = signed_in(cast.city)
    new = {"year": "2020", "doc_no": plan.doc_no, "programme": plan.programme, "manner": "direct", "allotment": "block", "amount_wan": "5"}
    refused = client.post(page("centralplan_add"), new)
    assert (refused.status_code, "已有这一文号和专项的计划" in refused.content.decode()) == (200, True)
    strike(CentralPlan, plan.pk, source=WHY)
    assert client.post(page("centralplan_add"), new).status_code == 302
    assert CentralPlan.objects.filter(doc_no=plan.doc_no).count() == 1


def test_sums_and_counts_of_issues_leave_struck_bonds_out(cast, signed_in) -> None:
    issue = make_issue()
    make_bond(300, issue=issue)
    strike(Bond, make_bond(500, issue=issue).pk, source=WHY)
    listed = signed_in(cast.city).get(page("bondissue_changelist")).context["cl"]
    assert [(row.bond_count, row.bond_sum) for row in listed.result_list if row.pk == issue.pk] == [(1, 300)]
    assert {cell.key: str(cell.text) for cell in listed.sum_cells if cell.text}["n_amount"] == "300"


def test_who_may_not_delete_sees_no_way_to_strike(cast, signed_in) -> None:
    bond = make_bond(10)
    client = signed_in(cast.owner)
    assert "strike/" not in client.get(page("bond_page", bond.pk)).content.decode()
    assert client.get(page("bond_strike", bond.pk)).status_code == 403
    assert client.post(page("bond_strike", bond.pk), {"reason": "错"}).status_code == 403
    assert Bond.objects.count() == 1
