"""Consents by purpose and recipient, referrals with their offers, joint steps and capsules; an access that a referral opens."""

import django.contrib.postgres.fields
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from repere.cases.access import protect_table
from repere.cases.erasing import worked_on_by_the_owner

TIED = (('cases_consent', 'consent_of_its_owner'), ('cases_referral', 'referral_of_its_owner'))
TABLES = ('cases_consent', 'cases_referral', 'cases_offer', 'cases_jointstep', 'cases_capsule')
OF_FILE = "ALTER TABLE {0} ADD CONSTRAINT {1} FOREIGN KEY (case_id, person_id, owner_id) REFERENCES cases_case (id, person_id, organisation_id)"


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0030_leaving_and_arriving'),
        ('directory', '0007_known_to'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='grant',
            name='left_out',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None),
        ),
        migrations.AddField(
            model_name='grant',
            name='referral',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='grant',
            name='through_revision',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField()),
                ('fact', models.UUIDField(null=True)),
                ('said_by', models.CharField(max_length=16)),
                ('representative', models.CharField(blank=True, max_length=20)),
                ('heard', models.CharField(blank=True, max_length=20)),
                ('purpose', models.CharField(max_length=40)),
                ('recipient', models.CharField(max_length=40)),
                ('groups', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None)),
                ('channels', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=16), size=None)),
                ('language', models.CharField(blank=True, max_length=3)),
                ('people', models.BinaryField()),
                ('ongoing', models.BooleanField(default=False)),
                ('paper', models.CharField(default='kept_here', max_length=12)),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField(null=True)),
                ('recorded_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('case', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
                ('organisation', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.organisation')),
                ('owner', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.organisation')),
                ('person', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.person')),
                ('user', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-version'],
            },
        ),
        migrations.CreateModel(
            name='Offer',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('service', models.UUIDField(null=True)),
                ('rank', models.PositiveSmallIntegerField()),
                ('state', models.CharField(default='waiting', max_length=12)),
                ('code', models.CharField(max_length=8)),
                ('handling', models.CharField(max_length=10)),
                ('purpose', models.CharField(max_length=24)),
                ('urgency', models.CharField(max_length=10)),
                ('needs', models.JSONField()),
                ('digest', models.CharField(max_length=64)),
                ('sent_at', models.DateTimeField(null=True)),
                ('acknowledge_by', models.DateTimeField(null=True)),
                ('answer_by', models.DateTimeField(null=True)),
                ('next_step_at', models.DateTimeField(null=True)),
                ('acknowledged_at', models.DateTimeField(null=True)),
                ('reminded_at', models.DateTimeField(null=True)),
                ('escalated_at', models.DateTimeField(null=True)),
                ('answered_at', models.DateTimeField(null=True)),
                ('refusal', models.CharField(blank=True, max_length=20)),
                ('outcome', models.CharField(blank=True, max_length=20)),
                ('outcome_on', models.DateField(null=True)),
                ('news_for_sender', models.CharField(blank=True, max_length=20)),
                ('news_for_receiver', models.CharField(blank=True, max_length=20)),
                ('answered_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('grant', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.grant')),
                ('organisation', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.organisation')),
                ('owner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.organisation')),
            ],
            options={
                'ordering': ['-sent_at', 'rank', 'id'],
            },
        ),
        migrations.CreateModel(
            name='JointStep',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('by_sender', models.BooleanField()),
                ('what', models.CharField(max_length=24)),
                ('due_on', models.DateField()),
                ('done_at', models.DateTimeField(null=True)),
                ('added_at', models.DateTimeField()),
                ('offer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='cases.offer')),
            ],
            options={
                'ordering': ['due_on', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Capsule',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('needs', models.BinaryField()),
                ('person', models.BinaryField(null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('made_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('opened_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('accepted_by', models.BinaryField(null=True)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.organisation')),
                ('offer', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.offer')),
            ],
            options={
                'ordering': ['-made_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Referral',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=8, unique=True)),
                ('state', models.CharField(default='open', max_length=12)),
                ('handling', models.CharField(default='share', max_length=10)),
                ('purpose', models.CharField(max_length=24)),
                ('groups', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None)),
                ('named_kinds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=64), default=list, size=None)),
                ('left_out', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None)),
                ('consent_fact', models.UUIDField(null=True)),
                ('ground', models.CharField(max_length=16)),
                ('law', models.CharField(blank=True, max_length=100)),
                ('ongoing', models.BooleanField(default=False)),
                ('through_revision', models.PositiveIntegerField()),
                ('package', models.JSONField()),
                ('digest', models.CharField(max_length=64)),
                ('urgency', models.CharField(max_length=10)),
                ('recipients', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
                ('access_ends_at', models.DateTimeField()),
                ('note', models.BinaryField()),
                ('sent_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('case', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
                ('consent', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.consent')),
                ('owner', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.organisation')),
                ('person', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.person')),
                ('sent_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-sent_at', 'id'],
            },
        ),
        migrations.AddField(
            model_name='offer',
            name='referral',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='cases.referral'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.UniqueConstraint(fields=('case', 'version'), name='one_consent_per_version'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.CheckConstraint(condition=models.Q(('said_by__in', ('herself', 'representative', 'staff'))), name='consent_says_in_whose_voice'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.CheckConstraint(condition=models.Q(('paper__in', ('kept_here', 'with_her'))), name='consent_says_where_its_paper_is'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('fact', None), ('said_by', 'staff')), models.Q(models.Q(('said_by', 'staff'), _negated=True), models.Q(('fact', None), _negated=True)), _connector='OR'), name='what_staff_say_of_her_is_no_consent_of_hers'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='consent_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='jointstep',
            constraint=models.UniqueConstraint(fields=('offer', 'by_sender', 'what'), name='one_joint_step_of_a_kind'),
        ),
        migrations.AddIndex(
            model_name='referral',
            index=models.Index(fields=['owner', '-sent_at'], name='referrals_sent'),
        ),
        migrations.AddConstraint(
            model_name='referral',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('open', 'taken', 'exhausted', 'recalled'))), name='referral_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='referral',
            constraint=models.CheckConstraint(condition=models.Q(('urgency__in', ('now', 'today', 'week', 'planned'))), name='referral_says_how_urgent'),
        ),
        migrations.AddConstraint(
            model_name='referral',
            constraint=models.CheckConstraint(condition=models.Q(('handling__in', ('share', 'transfer'))), name='referral_shares_or_transfers'),
        ),
        migrations.AddConstraint(
            model_name='referral',
            constraint=models.CheckConstraint(condition=models.Q(('recipients', []), _negated=True), name='referral_has_a_recipient'),
        ),
        migrations.AddConstraint(
            model_name='referral',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('consent', None), ('consent_fact', None)), models.Q(models.Q(('consent', None), _negated=True), models.Q(('consent_fact', None), _negated=True)), _connector='OR'), name='referral_names_the_fact_of_its_consent'),
        ),
        migrations.AddIndex(
            model_name='offer',
            index=models.Index(condition=models.Q(('state__in', ('sent', 'acknowledged'))), fields=['organisation', 'answer_by'], name='offers_to_answer'),
        ),
        migrations.AddIndex(
            model_name='offer',
            index=models.Index(fields=['owner', '-sent_at'], name='offers_sent'),
        ),
        migrations.AddIndex(
            model_name='offer',
            index=models.Index(condition=models.Q(('state__in', ('sent', 'acknowledged'))), fields=['next_step_at'], name='offers_next_step'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.UniqueConstraint(fields=('referral', 'rank'), name='offers_one_after_the_other'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['sent', 'acknowledged', 'accepted'])), fields=('referral',), name='one_offer_runs_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('waiting', 'sent', 'acknowledged', 'accepted', 'refused', 'no_answer', 'called_back', 'not_needed'))), name='offer_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'refused'), _negated=True), models.Q(('refusal', ''), _negated=True), _connector='OR'), name='a_refusal_says_why'),
        ),
        migrations.RunSQL("ALTER TABLE cases_grant ALTER left_out SET DEFAULT '{}'", migrations.RunSQL.noop),
        *(migrations.RunSQL(OF_FILE.format(table, name), f'ALTER TABLE {table} DROP CONSTRAINT {name}') for table, name in TIED),
        *(protect_table(table) for table in TABLES),
        *(worked_on_by_the_owner(table) for table in TABLES),
    ]
