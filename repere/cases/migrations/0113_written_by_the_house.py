"""An access is asked what carries it, whoever writes it; what is kept of the address of a calendar is keyed."""

from django.db import migrations

from repere.cases.outside.actions import keyed
from repere.cases.voices_guard import SINCE_0113, SINCE_0113_UNDONE

OPEN, CLOSED = (f"ALTER TABLE cases_calendaraddress {word}FORCE ROW LEVEL SECURITY" for word in ("NO ", ""))


def key_addresses(apps, schema_editor):
    """Addresses that members gave to their telephones go on answering."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(OPEN)
        cursor.execute("SELECT id, token_hash FROM cases_calendaraddress")
        for address, before in cursor.fetchall():
            cursor.execute("UPDATE cases_calendaraddress SET token_hash = %s WHERE id = %s", [keyed(bytes(before)), address])
        cursor.execute(CLOSED)


class Migration(migrations.Migration):
    dependencies = [("cases", "0112_receivers_that_stand")]

    operations = [
        migrations.RunSQL(SINCE_0113, SINCE_0113_UNDONE),
        migrations.RunPython(key_addresses, migrations.RunPython.noop),
    ]
