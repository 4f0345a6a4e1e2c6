"""Keeps what the database knows only as digests: passwords and keys."""

import json
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from directories.demonstration.places import (
    kept_path,
    new_key,
    read_kept,
    working_key,
    write_kept,
)
from directories.models import Account, Directory, Organization
from directories.services import api_keys, organization_api_keys, passwords
from directories.services.audit import SYSTEM
from portals.demonstration.desks import Desks
from provisioning.demonstration.organization import Demonstration

KEY_NAME = "demo.json"
State = Organization.Demonstration


@dataclass(frozen=True)
class Secrets:
    """The texts that open the demonstration; "" for what opens nothing now.

    The two `company` keys open what the samples are pushed into, `api_key` and
    `customers_key` the directories that wait for a first push.
    """

    admin_password: str
    jira_admin_password: str
    company_key: str
    customers_company_key: str
    api_key: str
    customers_key: str
    organization_key: str


def new_password() -> str:
    """Return a password that nobody guesses."""
    return secrets.token_urlsafe(12)


def keep_password(password: str) -> None:
    """Keep the admin's password until the other secrets are known."""
    write_kept(kept_path(), read_kept(kept_path()) | {"admin_password": password})


def keep_secrets(parts: Demonstration, desks: Desks, now: datetime) -> Secrets:
    """Return what opens the demonstration: what was kept and still does, else new.

    A password that somebody changed in the console is left alone.
    """
    known = {**_told_last(), **read_kept(kept_path())}

    def password(name: str, account: Account) -> str:
        return known.get(name) or _set_password(account, now)

    def key(name: str, directory: Directory) -> str:
        return working_key(directory, known.get(name, ""), now)

    state = parts.organization.demonstration
    kept = Secrets(
        admin_password=password("admin_password", parts.admin),
        jira_admin_password=password("jira_admin_password", desks.jira_admin),
        company_key=""
        if _is_ended(parts.company, pushed=state != State.PREPARED)
        else key("company_key", parts.company),
        customers_company_key=""
        if _is_ended(desks.company, pushed=state == State.CUSTOMERS)
        else key("customers_company_key", desks.company),
        api_key=key("api_key", parts.empty),
        customers_key=key("customers_key", desks.empty),
        organization_key=_organization_key(
            parts, known.get("organization_key", ""), now
        ),
    )
    write_kept(kept_path(), asdict(kept))
    return _still_right(parts, desks, kept)


def fresh_secrets(parts: Demonstration, desks: Desks, now: datetime) -> Secrets:
    """Return the kept passwords as far as they are right, and one more key each."""
    known = read_kept(kept_path())
    fresh = Secrets(
        admin_password=known.get("admin_password", ""),
        jira_admin_password=known.get("jira_admin_password", ""),
        company_key="",
        customers_company_key="",
        api_key=new_key(parts.empty, now),
        customers_key=new_key(desks.empty, now),
        organization_key=new_organization_key(parts, now),
    )
    return _still_right(parts, desks, fresh)


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


def _still_right(parts: Demonstration, desks: Desks, known: Secrets) -> Secrets:
    """Return the secrets without passwords that let nobody in any more."""
    admin, jira_admin = known.admin_password, known.jira_admin_password
    return replace(
        known,
        admin_password=admin if parts.admin.check_password(admin) else "",
        jira_admin_password=(
            jira_admin if desks.jira_admin.check_password(jira_admin) else ""
        ),
    )


def _is_ended(company: Directory, *, pushed: bool) -> bool:
    """Say whether somebody ended what the sample was pushed into.

    Whoever deleted the configuration wants to see the wizard again.
    """
    return pushed and company.state != Directory.State.ACTIVE


def _set_password(account: Account, now: datetime) -> str:
    password = new_password()
    passwords.change_password(account=account, password=password, now=now)
    return password


def _told_last() -> dict[str, str]:
    """Return the values of the demo.json that `serve` set aside."""
    try:
        path = Path(settings.DATA_DIR) / "demo.previous.json"
        told: dict[str, Any] = json.loads(path.read_bytes())
        return {
            "admin_password": told["admin"]["password"],
            "jira_admin_password": told["jira_admin"]["password"],
            "api_key": told["directories"]["organization"]["scim_api_key"],
            "customers_key": told["directories"]["customers"]["scim_api_key"],
            "organization_key": told["organization"]["api_key"],
        }
    except (OSError, ValueError, LookupError, TypeError):
        return {}
