"""Says by one query whether a change is about admin rights or access to apps."""

from collections.abc import Sequence
from typing import NamedTuple

from directories import dialect
from directories.models import RoleAssignment
from provisioning.models import GroupRole
from provisioning.services.access.rows import (
    ACCESS,
    APP,
    BOUNDED,
    GRANT,
    GROUP_MEMBER,
)

RIGHT = RoleAssignment._meta.db_table
GROUP_ROLE = GroupRole._meta.db_table


class Found(NamedTuple):
    """What groups give, or an account is concerned by.

    `rights` are the groups that give admin rights, `groups` those that give access,
    to `apps`; `bounded` are the apps whose limit keeps people out.
    """

    rights: list[int]
    groups: list[int]
    apps: list[int]
    bounded: list[int]


def at_groups(groups: Sequence[int]) -> Found:
    """Return what groups give. Apps that were removed count: they may come back."""
    if not groups:
        return Found([], [], [], [])
    wanted = dialect.ids_parameter(groups)
    chosen = dialect.one_of("group_id", "bigint")
    return _found(
        f"SELECT DISTINCT group_id, 0 AS app_id FROM {GROUP_ROLE} WHERE {chosen}"  # noqa: S608
        f" UNION ALL SELECT DISTINCT group_id, app_id FROM {GRANT} WHERE {chosen}",
        [wanted, wanted],
    )


def at_account(account: int) -> Found:
    """Return what an account has, or is given by the groups that it is in.

    `rights` and `groups` name no groups here, but are empty for none.
    """
    return _found(
        f"SELECT 1 AS group_id, 0 AS app_id FROM {RIGHT}"  # noqa: S608
        " WHERE account_id = %s AND group_id <> 0"
        f" UNION SELECT 1, 0 FROM {GROUP_MEMBER} gm"
        f" JOIN {GROUP_ROLE} gr ON gr.group_id = gm.group_id WHERE gm.account_id = %s"
        f" UNION SELECT 1, app_id FROM {ACCESS} WHERE account_id = %s"
        f" UNION SELECT 1, gr.app_id FROM {GROUP_MEMBER} gm"
        f" JOIN {GRANT} gr ON gr.group_id = gm.group_id WHERE gm.account_id = %s",
        [account] * 4,
    )


def _found(statement: str, parameters: Sequence[object]) -> Found:
    found = dialect.rows(
        f"SELECT f.group_id, f.app_id, {BOUNDED}"  # noqa: S608
        f" FROM ({statement}) AS f LEFT JOIN {APP} a ON a.id = f.app_id",
        parameters,
    )
    return Found(
        rights=sorted({group for group, app, _bounded in found if not app}),
        groups=sorted({group for group, app, _bounded in found if app}),
        apps=sorted({app for _group, app, _bounded in found if app}),
        bounded=sorted({app for _group, app, bounded in found if app and bounded}),
    )
