"""Keeps a directory open for the length of a write."""

from directories import dialect
from directories.models import Directory

TABLE = Directory._meta.db_table


class ClosedError(Exception):
    """User provisioning of the directory was deleted meanwhile."""


def hold_open(directory: Directory) -> None:
    """Keep the directory from being closed until the transaction ends.

    Many writes hold it at once; who closes it waits for them. Raises
    ClosedError when it is closed already.
    """
    active = dialect.rows(
        f"SELECT id FROM {TABLE} WHERE id = %s AND state = %s"  # noqa: S608
        f" {dialect.key_share_lock()}",
        [dialect.uuid_parameter(directory.pk), Directory.State.ACTIVE.value],
    )
    if not active:
        raise ClosedError(directory.pk)
