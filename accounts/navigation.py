"""The left rail as data: what a person may open, grouped by task and not by app.

Every app adds its own entries (`register`) when it is loaded; the rail that a person sees is what `rail` gives for them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import scope
from accounts.roles import Action


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry: its task group, its words, where it leads, and who may open it. `order` places it within its group."""

    group: str
    label: Any
    url_name: str
    allowed: Callable[[Any], bool]
    order: int = 100


@dataclass(frozen=True, slots=True)
class RailEntry:
    label: Any
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class RailGroup:
    key: str
    label: Any
    entries: tuple[RailEntry, ...]

    @property
    def current(self) -> bool:
        return any(entry.current for entry in self.entries)

    @property
    def url(self) -> str:
        return self.entries[0].url


# In the order of the rail; the key names the group's icon too.
GROUPS: tuple[tuple[str, Any], ...] = (
    ("overview", _("总览")),
    ("projects", _("项目")),
    ("reporting", _("填报")),
    ("funding", _("资金")),
    ("reports", _("报表")),
    ("data", _("数据接口")),
    ("system", _("系统")),
)
_items: dict[tuple[str, str], NavItem] = {}


def register(*items: NavItem) -> None:
    """Add entries; one that is added twice stands once."""
    known = {key for key, _label in GROUPS}
    for item in items:
        if item.group not in known:
            raise ValueError(f"no such group in the rail: {item.group!r}")
        _items[(item.group, item.url_name)] = item


def may(action: Action) -> Callable[[Any], bool]:
    """A permission that asks the role table."""
    return lambda user: scope.may(user, action)


def rail(user: Any, path: str = "") -> list[RailGroup]:
    """The groups that hold anything for `user`; the entry whose address `path` continues is the current one."""
    found: dict[str, list[tuple[NavItem, str]]] = {}
    for item in sorted(_items.values(), key=lambda item: item.order):
        if item.allowed(user):
            found.setdefault(item.group, []).append((item, reverse(item.url_name)))
    current = _nearest(path, [url for items in found.values() for _item, url in items])
    return [
        RailGroup(key, label, tuple(RailEntry(item.label, url, url == current) for item, url in found[key])) for key, label in GROUPS if key in found
    ]


def _nearest(path: str, urls: list[str]) -> str:
    """The longest address that `path` begins with."""
    return max((url for url in urls if path.startswith(url)), key=len, default="")
