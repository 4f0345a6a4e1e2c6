"""Reads about who may be given permissions inside of an app: who has access to it."""

from collections.abc import Sequence

from directories import dialect
from provisioning.models import App, AppAccess, AppGrant, Group, GroupMember

GROUP_MEMBER = GroupMember._meta.db_table
ACCESS = AppAccess._meta.db_table
# Members of a group that a list looks at; who chooses it has it looked at in full.
LOOKED = 500


def groups_without_access(
    app: App, groups: Sequence[Group], *, look: int = 0
) -> set[int]:
    """Return which of these groups open an app to nobody, and hold nobody who has it.

    With `look` of each group only so many people are looked at; a bigger one in which
    nobody was found is not told.
    """
    keys = [group.pk for group in groups]
    opening = AppGrant.objects.filter(app=app, group__in=keys)
    rest = set(keys) - set(opening.values_list("group", flat=True))
    if not rest:
        return set()
    # In the order of the index, or the database reads the table for the first few.
    limit = f" ORDER BY m.account_id LIMIT {look:d}" if look else ""
    # The scalar query looks each person up in the index; a join might read everybody
    # with access instead.
    found = dialect.rows(
        "SELECT ids.id FROM "  # noqa: S608
        f"{dialect.ids_table('bigint')} WHERE NOT EXISTS (SELECT 1 FROM"
        f" (SELECT m.account_id FROM {GROUP_MEMBER} m"
        f" WHERE m.group_id = ids.id{limit}) AS c"
        f" WHERE (SELECT 1 FROM {ACCESS} a WHERE a.account_id = c.account_id"
        " AND a.app_id = %s AND a.state = 'active' LIMIT 1) IS NOT NULL)",
        [dialect.ids_parameter(sorted(rest)), app.pk],
    )
    outside = {key for (key,) in found}
    return outside - _bigger(outside, look) if look and outside else outside


def _bigger(groups: set[int], size: int) -> set[int]:
    """Return the groups with at least so many people."""
    found = dialect.rows(
        f"SELECT ids.id FROM {dialect.ids_table('bigint')}"  # noqa: S608
        f" WHERE EXISTS (SELECT 1 FROM {GROUP_MEMBER} m WHERE m.group_id = ids.id"
        f" LIMIT 1 OFFSET {size - 1:d})",
        [dialect.ids_parameter(sorted(groups))],
    )
    return {key for (key,) in found}


def people_without_access(app: App, accounts: Sequence[int]) -> set[int]:
    """Return which of these accounts have no access to an app now."""
    inside = AppAccess.objects.filter(
        app=app, account__in=list(accounts), state=AppAccess.State.ACTIVE
    )
    return set(accounts) - set(inside.values_list("account", flat=True))
