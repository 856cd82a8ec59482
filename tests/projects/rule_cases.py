"""What the tests of rules share: an ordinary project and report that no rule objects to, and a way to say what a rule said."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from projects.findings import Finding, Severity, advice, message
from projects.records import CodeOwner, Context, DivisionRecord, ListRecord, MonthRecord, PastMonth, PermitRecord, ProjectRecord, ReturnRecord
from projects.rules import run
from projects.stages import Stage
from projects.values import Month, PartialDate

D = Decimal
E, W, I = Severity.BLOCKS, Severity.REASON, Severity.INFO  # noqa: E741 -- as the rule table writes them
OLD_CODE = "2019-370211-48-01-000123"
NEW_CODE = "2011-370211-04-01-000018"  # its check digit fits

CONTEXT = Context(
    plan_year=2020,
    today=date(2020, 7, 3),
    month=Month(2020, 6),
    region_prefix="3702",
    open_regions=frozenset({"370200", "370271"}),
    region_successors={"370282": "370215", "370284": "370211"},
    divisions={
        "黄岛区": DivisionRecord("370211", "黄岛区"),
        "西海岸新区": DivisionRecord("370211", "黄岛区"),
        "市南区": DivisionRecord("370202", "市南区"),
        "胶南市": DivisionRecord("370284", "胶南市", valid_to=date(2012, 12, 1), successor="黄岛区"),
        "即墨市": DivisionRecord("370282", "即墨市", valid_to=date(2017, 10, 30), successor="即墨区"),
        "旧区": DivisionRecord("370299", "旧区", valid_to=date(2012, 12, 1)),
        "未来区": DivisionRecord("370298", "未来区", valid_from=date(2021, 1, 1)),
    },
    codes_in_use={OLD_CODE: CodeOwner(7, "滨海大道改造工程")},
)
PERMITS = (
    PermitRecord("feasibility", doc_no="青发改审〔2019〕12号", issued_on=PartialDate(2019, 3, 1)),
    PermitRecord("construction", doc_no="370211201906010101", expires_on=date(2020, 12, 31)),
)
PROJECT = ProjectRecord(
    name="滨海大道改造工程",
    kind="infrastructure",
    stage=Stage.BUILD,
    identity=7,
    code=OLD_CODE,
    unit="西海岸新区",
    unit_division="370211",
    district="黄岛区",
    sector="公路",
    owner="青岛某城建投资有限公司",
    uscc="91370200264574251E",
    content="改造道路12公里",
    approval_kind="approval",
    approval_date=PartialDate(2019, 3),
    planned_start=PartialDate(2019, 6),
    planned_finish=PartialDate(2021, 12),
    actual_start=PartialDate(2019, 6),
    total_wan=D(100_000),
    cum_prior_wan=D(20_000),
    plan_wan=D(30_000),
    cum_total_wan=D(32_000),
    sources_wan=D(100_000),
    capital_wan=D(20_000),
    estimate_wan=D(95_000),
    budget_wan=D(100_000),
    land_mu=D(300),
    permits=PERMITS,
    previous_stage=Stage.BUILD,
)
PAST = tuple(PastMonth(Month(2020, month), D(2_000), D(2_000) * month, f"{month}月底路基完成{month * 6}％，桥梁下部施工") for month in range(1, 6))
REPORT = MonthRecord(
    project=PROJECT,
    month=Month(2020, 6),
    done_month_wan=D(2_000),
    done_ytd_wan=D(12_000),
    cum_total_wan=D(32_000),
    progress_text="路基完成40%，桥梁下部结构施工",
    stated_rate_percent=D("40.0"),
    past=PAST,
)
LIST = ListRecord("2020年重大基础设施项目", 151, D(35_400_000), 151, D(35_400_000))
RETURN = ReturnRecord("黄岛区", Month(2020, 6), date(2020, 7, 10), date(2020, 7, 10), {7: "滨海大道改造工程"}, frozenset({7}))

Heard = list[tuple[str, Severity, str | None]]


def project(**changes: Any) -> ProjectRecord:
    return replace(PROJECT, **changes)


def report(*, of: Mapping[str, Any] | None = None, **changes: Any) -> MonthRecord:
    """The ordinary report, changed; `of` changes its project."""
    return replace(REPORT, project=project(**(of or {})), **changes)


def context(**changes: Any) -> Context:
    """The ordinary context, changed; `limits` changes thresholds."""
    limits = changes.pop("limits", None)
    if limits:
        changes["thresholds"] = replace(CONTEXT.thresholds, **limits)
    return replace(CONTEXT, **changes)


def hear(rule: Callable[..., Any], record: Any, judged_in: Context = CONTEXT) -> Heard:
    """What one rule says of a record, each finding also proven to read well in both languages and to store as JSON."""
    findings = run((rule,), record, judged_in)
    for finding in findings:
        assert_reads_well(finding)
    return [(finding.code, finding.severity, finding.field) for finding in findings]


def assert_reads_well(finding: Finding) -> None:
    texts = [speak(finding, language) for speak in (message, advice) for language in ("zh-hans", "en")]
    assert not [text for text in texts if "{" in text or "None" in text]
    assert texts[0] != texts[1]
    assert all(text.strip() for text in texts)
    assert json.loads(json.dumps(dict(finding.params))) == dict(finding.params)
