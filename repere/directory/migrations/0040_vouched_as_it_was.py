"""A voice vouches for an entry as it was; a contact is reached by another organisation than the one that keeps the entry."""

from django.db import migrations, models

from repere.directory.guard import REACHED_BY_ANOTHER, VOUCHED_AS_IT_WAS

UNDONE = """
DROP TRIGGER directory_voice_of_today ON directory_voice;
DROP TRIGGER directory_service_is_another ON directory_service;
DROP TRIGGER directory_structure_is_another ON directory_structure;
DROP TRIGGER directory_reached_by_another ON directory_contact;
DROP FUNCTION directory_voice_of_today(), directory_service_is_another(), directory_structure_is_another(), directory_reached_by_another();
"""


class Migration(migrations.Migration):
    dependencies = [("directory", "0030_reminder_letters")]

    operations = [
        migrations.AddField("service", "version", models.PositiveIntegerField(db_default=0, editable=False)),
        migrations.AddField("voice", "version", models.PositiveIntegerField(db_default=0, editable=False)),
        migrations.RemoveConstraint("voice", "one_voice_per_organisation"),
        migrations.AddConstraint(
            "voice",
            models.UniqueConstraint(fields=("service", "organisation", "version"), name="one_voice_per_organisation_and_version"),
        ),
        migrations.RunSQL(VOUCHED_AS_IT_WAS + REACHED_BY_ANOTHER, UNDONE),
    ]
