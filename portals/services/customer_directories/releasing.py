"""Makes what a closed customer directory owned local, in batches."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from directories import dialect
from directories.events import Event
from directories.models import Directory
from directories.services.audit import SYSTEM, Target, record_events
from portals.models import Customer, CustomerOrganization
from portals.services.customer_directories import synced_organizations
from provisioning.services.pace import batch_size, breathe

# Events that one statement writes, and organizations that one transaction releases.
TOLD = 500


def release(
    directory: Directory, progress: Callable[[int], None], now: datetime
) -> None:
    """Make the organizations and customers of a closed directory local.

    Nobody loses access: organizations keep their customers and projects, customers
    their state. Both remember where they came from.
    """
    done = 0
    for step in (_release_organizations, _release_customers):
        while count := dialect.retrying(lambda step=step: step(directory, now)):  # type: ignore[misc]
            done += count
            progress(done)
            breathe()


@transaction.atomic
def _release_organizations(directory: Directory, now: datetime) -> int:
    owned = CustomerOrganization.objects.filter(directory=directory)
    found = owned.select_related("site__organization", "directory").order_by("pk")
    batch = list(found[:TOLD])
    for organization in batch:
        synced_organizations.release(organization, by=SYSTEM, now=now)
    return len(batch)


@transaction.atomic
def _release_customers(directory: Directory, now: datetime) -> int:
    owned = Customer.objects.filter(directory=directory).order_by("pk")
    batch = list(owned.only("pk", "public_id", "email")[: batch_size()])
    keys = [each.pk for each in batch]
    Customer.objects.filter(pk__in=keys).update(
        directory=None,
        record=None,
        former_directory=directory.name,
        source=Customer.Source.IMPORTED,
    )
    why = {"released_from": directory.name}
    events = [
        (
            Event.CUSTOMER_RELEASED,
            Target("customer", str(each.public_id), each.email, why),
        )
        for each in batch
    ]
    for start in range(0, len(events), TOLD):
        record_events(
            events[start : start + TOLD],
            organization=directory.organization,
            by=SYSTEM,
            at=now,
        )
    return len(batch)
