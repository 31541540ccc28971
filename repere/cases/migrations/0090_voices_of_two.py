"""The database asks for the second person, for her consent and for the text itself."""

from django.db import migrations

from repere.cases.voices_guard import GUARDS, UNDONE


class Migration(migrations.Migration):
    dependencies = [("cases", "0070_place_reference"), ("accounts", "0080_written_by_who_acts")]

    operations = [migrations.RunSQL([*GUARDS], UNDONE)]
