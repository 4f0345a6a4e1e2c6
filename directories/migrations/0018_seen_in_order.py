"""Records in the order in which they were seen, oldest first."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("directories", "0017_account_by_domain"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="userrecord",
            name="user_record_seen",
        ),
        migrations.AddIndex(
            model_name="userrecord",
            index=models.Index(
                fields=["directory", "seen_at", "id"], name="user_record_seen"
            ),
        ),
    ]
