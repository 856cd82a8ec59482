"""Which bond or plan a row of a fund sheet means, and on which days its money moved; a finding names what was read and what is registered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from exchange.cells.amounts import plain
from exchange.funds import FUNDS, BondFacts, Days, Target, batch_of, choose_bond, choose_plan
from exchange.parse import PlacedFinding, Reading, ReadRow
from exchange.services.fund_book import FundBook
from exchange.services.setting import Seen, say, text_of
from funding.models import Bond
from funding.models.accounts import FundSource
from projects.findings import Finding, Severity
from projects.values import PartialDate

_NAMED = 8  # registered funds that a sentence lists


def sheets_without_place(reading: Reading) -> list[PlacedFinding]:
    """What was said of fund sheets without a column of districts: their rows name stored projects, and one that can't be told says so itself."""
    mine = {sheet.name for sheet in reading.sheets if sheet.tables and all(table.kind in FUNDS for table in sheet.tables)}
    return [
        placed for placed in reading.findings if placed.finding.code == "district_missing" and placed.place.row is None and placed.place.sheet in mine
    ]


@dataclass(slots=True)
class FundMatcher:
    """Finds the fund of a row, or says why there is none."""

    book: FundBook
    seen: Seen
    year: int | None  # of the file, where its sheet names none

    def target(self, row: ReadRow) -> Target | None:
        return self._bond(row) if row.kind == "bond_allocation" else self._plan(row)

    # --- bonds ---

    def _bond(self, row: ReadRow) -> Target | None:
        said_year, number = batch_of(text_of(row, "batch"))
        year = said_year or row.table.year or self.year
        if number is None or year is None:
            read = text_of(row, "batch") or "空白"
            self._say(row, "bond_batch_missing", "batch", {"read": read})
            return None
        facts = self.book.bond_facts(year, number)
        if not facts:
            known = _listed(f"{one}年第{two}次" for one, two in sorted(self.book.by_issue, reverse=True))
            self._say(row, "bond_issue_unknown", "batch", {"year": year, "number": number, "known": known})
            return None
        term, rate = row.values.get("term_years"), row.values.get("rate_percent")
        found = choose_bond(facts, term if isinstance(term, int) else None, rate if isinstance(rate, Decimal) else None)
        if found is None:
            self._say_no_bond(row, facts, year, number)
            return None
        bond = self.book.bonds[found.id]
        self._compare_bond(row, bond)
        issued = bond.issued_on
        return Target("bond", bond.pk, str(bond), FundSource.BOND.value, self._days(row, issued or _day_of(row.values.get("issue_date"))))

    def _say_no_bond(self, row: ReadRow, facts: list[BondFacts], year: int, number: int) -> None:
        """Nothing of this term, or more than one bond that it may be."""
        term = row.values.get("term_years")
        fitting = [one for one in facts if term is None or one.years == term]
        known = _listed(_bond_words(one) for one in facts)
        told = {"year": year, "number": number, "term": "空白" if term is None else f"{term}年", "known": known}
        self._say(row, "bond_ambiguous" if fitting else "bond_term_unknown", "term_years", told)

    def _compare_bond(self, row: ReadRow, bond: Bond) -> None:
        rate = row.values.get("rate_percent")
        if isinstance(rate, Decimal) and bond.rate_percent is not None and rate != bond.rate_percent:
            told = {"read": plain(rate), "bond": str(bond), "stored": plain(bond.rate_percent)}
            self._say(row, "bond_rate_differs", "rate_percent", told, Severity.REASON)
        read = row.values.get("issue_date")
        known = [day for day in (bond.tender_on, bond.issue.tender_on, bond.value_on) if day is not None]
        if isinstance(read, PartialDate) and known and not any(read.first_day <= day <= read.last_day for day in known):
            told = {"read": str(read), "bond": str(bond), "stored": f"{known[0]:%Y-%m-%d}"}
            self._say(row, "bond_date_differs", "issue_date", told, Severity.REASON)

    # --- plans ---

    def _plan(self, row: ReadRow) -> Target | None:
        doc_no, programme = text_of(row, "doc_no"), text_of(row, "program")
        if doc_no is None:
            self._say(row, "plan_document_missing", "doc_no", {})
            return None
        found = choose_plan(self.book.plan_facts(doc_no), doc_no, programme)
        if found is None:
            self._say_no_plan(row, doc_no, programme)
            return None
        plan = self.book.plans[found.id]
        return Target("plan", plan.pk, found.name, FundSource.CENTRAL.value, self._days(row, plan.given_on))

    def _say_no_plan(self, row: ReadRow, doc_no: str, programme: str | None) -> None:
        same = self.book.plan_facts(doc_no)
        told = {"doc_no": doc_no, "program": programme or "空白"}
        if same:
            self._say(row, "plan_program_unknown", "program", {**told, "known": _listed(plan.programme or "（没有专项）" for plan in same)})
            return
        self._say(row, "plan_unknown", "doc_no", {**told, "known": _listed(str(plan) for plan in self.book.plans_near(doc_no))})

    # --- both ---

    def _days(self, row: ReadRow, assigned_on: date | None) -> Days:
        """Nothing is posted for a day to come, and no money moves before it was assigned."""
        until = self.book.until(row)
        given = min(assigned_on or until, self.book.today)
        return Days(given, max(until, given))

    def _say(self, row: ReadRow, code: str, name: str, params: Mapping[str, object], severity: Severity = Severity.BLOCKS) -> None:
        say(row, Finding(code, severity, name, params), self.seen)


def _day_of(value: object) -> date | None:
    return value.first_day if isinstance(value, PartialDate) else None


def _bond_words(bond: BondFacts) -> str:
    rate = f" {plain(bond.rate)}%" if bond.rate is not None else ""
    return f"{bond.name}（{bond.years}年{rate}）"


def _listed(names: Iterable[str]) -> str:
    listed = list(dict.fromkeys(names))
    return ("、".join(listed[:_NAMED]) + ("等" if len(listed) > _NAMED else "")) or "无"
