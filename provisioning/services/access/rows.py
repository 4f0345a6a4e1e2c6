"""Set-based writes that keep the rows of access equal to grants and members.

Whoever changes what decides about access locks first, judges then: `hold` takes the
locks by one statement, `end` and `give` see by the next what others have done that
were waited for. Two changes that meet leave the same rows as one after the other:

- Who loses one way and who gets another hold the same row, or wait for each other
  where it is made.
- A new member holds the group (the foreign key does), a new or former grant locks it.
- Memberships, grants and the places of people that give access stay until the
  access is written.
- The limit of an app is looked at by one change at a time.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from directories import dialect
from directories.models import Member
from provisioning.models import (
    LICENSED_ROLES,
    App,
    AppAccess,
    AppGrant,
    Group,
    GroupMember,
)

ACCESS = AppAccess._meta.db_table
APP = App._meta.db_table
GRANT = AppGrant._meta.db_table
GROUP = Group._meta.db_table
GROUP_MEMBER = GroupMember._meta.db_table
MEMBER = Member._meta.db_table
# What gives a role in an app: a grant of a present app to a group, and an active
# member of the organization who is in the group.
SOURCE = f"""{GRANT} gr
  JOIN {APP} a ON a.id = gr.app_id AND a.removed_at IS NULL
  JOIN {GROUP} g ON g.id = gr.group_id
  JOIN {GROUP_MEMBER} gm ON gm.group_id = g.id
  JOIN {MEMBER} m ON m.organization_id = g.organization_id
    AND m.account_id = gm.account_id AND m.status = 'active'"""
# An app whose limit bounds who gets in, and not only warns.
BOUNDED = "(a.user_limit IS NOT NULL AND a.at_limit <> 'allow')"
APP_COLUMNS = "a.id, a.kind, a.user_limit, a.at_limit, a.removed_at IS NULL AS here"


class Use(NamedTuple):
    """What people have: a role in an app, in a state of AppAccess."""

    app: int
    role: str
    state: str


Uses = Counter[Use]


class HeldApp(NamedTuple):
    """An app as it stays until the transaction ends."""

    pk: int
    kind: str
    limit: int | None
    at_limit: str
    here: bool

    @property
    def bounded(self) -> bool:
        """Say whether the limit keeps people out."""
        return self.limit is not None and self.at_limit != App.AtLimit.ALLOW

    @property
    def role(self) -> str:
        """Return the role that takes a license."""
        return str(LICENSED_ROLES[self.kind].value)


class Scope(NamedTuple):
    """Some people in some apps; what they get by `groups` alone unless it is None.

    `bounded` says which of the apps had a limit that keeps people out at first sight.
    Who has just been put into the groups only `gains`, who was taken out only `loses`;
    anybody else may do both.
    """

    apps: Sequence[int]
    accounts: Sequence[int]
    groups: Sequence[int] | None = None
    bounded: Sequence[int] = ()
    gains: bool = True
    loses: bool = True

    def source(self) -> tuple[str, list[Any]]:
        """Return the condition on `gr` and `gm`, and its parameters."""
        parts = [
            dialect.one_of("gr.app_id", "bigint"),
            dialect.one_of("gm.account_id", "bigint"),
        ]
        keys = [self.apps, self.accounts]
        if self.groups is not None:
            parts.append(dialect.one_of("gm.group_id", "bigint"))
            keys.append(self.groups)
        return " AND ".join(parts), [dialect.ids_parameter(each) for each in keys]

    def present(self) -> tuple[str, list[Any]]:
        """Return the condition on rows of access `x`, and its parameters."""
        parts = [
            dialect.one_of("x.account_id", "bigint"),
            dialect.one_of("x.app_id", "bigint"),
        ]
        keys = [self.accounts, self.apps]
        return " AND ".join(parts), [dialect.ids_parameter(each) for each in keys]


def hold(scope: Scope) -> list[HeldApp]:
    """Lock what decides about access and the rows that are there; return the apps."""
    if not dialect.is_postgresql():
        return held_apps(scope.apps)
    if scope.bounded:
        # Whoever looks at a limit waits for others there, and holds people before.
        if scope.gains:
            people, parameters = _people(scope)
            dialect.rows(people, parameters)
        apps = held_apps(scope.apps, "FOR NO KEY UPDATE OF a")
        here, parameters = _rows(scope)
        dialect.rows(f"WITH r AS ({here}) SELECT count(*) FROM r", parameters)  # noqa: S608
        return apps
    apps = _hold_at_once(scope)
    if any(app.bounded for app in apps):
        return held_apps(scope.apps, "FOR NO KEY UPDATE OF a")
    return apps


def held_apps(apps: Sequence[int], lock: str = "") -> list[HeldApp]:
    """Return apps by their keys, locked in their order if asked."""
    lock = lock if dialect.is_postgresql() else ""
    found = dialect.rows(
        f"SELECT {APP_COLUMNS} FROM {APP} a"  # noqa: S608
        f" WHERE {dialect.one_of('a.id', 'bigint')} ORDER BY a.id {lock}",
        [dialect.ids_parameter(apps)],
    )
    return [HeldApp(*row) for row in found]


def _hold_at_once(scope: Scope) -> list[HeldApp]:
    people, of_people = _people(scope) if scope.gains else ("SELECT 1", [])
    here, of_rows = _rows(scope)
    found = dialect.rows(
        f"WITH a AS (SELECT {APP_COLUMNS} FROM {APP} a"  # noqa: S608
        f" WHERE {dialect.one_of('a.id', 'bigint')} ORDER BY a.id FOR SHARE OF a),"
        f" r AS ({here}) SELECT a.*, ({people}), (SELECT count(*) FROM r) FROM a",
        [dialect.ids_parameter(scope.apps), *of_rows, *of_people],
    )
    return [HeldApp(*row[:5]) for row in found]


def _people(scope: Scope) -> tuple[str, list[Any]]:
    """Return the statement that holds what gives access, whatever people's state."""
    if scope.groups is not None:
        return _people_in(scope.groups, scope)
    condition, parameters = scope.source()
    return (
        f"WITH p AS (SELECT 1 FROM {GRANT} gr JOIN {GROUP} g ON g.id = gr.group_id"  # noqa: S608
        f" JOIN {GROUP_MEMBER} gm ON gm.group_id = g.id"
        f" JOIN {MEMBER} m ON m.organization_id = g.organization_id"
        f" AND m.account_id = gm.account_id WHERE {condition}"
        " ORDER BY m.account_id, gm.id FOR SHARE OF m FOR KEY SHARE OF gm, gr)"
        " SELECT count(*) FROM p"
    ), parameters


def _people_in(groups: Sequence[int], scope: Scope) -> tuple[str, list[Any]]:
    """Return it for some groups, whose grants are held apart: many people share them.

    Who has just been put into them holds their own memberships already.
    """
    members = "" if not scope.loses else " FOR KEY SHARE OF gm"
    chosen = dialect.ids_parameter(groups)
    return (
        f"WITH k AS (SELECT 1 FROM {GRANT} gr"  # noqa: S608
        f" WHERE {dialect.one_of('gr.group_id', 'bigint')}"
        f" AND {dialect.one_of('gr.app_id', 'bigint')} FOR KEY SHARE OF gr),"
        f" p AS (SELECT 1 FROM {GROUP} g JOIN {GROUP_MEMBER} gm ON gm.group_id = g.id"
        f" JOIN {MEMBER} m ON m.organization_id = g.organization_id"
        " AND m.account_id = gm.account_id"
        f" WHERE {dialect.one_of('g.id', 'bigint')}"
        f" AND {dialect.one_of('gm.account_id', 'bigint')}"
        f" ORDER BY m.account_id, gm.id FOR SHARE OF m{members})"
        " SELECT (SELECT count(*) FROM k) + (SELECT count(*) FROM p)"
    ), [
        chosen,
        dialect.ids_parameter(scope.apps),
        chosen,
        dialect.ids_parameter(scope.accounts),
    ]


def _rows(scope: Scope) -> tuple[str, list[Any]]:
    condition, parameters = scope.present()
    return (
        f"SELECT 1 FROM {ACCESS} x WHERE {condition}"  # noqa: S608
        " ORDER BY x.account_id, x.app_id, x.role FOR UPDATE OF x"
    ), parameters


def end(scope: Scope) -> Uses:
    """Delete the rows that nothing backs any more; count them."""
    condition, parameters = scope.present()
    return _counted(
        f"DELETE FROM {ACCESS} AS x WHERE {condition} AND NOT EXISTS"  # noqa: S608
        f" (SELECT 1 FROM {SOURCE} WHERE gr.app_id = x.app_id AND gr.role = x.role"
        " AND gm.account_id = x.account_id)"
        " RETURNING app_id, role, state",
        parameters,
    )


def give(scope: Scope, now: datetime, *, but: Sequence[HeldApp] = ()) -> Uses:
    """Insert the rows that are missing, but those that take a license of some apps."""
    condition, parameters = scope.source()
    limited = "".join(" AND NOT (gr.app_id = %s AND gr.role = %s)" for _ in but)
    return _counted(
        f"INSERT INTO {ACCESS} (app_id, role, account_id, state, since)"  # noqa: S608
        f" SELECT gr.app_id, gr.role, gm.account_id, 'active', {_moment()}"
        f" FROM {SOURCE} WHERE {condition}{limited}"
        " ON CONFLICT (account_id, app_id, role) DO NOTHING"
        " RETURNING app_id, role, state",
        [
            dialect.datetime_parameter(now),
            *parameters,
            *(value for app in but for value in (app.pk, app.role)),
        ],
    )


def give_seats(
    scope: Scope, app: HeldApp, now: datetime, *, free: int, others: str
) -> dict[str, list[int]]:
    """Insert the missing rows that take a license: `free` active ones, then `others`.

    Returns the accounts by the state that they got.
    """
    condition, parameters = scope.source()
    found = dialect.rows(
        f"INSERT INTO {ACCESS} (app_id, role, account_id, state, since)"  # noqa: S608
        " SELECT app_id, role, account_id, CASE WHEN place <= %s THEN 'active'"
        f" ELSE {_text()} END, {_moment()} FROM (SELECT app_id, role, account_id,"
        " row_number() OVER (ORDER BY account_id) AS place FROM"
        f" (SELECT DISTINCT gr.app_id, gr.role, gm.account_id FROM {SOURCE}"
        f" WHERE {condition} AND gr.app_id = %s AND gr.role = %s AND NOT EXISTS"
        f" (SELECT 1 FROM {ACCESS} x WHERE x.account_id = gm.account_id"
        " AND x.app_id = gr.app_id AND x.role = gr.role)) AS entitled) AS placed"
        " WHERE true ON CONFLICT (account_id, app_id, role) DO NOTHING"
        " RETURNING account_id, state",
        [
            free,
            others,
            dialect.datetime_parameter(now),
            *parameters,
            app.pk,
            app.role,
        ],
    )
    by_state: dict[str, list[int]] = {}
    for account, state in found:
        by_state.setdefault(state, []).append(account)
    return by_state


def needed_by(app: HeldApp, group: int) -> int:
    """Return how many active people of a group have no license of an app yet."""
    found = dialect.rows(
        f"SELECT count(*) FROM {GROUP} g"  # noqa: S608
        f" JOIN {GROUP_MEMBER} gm ON gm.group_id = g.id"
        f" JOIN {MEMBER} m ON m.organization_id = g.organization_id"
        " AND m.account_id = gm.account_id AND m.status = 'active'"
        f" WHERE g.id = %s AND NOT EXISTS (SELECT 1 FROM {ACCESS} x"
        " WHERE x.account_id = gm.account_id AND x.app_id = %s AND x.role = %s)",
        [group, app.pk, app.role],
    )
    return int(found[0][0])


# Whom a limit keeps out are few: an index holds the rows with state <> 'active', and
# is used by a statement that says so.
def put_in_line(app: HeldApp) -> int:
    """Let who was refused wait, since the moment they were; return how many."""
    found = dialect.rows(
        f"UPDATE {ACCESS} SET state = 'waiting' WHERE app_id = %s"  # noqa: S608
        " AND role = %s AND state = 'refused' AND state <> 'active' RETURNING 1",
        [app.pk, app.role],
    )
    return len(found)


def take_up(app: HeldApp, *, state: str, most: int) -> list[int]:
    """Let the first `most` in line of a state in; return who."""
    found = dialect.rows(
        f"UPDATE {ACCESS} SET state = 'active' WHERE id IN"  # noqa: S608
        f" (SELECT id FROM {ACCESS} WHERE app_id = %s AND role = %s AND state = %s"
        f" AND state <> 'active' ORDER BY since, id LIMIT {most:d})"
        " RETURNING account_id",
        [app.pk, app.role, state],
    )
    return [account for (account,) in found]


def _moment() -> str:
    return "%s::timestamptz" if dialect.is_postgresql() else "%s"


def _text() -> str:
    return "%s::text" if dialect.is_postgresql() else "%s"


def _counted(statement: str, parameters: Sequence[Any]) -> Uses:
    """Run a statement that returns app, role and state of each row; count them."""
    if not dialect.is_postgresql():
        return Counter(Use(*row) for row in dialect.rows(statement, parameters))
    found = dialect.rows(
        f"WITH done AS ({statement}) SELECT app_id, role, state, count(*)"  # noqa: S608
        " FROM done GROUP BY app_id, role, state",
        parameters,
    )
    return Counter({Use(app, role, state): n for app, role, state, n in found})
