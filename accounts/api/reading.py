"""A question to a resource, read off an address: which rows, which columns, in which order, of which state. Every REST list and stream asks here.

Nothing is guessed: a parameter that names nothing, a month that is none, a cursor of another question are errors that say what would be right.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django_filters import FilterSet

from accounts.api.errors import ApiError, wrong_parameters
from accounts.api.fields import Field, Kind, field
from accounts.api.filters import COMMON, read_filters, unknown
from accounts.api.paging import Order, WrongCursorError, after, pack, sort, unpack
from accounts.api.resources import RESOURCES, Include, Known, Resource
from accounts.roles import Action

PAGE, MOST = 100, 5000
_MAY_BE_EMPTY = frozenset({"cursor", "search", "include"})  # the first page's, an empty box of a form, no tables beside
# How a cut is found by its name; the room that keeps cuts puts it here.
find_cut: list[Callable[[str], Any]] = []


@dataclass(frozen=True, slots=True)
class Described:
    """What a row is about: a year, a month of it, a half of that."""

    year: int
    month: int | None = None
    half: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a resource."""

    resource: Resource
    fields: tuple[Field, ...]
    order: tuple[Order, ...]
    known: Known
    includes: tuple[str, ...] = ()
    page_size: int = PAGE
    cursor: str = ""
    is_counted: bool = False
    mark: str = ""
    filters: FilterSet | None = None
    month: Described | None = None
    search: str = ""


def reserved(resource: Resource) -> frozenset[str]:
    return COMMON | ({"period"} if resource.period else frozenset())


def read_question(resource: Resource, told: QueryDict) -> Question:
    """The question in an address.

    :raises ApiError: 400 with every parameter that is wrong.
    """
    wrong = _ill_formed(told)
    for name, near in unknown(resource, told, reserved(resource)).items():
        wrong[name] = [_("没有这个参数") + (_("；是不是：%(names)s") % {"names": ", ".join(near)} if near else "")]
    question = Question(
        resource,
        _fields(resource, told.get("fields", ""), wrong),
        _order(resource, told.get("ordering", ""), wrong),
        _known(resource, told, wrong),
        _includes(resource, told.get("include", ""), wrong),
        _number(told, "page_size", PAGE, MOST, wrong),
        told.get("cursor", ""),
        _counted(told.get("count", ""), wrong),
        _mark(resource, told),
        read_filters(resource, told, wrong),
        _month(resource, told.get("period", ""), wrong) if resource.period else None,
        _search(told.get("search", ""), wrong),
    )
    if wrong:
        raise wrong_parameters(wrong)
    return question


def rows_of(question: Question, user: Any, action: Action = Action.VIEW) -> QuerySet[Any]:
    """The rows that the question is about, in no order yet."""
    resource = question.resource
    rows = resource.rows(user, action, question.known)
    if question.filters is not None:
        rows = question.filters.filter_queryset(rows)
    if question.month is not None:
        rows = rows.filter(**_described(resource, question.month))
    return _searched(resource, rows, question.search) if question.search else rows


def _described(resource: Resource, asked: Described) -> dict[str, int]:
    """The condition of a year, a month, a half. Of rows that are of whole years a month asks for its year."""
    year_path, month_path = resource.period or ("", "")
    parts = {year_path: asked.year, month_path: asked.month, _half_path(resource): asked.half}
    return {path: number for path, number in parts.items() if path and number is not None}


def _half_path(resource: Resource) -> str:
    """Where a resource says which half of a month it is about; empty where it knows months alone."""
    path = (resource.period or ("", ""))[1].removesuffix("month") + "half"
    try:
        field(resource.model, path)
    except FieldDoesNotExist:
        return ""
    return path


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, each by column, and the cursor of the next ones, if there are more."""

    rows: list[dict[str, Any]]
    next: str
    count: int | None


def page_of(question: Question, rows: QuerySet[Any], user: Any) -> Page:
    """One page: one query, one for the count if asked for, one for each include."""
    count = rows.count() if question.is_counted else None
    names = [one.name for one in question.fields]
    lines = list(window(question, rows))
    more = len(lines) > question.page_size
    lines = lines[: question.page_size]
    last = pack(question.mark, question.order, lines[-1][len(names) :]) if more else ""
    made = [dict(zip(names, line, strict=False)) for line in lines]
    _attach(question, made, [line[-1] for line in lines], user)
    return Page(made, last, count)


def window(question: Question, rows: QuerySet[Any]) -> QuerySet[Any, Any]:
    """The rows of a page and one more, as tuples: what is shown, and after it what they are ordered by."""
    hidden = [F(one.field.path) for one in question.order]  # by name it would pass by what stands in for a column of the past
    found = sort(rows, question.order)
    if question.cursor:
        try:
            found = after(found, question.order, unpack(question.cursor, question.mark, question.order))
        except WrongCursorError:
            raise wrong_parameters({"cursor": [_("这个 cursor 不是本查询给出的；请从第一页重新开始")]}) from None
    columns = [one.expression for one in question.fields]
    return found.values_list(*columns, *hidden)[: question.page_size + 1]


def one_of(question: Question, rows: QuerySet[Any], key: int, user: Any) -> dict[str, Any] | None:
    """One row by its number. One query, and one for each include."""
    names = [one.name for one in question.fields]
    line = rows.filter(id=key).values_list(*[one.expression for one in question.fields]).first()
    if line is None:
        return None
    made = dict(zip(names, line, strict=True))
    _attach(question, [made], [key], user)
    return made


def lines_of(question: Question, rows: QuerySet[Any]) -> tuple[QuerySet[Any], tuple[Field, ...]]:
    """Every row in order, as tuples of its columns, for a stream."""
    return sort(rows, question.order).values_list(*[one.expression for one in question.fields]), question.fields


# --- Reading parameters ------------------------------------------------------------------------------------------------------------

Wrong = dict[str, list[str]]


def _fields(resource: Resource, text: str, wrong: Wrong) -> tuple[Field, ...]:
    if not text:
        return resource.shown
    names = [name.strip() for name in text.split(",") if name.strip()]
    missing = [name for name in names if name not in resource.by_name]
    if missing or not names:
        wrong["fields"] = [_("没有这些列：%(names)s。可选：%(all)s") % {"names": ", ".join(missing) or "—", "all": ", ".join(resource.by_name)}]
    return tuple(resource.by_name[name] for name in dict.fromkeys(names) if name in resource.by_name)


def _order(resource: Resource, text: str, wrong: Wrong) -> tuple[Order, ...]:
    """The columns asked for, and always the row's number at the end, so that no two rows are equal."""
    found: dict[str, Order] = {}
    for part in [part.strip() for part in text.split(",") if part.strip()]:
        name = part.removeprefix("-")
        field = resource.by_name.get(name)
        if field is None or field.kind is Kind.JSON:
            wrong["ordering"] = [_("不能按“%(name)s”排序。可选：%(all)s") % {"name": name, "all": ", ".join(sortable(resource))}]
            continue
        found.setdefault(name, Order(field, part.startswith("-")))
    names = list(found)
    kept = [found[name] for name in names[: names.index("id") + 1]] if "id" in found else [*found.values(), Order(resource.by_name["id"])]
    return tuple(kept)


def sortable(resource: Resource) -> list[str]:
    return [one.name for one in resource.fields if one.kind is not Kind.JSON]


def _includes(resource: Resource, text: str, wrong: Wrong) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    missing = [name for name in names if name not in resource.includes]
    if missing:
        wrong["include"] = [_("没有这些附表：%(names)s。可选：%(all)s") % {"names": ", ".join(missing), "all": ", ".join(resource.includes) or "—"}]
    return tuple(name for name in names if name in resource.includes)


def _ill_formed(told: QueryDict) -> Wrong:
    """A parameter that is given twice, or without a value: which of two was meant, and whether all were, nobody can tell."""
    twice = {name: [_("只能给一次，读到%(n)s次；多个值请用 __in") % {"n": len(values)}] for name, values in told.lists() if len(values) > 1}
    empty = {name: [_("没有值；不用这个条件请去掉它")] for name, values in told.lists() if values == [""] and name not in _MAY_BE_EMPTY}
    return twice | empty


def _counted(text: str, wrong: Wrong) -> bool:
    if text not in ("", "0", "1", "true", "false"):
        wrong["count"] = [_("应为1或0，读到“%(value)s”") % {"value": text[:40]}]
    return text in ("1", "true")


def _number(told: QueryDict, name: str, default: int, most: int, wrong: Wrong) -> int:
    text = told.get(name, "")
    if not text:
        return default
    if text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most:
        return int(text)
    wrong[name] = [_("应为1至%(most)s的整数，读到“%(value)s”") % {"most": most, "value": text[:40]}]
    return default


def _known(resource: Resource, told: QueryDict, wrong: Wrong) -> Known:
    """The state asked for: `as_of` a day (to its end) or a moment, or a `cut` by its name."""
    as_of, cut = told.get("as_of", ""), told.get("cut", "")
    if as_of and cut:
        wrong["as_of"] = [_("as_of 与 cut 只能用一个")]
    elif as_of:
        moment = read_moment(as_of)
        if moment is None:
            wrong["as_of"] = [_("应为日期（2020-07-10）或带时区的时间（2020-07-10T18:00:00+08:00），读到“%(value)s”") % {"value": as_of[:40]}]
        elif moment > _end_of(timezone.localdate()):
            wrong["as_of"] = [_("不能晚于今天，读到“%(value)s”") % {"value": as_of[:40]}]
        elif resource.past is None:
            wrong["as_of"] = [_("“%(name)s”不留历史，只能看现在") % {"name": resource.title}]
        return Known(moment=moment)
    elif cut:
        found = find_cut[0](cut) if find_cut else None
        if found is None:
            wrong["cut"] = [_("没有名为“%(value)s”的定格") % {"value": cut[:60]}]
        return Known(cut=found)
    return Known()


def read_moment(text: str) -> datetime | None:
    """A day, to its last instant in the city's time, or a moment with its zone; None for anything else."""
    try:
        if len(text) == 10:
            return _end_of(date.fromisoformat(text))
        moment = parse_datetime(text.replace(" ", "+"))  # a plus sign that was not escaped arrives as a space
        # In world time: PostgreSQL takes no zone of more than 16 hours.
        return moment.astimezone(UTC) if moment is not None and moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.max))


def _month(resource: Resource, text: str, wrong: Wrong) -> Described | None:
    """2020-06, 2020, and of what is reported in halves 2020-06A."""
    if not text:
        return None
    found = re.fullmatch(r"([0-9]{4})(?:-(0?[1-9]|1[0-2])([AB]?))?", text)
    if found is None:
        wrong["period"] = [_("应为月份（2020-06）、半月（2020-06A）或年份（2020），读到“%(value)s”") % {"value": text[:40]}]
        return None
    if found[3] and not _half_path(resource):
        wrong["period"] = [_("“%(name)s”不分半月，应为月份（2020-06），读到“%(value)s”") % {"name": resource.title, "value": text[:40]}]
    return Described(int(found[1]), int(found[2]) if found[2] else None, " AB".index(found[3]) if found[3] else None)


def _search(text: str, wrong: Wrong) -> str:
    if "\x00" in text or len(text) > 200:
        wrong["search"] = [_("查找词过长，或含有不能用的字符")]
        return ""
    return text if text.strip() else ""


def _mark(resource: Resource, told: QueryDict) -> str:
    """What a cursor belongs to: every parameter but the cursor itself and the size of a page."""
    kept = sorted((name, *values) for name, values in told.lists() if name not in ("cursor", "page_size", "count", "format", "fields", "include"))
    return hashlib.sha256(repr((resource.name, kept)).encode()).hexdigest()[:16]


# --- Narrowing and joining ---------------------------------------------------------------------------------------------------------


def _searched(resource: Resource, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """By the resource's own search, else each word in any of its texts."""
    if resource.search is not None:
        return resource.search(rows, text)
    paths = [one.path for one in resource.fields if one.kind is Kind.TEXT]
    for word in text.split():
        rows = rows.filter(reduce(or_, (Q(**{f"{path}__icontains": word}) for path in paths), Q(pk__in=[])))
    return rows


def _attach(question: Question, made: Sequence[dict[str, Any]], keys: Sequence[int], user: Any) -> None:
    """Hang the included rows on theirs, each as far as this reader may see them. One query for each include."""
    for name in question.includes:
        told = question.resource.includes[name]
        hung = _children(told, keys, question.known, user)
        for one, key in zip(made, keys, strict=True):
            one[name] = hung.get(key, [])


def _children(told: Include, keys: Sequence[int], known: Known, user: Any) -> dict[int, list[dict[str, Any]]]:
    child = RESOURCES[told.resource]
    by = child.by_name[told.key]
    rows = child.rows(user, Action.VIEW, known).filter(**{f"{by.path}__in": list(keys)}).order_by("id")
    names = [one.name for one in child.shown]
    found: dict[int, list[dict[str, Any]]] = {}
    for line in rows.values_list(*[one.expression for one in child.shown]):
        made = dict(zip(names, line, strict=True))
        found.setdefault(made[told.key], []).append(made)
    return found


def not_found() -> ApiError:
    return ApiError(404, "not_found", _("没有这一行，或不在您的范围内"))
