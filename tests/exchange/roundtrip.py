"""A district with five projects and a month reported: what the tests of templates and merging start from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from accounts.models import User
from exchange.merge import Take
from exchange.models import Upload
from exchange.plan import PlannedRow
from exchange.services.check import check
from exchange.services.commit import commit
from exchange.services.parts import planned_rows
from exchange.services.receive import receive
from exchange.services.template import make_template
from exchange.tasks import choose_in_upload
from projects.models import Door, MonthReport, Project, Source
from projects.models.tracking import changes_from
from projects.values import Month
from tests.books import Sheet, xlsx
from tests.exchange.cast import Cast
from tests.exchange.excel import Excel

MAY, JUNE, JULY = Month(2020, 5), Month(2020, 6), Month(2020, 7)
NAMES = ("株洲路拓宽改造", "张村河综合整治", "午山路新建工程", "北宅水库加固", "中韩公园二期")
LIST = """
    崂山区2020年重大基础设施项目表
    单位：万元
    序号|项目名称|项目代码|项目单位|行业领域|所属区市|建设性质|项目阶段|建设规模及主要内容|实际开工时间|计划开工时间|计划竣工时间|总投资|2020年计划投资|联系人|联系电话
    1|株洲路拓宽改造|2019-370212-48-01-000001|青岛崂山城建有限公司|城建|崂山区|改扩建|在建|道路1.6公里|2019年5月|2019年5月|2021年12月|12000.5|4000|张工|0532-88990001
    2|张村河综合整治|2019-370212-76-01-000002|青岛崂山水务有限公司|水利|崂山区|新建|在建|河道3.2公里|2020年3月|2020年3月|2022年6月|30000|9000|李工|0532-88990002
    3|午山路新建工程|2019-370212-48-01-000003|青岛崂山城建有限公司|城建|崂山区|新建|在建|道路2公里|2019年8月|2019年8月|2021年6月|8000|3000|王工|0532-88990003
    4|北宅水库加固|2019-370212-76-01-000004|青岛崂山水务有限公司|水利|崂山区|改建|在建|坝体加固|2019年9月|2019年9月|2021年10月|6000|2000|赵工|0532-88990004
    5|中韩公园二期|2019-370212-78-01-000005|青岛崂山城建有限公司|城建|崂山区|新建|在建|公园12公顷|2019年10月|2019年10月|2021年12月|5000|1500|孙工|0532-88990005
"""


def sent(content: bytes, cast: Cast, *, user: User | None = None, name: str = "填报表.xlsx", **given: Any) -> Upload:
    actor = user or cast.owner
    upload = receive(content, name, actor=actor, **({"unit": cast.unit} | given))
    return check(upload, actor=actor, today=date(2020, 8, 1))


def committed(upload: Upload, cast: Cast, reason: str = "已核实") -> Upload:
    assert not upload.counts.get("error"), [(each["zh"], each["row"]) for each in upload.findings if each["severity"] == "error"]
    return commit(upload, actor=cast.owner, reason=reason)


def choose(upload: Upload, chosen: Mapping[str, Take], *, actor: User, others: Take | None = None) -> Upload:
    """Settle conflicts as the page does: the file is checked anew with what was chosen."""
    choose_in_upload(upload, chosen, actor=actor, others=others)
    return upload


def template(cast: Cast, month: Month = JUNE) -> bytes:
    return make_template(cast.unit, month, actor=cast.owner).content


def begin(cast: Cast) -> None:
    """Five projects by their list, then May through a filled template."""
    committed(sent(xlsx(Sheet("项目表", LIST)), cast, name="崂山区项目表.xlsx"), cast)
    excel = Excel(template(cast, MAY))
    for number, name in enumerate(NAMES, start=1):
        excel.put(name, 本月完成投资=100 * number, 本年累计完成投资=500 * number, 自开工累计完成投资=800 * number, 形象进度=f"5月进展{number}")
    committed(sent(excel.saved(), cast, period=MAY), cast)


def fill_june(excel: Excel) -> Excel:
    for number, name in enumerate(NAMES, start=1):
        excel.put(name, 本月完成投资=120 * number, 本年累计完成投资=620 * number, 自开工累计完成投资=920 * number, 形象进度=f"6月进展{number}")
    return excel


def rows_of(upload: Upload) -> list[PlannedRow]:
    return [row for rows in planned_rows(upload) for row in rows]


def changed_cells(upload: Upload) -> dict[str, dict[str, Any]]:
    """Project → column → new value, for all that the plan would write."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows_of(upload):
        for intent in row.intents:
            found.setdefault(row.name, {}).update(intent.values)
    return found


def edit(name: str, **values: Any) -> None:
    """An officer edits a project, or with `month` its report, at the form."""
    month = values.pop("month", None)
    with changes_from(Source(Door.ADMIN)):
        project = Project.objects.get(name=name)
        target = (
            project if month is None else MonthReport.objects.get(project=project, period__year=month.year, period__month=month.month, period__half=0)
        )
        for column, value in values.items():
            setattr(target, column, value)
        target.save()


def state() -> dict[str, Any]:
    """Every figure and word that sheets may change, by project."""
    months = ("done_month_wan", "done_ytd_wan", "cum_total_wan", "progress_text", "problems")
    projects = ("name", "stage", "sector__name", "sector_text", "owner__name", "total_wan", "contact", "phone", "remarks", "actual_start", "address")
    found: dict[str, Any] = {str(row["name"]): row for row in Project.objects.values(*projects)}
    for row in MonthReport.objects.values("project__name", "period__year", "period__month", *months):
        found[f"{row['project__name']} {row['period__year']}-{row['period__month']}"] = row
    return found
