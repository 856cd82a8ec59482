"""What a proposal's fields and values are called on a page, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.utils.translation import gettext as _

from projects.measures import plain_text
from projects.models import ListVersion, Project, Proposal
from projects.proposals import CODE, LIST, OFF_LIST, ON_LIST, unpack


def list_names(names: Iterable[str]) -> dict[str, str]:
    """The words of those names that are list versions. One query, or none."""
    keys = {int(name.removeprefix(LIST)) for name in names if name.startswith(LIST)}
    return {f"{LIST}{row.pk}": str(row) for row in ListVersion.objects.filter(pk__in=keys).select_related("list")} if keys else {}


def field_word(name: str, lists: Mapping[str, str] | None = None) -> str:
    """What a field is called; several at once hand in the names of the lists among them."""
    if name == CODE:
        return _("项目代码")
    if name.startswith(LIST):
        return (lists if lists is not None else list_names([name])).get(name, name)
    return str(getattr(Project._meta.get_field(name), "verbose_name", name))


def value_word(name: str, text: str) -> str:
    """A value as a reader sees it; a blank is said to be one."""
    if name.startswith(LIST):
        return {ON_LIST: _("在册"), OFF_LIST: _("不在册")}.get(text, text)
    if name == "is_approx":
        return _("是") if text else _("否")
    if not text:
        return _("空")
    if name == "kind":
        return str(dict(Project.Kind.choices).get(text, text))
    return format(Decimal(plain_text(Decimal(text))), ",f") if name == "total_wan" else text


def lists_of(proposals: Iterable[Proposal]) -> dict[str, str]:
    """The words of all list versions that some proposals speak of. One query, or none."""
    return list_names(one.field for proposal in proposals for one in unpack(proposal.changes))


def changes_word(proposal: Proposal, lists: Mapping[str, str] | None = None) -> str:
    """All changes of a proposal in one line."""
    told = (
        f"{field_word(one.field, lists)} {value_word(one.field, one.before)} → {value_word(one.field, one.after)}" for one in unpack(proposal.changes)
    )
    return "；".join(told)
