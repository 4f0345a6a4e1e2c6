"""Turns a person's record into a customer of the directory's site.

A customer is found by the address. Who is nobody's becomes the provider's; who is
another directory's is refused. What the provider says about access counts whatever
else is in the way, but never gives back what an admin took.
"""

from datetime import datetime
from typing import cast

from directories import dialect, rows
from directories.consumers import Outcome
from directories.events import Event
from directories.models import LinkState, Site, UserRecord
from directories.services.audit import provider
from portals.models import Customer
from portals.reasons import EMPLOYEE, Reason
from portals.services.customer_accounts import customers
from portals.services.customer_accounts.joining import join_by_domain
from portals.services.customer_directories import explanations, refusals, synced_members
from portals.services.customer_directories.standing import Standing, standing_of
from provisioning.services.accounts.mapping import profile_of
from provisioning.services.directory_scope import scope

RevokedBy = Customer.RevokedBy
KEPT = {*customers.PROFILE, "name"}
# Whose customers do not follow them.
APART = {Reason.UNLINKED_BY_ADMIN, Reason.ACCOUNT}


def take_up(record: UserRecord, *, now: datetime) -> Outcome:
    """Bring the customer of a record in step with it, and its synced organizations.

    Called in the transaction that wrote the record, which is locked. Raises
    RefusedError when the address is another's.
    """
    customer = customer_of(record)
    # Who is only looked at again was not pushed now.
    if record.link_reason in APART and not record.active and record.updated_at == now:
        explanations.log_not_followed(record, deleted=False, now=now)
    if customer is None and record.link_reason == Reason.UNLINKED_BY_ADMIN:
        return Outcome(LinkState.UNLINKED, reason=Reason.UNLINKED_BY_ADMIN)
    outcome, after = _decide(record, customer, now)
    was_in = record.link_state == LinkState.LINKED and customer is not None
    is_in = outcome.state == LinkState.LINKED and after is not None
    # A record that is new is in no group yet.
    if is_in and not was_in and record.created_at != now and after is not None:
        synced_members.join_organizations(record, after.pk, now=now)
    if was_in and not is_in and customer is not None:
        synced_members.leave_organizations(record, customer.pk, now=now)
    if outcome.reason and outcome.reason != record.link_reason:
        explanations.log_user(record, outcome.reason, now=now)
    return outcome


def let_go(record: UserRecord, *, now: datetime) -> None:
    """Take the access of the customer of a record that is about to be deleted.

    The customer stays, as a local one.
    """
    customer = customer_of(record)
    if customer is None:
        if record.link_reason in APART:
            explanations.log_not_followed(record, deleted=True, now=now)
        return
    by = provider(record.directory)
    customers.take_access(customer, RevokedBy.PROVIDER, by=by, now=now)
    customers.let_go(customer, by=by, now=now)


def customer_of(record: UserRecord) -> Customer | None:
    """Return the customer of a record, locked."""
    # Who is new has none: with 600 of them a second that counts.
    if not record.pk:
        return None
    wanted = [dialect.uuid_parameter(record.scim_id)]
    found = rows.fetch(Customer, "t.record_id = %s", wanted, lock=True)
    customer = next(iter(found), None)
    if customer is not None:
        customer.site, customer.directory = _site(record), record.directory
    return customer


def _site(record: UserRecord) -> Site:
    # The database sees to it that a directory of customers has one.
    site = cast("Site", record.directory.site)
    # As it is in hand; every event asks for it.
    site.organization = record.directory.organization
    return site


def _decide(
    record: UserRecord, customer: Customer | None, now: datetime
) -> tuple[Outcome, Customer | None]:
    if customer is not None and customer.kind == Customer.Kind.ACCOUNT:
        customers.let_go(customer, by=provider(record.directory), now=now)
        return Outcome(LinkState.UNLINKED, reason=Reason.ACCOUNT), None
    if customer is not None and not record.active:
        # Nothing may stand in the way of taking access away.
        by = provider(record.directory)
        customers.take_access(customer, RevokedBy.PROVIDER, by=by, now=now)
    state = LinkState.PAUSED if customer else LinkState.UNLINKED
    if not record.email:
        return Outcome(state, reason=Reason.NO_EMAIL), customer
    if not scope.carries_user(record):
        if customer is not None:
            _follow_access(record, customer, now)
        return Outcome(state, reason=Reason.OUT_OF_SCOPE), customer
    if customer is not None:
        return _follow(record, customer, now), customer
    return _link(record, now)


def _follow(record: UserRecord, customer: Customer, now: datetime) -> Outcome:
    """Carry a change on to the customer that the record is linked to."""
    by = provider(record.directory)
    # Who is inactive gets another address when they are active again.
    if record.active and record.email_key != customer.email_key:
        _move(record, customer, now)
    elif record.email_key == customer.email_key and record.email != customer.email:
        customers.move(customer, record.email, by=by, now=now)
    customers.change_profile(customer, _updates(record), by=by, now=now)
    return _follow_access(record, customer, now)


def _follow_access(record: UserRecord, customer: Customer, now: datetime) -> Outcome:
    """Give or take access as the provider says, but for what an admin took."""
    by = provider(record.directory)
    if not record.active:
        customers.take_access(customer, RevokedBy.PROVIDER, by=by, now=now)
    elif customer.revoked_by == RevokedBy.PROVIDER:
        customers.give_access(customer, by=by, now=now)
    elif customer.revoked_by == RevokedBy.ADMIN:
        return Outcome(LinkState.LINKED, reason=Reason.REVOKED_BY_ADMIN)
    return Outcome(LinkState.LINKED)


def _move(record: UserRecord, customer: Customer, now: datetime) -> None:
    """Give the customer another address."""
    standing = standing_of(record)
    if standing.is_elsewhere(record.directory):
        raise refusals.of_routing(record, standing)
    try:
        customers.move(customer, record.email, by=provider(record.directory), now=now)
    except customers.EmailTakenError as error:
        raise refusals.of_address(record, error.holder) from error
    _note_employee(record, standing, now)


def _link(record: UserRecord, now: datetime) -> tuple[Outcome, Customer | None]:
    """Find or make the customer of a record that has none yet."""
    site = _site(record)
    holder = customers.holder_of(site, record.email, lock=True)
    if holder is not None and holder.record_id is not None:
        if holder.directory_id != record.directory_id:
            raise refusals.of_other_directory(record, holder)
        return Outcome(LinkState.HELD, reason=Reason.OTHER_RECORD), None
    if holder is not None and holder.kind == Customer.Kind.ACCOUNT:
        return Outcome(LinkState.UNLINKED, reason=Reason.ACCOUNT), None
    standing = standing_of(record)
    if standing.is_elsewhere(record.directory):
        raise refusals.of_routing(record, standing)
    if holder is None and not record.active:
        return Outcome(LinkState.UNLINKED, reason=Reason.INACTIVE), None
    _note_employee(record, standing, now)
    if holder is None:
        return Outcome(LinkState.LINKED), _make(record, site, now)
    holder.site = site
    _connect(record, holder, now)
    return _follow(record, holder, now), holder


def _make(record: UserRecord, site: Site, now: datetime) -> Customer:
    profile = _updates(record)
    customer = customers.new_customer(
        site,
        email=record.email,
        name=profile.pop("name", "") or record.user_name,
        source=Customer.Source.SYNCED,
        now=now,
        directory=record.directory,
        record=record,
        **profile,
    )
    rows.insert(customer)
    details = {**_about(record), "source": Customer.Source.SYNCED.value}
    customers.record(
        Event.CUSTOMER_CREATED,
        customer,
        by=provider(record.directory),
        now=now,
        details=details,
    )
    join_by_domain([customer.pk], now=now)
    return customer


def _connect(record: UserRecord, customer: Customer, now: datetime) -> None:
    """Make a customer who was nobody's the provider's."""
    before = customer.source
    customer.source = Customer.Source.SYNCED
    customer.directory, customer.record = record.directory, record
    customer.former_directory = ""
    rows.update(customer, "source", "directory", "record", "former_directory")
    customers.record(
        Event.CUSTOMER_LINKED,
        customer,
        by=provider(record.directory),
        now=now,
        details={**_about(record), "former_source": before},
    )


def _about(record: UserRecord) -> dict[str, str]:
    return {"record": str(record.scim_id), "user_name": record.user_name}


def _note_employee(record: UserRecord, standing: Standing, now: datetime) -> None:
    if standing.is_employee:
        explanations.log_user(record, EMPLOYEE, now=now)


def _updates(record: UserRecord) -> dict[str, str]:
    """Return what a push changes; one without a name leaves the name alone."""
    profile = profile_of(record.document)
    return {k: v for k, v in profile.items() if k in KEPT and (v or k != "name")}
