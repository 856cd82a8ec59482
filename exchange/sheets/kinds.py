"""The columns of all sheets, and which of them each kind of sheet has in which order. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.sheets.column import Column, Kind, ReaderKind
from projects.values import MoneyUnit

_R = ReaderKind
_WAN = MoneyUnit.WAN

_IDENTITY = (
    Column("serial", "序号", _R.SERIAL, aliases=("序", "编号"), width=6),
    Column(
        "name",
        "项目名称",
        _R.NAME,
        aliases=("工程名称", "项目(工程)名称"),
        required_from="always",
        help="填写立项文件上的全称，一期、二期分行填写",
        width=36,
    ),
    Column(
        "code",
        "项目代码",
        _R.CODE,
        aliases=("投资项目统一代码", "在线平台项目代码", "项目统一编码"),
        required_from="PLANNED",
        help="24位：4-6-2-2-6，按文本格式填写",
        width=28,
    ),
    Column("local_code", "储备库编号", _R.LOCAL_CODE, aliases=("项目编号", "入库编号"), help="按文本格式填写，保留前面的0", width=16),
    Column("district", "所属区市", _R.PLACE, aliases=("区市", "区县", "功能区"), help="填区市或功能区名称", width=12),
    Column("sector", "行业领域", _R.TEXT, aliases=("所属行业", "行业类别", "投向领域"), width=16),
    Column("owner", "项目单位", _R.OWNER, aliases=("建设单位", "项目业主", "项目法人"), width=28),
    Column("uscc", "统一社会信用代码", _R.CREDIT_CODE, aliases=("信用代码",), help="18位，按文本格式填写", width=22),
    Column("responsible_unit", "责任单位", _R.TEXT, aliases=("牵头单位", "主管部门"), width=20),
    Column("lead", "责任领导", _R.TEXT, aliases=("包抓领导", "顶格推进领导")),
    Column("address", "建设地点", _R.TEXT, aliases=("建设地址", "详细地址"), width=20),
    Column("content", "建设规模及主要内容", _R.TEXT, aliases=("建设内容及规模", "主要建设内容"), width=48),
    Column("nature", "建设性质", _R.NATURE, help="新建、改建、扩建、改扩建、迁建、技术改造、续建"),
    Column("stage", "项目阶段", _R.STAGE, aliases=("建设阶段", "项目状态"), help="前期、计划新开工、在建、停工、竣工、投产"),
)
_DATES = (
    Column("planned_start", "计划开工时间", _R.DATE, "start", ("拟开工时间",), help="2020-06 或 2020年6月"),
    Column("planned_finish", "计划竣工时间", _R.DATE, "finish", ("拟竣工时间", "计划建成时间"), help="2022-12 或 2022年12月"),
    Column("actual_start", "实际开工时间", _R.DATE, "start", ("开工时间",), help="没有开工的留空"),
    Column("actual_finish", "实际竣工时间", _R.DATE, "finish", ("竣工时间",), help="没有竣工的留空"),
    Column("planned_period", "建设起止年限", _R.PERIOD, "period", ("建设周期", "起止年月"), help="2019.3-2022.12"),
)
_PLAN = (
    Column("total_wan", "总投资", _R.AMOUNT, "total_investment", ("计划总投资", "项目总投资"), _WAN, "RESERVE"),
    Column("cum_prior_wan", "截至上年底累计完成投资", _R.AMOUNT, "cum_last_year", ("以前年度完成投资",), _WAN),
    Column("plan_wan", "年度计划投资", _R.AMOUNT, "annual_plan", ("当年计划投资",), _WAN, "PLANNED"),
)
_WORDS = (
    Column("annual_goal", "年度工作目标", _R.TEXT, aliases=("年度建设内容", "年度目标"), width=28),
    Column("progress_text", "形象进度", _R.TEXT, "image_progress", ("项目进展情况", "工程进度"), width=28),
    Column("problems", "存在问题", _R.TEXT, aliases=("需协调解决事项",), width=28),
    Column("contact", "联系人", _R.TEXT),
    Column("phone", "联系电话", _R.TEXT, aliases=("联系方式",), width=16),
    Column("remarks", "备注", _R.TEXT, aliases=("说明",), width=20),
    Column("land_mu", "用地面积", _R.LAND, aliases=("占地面积",), unit="亩"),
)
_MONTH = (
    Column("period", "报告期", _R.MONTH, aliases=("月份",), help="2020-06"),
    Column("done_month_wan", "本月完成投资", _R.AMOUNT, "month_done", ("当月完成投资",), _WAN),
    Column("done_ytd_wan", "本年累计完成投资", _R.AMOUNT, "ytd_done", ("年初至今累计完成投资",), _WAN, "always"),
    Column("cum_total_wan", "自开工累计完成投资", _R.AMOUNT, "cum_total", ("开工以来累计完成投资",), _WAN),
    Column("progress_percent", "占年度计划比例", _R.SHARE, aliases=("占年度计划", "投资完成率"), unit="%"),
)
_EMERGING = (
    Column("expected_output_wan", "达产后年产值", _R.AMOUNT, aliases=("预计年产值",), unit=_WAN),
    Column("expected_tax_wan", "年税收", _R.AMOUNT, aliases=("达产后年税收",), unit=_WAN),
)
_BOND = (
    Column("batch", "批次", _R.TEXT),
    Column("bond_need_wan", "专项债券需求", _R.AMOUNT, unit=_WAN),
    Column("bond_prior_wan", "以前批次已安排", _R.AMOUNT, unit=_WAN),
    Column("bond_this_wan", "本次安排额度", _R.AMOUNT, unit=_WAN),
    Column("bond_arrived_wan", "已拨付", _R.AMOUNT, unit=_WAN),
    Column("bond_spent_wan", "已支出", _R.AMOUNT, unit=_WAN),
    Column("capital_wan", "项目资本金", _R.AMOUNT, unit=_WAN),
    Column("other_financing_wan", "其他融资", _R.AMOUNT, unit=_WAN),
    Column("term_years", "债券期限", _R.TERM, unit="年"),
    Column("rate_percent", "发行利率", _R.RATE, "rate", unit="%"),
    Column("issue_date", "发行日期", _R.DATE),
)
_CENTRAL = (
    Column("program", "专项名称", _R.TEXT, width=24),
    Column("doc_no", "下达文号", _R.TEXT, width=24),
    Column("central_total_wan", "中央预算内投资总额", _R.AMOUNT, unit=_WAN),
    Column("central_prior_wan", "以前年度已下达", _R.AMOUNT, unit=_WAN),
    Column("central_this_wan", "本次下达", _R.AMOUNT, unit=_WAN),
    Column("central_paid_wan", "资金到位", _R.AMOUNT, unit=_WAN),
    Column("central_spent_wan", "资金支付", _R.AMOUNT, unit=_WAN),
    Column("central_done_wan", "完成投资", _R.AMOUNT, unit=_WAN),
    Column("prov_match_wan", "省级配套", _R.AMOUNT, unit=_WAN),
    Column("city_match_wan", "市级配套", _R.AMOUNT, unit=_WAN),
    Column("self_raised_wan", "自筹及其他", _R.AMOUNT, unit=_WAN),
)

COLUMNS: Mapping[str, Column] = {column.field: column for column in (*_IDENTITY, *_DATES, *_PLAN, *_WORDS, *_MONTH, *_EMERGING, *_BOND, *_CENTRAL)}


def _fields(*names: str) -> tuple[Column, ...]:
    return tuple(COLUMNS[name] for name in names)


_LIST = (
    *("serial", "name", "code", "district", "sector", "owner", "uscc", "responsible_unit", "address", "content", "nature", "stage"),
    *("planned_start", "planned_finish", "actual_start", "actual_finish", "total_wan", "cum_prior_wan", "plan_wan", "annual_goal"),
)

SHEETS: Mapping[Kind, tuple[Column, ...]] = {
    Kind.INFRASTRUCTURE: _fields(*_LIST, "progress_text", "problems", "contact", "phone", "land_mu", "remarks"),
    Kind.EMERGING: _fields(*_LIST, "expected_output_wan", "expected_tax_wan", "progress_text", "problems", "contact", "phone", "remarks"),
    Kind.MONTHLY: _fields(
        *("serial", "name", "code", "district", "sector", "owner", "stage", "total_wan", "cum_prior_wan", "plan_wan", "done_month_wan"),
        *("done_ytd_wan", "cum_total_wan", "progress_percent", "actual_start", "progress_text", "problems", "contact", "phone", "remarks"),
    ),
    Kind.BOND: _fields(
        *("serial", "batch", "district", "name", "code", "local_code", "owner", "sector", "total_wan", "capital_wan", "bond_need_wan"),
        *("other_financing_wan", "bond_prior_wan", "bond_this_wan", "bond_spent_wan", "term_years", "rate_percent", "issue_date", "remarks"),
    ),
    Kind.CENTRAL: _fields(
        *("serial", "program", "name", "code", "district", "owner", "planned_start", "planned_finish", "total_wan", "central_total_wan"),
        *("prov_match_wan", "city_match_wan", "self_raised_wan", "central_prior_wan", "central_this_wan", "central_paid_wan"),
        *("central_spent_wan", "central_done_wan", "doc_no", "remarks"),
    ),
}


def column_of(field: str) -> Column:
    """The column of a field; KeyError for a field no sheet has."""
    return COLUMNS[field]


def neutral_name(field: str) -> str:
    """The field's name in neutral JSON."""
    return COLUMNS[field].neutral_field
