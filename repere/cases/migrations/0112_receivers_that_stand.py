"""Nothing of a file is given to an organisation on probation, suspended or closed, whatever writes it."""

from django.db import migrations

from repere.cases.voices_guard import SINCE_0112, SINCE_0112_UNDONE


class Migration(migrations.Migration):
    dependencies = [("cases", "0110_agreed_is_asked_seldom")]

    operations = [migrations.RunSQL(SINCE_0112, SINCE_0112_UNDONE)]
