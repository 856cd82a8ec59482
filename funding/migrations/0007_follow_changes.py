"""The change sequence follows the money."""

from django.db import migrations

from accounts.migrations._triggers import Follow, of_none, of_project, through

DOSSIER = ("dossier_id", "funding_dossier")
TABLES = [
    *of_none("funding_quotabatch", "funding_bondissue", "funding_bond", "funding_bondcode", "funding_quotadraw", "funding_redemption"),
    *of_none("funding_centralplan", "funding_useadjustment", "funding_rollingplan"),
    *of_project("funding_fundaccount", "funding_dossier", "funding_financeplan", "funding_rollingentry"),
    through("funding_fundentry", ("account_id", "funding_fundaccount")),
    through("funding_dossierpaper", DOSSIER),
    through("funding_incomesource", DOSSIER),
    through("funding_paperfile", ("paper_id", "funding_dossierpaper"), DOSSIER),
    through("funding_financeline", ("plan_id", "funding_financeplan")),
    through("funding_rollingline", ("entry_id", "funding_rollingentry")),
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_changes"), ("projects", "0015_follow_changes"), ("funding", "0006_strike_registrations")]

    operations = [Follow(TABLES)]
