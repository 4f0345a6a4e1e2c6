"""What an admin decides about an organization and the group that it follows."""

from datetime import datetime

from django.db import transaction

from directories.events import Event
from directories.models import AuditEvent, GroupRecord, Job, LinkState
from directories.services.audit import Actor
from directories.services.opening import hold_open
from directories.services.together import run_anew
from portals.models import Customer, CustomerOrganization
from portals.reasons import Reason
from portals.services.customer_directories import synced_organizations, syncing
from portals.services.customer_organizations import members, organizations
from portals.services.customer_organizations.members import Origin


class NotWaitingError(Exception):
    """The group led to an organization meanwhile, or was deleted."""


class NotSyncedError(Exception):
    """The organization follows no group (any more)."""


@run_anew
@transaction.atomic
def sync_group(record: GroupRecord, *, by: Actor, now: datetime) -> Job:
    """Let the organization of a group's name follow it after all; a job fills it.

    Without such an organization one is made. Returns the job to wake. Raises
    NotWaitingError, opening.ClosedError or consumers.RefusedError.
    """
    hold_open(record.directory)
    held = _hold(record)
    if held.link_state == LinkState.LINKED or held.link_reason == Reason.OUT_OF_SCOPE:
        raise NotWaitingError(record.pk)
    holder = organizations.holder_of(held.directory.site_id, held.display_name)
    if holder is not None:
        synced_organizations.follow(holder, held, by=by, now=now)
    else:
        held.link_reason = ""
        synced_organizations.take_up(held, now=now)
    held.link_state, held.link_reason = LinkState.LINKED, ""
    held.save(update_fields=["link_state", "link_reason"])
    return syncing.queue_sync(held, now)


@run_anew
@transaction.atomic
def settle_now(organization: CustomerOrganization, *, by: Actor, now: datetime) -> Job:
    """Let go at once whom an organization had before it followed its group.

    Returns the job to wake, which removes them. Raises NotSyncedError.
    """
    record = _record_of(organization)
    changed = CustomerOrganization.objects.filter(
        pk=organization.pk, record=record, settles_at__gt=now
    ).update(settles_at=now)
    if changed:
        organizations.record(
            Event.CUSTOMER_ORGANIZATION_UPDATED,
            organization,
            by=by,
            now=now,
            settled_at_once=True,
        )
    return syncing.queue_sync(record, now)


@run_anew
@transaction.atomic
def unlink_group(
    organization: CustomerOrganization, *, by: Actor, now: datetime
) -> CustomerOrganization:
    """Part an organization from its group, and take back whom it lost by it.

    Who is in it stays. The group is stored on, and leads to nothing until an admin
    syncs it. Raises NotSyncedError or organizations.GoneError.
    """
    record = _hold(_record_of(organization))
    held = organizations.hold(organization)
    if held.record_id != record.pk:
        raise NotSyncedError(organization.pk)
    record.link_state, record.link_reason = LinkState.UNLINKED, Reason.GROUP_UNLINKED
    record.save(update_fields=["link_state", "link_reason"])
    synced_organizations.release(held, by=by, now=now)
    back = members.add_members([held.pk], settled_customers(held), Origin.MANUAL)
    members.record_members(
        back, joined=True, organization=held.site.organization, by=by, now=now
    )
    held.refresh_from_db(fields=["member_count"])
    return held


def settled_customers(organization: CustomerOrganization) -> list[int]:
    """Return who left an organization because it follows its group, by key."""
    history = AuditEvent.objects.filter(
        organization_id=organization.site.organization_id,
        target_kind="customer-organization",
        target_id=str(organization.public_id),
    )
    synced = history.filter(action=Event.CUSTOMER_ORGANIZATION_SYNCED).order_by("-pk")
    began = synced.values_list("pk", flat=True).first()
    if began is None:
        return []
    told = history.filter(
        action=Event.CUSTOMER_ORGANIZATION_MEMBERS, pk__gt=began
    ).values_list("details", flat=True)
    keys = {key for details in told for key in details.get("settled", ())}
    there = Customer.objects.filter(site=organization.site_id, pk__in=keys)
    return list(there.order_by("pk").values_list("pk", flat=True))


def _record_of(organization: CustomerOrganization) -> GroupRecord:
    found = GroupRecord.objects.select_related("directory__organization").filter(
        customer_organization=organization.pk
    )
    record = found.first()
    if record is None:
        raise NotSyncedError(organization.pk)
    return record


def _hold(record: GroupRecord) -> GroupRecord:
    locked = GroupRecord.objects.select_for_update(of=("self",)).filter(pk=record.pk)
    held = locked.first()
    if held is None:
        raise NotWaitingError(record.pk)
    held.directory, held.organization = record.directory, record.directory.organization
    return held
