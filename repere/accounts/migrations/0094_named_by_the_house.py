"""An account and its name, and when a session was last used, are written by the house."""

from django.db import migrations

from repere.accounts.access import POLICIES
from repere.accounts.opening_guard import SINCE_0094, SINCE_0094_UNDONE
from repere.ledger.policy import restate


class Migration(migrations.Migration):
    dependencies = [("accounts", "0092_ended_sessions_go")]

    operations = [
        restate("accounts_user", POLICIES["accounts_user"]),
        migrations.RunSQL(SINCE_0094, SINCE_0094_UNDONE),
    ]
