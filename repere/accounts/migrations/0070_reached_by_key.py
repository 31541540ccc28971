"""Sessions and counters of sign-in are reached by key; jobs are asked for by who acts."""

from django.db import migrations

from repere.accounts import by_key, deferring
from repere.ledger.policy import protect


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0060_acceptance"),
        ("sessions", "0001_initial"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]

    operations = [
        migrations.RunSQL([by_key.SESSIONS, by_key.COUNTERS, *by_key.RIGHTS], by_key.UNDONE),
        *(protect(table, policies) for table, policies in {**by_key.POLICIES, **deferring.POLICIES}.items()),
    ]
