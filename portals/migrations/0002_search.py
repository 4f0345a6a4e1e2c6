"""Index the texts by which customers and their organizations are searched."""

from django.db import migrations

from directories.dialect import search_index


class Migration(migrations.Migration):
    """A trigram index each, on each database."""

    dependencies = [("portals", "0001_initial")]

    operations = [
        *search_index("portals_customer"),
        *search_index("portals_customerorganization", "name_key"),
    ]
