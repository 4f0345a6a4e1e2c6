"""Finds the demonstration organization, its directories, and ways into them."""

import json
import os
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from directories.demonstration.client import ScimClient
from directories.models import Directory, Organization
from directories.services import api_keys
from directories.services.audit import SYSTEM
from directories.services.directories import set_up_provisioning

COMPANY = Directory.Provider.OKTA


class ForeignDatabaseError(Exception):
    """The database has no tables yet, or organizations that `make run` did not make."""


def find_organization() -> Organization | None:
    """Return the demonstration organization; None in a database without any one.

    Raises ForeignDatabaseError rather than touching somebody's real data.
    """
    if Organization._meta.db_table not in connection.introspection.table_names():
        raise ForeignDatabaseError
    marked = Organization.objects.exclude(demonstration="")
    organization = marked.order_by("created_at", "pk").first()
    if organization is None and Organization.objects.exists():
        raise ForeignDatabaseError
    return organization


def find_directory(organization: Organization, provider: str) -> Directory | None:
    """Return the first directory of a provider, which nobody can rename away."""
    found = organization.directories.filter(
        kind=Directory.Kind.ORGANIZATION, provider=provider
    )
    return found.order_by("created_at", "pk").first()


def working_key(directory: Directory, kept: str, now: datetime) -> str:
    """Return the kept key if it still opens the directory, else a new one.

    A directory that is not set up is set up; one that is being emptied cannot
    be: "".
    """
    try:
        api_keys.open_directory(directory_id=directory.pk, text=kept, now=now)
    except (api_keys.WrongKeyError, api_keys.ExpiredKeyError):
        return new_key(directory, now)
    return kept


def new_key(directory: Directory, now: datetime) -> str:
    """Return one more key of a directory, set up if need be; "" as working_key."""
    if directory.state == Directory.State.DELETING:
        return ""
    if directory.state == Directory.State.NOT_SET_UP:
        _, text = set_up_provisioning(directory=directory, by=SYSTEM, now=now)
        return text
    _, text = api_keys.create_api_key(directory=directory, by=SYSTEM, now=now)
    return text


def local_client(directory: Directory, key: str) -> ScimClient:
    """Return a client of the server on this machine, asked by its public name."""
    return ScimClient(
        f"http://127.0.0.1:{settings.PORT}/scim/directory/{directory.pk}",
        key,
        host=urlsplit(settings.BASE_URL).netloc,
    )


def read_kept(path: Path) -> dict[str, str]:
    """Return the texts of a file that write_kept wrote; {} when there is none."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return {k: str(v) for k, v in found.items()} if isinstance(found, dict) else {}


def write_kept(path: Path, values: object) -> None:
    """Write JSON that only its owner can read, whole or not at all."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.unlink(missing_ok=True)
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(values, file, indent=2)
        file.write("\n")
    beside.replace(path)


def kept_path() -> Path:
    """Return the file of the secrets that the database knows only as digests."""
    return Path(settings.DATA_DIR) / "demo_secrets.json"
