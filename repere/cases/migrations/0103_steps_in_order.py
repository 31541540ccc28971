"""Steps of a requisition are taken in order, each under its own voice; what lists say of a file is copied by the house."""

from django.db import migrations

from repere.cases.voices_guard import SINCE_0103, SINCE_0103_UNDONE


class Migration(migrations.Migration):
    dependencies = [("cases", "0095_notes_of_conflicts")]

    operations = [migrations.RunSQL([*SINCE_0103], SINCE_0103_UNDONE)]
