"""What is not in a file: a form without a row is no report, and who is missing is told against what is stored."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from exchange.models import Upload
from exchange.parse import FindingLog, Place, PlacedFinding
from exchange.services import reading
from exchange.services.commit import commit
from exchange.services.faults import StateError
from projects.findings import Finding, Severity
from projects.models import Door, MonthReport, ReportingPeriod, Source
from projects.models.tracking import changes_from
from tests.books import Sheet, xlsx
from tests.exchange.cast import Cast, client_of, make_cast
from tests.exchange.excel import FIRST_ROW, Excel
from tests.exchange.roundtrip import NAMES, begin, committed, fill_june, sent, template
from tests.exchange.tables import Read, sheet

pytestmark = pytest.mark.django_db
TABLE = "市南区项目（万元）\n序号|项目名称|项目代码|总投资|2020年计划投资"
ROW = "1|滨海大道改造工程|2019-370202-48-01-000001|12000|4000"


@pytest.fixture
def cast(db: None) -> Cast:
    made = make_cast(with_reference=True)
    begin(made)
    return made


def of_code(upload: Upload, code: str) -> list[dict[str, Any]]:
    return [finding for finding in upload.findings if finding["code"] == code]


def remove(reports: Iterable[MonthReport]) -> None:
    with changes_from(Source(Door.ADMIN)):
        for report in reports:
            report.delete()


def emptied(content: bytes) -> bytes:
    excel = Excel(content)
    excel.sheet.delete_rows(FIRST_ROW, excel.sheet.max_row)
    return excel.saved()


def test_a_template_whose_rows_were_deleted_is_blocked_and_still_says_who_is_missing(cast: Cast) -> None:
    upload = sent(emptied(template(cast)), cast)
    (said,) = of_code(upload, "no_rows")
    assert said["severity"] == "error"
    assert f"“{said['sheet']}”没有读到任何项目行" in said["zh"]
    assert upload.counts["missing"] == 5
    (missing,) = of_code(upload, "projects_not_reported")
    assert all(name in missing["zh"] for name in NAMES)
    assert "上月在报的5个项目2020-06未填报" in missing["zh"]
    page = client_of(cast.owner).get(f"/uploads/{upload.public_id}/").content.decode()
    assert "没有发现问题" not in page
    assert all(f"<li>{name}</li>" in page for name in NAMES)
    with pytest.raises(StateError):
        commit(upload, actor=cast.owner, reason="x")


def test_who_is_stored_for_the_month_is_not_missing(cast: Cast) -> None:
    committed(sent(fill_june(Excel(template(cast))).saved(), cast), cast)
    remove(MonthReport.objects.filter(project__name__in=NAMES[3:], period__month=6))
    excel = Excel(template(cast))
    excel.sheet.delete_rows(FIRST_ROW + 1, 4)
    upload = sent(excel.saved(), cast)
    (missing,) = of_code(upload, "projects_not_reported")
    assert "、".join(f"“{name}”" for name in NAMES[3:]) in missing["zh"]
    assert upload.counts["missing"] == 2


def test_a_late_return_is_not_a_missing_project(cast: Cast) -> None:
    ReportingPeriod.objects.create(year=2020, month=6, due_on="2020-07-10")
    upload = sent(fill_june(Excel(template(cast))).saved(), cast)
    said = {finding["code"] for finding in upload.findings}
    assert "return_late" in said
    assert not said & {"project_not_reported", "projects_not_reported"}
    assert upload.counts["missing"] == 0
    committed(upload, cast)
    assert "return_late" not in {finding["code"] for finding in sent(template(cast), cast).findings}, "it says nothing new"


def test_a_single_missing_project_keeps_its_own_sentence(cast: Cast) -> None:
    remove(MonthReport.objects.exclude(project__name=NAMES[0]))
    upload = sent(emptied(template(cast)), cast)
    assert [finding["zh"] for finding in of_code(upload, "project_not_reported")] == [f"上月在报项目“{NAMES[0]}”2020-06未填报"]
    assert upload.counts["missing"] == 1


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ([], ["error"]),
        ([f"{TABLE}\n本月无此类项目"], ["error", "error"]),
        ([f"{TABLE}\n{ROW}"], ["warning"]),
    ],
)
def test_headings_without_a_row(others: list[str], said: list[str]) -> None:
    read = Read(*(sheet(lines, f"表{number}") for number, lines in enumerate([TABLE, *others])))
    assert [placed.finding.severity.value for placed in read.reading.findings if placed.finding.code == "no_rows"] == said


def test_a_sheet_that_says_it_has_none_is_believed_beside_one_that_has() -> None:
    read = Read(sheet(f"{TABLE}\n{ROW}", "甲"), sheet(f"{TABLE}\n本月无此类项目", "乙"))
    assert [placed for placed in read.reading.findings if placed.finding.code == "no_rows"] == []


def unknown_rows(count: int) -> bytes:
    head = "崂山区2020年6月进展情况\n单位：万元\n序号|项目名称|项目代码|所属区市|总投资|2020年计划投资|6月完成投资|1-6月累计完成投资|形象进度"
    lines = (f"{n}|不在库的工程第{n}号标段||崂山区|12000|4000|100|600|路基完成80%，桥涵完成两座" for n in range(1, count + 1))
    return xlsx(Sheet("月报", "\n".join([head, *lines])))


def test_counts_are_true_beyond_what_is_listed_and_hide_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FindingLog, "CAP", 5)
    ReportingPeriod.objects.create(year=2020, month=6, due_on="2020-07-10")
    upload = sent(unknown_rows(9), cast)
    assert upload.counts["held"] == 9
    assert upload.counts["error"] == 9
    assert sum(finding["count"] for finding in upload.findings if finding["severity"] == "error") == 5
    assert {"return_late", "projects_not_reported"} <= {finding["code"] for finding in upload.findings}
    page = client_of(cast.owner).get(f"/uploads/{upload.public_id}/").content.decode()
    assert "前 5 处列出" in page
    assert f"另有 {upload.counts['dropped']} 处未列" in page
    assert "还有9处阻断问题" in page


def test_what_is_said_of_the_whole_file_comes_first_among_equals_and_is_never_pushed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LISTED", 2)
    cells = [PlacedFinding(Finding("code_blank", Severity.BLOCKS), Place("甲", row, "C")) for row in (3, 9, 15)]
    late = PlacedFinding(Finding("template_tampered", Severity.INFO), Place(None))
    other = PlacedFinding(Finding("period_missing", Severity.BLOCKS), Place(None))
    shown = reading.shown_findings([*cells, late, other])
    assert [(each["code"], each["row"]) for each in shown] == [("period_missing", None), ("code_blank", 3), ("template_tampered", None)]


def test_a_committed_month_leads_on_to_the_units_month(cast: Cast) -> None:
    upload = committed(sent(fill_june(Excel(template(cast))).saved(), cast), cast)
    page = client_of(cast.owner).get(f"/uploads/{upload.public_id}/").content.decode()
    assert f'href="/admin/projects/monthreport/unit/{cast.unit.pk}/{upload.period_id}/"' in page
    assert "谁没报</a>" in page
