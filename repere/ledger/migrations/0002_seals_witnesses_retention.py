import uuid

import django.db.models.deletion
from django.db import migrations, models

from repere.ledger.policy import append_only, protect

# DELETE is possible only once a signed retention point exists, and row-level security then lets go only what it covers.
GUARD = """
    CREATE OR REPLACE FUNCTION ledger_entry_is_append_only() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND current_user = 'repere_owner' AND EXISTS (SELECT 1 FROM public.ledger_retention) THEN
            RETURN NULL;
        END IF;
        RAISE EXCEPTION 'ledger_entry is append-only' USING ERRCODE = 'integrity_constraint_violation';
    END $$;
"""
STRICT_GUARD = """
    CREATE OR REPLACE FUNCTION ledger_entry_is_append_only() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
    BEGIN
        RAISE EXCEPTION 'ledger_entry is append-only' USING ERRCODE = 'integrity_constraint_violation';
    END $$;
"""
PAST_ITS_TIME = "position <= (SELECT max(through_position) FROM ledger_retention)"


class Migration(migrations.Migration):

    dependencies = [('ledger', '0001_initial')]

    operations = [
        migrations.AddField('seal', 'body', models.BinaryField(default=b''), preserve_default=False),
        migrations.AddField('seal', 'marks', models.BinaryField(default=b''), preserve_default=False),
        migrations.CreateModel(
            name='RetentionPoint',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('through_seal', models.BigIntegerField(unique=True)),
                ('through_position', models.BigIntegerField()),
                ('recorded_at', models.DateTimeField()),
                ('body', models.BinaryField()),
                ('signature', models.BinaryField()),
            ],
            options={'db_table': 'ledger_retention', 'ordering': ['through_seal']},
        ),
        migrations.CreateModel(
            name='Witness',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('organisation', models.CharField(max_length=200)),
                ('address', models.EmailField(max_length=254)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['since', 'id'],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('until', None)), fields=('address',), name='a_witness_is_named_once')
                ],
            },
        ),
        migrations.CreateModel(
            name='Dispatch',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('seal_number', models.BigIntegerField()),
                ('written_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(null=True)),
                ('tries', models.PositiveIntegerField(default=0)),
                ('failure', models.CharField(blank=True, max_length=80)),
                ('witness', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='dispatches', to='ledger.witness')),
            ],
            options={
                'ordering': ['written_at', 'id'],
                'constraints': [models.UniqueConstraint(fields=('witness', 'seal_number'), name='a_head_is_sent_once_to_a_witness')],
            },
        ),
        append_only('ledger_retention'),
        migrations.RunSQL(GUARD, STRICT_GUARD),
        protect(
            'ledger_retention',
            {
                'points are no secret': 'FOR SELECT USING (true)',
                'the sealer records them': 'FOR INSERT TO repere_sealer WITH CHECK (true)',
            },
        ),
        migrations.RunSQL(
            [
                # Plainly true, so that the function of "who looked" may use the index of subjects.
                'CREATE POLICY "read by functions of the owner" ON ledger_entry FOR SELECT TO repere_owner USING (true)',
                f'CREATE POLICY "what is past its time may go" ON ledger_entry FOR DELETE TO repere_owner USING ({PAST_ITS_TIME})',
            ],
            [
                'DROP POLICY "read by functions of the owner" ON ledger_entry',
                'DROP POLICY "what is past its time may go" ON ledger_entry',
            ],
        ),
    ]
