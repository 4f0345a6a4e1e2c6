"""Turns a group's record into an organization of customers, by the rules of names.

An organization that takes over a group, as the directory or an admin says, keeps whom
it had until `settles_at`: a provider makes a group first and fills it bit by bit.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from directories import rows
from directories.consumers import Outcome
from directories.events import Event
from directories.models import Directory, GroupRecord, LinkState
from directories.services.audit import Actor, provider
from portals.models import CustomerDirectory, CustomerOrganization
from portals.reasons import Reason
from portals.services.customer_directories import explanations, refusals
from portals.services.customer_organizations import members, organizations
from portals.services.service_projects import attach_rules
from provisioning.services.directory_scope import scope

GRACE = timedelta(hours=24)
GroupPolicy = CustomerDirectory.GroupPolicy
Source = CustomerOrganization.Source
# Why a group led to nothing stays until an admin says otherwise, or the name is free.
KEPT_APART = {Reason.SAME_NAME, Reason.GROUP_UNLINKED}


def take_up(record: GroupRecord, *, now: datetime) -> Outcome:
    """Make or rename the organization of a record.

    Called in the transaction that wrote the record, which is locked. Raises
    RefusedError for a name that another organization has.
    """
    organization = organization_of(record)
    if not scope.carries_group(record):
        return _leave_out(record, organization, now)
    if organization is not None:
        _rename(organization, record, now)
        return Outcome(LinkState.LINKED)
    if record.link_reason == Reason.GROUP_UNLINKED:
        return Outcome(LinkState.UNLINKED, reason=Reason.GROUP_UNLINKED)
    holder = organizations.holder_of(record.directory.site_id, record.display_name)
    if holder is None:
        _create(record, now)
    elif holder.record_id is not None:
        raise refusals.of_other_group(record, holder)
    elif _adopts(record, holder):
        follow(holder, record, by=provider(record.directory), now=now)
    else:
        return _keep_apart(record, now)
    return Outcome(LinkState.LINKED)


def let_go(record: GroupRecord, *, now: datetime) -> None:
    """Archive the organization of a record that is about to be deleted.

    Its customers stay in it, and it can be restored.
    """
    organization = organization_of(record)
    if organization is not None:
        by = provider(record.directory)
        release(organization, by=by, now=now)
        organizations.put_away(organization, by=by, now=now)


def organization_of(record: GroupRecord) -> CustomerOrganization | None:
    """Return the organization that follows a record."""
    found = rows.fetch(CustomerOrganization, "t.record_id = %s", [record.pk])
    organization = next(iter(found), None)
    if organization is not None:
        _complete(organization, record)
    return organization


def _complete(organization: CustomerOrganization, record: GroupRecord) -> None:
    if record.directory.site is not None:
        organization.site = record.directory.site
        organization.site.organization = record.directory.organization
    if organization.directory_id is not None:
        organization.directory = record.directory


def policy_of(directory: Directory) -> str:
    """Return what becomes of a group whose name an organization has."""
    rules = CustomerDirectory.objects.filter(directory=directory).first()
    return rules.group_policy if rules else GroupPolicy.DONT_SYNC


def _adopts(record: GroupRecord, holder: CustomerOrganization) -> bool:
    """Say whether an organization takes over the group of its name.

    One that the same directory has let go does: nothing has become of it since. What
    was kept apart stays so, whatever the directory says meanwhile.
    """
    if record.link_reason == Reason.SAME_NAME:
        return False
    if holder.former_directory == record.directory.name:
        return True
    return policy_of(record.directory) == GroupPolicy.SYNC


def _keep_apart(record: GroupRecord, now: datetime) -> Outcome:
    if record.directory.mode == Directory.Mode.STRICT:
        raise refusals.of_name(record)
    if record.link_reason != Reason.SAME_NAME:
        explanations.log_group(record, Reason.SAME_NAME, now=now)
    return Outcome(LinkState.UNLINKED, reason=Reason.SAME_NAME)


def _leave_out(
    record: GroupRecord, organization: CustomerOrganization | None, now: datetime
) -> Outcome:
    """Let the organization of a group go that is not chosen; nobody loses access."""
    if organization is not None:
        release(organization, by=provider(record.directory), now=now)
    if record.link_reason != Reason.OUT_OF_SCOPE:
        explanations.log_group(record, Reason.OUT_OF_SCOPE, now=now)
    return Outcome(LinkState.UNLINKED, reason=Reason.OUT_OF_SCOPE)


def _create(record: GroupRecord, now: datetime) -> None:
    organization = CustomerOrganization(
        site=record.directory.site,
        directory=record.directory,
        record=record,
        source=Source.SYNCED,
        name=record.display_name,
        name_key=record.display_name_key,
        created_at=now,
    )
    _complete(organization, record)
    rows.insert(organization)
    organizations.record(
        Event.CUSTOMER_ORGANIZATION_CREATED,
        organization,
        by=provider(record.directory),
        now=now,
        source=Source.SYNCED.value,
        record=str(record.scim_id),
    )
    attach_rules.follow_rules(organization, now)


def _rename(
    organization: CustomerOrganization, record: GroupRecord, now: datetime
) -> None:
    if organization.name == record.display_name:
        return
    before = organization.name
    if organization.name_key != record.display_name_key:
        holder = organizations.holder_of(organization.site_id, record.display_name)
        if holder is not None and holder.record_id is not None:
            raise refusals.of_other_group(record, holder)
        if holder is not None:
            raise refusals.of_name(record)
    organization.name = record.display_name
    organization.name_key = record.display_name_key
    try:
        with transaction.atomic():
            rows.update(organization, "name", "name_key")
    except IntegrityError as error:
        raise refusals.of_name(record) from error
    organizations.record(
        Event.CUSTOMER_ORGANIZATION_UPDATED,
        organization,
        by=provider(record.directory),
        now=now,
        change={"name": [before, organization.name]},
        record=str(record.scim_id),
    )
    attach_rules.follow_rules(organization, now)


def follow(
    organization: CustomerOrganization, record: GroupRecord, *, by: Actor, now: datetime
) -> CustomerOrganization:
    """Let a live organization follow a locked group record from now on.

    Whom it has stays until it settles. Raises organizations.GoneError, or RefusedError
    when it follows another group meanwhile.
    """
    held = organizations.hold(organization)
    _complete(held, record)
    if held.record_id is not None:
        raise refusals.of_other_group(record, held)
    details: dict[str, Any] = {
        "record": str(record.scim_id),
        "before": {"name": held.name, "source": held.source},
        "customers": held.member_count,
    }
    held.record, held.directory = record, record.directory
    held.source, held.former_directory = Source.SYNCED, ""
    held.name, held.name_key = record.display_name, record.display_name_key
    held.settles_at = now + GRACE if held.member_count else None
    rows.update(
        held,
        "record",
        "directory",
        "source",
        "former_directory",
        "name",
        "name_key",
        "settles_at",
    )
    organizations.record(
        Event.CUSTOMER_ORGANIZATION_SYNCED, held, by=by, now=now, **details
    )
    attach_rules.follow_rules(held, now)
    return held


def release(organization: CustomerOrganization, *, by: Actor, now: datetime) -> None:
    """Make a synced organization a manual one with everybody who is in it."""
    members.lock([organization.pk])
    members.keep_as_manual(organization.pk)
    details = {}
    if organization.directory_id is not None and organization.directory is not None:
        organization.former_directory = organization.directory.name
        details["former_directory"] = organization.former_directory
    organization.record = organization.directory = None
    organization.source, organization.settles_at = Source.MANUAL, None
    rows.update(
        organization, "record", "directory", "source", "settles_at", "former_directory"
    )
    organizations.record(
        Event.CUSTOMER_ORGANIZATION_RELEASED, organization, by=by, now=now, **details
    )
