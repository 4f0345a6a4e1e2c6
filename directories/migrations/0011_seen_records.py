"""Take what was written last for the day on which a record was seen last."""

from django.db import migrations
from django.db.models import F


def fill_seen(apps, _editor):
    """Fill the column of records that were there before it was kept."""
    for name in ("UserRecord", "GroupRecord"):
        records = apps.get_model("directories", name).objects
        last = 0
        following = records.order_by("pk").values_list("pk", flat=True)
        while batch := list(following.filter(pk__gt=last)[:2_000]):
            last = batch[-1]
            unseen = records.filter(pk__gte=batch[0], pk__lte=last, seen_at=None)
            unseen.update(seen_at=F("updated_at"))


class Migration(migrations.Migration):

    dependencies = [
        ("directories", "0010_links_and_reports"),
    ]

    operations = [
        migrations.RunPython(fill_seen, migrations.RunPython.noop, elidable=True),
    ]
