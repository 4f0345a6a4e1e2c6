"""Finds what a call names, in the caller's organization only."""

from django.http import Http404

from directories.api.organization import as_uuid
from directories.models import Account, Directory, GroupRecord, Organization, UserRecord


def account_of(organization: Organization, given: str) -> Account:
    """Return a member's account by its id in any spelling; raises Http404."""
    accounts = Account.objects.filter(memberships__organization=organization)
    account = accounts.filter(public_id=as_uuid(given)).first()
    if account is None:
        raise Http404
    return account


def user_of(organization: Organization, directory: str, given: str) -> UserRecord:
    """Return a pushed user of a directory; raises Http404."""
    found = UserRecord.objects.select_related("directory__organization", "account")
    record = found.filter(
        organization=organization,
        directory=as_uuid(directory),
        directory__kind=Directory.Kind.ORGANIZATION,
        scim_id=as_uuid(given),
    ).first()
    if record is None:
        raise Http404
    return record


def group_of(organization: Organization, directory: str, given: str) -> GroupRecord:
    """Return a pushed group of a directory; raises Http404."""
    found = GroupRecord.objects.select_related("directory__organization")
    record = found.filter(
        organization=organization,
        directory=as_uuid(directory),
        directory__kind=Directory.Kind.ORGANIZATION,
        scim_id=as_uuid(given),
    ).first()
    if record is None:
        raise Http404
    return record
