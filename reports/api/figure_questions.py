"""The question of `/api/v1/figures/`, read off its address: measures, dimensions, months, moment. Every parameter that is wrong is named."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches

from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.api.errors import ApiError, wrong_parameters
from projects.models import Classification, Cut, ListVersion
from projects.moment import Moment
from projects.values import Month
from reports.figures import ALL_DIMENSIONS, FIGURES
from reports.parameters import UnreadableError, read_cut, read_question
from reports.selection import NONE, Question, Reach, latest_month

ALL = "all"
_NARROWING = ("period", "known", "approved", "version", "lists", "kind", "unit", "sector")
_TOLD = frozenset({*_NARROWING, "by", "cut", "format", "dialect"})


def read_measures(text: str) -> tuple[str, ...]:
    """The measures that are named; none for all that have a meaning.

    :raises ApiError: 404 naming the measures that are none, with the nearest.
    """
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    unknown = [name for name in names if name not in FIGURES and name != ALL]
    if unknown or not names:
        near = [one for name in unknown for one in get_close_matches(name, FIGURES, 2)] or [*FIGURES, ALL]
        raise ApiError(404, "measure", _("没有这个指标：%(names)s；可用：%(near)s") % {"names": ", ".join(unknown), "near": ", ".join(near)})
    return () if ALL in names else names


def read_figures(told: QueryDict, reach: Reach) -> tuple[Question, tuple[str, ...], tuple[Month, ...]]:
    """The question, its dimensions and its months.

    :raises ApiError: 400 with every parameter that is wrong, by its name.
    """
    wrong = {name: [_("没有这个参数；可用：%(names)s") % {"names": ", ".join(sorted(_TOLD))}] for name in told if name not in _TOLD}
    newest = latest_month(reach)
    moment = Moment(newest or Month(2000, 1))
    months, period = _months(told.get("period", ""), newest)
    asked: dict[str, str] = {name: told.get(name, "") for name in _NARROWING if name in told} | {"period": period}
    if not period and newest is None:
        wrong["period"] = [_("还没有月报，请写明月份，如 2020-06")]
    for name, value in asked.items():
        if "\x00" in value:
            wrong[name] = [_("含有不能用的字符")]
        try:
            read_question({name: value}, moment)
        except UnreadableError as error:
            wrong[name] = [str(error)]
    by = tuple(name.strip() for name in told.get("by", "").split(",") if name.strip())
    unknown = [name for name in by if name not in ALL_DIMENSIONS]
    if unknown:
        wrong["by"] = [_("没有这些维度：%(names)s；可用：%(all)s") % {"names": ", ".join(unknown), "all": ", ".join(ALL_DIMENSIONS)}]
    cut = _cut(told, wrong)
    if wrong:
        raise wrong_parameters(wrong)
    question = replace(read_question(asked, moment), cut=cut)
    _check_places(question, reach)
    return question, by, months


def _cut(told: QueryDict, wrong: dict[str, list[str]]) -> Cut | None:
    """The pinned state that is asked for."""
    try:
        return read_cut(told)
    except UnreadableError as error:
        wrong[error.name] = [str(error)]
        return None


def _months(text: str, newest: Month | None) -> tuple[tuple[Month, ...], str]:
    """Several months (`2020-01,2020-02`, or a year as far as there are reports), and the period that the question itself is of."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if len(parts) == 1 and len(parts[0]) == 4 and parts[0].isascii() and parts[0].isdigit() and int(parts[0]) > 0:
        year = int(parts[0])
        found = tuple(Month(year, month) for month in range(1, 13))
        reported = tuple(month for month in found if newest is not None and month.index <= newest.index) or found
        return reported, str(reported[-1])
    if len(parts) < 2:
        return (), text
    try:
        return tuple(Month.parse(part) for part in parts), parts[-1]
    except ValueError:
        return (), text


def _check_places(question: Question, reach: Reach) -> None:
    """What is named must exist, and be in reach: an empty table would be taken for "nothing was done"."""
    wrong = {}
    if question.unit and not reach.units.filter(key=question.unit).exists():
        wrong["unit"] = [_("没有这个单位，或不在您的范围内")]
    scheme, _dot, code = question.sector.partition(".")
    if question.sector not in ("", NONE) and not Classification.objects.filter(scheme=scheme, code=code).exists():
        wrong["sector"] = [_("没有这个领域；应为“体系.代码”或 none")]
    if question.version is not None and not ListVersion.objects.filter(pk=question.version).exists():
        wrong["version"] = [_("没有这个清单版本")]
    if wrong:
        raise wrong_parameters(wrong)
