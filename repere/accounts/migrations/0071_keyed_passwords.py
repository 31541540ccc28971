"""Room for the key that a password hash now carries."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0070_reached_by_key")]

    operations = [migrations.AlterField("user", "password", models.CharField(max_length=512))]
