"""Searches, shelters, steps told to a file, and every other row of this room are written by the verbs alone."""

from django.db import migrations

from repere.ledger.policy import restate
from repere.places.access import WRITTEN_BY_VERBS, declared_policies


class Migration(migrations.Migration):
    dependencies = [("places", "0050_taken_back")]

    operations = [restate(table, WRITTEN_BY_VERBS) for table in declared_policies()]
