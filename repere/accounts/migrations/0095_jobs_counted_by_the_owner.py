"""How many jobs were asked for is counted by the owner: the functions that count are nobody's else any more."""

from django.db import migrations

from repere.accounts import deferring


class Migration(migrations.Migration):
    dependencies = [("accounts", "0094_named_by_the_house")]

    operations = [migrations.RunSQL(deferring.ASKED_FOR, migrations.RunSQL.noop)]
