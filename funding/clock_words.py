"""What a clock says: its light as a word and a mark, and one sentence with its numbers."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.words import about
from funding.clocks import CapitalClock, DecomposeClock, Idle, IssueClock, Light, SpendClock, StartClock, Wait
from funding.measures import exact_text
from projects.measures import number_text, percent_text, wan_text, wan_to_yi

# A light carries its shape and its word beside its colour, for print and for eyes that don't tell red from green.
LIGHTS: dict[Light, tuple[str, Any]] = {
    Light.GREEN: ("●", gettext_lazy("绿")),
    Light.YELLOW: ("▲", gettext_lazy("黄")),
    Light.RED: ("■", gettext_lazy("红")),
    Light.GREY: ("–", gettext_lazy("灰")),
}
WAITS: dict[Wait, Any] = {
    Wait.UNSPENT: gettext_lazy("到位久未支出"),
    Wait.NOT_STARTED: gettext_lazy("项目未开工"),
    Wait.SUSPENDED: gettext_lazy("项目停缓建"),
    Wait.NOT_ARRIVED: gettext_lazy("分配久未拨付"),
    Wait.AHEAD: gettext_lazy("干在钱前"),
}


def light_words(light: Light) -> str:
    mark, word = LIGHTS[light]
    return f"{mark} {word}"


Amount = Callable[[Decimal], str]  # an amount of 万元 with its unit


def in_wan(amount_wan: Decimal) -> str:
    return _("%(number)s万元") % {"number": exact_text(amount_wan)}


def in_yi(amount_wan: Decimal) -> str:
    """For a page whose tables are in 亿元: every digit that is there, as where it stands in 万元."""
    return _("%(number)s亿元") % {"number": exact_text(wan_to_yi(amount_wan))}


def issue_words(clock: IssueClock, amount: Amount = in_wan) -> str:
    told = {"quota": amount(clock.quota_wan), "left": amount(clock.left_wan), "day": f"{clock.due_on}", "n": abs(clock.days_left)}
    if clock.quota_wan <= 0:
        return _("这一年还没有下达新增专项债券额度。")
    if clock.left_wan <= 0:
        return _("额度%(quota)s已全部发行；发行截止日为%(day)s。") % told
    if clock.days_left < 0:
        return _("额度%(quota)s还有%(left)s未发行，已超过发行截止日%(day)s，已过%(n)s天。") % told
    return _("额度%(quota)s还有%(left)s未发行，距发行截止日%(day)s还有%(n)s天。") % told


def spend_words(clock: SpendClock, given_wan: Decimal, paid_wan: Decimal, whole: str) -> str:
    """`whole` is what the share is of: 发行 of a bond, 分配 of a project."""
    told = {
        "whole": whole,
        "given": exact_text(given_wan),
        "paid": exact_text(paid_wan),
        "months": clock.months,
        "of": clock.of_months,
        "expected": percent_text(clock.expected),
        "reached": percent_text(clock.reached),
        "day": f"{clock.due_on}",
        "short": percent_text(clock.short),
        "missing": wan_text(clock.missing_wan, 0, grouped=True),
    }
    if clock.reached is None:
        return _("没有%(whole)s，不计时。") % told
    words = (
        _("%(whole)s%(given)s万元，已支出%(paid)s万元（%(reached)s）；发行次月起%(of)s个月用完（至%(day)s），已满%(months)s个月，应支出%(expected)s")
        % told
    )
    if clock.light is Light.GREY:
        return words + _("；项目停缓建，不计灯。")
    return words + (_("，少%(missing)s万元，短%(short)s。") % told if clock.short > 0 else _("，达到预期。"))


def capital_words(clock: CapitalClock, amount: Amount = in_wan) -> str:
    told = {
        "issued": amount(clock.issued_wan),
        "capital": amount(clock.capital_wan),
        "share": percent_text(clock.reached),
        "most": number_text(clock.ceiling_percent, 0),
        "left": amount(abs(clock.left_wan)),
    }
    if clock.issued_wan <= 0:
        return _("这一年还没有发行新增专项债券。")
    if clock.left_wan < 0:
        return _("已发行%(issued)s，用作资本金%(capital)s（%(share)s），超过上限%(most)s%%，超出%(left)s。") % told
    return _("已发行%(issued)s，用作资本金%(capital)s（%(share)s），上限%(most)s%%，还可安排%(left)s。") % told


def idle_words(idle: Idle) -> str:
    told = {"amount": exact_text(idle.amount_wan), "day": f"{idle.since or '—'}", "n": idle.days if idle.days is not None else "—"}
    return {
        Wait.UNSPENT: _("到位%(amount)s万元未支出，自%(day)s起已%(n)s天。"),
        Wait.NOT_STARTED: _("到位%(amount)s万元未支出，自%(day)s起已%(n)s天，项目尚未开工。"),
        Wait.SUSPENDED: _("到位%(amount)s万元未支出，自%(day)s起已%(n)s天，项目停缓建。"),
        Wait.NOT_ARRIVED: _("分配%(amount)s万元未拨付，自%(day)s起已%(n)s天，项目已开工。"),
        Wait.AHEAD: _("完成投资多于到位资金，还有%(amount)s万元未到位，自%(day)s起已%(n)s天。"),
    }[idle.why] % told


def decompose_words(clock: DecomposeClock, *, approx: bool = False) -> str:
    told = {
        "left": exact_text(clock.left_wan, approx=approx, about=about()),
        "n": clock.used,
        "day": f"{clock.due_on or '—'}",
        "done": f"{clock.finished_on or '—'}",
    }
    if clock.due_on is None:
        return _("未填下达日期，无法计时。")
    if clock.left_wan <= 0:
        return _("已于%(done)s分解完，用了%(n)s个工作日；期限为%(day)s。") % told
    if clock.light is Light.RED:
        return _("还有%(left)s万元未分解，下达后已%(n)s个工作日，超过期限%(day)s。") % told
    return _("还有%(left)s万元未分解，下达后已%(n)s个工作日，期限为%(day)s。") % told


def start_words(clock: StartClock) -> str:
    told = {"day": f"{clock.due_on or '—'}", "n": abs(clock.days_left or 0)}
    if clock.due_on is None:
        return _("未填下达日期，无法计时。")
    if clock.started is None:
        return _("不知是否开工；应于%(day)s前开工。") % told
    if clock.started:
        late = clock.light is Light.YELLOW
        return (_("已开工，但晚于期限%(day)s。") if late else _("已开工；期限为%(day)s。")) % told
    if (clock.days_left or 0) < 0:
        return _("未开工，已超过期限%(day)s，已过%(n)s天。") % told
    return _("未开工，距期限%(day)s还有%(n)s天。") % told
