"""Sessions whose time ran out are forgotten by the worker."""

from django.db import migrations

from repere.accounts import by_key


class Migration(migrations.Migration):
    dependencies = [("accounts", "0091_written_by_the_house")]
    operations = [migrations.RunSQL(by_key.ENDED, "DROP FUNCTION public.forget_ended_sessions()")]
