"""Somebody who sets many tasks aside within an hour is asked about it; an access names its ground, danger to her life among them."""

from datetime import timedelta

from django.db import migrations, models

RULES = ("breadth", "night", "same_name", "in_order", "no_relation", "canary", "denials", "set_aside")


class Migration(migrations.Migration):
    dependencies = [("cases", "0115_services_to_ring")]

    operations = [
        migrations.RemoveConstraint("alert", "alert_rule_is_known"),
        migrations.AddConstraint("alert", models.CheckConstraint(condition=models.Q(rule__in=RULES), name="alert_rule_is_known")),
        migrations.AddField("grant", "danger", models.BooleanField(db_default=False, default=False)),
        migrations.AddConstraint(
            "grant",
            models.CheckConstraint(
                condition=models.Q(danger=False)
                | models.Q(ends_at__isnull=False, ends_at__lte=models.F("starts_at") + models.Value(timedelta(hours=4))),
                name="danger_opens_for_four_hours",
            ),
        ),
    ]
