"""The charts of a dashboard: which figures go into them, and what is said of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.words import about
from funding.figures import MonthMoney
from projects.measures import due, percent_text, schedule, yi_text
from projects.models import Project
from projects.period import FIRST_HALF
from projects.values import Month
from reports.charts import Chart, MonthPoint, RateRow, Role, Step, course, money_course, rates, steps
from reports.pivot_rows import PivotRow
from reports.progress import Line, Progress
from reports.selection import KINDS

Link = Callable[[dict[str, str]], str]


def _month_label(number: int) -> str:
    return _("%(month)s月") % {"month": number}


def course_chart(found: Progress, link: Link) -> Chart:
    """The year to date against the plan, 时序 and last year."""
    question, points = found.question, []
    last_plan: Decimal | None = None
    for number in range(1, 13):
        month = Month(question.month.year, number)
        now, ago = found.course.get(month), found.course.get(Month(month.year - 1, number))
        last_plan = now.plan_wan if now is not None and now.plan_wan is not None else last_plan
        reported = now if now is not None and month <= question.month else None
        points.append(
            MonthPoint(
                label=_month_label(number),
                plan_wan=reported.plan_wan if reported else None,
                due_wan=due(last_plan, schedule(number)),
                ytd_wan=reported.ytd_wan if reported else None,
                month_wan=reported.month_wan if reported else None,
                last_wan=ago.ytd_wan if ago else None,
                href=link({"period": str(month)}) if reported else "",
            )
        )
    names = {
        "plan": _("年度计划"),
        "ytd": _("本年累计完成"),
        "due": _("时序应完成"),
        "last": _("上年同期累计"),
        "month": _("本月完成"),
    }
    said = (
        _("各月末累计完成投资，与年度计划、时序和上年同期相比。")
        if any(point.last_wan is not None for point in points)
        else _("各月末累计完成投资，与年度计划和时序相比。")
    )
    return course("course", _("%(year)s年各月累计完成投资") % {"year": question.month.year}, _("月份"), _("亿元"), names, points, said)


def _rates(key: str, title: str, heading: str, lines: Sequence[tuple[str, Line]], found: Progress, link: Link) -> Chart:
    question = found.question
    expected = schedule(question.month.month, half=question.half == FIRST_HALF)
    names = {
        "rate": _("完成率"),
        "difference": _("差额（百分点）"),
        "plan": _("年度计划（亿元）"),
        "ytd": _("本年累计（亿元）"),
        "schedule": _("时序进度"),
    }
    rows = [
        RateRow(
            *(label, line.figures.rate, line.figures.difference, line.figures.plan_wan, line.figures.ytd_wan),
            href=link(dict(line.keys)) if line.figures.count else "",
        )
        for label, line in lines
    ]
    said = _("虚线为时序进度%(schedule)s；没有年度计划的不计算完成率。") % {"schedule": percent_text(expected, 1)}
    return rates(key, title, heading, names, rows, expected, said)


def unit_chart(found: Progress, link: Link) -> Chart:
    """Units from the highest rate to the lowest; those without plan come last."""
    lines = sorted(found.units, key=lambda line: (line.figures.rate is None, -(line.figures.rate or 0)))
    return _rates("units", _("各单位完成率"), _("单位"), [(line.label, line) for line in lines if line.figures.count], found, link)


def sector_chart(found: Progress, link: Link) -> Chart:
    """Sectors in their own order, those of infrastructure first."""
    words = {kind: str(Project.Kind(kind).label) for kind in KINDS}
    twice = len({line.keys["kind"] for line in found.sectors}) > 1
    lines = [(_sector_label(line, words, twice=twice), line) for line in found.sectors]
    return _rates("sectors", _("各领域完成率"), _("领域"), lines, found, link)


def _sector_label(line: Line, words: dict[str, str], *, twice: bool) -> str:
    """What has no sector is told apart by its kind."""
    is_none = line.keys["sector"] == "none"
    return f"{line.label}（{words[line.keys['kind']]}）" if is_none and twice else line.label


def bond_chart(found: Sequence[MonthMoney], year: int) -> Chart:
    """Quota as an outline, what was issued of it, and what was spent of that."""
    latest = found[-1] if found else None
    amounts = (
        (Role.PLAN, _("累计额度"), [month.quota_wan for month in found]),
        (Role.PART, _("累计发行"), [month.issued_wan for month in found]),
        (Role.ACTUAL, _("累计支出"), [month.paid_wan for month in found]),
        (Role.ASIDE, _("未发行"), [month.unissued_wan for month in found]),
        (Role.ASIDE, _("未支出"), [month.unspent_wan for month in found]),
    )
    said = ""
    if latest is not None:
        said = _("额度%(quota)s亿元，已发行%(issued)s亿元，已支出%(paid)s亿元；还有%(left)s亿元额度未发行，%(idle)s亿元债券资金未支出。") % {
            "quota": yi_text(latest.quota_wan),
            "issued": yi_text(latest.issued_wan),
            "paid": yi_text(latest.paid_wan),
            "left": yi_text(latest.unissued_wan),
            "idle": yi_text(latest.unspent_wan),
        }
    labels = [_month_label(month.month) for month in found]
    nothing = all(not (month.quota_wan or month.issued_wan or month.paid_wan) for month in found)
    title = _("%(year)s年专项债券额度使用") % {"year": year}
    return money_course("bonds", title, _("月份"), _("亿元"), [] if nothing else labels, [] if nothing else amounts, "" if nothing else said)


def central_chart(told: PivotRow, year: int) -> Chart:
    """How far the year's central money has come."""
    words = (
        ("central_given_wan", _("下达")),
        ("central_assigned_wan", _("分解")),
        ("central_arrived_wan", _("到位")),
        ("central_paid_wan", _("支付")),
        ("central_completed_wan", _("完成投资")),
    )
    found = []
    for key, label in words:
        amount = told.values.get(key)
        if isinstance(amount, Decimal):
            text = yi_text(amount, grouped=True, approx=key in told.approx, about=about())
            found.append(Step(label, amount, key == "central_given_wan", text))
    nothing = not any(step.amount_wan for step in found)
    title = _("%(year)s年中央预算内投资") % {"year": year}
    said = _("下达为全市数；分解、到位、支付、完成为中央资金。")
    return steps("central", title, _("环节"), _("亿元"), _("金额（亿元）"), [] if nothing else found, "" if nothing else said)
