from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('exchange', '0005_long_work'),
    ]

    operations = [
        migrations.AddField(
            model_name='job',
            name='is_writing',
            field=models.BooleanField(default=False, verbose_name='正在写入'),
        ),
        migrations.AlterField(
            model_name='job',
            name='verb',
            field=models.CharField(choices=[('check', '检查'), ('commit', '提交入库'), ('templates', '生成填报表'), ('undo', '撤回'), ('redo', '恢复')], max_length=10, verbose_name='任务'),
        ),
    ]
