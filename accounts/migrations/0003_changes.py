"""The change sequence, and the first tables that it follows."""

from django.db import migrations, models

from accounts.migrations._triggers import Begin, Follow, of_none

TABLES = of_none("accounts_division", "accounts_reportingunit")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_api_tokens")]

    operations = [
        migrations.CreateModel(
            name="Change",
            fields=[
                ("seq", models.BigAutoField(primary_key=True, serialize=False, verbose_name="序号")),
                ("table_name", models.CharField(max_length=63, verbose_name="表")),
                ("row_id", models.BigIntegerField(verbose_name="行编号")),
                ("kind", models.CharField(choices=[("u", "写入"), ("d", "移除")], max_length=1, verbose_name="类别")),
                ("unit_id", models.BigIntegerField(null=True, verbose_name="填报单位编号")),
                ("at", models.DateTimeField(verbose_name="时间")),
            ],
            options={"verbose_name": "变更序列", "verbose_name_plural": "变更序列", "ordering": ["seq"]},
        ),
        Begin(),
        Follow(TABLES),
    ]
