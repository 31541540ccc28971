from django.db import migrations

from repere.directory.guard import IN_ONES_OWN_NAME


class Migration(migrations.Migration):

    dependencies = [
        ('directory', '0007_known_to'),
    ]

    operations = [
        migrations.RunSQL(
            IN_ONES_OWN_NAME,
            'DROP TRIGGER directory_own_name ON directory_contact; DROP TRIGGER directory_own_name ON directory_mandate;'
            ' DROP FUNCTION directory_own_name();',
        ),
    ]
