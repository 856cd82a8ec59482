"""The sentences of a city table: what it says, until when it knew it, and what has to be noted beside it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.words import about, listed
from projects.measures import MonthFigures, Sums, percent_text, points_text, schedule, share, unreported_plan, yi_text
from projects.models import with_half
from projects.period import FIRST_HALF, Period
from projects.values import Month
from reports.queries import CityFigures
from reports.selection import Question


def month_text(month: Month) -> str:
    return _("%(year)s年%(month)s月") % {"year": month.year, "month": month.month}


def period_text(period: Period) -> str:
    """A month, or a half of it, in words."""
    return with_half(month_text(period.month), period.half)


def lead_sentence(total: MonthFigures, question: Question) -> str:
    """What the table says, in one sentence; first of all, where not everything that was reported is counted."""
    said = _lead(total, question)
    if question.half:
        said = _("%(period)s，“本月”指这半个月。") % {"period": period_text(question.period)} + said
    return _("只计已审核的月度进展，未审核的按未报计。") + said if question.approved else said


def _lead(total: MonthFigures, question: Question) -> str:
    month = question.month
    if total.count == 0:
        return _("%(period)s没有可列入本表的项目。") % {"period": month_text(month)}
    words = {
        "until": _("%(year)s年1月") % {"year": month.year}
        if month.month == 1
        else _("%(year)s年1—%(month)s月") % {"year": month.year, "month": month.month},
        "count": total.count,
        "ytd": yi_text(total.ytd_wan, 2, approx=total.done_approx, about=about()),
        "rate": percent_text(total.rate, 1),
        "points": points_text(total.difference, 1).lstrip("+-"),
        "month": yi_text(total.month_wan, 2, approx=total.done_approx, about=about()),
    }
    if total.ytd_wan is None:
        unsaid = (
            _("%(until)s共有%(count)s个项目，尚无一个审核通过。") if question.approved else _("%(until)s共有%(count)s个项目，尚无一个报送完成投资。")
        )
        return unsaid % words
    if total.rate is None:
        return _("%(until)s，%(count)s个项目完成投资%(ytd)s亿元，其中本月%(month)s亿元；未下达年度计划，不计算完成率。") % words
    return _compared(total) % words + _unreported(total, approved=question.approved)


def _unreported(total: MonthFigures, *, approved: bool) -> str:
    """What a half reported month must say of itself in the same breath."""
    if not total.not_reported:
        return ""
    words = {
        "n": total.not_reported,
        "plan": yi_text(total.unreported_plan_wan),
        "rate": percent_text(total.reported_rate, 1),
    }
    if approved:
        return _("另有%(n)s个项目未报或未审核，年度计划%(plan)s亿元；已审核项目完成率%(rate)s。") % words
    return _("另有%(n)s个项目未报，年度计划%(plan)s亿元；已报项目完成率%(rate)s。") % words


def _compared(total: MonthFigures) -> str:
    sign = points_text(total.difference, 1)[0]
    if sign == "+":
        return _("%(until)s，%(count)s个项目完成投资%(ytd)s亿元，其中本月%(month)s亿元，完成年度计划的%(rate)s，高于时序进度%(points)s个百分点。")
    if sign == "-":
        return _("%(until)s，%(count)s个项目完成投资%(ytd)s亿元，其中本月%(month)s亿元，完成年度计划的%(rate)s，低于时序进度%(points)s个百分点。")
    return _("%(until)s，%(count)s个项目完成投资%(ytd)s亿元，其中本月%(month)s亿元，完成年度计划的%(rate)s，与时序进度持平。")


def newest(moments: Iterable[datetime | None]) -> datetime | None:
    return max((moment for moment in moments if moment is not None), default=None)


def moment_text(changed_at: datetime | None, question: Question) -> str:
    """Until when the database knew what the table shows."""
    if question.cut is not None:
        return _("按数据定格“%(name)s”") % {"name": question.cut.name}
    if question.known is not None:
        return _("按%(day)s掌握的数据") % {"day": date_format(question.known, "DATE_FORMAT")}
    if changed_at is None:
        return _("尚无数据")
    at = timezone.localtime(changed_at)
    return _("数据更新至%(moment)s") % {"moment": f"{date_format(at, 'DATE_FORMAT')} {at:%H:%M}"}


def notes(figures: CityFigures, whole: Sums, by: str, *, unranked_units: bool) -> list[str]:
    """What has to be said beside the figures: how they were made, what is missing, what was counted once."""
    month = figures.question.month
    is_half = figures.question.half == FIRST_HALF
    return [
        _("完成率＝本年累计完成投资÷年度计划投资；时序进度＝%(month)s÷12＝%(schedule)s；差额＝完成率－时序进度。")
        % {"month": f"{month.month - 1}.5" if is_half else month.month, "schedule": percent_text(schedule(month.month, half=is_half))},
        *_list_notes(figures),
        *_gap_notes(whole, approved=figures.question.approved),
        *_unit_note(figures),
        *_rank_notes(figures, by, unranked_units=unranked_units),
        _total_note(figures.question),
        *_correction_notes(figures),
        _("金额按万元汇总后换算，四舍五入取两位小数，分项之和与合计可能有尾差。"),
    ]


def _correction_notes(figures: CityFigures) -> list[str]:
    """What was corrected after the lock is not counted in: the table prints what was published."""
    if not figures.corrections:
        return []
    return [
        ngettext(
            "本表有%(n)s处更正：锁定后公布的数不改，更正后的数列在各项目页“月度进展”中。",
            "本表有%(n)s处更正：锁定后公布的数不改，更正后的数列在各项目页“月度进展”中。",
            figures.corrections,
        )
        % {"n": figures.corrections}
    ]


def _total_note(question: Question) -> str:
    if question.version is not None:
        return _("总投资为这一版清单所列数；清单未列的，为登记数。")
    return _("总投资为%(period)s末有效的数：此后的新版清单或注明日期的调整不计入，未注明日期的更正随时计入。") % {
        "period": month_text(question.month)
    }


def _list_notes(figures: CityFigures) -> list[str]:
    said = []
    if figures.versions:
        names = (_version_text(version.list.name, version.as_of) for version in figures.versions)
        said.append(_("项目范围：%(lists)s。") % {"lists": listed(names)})
    outside = sum(group.sums.count for group in figures.groups if not group.on)
    if outside and figures.versions:
        said.append(ngettext("另含清单外项目%(n)s个。", "另含清单外项目%(n)s个。", outside) % {"n": outside})
    if figures.on_two_lists:
        said.append(
            ngettext("%(n)s个项目同时列入两份以上清单，合计只计一次。", "%(n)s个项目同时列入两份以上清单，合计只计一次。", figures.on_two_lists)
            % {"n": figures.on_two_lists}
        )
    if figures.dropped:
        said.append(ngettext("已调出清单的%(n)s个项目未计入。", "已调出清单的%(n)s个项目未计入。", figures.dropped) % {"n": figures.dropped})
    return said


def _version_text(name: str, as_of: date) -> str:
    return _("%(name)s（%(date)s版）") % {"name": name, "date": date_format(as_of, "DATE_FORMAT")}


def _gap_notes(sums: Sums, *, approved: bool) -> list[str]:
    said = []
    if sums.ytd.missing and sums.ytd.reported and sums.plan.wan is not None:
        denominator = _("完成率的分母含未审核项目的年度计划（%(plan)s亿元，占%(share)s）；“已审核项目完成率”只以已审核项目的年度计划为分母。")
        said.append(
            (
                denominator
                if approved
                else _("完成率的分母含未报项目的年度计划（%(plan)s亿元，占%(share)s）；“已报项目完成率”只以已报项目的年度计划为分母。")
            )
            % {"plan": yi_text(unreported_plan(sums)), "share": percent_text(share(unreported_plan(sums), sums.plan.wan))}
        )
    gaps = (
        (
            sums.ytd.missing,
            _("%(n)s个项目没有已审核的本年累计完成投资，未按零计入。") if approved else _("%(n)s个项目未报送本年累计完成投资，未按零计入。"),
        ),
        (sums.plan.missing, _("%(n)s个项目没有年度计划，其完成投资仍计入合计。")),
        (sums.total.missing, _("%(n)s个项目没有总投资。")),
        (sums.total.approximate, _("总投资含%(n)s个约数，以“约”标出。")),
        (max(sums.month.approximate, sums.ytd.approximate), _("完成投资含%(n)s个约数，以“约”标出。")),
    )
    return [*said, *(wording % {"n": n} for n, wording in gaps if n)]


def _unit_note(figures: CityFigures) -> list[str]:
    """A table of one unit says so: its whole is not the city's."""
    if not figures.question.unit:
        return []
    return [_("本表只计%(unit)s的项目。") % {"unit": unit.short_name} for unit in figures.units]


def _rank_notes(figures: CityFigures, by: str, *, unranked_units: bool) -> list[str]:
    if by == "kind":
        return []
    if not figures.whole_city:
        return [_("位次只在全市表中列出。")]
    if by == "sector":
        return [_("位次按完成率由高到低，在同类项目的各领域之间排列；完成率相同的位次相同。")]
    said = [_("位次按完成率由高到低；完成率相同的位次相同；没有项目或没有年度计划的单位不排位。")]
    if unranked_units:
        said.append(_("市直部门、市属国企和未单列的功能区不参加排位。"))
    return said
