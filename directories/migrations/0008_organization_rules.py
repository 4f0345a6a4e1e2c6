"""What the rules of an organization need to know."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('directories', '0007_cheaper_writes'),
    ]

    operations = [
        migrations.CreateModel(
            name='OrganizationApiKey',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('prefix', models.CharField(max_length=16, unique=True)),
                ('digest', models.CharField(max_length=64)),
                ('created_at', models.DateTimeField()),
                ('created_by', models.CharField(max_length=1024)),
                ('expires_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('last_used_at', models.DateTimeField(blank=True, null=True)),
                ('reminded_days', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('name', models.CharField(max_length=255)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Photo',
            fields=[
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='photo', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('source', models.TextField()),
                ('image', models.BinaryField(default=b'')),
                ('failure', models.CharField(blank=True, max_length=32)),
                ('asked_at', models.DateTimeField()),
                ('fetched_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Removal',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('kind', models.CharField(choices=[('deactivated', 'Person deactivated'), ('deleted', 'Person deleted'), ('left', 'Person removed from a group'), ('group_deleted', 'Group deleted')], max_length=16)),
                ('state', models.CharField(choices=[('applied', 'Applied'), ('held', 'Waiting for a decision'), ('approved', 'Approved'), ('discarded', 'Discarded'), ('undone', 'Undone')], max_length=16)),
                ('user_key', models.BigIntegerField(default=0)),
                ('group_key', models.BigIntegerField(default=0)),
                ('account_key', models.BigIntegerField(default=0)),
                ('scim_id', models.CharField(blank=True, max_length=64)),
                ('name', models.CharField(blank=True, max_length=320)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='roleassignment',
            name='role_assignment_once',
        ),
        migrations.RemoveConstraint(
            model_name='roleassignment',
            name='role_assignment_once_per_site',
        ),
        migrations.AddField(
            model_name='account',
            name='deletion_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='account',
            name='email_domain',
            field=models.CharField(blank=True, db_default='', default='', max_length=255),
        ),
        migrations.AddField(
            model_name='account',
            name='photo_version',
            field=models.CharField(blank=True, db_default='', default='', max_length=16),
        ),
        migrations.AddField(
            model_name='apikey',
            name='reminded_days',
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='directory',
            name='all_members',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='directory',
            name='group_conflicts',
            field=models.CharField(choices=[('hold', 'Hold the group for review'), ('refuse', 'Refuse the group')], db_default='hold', default='hold', max_length=16),
        ),
        migrations.AddField(
            model_name='directory',
            name='guard_least',
            field=models.PositiveIntegerField(db_default=50, default=50),
        ),
        migrations.AddField(
            model_name='directory',
            name='guard_on',
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name='directory',
            name='guard_percent',
            field=models.PositiveSmallIntegerField(db_default=20, default=20),
        ),
        migrations.AddField(
            model_name='directory',
            name='guard_stopped_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='directory',
            name='limit_groups',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='directory',
            name='limit_users',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='directory',
            name='limit_users_per_group',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='directory',
            name='scope',
            field=models.CharField(choices=[('all', 'All users and groups'), ('chosen', 'Chosen groups and the people in them'), ('test', 'Test users and test groups only')], db_default='all', default='all', max_length=16),
        ),
        migrations.AddField(
            model_name='directory',
            name='troubleshooting_days',
            field=models.PositiveSmallIntegerField(db_default=90, default=90),
        ),
        migrations.AddField(
            model_name='domain',
            name='checked_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='domain',
            name='claimed_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='domain',
            name='failure',
            field=models.CharField(blank=True, db_default='', default='', max_length=32),
        ),
        migrations.AddField(
            model_name='domain',
            name='method',
            field=models.CharField(blank=True, choices=[('dns', 'DNS TXT record'), ('https', 'HTTPS file')], db_default='', default='', max_length=16),
        ),
        migrations.AddField(
            model_name='domain',
            name='missing_since',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='domain',
            name='token',
            field=models.CharField(blank=True, db_default='', default='', max_length=64),
        ),
        migrations.AddField(
            model_name='grouprecord',
            name='seen_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='member',
            name='former_directory',
            field=models.CharField(blank=True, max_length=255, null=True),
        ),
        migrations.AddField(
            model_name='member',
            name='released_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='organization',
            name='grace_days',
            field=models.PositiveSmallIntegerField(db_default=30, default=30),
        ),
        migrations.AddField(
            model_name='organization',
            name='limit_groups_per_directory',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='organization',
            name='limit_users',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='organization',
            name='limit_users_per_group',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='organization',
            name='removes_external',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='organization',
            name='restores_memberships',
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name='organization',
            name='subscription',
            field=models.CharField(choices=[('active', 'Active'), ('lapsed', 'Ended')], db_default='active', default='active', max_length=16),
        ),
        migrations.AddField(
            model_name='organization',
            name='subscription_changed_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='roleassignment',
            name='app',
            field=models.CharField(blank=True, db_default='', default='', max_length=32),
        ),
        migrations.AddField(
            model_name='userrecord',
            name='seen_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name='roleassignment',
            name='role',
            field=models.CharField(choices=[('organization_admin', 'Organization admin'), ('site_admin', 'Site admin'), ('user_access_admin', 'User access admin'), ('app_admin', 'App admin')], max_length=32),
        ),
        migrations.AddIndex(
            model_name='account',
            index=models.Index(fields=['email_domain', 'id'], name='account_by_domain'),
        ),
        migrations.AddIndex(
            model_name='account',
            index=models.Index(condition=models.Q(('deletion_at__isnull', False)), fields=['deletion_at'], name='account_to_delete'),
        ),
        migrations.AddIndex(
            model_name='troubleshootingentry',
            index=models.Index(fields=['organization', 'subject_id', 'id'], name='troubleshooting_subject'),
        ),
        migrations.AddConstraint(
            model_name='roleassignment',
            constraint=models.UniqueConstraint(condition=models.Q(('site__isnull', True)), fields=('organization', 'account', 'role', 'app', 'group_id'), name='role_assignment_once'),
        ),
        migrations.AddConstraint(
            model_name='roleassignment',
            constraint=models.UniqueConstraint(condition=models.Q(('site__isnull', False)), fields=('site', 'account', 'role', 'app', 'group_id'), name='role_assignment_once_per_site'),
        ),
        migrations.AddField(
            model_name='organizationapikey',
            name='organization',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_keys', to='directories.organization'),
        ),
        migrations.AddField(
            model_name='removal',
            name='directory',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='removals', to='directories.directory'),
        ),
        migrations.AddIndex(
            model_name='removal',
            index=models.Index(fields=['directory', 'at'], name='removal_in_time'),
        ),
        migrations.AddIndex(
            model_name='removal',
            index=models.Index(fields=['directory', 'state', 'id'], name='removal_by_state'),
        ),
    ]
