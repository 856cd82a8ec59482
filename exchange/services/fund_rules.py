"""The rules of money on the rows of a fund sheet that give a project more: the same that the form on the fund's page asks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from funding.lookups import areas_of, limits_on
from funding.models import Bond, CentralPlan
from funding.records import Areas, DossierRecord, Limits
from funding.rules import fit_for_bonds, manner_fits_approval, said_by
from funding.services.checks import dossier_records, share_record, with_gift
from projects.findings import Finding
from projects.models import Project


@dataclass(slots=True)
class GiftRules:
    """Judges the rows of a batch; asks for each day and each year once."""

    projects: dict[int, Project]
    limits: dict[date, Limits] = field(default_factory=dict)
    areas: dict[int, Areas] = field(default_factory=dict)
    dossiers: dict[int, dict[int, DossierRecord]] = field(default_factory=dict)
    given: dict[int, Decimal] = field(default_factory=dict)  # by rows of this file

    @classmethod
    def of(cls, project_ids: Iterable[int]) -> GiftRules:
        return cls({project.pk: project for project in Project.objects.filter(pk__among=sorted(set(project_ids)))})

    def said(self, fund: Bond | CentralPlan, project_id: int | None, name: str, day: date, amount_wan: Decimal) -> list[Finding]:
        """What they say of a gift, each put at the project's name. One that this very file brings has shown nothing yet.

        Rows of one file add up: what an earlier row gives the project is counted with this one's.
        """
        if day not in self.limits:
            self.limits[day] = limits_on(day)
        limits = self.limits[day]
        project = self.projects.get(project_id or 0)
        if isinstance(fund, CentralPlan):
            found = said_by(manner_fits_approval(share_record(project, fund, day), limits)) if project is not None else []
        else:
            year = fund.issue.year
            if year not in self.areas:
                self.areas[year], self.dossiers[year] = areas_of(year), dossier_records(self.projects.values(), year)
            record = self.dossiers[year].get(project_id or 0) or DossierRecord(name, year=year)
            before = self.given.get(project_id or 0, Decimal(0))
            gift = with_gift(replace(record, given_wan=record.given_wan + before), fund, amount_wan)
            self.given[project_id or 0] = gift.given_wan - record.given_wan
            found = fit_for_bonds(gift, limits, self.areas[year])
        return [replace(finding, field="name") for finding in found]
