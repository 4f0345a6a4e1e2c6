"""Writes about people who sign in."""

from datetime import datetime

from django.db import transaction

from directories.events import Event
from directories.folding import fold
from directories.models import Account
from directories.queries.organizations import organizations_of
from directories.services.audit import SYSTEM, Target, person, record_event


@transaction.atomic
def note_sign_in(*, account: Account, now: datetime) -> None:
    """Write to the log of each organization of the account that it signed in."""
    target = Target("account", str(account.public_id), account.email)
    for organization in organizations_of(account):
        record_event(
            Event.SIGNED_IN,
            organization=organization,
            by=person(account),
            target=target,
            at=now,
        )


@transaction.atomic
def note_lock(*, email: str, address: str, now: datetime) -> None:
    """Write to the log of each organization of an account that it was locked out.

    `address` is where the attempts came from. Without an account nothing is written.
    """
    account = Account.objects.filter(email_key=fold(email)).first()
    if account is None:
        return
    target = Target(
        "account", str(account.public_id), account.email, {"address": address}
    )
    for organization in organizations_of(account):
        record_event(
            Event.SIGN_IN_LOCKED,
            organization=organization,
            by=SYSTEM,
            target=target,
            at=now,
        )
