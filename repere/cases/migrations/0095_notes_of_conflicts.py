"""Whoever is kept away from a file that she followed, and an administrator, are told so; never which file."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from repere.cases.access import protect_table


def _member(name: str) -> tuple[str, models.Field]:
    return (
        name,
        models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
    )


class Migration(migrations.Migration):
    dependencies = [("cases", "0090_voices_of_two")]

    operations = [
        migrations.CreateModel(
            name="KeptAwayNote",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("ended", models.BooleanField()),
                ("at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
                _member("about"),
                _member("by"),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.organisation"
                    ),
                ),
                _member("reader"),
            ],
            options={
                "ordering": ["-at", "id"],
                "indexes": [models.Index(condition=models.Q(("read_at", None)), fields=["reader"], name="kept_away_to_read")],
            },
        ),
        protect_table("cases_keptawaynote"),
    ]
