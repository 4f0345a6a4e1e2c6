"""Keeps what the database knows only as digests: a password and three keys."""

import json
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from directories.demonstration.places import (
    kept_path,
    read_kept,
    working_key,
    write_kept,
)
from directories.models import Directory
from directories.services import api_keys, organization_api_keys, passwords
from directories.services.audit import SYSTEM
from provisioning.demonstration.organization import Demonstration

KEY_NAME = "demo.json"


@dataclass(frozen=True)
class Secrets:
    """The texts that open the demonstration; "" for what opens nothing now."""

    admin_password: str
    company_key: str
    api_key: str
    organization_key: str


def new_password() -> str:
    """Return a password that nobody guesses."""
    return secrets.token_urlsafe(12)


def keep_password(password: str) -> None:
    """Keep the admin's password until the other secrets are known."""
    write_kept(kept_path(), read_kept(kept_path()) | {"admin_password": password})


def keep_secrets(parts: Demonstration, now: datetime) -> Secrets:
    """Return what opens the demonstration: what was kept and still does, else new.

    A password that somebody changed in the console is left alone.
    """
    known = {**_told_last(), **read_kept(kept_path())}
    kept = Secrets(
        admin_password=known.get("admin_password") or _set_password(parts, now),
        company_key=_company_key(parts, known.get("company_key", ""), now),
        api_key=working_key(parts.empty, known.get("api_key", ""), now),
        organization_key=_organization_key(
            parts, known.get("organization_key", ""), now
        ),
    )
    write_kept(kept_path(), asdict(kept))
    return Secrets(
        admin_password=still_right(parts, kept.admin_password),
        company_key=kept.company_key,
        api_key=kept.api_key,
        organization_key=kept.organization_key,
    )


def new_organization_key(parts: Demonstration, now: datetime) -> str:
    """Return one more key of the organization."""
    _, text = organization_api_keys.create_key(
        parts.organization,
        name=KEY_NAME,
        expires_at=organization_api_keys.longest_until(now),
        by=SYSTEM,
        now=now,
    )
    return text


def _organization_key(parts: Demonstration, kept: str, now: datetime) -> str:
    """Return the kept key if it still opens the organization, else a new one."""
    try:
        organization_api_keys.open_organization(
            organization_id=parts.organization.pk, text=kept, now=now
        )
    except (api_keys.WrongKeyError, organization_api_keys.ExpiredKeyError):
        return new_organization_key(parts, now)
    return kept


def still_right(parts: Demonstration, password: str) -> str:
    """Return the password if it still lets the admin in, else ""."""
    return password if parts.admin.check_password(password) else ""


def _company_key(parts: Demonstration, kept: str, now: datetime) -> str:
    demonstration = parts.organization.demonstration
    pushed = demonstration == parts.organization.Demonstration.PUSHED
    if pushed and parts.company.state != Directory.State.ACTIVE:
        # Whoever deleted the configuration wants to see the wizard again.
        return ""
    return working_key(parts.company, kept, now)


def _set_password(parts: Demonstration, now: datetime) -> str:
    password = new_password()
    passwords.change_password(account=parts.admin, password=password, now=now)
    return password


def _told_last() -> dict[str, str]:
    """Return the values of the demo.json that `serve` set aside."""
    try:
        path = Path(settings.DATA_DIR) / "demo.previous.json"
        told: dict[str, Any] = json.loads(path.read_bytes())
        return {
            "admin_password": told["admin"]["password"],
            "api_key": told["directories"]["organization"]["scim_api_key"],
            "organization_key": told["organization"]["api_key"],
        }
    except (OSError, ValueError, LookupError, TypeError):
        return {}
