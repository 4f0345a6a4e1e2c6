"""Room for reports: who was let go, what was seen when, and what a job is about."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("directories", "0009_account_domains"),
    ]

    operations = [
        migrations.CreateModel(
            name="JobInput",
            fields=[
                (
                    "job",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="input",
                        serialize=False,
                        to="directories.job",
                    ),
                ),
                ("content", models.JSONField(default=dict)),
            ],
        ),
        migrations.AlterField(
            model_name="auditevent",
            name="actor_kind",
            field=models.CharField(
                choices=[
                    ("account", "Person"),
                    ("directory", "Identity provider"),
                    ("system", "System"),
                    ("api_key", "API key"),
                ],
                max_length=16,
            ),
        ),
        migrations.AddIndex(
            model_name="member",
            index=models.Index(
                condition=models.Q(("released_at__isnull", False)),
                fields=["organization", "name", "id"],
                name="member_released",
            ),
        ),
        migrations.AddIndex(
            model_name="userrecord",
            index=models.Index(
                fields=["directory", "seen_at"], name="user_record_seen"
            ),
        ),
    ]
