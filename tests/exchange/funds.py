"""Bonds, plans and fund sheets for the tests that bring money in by workbook."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from exchange.models import Upload
from exchange.plan import PlannedRow
from exchange.services.check import check
from exchange.services.commit import commit
from exchange.services.parts import planned_rows
from exchange.services.receive import receive
from funding.models import Bond, BondIssue, CentralPlan, FundAccount, FundEntry
from funding.proofs import faults
from funding.services.bonds import issue_bond
from tests.books import Sheet, xlsx
from tests.funding.money import SOURCE, make_central, make_quota

ISSUED = date(2020, 5, 8)
JUNE = date(2020, 6, 30)
BONDS = """
2020年第二批专项债券项目安排表（截至2020年6月底）
单位：万元
序号 | 区市 | 项目名称 | 总投资 | 专项债券需求 | 本次安排额度 | 已支出 | 债券期限 | 发行利率（%）
1 | 市南区 | 滨海大道改造工程 | 12000 | 5000 | 1700 | 1400 | 10 | 3.37
2 | 市南区 | 山东路综合管廊工程 | 8000 | 3000 | 900 | 0 | 15 | 3.82
"""
CENTRAL = """
2020年中央预算内投资计划执行情况表（截至6月底）
单位：万元
序号 | 专项名称 | 项目名称 | 所属区市 | 总投资 | 中央预算内投资 | 2020年本次下达 | 资金到位 | 完成投资 | 下达文号
1 | 排水设施建设 | 滨海大道改造工程 | 市南区 | 12000 | 3000 | 800 | 500 | 620 | 发改投资〔2020〕600号
2 | | 山东路综合管廊工程 | 市南区 | 8000 | 2000 | 400 | | 0 | 发改投资[2020]第600号
"""
UNFIT = frozenset({"papers_incomplete", "income_missing"})
FIRST, SECOND = "滨海大道改造工程", "山东路综合管廊工程"


def issue(number: int = 2, terms: dict[int, tuple[int, str]] | None = None, year: int = 2020, **values: Any) -> dict[int, Bond]:
    """The bonds of an issue by term: amount and rate."""
    made = BondIssue.objects.create(year=year, number=number, tender_on=ISSUED)
    given = terms if terms is not None else {10: (5000, "3.37"), 15: (4000, "3.82")}
    return {term: _bond(made, term, Decimal(amount), Decimal(rate), **values) for term, (amount, rate) in given.items()}


def _bond(made: BondIssue, term: int, amount: Decimal, rate: Decimal, **values: Any) -> Bond:
    names = {"name": f"{made.year}年青岛市政府专项债券{made.number}-{term}", "short_name": f"20青岛债{made.number}-{term}"}
    bond = Bond(issue=made, years=term, rate_percent=rate, amount_wan=amount, tender_on=ISSUED, **names, **values)
    return issue_bond(bond, {make_quota(amount, year=made.year).pk: amount}, source=SOURCE)


def plan(amount: int = 5000, doc_no: str = "发改投资〔2020〕600号", programme: str = "排水设施建设", **values: Any) -> CentralPlan:
    return make_central(amount, doc_no=doc_no, programme=programme, given_on=date(2020, 4, 1), **values)


def checked(table: Any, actor: Any = None, name: str = "资金.xlsx", **options: Any) -> Upload:
    """A file as its check leaves it; a text table, or sheets by name."""
    content = table if isinstance(table, bytes) else xlsx(*(Sheet(*pair) for pair in table.items())) if isinstance(table, dict) else xlsx(table)
    return check(receive(content, name, actor=actor, **options), actor=actor)


def sent(table: Any, actor: Any = None, reason: str = "资金台账补录", **options: Any) -> Upload:
    """A file checked and committed, after which the ledger must add up."""
    upload = checked(table, actor, **options)
    assert not upload.counts.get("error"), said(upload, "error")
    upload = commit(upload, actor=actor, reason=reason)
    assert faults() == []
    return upload


def said(upload: Upload, severity: str | None = None) -> list[tuple[str, str | None, int | None]]:
    """Code and cell of what was found; hints left out unless asked for, and that the projects of the tests have shown no papers."""
    wanted = {severity} if severity else {"error", "warning"}
    return [(each["code"], each["col"], each["row"]) for each in upload.findings if each["severity"] in wanted and each["code"] not in UNFIT]


def words(upload: Upload, code: str) -> str:
    return next(str(each["zh"]) for each in upload.findings if each["code"] == code)


def rows_of(upload: Upload) -> list[PlannedRow]:
    return [row for rows in planned_rows(upload) for row in rows]


def held(name: str, fund: Bond | CentralPlan) -> tuple[Decimal, ...]:
    """Assigned, arrived, paid and completed of a project's account."""
    mine = {"bond": fund} if isinstance(fund, Bond) else {"plan": fund}
    account = FundAccount.objects.filter(project__name=name, **mine).first()
    return (account.assigned_wan, account.arrived_wan, account.paid_wan, account.completed_wan) if account is not None else ()


def entries(upload: Upload) -> list[tuple[str, str, Decimal, date]]:
    """What an upload posted: project, step, amount, day."""
    rows = FundEntry.objects.filter(upload_id=upload.pk).order_by("id")
    return list(rows.values_list("account__project__name", "step", "amount_wan", "happened_on"))


def ledger() -> list[Any]:
    """All entries and balances: equal before and after whatever is refused."""
    return [list(model._base_manager.order_by("pk").values()) for model in (FundAccount, FundEntry)]
