"""Find refusals, changes and words in the request log, and order it by key alone."""

from django.db import migrations, models

from directories.dialect import search_index


class Migration(migrations.Migration):
    """Two indexes less on every row, three on few rows, and one for search."""

    dependencies = [
        ('directories', '0004_what_providers_send'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='requestentry',
            name='request_status',
        ),
        migrations.RemoveIndex(
            model_name='requestentry',
            name='request_by_time',
        ),
        migrations.AddIndex(
            model_name='requestentry',
            index=models.Index(condition=models.Q(('status__gte', 400)), fields=['directory', 'status', 'id'], name='request_refused'),
        ),
        migrations.AddIndex(
            model_name='requestentry',
            index=models.Index(condition=models.Q(('method', 'GET'), _negated=True), fields=['directory', 'method', 'id'], name='request_changes'),
        ),
        migrations.AddIndex(
            model_name='requestentry',
            index=models.Index(condition=models.Q(('resource', 'User'), _negated=True), fields=['directory', 'resource', 'id'], name='request_others'),
        ),
        *search_index('directories_requestentry'),
    ]
