"""A directory that is set up, and a client that speaks SCIM to it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from django.apps import apps

from directories.models import (
    ApiKey,
    Directory,
    RequestEntry,
    TroubleshootingEntry,
)
from tests.factories.portals import CustomerDirectoryFactory
from tests.scim.client import (
    ScimClient,
    add_client,
    add_organization,
    customer_client,
)

# What every request may write: the logs, and when the key was last used.
ALWAYS_WRITTEN = (ApiKey, Directory, RequestEntry, TroubleshootingEntry)


@pytest.fixture
def scim(db: None) -> ScimClient:
    """Return the client of an empty directory; example.com and .org are verified."""
    return add_client(
        add_organization("Acme", "example.com", "example.org"), "Okta of Acme"
    )


@pytest.fixture
def second(scim: ScimClient) -> ScimClient:
    """Return the client of another directory of the same organization."""
    return add_client(scim.directory.organization, "Second directory of Acme")


@pytest.fixture
def customer_scim(db: None) -> ScimClient:
    """Return the client of the customer directory of a site."""
    return customer_client(CustomerDirectoryFactory.create(name="Okta of clients"))


@pytest.fixture
def stranger(db: None) -> ScimClient:
    """Return the client of a directory of another organization."""
    return add_client(add_organization("Globex", "globex.example"), "Okta of Globex")


@pytest.fixture
def nothing_written(db: None) -> Callable[[], AbstractContextManager[None]]:
    """Return a context in which no row of any table may come, go or change."""
    return unchanged


@contextmanager
def unchanged() -> Iterator[None]:
    before = everything()
    yield
    assert everything() == before


def everything() -> dict[str, list[dict[str, Any]]]:
    """Return all rows of all tables of the project but the ones always written."""
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values())
        for app in ("directories", "provisioning", "portals")
        for model in apps.get_app_config(app).get_models()
        if model not in ALWAYS_WRITTEN
    }


@pytest.fixture
def guarded(scim):
    """Return a function that sets the guard's rule and returns the client."""

    def guarded(*, percent=20, least=3, on=True):
        scim.directory.guard_percent = percent
        scim.directory.guard_least = least
        scim.directory.guard_on = on
        scim.directory.save()
        return scim

    return guarded
