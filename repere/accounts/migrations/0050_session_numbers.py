"""Sessions begun while their numbers stood in clear end: nothing of them is left to be found. Everybody signs in once more."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0030_keys'),
        ('sessions', '0001_initial'),
    ]

    operations = [migrations.RunSQL('DELETE FROM django_session', migrations.RunSQL.noop)]
