"""Tasks of which a rule says that they cannot wait are found by an index of their own; which they are is told by the next judging."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0113_written_by_the_house")]

    operations = [
        migrations.AddField("task", "urgent_since", models.DateField(null=True)),
        migrations.AddIndex(
            "task",
            models.Index(
                fields=["organisation", "-urgent_since", "id"],
                condition=models.Q(closed_at=None, urgent_since__isnull=False),
                name="tasks_that_cannot_wait",
            ),
        ),
    ]
