"""Makes hand-made-looking lists at random, with the truth about each: rows, values and planted faults.

Every choice a clerk makes (where the unit stands, how headings are broken, where totals go, how a date is written) is drawn from a
seeded generator, so that a failing seed is a failing layout.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from exchange.raw import CellError, Merge, RawBook, RawSheet, RawValue, Uncached

DISTRICTS = ["市南区", "市北区", "李沧区", "崂山区", "黄岛区", "城阳区", "即墨区", "胶州市", "平度市", "莱西市"]
SECTORS = ["轨道交通", "城市道路", "水利", "能源", "市政公用", "教育", "医疗卫生", "物流仓储"]
EMERGING = ["新一代信息技术", "高端装备", "新材料", "生物医药", "新能源汽车", "节能环保"]
PLACES = [
    "大港",
    "辽宁路",
    "楼山",
    "中韩",
    "王台",
    "流亭",
    "温泉",
    "胶莱",
    "南村",
    "姜山",
    "沙子口",
    "海泊河",
    "九水",
    "古镇口",
    "河套",
    "蓝村",
    "铺集",
    "凤台",
    "院上",
    "北宅",
]
WORKS = [
    "片区路网改造",
    "供水管网更新",
    "污水处理厂扩建",
    "实验学校",
    "妇幼保健院",
    "冷链物流园",
    "海堤加固",
    "体育公园",
    "跨河大桥",
    "充电网络",
    "热源厂扩建",
    "文体中心",
]
FIRMS = ["澜泊", "砚山", "浦沅", "沧禾", "黛岳", "邺海", "崧泽", "玖澜", "沣岳", "楹海", "昱泊", "珞海"]
HAN = "一二三四五六七八九十"

# Headings by field; {y} is the year, {m} the month, {p} the year before.
HEADINGS = {
    "serial": ["序号", "序 号", "编号", "序"],
    "name": ["项目名称", "项 目 名 称", "工程名称", "项目（工程）名称", "项目\n名称", "重点项目名称", "建设项目名称", "项目名称（全称）"],
    "code": ["项目代码", "投资项目统一代码", "在线平台\n项目代码", "项目统一编码", "国家项目代码"],
    "district": ["区市", "所属区市", "所在区（市）", "区市、功能区", "县（市、区）", "属地"],
    "sector": ["行业类别", "所属行业", "行业领域", "类别", "项目类别"],
    "owner": ["建设单位", "项目单位", "项目业主", "业主单位", "项目法人", "投资主体", "项目（法人）单位"],
    "uscc": ["统一社会信用代码", "统一社会\n信用代码", "信用代码"],
    "address": ["建设地点", "建设地址", "项目地点"],
    "content": ["建设内容及规模", "建设规模及主要内容", "主要建设内容", "建设内容\n及规模"],
    "nature": ["建设性质", "项目性质"],
    "stage": ["项目阶段", "建设阶段", "项目状态"],
    "period": ["建设起止年限", "起止年限", "建设周期", "建设起止时间", "建设工期"],
    "start": ["开工时间", "计划开工时间", "拟开工时间", "开工日期", "开工\n时间"],
    "finish": ["竣工时间", "计划竣工时间", "拟建成时间", "竣工日期", "完工时间"],
    "total_investment": ["总投资", "计划总投资", "项目总投资", "总投资额", "估算总投资", "投资总额", "总  投  资"],
    "cum_last_year": ["截至{p}年底累计完成投资", "至{p}年底完成投资", "以前年度完成投资", "{p}年底前累计完成投资", "截止上年底累计完成投资"],
    "annual_plan": ["{y}年计划投资", "年度计划投资", "当年计划投资", "{y}年度投资计划", "本年度计划完成投资", "{y}年\n计划投资"],
    "month_done": ["本月完成投资", "{m}月份完成投资", "当月完成投资", "{m}月完成投资", "本月完成"],
    "ytd_done": ["1-{m}月累计完成投资", "1-{m}月完成投资", "年初至今累计完成投资", "本年累计完成投资", "1—{m}月份累计完成投资", "1-  月累计完成投资"],
    "cum_total": ["自开工累计完成投资", "开工以来累计完成投资", "自开工至今累计完成投资"],
    "annual_goal": ["{y}年工作目标", "年度目标", "{y}年主要建设内容"],
    "image_progress": ["形象进度", "工程进度", "目前进展情况"],
    "problems": ["存在问题", "存在的主要问题", "需协调解决的问题"],
    "responsible_unit": ["责任单位", "牵头单位", "责任部门"],
    "contact": ["联系人", "项目联系人"],
    "remarks": ["备注", "备  注"],
    "expected_output": ["达产后年产值", "预计年产值", "年产值"],
    "expected_tax": ["年税收", "达产后年税收"],
    "local_code": ["储备库编号", "项目库编号", "入库编号"],
    "capital": ["项目资本金", "资本金"],
    "bond_need": ["专项债券需求", "专项债券资金需求", "申请专项债券额度"],
    "other_financing": ["其他融资", "市场化融资", "其他资金"],
    "bond_prior": ["以前批次已安排", "前期已安排额度", "已安排额度"],
    "bond_this": ["本次安排额度", "本批安排额度", "本次拟安排额度"],
    "bond_spent": ["已支出", "支出金额"],
    "term_years": ["债券期限（年）", "期限（年）"],
    "rate": ["发行利率（%）", "利率（%）"],
    "program": ["专项名称", "投资专项"],
    "doc_no": ["下达文号", "计划下达文号"],
    "central_total": ["中央预算内投资", "其中：中央预算内投资"],
    "prov_match": ["省级配套", "省级资金"],
    "city_match": ["市级配套", "市级资金"],
    "self_raised": ["自筹及其他", "企业自筹"],
    "central_prior": ["以前年度已下达", "以前年度累计下达"],
    "central_this": ["{y}年本次下达", "本次下达", "{y}年下达"],
    "central_paid": ["资金到位", "到位资金"],
    "central_done": ["完成投资", "累计完成投资"],
}
MONEY = ["total_investment", "cum_last_year", "annual_plan", "month_done", "ytd_done", "cum_total", "expected_output", "expected_tax"]
MONEY += ["capital", "bond_need", "other_financing", "bond_prior", "bond_this", "bond_spent", "central_total", "prov_match", "city_match"]
MONEY += ["self_raised", "central_prior", "central_this", "central_paid", "central_done"]
TEXT = {
    "content": "新建主体工程及配套设施。",
    "annual_goal": "完成主体工程",
    "image_progress": "主体施工",
    "problems": "征地拆迁进度慢",
    "contact": "王工",
}
TEXT |= {"responsible_unit": "区发展和改革局", "remarks": "省重点", "nature": "新建", "stage": "在建"}


@dataclass
class Messy:
    """A made list and the truth about it."""

    book: RawBook
    kind: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    faults: list[dict[str, Any]] = field(default_factory=list)
    letters: dict[str, str] = field(default_factory=dict)


class Maker:
    """Draws one list."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.kind = self.rng.choice(
            ["infrastructure_list", "emerging_list", "monthly_progress", "monthly_progress", "bond_allocation", "central_budget"]
        )
        self.year, self.month = 2020, self.rng.randint(2, 12)
        self.yi = self.rng.random() < 0.35
        self.district = self.rng.choice(DISTRICTS)
        self.city_wide = self.rng.random() < 0.3 or self.kind in {"bond_allocation", "central_budget"}
        self.sheet: str | None = self.rng.choice(["Sheet1", "项目表", "月报 ", "附表1"])
        self.grid: list[list[RawValue]] = []
        self.merges: list[Merge] = []
        self.truth = Messy(RawBook("", "", []), self.kind)
        self.csv = self.rng.random() < 0.2
        self.names: set[str] = set()

    def pick(self, choices: list[Any]) -> Any:
        return self.rng.choice(choices)

    # --- layout ---

    def fields(self) -> list[str]:
        rng = self.rng
        chosen = ["serial", "name"]
        chosen += [one for one in ("code", "owner") if rng.random() < 0.75]
        if self.city_wide:
            chosen.insert(rng.choice([1, len(chosen)]), "district")
        self.sections = rng.choice(["none", "han", "brackets", "serial", "plain", "serial_sums", "nested"])
        if self.sections == "none" or rng.random() < 0.2:
            chosen.append("sector")
        chosen += [one for one in ("address", "content", "nature", "stage") if rng.random() < 0.4]
        chosen += ["period"] if rng.random() < 0.4 else ["start", "finish"]
        chosen.append("total_investment")
        if self.kind == "bond_allocation":
            chosen += ["capital", "bond_need", "other_financing"] + (["bond_prior"] if rng.random() < 0.4 else []) + ["bond_this"]
            return [*chosen, *(["bond_spent"] if rng.random() < 0.5 else []), "term_years", "rate"]
        if self.kind == "central_budget":
            chosen += ["central_total", "prov_match", "city_match", "self_raised", "central_prior", "central_this", "central_paid"]
            chosen += ["central_done", "doc_no"] if rng.random() < 0.6 else ["doc_no"]
            if self.sections == "none":
                chosen.insert(rng.choice([0, 1]), "program")
            return chosen
        if rng.random() < 0.5:
            chosen.append("cum_last_year")
        chosen.append("annual_plan")
        if self.kind == "monthly_progress":
            chosen += ["month_done", "ytd_done"] + (["cum_total"] if rng.random() < 0.4 else [])
        if self.kind == "emerging_list":
            chosen += ["uscc", "expected_output"] + (["expected_tax"] if rng.random() < 0.4 else [])
        chosen += [one for one in ("annual_goal", "image_progress", "problems", "responsible_unit", "contact", "remarks") if rng.random() < 0.4]
        if not {"code", "owner", "content", "address"} & set(chosen):
            chosen.insert(2, "owner")
        return chosen

    def make(self) -> Messy:
        self.columns = self.fields()
        self.unit_place = self.pick(["line", "title", "heading", "parent"])
        self.top()
        self.header()
        self.body()
        self.bottom()
        name = f"{'' if self.city_wide else self.district}{self.year}年重点项目.{'csv' if self.csv else 'xlsx'}"
        if self.csv:
            self.grid = [[None if cell is None else cell.text if isinstance(cell, CellError) else str(cell) for cell in row] for row in self.grid]
        sheet = RawSheet(None if self.csv else self.sheet, self.grid, merges=[] if self.csv else self.merges)
        self.truth.book = RawBook(name, "csv" if self.csv else "xlsx", [sheet])
        return self.truth

    def add(self, *cells: RawValue) -> int:
        self.grid.append(list(cells) + [None] * (len(self.columns) - len(cells)))
        return len(self.grid)

    def top(self) -> None:
        unit = "亿元" if self.yi else "万元"
        what: Any = {
            "infrastructure_list": "重大基础设施项目",
            "emerging_list": "战略性新兴产业项目",
            "monthly_progress": f"{self.month}月份重点项目进展情况",
        }
        what |= {"bond_allocation": "第三批专项债券项目安排", "central_budget": "中央预算内投资计划执行情况"}
        what = what[self.kind]
        title = f"{'青岛市' if self.city_wide else self.district}{self.year}年{what}表"
        if self.unit_place == "title":
            title += self.pick([f"（单位：{unit}）", f"  单位：{unit}", f"（{unit}）"])
        if self.rng.random() < 0.3:
            self.add("附件1")
        self.add(title)
        self.merges.append(Merge(len(self.grid), 1, len(self.grid), len(self.columns)))
        if self.unit_place == "line":
            line = self.pick([f"单位：{unit}", f"计量单位：{unit}", f"金额单位:{unit}", f"单位：{unit}、亩"])
            if self.rng.random() < 0.5:
                self.add(line)
            else:
                row = [None] * (len(self.columns) - 1)
                self.add(*row, line)
                self.grid[-1][0] = f"填报单位：{self.district}发展和改革局" if not self.city_wide else "填报单位：市发展改革委"

    def heading(self, name: str) -> str:
        text = str(self.pick(HEADINGS[name])).format(y=self.year, m=self.month, p=self.year - 1)
        if name in MONEY and self.unit_place == "heading":
            bracket = self.pick(["（", "\n（", "("])
            text += f"{bracket}{'亿元' if self.yi else '万元'}）"
        return text

    def header(self) -> None:
        labels = [self.heading(name) for name in self.columns]
        money = [index for index, name in enumerate(self.columns) if name in MONEY]
        first, last = money[0], money[-1]
        adjacent = money == list(range(first, last + 1)) and len(money) > 1
        grouped = (self.unit_place == "parent" or self.rng.random() < 0.4) and adjacent
        if grouped:
            unit = "亿元" if self.yi else "万元"
            parent = self.pick(["投资情况", "投资完成情况", "投资"]) + (f"（{unit}）" if self.unit_place == "parent" else "")
            top = [None if index in money else label for index, label in enumerate(labels)]
            top[first] = parent
            number = self.add(*top)
            self.add(*[label if index in money else None for index, label in enumerate(labels)])
            self.merges.append(Merge(number, first + 1, number, last + 1))
            self.merges += [Merge(number, index + 1, number + 1, index + 1) for index in range(len(labels)) if index not in money]
        else:
            if self.unit_place == "parent":
                labels = [f"{label}（{'亿元' if self.yi else '万元'}）" if index in money else label for index, label in enumerate(labels)]
            self.add(*labels)
        self.labels = [row[:] for row in self.grid[-2:]] if grouped else [self.grid[-1][:]]
        if self.rng.random() < 0.15:
            self.add(*["甲" if index == 0 else "乙" if index == 1 else index - 1 for index in range(len(self.columns))])

    # --- rows ---

    def body(self) -> None:
        rng = self.rng
        self.total_at = rng.choice(["top", "bottom", "none"])
        self.subtotals = self.sections != "none" and rng.random() < 0.5 and self.sections != "serial_sums"
        self.restart = rng.random() < 0.5
        self.date_style = rng.choice(["2020年6月", "2020.06", "2020-06", "2020/6", "202006", "二〇二〇年六月"])
        self.number_style = rng.choice(["int", "float", "commas", "text"])
        head = self.add() if self.total_at == "top" else None
        groups = 1 if self.sections == "none" else rng.randint(2, 4)
        sectors = rng.sample(EMERGING if self.kind == "emerging_list" else SECTORS, groups)
        serial, done = 0, []
        for index, sector in enumerate(sectors):
            count = rng.randint(3, 6)
            if self.sections == "nested" and index % 2 == 0:
                self.add(f"{HAN[index // 2]}、{self.pick(['社会', '民生', '基础'])}领域{index}")
            at = self.section(index, sector, count)
            rows = []
            for _ in range(count):
                serial = 1 if self.restart and not rows and self.sections != "none" else serial + 1
                rows.append(self.project(serial, sector))
            if rng.random() < 0.3:
                self.late_faults(rows)
            self.close_section(at, index, sector, rows)
            done += rows
        if head is not None:
            self.grid[head - 1] = self.sum_row("合计" + self.pick(["", f"（{len(done)}个）"]), done)
        if self.total_at == "bottom":
            self.grid.append(self.sum_row(self.pick(["合计", "合  计", "总计"]), done))

    def section(self, index: int, sector: str, count: int) -> int | None:
        if self.sections == "none":
            return None
        han, stated = HAN[index], self.pick(["", f"（{count}个）"])
        if self.sections == "han":
            return self.add(f"{han}、{sector}{stated}")
        if self.sections in {"brackets", "nested"}:
            return self.add(f"（{han}）{sector}项目{stated}")
        if self.sections in {"serial", "serial_sums"}:
            return self.add(han, f"{sector}{stated}")
        return self.add(f"{sector}{stated}")

    def close_section(self, at: int | None, index: int, sector: str, rows: list[dict[str, Any]]) -> None:
        if self.sections == "serial_sums" and at is not None:
            label = self.grid[at - 1][1]
            self.grid[at - 1] = self.sum_row(str(label), rows)
            self.grid[at - 1][0] = HAN[index]
        if self.subtotals:
            self.grid.append(self.sum_row("小计", rows))
        if self.rng.random() < 0.15:
            self.add()
        elif self.rng.random() < 0.1:
            self.grid += [row[:] for row in self.labels]

    def sum_row(self, label: str, rows: list[dict[str, Any]]) -> list[RawValue]:
        row: list[RawValue] = [None] * len(self.columns)
        row[self.columns.index("name")] = label
        for index, name in enumerate(self.columns):
            if name in MONEY:
                total = sum(one["fields"][name] or 0 for one in rows)
                row[index] = round(total / 10_000, 4) if self.yi else total
        return row

    def project(self, serial: int, sector: str) -> dict[str, Any]:
        rng = self.rng
        values = self.values(sector)
        row = [self.shown(name, values.get(name), serial) for name in self.columns]
        self.grid.append(row)
        fields = {name: values.get(name) for name in self.columns if name not in {"serial", "period"}}
        if "period" in self.columns:
            fields |= {"start": values["start"], "finish": values["finish"]}
        fields["district"] = values["district"]
        if "sector" in self.columns or self.sections != "none":
            fields["sector"] = sector
        truth = {"row": len(self.grid), "fields": fields}
        self.truth.rows.append(truth)
        if rng.random() < 0.12:
            self.fault(truth, row)
        return truth

    def values(self, sector: str) -> dict[str, Any]:
        rng = self.rng
        name = f"{rng.choice(PLACES)}{rng.choice(WORKS)}"
        while name in self.names:
            name = f"{rng.choice(PLACES)}至{rng.choice(PLACES)}{rng.choice(WORKS)}"
        self.names.add(name)
        step = 100 if self.yi else 10
        total = rng.randint(4000 // step, 90_000 // step) * step
        prior = rng.randint(0, total // 3 // step) * step
        plan = rng.randint(max(1, total // 20 // step), (total - prior) // 2 // step) * step
        ytd = rng.randint(1, plan // step) * step
        start = (2020 - rng.randint(0, 2), rng.randint(1, 9))
        values: dict[str, Any] = {"name": name, "sector": sector, "total_investment": total, "cum_last_year": prior, "annual_plan": plan}
        prior_known = prior if "cum_last_year" in self.columns else rng.choice([0, prior])
        values |= {"ytd_done": ytd, "month_done": rng.randint(0, ytd // step) * step, "cum_total": prior_known + ytd}
        values |= {"expected_output": rng.randint(1, 99) * 1000, "expected_tax": rng.randint(1, 99) * 100}
        values |= {"start": f"{start[0]}-{start[1]:02d}", "finish": f"{start[0] + rng.randint(1, 3)}-{rng.randint(1, 12):02d}"}
        values["code"] = (
            f"{rng.randint(2017, 2020)}-3702{rng.randint(10, 15)}-{rng.randint(40, 79)}-0{rng.randint(1, 3)}-{rng.randint(0, 999999):06d}"
        )
        values["owner"] = f"青岛{rng.choice(FIRMS)}{rng.choice(FIRMS)}建设有限公司"
        values["uscc"] = rng.choice(["91370200264574251E", "91370200MA3TE5T035", "91370211MA3T00017C", "91370281MA3T00033E"])
        values["district"] = rng.choice(DISTRICTS) if self.city_wide else self.district
        values["address"] = f"{values['district']}某街道"
        values |= self.fund_values(total, step)
        return {**TEXT, **values}

    def fund_values(self, total: int, step: int) -> dict[str, Any]:
        rng = self.rng
        shares = (rng.uniform(0.15, 0.35), rng.uniform(0.45, 0.6), rng.uniform(0.7, 0.9))
        first, second, third = (int(total * share) // step * step for share in shares)
        need = second - first
        values: dict[str, Any] = {"capital": first, "bond_need": need, "other_financing": total - second}
        values |= {"bond_prior": need // 3 // step * step, "bond_this": need // 2 // step * step, "bond_spent": need // 4 // step * step}
        values |= {"term_years": rng.choice([5, 7, 10, 15, 20, 30]), "rate": round(rng.uniform(2.5, 3.9), 2)}
        values |= {"central_total": first, "prov_match": second - first, "city_match": third - second, "self_raised": total - third}
        values |= {"central_prior": first // 4 // step * step, "central_this": first // 2 // step * step}
        values |= {"central_paid": first // 5 // step * step, "central_done": first // 6 // step * step}
        return values | {"program": "社会事业补短板", "doc_no": f"发改投资〔2020〕{rng.randint(100, 900)}号"}

    def shown(self, name: str, value: Any, serial: int) -> RawValue:
        rng = self.rng
        if name == "serial":
            return serial
        if name == "period":
            return None  # filled by the caller's values below
        if name in MONEY:
            return self.amount(value)
        if name in {"start", "finish"}:
            return self.date(value)
        if name == "district":
            return rng.choice([value, value[:2], value, "西海岸新区" if value == "黄岛区" else value])
        return value

    def amount(self, value: int) -> RawValue:
        if self.yi:
            return round(value / 10_000, 4)
        if self.number_style == "float":
            return float(value)
        if self.number_style == "commas":
            return f"{value:,}"
        return str(value) if self.number_style == "text" else value

    def date(self, value: str) -> RawValue:
        year, month = value.split("-")
        style = self.date_style
        if style == "2020年6月":
            return f"{year}年{int(month)}月"
        if style == "2020/6":
            return f"{year}/{int(month)}"
        if style == "202006":
            return int(year + month)
        if style == "2020.06":
            return f"{year}.{month}"
        if style == "二〇二〇年六月":
            han = "〇一二三四五六七八九"
            number = ["", "十"][int(month) // 10] + ("" if month == "10" else HAN[int(month) % 10 - 1])
            return "".join(han[int(digit)] for digit in year) + f"年{number}月"
        return value

    # --- faults ---

    def fault(self, truth: dict[str, Any], row: list[RawValue]) -> None:
        """Plant one fault in the row."""
        options = [name for name in FAULTS if FAULTS[name][0] in self.columns and not (self.csv and name == "formula_no_cache")]
        name = self.pick(options)
        column, cell, value = FAULTS[name]
        index = self.columns.index(column)
        if column == "month_done" and not row[index]:
            return
        row[index] = cell
        truth["fields"][column] = value
        self.truth.faults.append({"row": truth["row"], "kind": name.split(":")[0], "index": index})

    def late_faults(self, rows: list[dict[str, Any]]) -> None:
        """Plant faults that need other cells: arithmetic of the row, doubles."""
        clean = [row for row in rows if all(fault["row"] != row["row"] for fault in self.truth.faults)]
        for kind in self.rng.sample(sorted(CLASHES), 2):
            needed, change, column = CLASHES[kind]
            if not clean or not set(needed) <= set(self.columns):
                continue
            truth = clean.pop(self.rng.randrange(len(clean)))
            fields = truth["fields"]
            change(fields)
            for name in needed:
                self.grid[truth["row"] - 1][self.columns.index(name)] = self.amount(fields[name])
            self.truth.faults.append({"row": truth["row"], "kind": kind, "index": self.columns.index(column)})
        if len(clean) > 3 and self.rng.random() < 0.2:
            first, later = sorted(self.rng.sample(clean, 2), key=lambda row: row["row"])
            later["fields"]["name"] = first["fields"]["name"]
            index = self.columns.index("name")
            self.grid[later["row"] - 1][index] = (
                first["fields"]["name"] if self.rng.random() < 0.5 else f" {first['fields']['name'][:2]} {first['fields']['name'][2:]}"
            )
            self.truth.faults.append({"row": later["row"], "kind": "duplicate_project", "index": index})

    def bottom(self) -> None:
        rng = self.rng
        if rng.random() < 0.2:
            self.add()
        if rng.random() < 0.5:
            self.add(
                self.pick(
                    ["注：1.本表数据由各单位提供。\n2.待定项目待批复后补充。", "备注：项目性质是指新建、改建、扩建。", "说明：数据截至本月底。"]
                )
            )
        if rng.random() < 0.4:
            self.add("填表人：            审核人：            填报日期：2020年7月3日")
        for fault in self.truth.faults:
            fault["letter"] = chr(65 + fault.pop("index"))
        if "period" in self.columns:
            self.fill_periods()

    def fill_periods(self) -> None:
        index = self.columns.index("period")
        style = self.pick(
            ["{a}-{b}", "{a}.{am}-{b}.{bm}", "{a}年{am}月至{b}年{bm}月", "{sa}.{am}-{sb}.{bm}", "{a}.{am}—{b}.{bm}", "{a}/{am}-{b}/{bm}"]
        )
        for truth in self.truth.rows:
            fields = truth["fields"]
            (a, am), (b, bm) = fields["start"].split("-"), fields["finish"].split("-")
            self.grid[truth["row"] - 1][index] = style.format(a=a, b=b, am=int(am), bm=int(bm), sa=a[2:], sb=b[2:])
            if style == "{a}-{b}":
                fields["start"], fields["finish"] = a, b


def _set(**changes: Callable[[dict[str, Any]], int]) -> Callable[[dict[str, Any]], None]:
    def change(fields: dict[str, Any]) -> None:
        for name, made in changes.items():
            fields[name] = made(fields)

    return change


# kind → (columns that must be there, how their values are changed, column of the finding)
CLASHES: dict[str, tuple[tuple[str, ...], Callable[[dict[str, Any]], None], str]] = {
    "ytd_below_month": (("month_done", "ytd_done"), _set(month_done=lambda one: one["ytd_done"] + 100), "ytd_done"),
    "plan_over_total": (("annual_plan", "total_investment"), _set(annual_plan=lambda one: one["total_investment"] + 1000), "annual_plan"),
    "sum_mismatch": (
        ("capital", "bond_need", "other_financing", "total_investment"),
        _set(capital=lambda one: one["capital"] + 2000),
        "total_investment",
    ),
    "over_limit": (("bond_need", "bond_this"), _set(bond_this=lambda one: one["bond_need"] + 1000), "bond_this"),
    "unit_suspect": (("total_investment", "annual_plan"), _set(total_investment=lambda one: one["total_investment"] * 10_000), "total_investment"),
}

# kind[:variant] → (column, cell, value that must be read)
FAULTS: dict[str, tuple[str, RawValue, Any]] = {
    "amount_not_number": ("annual_plan", "待定", None),
    "amount_not_number:total": ("total_investment", "正在核算", None),
    "amount_range": ("total_investment", "3000-5000", None),
    "amount_approx": ("total_investment", "约99000万元", 99000),
    "amount_negative": ("annual_plan", "-100万元", -100),
    "formula_error": ("annual_plan", CellError("#REF!"), None),
    "formula_no_cache": ("total_investment", Uncached.FORMULA, None),
    "date_unreadable": ("finish", "待定", None),
    "date_unreadable:month": ("start", "2020.13", None),
    "code_format": ("code", "2018-370283-77-03-0104", "2018-370283-77-03-0104"),
    "code_missing": ("code", "正在办理", None),
    "code_missing:blank": ("code", None, None),
    "code_precision_lost": ("code", "2.02E+19", None),
    "code_region": ("code", "2019-370102-44-02-000001", "2019-370102-44-02-000001"),
    "uscc_check": ("uscc", "91370200MA3TE5T036", "91370200MA3TE5T036"),
    "uscc_format": ("uscc", "91370200MA3TE5T03", "91370200MA3TE5T03"),
    "uscc_missing": ("uscc", None, None),
    "enum_unknown": ("stage", "不清楚", "不清楚"),
    "district_unknown": ("district", "北京市", None),
    "required_missing": ("total_investment", None, None),
}
