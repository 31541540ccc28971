"""A shelter that moved a household reads that it is not there; questions and answers go when the file is erased."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from repere.ledger.policy import restate
from repere.places.access import ERASED, TOLD_BACK


class Migration(migrations.Migration):
    dependencies = [("places", "0045_ended_by_who_asked")]

    operations = [
        migrations.AddField(
            "event",
            "told_to",
            models.ForeignKey(
                db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.organisation"
            ),
        ),
        migrations.AddConstraint(
            "event", models.CheckConstraint(condition=Q(told_to=None) | Q(kind="not_there"), name="only_a_no_is_told_back")
        ),
        *(restate(table, opened) for table, opened in (TOLD_BACK | ERASED).items()),
    ]
