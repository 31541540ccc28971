"""A membership counts once its person accepted it; a link says what it is for; a session says for whom it works."""

import django.db.models.deletion
from django.db import migrations, models

from repere.accounts.access import POLICIES
from repere.accounts.accepting_guard import ACCEPTED_VOICES, ACCEPTING_GUARD, UNDONE
from repere.ledger.policy import restate

TABLES = ('accounts_user', 'accounts_membership', 'accounts_invitation')
LOOSE, TIGHT = 'ALTER TABLE {0} NO FORCE ROW LEVEL SECURITY', 'ALTER TABLE {0} FORCE ROW LEVEL SECURITY'
# Who works today goes on working. Of a proposal to somebody known elsewhere no name is kept: it was never typed here.
WORKED = 'UPDATE accounts_membership SET accepted_at = approved_at WHERE approved_at IS NOT NULL'
TYPED = """
    UPDATE accounts_membership m SET typed_name = u.name FROM accounts_user u
    WHERE u.id = m.user_id AND (m.accepted_at IS NOT NULL OR NOT EXISTS (
        SELECT FROM accounts_membership other WHERE other.user_id = m.user_id AND other.organisation_id <> m.organisation_id))
"""
# Links made before knew no organisation: those of accounts known in several would still set a password.
CLOSED = """
    UPDATE accounts_invitation i SET used_at = now() WHERE used_at IS NULL AND (
        SELECT count(DISTINCT m.organisation_id) > 1 FROM accounts_membership m WHERE m.user_id = i.user_id AND m.ended_at IS NULL)
"""
# What the rows above owe to other tables is checked now: a table with a check outstanding is not altered.
CHECKED = 'SET CONSTRAINTS ALL IMMEDIATE'


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0055_rows_of_organisations'),
        ('directory', '0001_initial'),
    ]

    operations = [
        migrations.AddField('membership', 'accepted_at', models.DateTimeField(null=True)),
        migrations.AddField('membership', 'typed_name', models.CharField(blank=True, default='', max_length=120), preserve_default=False),
        migrations.AddField('invitation', 'membership', models.ForeignKey(
            null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership')),
        migrations.AddField('signedin', 'organisation', models.ForeignKey(
            null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.organisation')),
        migrations.RunSQL(
            [*map(LOOSE.format, TABLES), WORKED, TYPED, CLOSED, CHECKED, *map(TIGHT.format, TABLES)], migrations.RunSQL.noop,
        ),
        migrations.RunSQL(ACCEPTING_GUARD, UNDONE),
        migrations.RunSQL(ACCEPTED_VOICES, migrations.RunSQL.noop),
        restate('accounts_user', POLICIES['accounts_user']),
        restate('accounts_membership', POLICIES['accounts_membership']),
        restate('accounts_invitation', POLICIES['accounts_invitation']),
    ]
