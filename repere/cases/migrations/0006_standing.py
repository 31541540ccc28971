"""Who may do what: the policy as a table, assignment, urgency, conflict of interest, requisition; purposes of an access."""

import uuid
from datetime import timedelta

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from repere.cases.access import protect_table

CASE = {'db_constraint': False, 'on_delete': django.db.models.deletion.PROTECT, 'related_name': '+', 'to': 'cases.case'}
PERSON = {'db_constraint': False, 'db_index': False, 'on_delete': django.db.models.deletion.PROTECT, 'related_name': '+', 'to': 'cases.person'}
OWNER = {'db_constraint': False, 'db_index': False, 'on_delete': django.db.models.deletion.PROTECT, 'related_name': '+', 'to': 'directory.organisation'}
USER = {'db_index': False, 'on_delete': django.db.models.deletion.PROTECT, 'related_name': '+', 'to': settings.AUTH_USER_MODEL}
ORGANISATION = {'on_delete': django.db.models.deletion.PROTECT, 'related_name': '+', 'to': 'directory.organisation'}
ID = models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)
ARRAY = django.contrib.postgres.fields.ArrayField
OF_FILE = "ALTER TABLE {0} ADD CONSTRAINT {1} FOREIGN KEY (case_id, person_id, owner_id) REFERENCES cases_case (id, person_id, organisation_id)"
TIED = (
    ('cases_assignment', 'assignment_of_its_owner'), ('cases_breakglass', 'urgency_of_its_owner'), ('cases_requisition', 'requisition_of_its_owner'),
)
CLOSED = ('cases_assignment', 'cases_breakglass', 'cases_conflictofinterest', 'cases_teampractice', 'cases_requisition')


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0004_missed'),
    ]

    operations = [
        migrations.AddField('case', 'agreed', ARRAY(base_field=models.CharField(max_length=40), default=list, size=None)),
        migrations.RunSQL("ALTER TABLE cases_case ALTER agreed SET DEFAULT '{}'", migrations.RunSQL.noop),
        migrations.AddField('grant', 'purpose', models.CharField(default='support', max_length=24), preserve_default=False),
        migrations.AddField('grant', 'consent_fact', models.UUIDField(null=True)),
        migrations.AddField('grant', 'law', models.CharField(blank=True, max_length=100, default=''), preserve_default=False),
        migrations.AddField('grant', 'named_kinds', ARRAY(base_field=models.CharField(max_length=64), default=list, size=None)),
        migrations.AddConstraint('grant', models.CheckConstraint(
            condition=models.Q(('named_kinds', []), models.Q(('consent_fact', None), _negated=True), _connector='OR'),
            name='what_may_harm_leaves_with_her_consent',
        )),
        migrations.AlterField('notice', 'task', models.ForeignKey(
            null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='cases.task',
        )),
        migrations.CreateModel(
            name='ReachLine',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('role', models.CharField(blank=True, max_length=64)),
                ('relation', models.CharField(max_length=12)),
                ('purpose', models.CharField(blank=True, max_length=24)),
                ('word', models.CharField(max_length=64)),
            ],
            options={
                'db_table': 'cases_reach',
                'ordering': ['role', 'relation', 'purpose', 'word'],
                'constraints': [models.UniqueConstraint(fields=('role', 'relation', 'purpose', 'word'), name='one_line_of_the_policy')],
            },
        ),
        migrations.CreateModel(
            name='TeamPractice',
            fields=[
                ('organisation', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='directory.organisation')),
                ('whole_team', models.BooleanField(default=False)),
                ('user', models.ForeignKey(null=True, **USER)),
                ('chosen_at', models.DateTimeField()),
            ],
            options={'ordering': ['organisation']},
        ),
        migrations.CreateModel(
            name='Assignment',
            fields=[
                ('id', ID),
                ('way', models.CharField(max_length=12)),
                ('reason', models.BinaryField(null=True)),
                ('since', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('case', models.ForeignKey(**CASE)),
                ('person', models.ForeignKey(**PERSON)),
                ('owner', models.ForeignKey(**OWNER)),
                ('user', models.ForeignKey(**USER)),
            ],
            options={
                'ordering': ['since', 'id'],
                'indexes': [
                    models.Index(condition=models.Q(('ended_at', None)), fields=['user', 'case'], name='files_of_a_member'),
                    models.Index(condition=models.Q(('ended_at', None)), fields=['user', 'person'], name='persons_of_a_member'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('case', 'user'), name='assigned_once'),
                    models.CheckConstraint(condition=models.Q(('way__in', ('opened', 'taken_over', 'covered'))), name='assignment_says_how'),
                ],
            },
        ),
        migrations.CreateModel(
            name='BreakGlass',
            fields=[
                ('id', ID),
                ('role', models.CharField(max_length=64)),
                ('words', ARRAY(base_field=models.CharField(max_length=64), size=None)),
                ('motive', models.CharField(max_length=24)),
                ('reason', models.BinaryField()),
                ('starts_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('ends_at', models.DateTimeField()),
                ('review_due_at', models.DateTimeField()),
                ('reviewed_at', models.DateTimeField(null=True)),
                ('was_right', models.BooleanField(null=True)),
                ('review', models.BinaryField(null=True)),
                ('case', models.ForeignKey(**CASE)),
                ('person', models.ForeignKey(**PERSON)),
                ('owner', models.ForeignKey(**OWNER)),
                ('user', models.ForeignKey(**USER)),
                ('told', models.ForeignKey(null=True, **USER)),
                ('reviewed_by', models.ForeignKey(null=True, **USER)),
            ],
            options={
                'ordering': ['-starts_at', 'id'],
                'indexes': [
                    models.Index(fields=['user', 'ends_at'], name='urgencies_of_a_member'),
                    models.Index(condition=models.Q(('reviewed_at', None)), fields=['owner', 'review_due_at'], name='urgencies_to_review'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('ends_at__lte', models.F('starts_at') + timedelta(hours=4))), name='urgency_lasts_four_hours'),
                    models.CheckConstraint(condition=models.Q(('motive__in', ('danger', 'lost_contact', 'hospital', 'runaway', 'colleague_unreachable'))), name='urgency_says_why'),
                    models.CheckConstraint(condition=models.Q(('reviewed_by', None), models.Q(('reviewed_by', models.F('user')), _negated=True), _connector='OR'), name='urgency_reviewed_by_another'),
                    models.CheckConstraint(condition=models.Q(('told', None), models.Q(('told', models.F('user')), _negated=True), _connector='OR'), name='urgency_told_to_another'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ConflictOfInterest',
            fields=[
                ('id', ID),
                ('declared_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('case', models.ForeignKey(db_index=False, **CASE)),
                ('person', models.ForeignKey(**PERSON)),
                ('organisation', models.ForeignKey(**ORGANISATION)),
                ('user', models.ForeignKey(**USER)),
                ('declared_by', models.ForeignKey(**USER)),
                ('ended_by', models.ForeignKey(null=True, **USER)),
            ],
            options={
                'ordering': ['declared_at', 'id'],
                'indexes': [models.Index(condition=models.Q(('ended_at', None)), fields=['user'], name='conflicts_of_a_member')],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('case', 'user'), name='one_conflict_of_interest'),
                    models.CheckConstraint(condition=models.Q(('ended_by', None), models.Q(('ended_by', models.F('user')), _negated=True), _connector='OR'), name='conflict_ended_by_another'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Requisition',
            fields=[
                ('id', ID),
                ('state', models.CharField(default='received', max_length=10)),
                ('demand', models.BinaryField()),
                ('asked', ARRAY(base_field=models.CharField(max_length=64), size=None)),
                ('given', ARRAY(base_field=models.CharField(max_length=64), default=list, size=None)),
                ('outcome', models.BinaryField(null=True)),
                ('received_at', models.DateTimeField()),
                ('checked_at', models.DateTimeField(null=True)),
                ('answered_at', models.DateTimeField(null=True)),
                ('told_on', models.DateField(null=True)),
                ('silence_text', models.CharField(blank=True, max_length=200)),
                ('silence_review_on', models.DateField(null=True)),
                ('case', models.ForeignKey(**CASE)),
                ('person', models.ForeignKey(**PERSON)),
                ('owner', models.ForeignKey(**OWNER)),
                ('received_by', models.ForeignKey(**USER)),
                ('checked_by', models.ForeignKey(null=True, **USER)),
                ('prepared_by', models.ForeignKey(null=True, **USER)),
                ('answered_by', models.ForeignKey(null=True, **USER)),
            ],
            options={
                'ordering': ['-received_at', 'id'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('state__in', ('received', 'checked', 'prepared', 'answered', 'refused'))), name='requisition_step_is_known'),
                    models.CheckConstraint(condition=models.Q(('answered_by', None), ('state', 'refused'), models.Q(models.Q(('prepared_by', None), _negated=True), models.Q(('answered_by', models.F('prepared_by')), _negated=True)), _connector='OR'), name='requisition_answered_by_two'),
                    models.CheckConstraint(condition=models.Q(('given__contained_by', models.F('asked'))), name='requisition_gives_no_more_than_asked'),
                    models.CheckConstraint(condition=models.Q(('silence_text', ''), models.Q(('silence_review_on', None), _negated=True), _connector='OR'), name='silence_is_looked_at_again'),
                ],
            },
        ),
        *(
            migrations.RunSQL(OF_FILE.format(table, name), f'ALTER TABLE {table} DROP CONSTRAINT {name}')
            for table, name in TIED
        ),
        *(protect_table(table) for table in CLOSED),
    ]
