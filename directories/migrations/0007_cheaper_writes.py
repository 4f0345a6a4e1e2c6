"""Take from frequent writes what other indexes and checks do already."""

import django.db.models.deletion
from django.db import migrations, models

from directories.dialect import (
    room_for_updates,
    search_let_go,
    search_taken_up,
    without_pattern_index,
)


class Migration(migrations.Migration):

    dependencies = [
        ('directories', '0006_nested_groups'),
    ]

    operations = [
        search_let_go("directories_member"),
        search_let_go("directories_requestentry"),
        migrations.AlterField(
            model_name='auditevent',
            name='organization',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='audit_events', to='directories.organization'),
        ),
        migrations.AlterField(
            model_name='grouprecord',
            name='directory',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='directories.directory'),
        ),
        migrations.AlterField(
            model_name='member',
            name='organization',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='members', to='directories.organization'),
        ),
        migrations.AlterField(
            model_name='membership',
            name='directory',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='directories.directory'),
        ),
        migrations.AlterField(
            model_name='requestentry',
            name='directory',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='request_entries', to='directories.directory'),
        ),
        migrations.AlterField(
            model_name='requestentry',
            name='organization',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='directories.organization'),
        ),
        migrations.AlterField(
            model_name='useremail',
            name='directory',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='directories.directory'),
        ),
        migrations.AlterField(
            model_name='userrecord',
            name='directory',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='directories.directory'),
        ),
        search_taken_up("directories_member"),
        search_taken_up("directories_requestentry"),
        room_for_updates("directories_userrecord", 20),
        room_for_updates("directories_grouprecord", 30),
        room_for_updates("directories_account", 20),
        without_pattern_index("directories_account", "email_key"),
    ]
