"""Writes to mail domains: add, claim, link, move, remove.

What a change means for people is carried out by the job that it queues; see
services.domain_following. Callers wake the jobs that are returned.
"""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from directories.domain_names import mail_domain
from directories.events import Event
from directories.models import Account, Directory, Domain, Job, Organization
from directories.queries import domains as queries
from directories.services import jobs
from directories.services.audit import Actor, Target, record_event

CHECK = "domain-check"
FOLLOW = "domain-follow"
# As many random bytes as make 64 characters.
TOKEN_BYTES = 48


class KnownDomainError(Exception):
    """The organization has this domain already."""


class NotVerifiedError(Exception):
    """The domain is not (or no longer) proven to be the organization's."""


class NotProvableError(Exception):
    """Whoever runs the installation vouched for the domain; there is no proof."""


def add_domain(
    *, organization: Organization, name: str, by: Actor, now: datetime
) -> Domain:
    """Add a domain that is to be verified; it changes nothing for anybody yet.

    Raises domain_names.NameRefusedError or KnownDomainError.
    """
    domain = Domain(
        organization=organization,
        name=mail_domain(name),
        token=base64.b64encode(secrets.token_bytes(TOKEN_BYTES)).decode(),
        created_at=now,
    )
    try:
        with transaction.atomic():
            domain.save(force_insert=True)
            _record(Event.DOMAIN_ADDED, domain, by, now)
    except IntegrityError as error:
        raise KnownDomainError(domain.name) from error
    return domain


@transaction.atomic
def request_check(
    *, domain: Domain, method: Domain.Method, by: Actor, now: datetime
) -> Job:
    """Queue a look for the proof; raises NotProvableError."""
    if domain.verified_at and not domain.method:
        raise NotProvableError(domain.name)
    details = {"method": method.value}
    _record(Event.DOMAIN_CHECK_STARTED, domain, by, now, **details)
    return queue_check(domain, method, now)


def queue_check(domain: Domain, method: str, now: datetime) -> Job:
    """Queue a look for the proof of a domain by one method."""
    return jobs.enqueue_organization_job(
        kind=CHECK,
        target=f"{domain.pk}:{method}",
        label=domain.name,
        organization=domain.organization,
        now=now,
    )


def queue_checks(now: datetime) -> list[Job]:
    """Queue a look for the proof of each domain that was verified by one."""
    proven = Domain.objects.verified().exclude(method="")
    domains = proven.select_related("organization").order_by("pk")
    return [queue_check(domain, domain.method, now) for domain in domains.iterator()]


@transaction.atomic
def claim_accounts(*, domain: Domain, by: Actor, now: datetime) -> Job:
    """Make every account with an address in the domain a managed one, by a job.

    Raises NotVerifiedError.
    """
    held = _held_verified(domain)
    held.claimed_at = now
    held.save(update_fields=["claimed_at"])
    waiting = Account.objects.filter(email_domain=held.name)
    count = waiting.exclude(managed_by=held.organization).count()
    _record(Event.DOMAIN_CLAIMED, held, by, now, accounts=count)
    return queue_following(held, now)


@transaction.atomic
def link_domains(
    *, domains: Sequence[Domain], directory: Directory, by: Actor, now: datetime
) -> list[Job]:
    """Let a directory of the same organization own the people of the domains.

    Raises NotVerifiedError, and links none then.
    """
    return [_link(_held_verified(domain), directory, by, now) for domain in domains]


@transaction.atomic
def move_domains(
    *, directory: Directory, to: Directory, by: Actor, now: datetime
) -> list[Job]:
    """Link everything that is linked to one directory to another; see link_domains."""
    domains = Domain.objects.select_for_update(of=("self",)).filter(directory=directory)
    return [_link(domain, to, by, now) for domain in domains.order_by("pk")]


@transaction.atomic
def unlink_domain(*, domain: Domain, by: Actor, now: datetime) -> Job:
    """Let the first directory that pushes a person own them again."""
    held = _held(domain)
    before = held.directory.name if held.directory else ""
    held.directory = None
    held.save(update_fields=["directory"])
    _record(Event.DOMAIN_UNLINKED, held, by, now, directory=before)
    return queue_following(held, now)


@transaction.atomic
def remove_domain(*, domain: Domain, by: Actor, now: datetime) -> Job:
    """Forget a domain; managed accounts become external, and keep their state."""
    held = _held(domain)
    managed = Account.objects.filter(
        email_domain=held.name, managed_by=held.organization
    )
    count = managed.count() if held.verified_at else 0
    _record(Event.DOMAIN_REMOVED, held, by, now, accounts=count)
    job = queue_following(held, now)
    held.delete()
    return job


def queue_following(domain: Domain, now: datetime) -> Job:
    """Queue the look at everybody whom a change of the domain concerns.

    The domain is named, as it may be gone when the job starts.
    """
    return jobs.enqueue_organization_job(
        kind=FOLLOW,
        target=str(queries.following_target(domain.organization_id, domain.name)),
        label=domain.name,
        organization=domain.organization,
        now=now,
    )


def _link(domain: Domain, directory: Directory, by: Actor, now: datetime) -> Job:
    before = domain.directory.name if domain.directory else ""
    domain.directory = directory
    domain.save(update_fields=["directory"])
    details = {"directory": [before, directory.name]}
    _record(Event.DOMAIN_LINKED, domain, by, now, **details)
    return queue_following(domain, now)


def _held(domain: Domain) -> Domain:
    rows = Domain.objects.select_for_update(of=("self",))
    return rows.select_related("organization", "directory").get(pk=domain.pk)


def _held_verified(domain: Domain) -> Domain:
    held = _held(domain)
    if held.verified_at is None:
        raise NotVerifiedError(held.name)
    return held


def _record(
    event: Event, domain: Domain, by: Actor, now: datetime, **details: object
) -> None:
    record_event(
        event,
        organization=domain.organization,
        by=by,
        target=target_of(domain, **details),
        at=now,
    )


def target_of(domain: Domain, **details: object) -> Target:
    """Return a domain as the audit log names it."""
    return Target("domain", str(domain.pk), domain.name, dict(details))
