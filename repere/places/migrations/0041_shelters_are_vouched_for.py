"""A shelter receives after two voices of two other organisations. Those that stand are taken as vouched for."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from repere.ledger.policy import protect, restate
from repere.places.access import declared_policies
from repere.places.vouching_guard import UNDONE, VOICES

STANDING = [
    "ALTER TABLE places_shelter NO FORCE ROW LEVEL SECURITY",
    "UPDATE places_shelter SET vouched_at = created_at",
    "ALTER TABLE places_shelter FORCE ROW LEVEL SECURITY",
]


def _organisation() -> models.Field:
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.organisation")


class Migration(migrations.Migration):
    dependencies = [("places", "0040_said_by_who_keeps_the_file")]

    operations = [
        migrations.AddField("shelter", "vouched_at", models.DateTimeField(editable=False, null=True)),
        migrations.CreateModel(
            name="ShelterVoice",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=80)),
                ("zone", models.CharField(max_length=3)),
                ("asked_at", models.DateTimeField()),
                ("user_id", models.UUIDField(null=True)),
                ("said_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("keeper", _organisation()),
                ("organisation", _organisation()),
                (
                    "shelter",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="voices", to="places.shelter"),
                ),
            ],
            options={
                "ordering": ["asked_at", "id"],
                "constraints": [models.UniqueConstraint(fields=("shelter", "organisation", "zone"), name="one_voice_for_a_shelter")],
            },
        ),
        migrations.RunSQL(STANDING, migrations.RunSQL.noop),
        protect("places_sheltervoice", declared_policies()["places_sheltervoice"]),
        *(restate(table, declared_policies()[table]) for table in ("places_shelter", "places_hold")),
        migrations.RunSQL(VOICES, UNDONE),
    ]
