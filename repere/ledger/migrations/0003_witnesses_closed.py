from django.db import migrations

from repere.ledger.access import POLICIES
from repere.ledger.policy import protect


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0002_seals_witnesses_retention'),
    ]

    operations = [protect(table, policies) for table, policies in POLICIES.items()]
