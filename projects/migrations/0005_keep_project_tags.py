"""Takes the tags that projects have into the rows that are tracked, each with the first line of its history."""

from django.db import migrations
from django.utils import timezone


def keep(apps, schema_editor):
    project, row, line = (apps.get_model("projects", name) for name in ("Project", "ProjectTag", "HistoricalProjectTag"))
    now = timezone.now()
    for had in project.tags.through.objects.order_by("id").iterator(chunk_size=2000):
        made = row.objects.create(project_id=had.project_id, tag_id=had.classification_id)
        line.objects.create(
            id=made.pk, project_id=made.project_id, tag_id=made.tag_id, updated_at=made.updated_at, history_date=now, history_type="+", door="command"
        )


def give_back(apps, schema_editor):
    project, row = apps.get_model("projects", "Project"), apps.get_model("projects", "ProjectTag")
    through = project.tags.through
    for kept in row.objects.order_by("id").iterator(chunk_size=2000):
        through.objects.get_or_create(project_id=kept.project_id, classification_id=kept.tag_id)


class Migration(migrations.Migration):
    dependencies = [("projects", "0004_project_tags_as_rows")]

    operations = [migrations.RunPython(keep, give_back)]
