"""Figures of finance plans, rolling plans and double support out of the database, each in a fixed number of queries.

Each takes scoped projects (or entries) and asks nothing further of who reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum

from funding.double import Pair, Support, pairs, worst
from funding.finance import Backing, judged
from funding.ledger import Step
from funding.models import Bond, FinanceLine, FinancePlan, FundAccount, FundEntry, RollingEntry, RollingLine
from funding.models.accounts import FundSource
from funding.rolling import RollingRecord, SourceYears
from projects.findings import Finding
from projects.models import Classification, Project, Threshold
from projects.records import Context, ProjectRecord, Thresholds
from projects.rules.money import least_capital
from projects.values import PartialDate

_ZERO = Decimal(0)
GENERAL = "bond_general"  # the source that a general bond is; other accounts are of the source that their own word names
BOND_SOURCES = (FundSource.BOND.value, GENERAL)
# Sources whose arrivals the ledger knows altogether, so that nobody types them.
KEPT_BY_LEDGER = frozenset({FundSource.BOND.value, FundSource.CENTRAL.value, GENERAL})


def sources() -> dict[int, Classification]:
    """The sources of finance in their order, with whatever a plan once named as one. One query."""
    found = Classification.objects.filter(Q(scheme=Classification.Scheme.FINANCE) | Q(pk__in=FinanceLine.objects.order_by().values("source")))
    return {row.pk: row for row in found.order_by("sort_order", "id")}


def backing(projects: QuerySet[Project], known: Mapping[int, Classification]) -> dict[int, dict[int, Backing]]:
    """Project → source → what stands behind it: of the plan in force, with what the ledger says arrived. Two queries.

    Money that arrived from a source which the plan doesn't have stands there all the same, with nothing planned.
    """
    mine = projects.order_by().values("pk")
    told: dict[tuple[int, int], list[Any]] = {}
    lines = FinanceLine.objects.filter(plan__state=FinancePlan.State.CURRENT, plan__project__in=mine).order_by()
    for project, source, *amounts in lines.values_list("plan__project", "source", "planned_wan", "secured_wan", "other_arrived_wan", "capital_wan"):
        told[project, source] = list(amounts)
    for (project, source), amount in _arrived(mine, known).items():
        told.setdefault((project, source), [_ZERO] * 4)[2] += amount
    found: dict[int, dict[int, Backing]] = {}
    order = list(known)
    for project, source in sorted(told, key=lambda key: (key[0], order.index(key[1]))):
        found.setdefault(project, {})[source] = Backing.of(*told[project, source])
    return found


def _arrived(projects: object, known: Mapping[int, Classification]) -> dict[tuple[int, int], Decimal]:
    """(project, source) → what accounts say arrived; accounts without any money say nothing."""
    by_code = {row.code: pk for pk, row in known.items()}
    rows = FundAccount.objects.filter(project__in=projects, arrived_wan__gt=0).order_by()  # type: ignore[misc]
    found: dict[tuple[int, int], Decimal] = {}
    for project, source, kind, amount in rows.values_list("project", "source", "bond__type").annotate(Sum("arrived_wan")):
        code = GENERAL if kind == Bond.Type.GENERAL else source
        if code in by_code:
            key = (project, by_code[code])
            found[key] = found.get(key, _ZERO) + amount
    return found


def with_money(projects: QuerySet[Project]) -> QuerySet[Project]:
    """Those that have a finance plan, or money that arrived."""
    planned = FinancePlan.objects.filter(state=FinancePlan.State.CURRENT).values("project")
    return projects.filter(Q(pk__in=planned) | Q(pk__in=FundAccount.objects.filter(arrived_wan__gt=0).values("project")))


# --- What the rules say -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FinanceRules:
    """What rules 15 and 16 compare with in a year."""

    context: Context

    def least(self, project: Project) -> Decimal | None:
        """The least capital ratio of the project in percent; None where none is set for its kind."""
        return least_capital(project.kind, project.sector.code if project.sector else None, self.context.thresholds.capital_ratio_min_percent)

    def judge(self, project: Project, total_wan: Decimal | None, whole: Backing, *, has_lines: bool = True) -> list[Finding]:
        """What is to be said of a version with these sums."""
        record = ProjectRecord(
            kind=project.kind,
            total_wan=total_wan,
            sources_wan=whole.planned_wan if has_lines else None,
            capital_wan=whole.capital_wan if has_lines else None,
            capital_class=project.sector.code if project.sector else None,
        )
        return judged(record, self.context)


def finance_rules(today: date) -> FinanceRules:
    """The thresholds valid on a day. One query."""
    valid = Threshold.objects.filter(Q(valid_from=None) | Q(valid_from__lte=today), Q(valid_to=None) | Q(valid_to__gte=today))
    rows = list(valid.order_by("valid_from", "id").values_list("code", "key", "value", "source"))
    thresholds = Thresholds.from_rows((code, key or None, value, source) for code, key, value, source in rows)
    return FinanceRules(Context(plan_year=today.year, today=today, thresholds=thresholds))


# --- The rolling plan ---------------------------------------------------------------------------------------------------------------


def rolling_record(entry: RollingEntry, lines: Iterable[RollingLine]) -> RollingRecord:
    """A project of a plan as the rules read it. `lines` have their source."""
    told = tuple(
        SourceYears(row.source.name, (row.first_wan, row.second_wan, row.third_wan), row.source.valid_from, row.source.valid_to) for row in lines
    )
    finish = PartialDate.parse(entry.planned_finish) if entry.planned_finish else None
    return RollingRecord(entry.plan.base_year, entry.total_wan, entry.cum_prior_wan, finish, told)


def rolling_entries(entries: QuerySet[RollingEntry]) -> list[tuple[RollingEntry, list[RollingLine]]]:
    """Entries with their lines, by unit and project. Two queries."""
    rows = list(entries.select_related("plan", "project__unit", "project__sector").order_by("project__unit__sort_order", "project__name", "id"))
    lines: dict[int, list[RollingLine]] = {}
    mine = entries.order_by().values("pk")
    for line in RollingLine.objects.filter(entry__in=mine).select_related("source").order_by("source__sort_order", "id"):
        lines.setdefault(line.entry_id, []).append(line)
    return [(row, lines.get(row.pk, [])) for row in rows]


# --- Double support -----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Doubled:
    """A project that special bonds and the central budget both pay."""

    project: Project
    pairs: list[Pair]


def doubled(entries: QuerySet[FundEntry]) -> list[Doubled]:
    """Projects under both, the gravest first. Two queries."""
    assigned = entries.filter(step=Step.ASSIGN.value)
    bonds = Q(account__bond__type=Bond.Type.SPECIAL)
    plans = Q(account__source=FundSource.CENTRAL)
    both = assigned.filter(account__project__in=assigned.filter(bonds).order_by().values("account__project"))
    both = both.filter(account__project__in=assigned.filter(plans).order_by().values("account__project")).filter(bonds | plans)
    told: dict[int, tuple[list[Support], list[Support]]] = {}
    for row in both.select_related("account__bond", "account__plan").order_by("happened_on", "id"):
        account = row.account
        fund = account.bond or account.plan
        document = row.doc_no or (account.plan.doc_no if account.plan is not None else "")
        side = told.setdefault(account.project_id, ([], []))[account.bond is None]
        side.append(Support(str(fund), row.cost_item, row.amount_wan, row.happened_on, document))
    found = {pk: made for pk, sides in told.items() if (made := pairs(*sides))}
    projects = Project.objects.filter(pk__in=list(found)).select_related("unit")
    rows = [Doubled(project, found[project.pk]) for project in projects]
    return sorted(rows, key=_gravity)


def _gravity(row: Doubled) -> tuple[str, int, str]:
    verdict = worst(row.pairs)
    order = {"same": "0", "look": "1", "apart": "2"}
    return (order[verdict.value] if verdict else "3", row.project.unit.sort_order, row.project.name)
