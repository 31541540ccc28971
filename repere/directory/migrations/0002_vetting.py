import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from repere.directory.access import POLICIES
from repere.ledger.policy import protect

STATES = [
    ('applied', 'Applied'), ('identity_checked', 'Identity checked'), ('sponsor_confirmed', 'Sponsor confirmed'),
    ('probation', 'On probation'), ('active', 'Active'), ('suspended', 'Suspended'), ('refused', 'Refused'), ('closed', 'Closed'),
]


class Migration(migrations.Migration):

    dependencies = [
        ('directory', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='organisation',
            name='state',
            field=models.CharField(choices=STATES, default='applied', max_length=20),
        ),
        migrations.AddField(
            model_name='organisation',
            name='state_since',
            field=models.DateTimeField(auto_now_add=True, default=django.utils.timezone.now),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='organisation',
            name='probation_until',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='organisation',
            name='sponsor',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.organisation'),
        ),
        # Organisations founded before there was any vetting go on working.
        migrations.RunSQL("UPDATE directory_organisation SET state = 'active'", migrations.RunSQL.noop),
        protect('directory_organisation', POLICIES),
    ]
