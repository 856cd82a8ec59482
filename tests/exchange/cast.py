"""Who takes part in the tests of the upload pages, and what they send."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Division, Membership, ReportingUnit, User
from exchange.models import Upload, UploadFile
from exchange.plan import Action, Intent, PlannedRow
from exchange.services.parts import store_part
from exchange.services.proposing import count_proposals
from projects.models import AnnualPlan, MonthReport, Project, ProjectCode, ReportingPeriod
from projects.services.reference import load_reference
from tests.books import Sheet, xlsx
from tests.factories import make_list, make_version

LIST = """
    崂山区2020年重大基础设施项目表
    单位：万元
    序号|项目名称|项目代码|项目单位|所属区市|建设性质|建设规模及主要内容|计划开工时间|计划竣工时间|总投资|2020年计划投资
    1|株洲路拓宽改造|2019-370212-48-01-000001|青岛崂山城建有限公司|崂山区|改扩建|道路1.6公里|2019年5月|2021年12月|{total}|4000
    2|张村河综合整治|2019-370212-76-01-000002|青岛崂山水务有限公司|崂山区|新建|河道3.2公里|2020年3月|2022年6月|30000|9000
"""


def project_list(total: Any = 12000, name: str = "") -> bytes:
    """A district's list that can be committed as it is; with another `total` a changed or a faulty one."""
    table = LIST.format(total=total)
    return xlsx(Sheet("项目表", table.replace("株洲路拓宽改造", name) if name else table))


def list_version() -> str:
    """A version of a list, as the form names it: what the city sends for it is written directly."""
    version = make_version(make_list())
    return f"{version.list.key}/{version.number}"


def sent(content: bytes, name: str = "崂山区项目表.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@dataclass
class Cast:
    """Owner (district officer), reviewer (city, may only look), stranger (another district), officer (city)."""

    unit: ReportingUnit
    other: ReportingUnit
    owner: User
    reviewer: User
    stranger: User
    officer: User


def person(name: str, role: str, unit: ReportingUnit | None = None) -> User:
    user = User.objects.create(username=name, display_name=f"{name}某")
    Membership.objects.create(user=user, role=role, unit=unit)
    return user


def make_cast(*, with_reference: bool = False) -> Cast:
    """Two districts and four people; with the whole of the reference data where a workbook is really checked."""
    if with_reference:
        load_reference(settings.BASE_DIR / "fixtures" / "reference")
    else:
        for order, (key, name, code) in enumerate((("laoshan", "崂山区", "370212"), ("chengyang", "城阳区", "370214"))):
            division = Division.objects.create(code=code, name=name)
            ReportingUnit.objects.create(key=key, name=name, short_name=name[:2], kind="district", division=division, sort_order=order)
    unit, other = ReportingUnit.objects.get(key="laoshan"), ReportingUnit.objects.get(key="chengyang")
    return Cast(
        unit,
        other,
        person("owner", "district_officer", unit),
        person("reviewer", "city_reviewer"),
        person("stranger", "district_officer", other),
        person("officer", "city_officer"),
    )


def client_of(user: User, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(user, backend="accounts.backends.RoleBackend")
    return client


def seen_of(client: Client, address: str, verb: str = "undo") -> str:
    """The mark of what the preview shows: it goes with the confirmation."""
    return str(client.get(f"{address}{verb}/preview/", headers={"accept": "application/json"}).json()["seen"])


def made_upload(
    unit: ReportingUnit | None, *, findings: list[dict[str, Any]] | None = None, rows: list[PlannedRow] | None = None, **values: Any
) -> Upload:
    """An upload as the check leaves it, without a file having been read."""
    rows = rows or []
    counts = {action.value: sum(row.action is action for row in rows) for action in Action} | {"rows": len(rows), "missing": 0}
    counts |= count_proposals(rows, direct=False)
    for severity in ("error", "warning", "info"):
        counts[severity] = sum(each["count"] for each in findings or [] if each["severity"] == severity)
    given = {"filename": "月报.xlsx", "sha256": "a" * 64, "size": 10, "state": Upload.State.CHECKED, "kind": "infrastructure_list", **values}
    upload = Upload.objects.create(unit=unit, counts={**counts, "year": 2020, "month": None}, findings=findings or [], **given)
    UploadFile.objects.create(upload=upload, content=b"0123456789")
    for number, start in enumerate(range(0, len(rows), 40)):
        store_part(upload, number, rows[start : start + 40])
    return upload


def finding(code: str = "amount_text", severity: str = "error", **values: Any) -> dict[str, Any]:
    """A finding as the check stores it."""
    place = {"sheet": "月报", "row": 12, "row_end": None, "rows_text": "", "col": "E", "heading": "总投资（万元）", "raw": "一亿二"}
    words = {"zh": "读不成金额", "en": "not an amount", "zh_fix": "填写数字", "en_fix": "give a number"}
    standing = {"code": code, "severity": severity, "field": "total_wan", "label": "总投资", **place, **words, "count": 1, "excerpt": None}
    return {**standing, **values}


def planned(name: str, row: int, action: Action = Action.CREATE, unit: ReportingUnit | None = None, *intents: Intent, **values: Any) -> PlannedRow:
    return PlannedRow(
        "月报", row, action, name, unit.pk if unit else None, values.pop("project_id", None), list(intents), kind="infrastructure_list", **values
    )


def new_project(name: str, row: int, unit: ReportingUnit, total_fen: int = 12_000_000_000) -> PlannedRow:
    return planned(name, row, Action.CREATE, unit, Intent("project", None, None, {"name": name, "total_wan": total_fen}))


def figures() -> dict[str, list[Any]]:
    """All business rows and what became of each upload: equal before and after whatever is refused."""
    models = (Project, ProjectCode, AnnualPlan, MonthReport, ReportingPeriod)
    found: dict[str, list[Any]] = {model.__name__: list(model._default_manager.order_by("pk").values()) for model in models}
    return {**found, "uploads": list(Upload.objects.order_by("pk").values("pk", "state", "outcome", "reason", "counts"))}
