import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from repere.ledger.policy import ACTING_USER, protect

OWN = {"own rows": f"USING (user_id = {ACTING_USER}) WITH CHECK (user_id = {ACTING_USER})"}


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('mfa', '0003_authenticator_type_uniq'),
    ]

    operations = [
        migrations.CreateModel(
            name='SignedIn',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('device', models.CharField(max_length=60)),
                ('proved_by', models.CharField(choices=[('passkey', 'Passkey'), ('totp', 'Password and code'), ('recovery_code', 'Password and recovery code'), ('demonstration', 'One click, on a demonstration'), ('no_factor', 'No second factor yet')], max_length=16)),
                ('began_at', models.DateTimeField()),
                ('seen_at', models.DateTimeField()),
                ('confirmed_at', models.DateTimeField()),
                ('locked_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='signed_in', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-seen_at', 'id'],
                'indexes': [models.Index(condition=models.Q(('ended_at', None)), fields=['user'], name='open_sessions_of_a_user')],
            },
        ),
        migrations.CreateModel(
            name='UsedCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.BigIntegerField()),
                ('used_at', models.DateTimeField()),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'step'), name='a_code_is_accepted_once')],
            },
        ),
        migrations.CreateModel(
            name='OutsideIdentity',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('issuer', models.CharField(max_length=200)),
                ('subject_hash', models.BinaryField()),
                ('linked_at', models.DateTimeField()),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='outside_identities', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('issuer', 'subject_hash'), name='one_account_per_outside_identity')],
            },
        ),
        protect('accounts_signedin', OWN),
        protect('accounts_usedcode', OWN),
        protect('mfa_authenticator', OWN),
    ]
