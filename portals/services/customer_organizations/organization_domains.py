"""Writes to the e-mail domains of customer organizations, and what they bring."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from directories import dialect
from directories.events import Event
from directories.models import AuditEvent, Job, Site
from directories.services import jobs
from directories.services.audit import Actor
from directories.services.together import run_anew
from portals.models import (
    CustomerOrganization,
    OrganizationDomain,
)
from portals.queries import organization_domains as queries
from portals.services import open_sites
from portals.services.customer_organizations import members
from portals.services.customer_organizations.members import MEMBER, Origin
from portals.services.customer_organizations.organizations import (
    GoneError,
    hold,
    record,
)
from provisioning.services.pace import batch_size, breathe

FILL = "organization-domain-fill"
LIMIT = 10


class TooManyError(Exception):
    """An organization has as many domains as it may have."""


class AlreadyListedError(Exception):
    """The organization lists the domain already."""


class OrderChangedError(Exception):
    """Other organizations list the domain by now than those that were ordered."""


@run_anew
@transaction.atomic
def add_domain(
    organization: CustomerOrganization, *, name: str, by: Actor, now: datetime
) -> OrganizationDomain:
    """List a domain: its new customers join, unless another organization is first.

    `name` is as directories.domain_names returns it. Raises TooManyError,
    AlreadyListedError or GoneError.
    """
    held = hold(organization)
    if held.domains.count() >= LIMIT:
        raise TooManyError(LIMIT)
    same = OrganizationDomain.objects.filter(site=held.site_id, name=name)
    last = same.aggregate(last=Max("position"))["last"]
    try:
        with transaction.atomic():
            domain = OrganizationDomain.objects.create(
                site_id=held.site_id,
                organization=held,
                name=name,
                position=0 if last is None else last + 1,
                created_at=now,
            )
    except IntegrityError as error:
        raise AlreadyListedError(name) from error
    note(held, "domains", ("", name), by=by, now=now)
    return domain


@run_anew
@transaction.atomic
def remove_domain(
    domain: OrganizationDomain, *, keep: bool, by: Actor, now: datetime
) -> int:
    """Take a domain away; return how many customers left with it.

    Those who came by it stay in somebody's name when they are to be kept; who is in
    the organization in another way too stays all the same. Raises GoneError.
    """
    held = hold(domain.organization)
    came = queries.came_by(held, [domain.name])
    customers = list(came.order_by("customer").values_list("customer", flat=True))
    gone = []
    if keep:
        _keep(held.pk, customers)
    else:
        gone = members.remove_members([held.pk], customers, Origin.BY_DOMAIN)
        members.record_members(
            gone, joined=False, organization=held.site.organization, by=by, now=now
        )
    OrganizationDomain.objects.filter(pk=domain.pk).delete()
    note(held, "domains", (domain.name, ""), by=by, now=now)
    return len(gone)


def _keep(organization: int, customers: Sequence[int]) -> None:
    dialect.rows(
        f"UPDATE {MEMBER} SET manual = true, by_domain = false"  # noqa: S608
        " WHERE organization_id = %s AND by_domain"
        f" AND {dialect.one_of('customer_id', 'bigint')}",
        [organization, dialect.ids_parameter(customers)],
    )


@run_anew
@transaction.atomic
def order_domain(
    site: Site, *, name: str, first: CustomerOrganization, by: Actor, now: datetime
) -> None:
    """Let new customers of a domain come to one of the organizations that list it.

    Whoever is in an organization stays there. Raises OrderChangedError.
    """
    same = OrganizationDomain.objects.filter(site=site, name=name)
    ordered = list(same.order_by("position", "pk").select_for_update(of=("self",)))
    chosen = [each for each in ordered if each.organization_id == first.pk]
    if not chosen:
        raise OrderChangedError(name)
    before = ordered[0].pk
    ordered.sort(key=lambda each: each.pk != chosen[0].pk)
    for position, each in enumerate(ordered):
        each.position = position
    OrganizationDomain.objects.bulk_update(ordered, ["position"])
    if ordered[0].pk != before:
        others = same.exclude(organization=first).select_related("organization")
        for each in others:
            each.organization.site = site
            note(each.organization, "first_for", (name, ""), by=by, now=now)
        note(first, "first_for", ("", name), by=by, now=now)


@transaction.atomic
def queue_filling(
    organization: CustomerOrganization, *, by: Actor, now: datetime
) -> Job:
    """Queue the job that brings customers who were here before the domains were."""
    names = queries.own_domains(organization)
    return jobs.enqueue_choice(
        organization=organization.site.organization,
        kind=FILL,
        label=_("Adding customers to {name} by domain").format(name=organization.name),
        content={
            "site": str(organization.site_id),
            "organization": organization.pk,
            "by": {"id": by.id, "name": by.name},
        },
        total=queries.outside(organization, names).count(),
        now=now,
    )


def carry_out(run: jobs.Run) -> None:
    """Bring the customers of an organization's domains; the task of FILL jobs.

    Looks anew at every step whose domains they are.
    """
    content: dict[str, Any] = run.job.input.content
    by = Actor(AuditEvent.ActorKind.ACCOUNT, **content["by"])
    rows = CustomerOrganization.objects.select_related("site__organization")
    organization = rows.filter(pk=content["organization"]).first()
    cursor, done = run.job.cursor, run.job.done
    while organization is not None:
        open_sites.check_open(organization.site_id)
        try:
            batch = _bring(organization, after=cursor, by=by)
        except GoneError:
            return
        if not batch:
            return
        cursor, done = batch[-1], done + len(batch)
        run.report(done=min(done, run.job.total), cursor=cursor)
        breathe()


@run_anew
@transaction.atomic
def _bring(organization: CustomerOrganization, *, after: int, by: Actor) -> list[int]:
    held = hold(organization)
    names = queries.own_domains(held)
    people = queries.outside(held, names).filter(pk__gt=after).order_by("pk")
    batch = list(people.values_list("pk", flat=True)[: batch_size()])
    added = members.add_members([held.pk], batch, Origin.BY_DOMAIN)
    members.record_members(
        added,
        joined=True,
        organization=held.site.organization,
        by=by,
        now=timezone.now(),
    )
    return batch


def note(
    organization: CustomerOrganization,
    what: str,
    change: tuple[str, str],
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Write into the history of an organization what changed about its domains."""
    record(
        Event.CUSTOMER_ORGANIZATION_DOMAINS,
        organization,
        by=by,
        now=now,
        change={what: list(change)},
    )
