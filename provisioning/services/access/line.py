"""Looks again at people of an app who were refused, as an admin chose them.

They are entitled to the app; only the state of their rows is changed here, with the
app locked. For everybody who was refused, see seats.let_in.
"""

from collections.abc import Sequence
from typing import NamedTuple

from directories import dialect
from provisioning.models import App, AppAccess
from provisioning.services.access import folding, rows, seats
from provisioning.services.access.rows import HeldApp, Use, Uses

ACCESS = AppAccess._meta.db_table
State = AppAccess.State


class Tried(NamedTuple):
    """What became of people who had been refused, when they were looked at again."""

    active: int = 0
    waiting: int = 0
    refused: int = 0


def try_again(app_id: int, accounts: Sequence[int]) -> Tried:
    """Let in these people as far as licenses go, after everybody who waits.

    The others of them stand in line where the app lets people wait. Call it in a
    transaction.
    """
    found = rows.held_apps([app_id], "FOR NO KEY UPDATE OF a")
    if not found or not found[0].here:
        return Tried()
    app = found[0]
    seats.let_in(app, refused=False, most=seats.ANY_NUMBER)
    refused = _refused(app, accounts)
    free = seats.free(app) if app.bounded else len(refused)
    admitted, others = refused[:free], refused[free:]
    changes = Uses()
    _move(app, admitted, State.ACTIVE, changes)
    if app.at_limit == App.AtLimit.QUEUE:
        _move(app, others, State.WAITING, changes)
        folding.note(changes)
        return Tried(active=len(admitted), waiting=len(others))
    folding.note(changes)
    return Tried(active=len(admitted), refused=len(others))


def _refused(app: HeldApp, accounts: Sequence[int]) -> list[int]:
    """Return the rows of those of these people who were refused, in order."""
    found = dialect.rows(
        f"SELECT id FROM {ACCESS} WHERE app_id = %s AND role = %s AND state = %s"  # noqa: S608
        f" AND {dialect.one_of('account_id', 'bigint')} ORDER BY since, id"
        f" {dialect.update_lock(ACCESS)}",
        [app.pk, app.role, State.REFUSED, dialect.ids_parameter(accounts)],
    )
    return [key for (key,) in found]


def _move(app: HeldApp, keys: Sequence[int], state: str, changes: Uses) -> None:
    if keys:
        AppAccess.objects.filter(pk__in=keys).update(state=state)
        changes[Use(app.pk, app.role, State.REFUSED)] -= len(keys)
        changes[Use(app.pk, app.role, state)] += len(keys)
