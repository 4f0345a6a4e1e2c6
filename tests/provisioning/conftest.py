"""An organization and an identity provider that pushes into it."""

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from directories.models import Account, Directory, Organization
from directories.services import audit, directories
from provisioning.models import Group
from tests.factories.directories import (
    AccountFactory,
    DomainFactory,
    MemberFactory,
    OrganizationFactory,
    RoleAssignmentFactory,
)
from tests.scim.client import ScimClient, add_client, add_organization


class Provider:
    """An identity provider with the key of one directory."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        _, self.key = directories.set_up_provisioning(
            directory=directory, by=audit.SYSTEM, now=timezone.now()
        )
        self.client = Client(raise_request_exception=True)

    def send(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request with the key."""
        return self.client.generic(
            method,
            f"/scim/directory/{self.directory.pk}{path}",
            "" if body is None else json.dumps(body),
            content_type="application/scim+json",
            headers={"authorization": f"Bearer {self.key}"},
        )

    def push(self, email: str, **attributes: Any) -> Any:
        """Create a person and return the user."""
        answer = self.send("POST", "/Users", person(email, **attributes))
        assert answer.status_code == 201, answer.content
        return answer.json()

    def change(self, user: Any, **attributes: Any) -> Any:
        """Set attributes of a person and return the user."""
        operations = [
            {"op": "replace", "path": name, "value": value}
            for name, value in attributes.items()
        ]
        answer = self.send("PATCH", f"/Users/{user['id']}", {"Operations": operations})
        assert answer.status_code == 200, answer.content
        return answer.json()

    def move(self, user: Any, email: str) -> Any:
        """Give a person another address."""
        return self.change(user, emails=[{"value": email, "primary": True}])

    def group(self, name: str, *users: Any) -> Any:
        """Create a group with members and return it."""
        members = [{"value": user["id"]} for user in users]
        answer = self.send("POST", "/Groups", {"displayName": name, "members": members})
        assert answer.status_code == 201, answer.content
        return answer.json()

    def members(self, group: Any, op: str, *users: Any) -> None:
        """Add or remove members."""
        value = [{"value": user["id"]} for user in users]
        body = {"Operations": [{"op": op, "path": "members", "value": value}]}
        answer = self.send("PATCH", f"/Groups/{group['id']}", body)
        assert answer.status_code in {200, 204}, answer.content


def person(email: str, **attributes: Any) -> dict[str, Any]:
    return {
        "userName": email,
        "emails": [{"value": email, "type": "work", "primary": True}],
        "displayName": email.partition("@")[0].title(),
        **attributes,
    }


def account(email: str) -> Account:
    return Account.objects.get(email_key=email.casefold())


def people_in(name: str) -> set[str]:
    """Return the addresses of a group's members."""
    return set(Group.objects.get(name=name).members.values_list("email", flat=True))


@pytest.fixture
def organization() -> Organization:
    """Return an organization that has verified example.com only."""
    organization = OrganizationFactory.create()
    DomainFactory.create(organization=organization, name="example.com")
    return organization


def provider_of(organization: Organization, name: str = "Okta") -> Provider:
    directory = directories.add_directory(
        organization=organization,
        provider=Directory.Provider.OKTA,
        name=name,
        by=audit.SYSTEM,
        now=timezone.now(),
    )
    return Provider(directory)


@pytest.fixture
def idp(organization: Organization) -> Provider:
    return provider_of(organization)


@pytest.fixture
def scim(db: None) -> ScimClient:
    return add_client(add_organization("Acme", "example.com"), "Okta of Acme")


@pytest.fixture
def console(scim: ScimClient) -> Client:
    """Return a client signed in as an admin who comes from no provider."""
    admin = AccountFactory.create(email="root@acme.example")
    organization = scim.directory.organization
    MemberFactory.create(organization=organization, account=admin)
    RoleAssignmentFactory.create(organization=organization, account=admin)
    client = Client()
    client.force_login(admin)
    return client
