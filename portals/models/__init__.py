"""Tables of the portals app."""

from portals.models.customer import Customer
from portals.models.importing import CustomerImport, ImportLine
from portals.models.organization import (
    CustomerOrganization,
    OrganizationDomain,
    OrganizationMember,
)
from portals.models.project import (
    AttachRule,
    Detachment,
    ProjectCustomer,
    ProjectOrganization,
    ProjectRole,
    RequestType,
    ServiceProject,
)
from portals.models.provider import CustomerDirectory, RoutedDomain
from portals.models.result import ChangeResult
from portals.models.settings import ApprovedDomain, ServiceSettings

__all__ = [
    "ApprovedDomain",
    "AttachRule",
    "ChangeResult",
    "Customer",
    "CustomerDirectory",
    "CustomerImport",
    "CustomerOrganization",
    "Detachment",
    "ImportLine",
    "OrganizationDomain",
    "OrganizationMember",
    "ProjectCustomer",
    "ProjectOrganization",
    "ProjectRole",
    "RequestType",
    "RoutedDomain",
    "ServiceProject",
    "ServiceSettings",
]
