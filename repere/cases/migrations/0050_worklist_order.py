"""Open tasks in the order in which the worklist shows them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0040_consent_and_referral")]

    operations = [
        migrations.RemoveIndex("task", "open_tasks_by_day"),
        migrations.AddIndex(
            "task",
            models.Index(
                models.F("organisation"),
                models.OrderBy(models.F("overdue_at"), nulls_first=True),
                models.F("opened_at"),
                models.F("id"),
                condition=models.Q(("closed_at", None)),
                name="open_tasks_by_day",
            ),
        ),
        migrations.AddIndex(
            "task",
            models.Index(fields=["organisation", "opened_at", "id"], condition=models.Q(("closed_at", None)), name="open_tasks_by_age"),
        ),
    ]
