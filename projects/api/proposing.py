"""Proposals for machines: one person asks for a decided value to change, another settles it. And problems resolved and opened again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.errors import ApiError, fault
from accounts.api.idempotency import once
from accounts.api.schema import row_serializer, writes, written_row
from accounts.api.views import ResourceList, ResourceView, serve
from accounts.api.writing import KEY, AnyValue, Body, NumberField, ReasonBody, given, reached, row_response, seen_revision
from accounts.roles import Action
from projects.api.kinds import OBSTACLES, typed
from projects.api.said import at_note
from projects.api.views import answer
from projects.models import Door, Obstacle, Proposal
from projects.proposals import CODE, COLUMNS, LIST, OFF_LIST, ON_LIST
from projects.services.proposals import approve, current_versions, propose, refuse, withdraw
from projects.workflow import Refused


class ProposalBody(ReasonBody):
    """What a stored project should hold: columns by name (`total_wan`, `code`, …), list versions as `list:7` with "on" or "off"."""

    project_id = NumberField()
    changes = serializers.DictField(child=AnyValue(allow_blank=True, max_length=300), allow_empty=False)
    doc_no = serializers.CharField(required=False, default="", allow_blank=True, max_length=60, help_text="依据文号")
    decided_on = serializers.DateField(required=False, allow_null=True, default=None, help_text="文件日期")


class ProposalList(ResourceList):
    """What was proposed, with POST of a new proposal."""

    actions: ClassVar[dict[str, Action]] = {"POST": Action.EDIT}

    @writes(
        gettext_lazy("提出变更"),
        "变更已定的内容（总投资、计划起止、类别、代码、清单归属），由另一人审核后写入。",
        ProposalBody,
        {201: row_serializer("proposals")},
        KEY,
    )
    @once
    def post(self, request: Request) -> Response:
        asked = given(ProposalBody, request)
        project = reached("projects", asked["project_id"], request.user, Action.EDIT)
        made = propose(
            project_id=project.pk,
            after=_after(asked["changes"]),
            reason=asked["reason"],
            actor=request.user,
            doc_no=asked["doc_no"],
            decided_on=asked["decided_on"],
            door=Door.API,
        )
        return row_response("proposals", made, request.user, status=201)


def _after(changes: dict[str, str]) -> dict[str, str]:
    """What is wanted, as exact texts.

    :raises ApiError: for a name that no proposal changes, a list that is not current, a value that is none of its column.
    """
    from_lists = {f"{LIST}{version.pk}" for version in current_versions()} if any(name.startswith(LIST) for name in changes) else set()
    wrong = [
        fault(
            f"/changes/{name}",
            "unknown",
            _("不能用变更申请修改“%(name)s”，可以的有：%(all)s") % {"name": name[:40], "all": ", ".join((*COLUMNS, CODE))},
        )
        for name in changes
        if name not in COLUMNS and name != CODE and name not in from_lists
    ]
    wrong += [
        fault(f"/changes/{name}", "invalid_choice", _("应为 on 或 off"))
        for name, value in changes.items()
        if name in from_lists and value not in (ON_LIST, OFF_LIST)
    ]
    if wrong:
        raise ApiError(400, "invalid", _("提交的内容有误"), wrong)
    plain = {name: value for name, value in changes.items() if name not in from_lists}
    return {**typed(plain, "/changes"), **{name: changes[name] for name in changes if name in from_lists}}


class SettleBody(Body):
    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=300, help_text="意见；不批准时必填")


class ApproveBody(SettleBody):
    doc_no = serializers.CharField(required=False, default="", allow_blank=True, max_length=60, help_text="依据文号；申请未写明时必填")


class ProposalSettle(ResourceView):
    resource_name = "proposals"
    actions: ClassVar[dict[str, Action]] = {"POST": Action.VIEW}
    body: ClassVar[type[Body]] = SettleBody
    settles: ClassVar[Action] = Action.APPROVE
    verb: ClassVar[Callable[..., Proposal]]

    @writes(
        gettext_lazy("审核或撤回变更申请"),
        "批准、不批准由提出者以外的人做，不批准须写意见；撤回由提出者做。",
        ApproveBody,
        {200: row_serializer("proposals")},
        KEY,
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        reached("proposals", pk, request.user, self.settles)
        asked = given(self.body, request)
        try:
            done = type(self).verb(proposal_id=pk, actor=request.user, **asked)
        except Refused as refused:
            raise at_note(refused) from None
        return row_response("proposals", done, request.user)


class ProposalApprove(ProposalSettle):
    body = ApproveBody
    verb = partial(approve, door=Door.API)


class ProposalRefuse(ProposalSettle):
    verb = refuse


class ProposalWithdraw(ProposalSettle):
    settles = Action.EDIT
    verb = withdraw


# --- Problems ----------------------------------------------------------------------------------------------------------------------


class ResolveBody(ReasonBody):
    resolution = serializers.CharField(max_length=2000, help_text="解决情况")
    resolved_on = serializers.DateField(required=False, help_text="办结日期，默认今天")


class ObstacleVerb(ResourceView):
    resource_name = "obstacles"
    actions: ClassVar[dict[str, Action]] = {"POST": Action.VIEW}

    def carry_out(self, request: Request, pk: int, columns: dict[str, Any], reason: str) -> Response:
        obj: Obstacle = reached("obstacles", pk, request.user, Action.EDIT, "project__unit")
        seen = seen_revision(request, is_needed=False)
        done = OBSTACLES.write(request, obj, {**columns, "reason": reason}, obj.revision if seen is None else seen)
        return answer("obstacles", done, request)


class ObstacleResolve(ObstacleVerb):
    @writes(gettext_lazy("问题：办结"), "写明解决情况；办结日期不写即今天。", ResolveBody, {200: written_row("obstacles")}, KEY, refused=(412,))
    @once
    def post(self, request: Request, pk: int) -> Response:
        asked = given(ResolveBody, request)
        day = asked.get("resolved_on") or timezone.localdate()
        return self.carry_out(request, pk, {"resolved_on": day.isoformat(), "resolution": asked["resolution"]}, asked["reason"])


class ObstacleReopen(ObstacleVerb):
    @writes(gettext_lazy("问题：重新打开"), "清除办结日期，须写原因。", ReasonBody, {200: written_row("obstacles")}, KEY, refused=(412,))
    @once
    def post(self, request: Request, pk: int) -> Response:
        return self.carry_out(request, pk, {"resolved_on": None}, given(ReasonBody, request)["reason"])


serve("proposals", many=ProposalList)
