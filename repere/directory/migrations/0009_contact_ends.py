from django.db import migrations

from repere.directory.guard import ENDED_BY_A_CALL


class Migration(migrations.Migration):

    dependencies = [
        ('directory', '0008_own_name'),
    ]

    operations = [
        migrations.RunSQL(
            ENDED_BY_A_CALL,
            'DROP TRIGGER directory_contact_ends ON directory_contact; DROP FUNCTION directory_contact_ends();',
        ),
    ]
