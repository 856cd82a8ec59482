"""A campaign of a day as a workbook: done and behind by unit, and its projects."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from accounts import audit, scope
from accounts.roles import Action
from projects.campaigns import Goal, Pace, Tally
from projects.models import Campaign, CampaignProject
from projects.moment import parse_day, read_day
from projects.panels import Link
from projects.standings import PACE_WORDS, Standing, by_unit, span_of, standings, total_of
from reports.excel import Print, workbook_bytes
from reports.parameters import UnreadableError
from reports.tables import Column, Kind, Level, Row, Table, Value
from reports.views import XLSX, reader


def download(request: HttpRequest, campaign: Campaign, day: date) -> Link | None:
    """The way from a campaign's page to its workbook, for whoever may take tables out."""
    if not scope.may(request.user, Action.EXPORT):
        return None
    return Link(_("下载 Excel"), f"{reverse('reports:campaign_xlsx')}?campaign={campaign.pk}&day={day.isoformat()}")


@reader(Action.EXPORT)
def campaign_xlsx(request: HttpRequest) -> HttpResponse:
    key = request.GET.get("campaign", "")
    campaign = Campaign.objects.filter(pk=int(key)).first() if key.isascii() and key.isdigit() and len(key) < 16 else None
    if campaign is None:
        raise Http404(f"campaign {key}")
    asked = request.GET.get("day", "")
    if asked and parse_day(asked) is None:
        raise UnreadableError(_("日期应写作 2020-07-10，读到“%(value)s”") % {"value": asked[:40]})
    day = read_day(asked) or timezone.localdate()
    rows = standings(campaign, scope.for_user(CampaignProject.objects.all(), request.user, Action.EXPORT), day)
    table = units_table(campaign, rows, day)
    content = workbook_bytes([Print(table, _("分单位")), Print(projects_table(campaign, rows, day), _("项目"), frozen_columns=2)])
    audit.record("report.export", actor=request.user, report="campaign", campaign=campaign.pk, day=day.isoformat())
    name = f"{campaign.name}_{day.isoformat()}.xlsx"
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": content_disposition_header(True, name) or ""})


def _moment(campaign: Campaign, day: date) -> str:
    return _("截至%(day)s，还剩%(left)s天") % {"day": day.isoformat(), "left": span_of(campaign).days_left(day)}


def _is_money(campaign: Campaign) -> bool:
    return campaign.goal == Goal.INVEST


def units_table(campaign: Campaign, rows: Sequence[Standing], day: date) -> Table:
    """A unit a row, the whole first."""
    columns = [
        Column("label", _("单位"), width=14),
        Column("count", _("项目"), Kind.COUNT),
        *(Column(pace.value, str(PACE_WORDS[pace]), Kind.COUNT) for pace in Pace),
    ]
    if _is_money(campaign):
        columns += [Column("target", _("目标"), Kind.WAN, width=14), Column("ytd", _("完成"), Kind.WAN, width=14)]
        columns += [Column("rate", _("完成率（%）"), Kind.PERCENT)]
    told = [Row(_("合计"), {"label": _("合计"), **_values(total_of(rows))}, Level.TOTAL)]
    told += [Row(one.unit, {"label": one.unit, **_values(one.tally)}) for one in by_unit(rows)]
    return Table("campaign_units", campaign.name, _unit_line(campaign), columns, told, moment=_moment(campaign, day))


def _unit_line(campaign: Campaign) -> str:
    return _("单位：个、万元") if _is_money(campaign) else _("单位：个")


def _values(tally: Tally) -> dict[str, Value]:
    counts: dict[str, Value] = {pace.value: getattr(tally, pace.value) for pace in Pace}
    return {"count": tally.count, **counts, "target": tally.target_wan, "ytd": tally.done_wan, "rate": tally.rate}


def projects_table(campaign: Campaign, rows: Sequence[Standing], day: date) -> Table:
    """A project a row, under its unit's name."""
    columns = [Column("label", _("项目名称"), width=36), Column("unit", _("单位"), width=12), Column("due", _("要求日期"), width=12)]
    if _is_money(campaign):
        columns += [Column("target", _("目标"), Kind.WAN, width=14), Column("due_wan", _("应达"), Kind.WAN, width=14)]
        columns += [Column("ytd", _("完成"), Kind.WAN, width=14)]
    else:
        columns += [Column("started", _("实际开工"), width=12)]
    columns += [Column("pace", _("状态"), width=10)]
    told = [_project_row(row) for row in rows]
    return Table("campaign_projects", campaign.name, _unit_line(campaign), columns, told, moment=_moment(campaign, day))


def _project_row(row: Standing) -> Row:
    project = row.member.project
    values: dict[str, Value] = {
        "label": project.name,
        "unit": project.unit.short_name,
        "due": row.aim.span.ends.isoformat(),
        "target": row.aim.target_wan,
        "due_wan": row.due_wan,
        "ytd": row.aim.done_wan,
        "started": project.actual_start,
        "pace": str(PACE_WORDS[row.pace]),
    }
    return Row(project.name, values)
