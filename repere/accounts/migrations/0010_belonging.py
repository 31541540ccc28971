"""Who belongs: vetting of organisations, approval of members; and the doors of the tables of accounts."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from repere.accounts.access import KEY_POLICIES, POLICIES, before_acceptance
from repere.accounts.vetting_guard import guards
from repere.accounts.vetting_models import VettingStep
from repere.ledger.policy import ACTING_JOB, ACTING_ORGANISATION, append_only, protect, restate

USER, ORGANISATION, PROTECT = settings.AUTH_USER_MODEL, 'directory.organisation', django.db.models.deletion.PROTECT
# Their first wording believed whatever the connection said of its actor.
LEDGER = {
    'an organisation reads its own rows': f'FOR SELECT USING (organisation_id = {ACTING_ORGANISATION})',
    'a row is written by who acts': f'FOR INSERT WITH CHECK ((organisation_id IS NULL OR organisation_id = {ACTING_ORGANISATION}) OR {ACTING_JOB})',
}
# Asked by a policy that reads the table it stands on: a function keeps PostgreSQL from calling that a circle.
HOLDS_A_KEY = """
CREATE FUNCTION public.holds_key_of(person uuid, organisation uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM keys.person_key_wrap held WHERE held.person_id = person AND held.organisation_id = organisation);
END $$;
"""


def key(to, related_name='+', **fields):
    return models.ForeignKey(to=to, on_delete=PROTECT, related_name=related_name, **fields)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_signing_in'),
        ('directory', '0002_vetting'),
        ('ledger', '0001_initial'),
    ]

    operations = [
        migrations.AlterModelOptions(name='user', options={'base_manager_name': 'objects'}),
        migrations.AlterModelOptions(name='membership', options={'base_manager_name': 'objects', 'ordering': ['created_at', 'id']}),
        migrations.AlterModelOptions(name='invitation', options={'base_manager_name': 'objects', 'ordering': ['created_at', 'id']}),
        migrations.AddField('membership', 'invited_by', key(USER, null=True)),
        migrations.AddField('membership', 'approved_by', key(USER, null=True)),
        migrations.AddField('membership', 'approved_at', models.DateTimeField(null=True)),
        migrations.AddField('membership', 'confirmed_at', models.DateTimeField(null=True)),
        migrations.AddField('membership', 'notice_at', models.DateTimeField(null=True)),
        migrations.AddField('membership', 'suspended_at', models.DateTimeField(null=True)),
        migrations.AddField('membership', 'suspended_why', models.CharField(blank=True, max_length=20)),
        migrations.AddField('membership', 'ended_by', key(USER, null=True)),
        # Members who worked before there was any approval go on working; their referent confirms them like the others.
        migrations.RunSQL('UPDATE accounts_membership SET approved_at = created_at, confirmed_at = created_at', migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(
                condition=models.Q(approved_by=None) | models.Q(invited_by=None) | ~models.Q(approved_by=models.F('invited_by')),
                name='nobody_approves_whom_they_invited',
            ),
        ),
        migrations.CreateModel(
            name='Application',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('contact_name', models.CharField(max_length=120)),
                ('contact_email', models.EmailField(max_length=254)),
                ('contact_phone', models.CharField(blank=True, max_length=40)),
                ('register_number', models.CharField(blank=True, max_length=40)),
                ('domain', models.CharField(blank=True, max_length=120)),
                ('sponsor_named', models.CharField(blank=True, max_length=200)),
                ('words', models.TextField(blank=True, max_length=2000)),
                ('applied_at', models.DateTimeField()),
                ('organisation', models.OneToOneField(on_delete=PROTECT, related_name='application', to=ORGANISATION)),
            ],
            options={'ordering': ['applied_at', 'id'], 'base_manager_name': 'objects'},
        ),
        migrations.CreateModel(
            name='VettingStep',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('step', models.CharField(choices=VettingStep.Step.choices, max_length=20)),
                ('at', models.DateTimeField()),
                ('reason', models.TextField(blank=True, max_length=1000)),
                ('results', models.JSONField(default=dict)),
                ('by_organisation', key(ORGANISATION, null=True)),
                ('organisation', key(ORGANISATION, related_name='steps')),
                ('user', key(USER, null=True)),
            ],
            options={
                'ordering': ['at', 'id'],
                'constraints': [
                    models.CheckConstraint(
                        condition=models.Q(user=None) | ~models.Q(by_organisation=models.F('organisation')) | models.Q(step='closing'),
                        name='nobody_vouches_for_themselves',
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name='FactorReset',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('asked_at', models.DateTimeField()),
                ('reason', models.TextField(max_length=1000)),
                ('done_at', models.DateTimeField(null=True)),
                ('first_by', key(USER)),
                ('organisation', key(ORGANISATION)),
                ('second_by', key(USER, null=True)),
                ('user', key(USER)),
            ],
            options={
                'ordering': ['asked_at', 'id'],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(done_at=None), fields=('user', 'organisation'), name='one_reset_at_a_time'),
                    models.CheckConstraint(
                        condition=~models.Q(first_by=models.F('user'))
                        & (models.Q(second_by=None) | (~models.Q(second_by=models.F('user')) & ~models.Q(second_by=models.F('first_by')))),
                        name='a_reset_takes_two_others',
                    ),
                ],
            },
        ),
        append_only('accounts_vettingstep'),
        *(protect(table, before_acceptance(policies)) for table, policies in POLICIES.items()),
        *guards(),
        migrations.RunSQL(HOLDS_A_KEY, 'DROP FUNCTION holds_key_of(uuid, uuid)'),
        restate('ledger_entry', LEDGER),
        *(restate(table, KEY_POLICIES[table]) for table in ('"keys"."organisation_key"', '"keys"."person_key_wrap"')),
    ]
