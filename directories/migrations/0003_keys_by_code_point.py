"""Order the folded keys by code point, as every comparison of filters does."""

from django.db import migrations

from directories.dialect import code_point_order


class Migration(migrations.Migration):
    """One column at a time, with its indexes."""

    dependencies = [("directories", "0002_member_search")]

    operations = [
        code_point_order("directories_userrecord", "user_name_key", 1024),
        code_point_order("directories_grouprecord", "display_name_key", 1024),
        code_point_order("directories_userrecord", "external_id", 255),
        code_point_order("directories_grouprecord", "external_id", 255),
    ]
