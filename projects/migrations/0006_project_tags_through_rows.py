"""Lets a project's tags be read through the rows that are tracked, and drops the table that was not."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("projects", "0005_keep_project_tags")]

    operations = [
        migrations.RemoveField(model_name="project", name="tags"),
        migrations.AddField(
            model_name="project",
            name="tags",
            field=models.ManyToManyField(
                blank=True, related_name="tagged", through="projects.ProjectTag", to="projects.classification", verbose_name="标签"
            ),
        ),
    ]
