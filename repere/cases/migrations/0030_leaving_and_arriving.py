"""Extracts that two people let out, papers that wait until they were scanned, counts made inside the database."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from repere.cases.access import protect_table
from repere.cases.erasing import worked_on_by_the_owner
from repere.cases.exports.declared import COUNTED, NAMED

PROTECT = django.db.models.deletion.PROTECT
CASE = {'db_constraint': False, 'on_delete': PROTECT, 'related_name': '+', 'to': 'cases.case'}
PERSON = {'db_constraint': False, 'db_index': False, 'on_delete': PROTECT, 'related_name': '+', 'to': 'cases.person'}
OWNER = {'db_constraint': False, 'db_index': False, 'on_delete': PROTECT, 'related_name': '+', 'to': 'directory.organisation'}
USER = {'db_index': False, 'on_delete': PROTECT, 'related_name': '+', 'to': settings.AUTH_USER_MODEL}
ID = models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)
OF_FILE = "ALTER TABLE {0} ADD CONSTRAINT {1} FOREIGN KEY (case_id, person_id, owner_id) REFERENCES cases_case (id, person_id, organisation_id)"


class Migration(migrations.Migration):

    dependencies = [('cases', '0010_watching')]

    operations = [
        migrations.CreateModel(
            name='Extract',
            fields=[
                ('id', ID),
                ('serial', models.CharField(max_length=8, unique=True)),
                ('purpose', models.CharField(max_length=24)),
                ('columns', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None)),
                ('format', models.CharField(max_length=4)),
                ('rows', models.PositiveIntegerField()),
                ('state', models.CharField(default='asked', max_length=8)),
                ('digest', models.BinaryField()),
                ('frozen', models.BinaryField(null=True)),
                ('mark', models.BinaryField()),
                ('file', models.BinaryField(null=True)),
                ('asked_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('fetched_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('organisation', models.ForeignKey(on_delete=PROTECT, related_name='+', to='directory.organisation')),
                ('receiver', models.ForeignKey(db_index=False, on_delete=PROTECT, related_name='+', to='directory.organisation')),
                ('asked_by', models.ForeignKey(**USER)),
                ('decided_by', models.ForeignKey(null=True, **USER)),
            ],
            options={
                'ordering': ['-asked_at', 'id'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('state__in', ('asked', 'approved', 'ready', 'fetched', 'refused', 'void', 'ended'))), name='extract_step_is_known'),
                    models.CheckConstraint(condition=models.Q(('format__in', ('csv', 'xlsx'))), name='extract_format_is_known'),
                    models.CheckConstraint(condition=models.Q(('decided_by', None), models.Q(('decided_by', models.F('asked_by')), _negated=True), _connector='OR'), name='extract_decided_by_another'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('approved', 'ready', 'fetched')), _negated=True), models.Q(('decided_by', None), _negated=True), _connector='OR'), name='extract_leaves_approved'),
                    models.CheckConstraint(condition=models.Q(('file', None), ('state', 'ready'), _connector='OR'), name='extract_kept_until_fetched'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Paper',
            fields=[
                ('id', ID),
                ('data_group', models.CharField(max_length=40)),
                ('tier', models.CharField(max_length=48)),
                ('kind', models.CharField(max_length=4)),
                ('size', models.PositiveIntegerField()),
                ('pages', models.PositiveIntegerField(null=True)),
                ('state', models.CharField(default='quarantine', max_length=10)),
                ('title', models.BinaryField()),
                ('blob', models.BinaryField()),
                ('received_at', models.DateTimeField()),
                ('scanned_at', models.DateTimeField(null=True)),
                ('case', models.ForeignKey(**CASE)),
                ('person', models.ForeignKey(**PERSON)),
                ('owner', models.ForeignKey(**OWNER)),
                ('user', models.ForeignKey(**USER)),
            ],
            options={
                'ordering': ['-received_at', 'id'],
                'indexes': [models.Index(fields=['user', 'received_at'], name='papers_of_a_member')],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('state__in', ('quarantine', 'clean'))), name='paper_state_is_known'),
                    models.CheckConstraint(condition=models.Q(('kind__in', ('pdf', 'jpg', 'png'))), name='paper_kind_is_known'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'clean'), _negated=True), models.Q(('scanned_at', None), _negated=True), _connector='OR'), name='clean_paper_was_scanned'),
                ],
            },
        ),
        migrations.RunSQL(OF_FILE.format('cases_paper', 'paper_of_its_owner'), 'ALTER TABLE cases_paper DROP CONSTRAINT paper_of_its_owner'),
        protect_table('cases_paper'),
        worked_on_by_the_owner('cases_paper'),
        protect_table('cases_extract'),
        migrations.RunSQL(NAMED, 'DROP TRIGGER cases_extract_decided ON cases_extract; DROP FUNCTION cases_extract_decided()'),
        migrations.RunSQL(COUNTED, 'DROP FUNCTION cases_counted()'),
    ]
