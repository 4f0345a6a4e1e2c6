"""What tests of customer provisioning share: pushes, and what came of them."""

from typing import Any

from directories.models import AuditEvent, GroupRecord, Job, UserRecord
from directories.tasks import run_job
from portals.models import Customer, CustomerDirectory, CustomerOrganization
from tests.scim.client import ScimClient, values

ANNA = "anna@client.example"
OTHER = "anna@elsewhere.example"


def emails(address: str) -> list[dict[str, object]]:
    """Return an address as SCIM has it."""
    return [{"value": address, "type": "work", "primary": True}]


def push(idp: ScimClient, address: str = ANNA, **more: object) -> Any:
    """Create a person of this address and return the user."""
    return idp.user(address, emails=emails(address), **more)


def change(idp: ScimClient, user: Any, **values: object) -> int:
    """Replace attributes of a user; return the status of the answer."""
    operations = [
        {"op": "replace", "path": name, "value": value}
        for name, value in values.items()
    ]
    return idp.patch(f"/Users/{user['id']}", operations).status_code


def customer(address: str = ANNA) -> Customer:
    """Return the customer of an address."""
    return Customer.objects.get(email_key=address.casefold())


def record(address: str = ANNA) -> UserRecord:
    """Return the record of a user name."""
    return UserRecord.objects.get(user_name_key=address.casefold())


def reasons(idp: ScimClient) -> list[str]:
    """Return the kinds of what the log holds."""
    return list(idp.log().values_list("kind", flat=True))


def events(one: Customer) -> list[str]:
    """Return what the history of a customer tells, in order."""
    found = AuditEvent.objects.filter(
        target_kind="customer", target_id=str(one.public_id)
    )
    return list(found.order_by("pk").values_list("action", flat=True))


def policy(idp: ScimClient, wanted: str) -> None:
    """Choose what becomes of a group whose name an organization has."""
    CustomerDirectory.objects.filter(directory=idp.directory).update(
        group_policy=wanted
    )


def organization(name: str = "Client") -> CustomerOrganization:
    """Return the live organization of a name."""
    return CustomerOrganization.objects.get(name=name, archived_at=None)


def people(name: str = "Client") -> set[str]:
    """Return the addresses of an organization's customers."""
    found = Customer.objects.filter(organizations=organization(name))
    return set(found.values_list("email", flat=True))


def record_of_group(name: str = "Client") -> GroupRecord:
    """Return the record of a group."""
    return GroupRecord.objects.get(display_name=name)


def rename(idp: ScimClient, group: Any, name: str) -> Any:
    """Give a group another name and return the answer."""
    operations = [{"op": "replace", "path": "displayName", "value": name}]
    return idp.patch(f"/Groups/{group['id']}", operations)


def members(idp: ScimClient, group: Any, op: str, *users: Any) -> None:
    """Add people to a group, or remove them."""
    ids = values(*(user["id"] for user in users))
    body = [{"op": op, "path": "members", "value": ids}]
    assert idp.patch(f"/Groups/{group['id']}", body).status_code in {200, 204}


def kinds_of(idp: ScimClient) -> list[str]:
    """Return the kinds of what the log holds."""
    return list(idp.log().values_list("kind", flat=True))


def work(job: Job) -> None:
    """Do a job."""
    run_job(job_id=str(job.pk))
