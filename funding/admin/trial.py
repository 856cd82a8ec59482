"""A trial of an adjustment as its page shows it: both projects before and after, and the proof."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from funding.clock_words import light_words
from funding.measures import exact_text
from funding.proof_words import in_words
from funding.services.trial import Side, Standing, Trial
from projects.admin.forms import said_words
from projects.findings import Finding, Severity
from projects.measures import percent_text, share

Read = Callable[[Standing], Decimal | None]

_AMOUNTS: tuple[tuple[Any, Read], ...] = (
    (_("本债券分配"), lambda stands: stands.held.assigned_wan),
    (_("其中资本金"), lambda stands: stands.held.capital_wan),
    (_("已拨付"), lambda stands: stands.held.arrived_wan),
    (_("未拨付"), lambda stands: stands.held.waiting_wan),
    (_("已支出"), lambda stands: stands.held.paid_wan),
    (_("全部资金分配"), lambda stands: stands.everything.assigned_wan),
    (_("分摊利息"), lambda stands: stands.interest_wan),
    (_("分摊本金"), lambda stands: stands.principal_wan),
    (_("分摊本息合计"), lambda stands: stands.due_wan),
)
_RATES: tuple[tuple[Any, Read], ...] = (
    (_("支出率（支出÷分配）"), lambda stands: share(stands.held.paid_wan, stands.held.assigned_wan)),
    (_("拨付率（拨付÷分配）"), lambda stands: share(stands.held.arrived_wan, stands.held.assigned_wan)),
)


def trial_of(trial: Trial, findings: Sequence[Finding]) -> dict[str, Any]:
    """What the template shows; `findings` are what the rules say of the project that would get the money."""
    language = get_language() or "zh"
    return {
        "blocks": [said_words(finding, language) for finding in findings if finding.severity is Severity.BLOCKS],
        "doubts": [said_words(finding, language) for finding in findings if finding.severity is Severity.REASON],
        "refusal": trial.refused.said(language) if trial.refused else "",
        "sides": [{"project": side.project, "rows": _rows(side)} for side in trial.sides],
        "sums": [
            {
                "name": one.name,
                "before": in_words(one.before) if one.before else "—",
                "after": in_words(one.after) if one.after else "—",
                "holds": one.holds,
            }
            for one in trial.sums
            if one.moves or not one.holds
        ],
        "proven": len(trial.sums),
        "failed": sum(not one.holds for one in trial.sums),
    }


def _rows(side: Side) -> list[dict[str, Any]]:
    told = [_row(title, read, side, exact_text) for title, read in _AMOUNTS]
    told += [_row(title, read, side, percent_text) for title, read in _RATES]
    lights = [_light(stands) if stands else "" for stands in (side.before, side.after)]
    return [*told, _told(_("支出进度灯"), *lights)]


def _light(stands: Standing) -> str:
    """The light, and what it compares: spent of what was given against what is expected by now."""
    if stands.clock is None:
        return "—"
    return f"{light_words(stands.clock.light)} {percent_text(stands.clock.reached)} / {percent_text(stands.clock.expected)}"


def _row(title: Any, read: Read, side: Side, words: Callable[[Decimal | None], str]) -> dict[str, Any]:
    return _told(title, words(read(side.before)), words(read(side.after)) if side.after else "")


def _told(title: Any, before: str, after: str) -> dict[str, Any]:
    return {"title": title, "before": before, "after": after, "moves": bool(after) and before != after}
