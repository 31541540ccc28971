"""What her consents open is looked at where a file says something of it."""

from django.db import migrations

from repere.cases.voices_guard import SINCE_0110, SINCE_0110_UNDONE


class Migration(migrations.Migration):
    dependencies = [("cases", "0103_steps_in_order")]

    operations = [migrations.RunSQL(SINCE_0110, SINCE_0110_UNDONE)]
