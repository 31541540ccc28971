"""Tasks of which a rule says that they cannot wait are found by an index of their own; which they are is told by the next judging."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0113_written_by_the_house")]

    operations = [
        migrations.AddField("task", "cannot_wait", models.BooleanField(default=False, db_default=False)),
        migrations.AddIndex(
            "task",
            models.Index(
                fields=["organisation", "-opened_at", "id"],
                condition=models.Q(closed_at=None, cannot_wait=True),
                name="tasks_that_cannot_wait",
            ),
        ),
    ]
