"""Two requests about the same customer or organization at the same moment."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Q
from django.utils import timezone

from directories.models import Site, UserRecord
from directories.services.audit import SYSTEM
from portals.models import Customer, CustomerOrganization, ServiceProject
from portals.services.customer_accounts import customers
from portals.services.customer_organizations import organizations
from portals.services.service_projects import attaching, project_customers, projects
from tests.factories.portals import (
    CustomerFactory,
    CustomerOrganizationFactory,
    ServiceProjectFactory,
)
from tests.portals.invariants import check_customers
from tests.portals.pushing import emails, push
from tests.provisioning.test_races import at_once
from tests.scim.client import PATCH_SCHEMA, ScimClient, values

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ROUNDS = 12


def sending(idp: ScimClient, method: str, path: str, body: Any) -> Callable[[], None]:
    """Return what sends a request and takes every answer but a failure of ours."""

    def send() -> None:
        # A client of its own: that of the other thread may be in use.
        mine = ScimClient(idp.directory, idp.key)
        answer = mine.request(method, path, body)
        assert answer.status_code < 500, answer.content

    return send


def patching(idp: ScimClient, path: str, *operations: Any) -> Callable[[], None]:
    """Return what sends a PATCH."""
    body = {"schemas": [PATCH_SCHEMA], "Operations": list(operations)}
    return sending(idp, "PATCH", path, body)


def activating(idp: ScimClient, user: Any, *, active: bool) -> Callable[[], None]:
    """Return what activates or deactivates somebody."""
    operation = {"op": "replace", "path": "active", "value": active}
    return patching(idp, f"/Users/{user['id']}", operation)


def adding(idp: ScimClient, group: Any, *users: Any) -> Callable[[], None]:
    """Return what adds people to a group."""
    ids = values(*(user["id"] for user in users))
    operation = {"op": "add", "path": "members", "value": ids}
    return patching(idp, f"/Groups/{group['id']}", operation)


def test_a_customer_has_access_exactly_when_the_record_is_active(
    idp: ScimClient,
) -> None:
    """The last push counts, whichever that was."""
    user = push(idp)
    for _ in range(ROUNDS):
        at_once(activating(idp, user, active=True), activating(idp, user, active=False))
        assert Customer.objects.get().is_active == UserRecord.objects.get().active


def test_two_pushes_of_one_address_make_one_customer(
    idp: ScimClient, second_idp: ScimClient, site: Site
) -> None:
    """Of two directories, and beside an admin who adds the customer by hand."""
    idp.directory.customer_directory.delete()
    for number in range(ROUNDS):
        address = f"anna{number}@client.example"
        body = {"userName": address, "emails": emails(address)}

        def invite(address: str = address) -> None:
            try:
                customers.create_customer(
                    site,
                    email=address,
                    name="Anna",
                    source=Customer.Source.INVITED,
                    by=SYSTEM,
                    now=timezone.now(),
                )
            except customers.EmailTakenError:
                return

        at_once(
            sending(idp, "POST", "/Users", body),
            sending(second_idp, "POST", "/Users", body),
            invite,
        )
        one = Customer.objects.get(email_key=address)
        assert UserRecord.objects.filter(user_name_key=address).count() == 1
        assert one.record is not None
        check_customers()


def test_who_is_linked_while_joining_a_group_is_in_the_organization(
    idp: ScimClient,
) -> None:
    """The person gets an address, and the group gets the person."""
    for number in range(ROUNDS):
        user = idp.user(f"anna{number}")
        group = idp.group(f"Client {number}")
        address = {
            "op": "add",
            "path": "emails",
            "value": emails(f"{number}@c.example"),
        }
        at_once(
            patching(idp, f"/Users/{user['id']}", address), adding(idp, group, user)
        )
        assert CustomerOrganization.objects.get(name=f"Client {number}").member_count
        check_customers()


def test_counts_stay_exact_whoever_changes_an_organization(
    idp: ScimClient, site: Site
) -> None:
    """Admins, providers and the end of customers at once."""
    user, other = push(idp, "a@c.example"), push(idp, "b@c.example")
    group = idp.group("Client", user["id"])
    local = CustomerOrganizationFactory.create(
        site=site, name="Local", name_key="local"
    )
    for number in range(ROUNDS):
        gone = CustomerFactory.create(site=site, email=f"x{number}@c.example")
        keys = list(Customer.objects.values_list("pk", flat=True))
        at_once(
            lambda keys=keys: organizations.add_people(  # type: ignore[misc]
                local, keys, by=SYSTEM, now=timezone.now()
            ),
            lambda gone=gone: customers.delete_customer(  # type: ignore[misc]
                gone, by=SYSTEM, now=timezone.now()
            ),
            adding(idp, group, other),
            activating(idp, other, active=bool(number % 2)),
        )
        check_customers()
        inside = Q(organization_members__organization=local)
        organizations.remove_people(
            local,
            list(Customer.objects.filter(inside).values_list("pk", flat=True)),
            by=SYSTEM,
            now=timezone.now(),
        )


def test_a_name_is_one_organization_whoever_makes_it(
    idp: ScimClient, site: Site
) -> None:
    """The provider and an admin at once: the admin's is in the way, or too late."""
    for number in range(ROUNDS):
        name = f"Client {number}"

        def make(name: str = name) -> None:
            try:
                organizations.create_organization(
                    site, name=name, by=SYSTEM, now=timezone.now()
                )
            except organizations.NameTakenError:
                return

        at_once(sending(idp, "POST", "/Groups", {"displayName": name}), make)
        assert CustomerOrganization.objects.filter(name=name).count() == 1
        check_customers()


def test_what_goes_while_it_is_tied_to_a_project_fails_nobody(site: Site) -> None:
    """A customer, or the project itself, is deleted at the very moment."""
    failures: list[Exception] = []

    def trying(call: Callable[..., object], *about: object) -> Callable[[], None]:
        def tried() -> None:
            try:
                call(*about, by=SYSTEM, now=timezone.now())
            except Exception as error:  # noqa: BLE001 - told below, by its own thread
                failures.append(error)

        return tried

    project = ServiceProjectFactory.create(site=site)
    for _ in range(ROUNDS):
        anna = CustomerFactory.create(site=site)
        at_once(
            trying(customers.delete_customer, anna),
            trying(project_customers.add_customers, project, [anna.pk]),
        )
        bo, place = (
            CustomerFactory.create(site=site),
            ServiceProjectFactory.create(site=site),
        )
        client = CustomerOrganizationFactory.create(site=site)
        same = ServiceProject.objects.get(pk=place.pk)
        at_once(
            trying(projects.delete_project, place),
            trying(project_customers.add_customers, same, [bo.pk]),
            trying(attaching.attach, same, [client.pk]),
        )
    assert failures == []
