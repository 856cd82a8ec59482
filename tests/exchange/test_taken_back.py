"""Rule 19 through a workbook: a year to date falls only where the row's remark says that it takes a figure back."""

from __future__ import annotations

import pytest

from exchange.models import Upload
from exchange.services.commit import commit
from projects.models import MonthReport
from tests.books import Sheet, xlsx
from tests.exchange.cast import Cast, make_cast
from tests.exchange.roundtrip import NAMES, begin, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Cast:
    """May was reported: 500 of the year to date for the first project."""
    made = make_cast(with_reference=True)
    begin(made)
    return made


def book(remark: str, month: str, ytd: str) -> bytes:
    return xlsx(
        Sheet(
            "月报",
            f"""
            崂山区2020年6月重大基础设施项目进展情况
            单位：万元
            序号|项目名称|本月完成投资|本年累计完成投资|形象进度|备注
            1|{NAMES[0]}|{month}|{ytd}|路基填筑按实测量核对一遍|{remark}
            """,
        )
    )


def judged(upload: Upload) -> dict[str, str]:
    return {finding["code"]: finding["severity"] for finding in upload.findings if finding["code"] in ("ytd_decreased", "amount_negative")}


@pytest.mark.parametrize("remark", ["", "形象进度以现场为准"])
def test_a_fall_blocks_and_says_where_the_note_belongs(cast: Cast, remark: str) -> None:
    upload = sent(book(remark, "", "480"), cast)
    assert judged(upload) == {"ytd_decreased": "error"}
    said = next(finding for finding in upload.findings if finding["code"] == "ytd_decreased")
    assert "本年累计480万元小于2020-05的500万元" in said["zh"]
    assert "备注写明“核减”" in said["zh_fix"]


@pytest.mark.parametrize("remark", ["核减：5月重复计列监理费20万元", "按统计部门意见更正"])
def test_a_remark_that_takes_back_asks_for_a_reason_only(cast: Cast, remark: str) -> None:
    upload = sent(book(remark, "-20", "480"), cast)
    assert judged(upload) == {"ytd_decreased": "warning", "amount_negative": "warning"}
    commit(upload, actor=cast.owner, reason="核减")
    report = MonthReport.objects.get(period__year=2020, period__month=6, project__name=NAMES[0])
    assert (report.done_ytd_wan, report.done_month_wan) == (480, -20)
