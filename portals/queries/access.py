"""Decides who may use which portal.

Whoever is active may use the portal of a project when one of these holds:

1. they are agent or admin of the project, or Jira admin of the site;
2. the project is open, and the site admits them: everybody where people need not
   sign in, every customer of the site, and every account that the site's customer
   access would let become one;
3. they were added to the project as a customer;
4. they are a member of a live organization that the project lets in.

portals.queries.access_reasons says the same of one person in words.
"""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from directories.models import Account, Member, RoleAssignment, Site
from directories.permissions import JIRA_APPS
from directories.queries.rights import in_force
from portals.models import (
    ApprovedDomain,
    Customer,
    ProjectCustomer,
    ProjectOrganization,
    ServiceProject,
    ServiceSettings,
)
from portals.queries.roles import roles_in

Role = RoleAssignment.Role


@dataclass(frozen=True)
class Visitor:
    """Somebody at a help center: a portal-only customer, an account, or neither.

    A customer with an account comes as that account: see `visitor_of`.
    """

    customer: Customer | None = None
    account: Account | None = None

    @property
    def is_known(self) -> bool:
        """Say whether the person signed in."""
        return self.customer is not None or self.account is not None

    @property
    def name(self) -> str:
        """Return the name to greet the person with."""
        person = self.customer or self.account
        return person.get_full_name() if person else ""

    @property
    def email(self) -> str:
        """Return the person's address."""
        person = self.customer or self.account
        return person.email if person else ""


ANYBODY = Visitor()


def visitor_of(customer: Customer) -> Visitor:
    """Return how a customer comes to the help center."""
    if customer.account_id is not None:
        return Visitor(account=customer.account)
    return Visitor(customer=customer)


def portals_of(visitor: Visitor, site: Site) -> QuerySet[ServiceProject]:
    """Return the projects of a site whose portals somebody may use, by one query."""
    projects = ServiceProject.objects.filter(site=site)
    if visitor.account is not None:
        return _of_account(projects, visitor.account, site)
    if visitor.customer is not None:
        rows = Customer.objects.filter(pk=visitor.customer.pk, site=site)
        active = rows.filter(status=Customer.Status.ACTIVE)
        is_open = Q(access=ServiceProject.Access.OPEN) & Q(Exists(active))
        return projects.filter(is_open | let_in(active))
    return projects.filter(
        Exists(open_door(site)),
        access=ServiceProject.Access.OPEN,
    )


def may_open(visitor: Visitor, project: ServiceProject) -> bool:
    """Say whether somebody may use the portal of a project."""
    return portals_of(visitor, project.site).filter(pk=project.pk).exists()


def let_in(customers: QuerySet[Customer]) -> Q:
    """Return the condition that a project lets one of a few customers in by name.

    The look-ups start at the customers and are made once for all projects of a site.
    """
    added = ProjectCustomer.objects.filter(customer__in=customers)
    attached = ProjectOrganization.objects.filter(
        organization__archived_at__isnull=True,
        organization__organization_members__customer__in=customers,
    )
    return Q(pk__in=added.values("project")) | Q(pk__in=attached.values("project"))


def _of_account(
    projects: QuerySet[ServiceProject], account: Account, site: Site
) -> QuerySet[ServiceProject]:
    if not account.is_active:
        return projects.none()
    suspended = Member.objects.filter(
        account=account,
        organization=site.organization_id,
        status=Member.Status.SUSPENDED,
    )
    rows = Customer.objects.filter(site=site, account=account)
    active = rows.filter(status=Customer.Status.ACTIVE)
    revoked = Exists(rows.filter(status=Customer.Status.REVOKED))
    roles = roles_in(site.organization_id).filter(account=account)
    works = Exists(roles.filter(project=OuterRef("pk"))) | Exists(
        jira_admin_rights(account, site)
    )
    admitted = Exists(active) | Exists(open_door(site)) | Exists(welcome(account, site))
    as_customer = let_in(active)
    open_to_all = Q(access=ServiceProject.Access.OPEN) & Q(admitted)
    return projects.filter(
        Q(works) | (~Q(revoked) & (open_to_all | as_customer)),
        ~Exists(suspended),
    )


def jira_admin_rights(account: Account, site: Site) -> QuerySet[RoleAssignment]:
    """Return the rights that make an account Jira admin of a site."""
    rights = RoleAssignment.objects.filter(
        Q(site=site) | Q(site__isnull=True),
        Q(role=Role.SITE_ADMIN) | Q(role=Role.APP_ADMIN, app__in=JIRA_APPS),
        organization=site.organization_id,
        account=account,
    )
    return in_force(rights)


def open_door(site: Site) -> QuerySet[ServiceSettings]:
    """Return the settings of a site if people need not sign in there."""
    return ServiceSettings.objects.filter(site=site, anonymous=True)


def welcome(account: Account, site: Site) -> QuerySet[ServiceSettings]:
    """Return the settings of a site if an account may become a customer by itself."""
    listed = ApprovedDomain.objects.filter(site=site, name=account.email_domain)
    internal = Exists(listed.filter(audience=ApprovedDomain.Audience.INTERNAL))
    external = Exists(listed.filter(audience=ApprovedDomain.Audience.EXTERNAL))
    by_sign_up = Q(sign_up=True, external_accounts=True)
    return ServiceSettings.objects.filter(
        (Q(internal_domains=True) & Q(internal))
        | (by_sign_up & (Q(external_domains_only=False) | Q(external))),
        site=site,
    )
