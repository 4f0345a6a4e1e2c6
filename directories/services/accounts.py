"""Writes to accounts and to their places in organizations."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX

from directories import rows
from directories.events import Event
from directories.folding import domain_of, fold
from directories.models import (
    Account,
    Directory,
    Member,
    Organization,
)
from directories.services.audit import Actor, Target, record_event

PROFILE = (
    "name",
    "public_name",
    "job_title",
    "department",
    "company",
    "time_zone",
    "language",
    "location",
)


class EmailTakenError(Exception):
    """Another account has this address."""

    def __init__(self, holder: Account) -> None:
        super().__init__(holder.email)
        self.holder = holder


@dataclass(frozen=True)
class Change:
    """Who changes an account, for which organization's log, and when."""

    organization: Organization
    by: Actor
    at: datetime

    def record(self, event: Event, account: Account, details: object = None) -> None:
        """Write the audit event of a change to `account`, value by value."""
        self.tell(event, account, {"change": details} if details else {})

    def tell(self, event: Event, account: Account, details: dict[str, Any]) -> None:
        """Write an audit event about `account` with its details."""
        public_id = str(account.public_id)
        target = Target("account", public_id, account.email, details)
        record_event(
            event, organization=self.organization, by=self.by, target=target, at=self.at
        )


def search_text(account: Account) -> str:
    """Return the folded text by which lists find an account."""
    words = (account.name, account.public_name, account.email)
    return " ".join(" ".join(words).casefold().split())


def list_name(account: Account) -> str:
    """Return the name under which lists sort an account, cut to fit an index."""
    return (account.name or account.email)[:255]


def create_account(
    *,
    email: str,
    profile: Mapping[str, str],
    managed: bool,
    change: Change,
    password: str | None = None,
) -> Account:
    """Make an active account; without `password` nobody can sign in to it yet.

    The caller writes the audit event, often with others in one go. Raises
    IntegrityError when the address was taken meanwhile.
    """
    account = Account(
        email=email,
        email_key=fold(email),
        email_domain=domain_of(email),
        managed_by=change.organization if managed else None,
        created_at=change.at,
        **profile,
    )
    if password is None:
        # As set_unusable_password does, which takes forty random numbers.
        account.password = f"{UNUSABLE_PASSWORD_PREFIX}{secrets.token_urlsafe(30)}"
    else:
        account.set_password(password)
    rows.insert(account)
    return account


def join_organization(
    account: Account,
    *,
    organization: Organization,
    directory: Directory | None,
    now: datetime,
) -> None:
    """Make the account a member; `directory` owns it from now on, None: local."""
    # A new account is no member yet; with 600 of them a second that counts.
    if account.created_at != now:
        known = Member.objects.filter(organization=organization, account=account)
        taken_up = {"directory": directory}
        if directory is not None:
            taken_up |= {"former_directory": None, "released_at": None}
        if known.update(**taken_up):
            return
    member = new_member(account, organization, now)
    member.directory = directory
    rows.insert(member)


def new_member(account: Account, organization: Organization, now: datetime) -> Member:
    """Return the row, not stored yet, of a local person of the organization."""
    return Member(
        organization=organization,
        account=account,
        name=list_name(account),
        search_text=search_text(account),
        status=account.status,
        joined_at=now,
    )


def change_profile(
    account: Account, profile: Mapping[str, str], *, change: Change
) -> None:
    """Set the profile fields that differ; keys are those of PROFILE."""
    differing = {k: v for k, v in profile.items() if getattr(account, k) != v}
    if not differing:
        return
    details = {k: [getattr(account, k), v] for k, v in differing.items()}
    for field, value in differing.items():
        setattr(account, field, value)
    rows.update(account, *differing)
    _rename_members(account)
    change.record(Event.ACCOUNT_UPDATED, account, details)


def change_email(account: Account, email: str, *, change: Change) -> None:
    """Give the account another address; its sessions and reset links end.

    Raises EmailTakenError.
    """
    holder = (
        Account.objects.filter(email_key=fold(email)).exclude(pk=account.pk).first()
    )
    if holder is not None:
        raise EmailTakenError(holder)
    details = {"email": [account.email, email]}
    account.email, account.email_key = email, fold(email)
    account.email_domain = domain_of(email)
    account.session_epoch += 1
    fields = ["email", "email_key", "email_domain", "session_epoch"]
    account.save(update_fields=fields)
    _rename_members(account)
    change.record(Event.ACCOUNT_EMAIL_CHANGED, account, details)


def set_status(account: Account, status: Account.Status, *, change: Change) -> None:
    """Deactivate or reactivate the account; deactivating ends its sessions.

    Where the person is suspended they stay so, before, meanwhile and afterwards.
    """
    if account.status == status:
        return
    account.status = status
    account.session_epoch += 1
    rows.update(account, "status", "session_epoch")
    active = status == Account.Status.ACTIVE
    if active:
        gone = (account.pk, Member.Status.DEACTIVATED)
        where = "account_id = %s AND status = %s"
        rows.change(Member, where, gone, status=Member.Status.ACTIVE)
    else:
        present = (account.pk, Member.Status.ACTIVE)
        where = "account_id = %s AND status = %s"
        rows.change(Member, where, present, status=Member.Status.DEACTIVATED)
    event = Event.ACCOUNT_REACTIVATED if active else Event.ACCOUNT_DEACTIVATED
    change.record(event, account)


def claim(account: Account, *, change: Change) -> None:
    """Make an account of a verified domain a managed one.

    That another organization wanted to delete it counts no more.
    """
    if account.managed_by_id != change.organization.pk:
        account.managed_by, account.deletion_at = change.organization, None
        account.save(update_fields=["managed_by", "deletion_at"])
        change.tell(Event.BECAME_MANAGED, account, {})


def _rename_members(account: Account) -> None:
    """Keep the name and search text of every organization's list in step."""
    rows.change(
        Member,
        "account_id = %s",
        [account.pk],
        name=list_name(account),
        search_text=search_text(account),
    )
