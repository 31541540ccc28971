"""Holds and beds are written by the verbs alone; places are read by who seeks or hosts; a bed of others is free or not, and no more."""

from django.db import migrations

from repere.ledger.policy import restate
from repere.places import beds_guard
from repere.places.access import declared_policies

LATER = {"places_refusedbyher", "places_markend", "places_voicereminder", "places_incident", "places_alert"}
"""Tables that a later migration makes, or whose present wording names columns that a later one adds."""


class Migration(migrations.Migration):
    dependencies = [("places", "0046_told_back")]

    operations = [
        migrations.RunSQL(beds_guard.GUARDS, beds_guard.UNDONE),
        *(restate(table, opened) for table, opened in declared_policies().items() if table not in LATER),
    ]
