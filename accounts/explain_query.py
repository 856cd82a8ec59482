"""What an address asks for behind its question mark: the unit and the month that it chooses, told in sentences like the rest.

The path says which page, the query often whose rows. Apps add readers for the parameters they know; what none reads is named, so that
nobody takes it for checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import scope
from accounts.explain import ACTION_WORDS, Deed, Explanation, Verdict, explain, post_words
from accounts.models import ReportingUnit
from accounts.words import listed

_SHOWN = 40  # characters of a value or a name that a sentence repeats
_FIELDS = 60  # parameters that are looked at; no address of ours has as many


@dataclass(frozen=True, slots=True)
class Part:
    """One thing chosen in the query: whether it stands in the way (None: not looked at), and whether it leaves the page without rows."""

    ok: bool | None
    text: str
    is_foreign: bool = False


Reader = Callable[[Any, Deed, str], Part]
# Parameter of an address → what it means for a person who asks for this page.
readers: dict[str, Reader] = {}


def query_of(address: str) -> dict[str, str]:
    """The parameters of an address; of one given twice the last counts, as on the pages."""
    return dict(parse_qsl(urlsplit(address).query)[:_FIELDS])


def explain_address(user: Any, deed: Deed, obj: Any, query: Mapping[str, str]) -> tuple[Explanation, tuple[Part, ...]]:
    """The page's answer as `explain` gives it, and what the query makes of it: a page of one unit is not there for whom the unit is not."""
    told = explain(user, deed, obj)
    if told.verdict is not Verdict.OPEN:
        return told, ()
    parts = tuple(_parts(user, deed, query))
    foreign = next((part for part in parts if part.is_foreign), None)
    if deed.foreign is Verdict.OPEN or foreign is None:
        return told, parts
    rest = tuple(part for part in parts if part is not foreign)
    return replace(told, verdict=deed.foreign, steps=(*told.steps, (False, foreign.text)), hindrances=()), rest


def _parts(user: Any, deed: Deed, query: Mapping[str, str]) -> Iterable[Part]:
    yield from (readers[name](user, deed, value.strip()) for name, value in query.items() if name in readers)
    rest = [name[:_SHOWN] for name in query if name not in readers]
    if rest:
        yield Part(None, _("网址问号后面的 %(names)s 没有核对，它们可能另外筛掉一些行") % {"names": listed(rest)})


def unit_part(user: Any, deed: Deed, text: str) -> Part:
    """The unit chosen: lists of the admin name it by its number, other pages by its key or name."""
    action, number = deed.action or deed.sees, text.isascii() and text.isdigit() and len(text) < 10
    wanted = Q(pk=int(text) if number else None) if deed.page is not None else Q(key=text) | Q(name=text) | Q(short_name=text)
    unit = None if "\x00" in text else ReportingUnit.objects.filter(wanted).first()
    if unit is None:
        return Part(False, _("网址里选的单位“%(value)s”不存在，这样选没有结果") % {"value": text[:_SHOWN]}, is_foreign=True)
    words = {"unit": unit.short_name, "action": ACTION_WORDS[action], "posts": listed(post_words(user, action))}
    if not scope.reaches(user, action, unit.pk):
        return Part(False, _("网址里选的是%(unit)s，而有“%(action)s”权限的岗位是%(posts)s，不在其范围内，这样选没有结果") % words, is_foreign=True)
    return Part(True, _("网址里选的是%(unit)s，在其范围内") % words)


readers["unit"] = unit_part
