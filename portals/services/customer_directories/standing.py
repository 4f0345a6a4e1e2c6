"""Says which directory may push a customer of an address, and whose people it has."""

from dataclasses import dataclass
from uuid import UUID

from directories import dialect
from directories.folding import domain_of
from directories.models import Account, Directory, Domain, UserRecord
from portals.models import CustomerDirectory, RoutedDomain

ROUTED = RoutedDomain._meta.db_table
RULES = CustomerDirectory._meta.db_table
DOMAIN = Domain._meta.db_table
ACCOUNT = Account._meta.db_table


@dataclass(frozen=True)
class Standing:
    """Where the customers of an address belong.

    `belongs_to` is the directory that its domain is routed to, or else the default one
    of the site; None where the site has none. `routed` says that it is by the domain.
    `is_employee` says that the organization has verified the domain and that there is
    an account of the address.
    """

    belongs_to: UUID | None
    routed: bool
    is_employee: bool

    def is_elsewhere(self, directory: Directory) -> bool:
        """Say whether another directory is to push the customer."""
        return self.belongs_to not in {None, directory.pk}


def standing_of(record: UserRecord) -> Standing:
    """Return where the customer of a record's address belongs, by one statement."""
    domain = domain_of(record.email)
    site = dialect.uuid_parameter(record.directory.site_id or UUID(int=0))
    ((routed, default, employee),) = dialect.rows(
        f"SELECT (SELECT directory_id FROM {ROUTED}"  # noqa: S608
        " WHERE site_id = %s AND name = %s),"
        f" (SELECT directory_id FROM {RULES} WHERE site_id = %s AND is_default),"
        f" EXISTS (SELECT 1 FROM {DOMAIN} WHERE name = %s AND organization_id = %s"
        " AND verified_at IS NOT NULL)"
        f" AND EXISTS (SELECT 1 FROM {ACCOUNT} WHERE email_key = %s)",
        [
            site,
            domain,
            site,
            domain,
            dialect.uuid_parameter(record.organization_id),
            record.email_key,
        ],
    )
    owner = routed or default
    return Standing(
        belongs_to=UUID(str(owner)) if owner else None,
        routed=bool(routed),
        is_employee=bool(employee),
    )
