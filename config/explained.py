"""Our own views as the explanations know them: what each needs, and what stands in the way beside posts. The wiring knows every app."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts import explain, explain_query
from accounts.explain import Deed, Verdict, register
from accounts.explain_query import Part
from accounts.models import ReportingUnit
from accounts.roles import Action
from exchange.models import Upload
from funding.models import Bond, BondIssue, CentralPlan, FinancePlan, PaperFile, QuotaBatch, RollingPlan
from projects.models import ListVersion, MonthReport, Project, Proposal, ReportingPeriod
from projects.services.periods import writable
from projects.values import Month


def _upload(url_name: str, label: Any, verb: str = "view", action: Action = Action.VIEW, method: str = "GET") -> None:
    register(url_name, Deed(label, verb, action, Upload, "public_id", closed=Verdict.HIDDEN), method)


_upload("exchange:upload", _("上传的文件"))
_upload("exchange:file", _("上传的原文件"))
_upload("exchange:findings-json", _("上传的检查结果"))
_upload("exchange:findings-xlsx", _("上传的检查结果"))
_upload("exchange:findings-csv", _("上传的检查结果"))
_upload("exchange:check", _("重新检查上传的文件"), "do", Action.UPLOAD, "POST")
_upload("exchange:commit", _("提交上传的文件"), "do", Action.UPLOAD, "POST")
_upload("exchange:choose", _("选择上传的冲突"), "do", Action.UPLOAD, "POST")
_upload("exchange:undo", _("撤销上传"), "do", Action.UNDO, "POST")
register("upload-by-number", Deed(_("上传的文件"), "view", Action.VIEW, Upload, closed=Verdict.HIDDEN))
register("exchange:list", Deed(_("上传与检查"), "view", Action.VIEW))
register("exchange:list", Deed(_("上传文件"), "do", Action.UPLOAD), "POST")
register("reports:index", Deed(_("报表"), "view", Action.VIEW))
register("reports:dashboard", Deed(_("总览"), "view", Action.VIEW, foreign=Verdict.HIDDEN))
register("reports:city", Deed(_("投资进展表"), "view", Action.VIEW))
register("reports:city_xlsx", Deed(_("下载投资进展表"), "do", Action.EXPORT))
register("reports:monthly_xlsx", Deed(_("下载月度报表"), "do", Action.EXPORT))
register("reports:projects", Deed(_("报表的项目明细"), "view", Action.VIEW, foreign=Verdict.HIDDEN))
register("reports:figure", Deed(_("一个数的出处"), "view", Action.VIEW))
register("reports:same_figures", Deed(_("同数同源"), "view", Action.VIEW))
register("reports:lights", Deed(_("亮灯"), "view", Action.VIEW, foreign=Verdict.HIDDEN))
register("reports:lights_xlsx", Deed(_("下载红灯清单"), "do", Action.EXPORT, foreign=Verdict.HIDDEN))
register("reports:light_simulator", Deed(_("亮灯规则试算"), "view", Action.VIEW, foreign=Verdict.HIDDEN))
register("reports:quality", Deed(_("填报质量"), "view", Action.VIEW))
register("reports:quality_unit", Deed(_("单位的填报质量"), "view", Action.VIEW, foreign=Verdict.HIDDEN))
register("reports:quality_xlsx", Deed(_("下载填报质量"), "do", Action.EXPORT))
register("reports:money", Deed(_("资金总览"), "view", Action.VIEW))
register("reports:money_xlsx", Deed(_("下载资金总览"), "do", Action.EXPORT))
register("reports:gap", Deed(_("资金缺口"), "view", Action.VIEW, foreign=Verdict.HIDDEN))
register("reports:gap_xlsx", Deed(_("下载资金缺口表"), "do", Action.EXPORT))
register("reports:rolling", Deed(_("三年滚动投资计划表"), "view", Action.VIEW, foreign=Verdict.HIDDEN))
register("reports:rolling_xlsx", Deed(_("下载三年滚动投资计划表"), "do", Action.EXPORT))
register("reports:reserve", Deed(_("储备项目"), "view", Action.VIEW, foreign=Verdict.HIDDEN))
register("reports:reserve_xlsx", Deed(_("下载储备项目"), "do", Action.EXPORT))
register("reports:debt", Deed(_("还本付息"), "view", Action.VIEW))
register("reports:indicators", Deed(_("经济运行重要指标"), "view", Action.VIEW))
register("reports:indicator", Deed(_("一项指标的走势"), "view", Action.VIEW, foreign=Verdict.HIDDEN))
register("reports:indicators_xlsx", Deed(_("下载经济运行重要指标"), "do", Action.EXPORT))
register("reports:timeline", Deed(_("项目全过程"), "view", Action.VIEW, Project, "uid"))
register("reports:debt_xlsx", Deed(_("下载还本付息"), "do", Action.EXPORT))
register("reports:returns_xlsx", Deed(_("下载“谁没报”"), "do", Action.EXPORT))
register("exchange:template", Deed(_("下载填报表"), "view", Action.EXPORT))
register("exchange:template-xlsx", Deed(_("下载填报表"), "do", Action.EXPORT))
register("admin:projects_project_page", Deed(_("项目"), "view", Action.VIEW, Project, in_admin=True))
register("admin:projects_lists_joint", Deed(_("清单合并去重"), "view", Action.VIEW, in_admin=True))
register("admin:projects_listversion_page", Deed(_("清单版本"), "view", Action.VIEW, ListVersion, in_admin=True))
register("admin:projects_listversion_compare", Deed(_("两版清单比较"), "view", Action.VIEW, ListVersion, in_admin=True))
register("admin:projects_returns", Deed(_("谁没报"), "view", Action.VIEW, closed=Verdict.HIDDEN, in_admin=True))
register("admin:projects_month_unit", Deed(_("本单位本月"), "view", Action.VIEW, ReportingUnit, closed=Verdict.HIDDEN, in_admin=True))
register("admin:projects_monthreport_corrections", Deed(_("更正"), "view", Action.VIEW, MonthReport, closed=Verdict.HIDDEN, in_admin=True))
register("admin:projects_reportingperiod_page", Deed(_("填报期"), "view", Action.VIEW, ReportingPeriod, closed=Verdict.HIDDEN, in_admin=True))
register("admin:projects_reportingperiod_remind", Deed(_("催报"), "do", Action.REMIND, ReportingPeriod, closed=Verdict.HIDDEN, in_admin=True))
for _method in ("GET", "POST"):
    register("admin:projects_lightprofile_adopt", Deed(_("采用新的亮灯规则"), "do", Action.REFERENCE, in_admin=True, whole_city=True), _method)
register("admin:projects_proposal_approve", Deed(_("批准变更申请"), "do", Action.APPROVE, Proposal, in_admin=True), "POST")
register("admin:projects_proposal_refuse", Deed(_("不批准变更申请"), "do", Action.APPROVE, Proposal, in_admin=True), "POST")
register("admin:projects_proposal_withdraw", Deed(_("撤回变更申请"), "do", Action.EDIT, Proposal, in_admin=True), "POST")
for _method in ("GET", "POST"):
    register("admin:projects_proposal_make", Deed(_("提出变更申请"), "do", Action.EDIT, Project, in_admin=True), _method)
register("admin:funding_quotabatch_page", Deed(_("债券额度批次"), "view", Action.VIEW, QuotaBatch, in_admin=True))
register("admin:funding_quotabatch_strike", Deed(_("撤销额度批次登记"), "do", Action.DELETE, QuotaBatch, in_admin=True, whole_city=True))
register("admin:funding_quotabatch_strike", Deed(_("撤销额度批次登记"), "do", Action.DELETE, QuotaBatch, in_admin=True, whole_city=True), "POST")
register("admin:funding_bondissue_strike", Deed(_("撤销发行批次登记"), "do", Action.DELETE, BondIssue, in_admin=True, whole_city=True))
register("admin:funding_bondissue_strike", Deed(_("撤销发行批次登记"), "do", Action.DELETE, BondIssue, in_admin=True, whole_city=True), "POST")
register("admin:funding_bond_strike", Deed(_("撤销债券登记"), "do", Action.DELETE, Bond, in_admin=True, whole_city=True))
register("admin:funding_bond_strike", Deed(_("撤销债券登记"), "do", Action.DELETE, Bond, in_admin=True, whole_city=True), "POST")
register("admin:funding_centralplan_strike", Deed(_("撤销投资计划登记"), "do", Action.DELETE, CentralPlan, in_admin=True, whole_city=True))
register("admin:funding_centralplan_strike", Deed(_("撤销投资计划登记"), "do", Action.DELETE, CentralPlan, in_admin=True, whole_city=True), "POST")
register("admin:funding_bond_page", Deed(_("债券"), "view", Action.VIEW, Bond, in_admin=True))
register("admin:funding_bond_page", Deed(_("债券资金记账"), "do", Action.EDIT, Bond, in_admin=True, whole_city=True), "POST")
register("admin:funding_centralplan_page", Deed(_("中央预算内投资计划"), "view", Action.VIEW, CentralPlan, in_admin=True))
register("admin:funding_centralplan_page", Deed(_("投资计划记账"), "do", Action.EDIT, CentralPlan, in_admin=True, whole_city=True), "POST")
register("admin:funding_financeplan_page", Deed(_("资金方案"), "view", Action.VIEW, FinancePlan, in_admin=True))
register("admin:funding_financeplan_page", Deed(_("编制资金方案新版"), "do", Action.EDIT, FinancePlan, in_admin=True), "POST")
register("admin:funding_rollingplan_page", Deed(_("三年滚动投资计划"), "view", Action.VIEW, RollingPlan, in_admin=True))
register("admin:funding_rollingplan_page", Deed(_("滚动生成下一期"), "do", Action.EDIT, RollingPlan, in_admin=True, whole_city=True), "POST")
register("admin:funding_double", Deed(_("重复支持核对"), "view", Action.VIEW, in_admin=True))
register("admin:funding_proof", Deed(_("账目核对"), "view", Action.VIEW, in_admin=True, whole_city=True))
register("admin:funding_watch", Deed(_("资金预警"), "view", Action.VIEW, in_admin=True))
register("admin:funding_dossier_standing", Deed(_("债券项目材料"), "view", Action.VIEW, in_admin=True))
register("admin:funding_dossier_file", Deed(_("材料文件"), "view", Action.VIEW, PaperFile, closed=Verdict.HIDDEN, in_admin=True))


def month_closed(user: Any, deed: Deed, obj: Any) -> Iterable[str]:
    """A month that is locked or not yet open can't be written, whoever asks; one that was handed in is not taken out."""
    if isinstance(obj, MonthReport) and deed.verb in ("change", "delete"):
        said = writable(obj.project.unit_id, obj.period)
        if deed.verb == "delete" and obj.events.exists():
            yield str(_("已提交、退回或审核过的月报不能删除"))
        if not said:
            yield said.said(get_language() or "zh")


explain.hindrances.append(month_closed)


def month_part(user: Any, deed: Deed, text: str) -> Part:
    """A month, or a period by its number. Whoever sees the rows sees them of every month."""
    numbered = text.isascii() and text.isdigit() and len(text) < 10
    period = ReportingPeriod.objects.filter(pk=int(text)).first() if numbered else None
    if period is not None:
        return Part(True, gettext("网址里选的是%(month)s，查看不按月份限制") % {"month": period})
    try:
        month = Month.parse(text)
    except ValueError:
        return Part(False, gettext("网址里选的月份“%(value)s”不存在，这样选没有结果") % {"value": text[:40]})
    return Part(True, gettext("网址里选的是%(month)s，查看不按月份限制") % {"month": month})


explain_query.readers |= {"period": month_part, "month": month_part}
