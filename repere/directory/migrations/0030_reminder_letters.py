"""Letters about conventions that end, to members who asked for letters."""

import uuid

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from repere.directory.tiers import ADDED
from repere.ledger.policy import protect


class Migration(migrations.Migration):
    dependencies = [("directory", "0019_told_late")]

    operations = [
        migrations.CreateModel(
            name="ReminderLetter",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("wish_id", models.UUIDField()),
                ("days", models.PositiveSmallIntegerField()),
                ("ends_on", models.DateField()),
                ("written_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("failure", models.CharField(blank=True, max_length=60)),
                (
                    "convention",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.convention"
                    ),
                ),
            ],
            options={
                "ordering": ["written_at", "id"],
                "indexes": [models.Index(condition=Q(sent_at=None), fields=["written_at"], name="reminders_to_send")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("convention", "wish_id", "days", "ends_on"), name="one_letter_per_reminder_and_member"
                    )
                ],
            },
        ),
        protect("directory_reminderletter", ADDED["directory_reminderletter"]),
    ]
