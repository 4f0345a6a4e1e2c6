"""Writes about customers who come to the help center."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from directories.events import Event
from directories.folding import fold
from directories.models import AuditEvent, Site
from directories.services.audit import SYSTEM, Actor, Target, record_event
from portals.models import Customer

# A visit is written when the last one is this long ago.
VISIT_EVERY = timedelta(minutes=5)


def themselves(customer: Customer) -> Actor:
    """Return the actor for a customer who does something."""
    return Actor(
        AuditEvent.ActorKind.ACCOUNT,
        id=str(customer.public_id),
        name=customer.get_full_name(),
    )


@transaction.atomic
def note_sign_in(customer: Customer, now: datetime) -> None:
    """Write that a customer signed in."""
    record_event(
        Event.CUSTOMER_SIGNED_IN,
        organization=customer.site.organization,
        by=themselves(customer),
        target=_target(customer),
        at=now,
    )
    note_visit(customer, now)


def note_visit(customer: Customer, now: datetime) -> None:
    """Write that a customer was here, unless that was written a moment ago."""
    due = Q(last_active_at__isnull=True) | Q(last_active_at__lt=now - VISIT_EVERY)
    Customer.objects.filter(due, pk=customer.pk).update(last_active_at=now)


@transaction.atomic
def note_lock(*, site: Site, email: str, address: str, now: datetime) -> None:
    """Write that the sign-in of a customer was locked; nothing without a customer.

    `address` is where the attempts came from.
    """
    customers = Customer.objects.filter(site=site, email_key=fold(email))
    customer = customers.first()
    if customer is None:
        return
    record_event(
        Event.CUSTOMER_SIGN_IN_LOCKED,
        organization=site.organization,
        by=SYSTEM,
        target=_target(customer, address=address),
        at=now,
    )


def _target(customer: Customer, **details: str) -> Target:
    return Target("customer", str(customer.public_id), customer.email, details)
