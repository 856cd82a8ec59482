"""Verbs of proposals: one person proposes what a stored project should hold, another settles it.

Approved, a proposal is carried out through the same services as any other change: the history of the project, its plan version and its
code carry the proposal's number, document and reason. Rows are locked in one order: the project, then the proposal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone, translation

from accounts import audit, scope
from accounts.roles import Action
from projects.findings import Finding, Severity, message
from projects.models import Door, Entry, ListVersion, Project, ProjectCode, Proposal, Source, changes_from
from projects.proposals import CODE, COLUMNS, LIST, OFF_LIST, ON_LIST, Change, Moved, as_text, covers, moved, pack, unpack, wanted
from projects.services.checks import check_code, check_project
from projects.services.keeping import change_project
from projects.services.proposal_words import field_word, value_word
from projects.values import ProjectCode as CodeValue
from projects.values import normalise_code
from projects.workflow import Refused

OPEN = Proposal.State.OPEN


# --- What is stored ----------------------------------------------------------------------------------------------------------------


def current_versions() -> list[ListVersion]:
    """The newest version of each list: what a project can be put on or taken off."""
    kept: dict[int, ListVersion] = {}
    for version in ListVersion.objects.select_related("list").order_by("-list__year", "list__key", "-number"):
        kept.setdefault(version.list_id, version)
    return list(kept.values())


def values_of(project: Project, versions: Iterable[int] = ()) -> dict[str, str]:
    """What the project holds in the fields that proposals change, and its membership of these list versions."""
    values = {name: as_text(getattr(project, name)) for name in COLUMNS}
    code = ProjectCode.objects.filter(project=project, role=ProjectCode.Role.PRIMARY).first()
    values[CODE] = code.code if code is not None else ""
    asked = list(versions)
    if asked:
        on = set(Entry.objects.filter(project=project, version__in=asked).values_list("version_id", flat=True))
        values |= {f"{LIST}{key}": ON_LIST if key in on else OFF_LIST for key in asked}
    return values


def _now(project: Project, changes: Sequence[Change]) -> dict[str, str]:
    return values_of(project, [change.list_version for change in changes if change.list_version is not None])


def stale(proposal: Proposal) -> tuple[Moved, ...]:
    """What of an open proposal no longer starts from what is stored."""
    changes = unpack(proposal.changes)
    return moved(changes, _now(proposal.project, changes)) if proposal.state == OPEN else ()


def findings_of(project: Project, changes: Sequence[Change], *, reason: str) -> list[Finding]:
    """What the rules say of the project as it would be, and did not say before. The instance is left as it was."""
    before = {_key(finding) for finding in check_project(project, reason=reason, by_city=True)}
    kept = {change.field: getattr(project, change.field) for change in changes if change.field in COLUMNS}
    code = next((change.after for change in changes if change.field == CODE), None)
    _put(project, changes)
    try:
        said = check_project(project, reason=reason, code=code, by_city=True)
        if code is not None:
            said = [finding for finding in said if finding.field != "code"] + check_code(ProjectCode(project=project, code=code))
    finally:
        for name, value in kept.items():
            setattr(project, name, value)
    return [finding for finding in said if _key(finding) not in before]


def _key(finding: Finding) -> tuple[str, str | None, str]:
    return finding.code, finding.field, repr(sorted(finding.params.items()))


def _put(project: Project, changes: Iterable[Change]) -> list[str]:
    """Set the proposed columns on the instance; answers which."""
    put = []
    for change in changes:
        if change.field in COLUMNS:
            setattr(project, change.field, _typed(change.field, change.after))
            put.append(change.field)
    return put


def _typed(name: str, text: str) -> Any:
    if name == "total_wan":
        return Decimal(text) if text else None
    return text == "1" if name == "is_approx" else text


# --- Proposing ---------------------------------------------------------------------------------------------------------------------


@transaction.atomic
def propose(
    *, project_id: int, after: Mapping[str, str], reason: str, actor: Any, doc_no: str = "", decided_on: date | None = None, door: str = Door.ADMIN
) -> Proposal:
    """Ask for a stored project to hold other values. Refused where nothing differs, a rule forbids it, or the same is asked already."""
    project = Project.objects.select_for_update().get(pk=project_id)
    if actor is not None and not scope.reaches(actor, Action.EDIT, project.unit_id):
        raise Refused("role", "您的岗位不能对这个项目提出变更。", "Your post may not propose changes of this project.")
    if not reason.strip():
        raise Refused("reason", "须写明变更原因。", "Say why it is to be changed.")
    given = {**after, **({CODE: normalise_code(after[CODE])} if CODE in after else {})}
    versions = [int(name.removeprefix(LIST)) for name in given if name.startswith(LIST)]
    changes = wanted(values_of(project, versions), given)
    if not changes:
        raise Refused("nothing", "没有与现值不同的内容，不需要提出变更。", "Nothing differs from what is stored.")
    _refuse_emptied(changes)
    _refuse_twin(project, changes)
    _refuse_broken(project, changes, reason)
    made = Proposal.objects.create(
        project=project, changes=pack(changes), doc_no=doc_no.strip(), decided_on=decided_on, reason=reason.strip(), door=door, by=actor
    )
    audit.record("proposal.make", actor=actor, obj=made, project=project.name, fields=[change.field for change in changes])
    return made


def _refuse_emptied(changes: Iterable[Change]) -> None:
    if any(change.field in (CODE, "kind") and not change.after for change in changes):
        raise Refused("empty", "类别和项目代码不能改为空。", "The kind and the code cannot be emptied.")


def _refuse_twin(project: Project, changes: Sequence[Change]) -> None:
    twin = next((row for row in project.proposals.filter(state=OPEN) if covers(unpack(row.changes), changes)), None)
    if twin is not None:
        raise Refused("twin", f"同样的变更已由{twin.by}提出（申请 #{twin.pk}），正待审核。", f"{twin.by} has proposed the same already (#{twin.pk}).")


def _refuse_broken(project: Project, changes: Sequence[Change], reason: str) -> None:
    broken = [finding for finding in findings_of(project, changes, reason=reason) if finding.severity is Severity.BLOCKS]
    if broken:
        raise Refused("rules", "；".join(message(one, "zh") for one in broken), "; ".join(message(one, "en") for one in broken))


# --- Settling ----------------------------------------------------------------------------------------------------------------------


def _held(proposal_id: int) -> Proposal:
    """The proposal under lock, its project under lock before it; refused where it is settled already."""
    found = Proposal.objects.filter(pk=proposal_id).values_list("project_id", flat=True).first()
    if found is None:
        raise Refused("gone", "没有这条变更申请。", "There is no such proposal.")
    project = Project.objects.select_for_update().get(pk=found)
    proposal = Proposal.objects.select_for_update().get(pk=proposal_id)
    proposal.project = project
    if proposal.state != OPEN:
        word = proposal.get_state_display()
        raise Refused("state", f"申请 #{proposal.pk} 现为“{word}”，不能再处理。", f"Proposal #{proposal.pk} is {proposal.state} already.")
    return proposal


def _may_settle(proposal: Proposal, actor: Any) -> None:
    if not scope.reaches(actor, Action.APPROVE, proposal.project.unit_id):
        raise Refused("role", "只有市级审核人和市级管理员可以审核变更申请。", "Only a city reviewer or a city administrator may settle a proposal.")
    if proposal.by_id == actor.pk:
        raise Refused("own", "是您自己提出的，须由另一人审核。", "You proposed it yourself; somebody else must settle it.")


@transaction.atomic
def approve(*, proposal_id: int, actor: Any, doc_no: str = "", note: str = "", door: str = Door.ADMIN) -> Proposal:
    """Carry a proposal out. Refused where what is stored has changed since, with both values; then nothing is written."""
    proposal = _held(proposal_id)
    _may_settle(proposal, actor)
    proposal.doc_no = proposal.doc_no or doc_no.strip()[:60]
    if not proposal.doc_no:
        raise Refused("document", "批准须写明依据文号。", "To approve it, name the document it stands on.")
    changes = unpack(proposal.changes)
    _refuse_moved(moved(changes, _now(proposal.project, changes)))
    _refuse_broken(proposal.project, changes, proposal.reason)
    _settle(proposal, Proposal.State.APPROVED, actor, note)
    with changes_from(Source(door, actor.pk, None, _source_words(proposal))):
        _carry_out(proposal, changes)
    return proposal


def _source_words(proposal: Proposal) -> str:
    """What history says of where the change came from."""
    who = f"，{proposal.by}提出" if proposal.by else ""
    return f"变更申请 #{proposal.pk}（{proposal.doc_no}{who}）：{proposal.reason}"


def _refuse_moved(found: Sequence[Moved]) -> None:
    if not found:
        return
    with translation.override("zh-hans"):
        zh = "；".join(_moved_words(one, "{label}：提出时为{before}，现为{now}，拟改为{after}") for one in found)
    with translation.override("en"):
        en = "; ".join(_moved_words(one, "{label}: {before} when proposed, {now} now, {after} proposed") for one in found)
    raise Refused(
        "stale", f"提出之后现值已变，未写入任何内容。{zh}。请不予批准，由提出人按现值重新提出。", f"It moved since; nothing was written. {en}."
    )


def _moved_words(one: Moved, form: str) -> str:
    name = one.change.field
    before, now, after = (value_word(name, value) for value in (one.change.before, one.now, one.change.after))
    return form.format(label=field_word(name), before=before, now=now, after=after)


def _carry_out(proposal: Proposal, changes: Sequence[Change]) -> None:
    project = proposal.project
    names = _put(project, changes)
    if names:
        change_project(project, names, reason=_source_words(proposal)[:300], doc_no=proposal.doc_no, decided_on=proposal.decided_on)
    for change in changes:
        if change.field == CODE:
            _replace_code(project, change.after)
        elif change.list_version is not None:
            _set_membership(project, change.list_version, change.after)


def _replace_code(project: Project, text: str) -> None:
    """The new code becomes primary; the one before is kept and points to it."""
    old = ProjectCode.objects.filter(project=project, role=ProjectCode.Role.PRIMARY).first()
    if old is not None:
        old.role = ProjectCode.Role.SUPERSEDED
        old.save(update_fields=["role"])
    new = ProjectCode.objects.filter(project=project, code=text).first() or ProjectCode(project=project, code=text)
    parsed = CodeValue.parse(text)
    new.form = parsed.form.value if parsed is not None else ProjectCode.Form.OLD
    new.role, new.superseded_by = ProjectCode.Role.PRIMARY, None
    new.save()
    if old is not None:
        old.superseded_by = new
        old.save(update_fields=["superseded_by"])


def _set_membership(project: Project, version_id: int, wish: str) -> None:
    if wish == ON_LIST:
        Entry.objects.create(project=project, version_id=version_id, sector=project.sector, total_wan=project.total_wan)
    else:
        for entry in Entry.objects.filter(project=project, version=version_id):
            entry.delete()


@transaction.atomic
def refuse(*, proposal_id: int, actor: Any, note: str) -> Proposal:
    """Turn a proposal down, with a word on why."""
    proposal = _held(proposal_id)
    _may_settle(proposal, actor)
    if not note.strip():
        raise Refused("reason", "不批准须写明原因。", "To turn it down, say why.")
    return _settle(proposal, Proposal.State.REFUSED, actor, note)


@transaction.atomic
def withdraw(*, proposal_id: int, actor: Any, note: str = "") -> Proposal:
    """Take an open proposal back: by whoever proposed it."""
    proposal = _held(proposal_id)
    if actor is not None and proposal.by_id != actor.pk:
        raise Refused("role", "只有提出人可以撤回。", "Only whoever proposed it may take it back.")
    return _settle(proposal, Proposal.State.WITHDRAWN, actor, note)


def _settle(proposal: Proposal, state: Proposal.State, actor: Any, note: str) -> Proposal:
    proposal.state, proposal.settled_by, proposal.settled_at, proposal.note = state, actor, timezone.now(), note.strip()[:300]
    proposal.save(update_fields=["state", "settled_by", "settled_at", "note", "doc_no"])
    audit.record(f"proposal.{state.value}", actor=actor, obj=proposal, project=proposal.project.name, note=note)
    return proposal
