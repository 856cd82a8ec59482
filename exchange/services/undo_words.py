"""An inverse plan in words: each place by sheet, row, project and column, what stands there, and who changed it when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from exchange.funds import Target
from exchange.models import Reversal, Upload
from exchange.services.inverse import Inversion, Item, Model, Trace, Why
from exchange.services.inverse.traces import ABSENT
from exchange.services.parts import planned_rows
from funding.models import FundAccount
from funding.services.words import account_label
from projects.measures import plain_text
from projects.models import AnnualPlan, Door, MonthReport, Project, ReportingPeriod

KEPT_LISTED = 5000  # places kept on the record; the counts say how many there are in all


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """One place as a page or a shell prints it. `now` and `target` are words; `why` is a code, empty where the place goes back."""

    sheet: str
    row: int | None
    project: str
    project_id: int | None
    field: str
    now: str
    target: str
    why: str = ""
    by: str = ""
    at: str = ""
    door: str = ""
    upload: int | None = None
    cause: str = ""
    places: tuple[tuple[str, int], ...] = ()  # rows on whose pages the cause can be looked at, nearest first: (table, id)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def kept_places(upload: Upload, plan: Inversion) -> list[PlaceLine]:
    """The places that stay."""
    return place_lines(upload, plan.staying[:KEPT_LISTED])


def place_lines(upload: Upload, items: Sequence[Item]) -> list[PlaceLine]:
    """Items in words: a fixed number of queries, and one walk over the stored plan."""
    if not items:
        return []
    words = _Words(upload, items)
    return [words.line(item) for item in items]


class _Words:
    """What has to be looked up to say some items."""

    def __init__(self, upload: Upload, items: Sequence[Item]) -> None:
        ids = {item.trace.project_id for item in items}
        self.projects = _project_names(ids)
        people = {item.by.actor_id for item in items if item.by is not None and item.by.actor_id is not None}
        self.users = {user.pk: str(user) for user in User.objects.filter(pk__in=people)}
        periods = {item.trace.last_known("period_id") for item in items if item.trace.model is MonthReport}
        self.periods = {period.pk: period for period in ReportingPeriod.objects.filter(pk__in=periods)}
        self.related = _related(items)
        self.places, self.fund_places = _sheet_places(upload, self.projects)
        self.funds = _fund_names(items)

    def line(self, item: Item) -> PlaceLine:
        trace, by = item.trace, item.by
        sheet, row = self._place(trace)
        column = item.column or (item.cause.partition(":")[2] if item.why is Why.CHANGED else "")
        return PlaceLine(
            sheet=sheet,
            row=row,
            project=self.projects.get(trace.project_id, f"#{trace.project_id}"),
            project_id=trace.project_id if trace.model is not Project or trace.now is not None else None,
            field=self._label(trace, item.column),
            now=self._said(trace, item.column, trace.value(item.column) if item.column else None),
            target=self._said(trace, item.column, item.target) if item.column else "",
            why=item.why.value if item.why else "",
            by=self.users.get(by.actor_id, "") if by and by.actor_id else "",
            at=timezone.localtime(by.at).isoformat(timespec="minutes") if by else "",
            door=by.door if by else "",
            upload=by.upload_id if by else None,
            cause=_cause(item, column),
            places=item.hung.places if item.hung is not None else (),
        )

    def _place(self, trace: Trace) -> tuple[str, int | None]:
        if trace.model is FundAccount:
            fund = ("bond", trace.value("bond_id")) if trace.value("bond_id") is not None else ("plan", trace.value("plan_id"))
            return next((place for place, mine in self.fund_places.get(trace.project_id, []) if mine == fund), ("", None))
        found = self.places.get(trace.project_id, [])
        period = self.periods.get(trace.last_known("period_id")) if trace.model is MonthReport else None
        month = str(period.as_period) if period is not None else None
        for sheet, row, reported in found:
            if month is None or reported == month:
                return sheet, row
        return found[0][:2] if found else ("", None)

    def _label(self, trace: Trace, column: str | None) -> str:
        if column is None:
            return str(trace.model._meta.verbose_name)
        if trace.model is FundAccount:
            label = account_label(column, is_plan=trace.value("plan_id") is not None)
            return f"{self.funds.get(trace.id, '')}·{label}"
        label = str(_field(trace.model, column).verbose_name)
        if trace.model is MonthReport and (period := self.periods.get(trace.last_known("period_id"))) is not None:
            return f"{period}·{label}"
        if trace.model is AnnualPlan:
            return _("%(year)s年·%(label)s") % {"year": trace.last_known("year"), "label": label}
        return label

    def _said(self, trace: Trace, column: str | None, value: Any) -> str:
        if column is None:
            return ""
        if value is ABSENT or value is None or value == "":
            return pgettext("value", "空")
        field: Any = _field(trace.model, column)
        if field.is_relation:
            return self.related.get((field.related_model, value), f"#{value}")
        if isinstance(value, bool):
            return _("是") if value else _("否")
        if isinstance(value, Decimal):
            whole, point, decimals = plain_text(value).partition(".")
            return f"{int(whole):,}{point}{decimals}" if whole not in {"-0"} else plain_text(value)
        return str(dict(field.flatchoices or []).get(value, value))


def _field(model: Model, attname: str) -> models.Field[Any, Any]:
    return next(one for one in model._meta.concrete_fields if one.attname == attname)


def _cause(item: Item, column: str) -> str:
    """The words of what is in the way: the column that was changed, or the table of what hangs on the row."""
    if item.why in (Why.CHANGED, Why.TIED) and item.cause:
        table, _colon, name = item.cause.partition(":") if ":" in item.cause else ("", "", item.cause)
        model = next((one for one in _models() if one._meta.label_lower == (table or item.cause)), item.trace.model)
        known = {one.attname: str(one.verbose_name) for one in model._meta.concrete_fields}
        words = known.get(name) or known.get(column) or ""
        return f"{model._meta.verbose_name} · {words}" if words and model is not item.trace.model else words or str(model._meta.verbose_name)
    return item.cause


def _models() -> Iterable[Model]:
    return (Project, *(relation.related_model for relation in Project._meta.related_objects if isinstance(relation.related_model, type)))


def _project_names(ids: set[int]) -> dict[int, str]:
    """Names of projects, also of those that are gone."""
    found: dict[int, str] = {}
    keys = sorted(ids)
    for start in range(0, len(keys), 500):
        part = keys[start : start + 500]
        found |= dict(Project.history.filter(id__in=part).order_by("history_id").values_list("id", "name"))
        found |= dict(Project.objects.filter(pk__in=part).values_list("id", "name"))
    return found


def _related(items: Sequence[Item]) -> dict[tuple[Model, Any], str]:
    """Words for every row that the items point to: one query for each table pointed to."""
    wanted: dict[Model, set[Any]] = {}
    for item in items:
        if item.column:
            field: Any = _field(item.trace.model, item.column)
            if field.is_relation:
                wanted.setdefault(field.related_model, set()).update({item.target, item.trace.value(item.column)} - {None, ABSENT})
    return {(model, key): str(found) for model, keys in wanted.items() for key, found in model._default_manager.in_bulk(keys).items()}


SheetPlace = tuple[str, int, str | None]
FundPlace = tuple[tuple[str, int], tuple[str, int]]  # sheet and row, fund


def _sheet_places(upload: Upload, projects: Mapping[int, str]) -> tuple[dict[int, list[SheetPlace]], dict[int, list[FundPlace]]]:
    """Project → the places of its rows in the file: (sheet, row, month); and of its rows on fund sheets, each with its fund."""
    by_name = {name: key for key, name in projects.items()}
    found: dict[int, list[SheetPlace]] = {}
    funds: dict[int, list[FundPlace]] = {}
    for rows in planned_rows(upload):
        for row in rows:
            target = Target.unpack(row.fund) if row.fund else None
            key = row.project_id if row.project_id is not None else by_name.get(target.coming if target else row.name)
            if key is None or key not in projects or not row.intents:
                continue
            if target is not None:
                funds.setdefault(key, []).append(((row.sheet or "", row.row), (target.fund, target.id)))
            else:
                found.setdefault(key, []).append((row.sheet or "", row.row, row.period))
    return found, funds


def _fund_names(items: Sequence[Item]) -> dict[int, str]:
    """Account → its bond or plan."""
    ids = {item.trace.id for item in items if item.trace.model is FundAccount}
    rows = FundAccount.objects.filter(pk__among=sorted(ids)).select_related("bond", "plan") if ids else ()
    return {account.pk: str(account.bond or account.plan) for account in rows}


# --- sentences -----------------------------------------------------------------------------------------------------------------------

_WHY = {
    Why.CHANGED: ("此后{who}修改", "changed since{who}"),
    Why.TIED: ("与此后{who}修改的栏目相连", "tied to a column changed since{who}"),
    Why.GONE: ("所在记录此后{who}删除", "in a record deleted since{who}"),
    Why.HANGS: ("所在记录此后{who}挂上了其他内容", "in a record to which something was attached since{who}"),
    Why.LOCKED: ("所在月份已锁定", "of a locked month"),
    Why.APPROVED: ("所在月报此后{who}审核通过", "of a report approved since{who}"),
    Why.TAKEN: ("的位置已被其他记录占用", "whose place another record has taken"),
    Why.MISSING: ("原来指向的记录已不存在", "that pointed to a record no longer stored"),
    Why.POSTED: ("所在资金账户此后{who}又有流水，撤回后账不平", "of an account posted to since{who}, which would not hold"),
    Why.REVERSED: ("的流水此后{who}冲销", "of an entry reversed since{who}"),
}


def day_of(at: str) -> tuple[str, str]:
    """A moment of a place line as a day, in Chinese and in digits."""
    if not at:
        return "", ""
    moment = datetime.fromisoformat(at)
    return f"{moment.year}年{moment.month}月{moment.day}日", f"{moment:%Y-%m-%d}"


def why_words(line: Mapping[str, Any]) -> tuple[str, str]:
    """Why a place stays, in both languages: 此后被张三于2020年7月3日修改."""
    zh_day, en_day = day_of(str(line["at"]))
    zh_who = f"被{line['by'] or _door(line, 'zh')}" + (f"于{zh_day}" if zh_day else "") if line["by"] or line["door"] else "被"
    en_who = f" by {line['by'] or _door(line, 'en')}" + (f" on {en_day}" if en_day else "") if line["by"] or line["door"] else ""
    zh, en = _WHY[Why(line["why"])]
    return zh.format(who=zh_who), en.format(who=en_who)


def _door(line: Mapping[str, Any], language: str) -> str:
    """Through which door the change came, where no person is known."""
    if line["upload"]:
        return f"上传 #{line['upload']} " if language == "zh" else f"upload #{line['upload']}"
    words = {Door.ADMIN.value: "页面操作", Door.API.value: "接口", Door.UPLOAD.value: "上传", Door.COMMAND.value: "命令"}
    door = str(line["door"])
    return words.get(door, door) if language == "zh" else door


def kept_words(lines: Iterable[PlaceLine]) -> tuple[str, str]:
    """3处此后被张三于2020年7月3日修改，保留: what stays, those of one reason together, the most first."""
    groups = Counter(why_words({**line.as_json(), "at": line.at[:10]}) for line in lines)
    shown = groups.most_common(4)
    rest = sum(groups.values()) - sum(count for _words, count in shown)
    zh = "；".join(f"{count}处{words[0]}，保留" for words, count in shown) + (f"；另有{rest}处保留" if rest else "")
    en = "; ".join(f"{count} {words[1]}, kept" for words, count in shown) + (f"; {rest} more kept" if rest else "")
    return zh, en


def proposal_words(kind: str, count: int) -> tuple[str, str]:
    """What becomes of the proposals that wait; nothing where there are none."""
    if not count:
        return "", ""
    if kind == Reversal.Kind.UNDO:
        return f"；{count}条待审的变更申请一并撤回", f"; {count} waiting proposals withdrawn"
    return f"；{count}条变更申请重新待审", f"; {count} proposals wait again"


def nil_words(kind: str, count: int) -> tuple[str, str]:
    """What becomes of what units said to be unchanged; nothing where there is none."""
    if not count:
        return "", ""
    if kind == Reversal.Kind.UNDO:
        return f"；{count}个单位原报的“本月无变化”恢复有效", f"; {count} nil returns stand again"
    return f"；{count}个单位的“本月无变化”随之撤回", f"; {count} nil returns withdrawn"


def review_words(restored: int, unreviewed: int) -> tuple[str, str]:
    """What becomes of the review of the months whose figures go back: which stand again where they stood, which must be handed in anew."""
    zh = f"；{restored}条月报的数与原先提交或审核时完全相同，随之恢复原来的审核状态" if restored else ""
    en = f"; {restored} month reports say again what had been handed in or approved and stand there again" if restored else ""
    zh += f"；{unreviewed}条月报不能恢复原来的审核状态，须重新提交和审核" if unreviewed else ""
    en += f"; {unreviewed} month reports must be submitted and approved again" if unreviewed else ""
    return zh, en


def outcome_words(kind: str, counts: Mapping[str, int], lines: Sequence[PlaceLine]) -> tuple[str, str]:
    """What was done, for the upload's page and its record."""
    is_undo = kind == Reversal.Kind.UNDO
    reviews = review_words(counts.get("reviews_restored", 0), counts.get("reviews_lost", 0))
    beside = proposal_words(kind, counts.get("proposals", 0)), nil_words(kind, counts.get("nil", 0)), reviews
    asked_zh, asked_en = ("".join(words) for words in zip(*beside, strict=True))
    if not counts["places"] and is_undo:
        return f"已撤回：该上传没有改变任何数据{asked_zh}。", f"Undone: the upload had changed nothing{asked_en}."
    if not counts["places"]:
        return f"已恢复{asked_zh}。", f"Brought back{asked_en}."
    zh = (
        f"已撤回：{counts['places']}处中{counts['reverted']}处恢复原值"
        if is_undo
        else f"已恢复：{counts['places']}处中{counts['reverted']}处重新写入"
    )
    en = f"Undone: {counts['reverted']} of {counts['places']} places reverted" if is_undo else ""
    en = en or f"Brought back: {counts['reverted']} of {counts['places']} places written again"
    projects = counts["removed_projects"] if is_undo else counts["restored_projects"]
    if projects:
        zh += f"，其中{'删除新建' if is_undo else '恢复'}的项目{projects}个"
        en += f", {projects} projects {'removed' if is_undo else 'restored'}"
    if entries := counts.get("entries"):
        zh += f"，资金流水{'冲销、补记' if is_undo else '重新记账'}{entries}笔"
        en += f", {entries} entries posted to the ledger"
    kept_zh, kept_en = kept_words(lines)
    return f"{zh}{'；' + kept_zh if kept_zh else ''}{asked_zh}。", f"{en}{'; ' + kept_en if kept_en else ''}{asked_en}."
