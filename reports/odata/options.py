"""The options of a question to a set, read off its address. Nothing is guessed and nothing passed over: what is not served is 501, what
can't be read is 400. A page's continuation is one signed token that carries the whole question, so that nothing can come between.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from django.core import signing
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.api.errors import ApiError
from accounts.api.fields import Field
from accounts.api.paging import Order, WrongCursorError, pack, unpack
from reports.odata.conditions import Condition, FilterError
from reports.odata.errors import bad, of_filter, unknown_name, unserved
from reports.odata.parsing import parse
from reports.odata.sets import EntitySet

SERVED = ("$filter", "$select", "$orderby", "$top", "$skip", "$count", "$format", "$skiptoken")
UNSERVED = frozenset({"$expand", "$apply", "$compute", "$search", "$levels", "$deltatoken", "$id", "$index", "$schemaversion"})
_SALT = "odata.skiptoken"
_FURTHEST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a set. `texts` are the options as they were written, for the token; `left` is what remains of `$top`."""

    entity: EntitySet
    cut: str
    texts: Mapping[str, str]
    names: tuple[str, ...]
    condition: Condition | None
    order: tuple[Order, ...]
    skip: int = 0
    left: int | None = None
    is_counted: bool = False
    count: int | None = None
    counted_for: str = ""  # whose rows were counted on the first page
    after: tuple[Any, ...] | None = None

    @property
    def fields(self) -> list[Field]:
        return [self.entity.fields[name] for name in self.names]


def read(entity: EntitySet, cut: str, told: QueryDict) -> Asked:
    """The question of an address.

    :raises ApiError: 400 or 501.
    """
    texts = texts_of(told, SERVED)
    token = texts.pop("$skiptoken", None)
    return _asked(entity, cut, texts) if token is None else _continued(entity, cut, token, texts)


def texts_of(told: QueryDict, served: Sequence[str]) -> dict[str, str]:
    """The options of an address, each at most once.

    :raises ApiError: 400, or 501 for options of OData that are not served here.
    """
    found: dict[str, str] = {}
    for name, values in told.lists():
        if name in UNSERVED or name.startswith("@"):
            raise unserved(name)
        if not name.startswith("$"):
            if f"${name}" in SERVED or f"${name}" in UNSERVED:
                raise bad(_("请写 $%(name)s，不是 %(name)s") % {"name": name})
            continue
        if name not in served:
            near = get_close_matches(name, served, 1)
            raise bad(
                (_("没有 %(name)s 这个选项，或不能用在这里") % {"name": name[:40]}) + (_("；是不是：%(names)s") % {"names": near[0]} if near else "")
            )
        if len(values) != 1:
            raise bad(_("%(name)s 写了不止一次") % {"name": name})
        found[name] = values[0]
    return found


def _asked(entity: EntitySet, cut: str, texts: Mapping[str, str]) -> Asked:
    kept = {name: text for name, text in texts.items() if name in ("$filter", "$select", "$orderby", "$count", "$format")}
    return Asked(
        entity,
        cut,
        kept,
        select_of(entity, texts.get("$select")),
        condition_of(entity, texts.get("$filter")),
        _order(entity, texts.get("$orderby")),
        _number(texts, "$skip") or 0,
        _number(texts, "$top"),
        _flag(texts),
    )


def condition_of(entity: EntitySet, text: str | None) -> Condition | None:
    if text is None:
        return None
    try:
        return parse(text, entity.properties)
    except FilterError as error:
        raise of_filter(error) from error


def select_of(entity: EntitySet, text: str | None) -> tuple[str, ...]:
    """The properties to give: those that are named, in their own order; else all."""
    if text is None or text.strip() == "*":
        return tuple(entity.fields)
    names = [part.strip() for part in text.split(",")]
    for name in names:
        _known("$select", entity, name)
    return tuple(name for name in entity.fields if name in names)


def _known(option: str, entity: EntitySet, name: str) -> Field:
    if name not in entity.fields:
        raise unknown_name(option, name[:60], tuple(get_close_matches(name, entity.fields, 3)))
    return entity.fields[name]


def _order(entity: EntitySet, text: str | None) -> tuple[Order, ...]:
    """The order asked for, with the key at its end. Null is less than anything (OData 4.0, part 1, 11.2.5.2)."""
    found: dict[str, Order] = {}
    for part in text.split(",") if text is not None else []:
        name, _space, way = part.strip().partition(" ")
        if "(" in part:
            raise unserved(f"$orderby: {part.strip()[:40]}")
        field = _known("$orderby", entity, name)
        if way.strip() not in ("", "asc", "desc"):
            raise bad(_("$orderby：“%(part)s”后面只能写 asc 或 desc") % {"part": part.strip()[:60]})
        is_descending = way.strip() == "desc"
        found.setdefault(field.name, Order(field, is_descending, blank_first=not is_descending))
    names = list(found)
    if "id" in found:
        return tuple(found[name] for name in names[: names.index("id") + 1])
    return (*found.values(), Order(entity.resource.by_name["id"]))


def _number(texts: Mapping[str, str], name: str) -> int | None:
    text = texts.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise bad(_("%(name)s 应为不小于0的整数，读到“%(value)s”") % {"name": name, "value": text[:40]})
    return min(int(text), _FURTHEST)


def _flag(texts: Mapping[str, str]) -> bool:
    text = texts.get("$count", "false")
    if text not in ("true", "false"):
        raise bad(_("$count 应为 true 或 false，读到“%(value)s”") % {"value": text[:40]})
    return text == "true"


# --- Continuation ------------------------------------------------------------------------------------------------------------------


def token_of(asked: Asked, left: int | None, count: int | None, reader: str, last: Sequence[Any]) -> str:
    """What continues after the row of these values. The count goes along for the reader for whom it was made."""
    head = signing.dumps([asked.entity.name, asked.cut, dict(asked.texts), left, count, reader], salt=_SALT, compress=True)
    return f"{head}~{pack(_mark(head), asked.order, last)}"


def _continued(entity: EntitySet, cut: str, token: str, texts: Mapping[str, str]) -> Asked:
    """The question that a token carries. Options beside it may only repeat what it says: `$top` and `$skip` were spent on the first page."""
    head, _mark_of, cursor = token.partition("~")
    try:
        name, at, kept, left, count, reader = signing.loads(head, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise _wrong_token() from None
    if name != entity.name or at != cut:
        raise _wrong_token()
    differing = [one for one, text in texts.items() if kept.get(one) != text]
    if differing:
        raise bad(_("$skiptoken 已含全部条件，不能再加 %(names)s；请照 @odata.nextLink 原样请求") % {"names": ", ".join(differing)})
    asked = _asked(entity, cut, kept)
    try:
        values = unpack(cursor, _mark(head), asked.order)
    except WrongCursorError:
        raise _wrong_token() from None
    return replace(asked, left=left, count=count, counted_for=reader, after=tuple(values))


def _mark(head: str) -> str:
    return hashlib.sha256(head.encode()).hexdigest()[:16]


def _wrong_token() -> ApiError:
    return bad(_("这个 $skiptoken 不是本集合给出的，或已改动；请从第一页重新开始"))
