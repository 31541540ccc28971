"""Rows of the ledger in one's own name; keys by the house; an account begins again by two, one of them of its own body."""

import django.db.models.deletion
from django.db import migrations, models

from repere.accounts.access import KEY_POLICIES, POLICIES
from repere.accounts.beginning_guard import GUARDS, UNDONE
from repere.ledger.guard import POLICY
from repere.ledger.policy import restate

ORGANISATION_KEY = '"keys"."organisation_key"'


class Migration(migrations.Migration):
    dependencies = [("accounts", "0071_keyed_passwords"), ("ledger", "0020_rows_that_say_what_they_hold")]

    operations = [
        migrations.AddField(
            "invitation",
            "reset",
            models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.factorreset"),
        ),
        migrations.AddField("invitation", "code_hash", models.BinaryField(null=True)),
        restate("ledger_entry", POLICY),
        restate(ORGANISATION_KEY, KEY_POLICIES[ORGANISATION_KEY]),
        restate("accounts_factorreset", POLICIES["accounts_factorreset"]),
        restate("accounts_invitation", POLICIES["accounts_invitation"]),
        migrations.RunSQL([*GUARDS], [*UNDONE]),
    ]
