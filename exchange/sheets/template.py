"""The template of a unit: its own projects for a month, or its list, laid out from the one table of columns. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from exchange.layout import BookLayout, CellContent, Check, ColumnLayout, Form, ListsLayout, Look, SecretLayout, TableLayout, WordsLayout
from exchange.raw import RawValue, SheetState
from exchange.sheets.column import Column, Kind, ReaderKind
from exchange.sheets.kinds import SHEETS
from exchange.sheets.stamp import STAMP_SHEET
from projects.period import Period

LISTS_SHEET = "_lists"
MARKS_SHEET = "_marks"  # what a marked copy remembers of the colours it covered; see `exchange.workbook.marking`
WORDS_SHEET = "填表说明"
WORDS_TITLE = "填表说明（系统生成，上传时不读取）"
FINDINGS_SHEET = "问题清单"
FINDINGS_TITLE = "问题清单（系统生成，上传时不读取）"
GREY = "参考·"  # headings that begin so are never read; see `exchange.sheets.patterns`
CLASSES = {"infrastructure": "基础设施", "emerging": "战新产业"}  # what a project's list of sectors is called in the template
STAGE_LIST, NATURE_LIST, SECTOR_LIST = "可选阶段", "可选性质", "行业_"

TEMPLATE_KINDS = (Kind.MONTHLY, Kind.INFRASTRUCTURE, Kind.EMERGING, Kind.BOND, Kind.CENTRAL)
FUND_KINDS = frozenset({Kind.BOND, Kind.CENTRAL})
# Columns of a kind of sheet that a template has not: they are stored elsewhere, or computed.
_LEFT_OUT: Mapping[Kind, frozenset[str]] = {
    Kind.MONTHLY: frozenset({"progress_percent"}),
    Kind.INFRASTRUCTURE: frozenset({"progress_text", "problems"}),
    Kind.EMERGING: frozenset({"progress_text", "problems"}),
    Kind.BOND: frozenset({"local_code", "sector", "capital_wan", "bond_need_wan", "other_financing_wan", "bond_prior_wan", "remarks"}),
    Kind.CENTRAL: frozenset(
        [
            *("planned_start", "planned_finish", "central_total_wan", "prov_match_wan", "city_match_wan", "self_raised_wan"),
            *("central_prior_wan", "remarks"),
        ]
    ),
}
# Who the project is, and what is decided elsewhere: locked.
_LOCKED: Mapping[Kind, frozenset[str]] = {
    Kind.MONTHLY: frozenset({"serial", "name", "code", "district", "owner", "total_wan", "cum_prior_wan", "plan_wan"}),
    Kind.INFRASTRUCTURE: frozenset({"serial", "name", "code", "district", "total_wan"}),
    Kind.EMERGING: frozenset({"serial", "name", "code", "district", "total_wan"}),
    Kind.BOND: frozenset(
        [
            *("serial", "batch", "name", "code", "district", "owner", "total_wan", "bond_this_wan", "term_years", "rate_percent", "issue_date"),
        ]
    ),
    Kind.CENTRAL: frozenset({"serial", "program", "name", "code", "district", "owner", "total_wan", "central_this_wan", "doc_no"}),
}
NOT_MARKED = frozenset({"serial", "district"})  # stored nowhere by these sheets
# Entry cells of a month, each with the last value in grey beside it.
MONTH_FIELDS = ("done_month_wan", "done_ytd_wan", "cum_total_wan", "progress_text", "problems")
# Entry cells by kind, each with the last value in grey beside it.
LAST_FIELDS: Mapping[Kind, tuple[str, ...]] = {
    Kind.MONTHLY: MONTH_FIELDS,
    Kind.BOND: ("bond_spent_wan",),
    Kind.CENTRAL: ("central_paid_wan", "central_spent_wan", "central_done_wan"),
}
ARRIVED = "arrived_wan"  # of a bond: what was transferred, in grey
_LAST, _CLASS, _RATE = "last", "class", "rate"  # grey columns that belong to no field
_FORMS = {ReaderKind.AMOUNT: Form.MONEY, ReaderKind.LAND: Form.NUMBER, ReaderKind.SERIAL: Form.NUMBER}
_LONG = frozenset({"name", "owner", "content", "address", "annual_goal", "progress_text", "problems", "remarks"})
_NAMES = {Kind.MONTHLY: "月度进展", Kind.BOND: "专项债券", Kind.CENTRAL: "中央预算内投资"}  # of the sheet, where it is not a list
_HINTS = {
    "done_month_wan": "只填数字，单位万元。没有完成的填0，没有数据的留空：空白不等于0。",
    "done_ytd_wan": "今年1月至本月的累计，不小于上月累计；确需核减的，在备注写明“核减”及原因。",
    "cum_total_wan": "从开工到本月的累计，单位万元。",
    "progress_text": "写到部位和数量，例如：主体结构封顶，幕墙完成60%。",
    "problems": "需要协调的事项：卡在哪个环节、涉及哪个部门、希望何时解决。没有的留空。",
    "bond_spent_wan": "到标题中截至的那一天，这笔债券累计支出了多少，单位万元。没有支出填0。",
    "central_paid_wan": "到标题中截至的那一天，累计到位多少，单位万元。",
    "central_spent_wan": "到标题中截至的那一天，累计支付了多少，不超过累计到位，单位万元。没有支付填0。",
    "central_done_wan": "到标题中截至的那一天，用中央预算内投资累计完成多少，单位万元。",
    "stage": "从下拉列表中选择。",
    "nature": "从下拉列表中选择。",
    "sector": "从下拉列表中选择，列表随项目类别变化。",
}


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """One project of a template: what each cell holds, and what stands in grey beside it."""

    contents: Mapping[str, CellContent]
    group: str  # infrastructure or emerging
    last_words: str = ""  # 2020-06 已审核: which report the grey values are from
    last: Mapping[str, CellContent] = field(default_factory=dict)
    note: Mapping[str, str] = field(default_factory=dict)  # field → what a reviewer said; "" is of the whole row


@dataclass(frozen=True, slots=True)
class TemplateFrame:
    """What a template is of."""

    kind: Kind
    unit_name: str
    period: Period | None
    exported_on: str
    choices: Mapping[str, Sequence[str]]  # name of a list → its words
    year: int = 0  # whose plan a list states, whose bonds and plans a fund sheet
    until: date | None = None  # of a fund sheet: the day up to which its figures stand
    note: str = ""  # what is to be known of the month before anything is filled in


def heading_of(column: Column) -> str:
    """The heading of our own sheets: with the unit."""
    return column.header + (f"（{column.unit}）" if column.unit else "")


def template_fields(kind: Kind) -> tuple[str, ...]:
    """The fields a template of this kind has, in sheet order."""
    return tuple(column.field for column in SHEETS[kind] if column.field not in _LEFT_OUT[kind])


def marked_fields(kind: Kind) -> tuple[str, ...]:
    """The fields whose values the stamp marks."""
    return tuple(name for name in template_fields(kind) if name not in NOT_MARKED)


def sheet_title(frame: TemplateFrame) -> str:
    """No place in it: rows may lie in other districts than the unit's own."""
    if frame.until is not None:
        words = "专项债券资金" if frame.kind is Kind.BOND else "中央预算内投资"
        return f"{frame.year}年{words}填报表（截至{day_words(frame.until)}）"
    if frame.period is not None:
        return f"{frame.period.zh}重大项目进展填报表"
    kind = "重大基础设施项目" if frame.kind is Kind.INFRASTRUCTURE else "战略性新兴产业项目"
    return f"{frame.year}年{kind}填报表"


def day_words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def template_book(frame: TemplateFrame, rows: Sequence[TemplateRow], stamp: Iterable[Sequence[str]]) -> BookLayout:
    """The whole workbook."""
    columns = _columns(frame)
    context = [f"填报单位：{frame.unit_name}", f"报告期：{frame.period.zh}" if frame.period else _NAMES.get(frame.kind, "项目清单"), "单位：万元"]
    table = TableLayout(
        name=_NAMES.get(frame.kind, "项目清单"),
        title=sheet_title(frame),
        context=[*context, f"导出日期：{frame.exported_on}"],
        columns=columns,
        rows=(_cells(number, row, columns) for number, row in enumerate(rows, start=1)),
        notes=_notes(rows, columns),
        spare_rows=0 if frame.kind in _NAMES else 20,
        fixed_columns=2,
    )
    lists = ListsLayout(LISTS_SHEET, frame.choices)
    footer = f"{frame.unit_name} {sheet_title(frame)} 导出于{frame.exported_on}"
    return BookLayout(table, WordsLayout(WORDS_SHEET, WORDS_TITLE, _lines(frame)), lists, SecretLayout(STAMP_SHEET, stamp), footer)


def _columns(frame: TemplateFrame) -> list[ColumnLayout]:
    made: list[ColumnLayout] = []
    for column in (one for one in SHEETS[frame.kind] if one.field in template_fields(frame.kind)):
        if column.field == "sector":
            made.append(ColumnLayout(f"{GREY}项目类别", Look.GREY, Form.TEXT, 10, _CLASS))
        entries = LAST_FIELDS.get(frame.kind, ())
        if column.field in entries:
            if column.field == entries[0]:
                made.append(ColumnLayout(f"{GREY}上次填报", Look.GREY, Form.TEXT, 14, _LAST))
                if frame.kind is Kind.BOND:
                    made.append(ColumnLayout(f"{GREY}已拨付（万元）", Look.GREY, Form.MONEY, 12, f"{GREY}{ARRIVED}"))
            form = Form.LONG if column.field in _LONG else Form.MONEY
            made.append(ColumnLayout(f"{GREY}上次{heading_of(column)}", Look.GREY, form, column.width, f"{GREY}{column.field}"))
        made.append(_column(column, frame))
        if frame.kind is Kind.MONTHLY and column.field == "done_ytd_wan":
            made.append(ColumnLayout(f"{GREY}占年度计划（%）", Look.GREY, Form.PERCENT, 10, _RATE))
    places = {column.field: _letter(index) for index, column in enumerate(made)}
    return [_completed(column, places, frame) for column in made]


def _column(column: Column, frame: TemplateFrame) -> ColumnLayout:
    locked = column.field in _LOCKED[frame.kind]
    form = Form.LONG if column.field in _LONG else _FORMS.get(column.reader, Form.TEXT)
    hint = "" if locked else _HINTS.get(column.field) or column.help
    return ColumnLayout(heading_of(column), Look.LOCKED if locked else Look.ENTRY, form, column.width, column.field, hint)


def _letter(index: int) -> str:
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _completed(column: ColumnLayout, places: Mapping[str, str], frame: TemplateFrame) -> ColumnLayout:
    """Add formulas and checks, which need to know where the other columns stand."""
    if column.field == _RATE:
        plan, done = places["plan_wan"], places["done_ytd_wan"]
        return replace(column, formula=f'=IF(AND(ISNUMBER({done}{{row}}),N({plan}{{row}})>0),ROUND({done}{{row}}/{plan}{{row}}*100,2),"")')
    if column.look is not Look.ENTRY:
        return column
    return replace(column, check=_check(column, places, frame))


def _check(column: ColumnLayout, places: Mapping[str, str], frame: TemplateFrame) -> Check | None:
    here = f"{places[column.field]}{{row}}"
    if column.field == "stage":
        return Check("list", f"={STAGE_LIST}", title="项目阶段", message="请从下拉列表中选择项目阶段。")
    if column.field == "nature":
        return Check("list", f"={NATURE_LIST}", title="建设性质", message="不在常用性质中，确定这样填写吗？", stops=False)
    if column.field == "sector":
        formula = f'=INDIRECT("{SECTOR_LIST}"&${places[_CLASS]}{{row}})'
        return Check("list", formula, title="行业领域", message="不在该类别的领域中，确定这样填写吗？", stops=False)
    if column.field == "done_ytd_wan" and frame.period is not None:
        last, before = f"{places[_LAST]}{{row}}", f"{places[f'{GREY}done_ytd_wan']}{{row}}"
        formula = f'=IF(LEFT({last},4)="{frame.period.month.year}",N({before}),0)'
        message = "应填数字，且不小于上次的本年累计。确需核减的点“是”，并在备注写明“核减”及原因。"
        return Check("decimal", formula, ">=", "本年累计", message, stops=False)
    if column.field == "done_month_wan":
        return Check("decimal", "0", ">=", "本月完成", "应填不小于0的数字（万元）。确需冲减的点“是”，并在备注写明“冲减”及原因。", stops=False)
    if column.form in (Form.MONEY, Form.NUMBER):
        return Check("decimal", "0", ">=", "应填数字", "请填不小于0的数字，不带单位；没有数据的留空。")
    if column.field in ("planned_start", "planned_finish", "actual_start", "actual_finish"):
        formula = f"=OR(ISNUMBER({here}),AND(LEN({here})>=4,LEN({here})<=12,ISNUMBER(VALUE(LEFT({here},4)))))"
        return Check("custom", formula, title="日期", message="请填如 2020-06 或 2020-06-30；只知道年份的填 2020。")
    return None


def _cells(number: int, row: TemplateRow, columns: Sequence[ColumnLayout]) -> list[CellContent]:
    return [_cell(number, row, column.field) for column in columns]


def _cell(number: int, row: TemplateRow, name: str) -> CellContent:
    if name == "serial":
        return number
    if name == _CLASS:
        return CLASSES.get(row.group, "")
    if name == _LAST:
        return row.last_words
    if name == _RATE:
        return _rate(row)
    return row.last.get(name.removeprefix(GREY)) if name.startswith(GREY) else row.contents.get(name)


def _rate(row: TemplateRow) -> CellContent:
    done, plan = row.contents.get("done_ytd_wan"), row.contents.get("plan_wan")
    if done is None or isinstance(done, str) or not plan or isinstance(plan, str):
        return None
    return (Decimal(done) / Decimal(plan) * 100).quantize(Decimal("0.01"))


def _notes(rows: Sequence[TemplateRow], columns: Sequence[ColumnLayout]) -> dict[tuple[int, int], str]:
    """What reviewers said: at the cell it is about, else at the project's name."""
    places = {column.field: index for index, column in enumerate(columns)}
    notes: dict[tuple[int, int], str] = {}
    for number, row in enumerate(rows):
        for name, text in row.note.items():
            place = (number, places.get(name, places["name"]))
            notes[place] = f"{notes[place]}\n{text}" if place in notes else text
    return notes


def _lines(frame: TemplateFrame) -> list[str]:
    """Ten lines; longer instructions are not read."""
    if frame.until is not None:
        return _fund_lines(frame, frame.until)
    month = frame.period.zh if frame.period else "项目清单"
    heed = f"【注意】{frame.note}" if frame.note else ""
    half = "半月填报：“本月完成”只填这半个月的数。" if frame.period and frame.period.half else ""
    return [
        f"1. {heed}本表由系统按{frame.unit_name}现有项目生成（{month}），填好后在“填报 → 上传与检查”上传，不必改名。",
        "2. 白色格填写；灰色格锁定，是项目的身份信息和已定的数，有误的请走变更申请，不在本表改。",
        "3. “参考·”开头的列是上次填报的数（“上次填报”写明是哪个月、什么状态，未审核的也算），只供对照，上传时不读取。",
        "4. 金额单位一律为万元，只填数字，不带单位和逗号。",
        f"5. 没有发生填0；没有数据留空。空白和0含义不同。{half}",
        "6. 日期填 2020-06 或 2020-06-30。",
        "7. 阶段、性质、领域从下拉列表选择；领域的列表随项目类别变化。",
        "8. 本年累计不小于上次累计；确需核减的，在备注写明“核减”及原因。",
        "9. 可以筛选；排序、删行先撤销工作表保护（无密码）；没有改动的格上传后不会变，别人同时改过的格会列出来由您选择。",
        "10. 单元格右上角有红三角的是审核人的意见，鼠标移上去可以看到。",
    ]


def _fund_lines(frame: TemplateFrame, until: date) -> list[str]:
    """The same ten lines of a fund sheet."""
    funds = "专项债券" if frame.kind is Kind.BOND else "中央预算内投资计划"
    transfer = "支出大于已拨付的，入库时一并记拨付。" if frame.kind is Kind.BOND else ""
    return [
        f"1. 本表由系统按{frame.unit_name}{frame.year}年的{funds}账户生成，一个账户一行，填好后在“填报 → 上传与检查”上传，不必改名。",
        f"2. 白色格填写，已填好账上到{day_words(until)}的数；灰色格锁定，是项目、{funds}和已分配的数，有误的请告诉市级经办人。",
        "3. “参考·”开头的列只供对照，上传时不读取；“参考·上次”是上一个月末账上的数。",
        "4. 金额单位一律为万元，只填数字，不带单位和逗号。",
        f"5. 填累计数，不填当月数，也不填增加了多少：系统把与账上的差额记为{day_words(until)}的流水。{transfer}",
        "6. 没有发生填0；不清楚的留空，留空的不动。空白和0含义不同。",
        "7. 比账上少的，须在提交时写明原因。",
        "8. 不加行、不加项目：新的分配由市级经办人记账，或用安排表上传。",
        "9. 没有改动的格上传后不会变；别人同时记过账的格会列出来由您选择。",
        "10. 资金由市级记账：区市上传检查后，把上传编号告诉市级经办人提交。",
    ]


def is_own(name: str | None, state: SheetState, first: Sequence[RawValue]) -> bool:
    """Tell a sheet that we put into the workbook beside the data: stamp, lists, instructions, the list of findings."""
    if name in (STAMP_SHEET, LISTS_SHEET, MARKS_SHEET):
        return state is not SheetState.VISIBLE
    return bool(first) and first[0] in (WORDS_TITLE, FINDINGS_TITLE)
