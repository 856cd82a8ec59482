"""The left rail as data: what a person may open, grouped by task and not by app.

Every app adds its own entries (`register`) when it is loaded; the rail that a person sees is what `rail` gives for them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts import scope
from accounts.roles import Action


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry: its task group, its words, where it leads, and who may open it.

    `order` places it within its group; `covers` names further pages on which it is the current entry.
    """

    group: str
    label: Any
    url_name: str
    allowed: Callable[[Any], bool]
    order: int = 100
    covers: tuple[str, ...] = ()


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
    def folded(self) -> bool:
        """Groups that are opened rarely show their entries only while one of them is current."""
        return self.key in _FOLDED

    @property
    def current(self) -> bool:
        return any(entry.current for entry in self.entries)

    @property
    def url(self) -> str:
        return self.entries[0].url


# In the order of the rail; the key names the group's icon too.
GROUPS: tuple[tuple[str, Any], ...] = (
    ("overview", _("总览")),
    ("projects", pgettext_lazy("plural", "项目")),
    ("reporting", _("填报")),
    ("funding", _("资金")),
    ("reports", _("报表")),
    ("data", _("数据接口")),
    ("system", _("系统")),
)
_FOLDED = frozenset({"data", "system"})
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
    items = [item for item in sorted(_items.values(), key=lambda item: item.order) if item.allowed(user)]
    current = _nearest(path, items)
    groups = []
    for key, label in GROUPS:
        entries = tuple(RailEntry(item.label, reverse(item.url_name), item is current) for item in items if item.group == key)
        if entries:
            groups.append(RailGroup(key, label, entries))
    return groups


def _nearest(path: str, items: list[NavItem]) -> NavItem | None:
    """The entry with the longest address that `path` begins with; the overview, whose address begins them all, only as itself."""
    best: tuple[int, NavItem | None] = (0, None)
    for item in items:
        for name in (item.url_name, *item.covers):
            url = reverse(name)
            fits = path == url if item.group == "overview" else path.startswith(url)
            if fits and len(url) > best[0]:
                best = (len(url), item)
    return best[1]
