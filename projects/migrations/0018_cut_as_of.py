"""A cut may name a past moment."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("projects", "0017_cuts")]

    operations = [
        migrations.AddField(
            model_name="cut",
            name="as_of",
            field=models.DateTimeField(blank=True, help_text="空：定格那一刻；有值：定的是过去这一刻所掌握的数", null=True, verbose_name="所定的时刻"),
        ),
    ]
