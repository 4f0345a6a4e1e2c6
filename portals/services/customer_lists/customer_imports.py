"""Takes up lists of customers, and looks what each line would do."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import IO, Any

from django.db import transaction
from django.utils.translation import gettext as _

from directories.folding import fold
from directories.models import Job, Site
from directories.services import jobs
from directories.services.audit import Actor
from portals.models import (
    Customer,
    CustomerImport,
    CustomerOrganization,
    ImportLine,
    OrganizationMember,
)
from portals.queries.imports import REFUSED, UNCHANGED, effect_of
from portals.queries.newcomers import Standing, standings
from portals.refusals import Refused
from portals.services import open_sites
from portals.services.customer_lists.customer_files import Row, rows_of
from provisioning.services.pace import breathe

LOOK = "customers-look"
BATCH = 500
MOST_LINES = 500_000
LONGEST_NAME = 255
NAMES_KEPT = 200


# So long a list and what came of it can be read.
KEPT = timedelta(days=30)


class TooManyLinesError(Exception):
    """The list has more than MOST_LINES lines."""


@transaction.atomic
def take_up(
    site: Site, file: IO[bytes], *, file_name: str, by: Actor, now: datetime
) -> CustomerImport:
    """Store the lines of a file and queue the look at them.

    Raises UnreadableError of services.customer_files, or TooManyLinesError.
    """
    upload = CustomerImport.objects.create(
        site=site, file_name=file_name[-255:], created_at=now, created_by=by.name
    )
    total = 0
    for batch in _batches(rows_of(file), BATCH):
        total += len(batch)
        if total > MOST_LINES:
            raise TooManyLinesError(total)
        ImportLine.objects.bulk_create(_line(upload, row) for row in batch)
    upload.job = jobs.enqueue_choice(
        organization=site.organization,
        kind=LOOK,
        label=_("Looking at {file}").format(file=upload.file_name),
        content={"upload": str(upload.pk)},
        total=total,
        now=now,
    )
    upload.save(update_fields=["job"])
    return upload


def _line(upload: CustomerImport, row: Row) -> ImportLine:
    return ImportLine(
        upload=upload,
        number=row.number,
        email=row.email,
        name=row.name,
        organizations=row.organizations,
    )


def _batches(found: Iterable[Row], size: int) -> Iterator[list[Row]]:
    rows = iter(found)
    while batch := list(islice(rows, size)):
        yield batch


@dataclass
class Look:
    """What a look at a list has met so far."""

    site: Site
    seen: set[str] = field(default_factory=set)
    # Organizations that the list makes: their names by key.
    made: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Places:
    """Organizations by key, and who is in them, as (organization, customer)."""

    by_key: dict[str, CustomerOrganization]
    members: set[tuple[int, int]]


def look(run: jobs.Run) -> None:
    """Say of each line what it would do; the task of LOOK jobs.

    A run that was cut off begins anew: nothing else is written.
    """
    upload = find_upload(run)
    progress, after = Look(upload.site), 0
    while lines := list(
        upload.lines.filter(number__gt=after).order_by("number")[:BATCH]
    ):
        open_sites.check_open(upload.site_id)
        _look_at(lines, progress)
        with transaction.atomic():
            ImportLine.objects.bulk_update(lines, ["effect", "reason"])
            after = lines[-1].number
            run.report(done=min(after, run.job.total))
        breathe()
    names = sorted(progress.made.values(), key=str.casefold)
    numbers = {"made": len(names), "names": names[:NAMES_KEPT]}
    # Not saved: meanwhile the list may have been deleted with its site.
    CustomerImport.objects.filter(pk=upload.pk).update(numbers=numbers)


def find_upload(run: jobs.Run) -> CustomerImport:
    """Return the list that a job is about; HopelessError, fit for admins, without."""
    content: dict[str, Any] = run.job.input.content
    uploads = CustomerImport.objects.select_related("site__organization")
    upload = uploads.filter(pk=content["upload"]).first()
    if upload is None:
        raise jobs.HopelessError(
            _(
                "The uploaded list was deleted before this work came to its end: with "
                "its site, or because it was too old. Upload it again where its "
                "customers are still wanted."
            )
        )
    return upload


def _look_at(lines: list[ImportLine], progress: Look) -> None:
    found = standings(progress.site, [line.email for line in lines])
    places = places_of(progress.site, lines, found.values())
    for line in lines:
        key = fold(line.email)
        standing = found.get(key, Standing())
        line.reason = _refusal(line, key, standing, places, progress)
        progress.seen.add(key)
        line.effect = REFUSED if line.reason else _effect(line, standing, places)
        if not line.reason and line.effect != UNCHANGED:
            for name in line.organizations:
                if fold(name) not in places.by_key:
                    progress.made.setdefault(fold(name), name)


def places_of(site: Site, lines: list[ImportLine], found: Iterable[Standing]) -> Places:
    """Return the organizations that lines name, and which customers are in them."""
    keys = {fold(name) for line in lines for name in line.organizations}
    live = CustomerOrganization.objects.filter(site=site, archived_at=None)
    by_key = {each.name_key: each for each in live.filter(name_key__in=keys)}
    there = [each.customer.pk for each in found if each.customer]
    members = OrganizationMember.objects.filter(
        organization__in=[each.pk for each in by_key.values()], customer__in=there
    )
    pairs = members.values_list("organization_id", "customer_id")
    return Places(by_key, set(pairs))


def _refusal(
    line: ImportLine, key: str, standing: Standing, places: Places, progress: Look
) -> str:
    """Return why a line does nothing, "" if it can."""
    if standing.refused:
        return standing.refused
    if key in progress.seen:
        return Refused.DUPLICATE
    if any(len(name) > LONGEST_NAME for name in (line.name, *line.organizations)):
        return Refused.BAD_NAME
    return _fixed_name(line, standing) or _synced_place(line, standing, places)


def _fixed_name(line: ImportLine, standing: Standing) -> str:
    """Return whose the name is that a line would change, "" if it may."""
    customer = standing.customer
    if customer is None or not is_renamed(line, customer):
        return ""
    if customer.kind == Customer.Kind.ACCOUNT:
        return Refused.HAS_ACCOUNT
    if customer.record_id is not None:
        return f"{Refused.OWNED}:{customer.directory_id}"
    return ""


def _synced_place(line: ImportLine, standing: Standing, places: Places) -> str:
    """Return that a line would put somebody into a synced organization, or ""."""
    for name in line.organizations:
        organization = places.by_key.get(fold(name))
        if organization is None or organization.record_id is None:
            continue
        customer = standing.customer
        if customer is None or (organization.pk, customer.pk) not in places.members:
            return f"{Refused.ORGANIZATION_SYNCED}:{organization.public_id}"
    return ""


def is_renamed(line: ImportLine, customer: Customer) -> bool:
    """Say whether a line gives a customer another name; none is no name."""
    return bool(line.name) and line.name != customer.name


def _effect(line: ImportLine, standing: Standing, places: Places) -> str:
    customer = standing.customer
    return effect_of(
        new=customer is None,
        renamed=customer is not None and is_renamed(line, customer),
        joins=bool(new_places(line, customer, places)),
    )


def new_places(
    line: ImportLine, customer: Customer | None, places: Places
) -> list[str]:
    """Return the keys of the organizations that a line puts somebody into."""
    keys = [fold(name) for name in line.organizations]
    if customer is None:
        return keys
    known = places.by_key
    return [
        key
        for key in keys
        if key not in known or (known[key].pk, customer.pk) not in places.members
    ]


@transaction.atomic
def queue_import(
    upload: CustomerImport, *, invite: bool, kind: str, by: Actor, now: datetime
) -> Job | None:
    """Queue the job that carries a list out; None when that was asked for before."""
    locked = CustomerImport.objects.select_for_update(of=("self",))
    held = locked.select_related("site__organization").get(pk=upload.pk)
    if held.state == CustomerImport.State.CARRIED_OUT:
        return None
    held.state = CustomerImport.State.CARRIED_OUT
    held.job = jobs.enqueue_choice(
        organization=held.site.organization,
        kind=kind,
        label=_("Importing {file}").format(file=held.file_name),
        content={
            "upload": str(held.pk),
            "invite": invite,
            "by": {"id": by.id, "name": by.name},
        },
        total=held.lines.count(),
        now=now,
    )
    held.save(update_fields=["state", "job"])
    return held.job


def forget_old(now: datetime) -> None:
    """Delete the lists that are older than KEPT, with their lines."""
    old = CustomerImport.objects.filter(created_at__lt=now - KEPT)
    ImportLine.objects.filter(upload__in=old).delete()
    old.delete()
