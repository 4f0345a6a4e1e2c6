"""What tests of documented behaviours share: a pushing provider, a console."""

from typing import Any

from django.test import Client
from django.urls import reverse

from directories.models import Account, Directory, Member
from provisioning.models import Group
from tests.factories.directories import AccountFactory, MemberFactory
from tests.factories.provisioning import GroupFactory, GroupMemberFactory
from tests.pages.provisioning.reading import main_of
from tests.scim.client import ScimClient


def email_of(address: str) -> list[dict[str, object]]:
    """Return an address as the e-mails of a SCIM user."""
    return [{"value": address, "type": "work", "primary": True}]


def push(scim: ScimClient, address: str, **more: object) -> Any:
    """Create a user with this address and return it."""
    return scim.user(address, emails=email_of(address), **more)


def replace(path: str, value: object) -> list[dict[str, object]]:
    """Return the operations that replace one attribute."""
    return [{"op": "replace", "path": path, "value": value}]


def person_page(console: Client, address: str) -> str:
    """Return the words of a person's page."""
    account = Account.objects.get(email_key=address)
    url = reverse("provisioning:user-detail", args=[account.public_id])
    return main_of(console.get(url))


def log_page(console: Client, directory: Directory) -> str:
    """Return the words of a directory's troubleshooting log."""
    url = reverse("directories:troubleshooting-log", args=[directory.pk])
    return main_of(console.get(url))


def member_of(address: str) -> Member:
    """Return the place of a person in the organization."""
    return Member.objects.get(account__email_key=address)


def account_of(address: str) -> Account:
    """Return the account of an address."""
    return Account.objects.get(email_key=address)


def local_group(organization: Any, name: str, *addresses: str) -> Group:
    """Make a local group of new local people."""
    group = GroupFactory.create(organization=organization, name=name)
    for address in addresses:
        account = AccountFactory.create(email=address)
        MemberFactory.create(organization=organization, account=account)
        GroupMemberFactory.create(group=group, account=account)
    return group
