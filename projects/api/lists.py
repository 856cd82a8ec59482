"""Lists, campaigns, owners, and what of a project is not public: written by machines through the forms of their pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.roles import Action
from projects.api.below import Below, RowsWithBelow
from projects.api.kinds import WRITTEN
from projects.api.rows import Rows, by_column
from projects.api.views import serve_rows
from projects.models import Project, ProjectList, Source
from projects.services.campaigns import join_list


@dataclass(frozen=True)
class CampaignRows(RowsWithBelow):
    """A campaign with its projects. Those of its list version come in after the ones that were named, which keep their own targets."""

    def save(self, form: Any, source: Source, user: Any, *, is_new: bool) -> dict[str, Any]:
        told = super().save(form, source, user, is_new=is_new)
        if is_new or "list_version" in form.real_changes:
            told["joined"] = join_list(form.instance, day=form.instance.begins_on)
        return told


@dataclass(frozen=True)
class OwnerRows(Rows):
    """An owner of projects. It has no revision by which a change could say which state it saw: it is entered here, and changed on its page."""

    def save(self, form: Any, source: Source, user: Any, *, is_new: bool) -> dict[str, Any]:
        form.save()
        return {}


_MEMBER = {"project_uid": "P-000012", "joined_on": "2020-04-01", "target_wan": 5000}
_OF_PROJECT = {"project_uid": ("project", by_column(Project, "uid"))}
_MEMBERS = Rows("campaign-projects", aliases=_OF_PROJECT, beside=(), example=_MEMBER)
_VERSION = {"list_key": "infra-2020", "number": 2, "as_of": "2020-06-01", "title": "调整版", "doc_no": "青发改〔2020〕9号", "declared_count": 138}
LISTS: dict[str, Rows] = {
    one.resource: one
    for one in (
        Rows(
            "lists",
            needs=Action.LISTS,
            is_citys=True,
            related=(),
            example={"key": "infra-2021", "year": 2021, "kind": "infrastructure", "name": "2021年重大基础设施项目"},
        ),
        Rows(
            "list-versions",
            aliases={"list_key": ("list", by_column(ProjectList, "key"))},
            needs=Action.LISTS,
            is_citys=True,
            related=("list",),
            example=_VERSION,
        ),
        CampaignRows(
            "campaigns",
            needs=Action.LISTS,
            is_citys=True,
            related=(),
            below=(Below(_MEMBERS),),
            example={"name": "百日攻坚", "begins_on": "2020-04-01", "ends_on": "2020-07-09", "goal": "invest", "campaign-projects": [_MEMBER]},
        ),
        Rows(
            "project-disclosures",
            aliases=_OF_PROJECT,
            needs=Action.LISTS,
            own={"reason": "disclosure_reason"},
            example={
                "project_uid": "P-000012",
                "item": "address",
                "level": "closed",
                "basis": "《政府信息公开条例》第十四条",
                "disclosure_reason": "涉密项目，青发改〔2020〕12号",
            },
        ),
        OwnerRows("organisations", may_change=False, related=(), example={"name": "青岛城投集团", "uscc": "91370200MA3C000000"}),
    )
}
WRITTEN |= LISTS
for _name in LISTS:
    serve_rows(_name)
