"""The table of monitored indicators in a month, as it was known: value, change, target, nation and province, source, and who entered it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import ReportingUnit
from accounts.roles import Action
from accounts.scope import for_user
from projects.history import rows_at
from projects.indicators import Definition, Reading, Standing, newest, standing
from projects.models import Indicator, IndicatorTarget, IndicatorValue
from projects.moment import until_end_of
from projects.services.indicators import definition_of, reading_of
from projects.values import Month
from reports.indicator_words import named, sentence, span_words
from reports.selection import Question
from reports.tables import Column, Kind, Level, Row, Table, Value
from reports.words import moment_text, month_text
from reports.words import newest as newest_of


@dataclass(frozen=True, slots=True)
class Watched:
    """An indicator of one place: its definition, its stored rows in order of time, and where it stands (None: no figure yet this year)."""

    indicator: Any
    definition: Definition
    unit: ReportingUnit | None
    rows: Sequence[Any]
    target_row: Any
    standing: Standing | None

    @property
    def row(self) -> Any:
        """The stored row that the standing is of."""
        if self.standing is None:
            return None
        month = self.standing.reading.month
        return next(row for row in self.rows if (row.year, row.month) == (month.year, month.month))

    @property
    def readings(self) -> list[Reading]:
        return [reading_of(row) for row in self.rows]

    @property
    def place(self) -> str:
        return self.unit.short_name if self.unit is not None else _("全市")

    @property
    def sentence(self) -> str:
        if self.standing is None:
            return ""
        return sentence(self.indicator, self.definition, self.standing, self.place, approx=self.row.is_approx)


def watched(user: Any, month: Month, known: date | None = None, action: Action = Action.VIEW) -> list[Watched]:
    """Every watched indicator, the city's figure before those of units. Four queries. Rows are read from their history, which says who wrote."""
    state = until_end_of(known) if known is not None else timezone.now()
    indicators = list(rows_at(Indicator, state).filter(is_watched=True).order_by("sort_order", "id"))
    values = _by_place(_rows(IndicatorValue, user, state, action).order_by("year", "month"))
    targets = {(row.indicator_id, row.unit_id): row for row in _rows(IndicatorTarget, user, state, action).filter(year=month.year)}
    units = {unit.pk: unit for unit in ReportingUnit.objects.order_by("sort_order", "id")}
    found = []
    for indicator in indicators:
        own = [unit for unit in units.values() if (indicator.id, unit.pk) in values or (indicator.id, unit.pk) in targets]
        for unit in (None, *own):
            key = (indicator.id, unit.pk if unit is not None else None)
            found.append(_watched(indicator, unit, values.get(key, []), targets.get(key), month))
    return found


def _rows(model: Any, user: Any, state: datetime, action: Action) -> QuerySet[Any]:
    return for_user(rows_at(model, state), user, action).select_related("history_user")


def _by_place(rows: Any) -> dict[tuple[int, int | None], list[Any]]:
    found: dict[tuple[int, int | None], list[Any]] = {}
    for row in rows:
        found.setdefault((row.indicator_id, row.unit_id), []).append(row)
    return found


def _watched(indicator: Any, unit: ReportingUnit | None, rows: Sequence[Any], target: Any, month: Month) -> Watched:
    definition = definition_of(indicator)
    reading, before = newest((reading_of(row) for row in rows), month)
    found = None if reading is None else standing(definition, reading, before, None if target is None else target.value)
    until = [row for row in rows if Month(row.year, row.month).index <= month.index]
    return Watched(indicator, definition, unit, until, target, found)


# --- The table ---------------------------------------------------------------------------------------------------------------------


def _columns(found: Sequence[Watched]) -> list[Column]:
    target = _("年度目标")
    runs = any(one.standing is not None and one.standing.rate is not None for one in found)
    return [
        Column("label", _("指标"), width=26),
        Column("span", _("时期"), width=14),
        Column("value", _("数值"), Kind.PLAIN),
        Column("measure", _("单位"), width=8),
        Column("change", _("较上期"), Kind.SIGNED, _("增减")),
        Column("gap", _("增减的单位"), group=_("增减"), width=9),
        Column("target", _("目标"), Kind.PLAIN, target),
        Column("distance", _("距目标"), Kind.SIGNED, target),
        *([Column("rate", _("完成率（%）"), Kind.PERCENT, target), Column("ahead", _("比时序（百分点）"), Kind.POINTS, target)] if runs else []),
        Column("nation", _("数值"), Kind.PLAIN, _("全国")),
        Column("above_nation", _("高出（百分点）"), Kind.SIGNED, _("全国"), width=12),
        Column("province", _("数值"), Kind.PLAIN, _("全省")),
        Column("above_province", _("高出（百分点）"), Kind.SIGNED, _("全省"), width=12),
        Column("source", _("来源"), width=30),
        Column("entered", _("录入"), width=18),
    ]


def indicator_table(found: Sequence[Watched], month: Month, known: date | None = None) -> Table:
    """The figures as a table; what each says in words is `sentence_table`."""
    with_units = {one.indicator.id for one in found if one.unit is not None}
    changed_at = newest_of(row.history_date for one in found for row in (*one.rows, one.target_row) if row is not None)
    return Table(
        name="indicators",
        title=_("经济运行重要指标监测表（%(month)s）") % {"month": month_text(month)},
        unit_line=_("单位：见“单位”列"),
        columns=_columns(found),
        rows=[_row(one, Level.PART if one.unit is None and one.indicator.id in with_units else Level.ROW) for one in found],
        moment=moment_text(changed_at, Question(month, known=known)),
        notes=_notes(found),
    )


def _row(one: Watched, level: Level) -> Row:
    label = named(one.indicator) if one.unit is None else _("%(name)s · %(unit)s") % {"name": named(one.indicator), "unit": one.place}
    keys = {"indicator": one.indicator.key, **({"unit": one.unit.key} if one.unit is not None else {})}
    told: dict[str, Value] = {"measure": one.definition.measure, "source": one.indicator.bureau, "entered": ""}
    told["target"] = None if one.target_row is None else _plain(one.target_row.value)
    if one.standing is None:
        return Row(label, {"label": label, **told}, level, keys=keys)
    stands, row = one.standing, one.row
    told |= {
        "span": span_words(stands.reading.month, cumulative=one.definition.is_cumulative),
        "value": _plain(stands.reading.value),
        "change": _plain(stands.change),
        "gap": one.definition.gap_measure if stands.change is not None or stands.distance is not None else "",
        "distance": _plain(stands.distance),
        "rate": stands.rate,
        "ahead": stands.ahead,
        "nation": _plain(stands.reading.nation),
        "above_nation": _plain(stands.above_nation),
        "province": _plain(stands.reading.province),
        "above_province": _plain(stands.above_province),
        "source": source_words(row),
        "entered": entered_words(row),
    }
    approx = frozenset({"value"} if row.is_approx else ())
    return Row(label, {"label": label, **told}, level, approx, {**keys, "row": str(row.id), "url": row.url})


def _plain(value: Decimal | None) -> Decimal | None:
    """Without the idle zeros of the column it is stored in."""
    if value is None:
        return None
    short = value.normalize()
    return short.quantize(Decimal(1)) if short == short.to_integral_value() else short


def source_words(row: Any) -> str:
    """The document that says so, with its number."""
    marks = _("（虚构）") if row.is_synthetic else ""
    return f"{row.source}{marks} {row.doc_no}".strip()


def entered_words(row: Any) -> str:
    """Who wrote the figure, and when."""
    day = timezone.localtime(row.history_date).date().isoformat()
    who = row.history_user.get_full_name() or row.history_user.username if row.history_user is not None else ""
    return f"{who} {day}".strip()


def _notes(found: Sequence[Watched]) -> list[str]:
    said = [
        _("增速、占比之间相减得百分点，不是百分之几；总量相减仍用原单位。"),
        _("较上期：与同一年度上一次公布的数相比，累计数与上一累计数相比。"),
        _("只有从年初累计的总量与时序进度相比；增速、占比只与目标本身相比。"),
    ]
    remarks = [(one, one.row.note) for one in found if one.row is not None and one.row.note]
    said += [
        _("%(name)s（%(place)s）：%(note)s") % {"name": named(one.indicator), "place": one.place, "note": note.rstrip("。")} + _("。")
        for one, note in remarks
    ]
    if any(one.row is not None and one.row.is_synthetic for one in found):
        said.append(_("注明“虚构”的是示例数据。"))
    return said


def sentence_table(found: Sequence[Watched], table: Table) -> Table:
    """What each figure says, in one sentence, for a bulletin."""
    columns = [Column("label", _("指标"), width=30), Column("said", _("表述"), width=90)]
    rows = [Row(row.label, {"label": row.label, "said": one.sentence}) for one, row in zip(found, table.rows, strict=True) if one.sentence]
    return Table("sentences", _("逐项表述"), "", columns, rows, moment=table.moment)


def course_table(one: Watched) -> Table:
    """Every figure of one indicator and place, the newest first."""
    rows = []
    for row in reversed(one.rows):
        reading, before = newest(one.readings, Month(row.year, row.month))
        if reading is None:
            continue
        stands = standing(one.definition, reading, before)
        values: dict[str, Value] = {
            "label": span_words(reading.month, cumulative=one.definition.is_cumulative),
            "value": _plain(reading.value),
            "change": _plain(stands.change),
            "nation": _plain(reading.nation),
            "above_nation": _plain(stands.above_nation),
            "province": _plain(reading.province),
            "above_province": _plain(stands.above_province),
            "source": source_words(row),
            "entered": entered_words(row),
        }
        approx = frozenset({"value"} if row.is_approx else ())
        rows.append(Row(str(values["label"]), values, approx=approx, keys={"row": str(row.id), "url": row.url}))
    columns = [
        Column("label", _("时期"), width=16),
        Column("value", _("数值（%(unit)s）") % {"unit": one.definition.measure}, Kind.PLAIN),
        Column("change", _("较上期（%(unit)s）") % {"unit": one.definition.gap_measure}, Kind.SIGNED),
        Column("nation", _("全国"), Kind.PLAIN),
        Column("above_nation", _("高于全国（百分点）"), Kind.SIGNED),
        Column("province", _("全省"), Kind.PLAIN),
        Column("above_province", _("高于全省（百分点）"), Kind.SIGNED),
        Column("source", _("来源")),
        Column("entered", _("录入")),
    ]
    title = _("%(name)s（%(place)s）") % {"name": named(one.indicator), "place": one.place}
    return Table("course", title, _("单位：%(unit)s") % {"unit": one.definition.measure}, columns, rows)
