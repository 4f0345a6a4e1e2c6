"""Consumer of customer directories; see directories.consumers."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial

from django.db import transaction
from django.urls import reverse

from directories.consumers import MembersChange, Outcome, Work
from directories.models import Account, Directory, GroupRecord, Job, UserRecord
from directories.services.audit import SYSTEM
from directories.tasks import wake
from portals.models import Customer, CustomerOrganization
from portals.reasons import EXPLANATIONS, Reason
from portals.services.customer_accounts import customers
from portals.services.customer_directories import (
    comparing,
    releasing,
    synced_customers,
    synced_organizations,
    syncing,
)
from provisioning.reasons import Explanation
from provisioning.services.directory_scope import scope_following
from provisioning.services.syncing import sync


def user_changed(record: UserRecord, now: datetime) -> Outcome:
    """Find or make the customer of the record and keep that in step."""
    return synced_customers.take_up(record, now=now)


def user_removed(record: UserRecord, now: datetime) -> None:
    """Take the access of the record's customer, who stays."""
    synced_customers.let_go(record, now=now)


def group_changed(record: GroupRecord, now: datetime) -> Outcome:
    """Make or rename the record's organization."""
    outcome = synced_organizations.take_up(record, now=now)
    filled = record.member_count or record.nested_count
    if filled and outcome.state != record.link_state:
        # A group that waited has its members already.
        _wake_later(syncing.queue_sync(record, now))
    left_out = (record.link_reason, outcome.reason).count(Reason.OUT_OF_SCOPE)
    if filled and left_out == 1 and not scope_following.follow_group(record, now):
        _wake_later(sync.queue_reconcile(record.directory, now))
    return outcome


def group_revisited(record: GroupRecord, now: datetime) -> Outcome:
    """Make or rename the record's organization; who asks looks at its people."""
    return synced_organizations.take_up(record, now=now)


def members_changed(record: GroupRecord, change: MembersChange, now: datetime) -> None:
    """Carry the change on to the synced organizations, large ones by jobs."""
    _wake_later(*syncing.carry_members(record, change, now=now))
    if not scope_following.follow_members(record, change, now):
        _wake_later(sync.queue_reconcile(record.directory, now))


def group_removed(record: GroupRecord, now: datetime) -> None:
    """Archive the record's organization."""
    synced_organizations.let_go(record, now=now)
    if scope_following.is_chosen_or_inside(record):
        _wake_later(sync.queue_reconcile(record.directory, now))


def page_of(record: UserRecord | GroupRecord) -> str:
    """Return the page of a customer or an organization, "" while there is none."""
    if isinstance(record, GroupRecord):
        name = "portals:organization-detail"
        found = CustomerOrganization.objects.filter(record=record).first()
        target = (found.site_id, found.public_id) if found else None
    else:
        name = "portals:customer-detail"
        customer = Customer.objects.filter(record=record).first()
        target = (customer.site_id, customer.public_id) if customer else None
    return reverse(name, args=target) if target else ""


def explanation_of(reason: str) -> Explanation | None:
    """Return the words of a link reason."""
    return EXPLANATIONS.get(reason)


def account_deleted(account: Account, now: datetime) -> None:
    """Delete the customers who sign in with an account, and count them no more."""
    owned = Customer.objects.select_related("site__organization")
    for customer in owned.filter(account=account).order_by("pk"):
        # Who is gone by now was deleted by somebody else at this moment.
        with suppress(customers.GoneError):
            customers.erase(customers.hold(customer), by=SYSTEM, now=now)


def directory_released(
    directory: Directory, progress: Callable[[int], None], now: datetime
) -> None:
    """Make the customers and organizations of a closed directory local."""
    releasing.release(directory, progress, now)


def directory_compared(run: Work) -> None:
    """Look at waiting people again, and make every organization equal."""
    comparing.compare_directory(run)


def _wake_later(*jobs: Job) -> None:
    for job in jobs:
        transaction.on_commit(partial(wake, job.pk))
