"""The demo year's papers for bond money, each with a file that says of itself that it is invented."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from funding.models import Dossier, DossierPaper, IncomeSource
from funding.services.dossiers import keep_file
from projects.models import Source, changes_from


def load_dossiers(told: Mapping[str, Any], projects: Mapping[str, int], source: Source) -> None:
    """Store the dossiers of `fixtures/demo/funds.json`: some complete, some that lack a paper, a file or an income."""
    for row in told["dossiers"]:
        with changes_from(source):
            dossier = Dossier.objects.create(project_id=projects[row["project"]], is_synthetic=True, source=told["dossier_source"], **_columns(row))
            for name, amount, remarks in row["incomes"]:
                given: dict[str, Any] = {"name": name, "remarks": remarks, "amount_wan": Decimal(amount)}
                IncomeSource.objects.create(dossier=dossier, **given)
            papers = [_paper(dossier, paper) for paper in row["papers"]]
        for paper, told_of in zip(papers, row["papers"], strict=True):
            if told_of["file"]:
                keep_file(paper, f"示例_{row['project']}_{paper.get_kind_display()}.pdf", demo_pdf(), source=source)


def _columns(row: Mapping[str, Any]) -> dict[str, Any]:
    amounts = {name: Decimal(row[name]) if row[name] is not None else None for name in ("income_wan", "cost_wan", "coverage")}
    spans = {f"{name}_{end}": year for name in ("built", "operated") for end, year in zip(("from", "to"), row[name], strict=True)}
    day = date.fromisoformat(row["coverage_on"]) if row["coverage_on"] else None
    return {**amounts, **spans, "coverage_method": row["coverage_method"], "coverage_on": day}


def _paper(dossier: Dossier, given: Mapping[str, Any]) -> DossierPaper:
    issued = date.fromisoformat(given["issued_on"])
    return DossierPaper.objects.create(dossier=dossier, kind=given["kind"], firm=given["firm"], issued_on=issued, opinion=given["opinion"])


def demo_pdf() -> bytes:
    """A page that any reader of PDF opens, with one line on it."""
    drawn = b"BT /F1 18 Tf 72 720 Td (Demo file - invented, not a real document) Tj ET"
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    book, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(book))
        book += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    lines = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(parts) + 1
    return book + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, lines, size, len(book))
