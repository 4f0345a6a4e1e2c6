"""Keep what was met instead of a proof; find photos to fetch."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('directories', '0012_troubleshooting_names'),
    ]

    operations = [
        migrations.AddField(
            model_name='domain',
            name='found',
            field=models.TextField(blank=True, db_default='', default=''),
        ),
        migrations.AddIndex(
            model_name='photo',
            index=models.Index(condition=models.Q(('fetched_at__isnull', True)), fields=['asked_at'], name='photo_to_fetch'),
        ),
    ]
