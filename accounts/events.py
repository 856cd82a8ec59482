"""The event log in words: what an event is called, what it was about, and what is told beside it.

Rows keep codes and ids, which never change; the words are made when the log is read, in the reader's language. An event that no table
names is shown by its code, and nothing is hidden.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import AuditEvent, ReportingUnit
from accounts.words import listed

# The first word of an event that names no model, and a model's own words otherwise.
_AREAS: Mapping[str, Any] = {
    "month": gettext_lazy("月报"),
    "period": gettext_lazy("填报期"),
    "report": gettext_lazy("报表"),
    "template": gettext_lazy("填报模板"),
    "job": gettext_lazy("后台任务"),
    "mapping": gettext_lazy("表头对应"),
    "correction": gettext_lazy("数据更正"),
    "fund": gettext_lazy("资金"),
    "token": gettext_lazy("接口令牌"),
    "cut": gettext_lazy("数据定格"),
    "light": gettext_lazy("红黄绿灯"),
    "bi": gettext_lazy("BI 数据库登录"),
    "table": gettext_lazy("数据表"),
}
_VERBS: Mapping[str, Any] = {
    "add": gettext_lazy("新增"),
    "change": gettext_lazy("修改"),
    "delete": gettext_lazy("删除"),
    "refused": gettext_lazy("被拒绝"),
    "export": gettext_lazy("导出"),
    "receive": gettext_lazy("接收文件"),
    "check": gettext_lazy("检查"),
    "choose": gettext_lazy("选定取值"),
    "commit": gettext_lazy("提交入库"),
    "undo": gettext_lazy("撤回"),
    "redo": gettext_lazy("恢复"),
    "download": gettext_lazy("下载"),
    "download_held": gettext_lazy("下载未入库的行"),
    "released": gettext_lazy("中断后释放"),
    "pruned": gettext_lazy("清理过期记录"),
    "failed": gettext_lazy("失败"),
    "cancel": gettext_lazy("取消"),
    "submit": gettext_lazy("报送"),
    "return": gettext_lazy("退回"),
    "approve": gettext_lazy("审核通过"),
    "void": gettext_lazy("改动后回到草稿"),
    "restore": gettext_lazy("随撤销恢复"),
    "nil": gettext_lazy("零报"),
    "nil_withdraw": gettext_lazy("撤回零报"),
    "nil_again": gettext_lazy("恢复零报"),
    "set_aside": gettext_lazy("随项目移出"),
    "remind": gettext_lazy("催报"),
    "override": gettext_lazy("人工改灯"),
    "explanation": gettext_lazy("情况说明"),
    "statistics": gettext_lazy("纳统情况"),
    "adopt": gettext_lazy("采用新规则"),
    "open": gettext_lazy("开放"),
    "lock": gettext_lazy("锁定"),
    "unlock": gettext_lazy("解锁"),
    "except": gettext_lazy("准予延期"),
    "revoke": gettext_lazy("收回"),
    "remember": gettext_lazy("记住"),
    "marked": gettext_lazy("下载问题标注"),
    "make": gettext_lazy("提出"),
    "propose": gettext_lazy("提出"),
    "settle": gettext_lazy("办结"),
    "approved": gettext_lazy("批准"),
    "withdrawn": gettext_lazy("撤回"),
    "reopened": gettext_lazy("退回待审核"),
    "post": gettext_lazy("记账"),
    "strike": gettext_lazy("撤销登记"),
    "issue": gettext_lazy("登记发行"),
    "revise": gettext_lazy("编制新版"),
    "roll": gettext_lazy("滚动生成"),
    "redeem": gettext_lazy("提前还本"),
}
_OUTCOMES: Mapping[str, Any] = {
    "ok": gettext_lazy("成功"),
    "denied": gettext_lazy("无权限，已拒绝"),
    "refused": gettext_lazy("已拒绝"),
    "failed": gettext_lazy("失败"),
    "lost": gettext_lazy("中断"),
    "received": gettext_lazy("已接收"),
    "checked": gettext_lazy("已检查"),
    "committed": gettext_lazy("已入库"),
}
_KEYS: Mapping[str, Any] = {
    "name": gettext_lazy("名称"),
    "changed": gettext_lazy("改了"),
    "counts": gettext_lazy("计数"),
    "reason": gettext_lazy("原因"),
    "note": gettext_lazy("说明"),
    "unit": gettext_lazy("单位"),
    "period": gettext_lazy("月份"),
    "known": gettext_lazy("掌握时点"),
    "year": gettext_lazy("年份"),
    "month": gettext_lazy("月份"),
    "count": gettext_lazy("个数"),
    "report": gettext_lazy("报表"),
    "project": gettext_lazy("项目"),
    "projects": gettext_lazy("项目数"),
    "field": gettext_lazy("字段"),
    "fields": gettext_lazy("字段"),
    "size": gettext_lazy("字节数"),
    "sha256": gettext_lazy("校验值"),
    "door": gettext_lazy("入口"),
    "kind": gettext_lazy("类别"),
    "sector": gettext_lazy("领域"),
    "lists": gettext_lazy("清单类别"),
    "version": gettext_lazy("清单版本"),
    "code": gettext_lazy("代码"),
    "due_on": gettext_lazy("截止"),
    "until": gettext_lazy("延至"),
    "state": gettext_lazy("状态"),
    "value": gettext_lazy("新值"),
    "published": gettext_lazy("原公布值"),
    "channel": gettext_lazy("渠道"),
    "told": gettext_lazy("内容"),
    "chosen": gettext_lazy("已选定"),
    "open": gettext_lazy("未选定"),
    "attempts": gettext_lazy("次数"),
    "worker": gettext_lazy("执行进程"),
    "verb": gettext_lazy("动作"),
    "not_approved": gettext_lazy("未审核"),
    "locked_at": gettext_lazy("锁定时间"),
    "locks_on": gettext_lazy("计划锁定日期"),
    "locked_by": gettext_lazy("锁定人"),
    "heading": gettext_lazy("表头"),
    "findings": gettext_lazy("问题数"),
    "made": gettext_lazy("做法"),
    "funds": gettext_lazy("债券或计划"),
    "amount": gettext_lazy("金额（万元）"),
    "base": gettext_lazy("基年"),
    "plan": gettext_lazy("规划期"),
    "source": gettext_lazy("资金来源"),
    "only": gettext_lazy("范围"),
    "resource": gettext_lazy("数据表"),
    "form": gettext_lazy("格式"),
    "filter": gettext_lazy("条件"),
    "written": gettext_lazy("导出行数"),
    # What an upload counts.
    "rows": gettext_lazy("读到行"),
    "create": gettext_lazy("新增"),
    "change": gettext_lazy("变更"),
    "same": gettext_lazy("无变化"),
    "skip": gettext_lazy("跳过"),
    "held": gettext_lazy("未入库"),
    "conflict": gettext_lazy("待选定"),
    "missing": gettext_lazy("表中缺少"),
    "error": gettext_lazy("阻断"),
    "warning": gettext_lazy("需说明"),
    "info": gettext_lazy("提示"),
    "dropped": gettext_lazy("未列出"),
    "nil": gettext_lazy("零报"),
    "set_aside": gettext_lazy("随项目移出的变更申请"),
    "deleted": gettext_lazy("删除"),
    "restored": gettext_lazy("恢复"),
}
_VALUES: Mapping[str, Any] = {
    "command": gettext_lazy("命令"),
    "public": gettext_lazy("公开接口"),
    "oc4ids": gettext_lazy("开放数据（OC4IDS）"),
    "city_progress_by_unit": gettext_lazy("投资进展表（按单位）"),
    "city_progress_by_sector": gettext_lazy("投资进展表（按领域）"),
    "city_progress_by_kind": gettext_lazy("投资进展表（按清单类别）"),
    "returns": gettext_lazy("填报情况表"),
    "money": gettext_lazy("资金总览"),
    "gap": gettext_lazy("项目资金缺口表"),
    "rolling": gettext_lazy("三年滚动投资计划表"),
    "reserve": gettext_lazy("储备项目"),
    "infrastructure": gettext_lazy("重大基础设施"),
    "emerging": gettext_lazy("战略性新兴产业"),
    "change_reason": gettext_lazy("说明"),
    "password": gettext_lazy("密码"),
}


# Ids of single rows, told already by how many there are.
_UNTOLD = frozenset({"reports"})


def event_words(code: str) -> str:
    """`upload.commit.refused` → 上传 提交入库 被拒绝."""
    area, *verbs = code.split(".")
    return " ".join([_area(area), *(str(_VERBS.get(verb, verb)) for verb in verbs)])


def is_worded(code: str) -> bool:
    """Whether every part of an event's code has words."""
    area, *verbs = code.split(".")
    return _area(area) != area and all(verb in _VERBS for verb in verbs)


def _area(name: str) -> str:
    if name in _AREAS:
        return str(_AREAS[name])
    for model in apps.get_models():
        if model._meta.model_name == name:
            return str(model._meta.verbose_name)
    return name


def outcome_words(outcome: str) -> str:
    return str(_OUTCOMES.get(outcome, outcome))


def codes_like(text: str) -> list[str]:
    """The codes among those that happened whose words hold this text: so that 提交入库 can be searched for."""
    codes = AuditEvent.objects.order_by().values_list("event", flat=True).distinct()
    return [code for code in codes if text in event_words(code)]


# --- What an event was about -------------------------------------------------------------------------------------------------------


def object_names(events: Iterable[AuditEvent]) -> dict[tuple[str, str], str]:
    """(type, id) → what the row is called now. One query for each type among the events."""
    wanted: dict[str, set[str]] = {}
    for event in events:
        if event.object_id and _model(event.object_type) is not None:
            wanted.setdefault(event.object_type, set()).add(event.object_id)
    names: dict[tuple[str, str], str] = {}
    for label, ids in wanted.items():
        model: Any = _model(label)
        pointed = [field.name for field in model._meta.concrete_fields if field.many_to_one and not field.null]
        rows = model._base_manager.filter(pk__in=[key for key in ids if key.isdigit()]).select_related(*pointed)
        names |= {(label, str(row.pk)): str(row) for row in rows}
    return names


def object_words(event: AuditEvent, names: Mapping[tuple[str, str], str]) -> str:
    """The kind of thing and its name: as it is called now, else as it was called then, else its number."""
    if not event.object_type:
        return "—"
    model = _model(event.object_type)
    kind = str(model._meta.verbose_name) if model is not None else event.object_type
    told = names.get((event.object_type, event.object_id)) or event.detail.get("name") or f"#{event.object_id}"
    return f"{kind} {told}"


def _model(label: str) -> type[models.Model] | None:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


# --- What is told beside it --------------------------------------------------------------------------------------------------------


def detail_words(event: AuditEvent, names: Mapping[tuple[str, str], str]) -> str:
    """Each thing told, under its label; counts of nothing are left out, and so is the name, which stands with the object."""
    model = _model(event.object_type) if event.object_type else None
    told = []
    for key, value in event.detail.items():
        if value in (None, "", [], {}) or key in _UNTOLD or (key == "name" and event.object_type):
            continue
        shown = names.get((key, str(value))) or _value(value, model)
        if shown:
            told.append(_("%(label)s：%(value)s") % {"label": _KEYS.get(key, key), "value": shown})
    return "；".join(told)


def _value(value: Any, model: type[models.Model] | None) -> str:
    if isinstance(value, dict):
        counts = ((key, part) for key, part in value.items() if part not in (None, "", 0))
        return listed(f"{_KEYS.get(key, key)} {_value(part, model)}" for key, part in counts)
    if isinstance(value, list):
        return listed(_value(part, model) for part in value)
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return str(_VALUES[value]) if value in _VALUES else _column(str(value), model)


def _column(name: str, model: type[models.Model] | None) -> str:
    """A column's words; of a row inside another's form (`codes.code`) those of both."""
    if model is None or not name.replace("_", "").replace(".", "").isidentifier():
        return name
    head, _dot, rest = name.partition(".")
    try:
        field: Any = model._meta.get_field(head)
    except FieldDoesNotExist:
        return name
    words = str(getattr(field, "verbose_name", "") or field.related_model._meta.verbose_name)
    return f"{words} {_column(rest, field.related_model)}" if rest else words


def place_names() -> dict[tuple[str, str], str]:
    """What a unit or a period told by its id or key is called. Two queries."""
    told: dict[tuple[str, str], str] = {}
    for key, slug, name in ReportingUnit.objects.values_list("pk", "key", "short_name"):
        told |= {("unit", str(key)): name, ("unit", slug): name}
    periods: Any = _model("projects.reportingperiod")
    return told | {("period", str(row.pk)): str(row) for row in periods._default_manager.all()}
