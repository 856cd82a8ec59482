"""Seeded workbooks for the benchmarks: a 30-column project list of any length, as a district's Excel would hold it."""

from __future__ import annotations

import random
from pathlib import Path

import xlsxwriter

from projects.values import CreditCode

TITLES = (
    *("序号", "项目名称", "项目代码", "储备库编号", "所属区市", "行业领域", "建设单位", "统一社会信用代码", "责任单位", "责任领导"),
    *(
        "建设地点",
        "建设规模及主要内容",
        "建设性质",
        "项目阶段",
        "计划开工时间",
        "计划竣工时间",
        "实际开工时间",
        "实际竣工时间",
        "总投资",
        "截至2019年底累计完成投资",
    ),
    *("2020年计划投资", "2020年工作目标", "达产后年产值", "达产后年税收", "用地面积（亩）", "形象进度", "存在问题", "联系人", "联系电话", "备注"),
)
DISTRICTS = (("370202", "市南区"), ("370203", "市北区"), ("370213", "李沧区"), ("370212", "崂山区"), ("370211", "西海岸新区"), ("370214", "城阳区"))
DISTRICTS += (("370215", "即墨区"), ("370281", "胶州市"), ("370283", "平度市"), ("370285", "莱西市"))
SECTORS = ("轨道交通", "公路", "港口", "水利", "能源", "城建", "市政公用", "社会民生", "新型基础设施", "其他")
WORDS = "云海松竹梅兰菊荷桂枫桐柏杉榆槐樟楠桦柳杨沧浪潮汐汀洲渚湾港岬崂珠藏马鳌石福瑞祥和泰宁康安盛昌隆兴旺"
THINGS = (
    "道路改造工程",
    "综合管廊工程",
    "学校新建项目",
    "医院扩建项目",
    "产业园基础设施",
    "污水处理厂",
    "水库除险加固",
    "数据中心项目",
    "物流中心项目",
    "立交工程",
)


def rows(count: int, changed: float = 0.0) -> list[list[object]]:
    """`count` clean projects; `changed` is the share of rows whose plan and content differ from the first version."""
    random_source = random.Random(2020)
    other = random.Random(7)
    made = []
    for number in range(1, count + 1):
        code, district = DISTRICTS[number % len(DISTRICTS)]
        sector = SECTORS[number % len(SECTORS)]
        total = random_source.randrange(2_000, 900_000)
        prior = total * random_source.randrange(0, 30) // 100
        plan = (total - prior) * random_source.randrange(10, 60) // 100
        place = "".join(random_source.choices(WORDS, k=4))
        year = 2018 + number % 2
        owner = number % 2000
        touched = other.random() < changed
        row: list[object] = [
            number,
            f"{place}{THINGS[number % len(THINGS)]}{number}号",
            f"{year}-{code}-48-01-{number:06d}",
            f"QD{number:08d}",
            district,
        ]
        row += [sector, f"青岛{WORDS[owner % 40]}{WORDS[owner % 37]}建设发展第{owner}有限公司", _credit_code(code, owner), f"{district}发展和改革局"]
        row += [
            f"{place[0]}主任",
            f"{district}{place[:2]}路{number % 900 + 1}号",
            f"新建{place}建筑面积{total % 9000}平方米，配套道路管网及绿化，编号{number}",
        ]
        row += ["新建", "在建", f"{year}-03", f"{year + 4}-12", f"{year}-0{number % 8 + 1}", None, total, prior, plan + (1 if touched else 0)]
        row += [
            "主体结构完成，启动装饰装修" + ("，加快推进" if touched else ""),
            total // 3,
            total // 40,
            round(total / 800, 2),
            "主体结构施工，完成工程量过半",
        ]
        row += [None, f"{place[1]}工", f"0532-{number % 90000000:08d}", None]
        made.append(row)
    return made


def _credit_code(region: str, number: int) -> str:
    stem = f"91{region}MA3{number:05d}0"
    first = CreditCode(stem + "X0")
    for sign in "0123456789X":
        first = CreditCode(stem[:16] + sign + "0")
        if first.organisation_check_fits:
            break
    return first.text[:17] + first.expected_check


def write_list(path: Path, count: int, changed: float = 0.0) -> Path:
    """Write the list as .xlsx: title, unit line, one heading row, the rows."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("项目清单")
    sheet.write_row(0, 0, ["2020年重大基础设施项目清单"])
    sheet.write_row(1, 0, ["填报单位：市发展和改革委员会", *[None] * 27, "单位：万元"])
    sheet.write_row(2, 0, TITLES)
    for at, row in enumerate(rows(count, changed), start=3):
        sheet.write_row(at, 0, row)
    book.close()
    return path
