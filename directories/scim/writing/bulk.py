"""Writes of bulk requests: one operation, or several that refer to each other."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeAlias

from django.db import DatabaseError

from directories import dialect
from directories.models import Directory, GroupRecord, UserRecord
from directories.scim.protocol.bulk import BulkOperation
from directories.scim.protocol.operations import PATCH_SCHEMA
from directories.scim.protocol.references import parted, resolve, resolved
from directories.scim.protocol.versions import Conditions
from directories.scim.versions import check_for
from directories.scim.writing.groups import GroupWrites
from directories.scim.writing.users import UserWrites
from directories.services.together import all_or_nothing

Written: TypeAlias = UserRecord | GroupRecord


class CircleError(Exception):
    """One of several operations that need each other failed for `cause`."""

    def __init__(self, operation: BulkOperation, cause: Exception) -> None:
        super().__init__(operation.number)
        self.operation = operation
        self.cause = cause


def carry_out(
    directory: Directory, operation: BulkOperation, ids: Mapping[str, str]
) -> Written | None:
    """Do what a single request would do; return the record unless it is gone.

    `ids` tells what bulkIds have become. Raises what a single request raises, and
    BrokenReferenceError.
    """
    if operation.error:
        raise operation.error
    resource = target_of(operation, ids)
    data = resolved(operation.data, ids) if operation.refers_to else operation.data
    writes = _writes(directory, operation)
    match operation.method:
        case "POST":
            return writes.add(data)
        case "PUT":
            return writes.replace(resource, data)
        case "PATCH":
            return writes.patch(resource, data)
        case _:
            writes.remove(resource)
            return None


def target_of(operation: BulkOperation, ids: Mapping[str, str]) -> str:
    """Return the id of the resource in an operation's path, "" when it has none."""
    if operation.target:
        return resolve(operation.target, ids)
    return operation.resource


def create_circle(
    directory: Directory, circle: Sequence[BulkOperation], ids: Mapping[str, str]
) -> list[Written]:
    """Create resources that refer to each other, all of them or none.

    Raises CircleError when one of them is refused.
    """
    return all_or_nothing(partial(_create_circle, directory, circle, ids))


def _create_circle(
    directory: Directory, circle: Sequence[BulkOperation], ids: Mapping[str, str]
) -> list[Written]:
    """Create each without what is not there yet, and add that in the end."""
    ids = dict(ids)
    made: list[Written] = []
    left: list[dict[str, Any]] = []
    for operation in circle:
        waiting = {each.bulk_id for each in circle} - ids.keys()
        with _blamed(operation):
            if operation.error:
                raise operation.error
            now, later = parted(operation.data, waiting)
            record = _writes(directory, operation).add(resolved(now, ids))
        ids[operation.bulk_id] = str(record.scim_id)
        made.append(record)
        left.append(later)
    for place, (operation, later) in enumerate(zip(circle, left, strict=True)):
        if later:
            with _blamed(operation):
                addition = {"op": "add", "value": resolved(later, ids)}
                made[place] = _writes(directory, operation).patch(
                    ids[operation.bulk_id],
                    {"schemas": [PATCH_SCHEMA], "Operations": [addition]},
                )
    return made


@contextmanager
def _blamed(operation: BulkOperation) -> Iterator[None]:
    try:
        yield
    except Exception as exc:
        if isinstance(exc, DatabaseError) and dialect.is_lost_race(exc):
            # Nobody is to blame: all of them run anew.
            raise
        raise CircleError(operation, exc) from exc


def _writes(directory: Directory, operation: BulkOperation) -> UserWrites | GroupWrites:
    # A new resource has no version that a client could know.
    version = "" if operation.method == "POST" else operation.version
    check = check_for(Conditions(if_match=version))
    if operation.kind == "User":
        return UserWrites(directory, check)
    return GroupWrites(directory, check)
