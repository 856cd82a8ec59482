"""The dimensions of the star: what facts are of, by, in and under."""

from __future__ import annotations

from reports.bi.star import View, day, flag, moment, month, text, wan, whole

PROJECT = View(
    "bi_project",
    "项目",
    (
        whole("id", "项目主键", "p.id"),
        text("uid", "项目编号", "p.uid"),
        text("code", "项目代码（主代码）", "c.code"),
        text("name", "项目名称", "p.name"),
        text("kind", "类别：infrastructure 重大基础设施，emerging 战略性新兴产业", "p.kind"),
        text("stage", "阶段", "p.stage"),
        text("nature", "建设性质", "p.nature"),
        whole("unit_id", "填报单位，见 bi_unit", "p.unit_id"),
        whole("sector_id", "领域，见 bi_sector", "p.sector_id"),
        text("owner_name", "建设单位", "o.name"),
        wan("total_wan", "总投资", "p.total_wan"),
        flag("is_approx", "总投资为约数", "p.is_approx"),
        text("planned_start", "计划开工（年、月或日）", "p.planned_start"),
        text("planned_finish", "计划竣工（年、月或日）", "p.planned_finish"),
        text("actual_start", "实际开工（年、月或日）", "p.actual_start"),
        text("actual_finish", "实际竣工（年、月或日）", "p.actual_finish"),
        flag("is_synthetic", "演示数据", "p.is_synthetic"),
        moment("updated_at", "更新时间", "p.updated_at"),
    ),
    "projects_project p LEFT JOIN projects_projectcode c ON c.project_id = p.id AND c.role = 'primary' "
    "LEFT JOIN projects_organisation o ON o.id = p.owner_id",
    unit="p.unit_id",
)
UNIT = View(
    "bi_unit",
    "填报单位",
    (
        whole("id", "单位主键", "u.id"),
        text("key", "标识", "u.key"),
        text("name", "名称", "u.name"),
        text("short_name", "简称", "u.short_name"),
        text("kind", "类别：district 区市，zone 功能区，bureau 市直部门，company 市属国企", "u.kind"),
        whole("division_id", "所在区划，见 bi_division", "u.division_id"),
        whole("parent_id", "上级单位", "u.parent_id"),
        flag("is_ranked", "参加排名", "u.is_ranked"),
        whole("sort_order", "表内顺序", "u.sort_order"),
    ),
    "accounts_reportingunit u",
)
DIVISION = View(
    "bi_division",
    "行政区划",
    (
        whole("id", "区划主键", "d.id"),
        text("code", "代码", "d.code"),
        text("name", "名称", "d.name"),
        text("short_name", "简称", "d.short_name"),
        text("level", "级别", "d.level"),
    ),
    "accounts_division d",
)
SECTOR = View(
    "bi_sector",
    "领域（基础设施领域、战略性新兴产业领域、专项债券投向领域）",
    (
        whole("id", "领域主键", "k.id"),
        text("scheme", "体系", "k.scheme"),
        text("code", "代码", "k.code"),
        text("name", "名称", "k.name"),
        whole("parent_id", "上级领域", "k.parent_id"),
        whole("sort_order", "顺序", "k.sort_order"),
    ),
    "projects_classification k WHERE k.scheme IN ('infrastructure_sector', 'sei_field', 'bond_use_area')",
)
LIST = View(
    "bi_list",
    "项目清单（每一版一行）",
    (
        whole("id", "清单版本主键", "v.id"),
        whole("list_id", "清单主键", "l.id"),
        text("list_key", "清单标识", "l.key"),
        text("name", "清单名称", "l.name"),
        whole("year", "年份", "l.year"),
        text("kind", "类别", "l.kind"),
        whole("number", "版次", "v.number"),
        day("as_of", "日期", "v.as_of"),
        text("doc_no", "文号", "v.doc_no"),
        whole("declared_count", "公布项目数", "v.declared_count"),
        wan("declared_total_wan", "公布总投资", "v.declared_total_wan"),
    ),
    "projects_listversion v JOIN projects_projectlist l ON l.id = v.list_id",
)
MONTH = View(
    "bi_month",
    "填报期（月份；分半月填报的另有上、下半月）",
    (
        whole("id", "填报期主键", "t.id"),
        month("year_month", "月份", "t.year, t.month"),
        whole("year", "年份", "t.year"),
        whole("month", "月", "t.month"),
        whole("half", "0 整月，1 上半月，2 下半月", "t.half"),
        day("due_on", "截止日期", "t.due_on"),
    ),
    "projects_reportingperiod t",
)
BOND = View(
    "bi_bond",
    "债券",
    (
        whole("id", "债券主键", "b.id"),
        text("name", "债券全称", "b.name"),
        whole("year", "发行年份", "s.year"),
        whole("issue_number", "发行批次", "s.number"),
        text("type", "债券类型", "b.type"),
        text("purpose", "发行用途", "b.purpose"),
        whole("years", "期限（年）", "b.years"),
        wan("amount_wan", "发行额", "b.amount_wan"),
        wan("assigned_wan", "已分配", "b.assigned_wan"),
        day("value_on", "起息日", "b.value_on"),
        day("matures_on", "到期日", "b.matures_on"),
        whole("use_area_id", "投向领域，见 bi_sector", "b.use_area_id"),
    ),
    "funding_bond b JOIN funding_bondissue s ON s.id = b.issue_id WHERE b.struck_at IS NULL",
)
CENTRAL_PLAN = View(
    "bi_central_plan",
    "中央预算内投资计划",
    (
        whole("id", "计划主键", "n.id"),
        whole("year", "年份", "n.year"),
        text("doc_no", "文号", "n.doc_no"),
        text("programme", "专项", "n.programme"),
        day("given_on", "下达日期", "n.given_on"),
        wan("amount_wan", "下达金额", "n.amount_wan"),
        wan("assigned_wan", "已分解", "n.assigned_wan"),
        flag("is_approximate", "约数", "n.is_approximate"),
    ),
    "funding_centralplan n WHERE n.struck_at IS NULL",
)

DIMENSIONS = (PROJECT, UNIT, DIVISION, SECTOR, LIST, MONTH, BOND, CENTRAL_PLAN)
