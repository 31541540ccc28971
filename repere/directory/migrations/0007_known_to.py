import django.contrib.postgres.fields
from django.db import migrations, models

from repere.directory.tiers import POLICIES
from repere.ledger.policy import restate


# Tables that a later migration makes and closes itself.
THEN = {table: policies for table, policies in POLICIES.items() if table != "directory_regionkept"}


def shown():
    return django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), blank=True, default=list, size=None)


class Migration(migrations.Migration):

    dependencies = [
        ('directory', '0006_entries'),
    ]

    operations = [
        migrations.AddField(model_name='structure', name='known_to', field=shown()),
        migrations.AddField(model_name='service', name='known_to', field=shown()),
        # Closed here, once every column that a policy names is there.
        *(
            migrations.RunSQL(
                f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY; ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY', migrations.RunSQL.noop
            )
            for table in THEN
        ),
        *(restate(table, policies) for table, policies in THEN.items()),
    ]
