"""What an organisation is, and whom an account at a provider belongs to, is no longer anybody's to change by SQL."""

from django.db import migrations

from repere.accounts import access
from repere.accounts.vetting_guard import OWN_ROW_GUARD
from repere.ledger.policy import rewording

TABLE = "accounts_outsideidentity"
# A new database closed it with the first migrations already.
CLOSED = [f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY", f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY"]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0050_session_numbers")]

    operations = [
        migrations.RunSQL(
            OWN_ROW_GUARD,
            "DROP TRIGGER organisation_is_its_own ON directory_organisation; DROP FUNCTION organisation_is_its_own();",
        ),
        migrations.RunSQL([*CLOSED, *rewording(TABLE, access.POLICIES[TABLE])], migrations.RunSQL.noop),
    ]
