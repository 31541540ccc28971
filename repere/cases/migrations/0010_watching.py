import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from repere.cases.watching import LOOKS_AT_PERSON, POLICIES
from repere.ledger.policy import protect

PROTECTED = {'on_delete': django.db.models.deletion.PROTECT, 'related_name': '+'}
USER = {**PROTECTED, 'to': settings.AUTH_USER_MODEL, 'db_index': False}
ORGANISATION = {**PROTECTED, 'to': 'directory.organisation', 'db_index': False}
RULES = ('breadth', 'night', 'same_name', 'in_order', 'no_relation', 'canary', 'denials')
REASONS = ('threatened', 'device_lost', 'unusual_reading', 'left', 'other')


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0020_erasure'),
        ('ledger', '0002_seals_witnesses_retention'),
        ('accounts', '0010_belonging'),
    ]

    operations = [
        migrations.CreateModel(
            name='Alert',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('rule', models.CharField(max_length=16)),
                ('day', models.DateField()),
                ('numbers', models.JSONField(default=dict)),
                ('at', models.DateTimeField()),
                ('seen_at', models.DateTimeField(null=True)),
                ('organisation', models.ForeignKey(**ORGANISATION)),
                ('seen_by', models.ForeignKey(null=True, **USER)),
                ('user', models.ForeignKey(**USER)),
            ],
            options={
                'ordering': ['-at', 'id'],
                'constraints': [
                    models.UniqueConstraint(fields=('organisation', 'user', 'rule', 'day'), name='one_alert_per_reader_rule_and_day'),
                    models.CheckConstraint(condition=models.Q(('rule__in', RULES)), name='alert_rule_is_known'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Freeze',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(max_length=20)),
                ('frozen_at', models.DateTimeField()),
                ('told_at', models.DateTimeField(null=True)),
                ('lifted_at', models.DateTimeField(null=True)),
                ('frozen_by', models.ForeignKey(**USER)),
                ('lifted_by', models.ForeignKey(null=True, **USER)),
                ('organisation', models.ForeignKey(**ORGANISATION)),
                ('told', models.ForeignKey(null=True, **USER)),
                ('user', models.ForeignKey(**USER)),
            ],
            options={
                'ordering': ['-frozen_at', 'id'],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('lifted_at', None)), fields=('organisation', 'user'), name='an_account_is_frozen_once'),
                    models.CheckConstraint(condition=models.Q(('reason__in', REASONS)), name='freeze_reason_is_known'),
                    models.CheckConstraint(condition=models.Q(('lifted_by', None), models.Q(('lifted_by', models.F('user')), _negated=True), _connector='OR'), name='nobody_opens_their_own_frozen_account'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ReaderName',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('token', models.BinaryField()),
                ('organisation', models.ForeignKey(**ORGANISATION)),
                ('user', models.ForeignKey(**USER)),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'user', 'token'), name='one_reader_name_per_token')],
            },
        ),
        migrations.CreateModel(
            name='Canary',
            fields=[
                ('decoy', models.UUIDField(primary_key=True, serialize=False)),
                ('made_at', models.DateTimeField()),
                ('organisation', models.ForeignKey(to='directory.organisation', **PROTECTED)),
            ],
            options={'ordering': ['made_at', 'decoy']},
        ),
        *(protect(table, policies) for table, policies in POLICIES.items()),
        migrations.RunSQL(LOOKS_AT_PERSON, 'DROP FUNCTION looks_at_person(uuid, bigint, integer)'),
    ]
