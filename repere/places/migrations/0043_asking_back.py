"""A house that is asked reads the telephone of the service that asks, and may ask back; whoever asked answers."""

import uuid

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from repere.ledger.policy import protect
from repere.places.access import ASKED_BACK


class Migration(migrations.Migration):
    dependencies = [("places", "0042_alter_event_kind")]

    operations = [
        migrations.AddField("request", "line", models.CharField(blank=True, default="", max_length=20)),
        migrations.CreateModel(
            name="Question",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("text", models.CharField(max_length=300)),
                ("asked_at", models.DateTimeField()),
                ("answer", models.CharField(blank=True, default="", max_length=300)),
                ("answered_at", models.DateTimeField(null=True)),
                ("hold", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.hold")),
                (
                    "request",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="questions", to="places.request"),
                ),
            ],
            options={
                "ordering": ["asked_at", "id"],
                "indexes": [models.Index(condition=Q(answered_at=None), fields=["request"], name="questions_that_wait")],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(answered_at=None, answer="") | Q(answered_at__isnull=False) & ~Q(answer=""),
                        name="an_answer_says_something",
                    )
                ],
            },
        ),
        *(protect(table, opened) for table, opened in ASKED_BACK.items()),
    ]
