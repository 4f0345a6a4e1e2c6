"""Reads about mail domains and the people with an address in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID, uuid5

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.formats import number_format

from directories.domain_names import readable
from directories.models import (
    Account,
    Directory,
    Domain,
    Job,
    LinkState,
    Member,
    Membership,
    Organization,
    UserRecord,
)
from directories.paging import CAP, capped_count

ACTIVE = Job.State.going_on()
UNLINKED = "none"
STATES = ("verified", "missing", "unverified")


@dataclass(frozen=True)
class DomainFilters:
    """Which domains a list is asked for; "" is any."""

    text: str = ""
    state: str = ""
    method: str = ""
    directory: str = ""

    def __bool__(self) -> bool:
        return any((self.text, self.state, self.method, self.directory))


@dataclass(frozen=True)
class Count:
    """A number of accounts, or that there are more than it."""

    number: int
    more: bool = False

    def __str__(self) -> str:
        number = number_format(self.number, force_grouping=True)
        return f"{number}+" if self.more else number


@dataclass(frozen=True)
class DomainRow:
    """A domain with how many accounts of it are managed and could be."""

    domain: Domain
    managed: Count
    to_claim: Count


@dataclass(frozen=True)
class Move:
    """What linking domains to a directory, or to none, changes for people.

    `moved` are taken over from other directories, `dropped` let go by them and
    owned by none then; of these `losing` are in synced groups, which they leave.
    `waiting` are records that wait now and are looked at again.
    """

    moved: Count
    dropped: Count
    losing: Count
    waiting: Count


@dataclass(frozen=True)
class Removal:
    """What the end of a domain's verification changes for accounts."""

    managed: Count
    deactivated: Count
    doomed: Count


def domains_of(
    organization: Organization, filters: DomainFilters | None = None
) -> QuerySet[Domain]:
    """Return the domains that pass the filters, with their directories."""
    wanted = filters or DomainFilters()
    domains = organization.domains.select_related("directory")
    if wanted.text:
        domains = domains.filter(name__contains=wanted.text.casefold())
    if wanted.method:
        domains = domains.filter(method=wanted.method)
    if wanted.directory == UNLINKED:
        domains = domains.filter(directory=None)
    elif wanted.directory:
        domains = domains.filter(directory__id=wanted.directory)
    return _in_state(domains, wanted.state)


def _in_state(domains: QuerySet[Domain], state: str) -> QuerySet[Domain]:
    if state == "verified":
        return domains.filter(verified_at__isnull=False, missing_since=None)
    if state == "missing":
        return domains.filter(verified_at__isnull=False, missing_since__isnull=False)
    if state == "unverified":
        return domains.filter(verified_at=None)
    return domains


def rows_of(domains: Sequence[Domain]) -> list[DomainRow]:
    """Return the domains with their numbers, which are capped."""
    keys = [domain.pk for domain in domains]
    numbers = Domain.objects.filter(pk__in=keys).values_list(
        "pk",
        _capped("= directories_domain.organization_id"),
        # Three ranges of the index, where "another one" would read all of it.
        _capped(
            "IS NULL",
            "< directories_domain.organization_id",
            "> directories_domain.organization_id",
        ),
    )
    found = {pk: (_count(managed), _count(rest)) for pk, managed, rest in numbers}
    return [DomainRow(domain, *found[domain.pk]) for domain in domains]


def _capped(*managers: str) -> RawSQL:
    """Count the accounts of a verified domain, up to one more than the cap."""
    each = " UNION ALL ".join(
        "SELECT 1 FROM directories_account a"  # noqa: S608 - of constants alone
        " WHERE directories_domain.verified_at IS NOT NULL"
        f" AND a.email_domain = directories_domain.name AND a.managed_by_id {manager}"
        for manager in managers
    )
    return RawSQL(  # noqa: S611 - of constants alone
        f"(SELECT count(*) FROM ({each} LIMIT {CAP + 1}) x)",  # noqa: S608
        [],
    )


def _count(number: int) -> Count:
    return Count(min(number, CAP), number > CAP)


def managed_accounts(domain: Domain) -> QuerySet[Account]:
    """Return the accounts of a domain that the organization manages."""
    if domain.verified_at is None:
        return Account.objects.none()
    return Account.objects.filter(
        email_domain=domain.name, managed_by=domain.organization_id
    )


def accounts_to_claim(domain: Domain) -> QuerySet[Account]:
    """Return the accounts of a verified domain that are not managed yet."""
    if domain.verified_at is None:
        return Account.objects.none()
    return Account.objects.filter(
        Q(managed_by=None)
        | Q(managed_by__lt=domain.organization_id)
        | Q(managed_by__gt=domain.organization_id),
        email_domain=domain.name,
    )


def strangers_among(domain: Domain) -> int:
    """Count the accounts to claim that are in no list of the organization.

    Looks at each of them: ask only where they are not too many.
    """
    members = Member.objects.filter(
        organization=domain.organization_id, account=OuterRef("pk")
    )
    return accounts_to_claim(domain).filter(~Exists(members)).count()


def addressed_in(names: Sequence[str]) -> Q:
    """Return the condition of records with an address in one of the domains."""
    endings = {f"@{form}" for name in names for form in (name, readable(name))}
    # None must match nobody.
    return reduce(or_, (Q(email_key__endswith=e) for e in endings), Q(pk=None))


def concerned(
    organization: Organization, name: str, domain: Domain | None
) -> QuerySet[UserRecord]:
    """Return the records of a domain whose outcome its present state may change."""
    settled = Q(link_state=LinkState.LINKED, link_reason="", active=True)
    if domain is not None and domain.verified_at:
        settled &= Q(account__managed_by=organization)
        if domain.directory_id:
            settled &= Q(directory=domain.directory_id)
    directories = Directory.objects.filter(
        organization=organization, kind=Directory.Kind.ORGANIZATION
    )
    of_domain = addressed_in([name]) | Q(account__email_domain=name)
    # By directory, which is the index that keys are walked in.
    records = UserRecord.objects.filter(of_domain, directory__in=directories)
    return records.exclude(settled)


def move_of(
    organization: Organization, names: Sequence[str], directory: Directory | None
) -> Move:
    """Return what linking the domains to a directory, or to none, would change."""
    waiting = UserRecord.objects.filter(
        addressed_in(names),
        directory__in=_directory_ids(organization),
        link_state=LinkState.HELD,
    )
    if directory is None:
        return Move(Count(0), Count(0), Count(0), counted(waiting))
    others = UserRecord.objects.filter(
        directory__in=_directory_ids(organization, but=directory),
        account__email_domain__in=list(names),
    )
    same = UserRecord.objects.filter(
        directory=directory, email_key=OuterRef("email_key")
    ).exclude(email_key="")
    groups = Membership.objects.filter(user=OuterRef("pk"))
    # Of many only the first are looked at, and then all numbers are lower bounds.
    more = counted(others).more
    seen = UserRecord.objects.filter(pk__in=others.values("pk")[:CAP])
    dropped = seen.filter(~Exists(same))
    moved = seen.filter(Exists(same)).count()
    held = counted(waiting.filter(directory=directory))
    return Move(
        moved=Count(moved, more),
        dropped=Count(dropped.count(), more),
        losing=Count(dropped.filter(Exists(groups)).count(), more),
        waiting=Count(max(held.number - moved, 0), held.more),
    )


def _directory_ids(
    organization: Organization, but: Directory | None = None
) -> list[UUID]:
    """Return the keys of the identity providers, so that each is an index range."""
    directories = organization.directories.filter(kind=Directory.Kind.ORGANIZATION)
    ids = directories.values_list("pk", flat=True)
    return [pk for pk in ids if but is None or pk != but.pk]


def counted(queryset: QuerySet[Any]) -> Count:
    """Return how many there are, up to the cap."""
    return Count(*capped_count(queryset))


def removal_of(domain: Domain) -> Removal:
    """Return what the end of the domain would change for accounts."""
    managed = managed_accounts(domain)
    # From the few who are deactivated, which an index of the members tells.
    deactivated = Member.objects.filter(
        organization=domain.organization_id,
        status=Member.Status.DEACTIVATED,
        account__in=managed,
    )
    return Removal(
        managed=counted(managed),
        deactivated=counted(deactivated),
        doomed=counted(managed.filter(deletion_at__isnull=False)),
    )


@dataclass(frozen=True)
class DomainFacts:
    """What the page of a domain says about its accounts and background work."""

    managed: Count
    to_claim: Count
    jobs: list[Job]

    @property
    def active(self) -> bool:
        """Say whether something about the domain is under way."""
        return any(job.state in ACTIVE for job in self.jobs)


def facts_of(domain: Domain) -> DomainFacts:
    """Return the numbers of a domain, and the work that is not over or failed."""
    (row,) = rows_of([domain])
    return DomainFacts(row.managed, row.to_claim, work_of(domain))


def work_of(domain: Domain) -> list[Job]:
    """Return the latest job of each kind about a domain, unless it is done."""
    about = Q(target__startswith=f"{domain.pk}:") | Q(
        target=str(following_target(domain.organization_id, domain.name))
    )
    jobs = Job.objects.filter(about, organization=domain.organization_id)
    latest = {job.kind: job for job in jobs.order_by("created_at", "pk")}
    return [job for job in latest.values() if job.state != Job.State.DONE]


def following_target(organization_id: UUID, name: str) -> UUID:
    """Return what the jobs about a domain's people have as their target."""
    return uuid5(organization_id, name)


def linkable(organization: Organization) -> QuerySet[Directory]:
    """Return the directories that a domain can be linked to, the local one last."""
    kinds = (Directory.Kind.ORGANIZATION, Directory.Kind.LOCAL)
    directories = Directory.objects.filter(organization=organization, kind__in=kinds)
    return directories.order_by("-kind", "name", "pk")
