"""Keeps a directory open for the length of a write."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from directories import dialect
from directories.models import Directory

TABLE = Directory._meta.db_table
# Columns of the directory `d` that may have changed since the request began.
READ_ANEW = "d.nested_groups, d.scope, d.all_members, d.guard_stopped_at IS NOT NULL"
READ_COUNT = READ_ANEW.count(",") + 1


class ClosedError(Exception):
    """User provisioning of the directory was deleted meanwhile."""


def hold_open(directory: Directory) -> None:
    """Keep the directory from being closed until the transaction ends.

    Many writes hold it at once; who closes it or changes its settings waits for
    them. How groups in groups count and who is synced are read anew, as the job that
    brings another choice about looks only at what was written before; and whether
    the guard has stopped the directory. Raises ClosedError when it is closed already.
    """
    active = dialect.rows(
        f"SELECT {READ_ANEW} FROM {TABLE} d WHERE id = %s AND state = %s"  # noqa: S608
        f" {dialect.key_share_lock('d')}",
        [dialect.uuid_parameter(directory.pk), Directory.State.ACTIVE.value],
    )
    if not active:
        raise ClosedError(directory.pk)
    take_over(directory, active[0])


def take_over(directory: Directory, values: Sequence[Any]) -> None:
    """Give the directory what was READ_ANEW under the lock."""
    directory.nested_groups, directory.scope, all_members, stopped = values
    directory.all_members = bool(all_members)
    if not stopped:
        directory.guard_stopped_at = None
    elif directory.guard_stopped_at is None:
        # A moment ago: the request had found it open.
        directory.guard_stopped_at = timezone.now()
