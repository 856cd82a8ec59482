"""Named states, and the change sequence that tells of them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.migrations._triggers import Follow, of_none


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_changes'),
        ('projects', '0016_calendar_months'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Cut',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, unique=True, verbose_name='名称')),
                ('made_at', models.DateTimeField(blank=True, null=True, verbose_name='定格时间')),
                ('asked_at', models.DateTimeField(auto_now_add=True, verbose_name='提出时间')),
                ('door', models.CharField(choices=[('admin', '页面操作'), ('api', '接口'), ('upload', '上传'), ('command', '命令')], default='admin', max_length=10, verbose_name='入口')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='说明')),
                ('seq', models.BigIntegerField(blank=True, help_text='定格那一刻变更序列的最大序号；从它之后接着读，就是定格以后的改动', null=True, verbose_name='变更序号')),
                ('boundaries', models.JSONField(blank=True, default=dict, verbose_name='各表界线')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='定格人')),
                ('period', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cuts', to='projects.reportingperiod', verbose_name='锁定的填报期')),
            ],
            options={
                'verbose_name': '数据定格',
                'verbose_name_plural': '数据定格',
                'ordering': ['-id'],
            },
        ),
        Follow(of_none('projects_cut')),
    ]
