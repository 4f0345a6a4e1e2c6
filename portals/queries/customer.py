"""Reads about one customer: the profile and who says it, access, organizations."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from directories.events import Event
from directories.models import AuditEvent, Directory
from portals.models import Customer, OrganizationMember, ProjectCustomer

SHOWN = 100
# So many records that a customer once had are looked at.
FORMER = 20
FIELDS = (
    ("name", _("Name")),
    ("email", _("Email")),
    ("company", _("Company")),
    ("department", _("Department")),
    ("job_title", _("Job title")),
    ("time_zone", _("Time zone")),
    ("language", _("Language")),
)


@dataclass(frozen=True)
class ProfileField:
    """One value of a profile; `synced` says that a directory is its master."""

    label: StrOrPromise
    value: str
    synced: bool


@dataclass(frozen=True)
class Ending:
    """Who revoked the access of a customer, when; `directory` if it is still there."""

    event: AuditEvent
    directory: Directory | None


@dataclass(frozen=True)
class Listed:
    """The first rows of something, and whether there are more."""

    rows: Sequence[object]
    more: bool


def profile_of(customer: Customer) -> list[ProfileField]:
    """Return the profile of a customer, value by value, with who says it."""
    synced = customer.record_id is not None
    return [
        ProfileField(label, getattr(customer, name), synced) for name, label in FIELDS
    ]


def revocation_of(customer: Customer) -> Ending | None:
    """Return the event that revoked the access of a customer, None if they have it."""
    if customer.is_active:
        return None
    event = _newest(customer, Event.CUSTOMER_REVOKED)
    if event is None:
        return None
    directories = customer.site.organization.directories
    if event.directory_id is None:
        return Ending(event, None)
    return Ending(event, directories.filter(pk=event.directory_id).first())


def migration_of(customer: Customer) -> AuditEvent | None:
    """Return the event that gave a customer an account, None if none did."""
    if customer.kind == Customer.Kind.PORTAL_ONLY:
        return None
    return _newest(customer, Event.CUSTOMER_MIGRATED)


def _newest(customer: Customer, action: Event) -> AuditEvent | None:
    events = customer.site.organization.audit_events.filter(
        target_id=str(customer.public_id), action=action
    )
    return events.order_by("-pk").first()


def records_of(customer: Customer) -> set[str]:
    """Return the ids of the records that led to a customer, also of deleted ones."""
    links = customer.site.organization.audit_events.filter(
        target_id=str(customer.public_id), action=Event.CUSTOMER_LINKED
    )
    found = links.order_by("-pk").values_list("details", flat=True)[:FORMER]
    return {str(each["record"]) for each in found if each.get("record")}


def places_of(customer: Customer) -> Listed:
    """Return the organizations of a customer by name, with what says each of them."""
    members = OrganizationMember.objects.filter(
        customer=customer, organization__archived_at=None
    ).select_related("organization__directory")
    rows = list(members.order_by("organization__name_key")[: SHOWN + 1])
    return Listed(rows[:SHOWN], len(rows) > SHOWN)


def projects_of(customer: Customer) -> Listed:
    """Return the projects that a customer was added to one by one, by name."""
    added = ProjectCustomer.objects.filter(customer=customer).select_related("project")
    rows = list(added.order_by("project__name_key")[: SHOWN + 1])
    return Listed(rows[:SHOWN], len(rows) > SHOWN)


@dataclass(frozen=True)
class Holdings:
    """What a customer has: places in organizations, and in projects one by one."""

    organizations: int
    projects: int


def holdings_of(customer: Customer) -> Holdings:
    """Count what a customer has."""
    places = OrganizationMember.objects.filter(
        customer=customer, organization__archived_at=None
    )
    projects = ProjectCustomer.objects.filter(customer=customer)
    return Holdings(places.count(), projects.count())
