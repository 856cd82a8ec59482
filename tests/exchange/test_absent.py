"""What is not in a file: a form without a row is no report, and who is missing is told against what is stored."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from exchange.models import Upload
from exchange.services.commit import commit
from exchange.services.faults import StateError
from projects.models import Door, MonthReport, ReportingPeriod, Source
from projects.models.tracking import changes_from
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
    committed(sent(fill_june(Excel(template(cast))).saved(), cast), cast)
    ReportingPeriod.objects.filter(month=6).update(due_on="2020-07-10")
    upload = sent(template(cast), cast)
    assert [finding["code"] for finding in upload.findings] == ["return_late"]
    assert upload.counts["missing"] == 0


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
