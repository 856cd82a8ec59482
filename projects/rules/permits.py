"""Rules on permits (前期手续). Pure. They keep silent where the door does not carry permits (`permits is None`)."""

from __future__ import annotations

import re

from projects.findings import Finding
from projects.records import Context, PermitRecord, ProjectRecord, has_started
from projects.rules.saying import Said, blocks, reason
from projects.stages import ACTIVE, Stage

# Kinds whose paper is a document with a 文号; certificates are numbered in ways of their own.
DOCUMENT_KINDS = frozenset({"proposal", "land_review", "feasibility", "eia", "energy", "design"})
KIND_NAMES = {
    "proposal": ("项目建议书批复", "Project proposal"),
    "land_review": ("用地预审与选址意见书", "Land pre-review"),
    "stability": ("社会稳定风险评估", "Stability assessment"),
    "feasibility": ("可研批复", "Feasibility approval"),
    "filing": ("核准/备案文件", "Verification or filing"),
    "eia": ("环评批复", "Environmental approval"),
    "energy": ("节能审查意见", "Energy review"),
    "design": ("初步设计及概算批复", "Preliminary design"),
    "land_planning": ("建设用地规划许可证", "Land-use planning permit"),
    "land": ("用地手续", "Land papers"),
    "works_planning": ("建设工程规划许可证", "Works planning permit"),
    "tender": ("招标手续", "Tender"),
    "construction": ("施工许可证", "Construction permit"),
}
_DOC_NO = re.compile(r"[\u4e00-\u9fa5（）()]{2,20}〔20\d{2}〕[1-9]\d{0,4}号")


def is_doc_no(text: str) -> bool:
    """Tell whether a 文号 reads 青发改投资〔2020〕12号: six-cornered brackets, no leading zero."""
    return _DOC_NO.fullmatch(text) is not None


def _has(permits: tuple[PermitRecord, ...], kind: str) -> bool:
    return any(permit.kind == kind and (permit.is_held or permit.state == "not_needed") for permit in permits)


def construction_permit(project: ProjectRecord, context: Context) -> Said:
    """Rule 32: under construction there is a construction permit or 开工备案; for government investment its lack blocks (政府投资条例)."""
    permits = project.permits
    if permits is None or project.stage is not Stage.BUILD or _has(permits, "construction"):
        return None
    return (blocks if project.is_government else reason)("permit_missing", "permits")


def permits_valid(project: ProjectRecord, context: Context) -> Said:
    """Rule 33: a permit has not expired before the start, nor by now where there is no start."""
    permits = project.permits
    if not permits:
        return None
    start = project.actual_start
    needed = start.first_day if start is not None else context.until
    if start is None and has_started(project, context.until) is not False:
        return None
    said: list[Finding] = []
    for permit in permits:
        if permit.expires_on is not None and permit.expires_on < needed:
            zh, en = KIND_NAMES.get(permit.kind, (permit.label or permit.kind, permit.label or permit.kind))
            said.append(reason("permit_expired", "permits", permit_zh=zh, permit_en=en, expired=str(permit.expires_on), needed=str(needed)))
    return tuple(said)


def document_numbers(project: ProjectRecord, context: Context) -> Said:
    """Rule 34: document numbers read X〔2020〕N号."""
    if not project.permits and not project.out_document:
        return None
    said: list[Finding] = []
    for permit in project.permits or ():
        if permit.doc_no and permit.kind in DOCUMENT_KINDS and not is_doc_no(permit.doc_no):
            said.append(reason("doc_no_format", "permits", doc_no=permit.doc_no))
    if project.out_document and not is_doc_no(project.out_document):
        said.append(reason("doc_no_format", "out_document", doc_no=project.out_document))
    return tuple(said)


def feasibility_approved(project: ProjectRecord, context: Context) -> Said:
    """Rule 35: government investment in the plan has its 可研批复."""
    permits = project.permits
    if permits is None or not project.is_government or project.stage not in ACTIVE or _has(permits, "feasibility"):
        return None
    return blocks("feasibility_missing", "permits")
