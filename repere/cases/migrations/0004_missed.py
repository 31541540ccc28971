"""A task may close as missed: it was not done while it could be."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('cases', '0001_initial')]

    operations = [
        migrations.RemoveConstraint('task', 'closed_task_says_how'),
        migrations.AddConstraint(
            'task',
            models.CheckConstraint(
                condition=models.Q(models.Q(('closed_at', None), ('closing', '')), models.Q(('closing__in', ('fact', 'waiver', 'no_longer_required', 'missed')), models.Q(('closed_at', None), _negated=True)), _connector='OR'),
                name='closed_task_says_how',
            ),
        ),
    ]
