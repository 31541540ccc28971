"""The proposal leaves out what she does not want; a household that gave a place back waits again."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from repere.ledger.policy import append_only, protect, restate
from repere.places import placed_guard
from repere.places.access import declared_policies

TABLE = "places_refusedbyher"


class Migration(migrations.Migration):
    dependencies = [("directory", "0042_outcomes_of_one_day"), ("places", "0047_written_by_verbs")]

    operations = [
        migrations.CreateModel(
            name="RefusedByHer",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("said_at", models.DateTimeField()),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.organisation"
                    ),
                ),
                ("request", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.request")),
                (
                    "shelter",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.shelter"),
                ),
            ],
            options={"ordering": ["said_at", "id"]},
        ),
        protect(TABLE, declared_policies()[TABLE]),
        append_only(TABLE),
        restate("places_hold", declared_policies()["places_hold"]),
        migrations.RunSQL(placed_guard.PLACED, placed_guard.UNDONE),
    ]
