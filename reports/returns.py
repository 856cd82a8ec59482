"""Who has not reported, as a workbook: the very cells of the page, unit by unit and month by month."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from accounts import audit, scope
from accounts.roles import Action
from projects.moment import moment_of
from projects.returns import Matrix, cell_words, matrix, period_words
from reports.excel import A3, Print, workbook_bytes
from reports.parameters import UnreadableError
from reports.tables import Column, Row, Table
from reports.views import XLSX, reader


def returns_table(found: Matrix) -> Table:
    """The matrix as a table: a column a month, the words of each cell."""
    columns = [Column("label", _("单位"), width=12)]
    columns += [Column(str(span), period_words(span), width=13) for span in found.spans]
    rows = [Row(unit.short_name, {"label": unit.short_name, **{str(cell.span): cell_words(cell) for cell in cells}}) for unit, cells in found.rows]
    return Table(
        name="returns",
        title=_("%(city)s%(year)s年重大项目月度进展填报情况表") % {"city": settings.CITY_NAME, "year": found.year},
        unit_line="",
        columns=columns,
        rows=rows,
        lead="",
        moment="",
        notes=[_("“缺”是在建而没有进展的项目数；一格里有几种状态时，写最需要处理的。")],
    )


@reader(Action.EXPORT)
def returns_xlsx(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("year", "")
    if text and not (text.isascii() and text.isdigit() and len(text) == len("2020") and 2000 <= int(text) <= 2100):
        raise UnreadableError(_("年份应写作 2020，读到“%(value)s”") % {"value": text[:40]})
    year = int(text) if text else moment_of(request).month.year
    found = matrix(list(scope.units_for_user(request.user, Action.EXPORT)), year)
    content = workbook_bytes([Print(returns_table(found), _("填报情况"), paper=A3)])
    name = _("月度进展填报情况_%(year)s.xlsx") % {"year": year}
    audit.record("report.export", actor=request.user, report="returns", year=year)
    headers = {"Content-Disposition": content_disposition_header(as_attachment=True, filename=name)}
    return HttpResponse(content, content_type=XLSX, headers=headers)
