"""Index the text by which the Users page searches."""

from django.db import migrations

from directories.dialect import search_index


class Migration(migrations.Migration):
    """One trigram index on each database."""

    dependencies = [("directories", "0001_initial")]

    operations = search_index("directories_member")
