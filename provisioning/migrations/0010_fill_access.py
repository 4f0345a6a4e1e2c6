"""Fills who has access to which app, and lets new members hold their group at once."""

from django.db import migrations
from django.utils import timezone

from directories import dialect

# A membership holds its group from the statement that makes it on, not only from the
# end of the transaction: who then looks at what the group gives sees all of it.
NOT_DEFERRABLE = """
DO $$ DECLARE name text; BEGIN
FOR name IN SELECT conname FROM pg_constraint
  WHERE conrelid = 'provisioning_groupmember'::regclass AND contype = 'f'
  AND confrelid = 'provisioning_group'::regclass
LOOP EXECUTE format('ALTER TABLE provisioning_groupmember'
  ' ALTER CONSTRAINT %I {how}', name); END LOOP; END $$
"""


def fill_access(apps, _schema_editor):
    """Insert a row for each role that somebody is entitled to, and count them."""
    moment = "%s::timestamptz" if dialect.is_postgresql() else "%s"
    dialect.rows(
        "INSERT INTO provisioning_appaccess"
        " (app_id, role, account_id, state, since)"
        f" SELECT DISTINCT gr.app_id, gr.role, gm.account_id, 'active', {moment}"
        " FROM provisioning_appgrant gr"
        " JOIN provisioning_app a ON a.id = gr.app_id AND a.removed_at IS NULL"
        " JOIN provisioning_group g ON g.id = gr.group_id"
        " JOIN provisioning_groupmember gm ON gm.group_id = g.id"
        " JOIN directories_member m ON m.organization_id = g.organization_id"
        " AND m.account_id = gm.account_id AND m.status = 'active'"
        " WHERE true ON CONFLICT (account_id, app_id, role) DO NOTHING",
        [dialect.datetime_parameter(timezone.now())],
    )
    dialect.rows("DELETE FROM provisioning_appuse", [])
    dialect.rows(
        "INSERT INTO provisioning_appuse (app_id, role, state, people)"
        " SELECT app_id, role, state, count(*) FROM provisioning_appaccess"
        " GROUP BY app_id, role, state",
        [],
    )


class Migration(migrations.Migration):
    dependencies = [("provisioning", "0009_access")]

    operations = [
        dialect.OnlyOn(
            "postgresql",
            [NOT_DEFERRABLE.format(how="NOT DEFERRABLE")],
            [NOT_DEFERRABLE.format(how="DEFERRABLE INITIALLY DEFERRED")],
        ),
        migrations.RunPython(fill_access, migrations.RunPython.noop, elidable=True),
    ]
