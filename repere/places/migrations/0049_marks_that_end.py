"""What was said of another person may end; a reminder that a shelter waits keeps whom it was shown to; another telephone is told."""

import uuid

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

from repere.ledger.policy import protect, restate
from repere.places import marks_guard, requests_guard
from repere.places.access import ENDED_BY_PEOPLE, declared_policies

NEW = ("places_markend", "places_voicereminder")


def _id() -> models.UUIDField:
    return models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)


def _key(to: str, **more: object) -> models.ForeignKey:
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=to, **more)


class Migration(migrations.Migration):
    dependencies = [("directory", "0042_outcomes_of_one_day"), ("places", "0048_refused_by_her")]

    operations = [
        migrations.AddField("apart", "ended_at", models.DateTimeField(null=True)),
        migrations.AddField("carried", "ended_at", models.DateTimeField(null=True)),
        migrations.RemoveConstraint("apart", "said_once"),
        migrations.RemoveConstraint("carried", "carried_once"),
        migrations.AddConstraint(
            "apart", models.UniqueConstraint(fields=("request", "other"), condition=Q(ended_at=None), name="said_once")
        ),
        migrations.AddConstraint(
            "carried", models.UniqueConstraint(fields=("request", "mark"), condition=Q(ended_at=None), name="carried_once")
        ),
        migrations.CreateModel(
            name="MarkEnd",
            fields=[
                ("id", _id()),
                ("user_id", models.UUIDField()),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("no_danger", "There is no danger any more: said by who was in danger"),
                            ("agreed", "Agreed with those who gave the mark"),
                            ("mistake", "Written by mistake"),
                        ],
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("second_user_id", models.UUIDField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("ended", models.BooleanField(default=False)),
                ("apart", _key("places.apart", null=True)),
                ("carried", _key("places.carried", null=True)),
                ("organisation", _key("directory.organisation", db_index=False)),
            ],
            options={
                "ordering": ["at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(apart=None, carried__isnull=False) | Q(apart__isnull=False, carried=None), name="one_line_ends"
                    ),
                    models.CheckConstraint(
                        condition=Q(ended=False) | Q(carried=None) | Q(second_user_id__isnull=False) & ~Q(second_user_id=F("user_id")),
                        name="what_protects_another_ends_by_two",
                    ),
                    models.CheckConstraint(condition=Q(ended=False) | Q(decided_at__isnull=False), name="an_end_has_a_day"),
                    models.UniqueConstraint(fields=("carried",), condition=Q(decided_at=None), name="asked_once_at_a_time"),
                ],
            },
        ),
        migrations.CreateModel(
            name="VoiceReminder",
            fields=[
                ("id", _id()),
                ("user_id", models.UUIDField()),
                ("shown_on", models.DateField()),
                ("organisation", _key("directory.organisation", db_index=False)),
                ("shelter", _key("places.shelter", db_index=False)),
            ],
            options={
                "ordering": ["-shown_on", "id"],
                "constraints": [models.UniqueConstraint(fields=("shelter", "user_id", "shown_on"), name="shown_once_a_day")],
            },
        ),
        *(protect(table, declared_policies()[table]) for table in NEW),
        *(restate(table, declared_policies()[table]) for table in ENDED_BY_PEOPLE if table not in NEW),
        migrations.RunSQL(marks_guard.ENDS, marks_guard.UNDONE),
        migrations.RunSQL(requests_guard.LINE, requests_guard.LINE_UNDONE),
    ]
