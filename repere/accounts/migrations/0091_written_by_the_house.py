"""Written by the house alone: wraps and pairs of keys, means of signing in, proofs of a session, steps of an organisation; jobs bounded."""

from django.db import migrations

from repere.accounts import deferring
from repere.accounts.access import KEY_POLICIES, OWN_POLICIES, POLICIES
from repere.accounts.opening_guard import GUARDS, UNDONE
from repere.accounts.vetting_guard import STEPS_ARE_THE_HOUSES
from repere.ledger.policy import ACTING_USER, restate

# The house has only ever made the first pair. Any other was planted by SQL: what was closed for it, its maker opened.
PLANTED_PAIRS = [
    "SELECT set_config('repere.work', 'keys', true)",
    'DELETE FROM "keys"."organisation_key_pair" WHERE version <> 1',
    "SELECT set_config('repere.work', '', true)",
]


def no_longer_whole(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f'DROP POLICY "own rows" ON {table}',
        f'CREATE POLICY "own rows" ON {table} USING (user_id = {ACTING_USER}) WITH CHECK (user_id = {ACTING_USER})',
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0090_jobs_by_trigger")]

    operations = [
        *(restate(table, policies) for table, policies in KEY_POLICIES.items()),
        migrations.RunSQL(PLANTED_PAIRS, migrations.RunSQL.noop),
        *(no_longer_whole(table) for table in OWN_POLICIES),
        *(restate(table, policies) for table, policies in OWN_POLICIES.items()),
        restate("accounts_outsideidentity", POLICIES["accounts_outsideidentity"]),
        migrations.RunSQL([*GUARDS], [*UNDONE]),
        migrations.RunSQL(STEPS_ARE_THE_HOUSES, migrations.RunSQL.noop),
        migrations.RunSQL(deferring.ASKED_FOR, migrations.RunSQL.noop),
    ]
