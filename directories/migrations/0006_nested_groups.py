"""What a group knows about groups in it and around it."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("directories", "0005_request_log"),
    ]

    operations = [
        migrations.AddField(
            model_name="grouprecord",
            name="nested_count",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="grouprecord",
            name="was_nested",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
