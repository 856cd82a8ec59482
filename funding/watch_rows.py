"""What the clocks and rules of money say as rows: their light, their sentence, and the page each leads to. Page and command print these."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from funding.clock_words import (
    LIGHTS,
    WAITS,
    Amount,
    capital_words,
    decompose_words,
    idle_words,
    in_wan,
    issue_words,
    light_words,
    spend_words,
    start_words,
)
from funding.clocks import Light
from funding.models import Dossier, FundAccount
from funding.services.findings import Placed
from funding.watch import AccountRow, BondRow, IdleRow, PlanRow, StartRow, Watch
from projects.findings import Severity, advice, message

_SHOWN = 40  # rows of a section before the rest is folded away
TONES = {Light.GREEN: "good", Light.YELLOW: "soft", Light.RED: "bad", Light.GREY: ""}
_SEVERITIES = {Severity.BLOCKS: (_("阻断"), "bad"), Severity.REASON: (_("需说明"), "soft"), Severity.INFO: (_("提示"), "")}


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a section: what it is of, its light, its sentence, and where it leads."""

    name: str
    url: str
    light: Light
    words: str
    beside: str = ""
    unit: str = ""
    tag: str = ""

    @property
    def light_words(self) -> str:
        return light_words(self.light)

    @property
    def tone(self) -> str:
        return TONES[self.light]


@dataclass(frozen=True, slots=True)
class Section:
    """A clock with its rows, gravest first."""

    key: str
    title: str
    note: str
    lines: list[Line]

    @property
    def shown(self) -> list[Line]:
        return self.lines[:_SHOWN]

    @property
    def folded(self) -> list[Line]:
        return self.lines[_SHOWN:]

    @property
    def counts(self) -> list[tuple[str, str, int]]:
        return [(TONES[light], light_words(light), n) for light in LIGHTS if (n := sum(line.light is light for line in self.lines))]


# --- Sections ----------------------------------------------------------------------------------------------------------------------


def city_lines(found: Watch, amount: Amount = in_wan) -> list[Line]:
    """The two clocks of the whole city, their amounts in the unit of the page."""
    quota = reverse("admin:funding_quotabatch_changelist") + f"?year={found.year}"
    accounts = reverse("admin:funding_fundaccount_changelist") + "?source=bond"
    return [
        Line(gettext("额度发行"), quota, found.issue.light, issue_words(found.issue, amount)),
        Line(gettext("用作资本金"), accounts, found.capital.light, capital_words(found.capital, amount)),
    ]


def sections_of(found: Watch, *, whole_city: bool) -> list[Section]:
    """The clocks with a row for each bond, project and plan. Bonds as a whole are for readers of all that was spent of them."""
    months = found.limits.bond_spend_months
    note = gettext("发行次月起 %(n)s 个月内用完，按整月均摊；短于预期 %(p)s%% 以内为黄，超过为红。") % {
        "n": months,
        "p": f"{found.limits.light_spend_red_short_percent:f}",
    }
    idle = {"n": found.limits.bond_idle_days, "red": found.limits.bond_idle_red_days}
    money = gettext("到位后超过 %(n)s 天未支出（超过 %(red)s 天为红），或项目未开工、停缓建。") % idle
    project = gettext("项目已开工而分配后超过 %(n)s 天未拨付，或完成投资多于到位资金（有资金方案的项目按各来源到位合计比）。") % idle
    starts = gettext("下达后 %(n)s 个月内开工。") % {"n": found.limits.central_start_months}
    plans = gettext("切块、打捆 %(block)s 个工作日，直接下达到项目 %(named)s 个工作日内分解。") % dict(found.limits.central_decompose_days)
    bonds = Section("bonds", gettext("债券支出进度"), note, [_bond_line(row) for row in found.bonds])
    return [
        *([bonds] if whole_city else []),
        Section("accounts", gettext("项目债券支出进度"), note, [_account_line(row) for row in found.accounts]),
        Section("money_waits", gettext("钱等项目"), money, [_idle_line(row) for row in found.money_waits]),
        Section("projects_wait", gettext("项目等钱"), project, [_idle_line(row) for row in found.projects_wait]),
        Section("plans", gettext("中央资金分解"), plans, [_plan_line(row) for row in found.plans]),
        Section("starts", gettext("中央资金开工"), starts, [_start_line(row) for row in found.starts]),
    ]


def _project_url(key: int) -> str:
    return reverse("admin:projects_project_page", args=[key])


def _of_account(row: FundAccount) -> dict[str, str]:
    return {"name": row.project.name, "url": _project_url(row.project_id), "beside": str(row.bond or row.plan), "unit": row.project.unit.short_name}


def _bond_line(row: BondRow) -> Line:
    words = spend_words(row.clock, row.bond.amount_wan, row.flow.paid_wan, gettext("发行"))
    return Line(str(row.bond), reverse("admin:funding_bond_page", args=[row.bond.pk]), row.clock.light, words, str(row.bond.issue))


def _account_line(row: AccountRow) -> Line:
    words = spend_words(row.clock, row.flow.assigned_wan, row.flow.paid_wan, gettext("分配"))
    return Line(light=row.clock.light, words=words, **_of_account(row.account))


def _idle_line(row: IdleRow) -> Line:
    return Line(light=row.idle.light, words=idle_words(row.idle), tag=str(WAITS[row.idle.why]), **_of_account(row.account))


def _plan_line(row: PlanRow) -> Line:
    words = decompose_words(row.clock, approx=row.plan.is_approximate)
    allotment = str(row.plan.get_allotment_display())
    return Line(str(row.plan), reverse("admin:funding_centralplan_page", args=[row.plan.pk]), row.clock.light, words, allotment)


def _start_line(row: StartRow) -> Line:
    return Line(light=row.clock.light, words=start_words(row.clock), **_of_account(row.account))


# --- Findings ----------------------------------------------------------------------------------------------------------------------


def finding_rows(placed: Iterable[Placed]) -> list[dict[str, Any]]:
    """The findings in words, each with its severity and the page where it can be mended."""
    rows = list(placed)
    language = get_language() or "zh"
    wanted = [one.key for one in rows if one.kind == "dossier"]
    dossiers = dict(Dossier.objects.filter(project__among=sorted(set(wanted))).values_list("project", "pk"))
    told = []
    for one in rows:
        word, tone = _SEVERITIES[one.finding.severity]
        words = {"words": message(one.finding, language), "fix": advice(one.finding, language)}
        told.append({"code": one.finding.code, "name": one.name, "url": _url(one, dossiers), "severity": word, "tone": tone, **words})
    return told


# Code of a finding → what its group is called.
_GROUPS: dict[str, Any] = {
    "bond_over_quota": _("发行超过额度"),
    "allocations_differ": _("项目分配合计与发行额不符"),
    "bond_term": _("债券期限不在允许范围"),
    "coupon_unusual": _("票面利率异常"),
    "frequency_unusual": _("付息频率与期限惯例不符"),
    "coverage_below_one": _("本息覆盖倍数低于下限"),
    "coverage_low": _("本息覆盖倍数偏低"),
    "papers_incomplete": _("一案两书不齐全"),
    "capital_share_high": _("用作资本金超过上限"),
    "spent_over_transferred": _("支出、拨付、分配次序不符"),
    "adjustment_undocumented": _("调整用途缺少批准文号"),
    "area_not_listed": _("投向领域不在当年目录"),
    "area_forbidden": _("属于负面清单"),
    "income_missing": _("没有收益来源"),
    "value_before_tender": _("起息日早于发行日"),
    "bond_day_far": _("日期与发行年份不符"),
    "maturity_not_term": _("到期日与期限不符"),
    "money_over_total": _("债券资金超过总投资"),
    "money_over_finance_plan": _("债券资金超过资金方案"),
    "income_below_cost": _("预期收入低于预期成本"),
    "income_differs": _("预期收入与收入来源合计不符"),
    "central_order": _("支付、到位、下达次序不符"),
    "approval_required": _("应实行审批制"),
    "plan_not_decomposed": _("超过期限未分解"),
    "central_not_started": _("超过期限未开工"),
}
_OPEN = 12  # a group of so many findings stands open
_TOLD = 200  # findings of a group on the page; the command prints them all


def finding_groups(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The findings by what they say, in the order in which they come; a long group is folded."""
    groups: dict[str, dict[str, Any]] = {}
    for row in rows:
        made = {"title": _GROUPS[row["code"]], "severity": row["severity"], "tone": row["tone"], "rows": []}
        groups.setdefault(row["code"], made)["rows"].append(row)
    return [
        {
            **group,
            "count": len(group["rows"]),
            "rows": group["rows"][:_TOLD],
            "more": max(0, len(group["rows"]) - _TOLD),
            "is_open": len(group["rows"]) <= _OPEN,
        }
        for group in groups.values()
    ]


def _url(one: Placed, dossiers: dict[int, int]) -> str:
    if one.kind == "dossier":
        key = dossiers.get(one.key)
        return reverse("admin:funding_dossier_change", args=[key]) if key else reverse("admin:funding_dossier_add") + f"?project={one.key}"
    if one.kind == "year":
        return reverse("admin:funding_quotabatch_changelist") + f"?year={one.key}"
    pages = {
        "bond": "admin:funding_bond_page",
        "plan": "admin:funding_centralplan_page",
        "project": "admin:projects_project_page",
        "account": "admin:funding_fundaccount_change",
        "adjustment": "admin:funding_useadjustment_change",
    }
    return reverse(pages[one.kind], args=[one.key])
