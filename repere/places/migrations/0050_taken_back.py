"""A report made by mistake is taken back, visibly; of two who look for a place for one household each reads of the other."""

from django.db import migrations, models
from django.db.models import Q

from repere.ledger.policy import restate
from repere.places.access import TAKEN_BACK, declared_policies

KINDS = [
    ("requested", "Requested"), ("held", "Held"), ("declined_by_person", "Declined By Person"), ("arrived", "Arrived"), ("left", "Left"),
    ("said_there", "Said There"), ("not_there", "Not There"), ("search_ended", "Search Ended"), ("taken_back", "Taken Back"),
]  # fmt: skip
MISTAKES = [
    ("another_house", "It was about another house"), ("not_meant", "I did not mean to send it"),
    ("nothing_happened", "I looked into it: nothing had happened"),
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("places", "0049_marks_that_end")]

    operations = [
        migrations.AlterField("event", "kind", models.CharField(choices=KINDS, max_length=20)),
        migrations.RemoveConstraint("event", "only_a_no_is_told_back"),
        migrations.AddConstraint(
            "event",
            models.CheckConstraint(
                condition=Q(told_to=None) | Q(kind__in=("not_there", "requested", "arrived", "search_ended")),
                name="only_some_steps_are_told_back",
            ),
        ),
        migrations.AddField("incident", "paused_before", models.DateTimeField(null=True)),
        migrations.AddField("incident", "alert", models.UUIDField(null=True)),
        migrations.AddField("incident", "taken_back_at", models.DateTimeField(null=True)),
        migrations.AddField("incident", "why", models.CharField(blank=True, choices=MISTAKES, default="", max_length=16)),
        migrations.AddConstraint(
            "incident",
            models.CheckConstraint(
                condition=Q(taken_back_at=None, why="") | Q(taken_back_at__isnull=False) & ~Q(why=""), name="taken_back_with_a_reason"
            ),
        ),
        migrations.AddField("alert", "taken_back_on", models.DateField(null=True)),
        *(restate(table, declared_policies()[table]) for table in TAKEN_BACK),
    ]
