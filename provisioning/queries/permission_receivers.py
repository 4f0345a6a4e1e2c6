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
    limit = f" LIMIT {look:d}" if look else ""
    found = dialect.rows(
        "SELECT ids.id, (SELECT count(*) FROM"  # noqa: S608
        f" (SELECT 1 FROM {GROUP_MEMBER} m WHERE m.group_id = ids.id{limit}) AS n),"
        f" EXISTS (SELECT 1 FROM (SELECT m.account_id FROM {GROUP_MEMBER} m"
        f" WHERE m.group_id = ids.id{limit}) AS c JOIN {ACCESS} a"
        " ON a.account_id = c.account_id AND a.app_id = %s AND a.state = 'active')"
        f" FROM {dialect.ids_table('bigint')}",
        [app.pk, dialect.ids_parameter(sorted(rest))],
    )
    return {
        key
        for key, looked, has_access in found
        if not has_access and (not look or looked < look)
    }


def people_without_access(app: App, accounts: Sequence[int]) -> set[int]:
    """Return which of these accounts have no access to an app now."""
    inside = AppAccess.objects.filter(
        app=app, account__in=list(accounts), state=AppAccess.State.ACTIVE
    )
    return set(accounts) - set(inside.values_list("account", flat=True))
