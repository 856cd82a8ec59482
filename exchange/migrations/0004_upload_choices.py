"""Keep what people chose in conflicts of a returned template."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exchange", "0003_undo_held_rows_and_column_memory")]

    operations = [
        migrations.AddField(
            model_name="upload",
            name="choices",
            field=models.JSONField(blank=True, default=dict, verbose_name="冲突选择"),
        ),
    ]
