"""Says in words why somebody may use a portal, or why not.

It goes by the rules of portals.queries.access, one after the other.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet, TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directories.models import Member, Site
from portals.models import (
    ApprovedDomain,
    Customer,
    OrganizationMember,
    ProjectCustomer,
    ProjectOrganization,
    ServiceProject,
)
from portals.queries.access import (
    Visitor,
    jira_admin_rights,
    open_door,
    portals_of,
    welcome,
)
from portals.queries.roles import roles_in

# Of more organizations than these, the first by name are named.
ORGANIZATIONS_NAMED = 20


class Ground(TextChoices):
    """What a portal is open or closed for, as lists filter by it."""

    PROJECT_ROLE = "project_role", gettext_lazy("Works in the project")
    JIRA_ADMIN = "jira_admin", gettext_lazy("Jira admin")
    OPEN = "open", gettext_lazy("The project is open")
    ADDED = "added", gettext_lazy("Added to the project")
    ORGANIZATION = "organization", gettext_lazy("Member of an organization")
    REVOKED = "revoked", gettext_lazy("Access revoked")
    DEACTIVATED = "deactivated", gettext_lazy("Account deactivated")
    SUSPENDED = "suspended", gettext_lazy("Account suspended")
    OTHER_SITE = "other_site", gettext_lazy("Customer of another site")
    NOT_ADMITTED = "not_admitted", gettext_lazy("Not admitted to open projects")
    NOT_INVITED = "not_invited", gettext_lazy("The project is restricted")


OPENING = {
    Ground.PROJECT_ROLE,
    Ground.JIRA_ADMIN,
    Ground.OPEN,
    Ground.ADDED,
    Ground.ORGANIZATION,
}


@dataclass(frozen=True)
class Reason:
    """One reason, in a sentence; `organization` and `since` where there are any."""

    ground: Ground
    text: str
    organization: ProjectOrganization | None = None
    since: datetime | None = None

    @property
    def opens(self) -> bool:
        """Say whether this lets the person in."""
        return self.ground in OPENING


def why(visitor: Visitor, project: ServiceProject) -> list[Reason]:
    """Return each reason for which a portal is open to somebody, or why it is not."""
    return reasons_for(visitor, project.site, [project])[project.pk]


def portals_with_reasons(
    visitor: Visitor, site: Site
) -> list[tuple[ServiceProject, list[Reason]]]:
    """Return the portals that somebody may use, each with its reasons."""
    projects = list(portals_of(visitor, site).order_by("name_key", "pk"))
    reasons = reasons_for(visitor, site, projects)
    return [(project, reasons[project.pk]) for project in projects]


def barrier(visitor: Visitor, site: Site) -> Reason | None:
    """Return why somebody may use no portal of a site at all, whatever it lets in.

    Who works there may use portals all the same.
    """
    stop = _stopped(visitor, site)
    if stop is not None:
        return stop
    customer = _row(visitor, site)
    return _revoked(customer) if customer and not customer.is_active else None


def reasons_for(
    visitor: Visitor, site: Site, projects: Iterable[ServiceProject]
) -> dict[int, list[Reason]]:
    """Return the reasons for several projects of a site, by their numbers."""
    projects = list(projects)
    numbers = [project.pk for project in projects]
    stop = _stopped(visitor, site)
    if stop is not None:
        return {number: [stop] for number in numbers}
    found: dict[int, list[Reason]] = defaultdict(list)
    customer = _row(visitor, site)
    if visitor.account is not None:
        _add_work(found, visitor, site, numbers)
    revoked = customer is not None and not customer.is_active
    if customer is not None and not revoked:
        _add_invitations(found, customer, numbers)
    admitted = None if revoked else _admission(visitor, customer, site)
    for project in projects:
        is_open = project.access == ServiceProject.Access.OPEN
        if is_open and admitted:
            found[project.pk].append(Reason(Ground.OPEN, admitted))
        if not found[project.pk]:
            refusal = _revoked(customer) if customer and revoked else _closed(project)
            found[project.pk].append(refusal)
    return found


def _stopped(visitor: Visitor, site: Site) -> Reason | None:
    """Return why the person may use no portal at all, if that is so."""
    if visitor.customer is not None and visitor.customer.site_id != site.pk:
        text = _("This is a customer of another site, and of no project here.")
        return Reason(Ground.OTHER_SITE, text)
    if visitor.account is None:
        return None
    if not visitor.account.is_active:
        return Reason(Ground.DEACTIVATED, _("The account is deactivated."))
    suspended = Member.objects.filter(
        account=visitor.account,
        organization=site.organization_id,
        status=Member.Status.SUSPENDED,
    )
    if suspended.exists():
        return Reason(
            Ground.SUSPENDED, _("The account is suspended in this organization.")
        )
    return None


def _revoked(customer: Customer) -> Reason:
    by_provider = customer.revoked_by == Customer.RevokedBy.PROVIDER
    if by_provider:
        text = _("Access is revoked: the identity provider deactivated the customer.")
    else:
        text = _(
            "Access is revoked: an admin took it, and only an admin gives it back."
        )
    return Reason(Ground.REVOKED, text)


def _row(visitor: Visitor, site: Site) -> Customer | None:
    if visitor.account is None:
        return visitor.customer
    return Customer.objects.filter(site=site, account=visitor.account).first()


def _add_work(
    found: dict[int, list[Reason]], visitor: Visitor, site: Site, numbers: list[int]
) -> None:
    account = visitor.account
    roles = roles_in(site.organization_id).filter(project__in=numbers, account=account)
    for role in roles:
        text = _("%(role)s of the project.") % {"role": role.get_role_display()}
        reason = Reason(Ground.PROJECT_ROLE, text, since=role.created_at)
        found[role.project_id].append(reason)
    if account is not None and jira_admin_rights(account, site).exists():
        text = _("Jira admin of %(site)s.") % {"site": site.name}
        for number in numbers:
            found[number].append(Reason(Ground.JIRA_ADMIN, text))


def _add_invitations(
    found: dict[int, list[Reason]], customer: Customer, numbers: list[int]
) -> None:
    added = ProjectCustomer.objects.filter(customer=customer, project__in=numbers)
    for row in added:
        text = _("Added to the project by %(by)s.") % {"by": row.added_by}
        found[row.project_id].append(Reason(Ground.ADDED, text, since=row.added_at))
    origins = {
        each.organization_id: each
        for each in OrganizationMember.objects.filter(customer=customer)
    }
    named: dict[int, int] = defaultdict(int)
    for place in _places(customer, numbers):
        named[place.project_id] += 1
        if named[place.project_id] <= ORGANIZATIONS_NAMED:
            origin = origins.get(place.organization_id)
            found[place.project_id].append(_membership(place, origin))


def _places(customer: Customer, numbers: list[int]) -> QuerySet[ProjectOrganization]:
    return (
        ProjectOrganization.objects.filter(
            project__in=numbers,
            organization__archived_at__isnull=True,
            organization__organization_members__customer=customer,
        )
        .select_related("organization")
        .only("project", "rule", "added_at", "added_by", "organization__name")
        .order_by("organization__name_key", "pk")
    )


def _membership(
    place: ProjectOrganization, origin: OrganizationMember | None
) -> Reason:
    words = {
        "organization": place.organization.name,
        "by": place.added_by,
        "origin": _origin(origin),
    }
    if place.rule_id is not None:
        text = _(
            "Member of %(organization)s (%(origin)s), which an attach rule added to "
            "the project."
        )
    else:
        text = _(
            "Member of %(organization)s (%(origin)s), which %(by)s added to the "
            "project."
        )
    return Reason(Ground.ORGANIZATION, text % words, place, place.added_at)


def _origin(row: OrganizationMember | None) -> str:
    if row is None:
        return ""
    origins = []
    if row.synced:
        origins.append(_("synced"))
    if row.by_domain:
        origins.append(_("by email domain"))
    if row.manual:
        origins.append(_("added by hand"))
    return ", ".join(origins)


def _admission(visitor: Visitor, customer: Customer | None, site: Site) -> str:
    """Return why the site admits the person to its open projects, "" if it does not."""
    if customer is not None:
        return _("The project is open, and this is a customer of the site.")
    if open_door(site).exists():
        return _("The project is open, and people need not sign in on this site.")
    if visitor.account is None or not welcome(visitor.account, site).exists():
        return ""
    domain = visitor.account.email_domain
    listed = ApprovedDomain.objects.filter(site=site, name=domain)
    if listed.exists():
        text = _(
            "The project is open, and %(domain)s is an approved domain of the site."
        )
        return text % {"domain": domain}
    return _("The project is open, and everybody may sign up on this site.")


def _closed(project: ServiceProject) -> Reason:
    if project.access == ServiceProject.Access.OPEN:
        text = _(
            "The project is open, but customer access of %(site)s does not admit this "
            "person."
        )
        return Reason(Ground.NOT_ADMITTED, text % {"site": project.site.name})
    return Reason(
        Ground.NOT_INVITED,
        _(
            "The project is restricted: the person was not added to it, and is in no "
            "organization that it lets in."
        ),
    )
