"""Lights as tables: every project with its light, the red list, counts by unit and by sector, and what another rule would turn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from funding.clock_words import light_words
from funding.clocks import Light as Colour
from projects.measures import difference, rate, schedule, share
from projects.models import LightNote
from projects.period import FIRST_HALF
from reports.light_facts import NoteRow
from reports.light_rows import LightCounts, LightRow, Lights, light_counts
from reports.lights import GRAVITY, Item, Light
from reports.selection import NONE
from reports.tables import Column, Kind, Level, Row, Table, Value
from reports.words import month_text, period_text

_ON = (Colour.RED, Colour.YELLOW, Colour.GREEN, Colour.GREY)


def is_english() -> bool:
    return (get_language() or "zh").startswith("en")


def sentence(light: Light) -> str:
    """Why the light has its colour, with its numbers and the rule that made it."""
    return light.en if is_english() else light.zh


def why(light: Light) -> str:
    """The same without the rule, which a table says once for all its rows."""
    return light.why_en if is_english() else light.why_zh


def item_words(item: Item) -> str:
    return item.en if is_english() else item.zh


def note_words(note: NoteRow | None) -> str:
    """What was said, by whom and when."""
    if note is None:
        return ""
    said = _("%(reason)s（%(by)s，%(day)s）") % {"reason": note.reason, "by": note.by or _("系统"), "day": f"{note.at:%Y-%m-%d}"}
    if note.kind == LightNote.Kind.OVERRIDE:
        return _("改为%(light)s：%(said)s") % {"light": light_words(Colour(note.colour)), "said": said}
    return said


# --- Tables ------------------------------------------------------------------------------------------------------------------------


def _title(found: Lights, what: str) -> str:
    return _("%(city)s%(month)s%(what)s") % {"city": settings.CITY_NAME, "month": period_text(found.question.period), "what": what}


def notes_of(found: Lights) -> tuple[str, ...]:
    """Which rule made the lights, and what the colours do not say."""
    return (
        _("亮灯规则：%(name)s；总灯取开工、进度、支付、纳统各灯中最差的一个。") % {"name": found.profile.title},
        _("灰灯不是绿灯：停缓建、没有报数、没有年度计划的项目不亮灯。人工改灯和单位说明与系统算出的灯并列，不代替它。"),
    )


def _table(found: Lights, name: str, what: str, columns: Sequence[Column], rows: Sequence[Row], unit_line: str) -> Table:
    known = found.question.known
    moment = _("按%(day)s掌握") % {"day": known.isoformat()} if known else _("按现在掌握")
    return Table(name, _title(found, what), unit_line, columns, rows, moment=moment, notes=notes_of(found))


def _columns(*, red: bool, with_unit: bool = True) -> list[Column]:
    columns = [Column("label", _("项目"), width=34), Column("light", _("灯"), width=7), Column("why", _("为什么"), width=46)]
    if red:
        columns.append(Column("since", _("红灯自"), width=11))
    if with_unit:
        columns.append(Column("unit", _("填报单位"), width=12))
    columns += [Column("sector", _("领域"), width=19), Column("plan", _("年度计划"), Kind.WAN), Column("ytd", _("本年累计完成"), Kind.WAN)]
    columns += [Column("rate", _("完成率（%）"), Kind.PERCENT, width=12), Column("schedule", _("时序（%）"), Kind.PERCENT, width=11)]
    columns += [Column("difference", _("差额（百分点）"), Kind.POINTS, width=15)]
    return [*columns, Column("override", _("人工改灯"), width=22), Column("explanation", _("单位说明"), width=26)]


def _row(row: LightRow, found: Lights) -> Row:
    done = rate(row.ytd_wan, row.plan_wan)
    due = schedule(found.question.month.month, half=found.question.half == FIRST_HALF)
    values: dict[str, Value] = {
        "label": row.name,
        "light": light_words(row.colour),
        "unit": row.unit,
        "sector": row.sector or _("未分领域"),
        "plan": row.plan_wan,
        "ytd": row.ytd_wan,
        "rate": done,
        "schedule": due,
        "difference": difference(done, due),
        "since": month_text(row.since) if row.since else "",
        "why": why(row.light),
        "override": note_words(row.override),
        "explanation": note_words(row.explanation),
    }
    return Row(row.name, values, keys={"project": str(row.pk), "tone": row.colour.value})


def project_table(found: Lights, rows: Sequence[LightRow], *, with_unit: bool = True) -> Table:
    """Every project with its light."""
    made = [_row(row, found) for row in rows]
    return _table(found, "lights", _("项目亮灯表"), _columns(red=False, with_unit=with_unit), made, _("单位：万元"))


def red_table(found: Lights, rows: Sequence[LightRow] | None = None) -> Table:
    """红灯清单: the longest red first, each with why and since when."""
    made = [_row(row, found) for row in (found.red if rows is None else rows)]
    return _table(found, "red_list", _("红灯项目清单"), _columns(red=True), made, _("单位：万元"))


def count_table(found: Lights, by: str) -> Table:
    """How many of each colour, by unit or by sector, the whole first; and which part made the red ones red."""
    counts = light_counts(found)
    told, names = (counts.by_unit, {row.unit_key: row.unit for row in found.rows}) if by == "unit" else (counts.by_sector, _sectors(found))
    whole = _("合计")
    rows = [_count_row(whole, counts.whole, Level.TOTAL, {})]
    rows += [_count_row(names[key] or _("未分领域"), told[key], Level.ROW, {by: key}) for key in names]
    columns = [Column("label", _("填报单位") if by == "unit" else _("领域"), width=18), Column("n_all", _("项目数"), Kind.COUNT)]
    columns += [Column(colour.value, light_words(colour), Kind.COUNT) for colour in _ON]
    columns.append(Column("red_share", _("红灯占比（%）"), Kind.PERCENT))
    made = _table(found, f"lights_by_{by}", _("亮灯情况（按单位）") if by == "unit" else _("亮灯情况（按领域）"), columns, rows, _("单位：个"))
    return Table(made.name, made.title, made.unit_line, made.columns, made.rows, moment=made.moment, notes=(*made.notes, *_red_items(counts)))


def _sectors(found: Lights) -> dict[str, str]:
    """Sectors in print order; what has none stands last."""
    names = {row.sector_key: row.sector for row in found.rows if row.sector_key != NONE}
    return {**names, **({NONE: ""} if any(row.sector_key == NONE for row in found.rows) else {})}


def _count_row(label: str, told: Mapping[Colour, int], level: Level, keys: dict[str, str]) -> Row:
    every = sum(told.values())
    values: dict[str, Value] = {"label": label, "n_all": every, "red_share": share(told[Colour.RED], every)}
    return Row(label, {**values, **{colour.value: told[colour] for colour in _ON}}, level, keys=keys)


def _red_items(counts: LightCounts) -> Iterable[str]:
    if counts.red_items:
        told = "，".join(f"{item_words(item)}{n}" for item, n in sorted(counts.red_items.items(), key=lambda pair: -pair[1]))
        yield _("红灯的原因（一个项目可有几项）：%(told)s。") % {"told": told}


# --- What turns --------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Turned:
    """A project whose light another rule would change."""

    before: LightRow
    after: LightRow

    @property
    def is_graver(self) -> bool:
        return GRAVITY[self.after.colour] < GRAVITY[self.before.colour]


def turned(before: Lights, after: Lights) -> list[Turned]:
    """What turns, what becomes graver first."""
    pairs = [Turned(old, new) for old, new in zip(before.rows, after.rows, strict=True) if old.colour is not new.colour]
    return sorted(pairs, key=lambda pair: (GRAVITY[pair.after.colour], GRAVITY[pair.before.colour]))


def turned_table(before: Lights, pairs: Sequence[Turned]) -> Table:
    columns = [
        Column("label", _("项目"), width=34),
        Column("unit", _("填报单位"), width=12),
        Column("former", _("现行规则"), width=10),
        Column("light", _("试算规则"), width=10),
        Column("why", _("按试算规则"), width=46),
    ]
    rows = [
        Row(
            pair.before.name,
            {
                "label": pair.before.name,
                "unit": pair.before.unit,
                "former": light_words(pair.before.colour),
                "light": light_words(pair.after.colour),
                "why": why(pair.after.light),
            },
            keys={"project": str(pair.before.pk), "tone": pair.after.colour.value},
        )
        for pair in pairs
    ]
    return Table("turned", _title(before, _("换规则后变灯的项目")), "", columns, rows)


def moves_table(before: Lights, after: Lights) -> Table:
    """Old colour by new colour: how many projects."""
    columns = [Column("label", _("现行 ＼ 试算"), width=12), *(Column(colour.value, light_words(colour), Kind.COUNT) for colour in _ON)]
    columns.append(Column("n_all", _("现行合计"), Kind.COUNT))
    counted: dict[tuple[Colour, Colour], int] = {}
    for was, would in zip(before.rows, after.rows, strict=True):
        counted[was.colour, would.colour] = counted.get((was.colour, would.colour), 0) + 1
    rows = []
    for old in _ON:
        told: dict[str, Value] = {new.value: counted.get((old, new), 0) for new in _ON}
        rows.append(Row(light_words(old), {"label": light_words(old), **told, "n_all": sum(counted.get((old, new), 0) for new in _ON)}))
    sums: dict[str, Value] = {one.value: sum(counted.get((each, one), 0) for each in _ON) for one in _ON}
    rows.append(Row(_("试算合计"), {"label": _("试算合计"), **sums, "n_all": len(before.rows)}, Level.PART))
    return Table("moves", _title(before, _("灯的变化")), _("单位：个"), columns, rows)
