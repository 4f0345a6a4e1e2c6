"""What an identity provider sends, and how a directory takes it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('directories', '0003_keys_by_code_point'),
    ]

    operations = [
        migrations.AddField(
            model_name='directory',
            name='nested_groups',
            field=models.CharField(choices=[('count', 'Members of member groups count'), ('ignore', 'Only direct members count')], db_default='count', default='count', max_length=16),
        ),
        migrations.AddField(
            model_name='directory',
            name='reads_per_minute',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='directory',
            name='request_log_bodies',
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name='directory',
            name='request_log_days',
            field=models.PositiveSmallIntegerField(db_default=14, default=14),
        ),
        migrations.AddField(
            model_name='directory',
            name='unknown_attributes',
            field=models.CharField(choices=[('drop', 'Leave them out'), ('keep', 'Keep and return them')], db_default='drop', default='drop', max_length=16),
        ),
        migrations.AddField(
            model_name='directory',
            name='writes_per_minute',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name='Nesting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('child', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='nested_in', to='directories.grouprecord')),
                ('directory', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='directories.directory')),
                ('parent', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='nested', to='directories.grouprecord')),
            ],
            options={
                'indexes': [models.Index(fields=['child', 'parent'], name='nesting_of_child'), models.Index(fields=['directory'], name='nesting_of_directory')],
                'constraints': [models.UniqueConstraint(fields=('parent', 'child'), name='nesting_once'), models.CheckConstraint(condition=models.Q(('parent', models.F('child')), _negated=True), name='nesting_not_in_itself')],
            },
        ),
        migrations.CreateModel(
            name='RequestEntry',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('request_id', models.CharField(max_length=64)),
                ('method', models.CharField(max_length=8)),
                ('path', models.CharField(max_length=1024)),
                ('status', models.PositiveSmallIntegerField()),
                ('duration_us', models.PositiveIntegerField()),
                ('resource', models.CharField(blank=True, max_length=16)),
                ('resource_id', models.CharField(blank=True, max_length=64)),
                ('resource_name', models.CharField(blank=True, max_length=320)),
                ('detail', models.TextField(blank=True)),
                ('body', models.TextField(blank=True)),
                ('client', models.CharField(blank=True, max_length=200)),
                ('address', models.CharField(blank=True, max_length=64)),
                ('key_prefix', models.CharField(blank=True, max_length=16)),
                ('search_text', models.TextField(blank=True)),
                ('directory', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='request_entries', to='directories.directory')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='directories.organization')),
            ],
            options={
                'indexes': [models.Index(fields=['directory', 'id'], name='request_in_order'), models.Index(fields=['directory', 'status', 'id'], name='request_status'), models.Index(fields=['directory', 'resource_id', 'id'], name='request_resource'), models.Index(fields=['request_id'], name='request_by_id'), models.Index(fields=['directory', 'at'], name='request_by_time')],
            },
        ),
        migrations.CreateModel(
            name='UnusedAttribute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('resource', models.CharField(max_length=16)),
                ('name', models.CharField(max_length=255)),
                ('first_seen_at', models.DateTimeField()),
                ('directory', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='unused_attributes', to='directories.directory')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('directory', 'resource', 'name'), name='unused_attribute_once')],
            },
        ),
    ]
