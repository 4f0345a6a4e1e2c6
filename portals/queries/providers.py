"""Reads about the identity providers of a site's customers."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum

from directories.models import ApiKey, Directory, LinkState, Site, UserRecord
from directories.paging import capped_count
from directories.queries.providers import KeyFacts, keys_of
from portals.models import (
    Customer,
    CustomerDirectory,
    CustomerOrganization,
    ProjectOrganization,
    RoutedDomain,
    ServiceProject,
)

DOMAINS_SHOWN = 50


@dataclass(frozen=True)
class Routed:
    """A domain of a directory, and how many customers of it are others'.

    `own` are customers that the directory owns, `elsewhere` those of other
    directories, `local` those of nobody.
    """

    domain: RoutedDomain
    own: int = 0
    elsewhere: int = 0
    local: int = 0


@dataclass(frozen=True)
class ProviderRow:
    """One customer directory of a site, as the list shows it."""

    directory: Directory
    keys: KeyFacts
    rules: CustomerDirectory
    customers: int
    organizations: int
    domains: list[Routed] = field(default_factory=list)


@dataclass(frozen=True)
class Employees:
    """People with an address in a verified domain of the organization."""

    domains: list[str]
    customers: int
    pushed: int


@dataclass(frozen=True)
class Ending:
    """What the end of a configuration changes, in numbers.

    `attachments` are places of its organizations in `projects` service projects, a
    capped count; `without_password` customers have access and nothing to sign in
    with. `keys` work until then.
    """

    customers: int
    active: int
    without_password: int
    organizations: int
    memberships: int
    projects: int
    attachments: int
    attachments_more: bool
    loose: int
    keys: int
    domains: list[str]


@dataclass(frozen=True)
class Leaving:
    """What ends with a directory, and who was provisioned by it and is local.

    `heir` becomes the default directory of the site, if this is it.
    """

    customers: int
    without_password: int
    organizations: int
    domains: list[str]
    heir: Directory | None


def directories_of(site: Site) -> "QuerySet[Directory]":
    """Return the customer directories of a site, the default one first."""
    return (
        Directory.objects.filter(site=site, kind=Directory.Kind.CUSTOMERS)
        .select_related("site", "organization", "customer_directory")
        .order_by("-customer_directory__is_default", "name_key", "pk")
    )


def rules_of(directory: Directory) -> CustomerDirectory:
    """Return what a customer directory has beside what every directory has."""
    found = CustomerDirectory.objects.filter(directory=directory).first()
    return found or CustomerDirectory(directory=directory)


def lacks_domain(directory: Directory) -> bool:
    """Say whether nobody can be pushed: not the default, and no domain is routed."""
    routed = RoutedDomain.objects.filter(directory=directory)
    return not rules_of(directory).is_default and not routed.exists()


def provider_rows(site: Site, now: datetime) -> list[ProviderRow]:
    """Return the rows of the list of a site's identity providers; six queries."""
    directories = list(directories_of(site))
    keys = keys_of([directory.pk for directory in directories], now)
    customers = _owned(Customer.objects.all(), directories)
    live = CustomerOrganization.objects.filter(archived_at__isnull=True)
    organizations = _owned(live, directories)
    routes = routed_domains(site)
    return [
        ProviderRow(
            directory=directory,
            keys=keys.get(directory.pk, KeyFacts()),
            rules=_known_rules(directory),
            customers=customers.get(directory.pk, 0),
            organizations=organizations.get(directory.pk, 0),
            domains=routes.get(directory.pk, []),
        )
        for directory in directories
    ]


def _known_rules(directory: Directory) -> CustomerDirectory:
    """Return the rules that were read with their directory."""
    found: CustomerDirectory | None = getattr(directory, "customer_directory", None)
    return found or CustomerDirectory(directory=directory)


def _owned(
    rows: "QuerySet[Customer] | QuerySet[CustomerOrganization]",
    directories: list[Directory],
) -> dict[UUID, int]:
    """Count rows by the directory that owns them, inside an index of that."""
    owned = rows.filter(directory__in=directories).order_by()
    return dict(owned.values_list("directory").annotate(count=Count("*")))


def routed_domains(site: Site) -> dict[UUID, list[Routed]]:
    """Return the domains of each directory of a site with whose customers are there."""
    domains = list(RoutedDomain.objects.filter(site=site).order_by("name"))
    owners = owners_in(site, [domain.name for domain in domains])
    found: dict[UUID, list[Routed]] = {}
    for domain in domains:
        counts = owners.get(domain.name, {})
        found.setdefault(domain.directory_id, []).append(
            Routed(
                domain,
                own=counts.get(domain.directory_id, 0),
                local=counts.get(None, 0),
                elsewhere=sum(
                    count
                    for owner, count in counts.items()
                    if owner not in {None, domain.directory_id}
                ),
            )
        )
    return found


def owners_in(site: Site, names: Iterable[str]) -> dict[str, dict[UUID | None, int]]:
    """Count the customers of some domains by the directory that owns them."""
    rows = Customer.objects.filter(site=site, email_domain__in=list(names)).order_by()
    counted = rows.values_list("email_domain", "directory").annotate(count=Count("*"))
    found: dict[str, dict[UUID | None, int]] = {}
    for domain, directory, count in counted:
        found.setdefault(domain, {})[directory] = count
    return found


def unrouted_elsewhere(site: Site, default: Directory) -> int:
    """Count customers of no routed domain whom another directory than this owns."""
    routed = RoutedDomain.objects.filter(site=site).values("name")
    owned = Customer.objects.filter(site=site, directory__isnull=False)
    return owned.exclude(directory=default).exclude(email_domain__in=routed).count()


def employees_of(site: Site, directory: Directory) -> Employees:
    """Count customers, and what was pushed, in the organization's own domains.

    Of what was pushed and led to somebody, the address of the customer counts: that
    spares a look at every record.
    """
    verified = site.organization.domains.verified().order_by("name")
    names = list(verified.values_list("name", flat=True))
    customers = Customer.objects.filter(
        site=site, kind=Customer.Kind.PORTAL_ONLY, email_domain__in=names
    )
    linked = customers.filter(directory=directory).count()
    pushed = linked + _loose_in(directory, names)
    return Employees(names, customers.count(), pushed)


def _loose_in(directory: Directory, names: list[str]) -> int:
    if not names:
        return 0
    endings = Q()
    for name in names:
        endings |= Q(email_key__endswith=f"@{name}")
    loose = UserRecord.objects.filter(
        directory=directory, link_state=LinkState.UNLINKED
    )
    return loose.filter(endings).count()


def ending_of(directory: Directory, now: datetime) -> Ending:
    """Count what the end of a directory's configuration changes."""
    # Hundreds of thousands: what can be is counted inside an index.
    owned = Customer.objects.filter(directory=directory)
    by_status = dict(owned.values_list("status").annotate(count=Count("*")).order_by())
    without_password = owned.filter(
        status=Customer.Status.ACTIVE, kind=Customer.Kind.PORTAL_ONLY, password=""
    )
    live = CustomerOrganization.objects.filter(
        directory=directory, archived_at__isnull=True
    )
    organizations = live.aggregate(all=Count("*"), members=Sum("member_count"))
    attachments, more = capped_count(
        ProjectOrganization.objects.filter(
            organization__directory=directory, organization__archived_at=None
        )
    )
    domains = RoutedDomain.objects.filter(directory=directory).order_by("name")
    return Ending(
        customers=sum(by_status.values()),
        active=by_status.get(Customer.Status.ACTIVE, 0),
        without_password=without_password.count(),
        organizations=organizations["all"],
        memberships=organizations["members"] or 0,
        projects=_projects_of(directory),
        attachments=attachments,
        attachments_more=more,
        loose=_never_customers(directory),
        keys=ApiKey.objects.live(now).filter(directory=directory).count(),
        domains=list(domains.values_list("name", flat=True)),
    )


def _projects_of(directory: Directory) -> int:
    """Count the projects that let organizations of a directory in."""
    places = ProjectOrganization.objects.filter(
        project=OuterRef("pk"),
        organization__directory=directory,
        organization__archived_at=None,
    )
    # In the order of an index, and not Exists: of that PostgreSQL makes a join that
    # meets every place, where the first one tells.
    first = Subquery(places.order_by("organization_id").values("pk")[:1])
    projects = ServiceProject.objects.filter(site=directory.site_id)
    return projects.annotate(first=first).filter(first__isnull=False).count()


def _never_customers(directory: Directory) -> int:
    """Count who was pushed and led to nobody."""
    elsewhere = [state for state in LinkState if state != LinkState.LINKED]
    loose = UserRecord.objects.filter(directory=directory, link_state__in=elsewhere)
    of_record = Customer.objects.filter(record=OuterRef("scim_id"))
    return loose.filter(~Exists(of_record)).count()


def leaving_of(directory: Directory) -> Leaving:
    """Count what ends with a directory that is not set up, and what was its own."""
    site = directory.site_id
    former = {"site": site, "directory": None, "former_directory": directory.name}
    people = Customer.objects.filter(**former)
    silent = Q(status=Customer.Status.ACTIVE, password="")
    counted = people.aggregate(
        all=Count("*"),
        silent=Count("pk", filter=silent & Q(kind=Customer.Kind.PORTAL_ONLY)),
    )
    live = CustomerOrganization.objects.filter(**former, archived_at__isnull=True)
    domains = RoutedDomain.objects.filter(directory=directory).order_by("name")
    rest = Directory.objects.filter(site=site, kind=Directory.Kind.CUSTOMERS)
    heir = None
    if rules_of(directory).is_default:
        others = rest.exclude(pk=directory.pk)
        heir = others.order_by("created_at", "pk").first()
    return Leaving(
        customers=counted["all"],
        without_password=counted["silent"],
        organizations=live.count(),
        domains=list(domains.values_list("name", flat=True)),
        heir=heir,
    )
