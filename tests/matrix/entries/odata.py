"""OData: its documents, a set, a row, a count, and an address that leads nowhere."""

from __future__ import annotations

from accounts.roles import Action
from tests.matrix.surfaces import Page, Want

PAGES = (
    Page("odata:service", Action.VIEW),
    Page("odata:metadata", Action.VIEW),
    Page("odata:set", Action.VIEW, fixed={"name": "ProgressMonthly"}),
    Page("odata:count", Action.VIEW, fixed={"name": "FundMovements"}),
    Page("odata:row", Action.VIEW, row="project", kwargs=lambda row: {"name": "Projects", "key": str(row.pk)}),
    Page("odata:nowhere", Action.VIEW, fixed={"rest": "Nobody"}, done=Want.HIDDEN),
)
