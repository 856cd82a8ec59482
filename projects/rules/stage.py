"""Rules that depend on the stage: what it asks for, and whether a project may go there. Pure. Both read tables of `stages`."""

from __future__ import annotations

from projects.findings import Finding, Severity
from projects.records import Context, ProjectRecord
from projects.rules.saying import Said, blocks, info, reason
from projects.stages import Requirement, Stage

# The word for a missing field where the usual one is too general.
_CODE_OF_FIELD = {
    "name": "required_missing",
    "total_wan": "required_missing",
    "code": "code_missing",
    "stopped_on": "suspension_unexplained",
    "stop_reason": "suspension_unexplained",
    "actual_finish": "finish_missing",
}

# What the form demands of a new project and a list may have no column for.
_NEEDED_WHEN_NEW = {"sector": ("行业领域", "Sector"), "stage": ("项目阶段", "Stage")}


def required_for_stage(project: ProjectRecord, context: Context) -> Said:
    """Rules 1, 8, 37 (its date), 39, 67 and the least data of each stage. A project of unknown stage is asked what a reserve project is."""
    stage = project.stage or Stage.RESERVE
    said: list[Finding] = []
    for row in context.stage_table.asked(stage, project.kind):
        value = getattr(project, row.field, None)
        if (value is None or value == "") and context.asks(row.field):
            said.append(_missing(row, stage, _severity(project, row)))
    return tuple(said)


def _severity(project: ProjectRecord, row: Requirement) -> Severity:
    """What a field's lack means: who moves into a stage that asks for it must have it; one that is new there says why it has not.

    A project already known to stand there was asked when it came.
    """
    if not row.entering:
        return row.severity
    if project.previous_stage is not None and project.previous_stage not in row.stages:
        return Severity.BLOCKS
    return Severity.REASON if project.identity is None and project.stage in row.stages else row.severity


def _missing(row: Requirement, stage: Stage, severity: Severity) -> Finding:
    code = "sei_missing" if row.field == "sector" and row.kind == "emerging" else _CODE_OF_FIELD.get(row.field, "stage_field_missing")
    words = {"field_zh": row.zh, "field_en": row.en, "stage_zh": stage.zh, "stage_en": stage.en}
    return Finding(code, severity, row.field, {**words, "zero_zh": "", "zero_en": ""})  # zero is no name and no total


def sheet_asks_enough(project: ProjectRecord, context: Context) -> Said:
    """A list may lack the column for the sector or the stage; of projects already known that changes nothing, a new one comes in without."""
    if project.identity is not None or context.asked is None or context.month is not None:
        return None
    held = {"sector": project.sector, "stage": project.stage}
    lacking = [words for field, words in _NEEDED_WHEN_NEW.items() if held[field] is None and not context.asks(field)]
    if not lacking:
        return None
    return info("column_lacking", None, lacking_zh="、".join(f"“{zh}”" for zh, _ in lacking), lacking_en=" and ".join(f"“{en}”" for _, en in lacking))


def stage_move(project: ProjectRecord, context: Context) -> Said:
    """Rule 38: the stage changes along an allowed move, with a reason and by the city where the table says so.

    A door without a field for the reason (a sheet) cannot be blamed for its lack: there the reason is asked for with the finding.
    """
    before, after = project.previous_stage, project.stage
    if before is None or after is None or before is after:
        return None
    move = context.moves.get((before, after))
    names = {"from_zh": before.zh, "from_en": before.en, "to_zh": after.zh, "to_en": after.en}
    if move is None:
        return blocks("stage_move", "stage", **names)
    if move.city_only and not context.by_city:
        return blocks("stage_move_city_only", "stage", **names)
    if move.needs_reason and not project.stage_reason:
        return (blocks if context.asks("stage_reason") else reason)("stage_move_reason", "stage_reason", **names)
    return None
