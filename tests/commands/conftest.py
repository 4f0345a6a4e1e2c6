"""A directory of a live server, its SCIM base URL with a key, and a client."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from directories.demonstration.client import ScimClient
from directories.models import Directory
from directories.services.api_keys import create_api_key
from directories.services.audit import SYSTEM
from directories.services.directories import add_directory, set_up_provisioning
from directories.services.organizations import add_domain, create_organization


@pytest.fixture
def directory(transactional_db: None) -> Directory:
    """Return a directory that is set up; acme.example is verified."""
    now = timezone.now()
    organization = create_organization(name="Acme", now=now)
    add_domain(organization, name="acme.example", verified=True, now=now)
    made = add_directory(
        organization=organization, provider="okta", name="Okta", by=SYSTEM, now=now
    )
    set_up_provisioning(directory=made, by=SYSTEM, now=now)
    return made


@pytest.fixture
def address(directory: Directory, live_server: Any) -> tuple[str, str]:
    """Return the SCIM base URL of the directory and a key."""
    _, key = create_api_key(directory=directory, by=SYSTEM, now=timezone.now())
    return f"{live_server.url}/scim/directory/{directory.pk}", key


@pytest.fixture
def client(address: tuple[str, str]) -> Iterator[ScimClient]:
    """Return a client of the directory that never pauses."""
    with ScimClient(*address, sleep=lambda seconds: None) as made:
        yield made
