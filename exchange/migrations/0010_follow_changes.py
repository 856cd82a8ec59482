"""The change sequence follows uploads."""

from django.db import migrations

from accounts.migrations._triggers import Follow, Followed, of_unit

TABLES = [
    *of_unit("exchange_upload", "exchange_columnmapping"),
    Followed("exchange_reversal", "unit_id", (("upload_id", "exchange_upload"),)),
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_changes"), ("exchange", "0009_door_said_as_officers_do")]

    operations = [Follow(TABLES)]
