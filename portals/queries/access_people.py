"""Reads of who can see a portal: by reason, one person, or everybody in turn."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from directories import dialect
from directories.models import Account, Member, RoleAssignment
from directories.permissions import JIRA_APPS
from directories.queries.rights import in_force
from portals.models import (
    Customer,
    CustomerOrganization,
    OrganizationMember,
    ProjectCustomer,
    ProjectOrganization,
    ServiceProject,
)
from portals.queries.access import Visitor, visitor_of
from portals.queries.access_reasons import Ground, Reason, why
from portals.queries.roles import roles_in

FOUND, BATCH = 10, 500
Active = Customer.Status.ACTIVE
Role = RoleAssignment.Role


@dataclass(frozen=True)
class Numbers:
    """How many can see a portal for each reason; one person may have several."""

    workers: int
    jira_admins: int
    added: int
    organizations: int
    members: int
    open: bool


@dataclass(frozen=True)
class Answer:
    """Whether one person can see a portal, and why."""

    name: str
    email: str
    customer: Customer | None
    account: Account | None
    reasons: list[Reason]

    @property
    def opens(self) -> bool:
        """Say whether the portal is open to the person."""
        return self.reasons[0].opens


def numbers_of(project: ServiceProject) -> Numbers:
    """Count who can see a portal, without touching a membership."""
    attached = organizations_in(project).aggregate(
        all=Count("*"), people=Sum("member_count")
    )
    return Numbers(
        workers=workers_of(project).count(),
        jira_admins=jira_admins_of(project).count(),
        added=added_to(project).filter(status=Active).count(),
        organizations=attached["all"],
        members=attached["people"] or 0,
        open=project.access == ServiceProject.Access.OPEN,
    )


def workers_of(project: ServiceProject) -> QuerySet[Account]:
    """Return the agents and admins of a project who may sign in."""
    roles = roles_in(project.site.organization_id).filter(project=project)
    accounts = Account.objects.filter(pk__in=roles.values("account"))
    return _unbarred(accounts, project)


def jira_admins_of(project: ServiceProject) -> QuerySet[Account]:
    """Return the Jira admins of a project's site who may sign in."""
    rights = RoleAssignment.objects.filter(
        Q(site=project.site_id) | Q(site__isnull=True),
        Q(role=Role.SITE_ADMIN) | Q(role=Role.APP_ADMIN, app__in=JIRA_APPS),
        organization=project.site.organization_id,
    )
    held = in_force(rights)
    accounts = Account.objects.filter(pk__in=held.values("account"))
    return _unbarred(accounts, project)


def _unbarred(
    accounts: QuerySet[Account], project: ServiceProject
) -> QuerySet[Account]:
    suspended = Member.objects.filter(
        organization=project.site.organization_id, status=Member.Status.SUSPENDED
    )
    active = accounts.filter(status=Account.Status.ACTIVE)
    return active.exclude(memberships__in=suspended)


def added_to(project: ServiceProject) -> QuerySet[Customer]:
    """Return the customers who were added to a project one by one."""
    return Customer.objects.filter(
        site=project.site_id, project_customers__project=project
    )


def organizations_in(project: ServiceProject) -> QuerySet[CustomerOrganization]:
    """Return the live organizations that a project lets in."""
    return CustomerOrganization.objects.filter(
        site=project.site_id,
        project_organizations__project=project,
        archived_at__isnull=True,
    )


def customers_admitted(project: ServiceProject) -> QuerySet[Customer]:
    """Return the active customers of the site whom an open project lets in."""
    if project.access != ServiceProject.Access.OPEN:
        return Customer.objects.none()
    return Customer.objects.filter(site=project.site_id, status=Active)


def look_up(project: ServiceProject, text: str) -> list[Answer]:
    """Return the first people of a name or address, each with yes or no and why."""
    text = " ".join(text.casefold().split())
    if not text:
        return []
    customers = Customer.objects.filter(site=project.site_id)
    found = list(
        dialect.search(customers, text)
        .select_related("account")
        .order_by("name_key", "pk")[:FOUND]
    )
    answers = [
        Answer(
            each.get_full_name(),
            each.email,
            each,
            each.account,
            why(visitor_of(each), project),
        )
        for each in found
    ]
    known = {each.account_id for each in found}
    for account in _accounts(project, text).exclude(pk__in=known - {None})[:FOUND]:
        reasons = why(Visitor(account=account), project)
        answers.append(
            Answer(account.get_full_name(), account.email, None, account, reasons)
        )
    return answers


def _accounts(project: ServiceProject, text: str) -> QuerySet[Account]:
    """Return the users of the organization who match.

    Of accounts of other organizations nothing is told here: neither that there is one
    nor whose it is.
    """
    members = Member.objects.filter(organization=project.site.organization_id)
    first = dialect.search(members, text).order_by("name", "pk")[:FOUND]
    numbers = list(first.values_list("account", flat=True))
    return Account.objects.filter(pk__in=numbers).order_by("name", "pk")


def customers_of(project: ServiceProject) -> QuerySet[Customer]:
    """Return every customer who can see a portal, by name."""
    customers = Customer.objects.filter(site=project.site_id, status=Active)
    if project.access != ServiceProject.Access.OPEN:
        added = ProjectCustomer.objects.filter(project=project).values("customer")
        members = OrganizationMember.objects.filter(
            organization__in=organizations_in(project).values("pk")
        )
        customers = customers.filter(
            Q(pk__in=added) | Q(pk__in=members.values("customer"))
        )
    return customers.order_by("name_key", "pk")


def told_customers(
    project: ServiceProject,
) -> Iterator[tuple[Customer, list[tuple[Ground, str]]]]:
    """Yield every customer who can see a portal, with reasons; a few reads each 500."""
    places = {
        each.organization_id: each
        for each in ProjectOrganization.objects.filter(
            project=project, organization__archived_at__isnull=True
        ).select_related("organization")
    }
    rows = customers_of(project).iterator(chunk_size=BATCH)
    while batch := list(islice(rows, BATCH)):
        told = _reasons_of(project, places, batch)
        yield from ((each, told[each.pk]) for each in batch)


def _reasons_of(
    project: ServiceProject,
    places: dict[int, ProjectOrganization],
    batch: Sequence[Customer],
) -> dict[int, list[tuple[Ground, str]]]:
    told: dict[int, list[tuple[Ground, str]]] = defaultdict(list)
    keys = [each.pk for each in batch]
    for row in ProjectCustomer.objects.filter(project=project, customer__in=keys):
        text = _("Added to the project by %(by)s.") % {"by": row.added_by}
        told[row.customer_id].append((Ground.ADDED, text))
    for member in OrganizationMember.objects.filter(customer__in=keys):
        place = places.get(member.organization_id)
        if place is not None:
            text = _("Member of %(name)s.") % {"name": place.organization.name}
            told[member.customer_id].append((Ground.ORGANIZATION, text))
    if project.access == ServiceProject.Access.OPEN:
        text = _("The project is open, and this is a customer of the site.")
        for key in keys:
            told[key].append((Ground.OPEN, text))
    return told
