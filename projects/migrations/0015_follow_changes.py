"""The change sequence follows projects and all that hangs on them."""

from django.db import migrations

from accounts.migrations._triggers import Follow, of_none, of_project, of_unit, through

REPORT = ("report_id", "projects_monthreport")
TABLES = [
    *of_none("projects_classification", "projects_threshold", "projects_stagefield", "projects_organisation"),
    *of_none("projects_reportingperiod", "projects_reportingrule", "projects_holiday"),
    *of_none("projects_projectlist", "projects_listversion", "projects_campaign"),
    *of_unit("projects_project", "projects_lockexception", "projects_nilreturn", "projects_reminder"),
    *of_project("projects_projecttag", "projects_projectcode", "projects_locationshare", "projects_monthreport", "projects_entry"),
    *of_project("projects_campaignproject", "projects_permit", "projects_obstacle", "projects_planversion", "projects_annualplan"),
    *of_none("projects_disclosurerule", "projects_opencode"),
    *of_project("projects_proposal", "projects_projectdisclosure"),
    *(through(table, REPORT) for table in ("projects_reviewevent", "projects_correction")),
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_changes"), ("projects", "0014_disclosure")]

    operations = [Follow(TABLES)]
