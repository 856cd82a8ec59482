"""The starter kit of a token: which files there are, what stands in each, and the data dictionary of every set.

All in Chinese whatever the reader's language: the files are read by tools, and column names must not change with who downloads them.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from io import BytesIO

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation

from accounts.api.fields import Field
from accounts.models import ApiToken
from exchange.workbook import streams
from reports.odata.figures import FIGURES
from reports.odata.kit import Table, odc, pbids, query, whole
from reports.odata.metadata import note_of
from reports.odata.names import Type
from reports.odata.sets import GONE_COLUMN, EntitySet, sets

ZIP = "kit.zip"
_TEXT = "text/plain; charset=utf-8"
_TYPES = {
    Type.TEXT: "文本",
    Type.INTEGER: "整数",
    Type.DECIMAL: "小数",
    Type.BOOLEAN: "是/否",
    Type.DATE: "日期",
    Type.MOMENT: "时间",
}
_COLUMNS = (
    streams.Column("set", "集合"),
    streams.Column("set_title", "集合名称"),
    streams.Column("column", "列名"),
    streams.Column("heading", "中文列名"),
    streams.Column("type", "类型", width=8),
    streams.Column("unit", "单位", width=8),
    streams.Column("may_be_null", "可为空", streams.Kind.BOOLEAN),
    streams.Column("meaning", "含义与代码", width=60),
    streams.Column("source", "来源", width=30),
    streams.Column("state", "在定格里", width=14),
)


@dataclass(frozen=True, slots=True)
class Kit:
    """For whom, and what the files point to: the root of the present or of a cut."""

    token: ApiToken
    root: str
    cut: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A file of the kit."""

    media_type: str
    made: Callable[[], bytes]


def parts_of(kit: Kit) -> Mapping[str, Part]:
    """Every file by its name in the archive."""
    tables = tables_of()
    found = {"README.txt": Part(_TEXT, partial(_read_me, kit)), "power-bi.pbids": Part("application/json", lambda: pbids(kit.root).encode())}
    for form in (streams.Form.XLSX, streams.Form.CSV):
        found[f"dictionary.{form.value}"] = Part(form.media_type, partial(dictionary, form))
    found["pq/all.pq"] = Part(_TEXT, lambda: whole(kit.root, tables).encode())
    for one in tables:
        found[f"pq/{one.name}.pq"] = Part(_TEXT, lambda one=one: query(kit.root, one).encode())  # type: ignore[misc]
        found[f"odc/{one.name}.odc"] = Part("text/x-ms-odc", lambda one=one: odc(kit.root, one).encode())  # type: ignore[misc]
    return found


def archive(kit: Kit) -> bytes:
    """All files in one."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, part in parts_of(kit).items():
            packed.writestr(name, part.made())
    return stream.getvalue()


def tables_of() -> list[Table]:
    """The sets with their headings, each heading once: Power Query takes no two columns of one name."""
    with translation.override(settings.LANGUAGE_CODE):
        return [Table(one.name, str(one.resource.title), _headings(one)) for one in sets().values()]


def _headings(entity: EntitySet) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    taken: set[str] = set()
    for one, field in entity.columns:
        heading = field.heading if field.heading not in taken else f"{field.heading}（{one.name}）"
        taken.add(heading)
        found.append((one.name, heading))
    return tuple(found)


# --- Data dictionary ---------------------------------------------------------------------------------------------------------------


def dictionary(form: streams.Form) -> bytes:
    """Every column of every set: its names, kind, unit, meaning where its heading leaves it open, and where it comes from."""
    with translation.override(settings.LANGUAGE_CODE):
        rows = [row for one in sets().values() for row in _rows(one)]
        return b"".join(streams.stream(form, _COLUMNS, [rows], streams.Options(title="数据字典")))


def _rows(entity: EntitySet) -> list[streams.Row]:
    resource = entity.resource
    state = "当时的数" if resource.keeps_past else "现在的数"
    headings = dict(_headings(entity))
    return [
        (
            *(entity.name, str(resource.title), one.name, headings[one.name], _TYPES[one.type], field.unit, one.is_null),
            *(note_of(field) or None, _source(entity, field), state),
        )
        for one, field in entity.columns
    ]


def _source(entity: EntitySet, field: Field) -> str:
    """Where REST has the column, as an address that answers."""
    if entity.resource is FIGURES:
        return f"{reverse('api:figures-by', args=['all'])}?by=month,unit"
    if field is GONE_COLUMN:
        return f"仅 OData；REST 用 {reverse('api:changes')}"
    return f"{reverse(f'api:{entity.resource.name}-list')}?fields={field.name}"


# --- In words ----------------------------------------------------------------------------------------------------------------------


def _read_me(kit: Kit) -> bytes:
    """How the files are used. With a mark and CRLF, so that any Notepad shows it right."""
    token = kit.token
    state = f"定格“{kit.cut}”时的数，不随以后的修改变化" if kit.cut else "现在的数"
    lines = (
        "重大项目投资管理：BI 连接文件",
        "",
        f"令牌：{_one_line(token.name)}（{token.prefix}…），有效期至 {timezone.localtime(token.expires_at):%Y-%m-%d}",
        f"范围：{_one_line(str(token.unit)) if token.unit else '令牌所有人的全部范围'}",
        f"地址：{kit.root}",
        f"内容：{state}",
        "",
        "这些文件里没有令牌本身。工具第一次打开时要求登录：",
        "  选“基本”（Basic），应用于整个地址；用户名任填；密码填令牌（mpp_ 开头，建立时只显示一次）。",
        "  工具自己保存密码；令牌到期或作废后，在“数据源设置”里改成新的令牌。忘了令牌请重新建立一个。",
        "",
        "Power BI Desktop：双击 power-bi.pbids，登录，在导航器里勾选要用的表；列名是英文（如 TotalWan）。",
        "  要中文列名：获取数据 → 空查询 → 高级编辑器，粘贴 pq 文件夹里的一个文件；pq/all.pq 含全部表，逐个展开。",
        "  Power BI 服务（云端）里的“基本”登录需要本地数据网关。",
        "Excel 2016 及以上：双击 odc 文件夹里的一个文件，或 数据 → 现有连接 → 浏览更多；列名已是中文。",
        "  较老的 Excel 装有 Power Query 时：空查询 → 高级编辑器，粘贴 pq 里的文件。WPS 不能读 OData，请用 SQL 视图或整表下载。",
        "Tableau：连接 → OData，填上面的地址，用户名任填，密码填令牌。",
        "",
        "dictionary.xlsx、dictionary.csv：数据字典，每张表每一列的名称、单位、含义、来源。金额单位都是万元。",
        "增量刷新：按 UpdatedAt（更新时间）筛选，大于等于 RangeStart、小于 RangeEnd；已删除的行用 IsDeleted 取得。",
        "表与表按编号连接：ProjectId、UnitId、BondId、PlanId；月份按 MonthKey 连 Calendar.Id（202006）。",
    )
    return ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()


def _one_line(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
