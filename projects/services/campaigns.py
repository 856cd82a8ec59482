"""Verbs of campaigns: put all projects of a list version into one."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from projects.models import Campaign, CampaignProject, Entry


@transaction.atomic
def join_list(campaign: Campaign, *, day: date) -> int:
    """Put those projects of the campaign's list version in that are not in it yet; answers how many. A second run adds none."""
    if campaign.list_version_id is None:
        return 0
    known = set(CampaignProject.objects.filter(campaign=campaign).values_list("project_id", flat=True))
    wanted = Entry.objects.filter(version=campaign.list_version_id).order_by("position", "id").values_list("project_id", flat=True)
    added = [key for key in wanted if key not in known]
    for key in added:  # one by one, so that each leaves its line of history
        CampaignProject.objects.create(campaign=campaign, project_id=key, joined_on=day)
    return len(added)
