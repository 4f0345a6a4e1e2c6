"""A directory of a live server, its SCIM base URL with a key, and a client."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

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


@pytest.fixture
def place(
    transactional_db: None,
    live_server: Any,
    settings: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """Return DATA_DIR; the sample company and its customers are three each."""
    few = tmp_path / "company.csv"
    few.write_text(
        "user_name,email,groups\n"
        "priya.natarajan@meridian.example,priya.natarajan@meridian.example,Design\n"
        "tomas.lindgren@meridian.example,tomas.lindgren@meridian.example,Sales\n"
        "new.person@meridian.example,new.person@meridian.example,Sales\n"
    )
    monkeypatch.setattr("portals.management.commands.demo.COMPANY", few)
    clients = tmp_path / "customers.csv"
    clients.write_text(
        "user_name,email,groups,active\n"
        "mara.lind@lakeside-clinic.example,mara.lind@lakeside-clinic.example,"
        "Lakeside Clinic;Harbor Books,true\n"
        "zofia.nunes@tern-logistics.example,zofia.nunes@tern-logistics.example,,false\n"
        "new.client@harbor-books.example,new.client@harbor-books.example,"
        "Harbor Books,true\n"
    )
    monkeypatch.setattr("portals.management.commands.demo.CUSTOMERS", clients)
    settings.DATA_DIR = tmp_path
    settings.BASE_URL = live_server.url
    settings.PORT = urlsplit(live_server.url).port
    return tmp_path
