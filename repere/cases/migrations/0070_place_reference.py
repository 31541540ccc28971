"""A number of its own by which the places know a file, instead of the file's; requests that stand are told the new one."""

import uuid

import django.contrib.postgres.functions
from django.db import migrations, models

REWRITTEN = (("places_request", "reference"), ("places_apart", "other"), ("places_event", "reference"))
GUARD = "places_event_is_append_only"
LOOSE, TIGHT = "ALTER TABLE {0} NO FORCE ROW LEVEL SECURITY", "ALTER TABLE {0} FORCE ROW LEVEL SECURITY"
TABLES = ("cases_case", *(table for table, _ in REWRITTEN))
TOLD = "UPDATE {0} p SET {1} = c.place_reference FROM cases_case c WHERE p.{1} = c.id"


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0060_leaving_and_outside'),
        ('places', '0011_isolated_marks_and_history'),
    ]

    operations = [
        migrations.AddField(
            model_name='case',
            name='place_reference',
            field=models.UUIDField(
                db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, unique=True,
            ),
        ),
        # The steps of a file are only ever added to; this once they are told the number by which the file is found from now on.
        migrations.RunSQL(
            [
                *(LOOSE.format(table) for table in TABLES),
                f"ALTER TABLE places_event DISABLE TRIGGER {GUARD}",
                *(TOLD.format(table, column) for table, column in REWRITTEN),
                f"ALTER TABLE places_event ENABLE ALWAYS TRIGGER {GUARD}",
                *(TIGHT.format(table) for table in TABLES),
            ],
            migrations.RunSQL.noop,
        ),
    ]
