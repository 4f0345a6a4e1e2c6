"""The same organization and admin as the other console pages have."""

import pytest
from django.test import Client

from directories.models import Account, Directory, Organization
from tests.factories.directories import (
    AccountFactory,
    ApiKeyFactory,
    DirectoryFactory,
    OrganizationFactory,
)
from tests.pages.provisioning.conftest import (
    admin,
    console,
    no_writes,
    okta,
    organization,
    site_admin,
)

__all__ = ["admin", "console", "no_writes", "okta", "organization", "site_admin"]


@pytest.fixture
def fresh(organization: Organization) -> Directory:
    """Return a directory that is not set up yet."""
    return DirectoryFactory.create(
        organization=organization, name="Okta new", fresh=True
    )


@pytest.fixture
def foreign(db: None) -> Directory:
    """Return a directory of another organization."""
    directory = DirectoryFactory.create(organization=OrganizationFactory.create())
    ApiKeyFactory.create(directory=directory)
    return directory


@pytest.fixture
def person(db: None) -> Account:
    """Return somebody with a password and without any admin right."""
    account = AccountFactory.create(name="Pat Person", email="pat@acme.example")
    account.set_password("a long old password")
    account.save()
    return account


@pytest.fixture
def stranger() -> Client:
    """Return a client that is not signed in."""
    return Client()
