"""Tries what a push would lead to, and takes it back."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from directories.consumers import RefusedError
from directories.folding import fold
from directories.models import Account, Directory, LinkState, UserRecord
from directories.services import limits, records
from directories.services.records import TakenError, UserValues


@dataclass(frozen=True)
class Tried:
    """What a push of a person would lead to.

    `known` says whether the directory has the person already, `existed` whether the
    account was there before. A refusal has `refused` and `advice` and nothing else.
    """

    known: bool
    state: str = ""
    reason: str = ""
    account: Account | None = None
    existed: bool = False
    managed: bool = False
    refused: str = ""
    advice: str = ""


def try_user(directory: Directory, values: UserValues, *, now: datetime) -> Tried:
    """Push a person as the provider would, see what becomes of them, take it back.

    Exact, as it is the push itself. Raises opening.ClosedError when the directory
    is not set up.
    """
    known = UserRecord.objects.filter(
        directory=directory, user_name_key=fold(values.user_name)
    ).first()
    existed = Account.objects.filter(email_key=fold(values.email)).exists()
    try:
        with transaction.atomic():
            record = _push(directory, known, values, now)
            tried = _told(record, known=bool(known), existed=existed)
            transaction.set_rollback(True)
    except RefusedError as error:
        return Tried(known=bool(known), refused=str(error), advice=error.advice)
    except (TakenError, limits.LimitReachedError) as error:
        return Tried(known=bool(known), refused=str(error))
    return tried


def _push(
    directory: Directory,
    known: UserRecord | None,
    values: UserValues,
    now: datetime,
) -> UserRecord:
    if known is None:
        return records.create_user(directory=directory, values=values, now=now)
    return records.change_user(
        directory=directory, scim_id=known.scim_id, edit=lambda _: values, now=now
    )


def _told(record: UserRecord, *, known: bool, existed: bool) -> Tried:
    account = record.account
    managed = account is not None and account.managed_by_id == record.organization_id
    return Tried(
        known=known,
        state=LinkState(record.link_state),
        reason=record.link_reason,
        account=account,
        existed=existed or known,
        managed=managed,
    )
