"""Since when a service waits to be told that what it had read was called back; and what the ledger tells about persons, for the job
that compares records with it."""

from django.db import migrations, models

from repere.cases.watching import LEDGER_ABOUT


class Migration(migrations.Migration):
    dependencies = [("cases", "0114_what_cannot_wait")]

    operations = [
        migrations.AddField("capsule", "ring_since", models.DateTimeField(null=True)),
        migrations.AddIndex(
            "capsule",
            models.Index(
                fields=["owner", "ring_since"],
                condition=models.Q(("ring_since", None), _negated=True),
                name="capsules_to_ring_about",
            ),
        ),
        migrations.RunSQL(LEDGER_ABOUT, "DROP FUNCTION ledger_about(uuid[])"),
    ]
