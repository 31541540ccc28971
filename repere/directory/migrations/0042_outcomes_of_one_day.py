"""What came of turning to a service is told once a day by one organisation, and of so many in a day by one person."""

from django.db import migrations, models
from django.db.models.functions import Now

from repere.directory.guard import TOLD_BY_ONE
from repere.directory.tiers import POLICIES
from repere.ledger.policy import restate

# The first of what was told several times stays.
TOLD_ONCE = [
    "ALTER TABLE directory_outcome NO FORCE ROW LEVEL SECURITY",
    "DELETE FROM directory_outcome a USING directory_outcome b WHERE a.id > b.id AND"
    ' (a.service_id, a.organisation_id, a."on", a.what) = (b.service_id, b.organisation_id, b."on", b.what)',
    "ALTER TABLE directory_outcome FORCE ROW LEVEL SECURITY",
]


class Migration(migrations.Migration):
    dependencies = [("directory", "0040_vouched_as_it_was")]

    operations = [
        migrations.RunSQL(TOLD_ONCE, migrations.RunSQL.noop),
        migrations.AddField("outcome", "told_at", models.DateTimeField(db_default=Now(), editable=False)),
        migrations.AddConstraint(
            "outcome", models.UniqueConstraint(fields=("service", "organisation", "on", "what"), name="told_once_a_day_by_one_body")
        ),
        restate("directory_outcome", POLICIES["directory_outcome"]),
        migrations.RunSQL(
            TOLD_BY_ONE,
            "DROP TRIGGER directory_outcomes_of_one_day ON directory_outcome; DROP FUNCTION directory_outcomes_of_one_day()",
        ),
    ]
