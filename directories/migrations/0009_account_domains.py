"""Tell each account the domain of its address."""

from django.db import migrations


def fill_domains(apps, _editor):
    """Fill the column of accounts that were there before it."""
    accounts = apps.get_model("directories", "Account").objects
    last = 0
    while batch := list(accounts.filter(pk__gt=last).order_by("pk")[:2_000]):
        for account in batch:
            account.email_domain = account.email_key.rpartition("@")[2][:255]
        accounts.bulk_update(batch, ["email_domain"])
        last = batch[-1].pk


class Migration(migrations.Migration):

    dependencies = [
        ("directories", "0008_organization_rules"),
    ]

    operations = [
        migrations.RunPython(fill_domains, migrations.RunPython.noop, elidable=True),
    ]
