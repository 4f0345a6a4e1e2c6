"""Writes about people who sign in."""

from datetime import datetime

from django.db import transaction

from directories.events import Event
from directories.models import Account
from directories.queries.organizations import organizations_of
from directories.services.audit import Target, person, record_event


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
