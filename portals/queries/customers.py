"""Reads about portal-only customers: the list, and which of them were chosen."""

import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from django.core.cache import cache
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum, Window
from django.db.models.functions import RowNumber

from directories import choices, dialect
from directories.folding import fold
from directories.models import Site
from directories.paging import capped_count
from portals.models import Customer, CustomerOrganization, OrganizationMember

# Customers of no directory, as a choice among directories.
LOCAL = "local"
EMPLOYEES, NEVER_ACTIVE, NO_PASSWORD = "employees", "never_active", "no_password"
# Counting this many takes long enough that a few seconds old will do.
MANY = 20_000
KEEP_S = 10
# So many organizations with the words in their name are looked at, and so many
# people are a set rather than a part of the list.
MOST_NAMED = 200
FEW = 5_000
ORGANIZATIONS_SHOWN = 2


@dataclass(frozen=True)
class CustomerFilter:
    """Which customers to list; what is empty does not matter.

    `directory` is the id of a directory, or LOCAL; `organization` the id of a customer
    organization, or its name; `mark` one of EMPLOYEES, NEVER_ACTIVE, NO_PASSWORD.
    """

    text: str = ""
    status: str = ""
    source: str = ""
    directory: str = ""
    organization: str = ""
    mark: str = ""

    def __bool__(self) -> bool:
        return any(asdict(self).values())


Choice = choices.Choice[CustomerFilter]


@dataclass(frozen=True)
class Numbers:
    """How many portal-only customers a site has."""

    total: int
    revoked: int
    synced: int


def portal_only(site: Site) -> QuerySet[Customer]:
    """Return the portal-only customers of a site."""
    return Customer.objects.filter(site=site, kind=Customer.Kind.PORTAL_ONLY)


def customers_of(site: Site, wanted: CustomerFilter) -> QuerySet[Customer]:
    """Return the portal-only customers that are asked for, with their directory."""
    customers = portal_only(site).select_related("directory")
    if wanted.status:
        customers = customers.filter(status=wanted.status)
    if wanted.source:
        customers = customers.filter(source=wanted.source)
    if wanted.directory == LOCAL:
        customers = customers.filter(directory=None)
    elif wanted.directory:
        customers = customers.filter(directory=uuid.UUID(wanted.directory))
    if wanted.organization:
        customers = customers.filter(_is_in(site, wanted.organization))
    if wanted.mark:
        customers = customers.filter(_marked(site, wanted.mark))
    return _search(customers, site, wanted.text)


def _is_in(site: Site, organization: str) -> Exists:
    found = named_organization(site, organization)
    key = found.pk if found else 0
    members = OrganizationMember.objects.filter(organization=key)
    return Exists(members.filter(customer=OuterRef("pk")))


def named_organization(site: Site, text: str) -> CustomerOrganization | None:
    """Return the organization of a site with this id, or else with this name."""
    there = CustomerOrganization.objects.filter(site=site, archived_at=None)
    try:
        return there.filter(public_id=uuid.UUID(text)).first()
    except ValueError:
        return there.filter(name_key=fold(text)).first()


def _marked(site: Site, mark: str) -> Q:
    if mark == EMPLOYEES:
        return Q(email_domain__in=own_domains(site))
    if mark == NEVER_ACTIVE:
        return Q(last_active_at=None)
    return Q(password="")


def own_domains(site: Site) -> list[str]:
    """Return the domains of the people who work for the organization of a site."""
    verified = site.organization.domains.verified()
    return list(verified.values_list("name", flat=True))


def _search(customers: QuerySet[Customer], site: Site, text: str) -> QuerySet[Customer]:
    """Keep whose name or address has the words, or the name of an organization."""
    if not text:
        return customers
    in_text = dialect.search(customers, text)
    there = CustomerOrganization.objects.filter(site=site, archived_at=None)
    named = dialect.search(there, text, field="name_key").exclude(member_count=0)
    with dialect.planned_anew():
        sizes = dict(named.values_list("pk", "member_count")[:MOST_NAMED])
    if not sizes:
        return in_text
    members = OrganizationMember.objects.filter(organization__in=list(sizes))
    hits = dialect.search(Customer.objects.filter(site=site), text)
    if sum(sizes.values()) > FEW or capped_count(hits, FEW)[1]:
        # Many of the list: reading it in its order finds a page soon.
        in_one = Exists(members.filter(customer=OuterRef("pk")))
        return customers.filter(Q(pk__in=hits.values("pk")) | in_one)
    keys = hits.values("pk").union(members.values("customer"))
    return customers.filter(pk__in=keys)


def numbers(site: Site) -> Numbers:
    """Count the portal-only customers; big counts may be some seconds old."""
    key = f"customer-numbers:{site.pk}"
    if (known := cache.get(key)) is None:
        known = portal_only(site).aggregate(
            total=Count("pk"),
            revoked=Count("pk", filter=Q(status=Customer.Status.REVOKED)),
            synced=Count("pk", filter=Q(record__isnull=False)),
        )
        if known["total"] > MANY:
            cache.set(key, known, KEEP_S)
    return Numbers(**known)


def newest_key(site: Site) -> int:
    """Return the key of the newest customer of a site, 0 without any."""
    newest = Customer.objects.filter(site=site).order_by("-pk")
    return newest.values_list("pk", flat=True).first() or 0


def chosen(site: Site, choice: Choice) -> QuerySet[Customer]:
    """Return the portal-only customers that were chosen and are still there."""
    if not choice.all:
        return portal_only(site).filter(public_id__in=list(choice.ids))
    customers = customers_of(site, choice.wanted).order_by()
    return customers.filter(pk__lte=choice.until) if choice.until else customers


@dataclass(frozen=True)
class Places:
    """The first organizations of a customer by name, and how many there are."""

    names: list[CustomerOrganization]
    total: int

    @property
    def more(self) -> int:
        """Return how many are not named."""
        return self.total - len(self.names)


def places_of(customers: Iterable[Customer]) -> dict[int, Places]:
    """Return some organizations of each customer of a page, by one statement."""
    keys = [each.pk for each in customers]
    one = F("customer_id")
    by_name = "organization__name_key"
    rows = (
        OrganizationMember.objects.filter(
            customer__in=keys, organization__archived_at=None
        )
        .select_related("organization")
        .annotate(
            place=Window(RowNumber(), partition_by=one, order_by=by_name),
            total=Window(Count("pk"), partition_by=one),
        )
        .filter(place__lte=ORGANIZATIONS_SHOWN)
        .order_by("customer_id", "place")
    )
    found: dict[int, Places] = {}
    for row in rows:
        places = found.setdefault(row.customer_id, Places([], row.total))
        places.names.append(row.organization)
    return found


def some_organizations(site: Site, size: int = 100) -> list[str]:
    """Return names of organizations to pick from, the largest ones."""
    there = CustomerOrganization.objects.filter(site=site, archived_at=None)
    names = there.order_by("-member_count", "-pk").values_list("name", flat=True)
    return sorted(names[:size], key=str.casefold)


@dataclass(frozen=True)
class Effect:
    """Whom a change of chosen customers would be about, in numbers.

    `synced` customers follow a record of a directory. `places` counts memberships.
    """

    chosen: int
    revoked: int
    synced: int
    places: int
    projects: int

    @property
    def active(self) -> int:
        """Return how many have access."""
        return self.chosen - self.revoked


def effect_of(site: Site, choice: Choice) -> Effect:
    """Count what a change of the chosen customers would be about."""
    customers = chosen(site, choice)
    counted = customers.aggregate(
        chosen=Count("pk"),
        revoked=Count("pk", filter=Q(status=Customer.Status.REVOKED)),
        synced=Count("pk", filter=Q(record__isnull=False)),
    )
    memberships = OrganizationMember.objects.filter(organization__site=site)
    if choice.all and not choice.wanted:
        there = CustomerOrganization.objects.filter(site=site, archived_at=None)
        places = there.aggregate(all=Sum("member_count"))["all"] or 0
    else:
        places = memberships.filter(customer__in=customers.values("pk")).count()
    projects = Customer.objects.filter(pk__in=customers.values("pk")).aggregate(
        all=Count("project_customers")
    )["all"]
    return Effect(places=places, projects=projects, **counted)
