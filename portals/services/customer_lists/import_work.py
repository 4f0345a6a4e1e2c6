"""Carries out what the look at a list of customers has said, and nothing else."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from directories import dialect, rows
from directories.events import Event
from directories.folding import fold
from directories.models import AuditEvent, Site
from directories.services import jobs
from directories.services.audit import Actor, Target, record_event
from portals.models import (
    Customer,
    CustomerImport,
    CustomerOrganization,
    ImportLine,
)
from portals.queries.imports import NEW, REFUSED, RENAMED, WORKING
from portals.queries.newcomers import Standing, standings
from portals.refusals import Refused
from portals.services import open_sites
from portals.services.customer_accounts import customer_notices, customers
from portals.services.customer_accounts.joining import join_by_domain
from portals.services.customer_lists.customer_imports import (
    Places,
    find_upload,
    is_renamed,
    new_places,
    places_of,
)
from portals.services.customer_organizations import members, organizations
from portals.services.customer_organizations.members import Origin
from provisioning.services.pace import breathe

IMPORT = "customers-import"
# A transaction each; so many people have an event of their own for each place.
BATCH = 100


@dataclass(frozen=True)
class Work:
    """An import that goes on: of what, in whose name, with or without mails."""

    upload: CustomerImport
    by: Actor
    invite: bool
    now: datetime

    @property
    def site(self) -> Site:
        """Return the site that the customers are of."""
        return self.upload.site


def carry_out(run: jobs.Run) -> None:
    """Carry a list out line by line; the task of IMPORT jobs.

    The lines of a batch and how far the work is are stored together: a run that was
    cut off goes on behind the last batch.
    """
    content: dict[str, Any] = run.job.input.content
    upload = find_upload(run)
    by = Actor(AuditEvent.ActorKind.ACCOUNT, **content["by"])
    cursor = run.job.cursor
    while lines := list(
        upload.lines.filter(number__gt=cursor).order_by("number")[:BATCH]
    ):
        open_sites.check_open(upload.site_id)
        work = Work(upload, by, content["invite"], timezone.now())
        step = partial(_carry_out, run, work, lines)
        try:
            dialect.retrying(step)
        except IntegrityError:
            # Somebody has just added one of the people: look at the lines again.
            dialect.retrying(step)
        cursor = lines[-1].number
        run.give_way()
        breathe()
    _finish(find_upload(run), by)


@transaction.atomic
def _carry_out(run: jobs.Run, work: Work, lines: list[ImportLine]) -> None:
    todo = [line for line in lines if line.effect in WORKING]
    if todo:
        _do(work, todo)
    last = lines[-1].number
    run.report(done=min(last, run.job.total), cursor=last)


def _do(work: Work, todo: list[ImportLine]) -> None:
    found = standings(work.site, [line.email for line in todo])
    places = places_of(work.site, todo, found.values())
    agreed = [
        line for line in todo if _agrees(line, found.get(fold(line.email)), places)
    ]
    changed = [line for line in todo if line not in agreed]
    for line in changed:
        line.effect, line.reason = REFUSED, Refused.CHANGED_MEANWHILE
    ImportLine.objects.bulk_update(changed, ["effect", "reason"])
    people = _make(work, [line for line in agreed if line.effect.startswith(NEW)])
    for line in agreed:
        standing = found.get(fold(line.email))
        if standing and standing.customer:
            people[line.number] = _rename(work, line, standing.customer)
    _place(work, agreed, people, places)


def _agrees(line: ImportLine, standing: Standing | None, places: Places) -> bool:
    """Say whether a line would still do what the look has said."""
    if line.effect.startswith(NEW):
        return standing is None
    customer = standing.customer if standing else None
    if customer is None:
        return False
    renamed = line.effect.startswith(RENAMED)
    if renamed and (customer.record_id or customer.kind != Customer.Kind.PORTAL_ONLY):
        return False
    added = [places.by_key.get(key) for key in new_places(line, customer, places)]
    return not any(each and each.record_id for each in added)


def _make(work: Work, lines: list[ImportLine]) -> dict[int, Customer]:
    """Make the new customers of a batch; return them by the numbers of their lines."""
    made = {
        line.number: customers.new_customer(
            work.site,
            email=line.email,
            name=line.name,
            source=Customer.Source.IMPORTED,
            now=work.now,
        )
        for line in lines
    }
    if not made:
        return made
    rows.insert(*made.values())
    for customer in made.values():
        customers.record(
            Event.CUSTOMER_CREATED,
            customer,
            by=work.by,
            now=work.now,
            details={"source": customer.source, "import": str(work.upload.pk)},
        )
        if work.invite:
            customer_notices.mail_invitation(customer)
    join_by_domain([customer.pk for customer in made.values()], now=work.now)
    return made


def _rename(work: Work, line: ImportLine, customer: Customer) -> Customer:
    if not line.effect.startswith(RENAMED) or not is_renamed(line, customer):
        return customer
    customer.site = work.site
    return customers.rename(customer, name=line.name, by=work.by, now=work.now)


def _place(
    work: Work,
    lines: list[ImportLine],
    people: dict[int, Customer],
    places: Places,
) -> None:
    """Put the people of a batch into the organizations of their lines."""
    wanted: dict[str, list[int]] = defaultdict(list)
    names: dict[str, str] = {}
    for line in lines:
        customer = people[line.number]
        known = None if line.effect.startswith(NEW) else customer
        for key in new_places(line, known, places):
            wanted[key].append(customer.pk)
        names |= {fold(name): name for name in line.organizations}
    found = {
        key: places.by_key.get(key) or _organization(work, names[key]) for key in wanted
    }
    members.lock(sorted(each.pk for each in found.values()))
    pairs = [
        pair
        for key, each in sorted(found.items(), key=lambda item: item[1].pk)
        for pair in members.add_members([each.pk], wanted[key], Origin.MANUAL)
    ]
    members.record_members(
        pairs,
        joined=True,
        organization=work.site.organization,
        by=work.by,
        now=work.now,
    )


def _organization(work: Work, name: str) -> CustomerOrganization:
    """Return the organization of a name, made if no earlier batch made it."""
    try:
        return organizations.create_organization(
            work.site,
            name=name,
            source=CustomerOrganization.Source.IMPORTED,
            by=work.by,
            now=work.now,
        )
    except organizations.NameTakenError:
        found = organizations.holder_of(work.site.pk, name)
        if found is None:
            raise
        return found


@transaction.atomic
def _finish(upload: CustomerImport, by: Actor) -> None:
    """Note once that a list was carried out, with the number of its lines."""
    now = timezone.now()
    unfinished = CustomerImport.objects.filter(pk=upload.pk, finished_at=None)
    if not unfinished.update(finished_at=now):
        return
    done = upload.lines.filter(effect__in=WORKING).count()
    name = upload.file_name
    target = Target("customer-import", str(upload.pk), name, {"lines": done})
    record_event(
        Event.CUSTOMERS_IMPORTED,
        organization=upload.site.organization,
        by=by,
        target=target,
        at=now,
    )
