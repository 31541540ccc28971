"""Links sent to mailboxes of the directory: what one proves is written by the application alone."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from repere.directory.guard import PROVED_BY_A_LINK
from repere.directory.tiers import LINKS
from repere.ledger.policy import protect

UNDONE = """
DROP TRIGGER directory_mailbox_is_proved_by_a_link ON directory_contact;
DROP TRIGGER directory_mailbox_is_not_proved_at_once ON directory_contact;
DROP FUNCTION directory_mailbox_is_proved_by_a_link();
"""


class Migration(migrations.Migration):
    dependencies = [("directory", "0042_outcomes_of_one_day")]

    operations = [
        migrations.CreateModel(
            name="MailboxLink",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("user_id", models.UUIDField()),
                ("secret_hash", models.BinaryField(max_length=32)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("failure", models.CharField(blank=True, default="", max_length=60)),
                ("used_at", models.DateTimeField(null=True)),
                ("contact", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.contact")),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.organisation"
                    ),
                ),
            ],
            options={"ordering": ["-made_at", "id"]},
        ),
        protect("directory_mailboxlink", LINKS["directory_mailboxlink"]),
        migrations.RunSQL(PROVED_BY_A_LINK, UNDONE),
    ]
