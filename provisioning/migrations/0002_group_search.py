"""Index the text by which the Groups page searches."""

from django.db import migrations

from directories.dialect import search_index


class Migration(migrations.Migration):
    """One trigram index on each database."""

    dependencies = [("provisioning", "0001_initial")]

    operations = search_index("provisioning_group", "name_key")
