"""What pages may give the worker is said by a trigger: under row-level security the library cannot tell which key stands already."""

from django.db import migrations

from repere.accounts import deferring

POLICIES_BEFORE = ("counted by pages", "asked for by who acts", "worked on by the worker", "kept by the owner")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0080_written_by_who_acts")]

    operations = [
        migrations.RunSQL(
            [
                *(f'DROP POLICY IF EXISTS "{name}" ON procrastinate_jobs' for name in POLICIES_BEFORE),
                "ALTER TABLE procrastinate_jobs NO FORCE ROW LEVEL SECURITY",
                "ALTER TABLE procrastinate_jobs DISABLE ROW LEVEL SECURITY",
                deferring.ASKED_FOR,
            ],
            deferring.ASKED_FOR_UNDONE,
        ),
    ]
