"""How far the records of each body were compared with the ledger."""

import django.contrib.postgres.fields
from django.db import migrations, models

from repere.ledger.access import COMPARISON_POLICIES
from repere.ledger.policy import protect


class Migration(migrations.Migration):
    dependencies = [("ledger", "0020_rows_that_say_what_they_hold")]

    operations = [
        migrations.CreateModel(
            name="Comparison",
            fields=[
                ("organisation_id", models.UUIDField(primary_key=True, serialize=False)),
                ("after_person", models.UUIDField(null=True)),
                ("looked_at", models.DateTimeField()),
                ("whole_at", models.DateTimeField(null=True)),
                ("missing", django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None)),
                ("number", models.PositiveIntegerField(default=0)),
            ],
            options={"ordering": ["organisation_id"]},
        ),
        protect("ledger_comparison", COMPARISON_POLICIES),
    ]
