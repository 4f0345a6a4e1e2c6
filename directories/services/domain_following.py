"""Carries a change of a domain on to its people, in short steps.

What the records say stays as it is; who owns whom is decided anew, by the same
rules as for a push. Running it again changes nothing more.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from directories import dialect, rows
from directories.consumers import RefusedError
from directories.events import Event
from directories.models import Account, Directory, Domain, Member, Organization
from directories.queries import domains
from directories.services import accounts, jobs, records
from directories.services.audit import SYSTEM, Target, record_events
from directories.services.opening import ClosedError

STEP = 2_000
# SQLite has one writer: smaller steps let requests through.
SMALL_STEP = 500
# Between two steps, on a database with one writer.
BREATH_S = 0.05
# Each phase counts its keys from here on, so that one cursor tells phase and key.
PHASE = 2**48

# Does a step after a key; returns the last key and how many, or None at the end.
Step = Callable[[int], tuple[int, int] | None]


@dataclass(frozen=True)
class _Place:
    """The domain that is followed; `owned` while the organization has verified it."""

    organization: Organization
    name: str
    domain: Domain | None

    @property
    def owned(self) -> bool:
        return self.domain is not None and self.domain.verified_at is not None

    @property
    def owner(self) -> Directory | None:
        """Return the directory that the domain is linked to."""
        return self.domain.directory if self.domain and self.owned else None


def follow_domain(run: jobs.Run) -> None:
    """Look again at everybody of a domain; the task of FOLLOW jobs."""
    place = _place(run)
    total = domains.concerned(place.organization, place.name, place.domain).count()
    if place.domain and place.domain.claimed_at:
        total += domains.accounts_to_claim(place.domain).count()
    done, cursor = run.job.done, run.job.cursor
    run.report(done=done, cursor=cursor, total=total)
    for number, step in enumerate(_phases(place)):
        start = number * PHASE
        if cursor >= start + PHASE:
            continue
        while moved := step(max(cursor - start, 0)):
            cursor, done = start + moved[0], done + moved[1]
            run.report(done=min(done, total), cursor=cursor)
            _breathe()


def _place(run: jobs.Run) -> _Place:
    organization, name = run.job.organization, run.job.label
    known = organization.domains.select_related("directory").filter(name=name)
    return _Place(organization, name, known.first())


def _phases(place: _Place) -> Iterator[Step]:
    """Return what is done, in an order in which nobody loses access for a moment.

    The directory that owns the domain now takes its people over before others
    let go of them. Before records are looked at, accounts are external that no
    verified domain makes managed; after it those are claimed whom no record has.
    """
    if not place.owned:
        yield lambda after: _unmanage(place, after)
        yield lambda after: _revisit(place, Q(), after)
        return
    own = Q(directory=place.owner) if place.owner else Q()
    yield lambda after: _revisit(place, own, after)
    if place.owner:
        yield lambda after: _revisit(place, ~own, after)
    yield lambda after: _claim(place, after)


def _revisit(place: _Place, which: Q, after: int) -> tuple[int, int] | None:
    concerned = domains.concerned(place.organization, place.name, place.domain)
    batch = list(
        concerned.filter(which, pk__gt=after)
        .select_related("directory__organization")
        .order_by("pk")[: _step()]
    )
    for record in batch:
        # Who is refused keeps waiting, and the log has said why.
        with suppress(RefusedError, records.UnknownRecordError, ClosedError):
            records.revisit_user(
                directory=record.directory, scim_id=record.scim_id, now=timezone.now()
            )
    return (batch[-1].pk, len(batch)) if batch else None


@transaction.atomic
def _claim(place: _Place, after: int) -> tuple[int, int] | None:
    """Make accounts of a claimed domain managed ones, and members."""
    now = timezone.now()
    # Held, so that it is verified as long as this takes.
    claimed = place.organization.domains.select_for_update(of=("self",)).filter(
        name=place.name, verified_at__isnull=False, claimed_at__isnull=False
    )
    domain = claimed.first()
    if domain is None:
        return None
    batch = _batch(domains.accounts_to_claim(domain), after)
    _manage(place, batch, Event.BECAME_MANAGED, now)
    _join(place.organization, batch, now)
    return (batch[-1].pk, len(batch)) if batch else None


@transaction.atomic
def _unmanage(place: _Place, after: int) -> tuple[int, int] | None:
    """Make the managed accounts of a domain external; they keep their state."""
    managed = Account.objects.filter(
        email_domain=place.name, managed_by=place.organization
    )
    if place.organization.domains.verified().filter(name=place.name).exists():
        return None
    batch = _batch(managed, after)
    _manage(place, batch, Event.BECAME_UNMANAGED, timezone.now())
    return (batch[-1].pk, len(batch)) if batch else None


def _batch(accounts: models.QuerySet[Account], after: int) -> list[Account]:
    held = accounts.select_for_update(of=("self",)).filter(pk__gt=after)
    return list(held.order_by("pk")[: _step()])


def _manage(place: _Place, batch: list[Account], event: Event, now: datetime) -> None:
    managed = event == Event.BECAME_MANAGED
    # Nobody may delete an account that the organization does not manage.
    Account.objects.filter(pk__in=[account.pk for account in batch]).update(
        managed_by=place.organization if managed else None, deletion_at=None
    )
    targets = [
        (event, Target("account", str(a.public_id), a.email, {"domain": place.name}))
        for a in batch
    ]
    record_events(targets, organization=place.organization, by=SYSTEM, at=now)


def _join(organization: Organization, batch: list[Account], now: datetime) -> None:
    """List who was claimed among the organization's people."""
    keys = [account.pk for account in batch]
    known = Member.objects.filter(organization=organization, account__in=keys)
    there = set(known.values_list("account", flat=True))
    rows.insert(
        *(
            accounts.new_member(account, organization, now)
            for account in batch
            if account.pk not in there
        )
    )


def _step() -> int:
    return STEP if dialect.is_postgresql() else SMALL_STEP


def _breathe() -> None:
    """Let requests through between two transactions."""
    if not dialect.is_postgresql():
        time.sleep(BREATH_S)
