"""From headings to planned columns: doubles settled, open senses decided, units and readers chosen. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from exchange.cells import CellReading, FieldReader, ReadContext, date_reader, plain_number
from exchange.parse.context import SheetContext, money_unit
from exchange.parse.header import HeaderBlock, Rows
from exchange.parse.model import PlannedColumn, column_letter
from exchange.parse.profile import (
    cells_of,
    cumulative_sense,
    is_mostly_places,
    looks_like_yi,
    looks_planned,
    name_column,
)
from exchange.raw import RawValue
from exchange.reference import Reference, folded
from exchange.sheets import Kind, Meaning, ReaderKind, column_of, moves
from projects.findings import Finding, Severity
from projects.values import MoneyUnit, Month, PartialDate


@dataclass(slots=True)
class ColumnPlan:
    """The columns of a table and what has to be said about its headings."""

    columns: list[PlannedColumn]
    findings: list[tuple[Finding, PlannedColumn | None]] = field(default_factory=list)

    def by_field(self) -> dict[str, PlannedColumn]:
        return {column.field: column for column in reversed(self.columns) if column.field and column.month is None}

    def say(self, code: str, severity: Severity, column: PlannedColumn | None, **params: object) -> None:
        self.findings.append((Finding(code, severity, column.field if column else None, params), column))


def plan_columns(block: HeaderBlock, sample: Rows, context: SheetContext, month: Month | None, reference: Reference) -> ColumnPlan:
    """Decide for every column which field it holds."""
    plan = ColumnPlan([_first_guess(index, block) for index in range(len(block.paths))])
    _leave_table_beside(plan)
    _find_name(plan, block, sample)
    _settle_years(plan, context.year)
    _settle_months(plan, month, context.year)
    _settle_doubles(plan, block, sample, reference)
    _settle_types(plan, sample, reference)
    _settle_cumulative(plan, sample)
    _settle_open_dates(plan, sample, context, month, reference)
    return plan


def _first_guess(index: int, block: HeaderBlock) -> PlannedColumn:
    meaning = block.meanings[index]
    heading = "/".join(folded(text) for text in block.paths[index])
    kind = column_of(meaning.field).reader if meaning.field else None
    return PlannedColumn(index, column_letter(index), heading, meaning, meaning.field, kind, None)


def _set(column: PlannedColumn, name: str | None) -> None:
    column.field = name
    column.reader_kind = column_of(name).reader if name else None


def _leave_table_beside(plan: ColumnPlan) -> None:
    """Another list at the right of the first, with the same headings: it is not read, and that is said."""
    names = [column for column in plan.columns if column.field == "name"]
    if len(names) < 2:
        return
    headings = {column.heading for column in plan.columns[: names[1].index] if column.heading}
    beside = [column for column in plan.columns[names[1].index - 1 :] if column.index > names[0].index]
    same = [column for column in beside if column.heading in headings and column.field not in {None, "serial"}]
    if not (names[1] in same and any(column.is_money for column in same)):
        return
    plan.say("table_beside", Severity.BLOCKS, names[1], first=names[1].letter, last=beside[-1].letter, heading=names[1].heading)
    for column in beside:
        _set(column, None)
        column.meaning = replace(column.meaning, field=None, ignored=True)


def _find_name(plan: ColumnPlan, block: HeaderBlock, sample: Rows) -> None:
    if "name" in block.fields:
        return
    bare = [column.index for column in plan.columns if column.field is None and not column.meaning.ignored]
    width = max((len(row) for row in sample), default=0)
    for index in range(len(plan.columns), min(width, len(plan.columns) + 3)):
        plan.columns.append(PlannedColumn(index, column_letter(index), "", Meaning(None, plan.columns[0].meaning.heading), None, None, None))
        bare.append(index)
    found = name_column(sample, bare)
    if found is not None:
        _set(plan.columns[found], "name")
        plan.say("name_heading_missing", Severity.INFO, plan.columns[found])


def _settle_years(plan: ColumnPlan, year: int | None) -> None:
    """Of plans and sums for several years the report year's own counts; where none is, the plan that comes first, the sum of the last."""
    _settle_december(plan, year)
    for name, fallback in (("plan_wan", min), ("done_ytd_wan", max), ("done_month_wan", max)):
        columns = [column for column in plan.columns if column.field == name]
        years = {column.meaning.year for column in columns}
        if len(years) < 2 and (len(columns) < 2 or year in years):
            continue
        own = year if year in years or None in years else fallback((one for one in years if one), default=None)
        for column in columns:
            if column.meaning.year not in {own, None}:
                _set(column, None)


def _settle_december(plan: ColumnPlan, year: int | None) -> None:
    """截至2019年12月底累计 in a report of 2020 is what was done before the year."""
    for column in plan.columns:
        before = column.field == "done_ytd_wan" and column.meaning.ambiguous and column.meaning.month == 12 and year is not None
        if before and column.meaning.year == (year or 0) - 1 and "cum_prior_wan" not in plan.by_field():
            _set(column, "cum_prior_wan")


def _settle_months(plan: ColumnPlan, month: Month | None, year: int | None) -> None:
    """In a wide layout each month has its columns: the report's own month fills the fields, the others are kept by month."""
    monthly = [column for column in plan.columns if column.field in {"done_month_wan", "progress_text"} and column.meaning.month]
    months = {column.meaning.month for column in monthly}
    if len(months) < 2:
        return
    own = month.month if month is not None and month.month in months else max(number for number in months if number)
    for column in monthly:
        if column.meaning.month != own and column.meaning.month:
            column.month = Month(year or (month.year if month else 2000), column.meaning.month)


def _settle_doubles(plan: ColumnPlan, block: HeaderBlock, sample: Rows, reference: Reference) -> None:
    first: dict[str, PlannedColumn] = {}
    for column in plan.columns:
        if column.field is None or column.month is not None:
            continue
        if column.field == "responsible_unit" and "district" not in block.fields and is_mostly_places(sample, column.index, reference):
            _set(column, "district")
        if column.field is None or column.field not in first:
            first[column.field or ""] = column
            continue
        _settle_double(plan, first, first[column.field], column, block)


def _settle_types(plan: ColumnPlan, sample: Rows, reference: Reference) -> None:
    """项目类型 may hold 新建 and 续建, or 在建 and 前期: its words tell."""
    fields = plan.by_field()
    goal = fields.get("annual_goal")
    if goal is not None and "plan_wan" not in fields and _are_figures(cells_of(sample, goal.index)):
        _set(goal, "plan_wan")
    column = fields.get("sector")
    if column is None:
        return
    texts = [folded(cell) for cell in cells_of(sample, column.index) if type(cell) is str]
    for name, words in (("nature", reference.natures), ("stage", reference.stages)):
        if texts and name not in fields and sum(text in words for text in texts) * 5 >= len(texts) * 4:
            _set(column, name)
            return


def _are_figures(cells: Sequence[RawValue]) -> bool:
    """年度任务 may be a sum of money or a text: its cells tell."""
    return len(cells) >= 2 and sum(plain_number(cell) is not None for cell in cells) * 5 >= len(cells) * 4


def _settle_double(plan: ColumnPlan, first: dict[str, PlannedColumn], earlier: PlannedColumn, later: PlannedColumn, block: HeaderBlock) -> None:
    name = later.field or ""
    spans = block.spans
    same_heading = later.index < len(spans) and earlier.index < len(spans) and spans[later.index] == spans[earlier.index]
    if same_heading and block.paths[later.index] == block.paths[earlier.index]:
        earlier.spill = (*earlier.spill, later.index)
        _set(later, None)
        later.meaning = replace(later.meaning, ignored=True)
    elif name == "serial":
        other = later if later.heading.endswith(("编号", "号码")) else earlier
        _set(other, "local_code" if "local_code" not in first else None)
    elif name == "bond_spent_wan" and "bond_arrived_wan" not in first and moves(earlier.heading)[0] != moves(later.heading)[0]:
        # What was transferred beside what was spent: each is read.
        transferred = earlier if moves(earlier.heading)[0] else later
        _set(transferred, "bond_arrived_wan")
        first |= {"bond_arrived_wan": transferred, name: later if transferred is earlier else earlier}
    elif earlier.meaning.ambiguous and not later.meaning.ambiguous:
        _set(earlier, "cum_total_wan" if "cum_total_wan" not in block.fields else None)
        first[name] = later
    elif later.meaning.ambiguous and not earlier.meaning.ambiguous:
        _set(later, "cum_total_wan" if "cum_total_wan" not in block.fields else None)
    else:
        plan.say("column_double", Severity.INFO, later, heading=later.heading, first=earlier.letter)
        _set(later, None)
        later.is_double = True


def _settle_cumulative(plan: ColumnPlan, sample: Rows) -> None:
    """累计完成投资 is of the year or since the start: never guessed silently."""
    fields = plan.by_field()
    column = fields.get("done_ytd_wan")
    if column is None or not column.meaning.ambiguous:
        return
    if "cum_total_wan" in fields:
        return
    indexes = {name: fields[name].index if name in fields else None for name in ("cum_prior_wan", "plan_wan", "done_month_wan")}
    sense = cumulative_sense(
        sample, column.index, prior=indexes["cum_prior_wan"], ytd=None, plan=indexes["plan_wan"], month=indexes["done_month_wan"]
    )
    if sense is None:
        column.asked = "ambiguous"
        plan.say("column_ambiguous", Severity.INFO, column, heading=column.heading, letter=column.letter)
    else:
        _set(column, sense)
        plan.say("column_decided", Severity.INFO, column, heading=column.heading, sense=sense)


def _settle_open_dates(plan: ColumnPlan, sample: Rows, context: SheetContext, month: Month | None, reference: Reference) -> None:
    read_context = ReadContext(reference, year=context.year)
    for column in plan.columns:
        if not column.meaning.open_date or column.field not in {"planned_start", "planned_finish"}:
            continue
        reader = date_reader(column.field, read_context)
        dates = [value for row in sample if column.index < len(row) and isinstance(value := _value(reader, row[column.index]), PartialDate)]
        months = [Month(date.year, date.month or 12) for date in dates]
        actual = column.field.replace("planned", "actual")
        if not looks_planned(months, month) and actual not in plan.by_field():
            _set(column, actual)


def _value(reader: FieldReader, raw: object) -> object:
    result = reader(raw, False)  # type: ignore[arg-type]
    return result.value if isinstance(result, CellReading) else result


def kind_of(fields: set[str], title: str, lean: str | None, ambiguous: bool) -> Kind:
    """Tell the kind of a table from its fields, and from its title where they leave it open."""
    central = {name for name in fields if name.startswith("central_")} | (fields & {"program", "doc_no", "prov_match_wan", "city_match_wan"})
    bond = {name for name in fields if name.startswith("bond_")} | (fields & {"term_years", "rate_percent"})
    if len(central) >= 2 or (lean == "central" and central):
        return Kind.CENTRAL
    if bond and (lean == "bond" or len(bond) >= 2):
        return Kind.BOND
    if "done_month_wan" in fields or ("done_ytd_wan" in fields and not ambiguous) or ("done_ytd_wan" in fields and "plan_wan" in fields):
        return Kind.MONTHLY
    words = folded(title)
    emerging_words = any(word in words for word in ("战新", "战略性新兴", "新兴产业", "产业项目", "未来产业"))
    told = "基础设施" in words  # the title goes before columns that both kinds may have
    if emerging_words or (not told and fields & {"expected_output_wan", "expected_tax_wan"}):
        return Kind.EMERGING
    return Kind.INFRASTRUCTURE


def choose_units(plan: ColumnPlan, context: SheetContext, sample: Rows) -> MoneyUnit | None:
    """Give every money column its unit: heading, then unit line or title, then what all other headings say. None if there is none."""
    money = [column for column in plan.columns if column.reader_kind is ReaderKind.AMOUNT]
    for column in money:
        column.unit = money_unit(column.meaning.unit) or context.unit
    told = [column.unit for column in money if column.unit is not None]
    main = next((column.unit for column in money if column.field == "total_wan" and column.unit), told[0] if told else None)
    if main is None and money:
        total = next((column for column in money if column.field == "total_wan"), money[0])
        total.unit = MoneyUnit.YI if looks_like_yi(sample, total.index) else MoneyUnit.WAN
        plan.say("unit_missing", Severity.BLOCKS, None, assumed=total.unit.value)
        for column in money:
            column.unit = total.unit
        return None
    for column in money:
        if column.unit is None and main is not None:
            column.unit = main
            if len(set(told)) > 1:
                plan.say("unit_missing", Severity.BLOCKS, column, heading=column.heading, assumed=main.value)
            else:
                plan.say("unit_assumed", Severity.INFO, column, heading=column.heading, assumed=main.value)
    return main


def unheaded(columns: Sequence[PlannedColumn], sample: Rows) -> list[int]:
    """Columns right of the headings that hold something though nothing stands over them."""
    width = max((len(row) for row in sample), default=0)
    return [
        index
        for index in range(len(columns), min(width, len(columns) + 20))
        if sum(index < len(row) and row[index] is not None and bool(str(row[index]).strip()) for row in sample) >= 2
    ]
