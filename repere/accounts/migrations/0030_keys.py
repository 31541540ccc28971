"""Tables for the replacement of keys, and the doors through which the owner keeps them."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from repere.accounts.owner import ERASED_PERSON, KEEPING_KEYS, SEEKING
from repere.ledger.policy import ACTING_ORGANISATION, protect

MINE = f"organisation_id = {ACTING_ORGANISATION}"
KEPT = ("organisation_key", "person_key_wrap", "index_key", "organisation_key_pair", "person_key_rotation")


def kept_by_the_owner(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f'CREATE POLICY "kept by the owner" ON keys.{table} TO repere_owner USING ({KEEPING_KEYS}) WITH CHECK ({KEEPING_KEYS})',
        f'DROP POLICY "kept by the owner" ON keys.{table}',
    )


def erased_by_the_owner(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f'CREATE POLICY "erased by the owner" ON keys.{table} TO repere_owner USING (person_id = {ERASED_PERSON}) WITH CHECK (false)',
        f'DROP POLICY "erased by the owner" ON keys.{table}',
    )


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0010_belonging'),
        ('directory', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='personkeywrap',
            name='generation',
            field=models.PositiveIntegerField(db_default=1, default=1),
        ),
        migrations.CreateModel(
            name='IndexKey',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField()),
                ('wrapped', models.BinaryField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.organisation')),
            ],
            options={
                'db_table': '"keys"."index_key"',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'version'), name='one_index_key_per_version')],
            },
        ),
        migrations.CreateModel(
            name='OrganisationKeyPair',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1)),
                ('public', models.BinaryField()),
                ('wrapped', models.BinaryField()),
                ('key_version', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.organisation')),
            ],
            options={
                'db_table': '"keys"."organisation_key_pair"',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'version'), name='one_key_pair_per_version')],
            },
        ),
        migrations.CreateModel(
            name='PersonKeyRotation',
            fields=[
                ('person_id', models.UUIDField(primary_key=True, serialize=False)),
                ('asked_at', models.DateTimeField(auto_now_add=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.organisation')),
            ],
            options={
                'db_table': '"keys"."person_key_rotation"',
            },
        ),
        protect('"keys"."index_key"', {'read by who acts for it': f'FOR SELECT USING ({MINE})'}),
        protect(
            '"keys"."organisation_key_pair"',
            {
                'who acts may close for a receiver': f'FOR SELECT USING ({ACTING_ORGANISATION} IS NOT NULL)',
                'made by who acts for it': f'FOR INSERT WITH CHECK ({MINE})',
            },
        ),
        protect(
            '"keys"."person_key_rotation"',
            {
                'seen by who asked': f'FOR SELECT USING ({MINE})',
                'asked by who took a share back': f'FOR INSERT WITH CHECK ({MINE})',
            },
        ),
        *(kept_by_the_owner(table) for table in KEPT),
        erased_by_the_owner('person_key_wrap'),
        erased_by_the_owner('person_key_rotation'),
        migrations.RunSQL(
            f'CREATE POLICY "the owner looks for whom to erase" ON keys.person_key_wrap FOR SELECT TO repere_owner USING ({SEEKING})',
            'DROP POLICY "the owner looks for whom to erase" ON keys.person_key_wrap',
        ),
    ]
