"""Any verbs in any order: issue, assign, transfer, spend, adjust, reverse, strike out, a sheet that is sent, undone and redone, with
amounts and days that often go too far.

After every step each sum must hold, and the balances must be those of a model that knows nothing of the ledger's code: plain lists of
what was let in. What was refused must have changed nothing.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Count, Max, Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, precondition, rule, run_state_machine_as_test

from exchange.models import Upload
from exchange.services.commit import commit
from exchange.services.faults import UploadError
from exchange.services.undo import redo, undo
from funding.ledger import Step
from funding.models import Bond, BondIssue, FundAccount, FundEntry, QuotaBatch
from funding.proofs import faults
from funding.services.bonds import adjust_use, issue_bond
from funding.services.ledger import Key, Posting, post, reverse
from funding.services.striking import strike
from projects.models import Project
from projects.workflow import Refused
from tests.exchange.funds import checked
from tests.factories import make_project, make_unit
from tests.funding.money import SOURCE, make_central, make_issue, make_quota

pytestmark = pytest.mark.django_db(transaction=True)
EXAMPLES, STEPS = 52, 60
TURNS = 5  # how often a sheet is undone and redone in one example; each takes a while
PROVEN_EVERY = 6  # steps; the model beside it is compared after each
START, ISSUED = date(2020, 5, 1), date(2020, 5, 4)  # some days lie before the bonds were issued
AMOUNTS = st.integers(-5, 120).map(lambda tenth: Decimal(tenth * 10) / 3).map(lambda amount: amount.quantize(Decimal("0.000001")))
DAYS = st.integers(0, 40).map(lambda day: START + timedelta(days=day))
SHEET = """
2020年第{number}批专项债券项目安排表（截至2020年5月底）
单位：万元
序号 | 项目名称 | 总投资 | 本次安排额度 | 已拨付 | 已支出 | 债券期限
1 | {name} | 12000 | {given} | {came} | {went} | 10
"""
taken: Counter[str] = Counter()


class LedgerMachine(RuleBasedStateMachine):
    """Three projects, two quota batches, a plan; bonds as they are issued."""

    bonds = Bundle("bonds")
    entries = Bundle("entries")

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.steps = self.turned = 0
        self.upload: Upload | None = None
        self.allowed: list[tuple[tuple[int, int | None, int | None, str], str, Decimal, date]] = []

    def teardown(self) -> None:
        try:
            assert faults() == []
        finally:
            self.roll_back()

    def roll_back(self) -> None:
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    @initialize(
        target=bonds,
        early=st.sampled_from(("nothing", "adjust", "reverse", "strike")),
        sheet=st.sampled_from(("none", "none", "sent", "undone", "redone", "too much")),
    )
    def begin(self, early, sheet):
        """There is a bond from the start, with money for the first project; often one more verb and a sheet, so that each is let in early."""
        unit = make_unit()
        self.projects = [make_project(unit=unit).pk for _ in range(3)]
        self.batches = [make_quota(600).pk, make_quota(300).pk]
        self.plan = make_central(500).pk
        self.issue = make_issue(tender_on=ISSUED, number=3)  # of the sheet: no document has a number of four digits
        bond = issue_bond(Bond(issue=self.issue, name="首期", years=10, amount_wan=Decimal(200)), {self.batches[0]: Decimal(200)}, source=SOURCE)
        self.note(post([Posting(Key(self.projects[0], bond.pk), Step.ASSIGN, Decimal(100), ISSUED)], source=SOURCE))
        self._early(early, bond.pk)
        if sheet != "none":
            self._send((300, 20, 10) if sheet == "too much" else (30, 20, 10))
        if sheet in ("undone", "redone"):
            self.undo_the_sheet()
        if sheet == "redone":
            self.redo_the_sheet()
        return bond.pk

    def _early(self, verb, bond):
        if verb == "adjust":
            self._adjust(bond, *self.projects[:2], Decimal(10), ISSUED)
        elif verb == "reverse":
            made = self._posted([Posting(Key(self.projects[1], bond), Step.ASSIGN, Decimal(5), ISSUED)])
            self._take_back(made.values)
        elif verb == "strike":
            self.strike_out(self._issue(Decimal(7), {self.batches[1]: Decimal(7)}))

    def attempt(self, name, verb, **values):
        """Do it or be refused; a refusal leaves the sums as they were."""
        before = self.sums()
        try:
            with transaction.atomic():
                made = verb(source=SOURCE, **values)
        except Refused:
            assert self.sums() == before
            taken[f"{name} refused"] += 1
            return None
        taken[name] += 1
        return made

    def sums(self):
        """How many entries there are, and what they add up to."""
        return FundEntry.objects.aggregate(Count("pk"), Sum("amount_wan"), Max("pk"))

    def note(self, made) -> None:
        for entry in made or []:
            account = entry.account
            self.allowed.append(
                ((account.project_id, account.bond_id, account.plan_id, account.source), entry.step, entry.amount_wan, entry.happened_on)
            )

    @rule(target=bonds, first=AMOUNTS, second=AMOUNTS, more=st.sampled_from([0, 0, 0, 1]))
    def issue_a_bond(self, first, second, more):
        draws = {pk: amount for pk, amount in zip(self.batches, (first, second), strict=True) if amount}
        made = self._issue(max(sum(draws.values()) + more, Decimal(0)), draws)
        return multiple() if made is None else made

    def _issue(self, amount, draws):
        bond = Bond(issue=self.issue, name=f"第{Bond.everything.count()}期", years=15, amount_wan=amount)
        made = self.attempt("issue", lambda source: issue_bond(bond, draws, source=source))
        return made and made.pk

    @rule(
        target=entries, data=st.data(), bond=bonds, amount=AMOUNTS, day=DAYS, step=st.sampled_from([Step.ASSIGN, Step.ASSIGN, Step.ARRIVE, Step.PAY])
    )
    def post_to_a_bond(self, data, bond, amount, day, step):
        capital = max(amount / 5, Decimal(0)).quantize(Decimal("0.000001")) if step is Step.ASSIGN else Decimal(0)
        posting = Posting(
            Key(self.projects[data.draw(st.integers(0, 2))], bond), step, amount, day, capital, doc_no=data.draw(st.sampled_from(["", "退1"]))
        )
        return self._posted([posting])

    @rule(target=entries, data=st.data(), amount=AMOUNTS, day=DAYS, step=st.sampled_from(list(Step)), source=st.sampled_from(["central", "city"]))
    def post_to_the_plan(self, data, amount, day, step, source):
        key = Key(self.projects[data.draw(st.integers(0, 2))], None, self.plan, source)
        return self._posted([Posting(key, step, amount, day)])

    @rule(target=entries, bond=bonds, amounts=st.tuples(AMOUNTS, AMOUNTS, AMOUNTS), day=DAYS)
    def post_many_at_once(self, bond, amounts, day):
        first, second, _ = self.projects
        steps = ((first, Step.ASSIGN), (first, Step.ARRIVE), (second, Step.ASSIGN))
        return self._posted([Posting(Key(pk, bond), step, amount, day) for (pk, step), amount in zip(steps, amounts, strict=True)])

    def _posted(self, postings):
        made = self.attempt("post", lambda source: post(postings, source=source))
        self.note(made)
        return multiple(*[entry.pk for entry in made or []])

    @rule(target=entries, picked=st.lists(entries, min_size=1, max_size=3))
    def take_back(self, picked):
        return self._take_back(picked)

    def _take_back(self, picked):
        made = self.attempt("reverse", lambda source: reverse(picked, source=source))
        self.note(made)
        return multiple(*[entry.pk for entry in made or []])

    @rule(data=st.data(), bond=bonds, amount=AMOUNTS, day=DAYS)
    def adjust(self, data, bond, amount, day):
        ends = [self.projects[data.draw(st.integers(0, 2))] for _ in range(2)]
        self._adjust(bond, *ends, amount, day)

    def _adjust(self, bond, taken_from, given_to, amount, day):
        asked = {
            "bond_id": bond,
            "taken_from": taken_from,
            "given_to": given_to,
            "amount_wan": amount,
            "doc_no": "鲁财债〔2020〕1号",
            "approved_on": day,
        }
        made = self.attempt("adjust", lambda source: adjust_use(source=source, **asked))
        if made is not None:
            self.note(made.entries.select_related("account").order_by("id"))

    @rule(bond=bonds)
    def strike_out(self, bond):
        self.attempt("strike", lambda source: strike(Bond, bond, source=source))

    @precondition(lambda self: self.upload is None)
    @rule(amounts=st.tuples(*[st.integers(0, 90)] * 3), in_order=st.booleans())
    def send_a_sheet(self, amounts, in_order):
        """What the first bond gave, transferred and spent for the second project, as of the end of May; once in a run, for it takes a while."""
        self._send(sorted(amounts, reverse=True) if in_order else amounts)

    def _send(self, amounts):
        given, came, went = amounts
        name = Project.objects.get(pk=self.projects[1]).name
        self.upload = checked(SHEET.format(number=self.issue.number, name=name, given=given, came=came, went=went))
        self._by_upload("upload", commit)

    @precondition(lambda self: self.turned < TURNS and self.upload is not None and self.upload.state in ("committed", "partly"))
    @rule()
    def undo_the_sheet(self):
        self._by_upload("undo", undo)

    @precondition(lambda self: self.turned < TURNS and self.upload is not None and self.upload.state == "undone")
    @rule()
    def redo_the_sheet(self):
        self._by_upload("redo", redo)

    def _by_upload(self, name, verb):
        """Do it or be refused; whatever the upload then posted, the model is told of."""
        self.turned += 1
        before, last = self.sums(), FundEntry.objects.aggregate(Max("pk"))["pk__max"]
        try:
            with transaction.atomic():
                self.upload = verb(self.upload, actor=None, reason="核对")
        except UploadError:
            assert self.sums() == before
            taken[f"{name} refused"] += 1
            return
        taken[name] += 1
        self.note(FundEntry.objects.filter(pk__gt=last or 0).select_related("account").order_by("pk"))

    @invariant()
    def every_sum_holds(self) -> None:
        self.steps += 1
        if self.steps % PROVEN_EVERY == 0:
            assert faults() == []

    @invariant()
    def balances_are_what_was_let_in(self) -> None:
        sums: dict[tuple[object, str], Decimal] = {}
        for key, step, amount, _ in self.allowed:
            sums[key, step] = sums.get((key, step), Decimal(0)) + amount
        for account in FundAccount.objects.all():
            key = (account.project_id, account.bond_id, account.plan_id, account.source)
            held = {"assign": account.assigned_wan, "arrive": account.arrived_wan, "pay": account.paid_wan, "complete": account.completed_wan}
            assert held == {step: sums.get((key, step), Decimal(0)) for step in held}

    @invariant()
    def no_day_was_overdrawn(self) -> None:
        keys = {key for key, *_ in self.allowed}
        for key in keys:
            own = [(day, step, amount) for one, step, amount, day in self.allowed if one == key]
            for until in {day for day, *_ in own}:
                held = Counter[str]()
                for day, step, amount in own:
                    if day <= until:
                        held[step] += amount  # type: ignore[assignment]
                assert held["assign"] >= held["arrive"] >= held["pay"] >= 0

    @invariant()
    def nothing_moved_before_its_bond_was_there(self) -> None:
        assert all(day >= ISSUED for (_, bond, _, _), _, _, day in self.allowed if bond is not None)

    @invariant()
    def no_fund_gave_more_than_it_has(self) -> None:
        for bond in Bond.objects.all():
            given = sum((amount for (_, key, _, _), step, amount, _ in self.allowed if key == bond.pk and step == "assign"), Decimal(0))
            assert 0 <= given <= bond.amount_wan
        assert all(batch.issued_wan <= batch.amount_wan for batch in QuotaBatch.objects.all())


def test_the_sums_hold_whatever_is_done_in_whatever_order() -> None:
    taken.clear()
    machine = settings(max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(LedgerMachine, settings=machine)
    assert sum(taken.values()) >= 2000, taken
    for name in ("issue", "post", "reverse", "adjust"):
        assert taken[name], f"{name} was never let in: {taken}"
        assert taken[f"{name} refused"], f"{name} was never refused: {taken}"
    for name in ("strike", "strike refused", "upload", "upload refused", "undo", "redo"):
        assert taken[name], f"{name} never happened: {taken}"
    assert not Project.objects.exists()
    assert not BondIssue.objects.exists()
