"""What the rules of groups need to know."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('directories', '0008_organization_rules'),
        ('provisioning', '0002_group_search'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='group',
            name='directory',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='all_members_groups', to='directories.directory'),
        ),
        migrations.AddField(
            model_name='group',
            name='released_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name='group',
            name='kind',
            field=models.CharField(choices=[('local', 'Local'), ('built_in', 'Built-in'), ('default', 'Default'), ('synced', 'Synced'), ('all_members', 'All members')], max_length=16),
        ),
        migrations.CreateModel(
            name='DeletedGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=255)),
                ('name_key', models.CharField(max_length=1024)),
                ('description', models.TextField(blank=True)),
                ('directory_name', models.CharField(blank=True, max_length=255)),
                ('member_count', models.PositiveIntegerField(default=0)),
                ('deleted_at', models.DateTimeField()),
                ('deleted_by', models.CharField(max_length=1024)),
                ('expires_at', models.DateTimeField()),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deleted_groups', to='directories.organization')),
            ],
        ),
        migrations.CreateModel(
            name='DeletedGroupMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='group_members', to='provisioning.deletedgroup')),
            ],
        ),
        migrations.CreateModel(
            name='DeletedGroupRole',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('organization_admin', 'Organization admin'), ('site_admin', 'Site admin'), ('user_access_admin', 'User access admin'), ('app_admin', 'App admin')], max_length=32)),
                ('app', models.CharField(blank=True, db_default='', default='', max_length=32)),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='roles', to='provisioning.deletedgroup')),
                ('site', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to='directories.site')),
            ],
        ),
        migrations.CreateModel(
            name='DryRun',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('sync', 'Sync everything now'), ('scope', 'Change who is synced'), ('conflicts', 'Sync all groups that wait'), ('disconnect', 'Disconnect')], max_length=16)),
                ('plan', models.JSONField(default=dict)),
                ('numbers', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField()),
                ('created_by', models.CharField(max_length=1024)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('directory', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='dry_runs', to='directories.directory')),
                ('job', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='directories.job')),
            ],
        ),
        migrations.CreateModel(
            name='DryRunLine',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('effect', models.CharField(max_length=32)),
                ('name', models.CharField(max_length=320)),
                ('detail', models.CharField(blank=True, max_length=320)),
                ('dry_run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='provisioning.dryrun')),
            ],
        ),
        migrations.CreateModel(
            name='GroupRole',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('organization_admin', 'Organization admin'), ('site_admin', 'Site admin'), ('user_access_admin', 'User access admin'), ('app_admin', 'App admin')], max_length=32)),
                ('app', models.CharField(blank=True, db_default='', default='', max_length=32)),
                ('created_at', models.DateTimeField()),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='roles', to='provisioning.group')),
                ('site', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to='directories.site')),
            ],
        ),
        migrations.CreateModel(
            name='SyncChoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(choices=[('group', 'Group'), ('user', 'User')], max_length=16)),
                ('name', models.CharField(max_length=255)),
                ('name_key', models.CharField(max_length=1024)),
                ('directory', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='sync_choices', to='directories.directory')),
            ],
        ),
        migrations.AddIndex(
            model_name='deletedgroup',
            index=models.Index(fields=['organization', 'expires_at'], name='deleted_group_by_end'),
        ),
        migrations.AddIndex(
            model_name='deletedgroup',
            index=models.Index(fields=['organization', 'name_key'], name='deleted_group_by_name'),
        ),
        migrations.AddIndex(
            model_name='dryrunline',
            index=models.Index(fields=['dry_run', 'effect', 'id'], name='dry_run_line_order'),
        ),
        migrations.AddConstraint(
            model_name='grouprole',
            constraint=models.UniqueConstraint(condition=models.Q(('site__isnull', True)), fields=('group', 'role'), name='group_role_once'),
        ),
        migrations.AddConstraint(
            model_name='grouprole',
            constraint=models.UniqueConstraint(condition=models.Q(('site__isnull', False)), fields=('group', 'role', 'site', 'app'), name='group_role_once_per_site'),
        ),
        migrations.AddConstraint(
            model_name='syncchoice',
            constraint=models.UniqueConstraint(fields=('directory', 'subject', 'name_key'), name='sync_choice_once'),
        ),
    ]
