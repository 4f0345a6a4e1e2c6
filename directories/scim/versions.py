"""Versions of users and groups, so that no client overwrites what it has not seen.

A version covers what the resource itself says. A person's `groups` and the names
of a group's members belong to other resources and have versions there.
"""

from rest_framework.request import Request

from directories.models import Account, Record, UserRecord
from directories.scim.modes import offer_of, opened_by
from directories.scim.protocol.versions import Conditions, entity_tag
from directories.services.records import Check


def told_account(record: UserRecord) -> Account | None:
    """Return the account that answers name, if the organization manages it.

    A provider may push any address; whose account a foreign one has in another
    organization is not for it to know.
    """
    account = record.account
    if account is None or account.managed_by_id != record.organization_id:
        return None
    return account


def tag_of(record: Record) -> str:
    """Return the entity tag of a record.

    A person's account is shown with them and may be linked without a push.
    """
    account = told_account(record) if isinstance(record, UserRecord) else None
    if account is not None:
        return entity_tag(f"{record.version}-{account.public_id.hex[:8]}")
    return entity_tag(str(record.version))


def conditions_of(request: Request) -> Conditions:
    """Return what the headers of a request demand: nothing without versions."""
    if not offer_of(opened_by(request)).etag:
        return Conditions()
    return Conditions(
        if_match=request.META.get("HTTP_IF_MATCH", ""),
        if_none_match=request.META.get("HTTP_IF_NONE_MATCH", ""),
    )


def check_of(request: Request) -> Check:
    """Return what refuses a locked record that is not as the client demands."""
    return check_for(conditions_of(request))


def check_for(conditions: Conditions) -> Check:
    """Return what refuses a locked record that does not meet the conditions."""

    def check(record: Record) -> None:
        # The account takes a query; most writes demand nothing.
        if conditions != Conditions():
            conditions.check(tag_of(record))

    return check
