"""Why a pushed customer or organization is refused, in words for client and admin."""

from django.utils.translation import gettext as _

from directories.consumers import RefusedError
from directories.findings import Refusal
from directories.folding import domain_of
from directories.models import Directory, GroupRecord, UserRecord
from portals.models import Customer, CustomerOrganization
from portals.services.customer_directories.standing import Standing


def of_other_directory(record: UserRecord, holder: Customer) -> RefusedError:
    """Return the refusal of somebody whom another directory owns."""
    owner = holder.directory.name if holder.directory else holder.former_directory
    return _person(
        record,
        Refusal.CUSTOMER_OF_OTHER_DIRECTORY,
        _(
            "The directory {directory} already syncs the customer {email}. Remove the "
            "person from one of the two identity providers."
        ).format(directory=owner, email=holder.email),
    )


def of_routing(record: UserRecord, standing: Standing) -> RefusedError:
    """Return the refusal of somebody whose address belongs to another directory."""
    owners = Directory.objects.filter(pk__in=[standing.belongs_to])
    name = owners.values_list("name", flat=True).first()
    words = {
        "domain": domain_of(record.email),
        "directory": name or "",
    }
    if standing.routed:
        text = _(
            "Customers of {domain} belong to the directory {directory}. Push the "
            "person from there, or change under Identity providers which directory "
            "the domain belongs to."
        )
    else:
        text = _(
            "{domain} belongs to no directory, so its customers come from the default "
            "one, {directory}. Push the person from there, or let the domain belong "
            "to this directory under Identity providers."
        )
    return _person(record, Refusal.CUSTOMER_ROUTED_ELSEWHERE, text.format(**words))


def of_address(record: UserRecord, holder: Customer | None) -> RefusedError:
    """Return the refusal of a new address that another customer has."""
    name = holder.get_full_name() if holder else record.email
    return _person(
        record,
        Refusal.CUSTOMER_EMAIL_TAKEN,
        _(
            "The customer {name} of this site already has this address. Change the "
            "address of that customer or delete it, then push the person again."
        ).format(name=name),
    )


def of_other_group(record: GroupRecord, holder: CustomerOrganization) -> RefusedError:
    """Return the refusal of a name that another synced organization has."""
    owner = holder.directory.name if holder.directory else ""
    return _group(
        record,
        Refusal.ORGANIZATION_OF_OTHER_DIRECTORY,
        _(
            "The directory {directory} already syncs an organization of this name. "
            "Rename the group in one of the two identity providers."
        ).format(directory=owner),
    )


def of_name(record: GroupRecord) -> RefusedError:
    """Return the refusal of a name that an organization of the site has."""
    return _group(
        record,
        Refusal.ORGANIZATION_SAME_NAME,
        _(
            "An organization of this site already has this name. Rename the group or "
            "the organization."
        ),
    )


def _person(record: UserRecord, kind: Refusal, advice: str) -> RefusedError:
    text = f"Resource [USER]: with email[{record.email}] already exists."
    return RefusedError(text, kind=kind, name=record.user_name, advice=advice)


def _group(record: GroupRecord, kind: Refusal, advice: str) -> RefusedError:
    text = f"Resource [GROUP]: with displayName[{record.display_name}] already exists."
    return RefusedError(text, kind=kind, name=record.display_name, advice=advice)
