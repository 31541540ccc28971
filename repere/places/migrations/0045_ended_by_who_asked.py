"""A search is ended by who asked; a shelter that changes its name is vouched for anew."""

from django.db import migrations, models

from repere.places import requests_guard, vouching_guard


class Migration(migrations.Migration):
    dependencies = [("places", "0043_asking_back")]

    operations = [
        migrations.RunSQL(requests_guard.ENDED, requests_guard.UNDONE),
        migrations.RunSQL(vouching_guard.REPLACED, migrations.RunSQL.noop),
        migrations.RemoveConstraint("sheltervoice", "one_voice_for_a_shelter"),
        migrations.AddConstraint(
            "sheltervoice",
            models.UniqueConstraint(fields=("shelter", "organisation", "zone", "name"), name="one_voice_for_a_shelter"),
        ),
    ]
