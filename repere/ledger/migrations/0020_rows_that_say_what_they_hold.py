"""A new row's columns say what its body says, at the moment and the place that the database gives."""

from django.db import migrations

from repere.ledger.guard import SAYS, UNDONE


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_witnesses_closed")]

    operations = [migrations.RunSQL(SAYS, UNDONE)]
