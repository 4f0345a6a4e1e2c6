"""Find the accounts of a domain by who manages them."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('directories', '0016_mass_change_guard'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='account',
            name='account_by_domain',
        ),
        migrations.AddIndex(
            model_name='account',
            index=models.Index(fields=['email_domain', 'managed_by', 'id'], name='account_by_domain'),
        ),
    ]
