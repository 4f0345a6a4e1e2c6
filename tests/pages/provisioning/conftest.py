"""An organization with an admin who is signed in."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from directories.models import Account, Directory, Organization, RoleAssignment
from tests.factories.directories import (
    AccountFactory,
    DirectoryFactory,
    MemberFactory,
    OrganizationFactory,
    RoleAssignmentFactory,
)

WRITES = ("INSERT", "UPDATE", "DELETE")


@pytest.fixture
def organization(db: None) -> Organization:
    return OrganizationFactory.create(name="Acme")


@pytest.fixture
def admin(organization: Organization) -> Account:
    account = AccountFactory.create(name="Ada Admin", email="ada@acme.example")
    MemberFactory.create(organization=organization, account=account)
    RoleAssignmentFactory.create(organization=organization, account=account)
    return account


@pytest.fixture
def console(admin: Account) -> Client:
    """Return a client signed in as organization admin."""
    client = Client()
    client.force_login(admin)
    return client


@pytest.fixture
def site_admin(organization: Organization) -> Client:
    """Return a client signed in as somebody who may only look."""
    assignment = RoleAssignmentFactory.create(
        organization=organization, role=RoleAssignment.Role.SITE_ADMIN
    )
    client = Client()
    client.force_login(assignment.account)
    return client


@pytest.fixture
def okta(organization: Organization) -> Directory:
    return DirectoryFactory.create(organization=organization, name="Okta prod")


@pytest.fixture
def no_writes() -> Callable[[], AbstractContextManager[None]]:
    """Return a context in which any write but the session's fails the test."""

    def refuse(
        execute: Callable[..., Any], sql: str, params: Any, many: Any, context: Any
    ) -> Any:
        if sql.lstrip().upper().startswith(WRITES):
            assert "django_session" in sql, sql
        return execute(sql, params, many, context)

    @contextmanager
    def guarded() -> Iterator[None]:
        with connection.execute_wrapper(refuse):
            yield

    return guarded
