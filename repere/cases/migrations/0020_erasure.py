"""Erasure with tombstones, holds, counts that stay, and the version of the key of name tokens."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Now

from repere.accounts.owner import KEEPING_KEYS
from repere.cases.access import protect_table
from repere.cases.erasing import OWNER_POLICIES, STANDING_POLICIES, worked_on_by_the_owner
from repere.ledger.policy import protect

PERSON = {'db_constraint': False, 'on_delete': django.db.models.deletion.PROTECT, 'related_name': '+', 'to': 'cases.person'}
ORGANISATION = {'db_constraint': False, 'on_delete': django.db.models.deletion.PROTECT, 'related_name': '+', 'to': 'directory.organisation'}
USER = {'db_index': False, 'on_delete': django.db.models.deletion.PROTECT, 'related_name': '+', 'to': settings.AUTH_USER_MODEL}
TIED = "ALTER TABLE {0} ADD CONSTRAINT {1} FOREIGN KEY (person_id, organisation_id) REFERENCES cases_person (id, organisation_id)"

# Tables of later migrations, which open them to the owner themselves.
LATER = (
    'cases_paper', 'cases_capsule', 'cases_jointstep', 'cases_offer', 'cases_referral', 'cases_consent', 'cases_letter', 'cases_consentcopy',
    'cases_handover',
)


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0006_standing'),
        ('accounts', '0030_keys'),
    ]

    operations = [
        migrations.AddField('nametoken', 'key_version', models.PositiveSmallIntegerField(db_default=1, default=1)),
        migrations.CreateModel(
            name='Tombstone',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('mark', models.BinaryField(unique=True)),
                ('erased_on', models.DateField()),
                ('reason', models.CharField(max_length=20)),
            ],
            options={'ordering': ['erased_on', 'id']},
        ),
        migrations.CreateModel(
            name='RetainedCount',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('year', models.PositiveSmallIntegerField()),
                ('dimension', models.CharField(max_length=40)),
                ('code', models.CharField(max_length=64)),
                ('files', models.PositiveIntegerField()),
                ('changed_at', models.DateTimeField(db_default=Now())),
            ],
            options={
                'ordering': ['year', 'dimension', 'code'],
                'constraints': [models.UniqueConstraint(fields=('year', 'dimension', 'code'), name='one_retained_count_per_code')],
            },
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=20)),
                ('set_at', models.DateTimeField()),
                ('lifted_at', models.DateTimeField(null=True)),
                ('person', models.ForeignKey(**PERSON)),
                ('organisation', models.ForeignKey(**ORGANISATION)),
                ('set_by', models.ForeignKey(**USER)),
                ('lifted_by', models.ForeignKey(null=True, **USER)),
            ],
            options={
                'ordering': ['set_at', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ('requisition', 'proceeding'))), name='hold_kind_is_known')],
            },
        ),
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(max_length=20)),
                ('asked_at', models.DateTimeField()),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('person', models.ForeignKey(**PERSON)),
                ('organisation', models.ForeignKey(**ORGANISATION)),
                ('asked_by', models.ForeignKey(**USER)),
                ('confirmed_by', models.ForeignKey(null=True, **USER)),
            ],
            options={
                'ordering': ['asked_at', 'id'],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('person',), name='one_erasure_asked_per_person'),
                    models.CheckConstraint(condition=models.Q(('reason__in', ('she_asks', 'retention', 'opened_in_error'))), name='erasure_reason_is_known'),
                    models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at', None), ('confirmed_by', None)), models.Q(models.Q(('confirmed_by', None), _negated=True), models.Q(('confirmed_at', None), _negated=True), models.Q(('confirmed_by', models.F('asked_by')), _negated=True)), _connector='OR'), name='erasure_is_confirmed_by_another'),
                ],
            },
        ),
        migrations.RunSQL(TIED.format('cases_hold', 'hold_of_its_owner'), 'ALTER TABLE cases_hold DROP CONSTRAINT hold_of_its_owner'),
        migrations.RunSQL(TIED.format('cases_erasure', 'erasure_of_its_owner'), 'ALTER TABLE cases_erasure DROP CONSTRAINT erasure_of_its_owner'),
        protect_table('cases_hold'),
        protect_table('cases_erasure'),
        *(protect(table, policies) for table, policies in STANDING_POLICIES.items()),
        *(worked_on_by_the_owner(table) for table in OWNER_POLICIES if table not in LATER),
        migrations.RunSQL(
            f'CREATE POLICY "kept by the owner" ON cases_draft TO repere_owner USING ({KEEPING_KEYS}) WITH CHECK ({KEEPING_KEYS})',
            'DROP POLICY "kept by the owner" ON cases_draft',
        ),
    ]
