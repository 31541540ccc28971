from django.db import migrations, models

from repere.directory.guard import SEARCH, safe_place_by_region
from repere.directory.territory import of_region, regions
from repere.directory.tiers import POLICIES
from repere.ledger.policy import protect, restate


class Migration(migrations.Migration):

    dependencies = [
        ('directory', '0009_contact_ends'),
    ]

    operations = [
        migrations.AlterField(
            model_name='organisation',
            name='kind',
            field=models.CharField(choices=[('association', 'Association'), ('shelter', 'Shelter'), ('police', 'Police or gendarmerie'), ('prosecution', 'Public prosecution'), ('prefecture', 'Prefecture'), ('labour_inspection', 'Labour inspection'), ('child_protection', 'Child protection'), ('asylum', 'Asylum authority'), ('health', 'Health care'), ('coordination', 'National coordination'), ('consulate', 'Embassy or consulate'), ('other', 'Other body')], max_length=24),
        ),
        migrations.AddField(model_name='convention', name='successor_role', field=models.CharField(blank=True, max_length=200)),
        migrations.AddField(model_name='convention', name='reminded_days', field=models.PositiveSmallIntegerField(null=True)),
        migrations.AddField(model_name='secret', name='stage', field=models.CharField(blank=True, max_length=16)),
        migrations.CreateModel(
            name='RegionKept',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('function', models.CharField(max_length=32)),
                ('region', models.CharField(max_length=3)),
                ('on', models.DateField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('function', 'region', 'on'), name='region_kept_once_a_day')],
            },
        ),
        migrations.CreateModel(
            name='PublishedRegion',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('function', models.CharField(max_length=32)),
                ('region', models.CharField(max_length=3)),
                ('as_of', models.DateField()),
            ],
            options={
                'db_table': '"published"."directory_region"',
                'constraints': [models.UniqueConstraint(fields=('function', 'region'), name='published_region_once')],
            },
        ),
        protect('directory_regionkept', POLICIES['directory_regionkept']),
        restate('directory_convention', POLICIES['directory_convention']),
        migrations.RunSQL(SEARCH, migrations.RunSQL.noop),
        migrations.RunSQL(safe_place_by_region({region: of_region(region) for region in regions()}), migrations.RunSQL.noop),
    ]
