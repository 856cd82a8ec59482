"""Looks at rows of bond and central-budget sheets against the ledger: which project, which fund, what would be posted, what forbids it.

    project (stored, or brought by another sheet of the file) → fund → what the row says the account holds → the entries that lead there
    → of a central plan the money of other sources given with it, each with an account of its own; what is not the plan's is said, not posted
    → a finding at its cell for what would break a chain or overdraw a fund; the commit asks the same again with the funds locked
Nothing is written. All rows of a file share one book of funds, so that two rows can't both take the last of a bond.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from typing import Any

from exchange.cells.amounts import plain
from exchange.funds import ACCOUNT, COLUMN_OF, Course, Posted, Target, assigned_by, broken_by, course_to, held_at, steps_of
from exchange.merge import action_of, conflicts_of
from exchange.parse import ReadRow
from exchange.plan import Action, Intent, Known, PlannedRow, Value
from exchange.services.conflicts import kept_choice
from exchange.services.fund_accounts import Holding, holdings_of, key_of
from exchange.services.fund_beside import beside
from exchange.services.fund_book import FundBook
from exchange.services.fund_match import FundMatcher
from exchange.services.fund_merge import keep_merged, sides_of, touched
from exchange.services.fund_rules import GiftRules
from exchange.services.fund_words import FUND_WORDING as FUND_WORDING  # every code said here is worded
from exchange.services.matching import Finder
from exchange.services.merging import Merger, forgive
from exchange.services.setting import Seen, Setting, put, say, text_of
from exchange.services.snapshot import Frame, Snapshot, load
from funding.ledger import Step
from funding.models import Bond, CentralPlan, FundAccount
from funding.services.ledger import Key
from funding.services.words import fund_full, over_words, step_words, too_early
from projects.findings import Finding, Severity
from projects.naming import name_key
from projects.values import fen_to_wan, wan_to_fen


@dataclass(slots=True)
class _Judged:
    """A row with what it would post."""

    row: ReadRow
    planned: PlannedRow
    target: Target | None = None
    course: Course = field(default_factory=Course)


def examine_funds(rows: Sequence[ReadRow], year: int | None, setting: Setting, book: FundBook, seen: Seen) -> list[PlannedRow]:
    """The planned rows of a batch of fund rows. Queries do not grow with the rows."""
    codes = (str(row.values["code"]) for row in rows if row.values.get("code"))
    snapshot = load(codes, (name_key(str(row.values["name"])) for row in rows if row.values.get("name")), Frame(year))
    examiner = _Examiner(
        snapshot,
        Finder(snapshot, setting, seen),
        FundMatcher(book, seen, year),
        book,
        setting,
        seen,
        GiftRules.of(snapshot.known),
        Merger(setting.base, Frame(year), snapshot.known),
    )
    examiner.holdings = holdings_of(snapshot.known)
    for key, holding in examiner.holdings.items():
        examiner.accounts.setdefault(key.project_id, []).append(holding.account)
    judged = [one for row in rows for one in examiner.judge(row)]
    examiner.check_funds(judged)
    return [examiner.closed(one) for one in judged]


@dataclass(slots=True)
class _Examiner:
    snapshot: Snapshot
    finder: Finder
    matcher: FundMatcher
    book: FundBook
    setting: Setting
    seen: Seen
    rules: GiftRules
    merger: Merger
    holdings: Mapping[Key, Holding] = field(default_factory=dict)
    accounts: dict[int, list[FundAccount]] = field(default_factory=dict)  # by project

    def judge(self, row: ReadRow) -> list[_Judged]:
        """The row with what it would post: one account, or one of each source."""
        name = text_of(row, "name") or ""
        planned = PlannedRow(row.sheet, row.row, Action.SHOWN, name, None, kind=row.kind)
        judged = _Judged(row, planned)
        if row.is_child:
            return [judged]
        if not self.setting.posts:
            say(row, Finding("fund_for_city", Severity.INFO), self.seen)
        unit, known = self.finder.find(row, name)
        if self.finder.is_foreign(row):
            return [judged]  # what others hold is not told, not even by what is missing of it
        planned.project_id = known.project.id if known is not None else None
        coming = self.finder.coming(row, unit) if known is None else None
        planned.unit_id = self.snapshot.units[known.project.id] if known is not None else coming.unit_id if coming else unit.pk if unit else None
        if known is not None:
            self._compare_place(row, name, self.snapshot.units[known.project.id])
        judged.target = self.matcher.target(row)
        if judged.target is None:
            return [judged]
        if coming is not None:
            judged.target = replace(judged.target, coming=coming.name)
        self._once(judged)
        self._reckon(judged, known, steps_of(row.kind, {name: column.heading for name, column in row.table.by_field.items()}))
        return [judged, *self._beside(judged, known)]

    def _compare_place(self, row: ReadRow, name: str, unit_id: int) -> None:
        """Money for a project of another district than the row names: the wrong project, or the wrong district. A bureau's lies anywhere."""
        read, own = self.setting.lookups.unit(text_of(row, "district")), self.setting.lookups.unit_by_id(unit_id)
        if read is None or own is None or None in (read.division_id, own.division_id) or read.division_id == own.division_id:
            return
        say(row, Finding("fund_district_differs", Severity.REASON, "district", {"name": name, "read": read.name, "unit": own.name}), self.seen)

    def _beside(self, judged: _Judged, known: Known | None) -> list[_Judged]:
        """Money of other sources that a row says is given with its plan, each for an account of its own."""
        made = []
        for money in beside(judged.row, self.seen):
            target = judged.target
            assert target is not None
            planned = replace(judged.planned, intents=[], merge=None, fund=None)
            one = _Judged(judged.row, planned, replace(target, source=money.source, name=f"{target.name}（{money.word}）"))
            self._reckon(one, known, {money.field: money.step})
            made.append(one)
        return made

    def _once(self, judged: _Judged) -> None:
        """An account is spoken of by one row of a file: of two nobody could tell whether they are to be added."""
        row, planned, target = judged.row, judged.planned, judged.target
        assert target is not None
        project: Any = planned.project_id or (planned.unit_id, name_key(target.coming or planned.name))
        first = self.book.spoken.setdefault((project, target.fund, target.id, target.source), row.place("name"))
        if (first.sheet, first.row) != (row.sheet, row.row):
            beside = f"“{first.sheet.strip()}”表第{first.row}行" if first.sheet and first.sheet != row.sheet else f"第{first.row}行"
            told = {"name": planned.name, "fund": target.name, "first": beside, "first_row": first.row, "first_sheet": first.sheet}
            say(row, Finding("fund_twice", Severity.BLOCKS, "name", told), self.seen)

    def _reckon(self, judged: _Judged, known: Known | None, steps: Mapping[str, Step]) -> None:
        """The entries that lead from what the account holds to what the row says, and what is to be said of them."""
        row, target = judged.row, judged.target
        assert target is not None
        stated = {step: wan_to_fen(value) for name, step in steps.items() if isinstance(value := row.values.get(name), Decimal)}
        holding = self.holdings.get(key_of(target, known.project.id)) if known is not None else None
        posted, account = (holding.posted, holding.account.pk) if holding is not None else ([], None)
        judged.planned.fund = replace(target, held=held_at(posted, target.days.as_of)).pack()
        tells_transfers = Step.ARRIVE in stated
        sides = sides_of(self.merger, row, known, target, posted) if target.is_own else None
        if sides is not None:
            self.seen.forgiven += forgive(row, sides)
            stated, merged = touched(sides, stated, steps, target, posted, account, partial(kept_choice, self.setting.choices, judged.planned))
        course = judged.course = course_to(posted, stated, target.days, tells_transfers=tells_transfers)
        if course.moved:
            values: dict[str, Value] = {COLUMN_OF[step]: course.new[step] for step in course.moved}
            old: dict[str, Value] = {COLUMN_OF[step]: course.old[step] for step in course.moved} if holding is not None else {}
            judged.planned.intents = [Intent(ACCOUNT, account, None, values, old)]
        if sides is not None:
            keep_merged(judged.planned, merged, self.setting.choices)
            self.seen.kept += len(merged.kept)
        is_known = known is not None or bool(target.coming)
        if is_known and target.is_own and Step.ASSIGN in course.moved and Step.ASSIGN not in course.fallen:
            fund = self.book.fund(target.fund, target.id)
            more = fen_to_wan(assigned_by(course.changes))
            for finding in self.rules.said(fund, judged.planned.project_id, judged.planned.name, target.days.assigned_on, more):
                put(row, finding, self.seen, "name")
        self._say_of_course(judged, {step: name for name, step in steps.items()}, posted)
        if known is not None and target.is_own:
            self._compare_prior(row, known.project.id, target)

    def _say_of_course(self, judged: _Judged, fields: Mapping[Step, str], posted: Sequence[Posted]) -> None:
        row, target, course = judged.row, judged.target, judged.course
        assert target is not None
        fund = self.book.fund(target.fund, target.id)
        self._say_day(row, target, course)
        for step in course.fallen:
            zh, en = step_words(step, fund)
            told = {"zh": zh, "en": en, "fund": target.name, "old": _wan(course.old[step]), "new": _wan(course.new[step])}
            severity = Severity.BLOCKS if step is course.stuck else Severity.REASON
            code = "fund_stuck" if step is course.stuck else "fund_decreased"
            say(row, Finding(code, severity, fields.get(step), told), self.seen)
        for step, later in course.later.items():
            zh, en = step_words(step, fund)
            told = {"zh": zh, "en": en, "day": f"{target.days.as_of:%Y-%m-%d}", "later": _wan(later)}
            told["more"] = _wan(course.new[step] - course.old[step])
            say(row, Finding("fund_later", Severity.REASON, fields.get(step), told), self.seen)
        if course.with_transfer and (judged.planned.project_id is not None or target.coming):
            told = {"paid": _wan(course.new[Step.PAY]), "arrived": _wan(course.old[Step.ARRIVE])}
            told["more"] = _wan(course.new[Step.ARRIVE] - course.old[Step.ARRIVE])
            say(row, Finding("transfer_with_spend", Severity.REASON, fields.get(Step.PAY), told), self.seen)
        self._say_refused(judged, fields, posted, fund)

    def _say_refused(self, judged: _Judged, fields: Mapping[Step, str], posted: Sequence[Posted], fund: Bond | CentralPlan) -> None:
        """What the ledger would refuse of the row's entries, in its words: a day before the fund was there, a chain that breaks."""
        row, changes, name = judged.row, judged.course.changes, judged.planned.name
        early = ((one.step, too_early(fund, one.step, one.on, name)) for one in changes if one.reverses is None)
        found = next(((step, refused) for step, refused in early if refused is not None), None)
        fault = broken_by(posted, changes) if changes and found is None else None
        if fault is not None:
            found = fault.step, over_words(fault, name, fund)
        if found is not None:
            step, refused = found
            said = fields.get(step) or fields.get(Step.PAY) or next(iter(fields.values()), None)
            say(row, Finding("fund_chain", Severity.BLOCKS, said, {"zh": refused.zh, "en": refused.en}), self.seen)

    def _say_day(self, row: ReadRow, target: Target, course: Course) -> None:
        """On which day the money moves is told once for a table; where nobody said it, whoever commits must stand for it."""
        if any(change.step is not Step.ASSIGN and change.on == target.days.as_of and change.amount_fen > 0 for change in course.changes):
            told = {"day": f"{target.days.as_of:%Y-%m-%d}"}
            is_said = self.book.is_said(row)
            say(row, Finding("fund_day" if is_said else "fund_day_assumed", Severity.INFO if is_said else Severity.REASON, None, told), self.seen)

    def _compare_prior(self, row: ReadRow, project_id: int, target: Target) -> None:
        """What a sheet says was given before, beside what the ledger knows of earlier issues or years."""
        name = "bond_prior_wan" if target.fund == "bond" else "central_prior_wan"
        value = row.values.get(name)
        if not isinstance(value, Decimal):
            return
        mine = self.accounts.get(project_id, [])
        if target.fund == "bond":
            here = self.book.bonds[target.id].issue
            given = [(self.book.bonds[one.bond_id].issue, one.assigned_wan) for one in mine if one.bond_id is not None]
            before = [(issue.year, amount) for issue, amount in given if (issue.year, issue.number) < (here.year, here.number)]
            this_year = here.year
        else:
            this_year = self.book.plans[target.id].year
            plans = [(self.book.plans[one.plan_id].year, one.assigned_wan) for one in mine if one.plan_id is not None and one.source == target.source]
            before = [(year, amount) for year, amount in plans if year < this_year]
        known = {sum((amount for _, amount in before), Decimal(0)), sum((amount for year, amount in before if year == this_year), Decimal(0))}
        # 以前批次 may mean those of the year or all of them.
        if value not in (known if target.fund == "bond" else {max(known)}):
            say(row, Finding("fund_prior_differs", Severity.REASON, name, {"read": plain(value), "stored": plain(max(known))}), self.seen)

    def check_funds(self, judged: Sequence[_Judged]) -> None:
        """No fund gives more than it has: what the rows take back first, then row by row until it is used up.

        A row that is blocked already takes nothing, and is told all the same where the fund has not enough for it alone.
        """
        going = [one for one in judged if one.target is not None and one.course.changes]
        for one in sorted(going, key=lambda each: assigned_by(each.course.changes) > 0):
            target = one.target
            assert target is not None
            added = assigned_by(one.course.changes)
            if not target.is_own:
                continue  # the fund gives its own money alone
            key = (target.fund, target.id)
            fund = self.book.fund(*key)
            given = self.book.given.get(key, 0)
            left = wan_to_fen(fund.amount_wan) - wan_to_fen(fund.assigned_wan) - given
            if added > 0 and added > left:
                refused = fund_full(fund, fen_to_wan(added), fen_to_wan(max(left, 0)))
                name = "bond_this_wan" if isinstance(fund, Bond) else "central_this_wan"
                say(one.row, Finding("fund_full", Severity.BLOCKS, name, {"zh": refused.zh, "en": refused.en}), self.seen)
            elif not one.row.blocked:
                self.book.given[key] = given + added

    def closed(self, judged: _Judged) -> PlannedRow:
        planned = judged.planned
        if judged.row.blocked:
            planned.action, planned.intents = Action.HELD, []
        elif not judged.row.is_child:
            planned.action = action_of(planned.intents, conflicts_of(planned))
        return planned


def _wan(fen: int) -> str:
    return plain(fen_to_wan(fen))
