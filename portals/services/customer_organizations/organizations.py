"""Writes to customer organizations that people make, rename, delete and restore.

What a provider's groups do is services.synced_organizations.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from directories import rows
from directories.events import Event
from directories.folding import fold
from directories.models import Directory, Site
from directories.services.audit import Actor, Target, record_event
from directories.services.together import run_anew
from portals.models import CustomerOrganization, ProjectOrganization
from portals.services.customer_organizations import members
from portals.services.customer_organizations.members import Origin, Pair

Source = CustomerOrganization.Source
# What admins may take back of a synced organization, which is else its group's.
BY_ADMINS = (Origin.MANUAL, Origin.BY_DOMAIN)
RESTORED = ("archived_at", "archived_by", "archived_projects", "name", "name_key")


class NameTakenError(Exception):
    """Another organization of the site has this name."""


class OwnedError(Exception):
    """A directory owns the organization: only its provider changes name and people."""

    def __init__(self, owner: Directory) -> None:
        super().__init__(owner.pk)
        self.owner = owner


class GoneError(Exception):
    """The organization was deleted meanwhile, or restored."""


def holder_of(site_id: UUID | None, name: str) -> CustomerOrganization | None:
    """Return the live organization of a name on a site."""
    live = CustomerOrganization.objects.filter(site=site_id, archived_at=None)
    return live.filter(name_key=fold(name)).first()


@transaction.atomic
def create_organization(
    site: Site,
    *,
    name: str,
    by: Actor,
    now: datetime,
    source: CustomerOrganization.Source = Source.MANUAL,
    **more: Any,
) -> CustomerOrganization:
    """Make an organization without customers; raises NameTakenError."""
    organization = CustomerOrganization(
        site=site,
        name=name,
        name_key=fold(name),
        source=source,
        created_at=now,
        **more,
    )
    try:
        with transaction.atomic():
            rows.insert(organization)
    except IntegrityError as error:
        raise NameTakenError(name) from error
    record(
        Event.CUSTOMER_ORGANIZATION_CREATED,
        organization,
        by=by,
        now=now,
        source=source,
    )
    return organization


@run_anew
@transaction.atomic
def edit_organization(
    organization: CustomerOrganization,
    *,
    name: str,
    description: str,
    by: Actor,
    now: datetime,
) -> CustomerOrganization:
    """Give an organization another name and description.

    The name of a synced one is its group's. Raises NameTakenError, OwnedError or
    GoneError.
    """
    held = hold(organization)
    if held.name != name:
        check_unowned(held)
    change = {
        field: [before, after]
        for field, before, after in (
            ("name", held.name, name),
            ("description", held.description, description),
        )
        if before != after
    }
    if not change:
        return held
    held.name, held.name_key, held.description = name, fold(name), description
    try:
        with transaction.atomic():
            rows.update(held, "name", "name_key", "description")
    except IntegrityError as error:
        raise NameTakenError(name) from error
    record(Event.CUSTOMER_ORGANIZATION_UPDATED, held, by=by, now=now, change=change)
    return held


@run_anew
@transaction.atomic
def archive(
    organization: CustomerOrganization, *, by: Actor, now: datetime
) -> CustomerOrganization:
    """Delete an organization in an admin's name: it can be restored.

    Nobody is deleted. A synced one is unlinked first: raises OwnedError, or GoneError.
    """
    held = hold(organization)
    check_unowned(held)
    put_away(held, by=by, now=now)
    return held


@run_anew
@transaction.atomic
def restore(
    organization: CustomerOrganization, *, by: Actor, now: datetime, name: str = ""
) -> CustomerOrganization:
    """Bring an archived organization back with its customers and its projects.

    Under another `name` where its own is taken. Projects that are deleted since are
    passed over. Raises NameTakenError or GoneError.
    """
    held = hold(organization, archived=True)
    keys = held.archived_projects
    held.archived_at, held.archived_by, held.archived_projects = None, "", []
    held.name = name or held.name
    held.name_key = fold(held.name)
    try:
        with transaction.atomic():
            rows.update(held, *RESTORED)
    except IntegrityError as error:
        raise NameTakenError(held.name) from error
    attach_again(held, keys, by=by, now=now)
    record(Event.CUSTOMER_ORGANIZATION_RESTORED, held, by=by, now=now, projects=keys)
    return held


@run_anew
@transaction.atomic
def add_people(
    organization: CustomerOrganization,
    customers: Sequence[int],
    *,
    by: Actor,
    now: datetime,
) -> list[Pair]:
    """Put customers into an organization in somebody's name; return who is new.

    Raises OwnedError or GoneError.
    """
    held = hold(organization)
    check_unowned(held)
    added = members.add_members([held.pk], customers, Origin.MANUAL)
    members.record_members(
        added, joined=True, organization=held.site.organization, by=by, now=now
    )
    return added


@run_anew
@transaction.atomic
def remove_people(
    organization: CustomerOrganization,
    customers: Sequence[int],
    *,
    by: Actor,
    now: datetime,
) -> list[Pair]:
    """Take customers out of an organization, however they came in; return who left.

    Whom the group of a synced one says stays in it: that is the provider's to change.
    Raises GoneError.
    """
    held = hold(organization)
    origins = BY_ADMINS if held.record_id is not None else ()
    gone = members.remove_members([held.pk], customers, *origins)
    members.record_members(
        gone, joined=False, organization=held.site.organization, by=by, now=now
    )
    return gone


def hold(
    organization: CustomerOrganization, *, archived: bool = False
) -> CustomerOrganization:
    """Return an organization as it is now, with its members locked.

    Raises GoneError for one that is archived, or is not where that is asked for.
    """
    members.lock([organization.pk])
    found = rows.fetch(CustomerOrganization, "t.id = %s", [organization.pk])
    if not found or (found[0].archived_at is not None) != archived:
        raise GoneError(organization.pk)
    held = found[0]
    held.site = organization.site
    return held


def check_unowned(organization: CustomerOrganization) -> None:
    """Raise OwnedError for an organization that follows a group."""
    if organization.record_id is not None and organization.directory is not None:
        raise OwnedError(organization.directory)


def put_away(organization: CustomerOrganization, *, by: Actor, now: datetime) -> None:
    """Archive a locked organization: detach it from its projects, free its name."""
    attached = ProjectOrganization.objects.filter(organization=organization)
    keys = sorted(attached.values_list("project__key", flat=True))
    attached.delete()
    organization.archived_at, organization.archived_by = now, by.name[:1024]
    organization.archived_projects, organization.settles_at = keys, None
    rows.update(
        organization, "archived_at", "archived_by", "archived_projects", "settles_at"
    )
    record(
        Event.CUSTOMER_ORGANIZATION_DELETED,
        organization,
        by=by,
        now=now,
        projects=keys,
        customers=organization.member_count,
    )


def attach_again(
    organization: CustomerOrganization,
    keys: Sequence[str],
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Attach an organization to the projects of these keys that are still there."""
    projects = organization.site.service_projects.filter(key__in=keys)
    ProjectOrganization.objects.bulk_create(
        [
            ProjectOrganization(
                project=project,
                organization=organization,
                added_at=now,
                added_by=by.name[:1024],
            )
            for project in projects
        ],
        ignore_conflicts=True,
    )


def record(
    event: Event,
    organization: CustomerOrganization,
    *,
    by: Actor,
    now: datetime,
    **details: Any,
) -> None:
    """Write an audit event about an organization of customers."""
    record_event(
        event,
        organization=organization.site.organization,
        by=by,
        target=Target(
            "customer-organization",
            str(organization.public_id),
            organization.name,
            details,
        ),
        at=now,
    )
