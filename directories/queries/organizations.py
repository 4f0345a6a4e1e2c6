"""Reads about organizations and who belongs to them."""

from django.db.models import Count, Q, QuerySet

from directories.models import Account, Domain, Organization
from directories.queries.rights import in_force


def organizations_of(account: Account) -> QuerySet[Organization]:
    """Return the organizations the account is a member or an admin of."""
    return (
        Organization.objects.filter(
            Q(members__account=account) | Q(role_assignments__account=account)
        )
        .distinct()
        .order_by("created_at", "pk")
    )


def administered_by(account: Account) -> QuerySet[Organization]:
    """Return the organizations in which the account holds an admin right."""
    return (
        Organization.objects.filter(
            role_assignments__in=in_force(account.role_assignments.all())
        )
        .distinct()
        .order_by("name", "pk")
    )


def domains_of(organization: Organization) -> QuerySet[Domain]:
    """Return the mail domains with the directories they are linked to."""
    return organization.domains.select_related("directory").order_by("name", "pk")


def verified_domains_of(organization: Organization) -> QuerySet[Domain]:
    """Return the domains that are proven to be the organization's."""
    return domains_of(organization).filter(verified_at__isnull=False)


def people_by_role(organization: Organization) -> dict[str, int]:
    """Count the people who hold each admin right, whatever its source."""
    held = in_force(organization.role_assignments.all())
    rights = held.order_by("role").values_list("role")
    return dict(rights.annotate(people=Count("account", distinct=True)))
