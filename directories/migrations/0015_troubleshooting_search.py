"""Search the troubleshooting log through an index."""

from django.db import migrations, models

from directories.dialect import OnlyOn, search_index

TABLE = "directories_troubleshootingentry"


def fill(apps, _editor):
    """Tell each entry what it is searched by."""
    entries = apps.get_model("directories", "TroubleshootingEntry").objects
    last = 0
    while batch := list(entries.filter(pk__gt=last).order_by("pk")[:2_000]):
        for entry in batch:
            words = f"{entry.subject_name} {entry.reason}".casefold().split()
            entry.search_text = " ".join(words)[:1_000]
        entries.bulk_update(batch, ["search_text"])
        last = batch[-1].pk


class Migration(migrations.Migration):

    dependencies = [
        ("directories", "0014_group_reasons"),
    ]

    operations = [
        migrations.AddField(
            model_name="troubleshootingentry",
            name="search_text",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
        *search_index(TABLE),
        # The entries that were there before their index.
        OnlyOn("sqlite", [f"INSERT INTO {TABLE}_fts({TABLE}_fts) VALUES ('rebuild')"], []),
    ]
