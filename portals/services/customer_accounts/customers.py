"""Writes to customers: the one place where their rows are made, changed and deleted.

Each function is one transaction, or a part of the caller's, and writes its audit
event there. A record is locked before its customer, a customer before organizations.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from directories import dialect, rows
from directories.events import Event
from directories.folding import domain_of, fold, index_key
from directories.models import Directory, LinkState, Site, UserRecord
from directories.services.audit import Actor, Target, record_event
from directories.services.together import run_anew
from portals.models import Customer
from portals.reasons import Reason
from portals.services.customer_accounts.joining import join_by_domain
from portals.services.customer_organizations import members
from portals.services.customer_organizations.members import Origin

PROFILE = ("company", "department", "job_title", "time_zone", "language")
Status = Customer.Status
RevokedBy = Customer.RevokedBy
Check = Callable[[Customer], None]


class EmailTakenError(Exception):
    """Another customer of the site has this address."""

    def __init__(self, holder: Customer | None) -> None:
        super().__init__(holder)
        self.holder = holder


class OwnedError(Exception):
    """A directory owns the customer: only its provider changes name and address."""

    def __init__(self, owner: Directory) -> None:
        super().__init__(owner.pk)
        self.owner = owner


class GoneError(Exception):
    """The customer was deleted meanwhile."""


class NotLinkedError(Exception):
    """The customer follows no record of a directory."""


def holder_of(site: Site, email: str, *, lock: bool = False) -> Customer | None:
    """Return the customer of an address on a site, locked if asked."""
    where = "t.site_id = %s AND t.email_key = %s"
    wanted = [dialect.uuid_parameter(site.pk), fold(email)]
    return next(iter(rows.fetch(Customer, where, wanted, lock=lock)), None)


def new_customer(
    site: Site,
    *,
    email: str,
    name: str,
    source: Customer.Source,
    now: datetime,
    **more: Any,
) -> Customer:
    """Return a customer that is not stored yet, with every key that lists need."""
    customer = Customer(site=site, source=source, created_at=now, **more)
    set_email(customer, email)
    set_name(customer, name)
    return customer


def set_email(customer: Customer, email: str) -> tuple[str, ...]:
    """Give a customer in hand another address; return the fields to store."""
    customer.email, customer.email_key = email, fold(email)
    customer.email_domain = domain_of(email)
    customer.email_verified_at = None
    _set_search_text(customer)
    return ("email", "email_key", "email_domain", "email_verified_at", "search_text")


def set_name(customer: Customer, name: str) -> tuple[str, ...]:
    """Give a customer in hand another name; return the fields to store."""
    customer.name, customer.name_key = name, index_key(name or customer.email)
    _set_search_text(customer)
    return ("name", "name_key", "search_text")


def _set_search_text(customer: Customer) -> None:
    words = f"{customer.name} {customer.email}"
    customer.search_text = " ".join(words.casefold().split())


@transaction.atomic
def create_customer(
    site: Site,
    *,
    email: str,
    name: str,
    source: Customer.Source,
    by: Actor,
    now: datetime,
    **profile: Any,
) -> Customer:
    """Make a customer; without `password` they cannot sign in yet.

    `profile` may name any other field of the row. Raises EmailTakenError.
    """
    customer = new_customer(
        site, email=email, name=name, source=source, now=now, **profile
    )
    try:
        with transaction.atomic():
            rows.insert(customer)
    except IntegrityError as error:
        raise EmailTakenError(holder_of(site, email)) from error
    record(Event.CUSTOMER_CREATED, customer, by=by, now=now, details={"source": source})
    join_by_domain([customer.pk], now=now)
    return customer


@run_anew
@transaction.atomic
def rename(customer: Customer, *, name: str, by: Actor, now: datetime) -> Customer:
    """Give a customer another name; raises OwnedError or GoneError."""
    held = hold(customer)
    _check_unowned(held)
    change_profile(held, {"name": name}, by=by, now=now)
    return held


@run_anew
@transaction.atomic
def change_email(
    customer: Customer, *, email: str, by: Actor, now: datetime
) -> Customer:
    """Give a customer another address; their sessions and links in mails end.

    Raises EmailTakenError, OwnedError or GoneError.
    """
    held = hold(customer)
    _check_unowned(held)
    move(held, email, by=by, now=now)
    return held


@run_anew
@transaction.atomic
def edit_profile(
    customer: Customer, profile: Mapping[str, str], *, by: Actor, now: datetime
) -> Customer:
    """Set what a customer says of themselves, as PROFILE; raises GoneError."""
    held = hold(customer)
    change_profile(held, profile, by=by, now=now)
    return held


@run_anew
@transaction.atomic
def revoke(customer: Customer, *, by: Actor, now: datetime) -> Customer:
    """Take a customer's access in an admin's name; their sessions end.

    What an admin takes only an admin gives back. Raises GoneError.
    """
    held = hold(customer)
    take_access(held, RevokedBy.ADMIN, by=by, now=now)
    return held


@run_anew
@transaction.atomic
def grant(customer: Customer, *, by: Actor, now: datetime) -> Customer:
    """Give a customer access again, whoever took it; raises GoneError."""
    held = hold(customer, with_record=True)
    give_access(held, by=by, now=now)
    waiting = UserRecord.objects.filter(link_reason=Reason.REVOKED_BY_ADMIN)
    if held.record_id is not None:
        waiting.filter(scim_id=held.record_id).update(link_reason="")
    return held


@run_anew
@transaction.atomic
def _store_password(
    customer: Customer, hashed: str, check: Check | None, *, by: Actor, now: datetime
) -> Customer:
    held = hold(customer)
    if check is not None:
        check(held)
    held.password, held.session_epoch = hashed, held.session_epoch + 1
    rows.update(held, "password", "session_epoch")
    record(Event.CUSTOMER_PASSWORD_CHANGED, held, by=by, now=now)
    return held


def set_password(
    customer: Customer,
    *,
    password: str,
    by: Actor,
    now: datetime,
    check: Check | None = None,
) -> Customer:
    """Set a password and end every session; raises GoneError and what `check` does."""
    # Before the row is held: it takes half a second.
    return _store_password(customer, make_password(password), check, by=by, now=now)


@run_anew
@transaction.atomic
def end_sessions(customer: Customer, *, by: Actor, now: datetime) -> Customer:
    """End every session of a customer, and the links in mails; raises GoneError."""
    held = hold(customer)
    held.session_epoch += 1
    rows.update(held, "session_epoch")
    record(Event.CUSTOMER_SESSIONS_ENDED, held, by=by, now=now)
    return held


@run_anew
@transaction.atomic
def unlink(customer: Customer, *, by: Actor, now: datetime) -> Customer:
    """Part a customer from its record for good; neither is deleted.

    The customer becomes local and leaves the synced organizations. Pushed again, the
    record stays without a customer until an admin re-links it. Raises NotLinkedError
    or GoneError.
    """
    held = hold(customer, with_record=True)
    if held.record_id is None:
        raise NotLinkedError(held.pk)
    _let_record_go(held.record_id, Reason.UNLINKED_BY_ADMIN)
    let_go(held, by=by, now=now)
    return held


@run_anew
@transaction.atomic
def delete_customer(customer: Customer, *, by: Actor, now: datetime) -> None:
    """Erase a customer for good.

    What its provider pushes next makes a new one of the same address. Raises
    GoneError.
    """
    held = hold(customer, with_record=True)
    if held.record_id is not None:
        _let_record_go(held.record_id, Reason.CUSTOMER_DELETED)
    erase(held, by=by, now=now)


def hold(customer: Customer, *, with_record: bool = False) -> Customer:
    """Return a customer as it is now, locked; `with_record` after its record.

    Raises GoneError.
    """
    if with_record and customer.record_id is not None:
        locked = UserRecord.objects.select_for_update(of=("self",))
        list(locked.filter(scim_id=customer.record_id).values_list("pk"))
    found = rows.fetch(Customer, "t.id = %s", [customer.pk], lock=True)
    if not found:
        raise GoneError(customer.pk)
    held = found[0]
    held.site = customer.site
    return held


def _check_unowned(customer: Customer) -> None:
    if customer.record_id is not None and customer.directory is not None:
        raise OwnedError(customer.directory)


def _let_record_go(scim_id: UUID, reason: str) -> None:
    UserRecord.objects.filter(scim_id=scim_id).update(
        link_state=LinkState.UNLINKED, link_reason=reason
    )


# What follows is done with a locked customer, for the functions above and for what a
# provider pushes.


def change_profile(
    customer: Customer, profile: Mapping[str, str], *, by: Actor, now: datetime
) -> None:
    """Set the fields of a locked customer that differ, and write what changed."""
    differing = {k: v for k, v in profile.items() if getattr(customer, k) != v}
    if not differing:
        return
    details = {k: [getattr(customer, k), v] for k, v in differing.items()}
    stored = {*differing}
    for field, value in differing.items():
        setattr(customer, field, value)
    if "name" in differing:
        stored |= {*set_name(customer, differing["name"])}
    rows.update(customer, *sorted(stored))
    record(
        Event.CUSTOMER_UPDATED, customer, by=by, now=now, details={"change": details}
    )


def move(customer: Customer, email: str, *, by: Actor, now: datetime) -> None:
    """Give a locked customer another address; raises EmailTakenError."""
    if customer.email == email:
        return
    if customer.email_key != fold(email):
        holder = holder_of(customer.site, email)
        if holder is not None:
            raise EmailTakenError(holder)
    details = {"change": {"email": [customer.email, email]}}
    before = customer.email_domain
    fields = {*set_email(customer, email), *set_name(customer, customer.name)}
    customer.session_epoch += 1
    try:
        with transaction.atomic():
            rows.update(customer, "session_epoch", *sorted(fields))
    except IntegrityError as error:
        raise EmailTakenError(holder_of(customer.site, email)) from error
    record(Event.CUSTOMER_EMAIL_CHANGED, customer, by=by, now=now, details=details)
    if customer.email_domain != before:
        join_by_domain([customer.pk], now=now)


def take_access(
    customer: Customer, revoked_by: RevokedBy, *, by: Actor, now: datetime
) -> None:
    """Take the access of a locked customer; what an admin took stays the admin's."""
    if customer.revoked_by in {revoked_by, RevokedBy.ADMIN}:
        return
    was_active = customer.is_active
    customer.status, customer.revoked_by = Status.REVOKED, revoked_by
    customer.session_epoch += 1
    rows.update(customer, "status", "revoked_by", "session_epoch")
    details = {"revoked_by": revoked_by.value, "was_active": was_active}
    record(Event.CUSTOMER_REVOKED, customer, by=by, now=now, details=details)


def give_access(customer: Customer, *, by: Actor, now: datetime) -> None:
    """Give a locked customer access again."""
    if customer.is_active:
        return
    before = customer.revoked_by
    customer.status, customer.revoked_by = Status.ACTIVE, RevokedBy.NOBODY
    rows.update(customer, "status", "revoked_by")
    details = {"revoked_by": before}
    record(Event.CUSTOMER_GRANTED, customer, by=by, now=now, details=details)


def erase(customer: Customer, *, by: Actor, now: datetime) -> None:
    """Delete a locked customer; the organizations count one less."""
    gone = members.leave_all([customer.pk])
    members.record_members(
        gone, joined=False, organization=customer.site.organization, by=by, now=now
    )
    record(Event.CUSTOMER_DELETED, customer, by=by, now=now)
    customer.delete()


def let_go(customer: Customer, *, by: Actor, now: datetime) -> None:
    """Make a locked synced customer local; it leaves the synced organizations."""
    directory = customer.directory
    details = {"record": str(customer.record_id)}
    gone = members.leave_all([customer.pk], Origin.SYNCED)
    if directory is not None:
        customer.former_directory = directory.name
    customer.directory = customer.record = None
    customer.source = Customer.Source.IMPORTED
    rows.update(customer, "former_directory", "directory", "record", "source")
    record(Event.CUSTOMER_UNLINKED, customer, by=by, now=now, details=details)
    members.record_members(
        gone, joined=False, organization=customer.site.organization, by=by, now=now
    )


def record(
    event: Event,
    customer: Customer,
    *,
    by: Actor,
    now: datetime,
    details: dict[str, Any] | None = None,
) -> None:
    """Write an audit event about a customer."""
    record_event(
        event,
        organization=customer.site.organization,
        by=by,
        target=Target(
            "customer", str(customer.public_id), customer.email, details or {}
        ),
        at=now,
    )
