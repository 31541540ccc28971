"""Handovers, wishes for a calendar and for letters, letters about referrals, papers of agreements."""

import django.contrib.postgres.fields
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from repere.cases.access import protect_table
from repere.cases.erasing import worked_on_by_the_owner

TIED = (("cases_handover", "handover_of_its_owner"), ("cases_consentcopy", "consent_copy_of_its_owner"))
OF_FILE = "ALTER TABLE {0} ADD CONSTRAINT {1} FOREIGN KEY (case_id, person_id, owner_id) REFERENCES cases_case (id, person_id, organisation_id)"
TABLES = (
    "cases_handover", "cases_spokenlanguages", "cases_calendaraddress", "cases_mailwish", "cases_letter", "cases_consentcopy",
)
ABOUT_HER = ("cases_handover", "cases_consentcopy", "cases_letter")


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0050_worklist_order'),
        ('directory', '0007_known_to'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='MailWish',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('asked_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('address', models.EmailField(max_length=254)),
                ('language', models.CharField(max_length=5)),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.organisation')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['asked_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('step', models.CharField(max_length=20)),
                ('written_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('failure', models.CharField(blank=True, max_length=60)),
                ('offer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.offer')),
                ('wish', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.mailwish')),
            ],
            options={
                'ordering': ['written_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='SpokenLanguages',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=3), default=list, size=None)),
                ('said_at', models.DateTimeField()),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.organisation')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['organisation', 'user'],
            },
        ),
        migrations.CreateModel(
            name='CalendarAddress',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('asked_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('role', models.CharField(max_length=64)),
                ('token_hash', models.BinaryField(unique=True)),
                ('fetched_at', models.DateTimeField(null=True)),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.organisation')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['asked_at', 'id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('user', 'organisation'), name='one_calendar_per_member')],
            },
        ),
        migrations.CreateModel(
            name='ConsentCopy',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('language', models.CharField(max_length=5)),
                ('kept', models.CharField(max_length=12)),
                ('made_at', models.DateTimeField()),
                ('case', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
                ('consent', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='copies', to='cases.consent')),
                ('owner', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.organisation')),
                ('person', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.person')),
                ('user', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-made_at', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('kept__in', ('kept_here', 'with_her'))), name='consent_copy_says_where_it_is')],
            },
        ),
        migrations.CreateModel(
            name='Handover',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('batch', models.UUIDField()),
                ('proposed_at', models.DateTimeField()),
                ('why', models.CharField(max_length=12)),
                ('last_day', models.DateField(null=True)),
                ('note', models.BinaryField()),
                ('told', models.CharField(max_length=20)),
                ('state', models.CharField(default='proposed', max_length=12)),
                ('answered_at', models.DateTimeField(null=True)),
                ('answer', models.BinaryField(null=True)),
                ('case', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
                ('giver', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('owner', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.organisation')),
                ('person', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.person')),
                ('proposed_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('successor', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['proposed_at', 'id'],
                'indexes': [models.Index(condition=models.Q(('state', 'proposed')), fields=['owner', 'successor'], name='handovers_to_answer')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'proposed')), fields=('case',), name='one_handover_waits_per_file'), models.CheckConstraint(condition=models.Q(('state__in', ('proposed', 'accepted', 'declined', 'withdrawn', 'carried'))), name='handover_state_is_known'), models.CheckConstraint(condition=models.Q(('why__in', ('leaves', 'long_leave', 'nobody'))), name='handover_says_why'), models.CheckConstraint(condition=models.Q(('told__in', ('agrees', 'wishes_otherwise', 'not_told_yet', 'not_safe_to_tell'))), name='handover_says_what_she_was_told'), models.CheckConstraint(condition=models.Q(('giver', None), models.Q(('giver', models.F('successor')), _negated=True), _connector='OR'), name='nobody_hands_over_to_themselves')],
            },
        ),
        migrations.AddConstraint(
            model_name='mailwish',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('user', 'organisation'), name='one_mail_wish_per_member'),
        ),
        migrations.AddIndex(
            model_name='letter',
            index=models.Index(condition=models.Q(('sent_at', None)), fields=['written_at'], name='letters_to_send'),
        ),
        migrations.AddConstraint(
            model_name='letter',
            constraint=models.UniqueConstraint(fields=('offer', 'wish', 'step'), name='one_letter_per_step_and_member'),
        ),
        migrations.AddConstraint(
            model_name='spokenlanguages',
            constraint=models.UniqueConstraint(fields=('organisation', 'user'), name='one_list_of_languages_per_member'),
        ),
        *(migrations.RunSQL(OF_FILE.format(table, name), f"ALTER TABLE {table} DROP CONSTRAINT {name}") for table, name in TIED),
        *(protect_table(table) for table in TABLES),
        *(worked_on_by_the_owner(table) for table in ABOUT_HER),
    ]
