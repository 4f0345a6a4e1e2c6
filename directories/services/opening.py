"""Keeps a directory open for the length of a write."""

from directories import dialect
from directories.models import Directory

TABLE = Directory._meta.db_table


class ClosedError(Exception):
    """User provisioning of the directory was deleted meanwhile."""


def hold_open(directory: Directory) -> None:
    """Keep the directory from being closed until the transaction ends.

    Many writes hold it at once; who closes it or changes its settings waits for
    them. How groups in groups count and who is synced are read anew, as the job that
    brings another choice about looks only at what was written before. Raises
    ClosedError when the directory is closed already.
    """
    active = dialect.rows(
        f"SELECT nested_groups, scope, all_members FROM {TABLE} d"  # noqa: S608
        " WHERE id = %s AND state = %s"
        f" {dialect.key_share_lock('d')}",
        [dialect.uuid_parameter(directory.pk), Directory.State.ACTIVE.value],
    )
    if not active:
        raise ClosedError(directory.pk)
    directory.nested_groups, directory.scope, directory.all_members = active[0]
